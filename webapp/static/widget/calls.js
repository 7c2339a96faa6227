// Calls to the help centre: without cookies, within a time, and in the case of the one before.
const PATIENCE = 12000; // ms
const KEY = "kb-widget";
let trail; // the impression that came last: it says which case this is

// A site without storage has a case, and a draft, for each page.
let memory = create(null);
function remembered() {
  try {
    return strict(sessionStorage.getItem(KEY) || "{}");
  } catch {
    return memory;
  }
}

function remember(news) {
  memory = assign(remembered(), news);
  attempt(() => sessionStorage.setItem(KEY, stringify(memory)));
}

// JSON whose objects have nothing but what was sent.
function strict(json) {
  return parse(json, (_, value) => (value && typeof value === "object" && !Array.isArray(value) ? assign(create(null), value) : value));
}

async function call(path, query, options, signal) {
  const ours = new AbortController();
  const patience = setTimeout(() => ours.abort(), PATIENCE);
  const stop = () => ours.abort();
  signal?.addEventListener("abort", stop);
  const asked = new URLSearchParams(query);
  if (path !== "widget") asked.set("widget", kb.site.version);
  if (path !== "widget" && trail) asked.set("impression", trail);
  try {
    const asking = fetch(`${kb.base}api/v1/${path}?${asked}`, { __proto__: null, mode: "cors", credentials: "omit", ...options, signal: ours.signal });
    const response = await (path === "widget" ? asking.catch(unreached) : asking);
    const body = await response.text();
    if (!response.ok) throw assign(new Error(response.statusText), { status: response.status, problem: attempt(() => strict(body)) });
    const answer = body ? strict(body) : create(null);
    if (!answer || typeof answer !== "object") throw new Error("no answer");
    if (answer.impression) remember({ __proto__: null, trail: (trail = text(answer.impression)) });
    return answer;
  } finally {
    clearTimeout(patience);
    signal?.removeEventListener("abort", stop);
  }
}

// What refuses a page cannot be read by it, so the likeliest reason is said here.
function unreached(error) {
  if (error.name !== "AbortError") console.error(`KB: ${kb.base} did not answer this page. If it runs, add "${location.origin}" to origins under [widget] in its kb.toml.`);
  throw error;
}

function attempt(act) {
  try {
    return act();
  } catch {}
}

// Text needs no leave of the server first, as JSON would.
const post = (path, body, signal) => call(path, {}, { __proto__: null, method: "POST", body: stringify(body) }, signal);

const report = (hit, type, more) =>
  hit.impression
    ? call("events", {}, { __proto__: null, method: "POST", keepalive: true, body: stringify({ __proto__: null, impression: hit.impression, type, slug: hit.slug, ...more }) })
    : Promise.resolve();

function hitsOf(items, impression, kind) {
  if (!Array.isArray(items)) throw new TypeError("no list");
  return items.map((one) => ({ __proto__: null, slug: text(one.slug), title: text(one.title), heading: text(one.heading), snippet: text(one.snippet), url: address(one.url), impression: text(impression), kind }));
}
