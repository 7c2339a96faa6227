// What a page may tell the widget, and how it begins.
let boot, booting, asked, heard, accents;
const UNDERSTOOD = { __proto__: null, mode: /^(self-service|neutral|ask-first)$/, position: /^(right|left)$/, colour: /^#[\da-f]{6}$/i, theme: /^(light|dark|auto)$/, launcher: /^(shown|hidden)$/ };
const told = new Set();

// A slip in the tag is told to whoever wrote it, once.
function checkOptions() {
  for (const name of keys(UNDERSTOOD)) if (kb.options[name] != null && !UNDERSTOOD[name].test(text(kb.options[name]))) warn(name);
}

function warn(name) {
  const wrong = `KB: ${name} cannot be "${text(kb.options[name])}"`;
  if (!told.has(wrong)) console.warn(wrong);
  told.add(wrong);
}

// Listeners are the page's: what they throw is, too.
function emit(name, detail) {
  for (const listener of heard[name] ?? []) {
    try {
      listener(detail);
    } catch (error) {
      reportError(error);
    }
  }
}

// What the views were made for: where the page became another, they are made again.
const wanted = () => [kb.lang(), kb.options.product, kb.options.mode].join();
const stale = () => boot?.wanted !== wanted();

// Everything that is said, asked for once, and again where the page wants it otherwise.
function ready() {
  const { colour, product } = kb.options, now = wanted(), key = now + colour;
  if (asked === key) return booting;
  asked = key;
  return booting = call("widget", { __proto__: null, lang: kb.lang().slice(0, 35), ...(UNDERSTOOD.colour.test(colour) && { colour }), ...(product && { product }) }, { __proto__: null }).then((answer) => {
    if (asked !== key) return booting;
    if (!answer.words || typeof answer.words !== "object") throw new Error("no words");
    if (listOf(answer.light).length && listOf(answer.dark).length) accents = [answer.light, answer.dark];
    [[kb.site.light], [kb.site.dark]] = accents;
    if (stale()) begin(assign(answer, { wanted: now }));
    kb.paint();
  }).catch((error) => {
    if (asked !== key) return booting;
    asked = null;
    throw error;
  });
}

function begin(answer) {
  boot = answer;
  words = assign(create(null), boot.words);
  kb.frame.lang = text(boot.lang);
  kb.frame.dir = boot.dir === "rtl" ? "rtl" : "ltr";
  if (kb.options.product && !boot.product) warn("product");
  named(backButton, words.back);
  named(closeButton, words.close);
  letter = place = offered = null;
  question = "";
  buildHome();
  go(home, true);
}

// Shows the panel at once, and does something in it as soon as there are words for it.
async function within(act) {
  if (stale()) go({ title: known("help"), node: h("div", { class: "view" }, waiting()), focus: () => panel }, true);
  show();
  try {
    await ready();
    await act();
  } catch (error) {
    if (!stale()) openHome();
    go({ title: known("help"), node: h("div", { class: "view" }, failure(() => within(act))), focus: () => panel.querySelector(".failure button") }, stale());
    emit("error", error);
  }
}

function openHome() {
  if (!stack.includes(home)) go(home, true);
  else while (top() !== home) back();
  offer();
}

function contact() {
  if (boot.contact && top() !== contactView()) go(contactView());
}

function openAt(view) {
  const first = kb.options.mode === "ask-first" && top() === home && !question && !letter;
  if (boot.contact && (view === "contact" || first)) return top() !== contactView() && go(contactView(), first);
  if (top() === home) offer();
}

const verbs = {
  __proto__: null,
  open: (view) => {
    if (stale()) (ahead = offersHere()).catch(() => {}); // with the first call, not after it
    return within(() => openAt(view));
  },
  close,
  toggle: () => (panel.open ? close() : verbs.open()),
  search: (query) => within(() => {
    openHome();
    input.value = text(query);
    ask(false);
    input.focus();
  }),
  suggest(items) {
    picked = Array.isArray(items) ? items : null;
    place = null;
    if (panel.open && top() === home) offer();
  },
  article: (slug) => within(async () => {
    const answer = await post("suggest", { __proto__: null, articles: bareList([text(slug)]), lang: kb.lang() });
    const [hit] = hitsOf(answer.suggestions, answer.impression, "page");
    openHome();
    hit ? openArticle(hit) : console.warn(`KB: there is no article ${text(slug)}`);
  }),
  contact: () => within(contact),
  identify(given) {
    for (const name of keys(given ?? {})) kb.user[name] = given[name];
    const inputs = letter?.form?.inputs;
    for (const name of keys(kb.user)) if (inputs?.[name] && !inputs[name].value) inputs[name].value = text(kb.user[name]);
  },
  on: (name, listener) => (heard[name] = [...(heard[name] ?? []), listener]),
  off: (name, listener) => (heard[name] = (heard[name] ?? []).filter((one) => listener && one !== listener)),
  box: (inside, input) => ready().then(() => box(inside, input), () => {}),
  destroy() {
    removeEventListener("popstate", follow);
    window.navigation?.removeEventListener("navigatesuccess", follow);
    leaveAll();
    kb.destroy();
  },
};

function run(name, ...given) {
  if (verbs[name]) return void verbs[name](...given);
  console.warn(`KB: there is no command ${name}`);
}

// A page of an app became another: what is offered follows.
function follow() {
  if (!kb.host?.isConnected) kb.attach();
  if (panel.open && top() === home && !input.value) setTimeout(offer, 300);
}

// What the loader cannot know of the colours: what stands on the accent, and its tint.
function paint() {
  checkOptions();
  if (boot) stale() ? panel.open && verbs.open() : ready().catch(() => {});
  const [, on, soft] = accents[kb.dark ? 1 : 0];
  for (const { style } of kb.roots) {
    style.setProperty("--on", text(on));
    style.setProperty("--soft", text(soft));
  }
}

export function mount(shared) {
  kb = shared;
  kb.user = create(null);
  accents = ACCENTS;
  heard = create(null);
  boot = booting = asked = letter = picked = place = ahead = offered = null;
  question = "";
  trail = text(remembered().trail) || undefined;
  kb.dress(kb.frame.getRootNode(), STYLE);
  buildPanel();
  addEventListener("popstate", follow);
  window.navigation?.addEventListener("navigatesuccess", follow);
  setTimeout(emit, 0, "ready");
  return { __proto__: null, run, paint };
}
