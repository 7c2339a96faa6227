// What a page may tell the widget, and how it begins.
let boot, booting, heard, accents;
const UNDERSTOOD = { __proto__: null, mode: /^(self-service|neutral|ask-first)$/, position: /^(right|left)$/, colour: /^#[\da-f]{6}$/i, theme: /^(light|dark|auto)$/, launcher: /^(shown|hidden)$/ };
const told = new Set();

// A slip in the tag is told to whoever wrote it, once.
function checkOptions() {
  for (const name of keys(UNDERSTOOD)) {
    const value = kb.options[name] ?? null;
    const wrong = `KB: ${name} cannot be "${text(value)}"`;
    if (value === null || UNDERSTOOD[name].test(text(value)) || told.has(wrong)) continue;
    told.add(wrong);
    console.warn(wrong);
  }
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

// Everything that is said, asked for once.
function ready() {
  return booting ??= call("widget", { __proto__: null, lang: kb.lang().slice(0, 35), ...(UNDERSTOOD.colour.test(kb.options.colour) ? { colour: kb.options.colour } : {}), ...(kb.options.product ? { product: kb.options.product } : {}) }, { __proto__: null }).then((answer) => {
    if (!answer.words || typeof answer.words !== "object") throw new Error("no words");
    boot = answer;
    words = assign(create(null), boot.words);
    kb.frame.lang = text(boot.lang);
    kb.frame.dir = boot.dir === "rtl" ? "rtl" : "ltr";
    if (listOf(boot.light).length && listOf(boot.dark).length) accents = [boot.light, boot.dark];
    [[kb.site.light], [kb.site.dark]] = accents;
    kb.paint();
    backButton.title = backButton.ariaLabel = words.back;
    buildHome();
    go(home, true);
  }).catch((error) => {
    booting = null;
    throw error;
  });
}

// Shows the panel at once, and does something in it as soon as there are words for it.
async function within(act) {
  if (!boot) go({ title: known("help"), node: h("div", { class: "view" }, waiting()), focus: () => panel }, true);
  show();
  try {
    await ready();
  } catch (error) {
    go({ title: known("help"), node: h("div", { class: "view" }, failure(() => within(act))), focus: () => panel.querySelector(".failure button") }, true);
    return emit("error", error);
  }
  return act?.();
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
    if (!boot) (ahead = offersHere()).catch(() => {}); // with the first call, not after it
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
    if (hit) openArticle(hit);
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
  boot = booting = letter = picked = place = ahead = offered = null;
  question = "";
  trail = text(remembered().trail) || undefined;
  kb.dress(kb.frame.getRootNode(), STYLE);
  buildPanel();
  addEventListener("popstate", follow);
  window.navigation?.addEventListener("navigatesuccess", follow);
  setTimeout(emit, 0, "ready");
  return { __proto__: null, run, paint };
}
