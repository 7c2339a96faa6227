// What a page may tell the widget, and how it begins.
let boot, booting, asked, heard, accents;
const UNDERSTOOD = { __proto__: null, mode: /^(self-service|neutral|ask-first)$/, position: /^(right|left)$/, colour: /^#[\da-f]{6}$/i, theme: /^(light|dark|auto)$/, launcher: /^(shown|hidden)$/ };
const told = new Set();

// A slip in the tag is told to whoever wrote it, once.
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

// What it was asked for: where the page became another, it is asked for again.
const wanted = () => [kb.lang(), kb.options.product, kb.options.mode].join();
const stale = () => boot?.wanted !== wanted();
async function forPage(asking) {
  while (stale()) await ready();
  const now = boot, answer = await asking?.();
  return now === boot && !stale() ? answer : forPage(asking);
}

// Everything that is said. What comes for a page that is another by now is dropped.
function ready() {
  const { colour, product } = kb.options, now = wanted(), key = now + colour;
  if (asked === key) return booting;
  asked = key;
  return booting = call("widget", { __proto__: null, lang: kb.lang().slice(0, 35), ...(UNDERSTOOD.colour.test(colour) && { colour }), ...(product && { product }) }, { __proto__: null }).then((answer) => {
    if (asked !== key) return;
    if (now !== wanted()) return (asked = null);
    if (!answer.words?.back) throw new Error("no words");
    accents = [listOf(answer.light), listOf(answer.dark)];
    [[kb.site.light = kb.site.light], [kb.site.dark = kb.site.dark]] = accents;
    if (stale()) begin(assign(answer, { wanted: now }));
    kb.paint();
  }).catch((error) => {
    if (asked !== key) return;
    asked = null;
    if (stale()) throw error;
  });
}

// What is read or written stays; home and an empty form are made anew.
function begin(answer) {
  const typed = boot?.lang === answer.lang ? input.value : "";
  const before = [home, letter];
  boot = answer;
  words = boot.words;
  kb.frame.lang = text(boot.lang);
  kb.frame.dir = text(boot.dir);
  if (kb.options.product && !boot.product) warn("product");
  named(backButton, words.back);
  named(closeButton, words.close);
  request?.abort();
  question = "";
  tell("");
  if (!letter?.form?.written) letter = null;
  buildHome();
  input.value = typed;
  stack = stack.flatMap((one) => (one.brief ? [] : one === before[0] ? home : one !== before[1] ? one : boot.contact ? contactView() : []));
  stack.length ? draw() : go(first());
  if (stack.includes(letter)) suggestFor(letter.form, true);
}

// Shows the panel, and does something in it as soon as there are words; quietly: only follows.
async function within(act, quiet) {
  const passing = (inside) => go({ title: known("help"), node: h("div", { class: "view" }, inside), focus: () => inside.querySelector("button") ?? panel, brief: stale() });
  const idle = () => top() === home || top()?.brief;
  if (stale() && idle()) passing(waiting());
  if (!quiet) show();
  try {
    await forPage();
    settle();
    await act?.();
  } catch (error) {
    if (!stale()) openHome();
    if (act || idle()) passing(failure(() => within(act)));
    emit("error", error);
  }
}

const openHome = () => go(home, true);
const first = () => (kb.options.mode === "ask-first" && boot.contact && !question && !letter ? contactView() : home);

function contact() {
  if (boot.contact && top() !== contactView()) go(contactView());
}

const verbs = {
  __proto__: null,
  open: (view) => {
    if (stale()) offers(); // with the first call, not after it
    view === "contact" ? verbs.contact() : within(null).then(() => top() === home && go(first(), true));
  },
  close,
  toggle: () => (panel.open ? close() : verbs.open()),
  search: (query) => within(() => {
    openHome();
    input.value = text(query);
    ask(false);
    if (holds()) input.focus();
  }),
  suggest(items) {
    picked = Array.isArray(items) ? items : null;
    place = null;
    offer();
  },
  article: (slug) => within(async () => {
    const answer = await forPage(() => post("suggest", { __proto__: null, articles: bareList([text(slug)]), lang: kb.lang() }));
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
  box: (inside, input) => forPage().then(() => box(inside, input), () => {}),
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
  setTimeout(offer, 300);
}

// What stands on the accent, and its tint.
function paint() {
  for (const name of keys(UNDERSTOOD)) if (kb.options[name] != null && !UNDERSTOOD[name].test(text(kb.options[name]))) warn(name);
  if (!stale()) {
    settle();
    ready().catch(() => {});
  } else if (panel.open) within(null, true);
  const [, on, soft] = accents[kb.dark ? 1 : 0] ?? [];
  for (const { style } of kb.roots) {
    style.setProperty("--on", text(on));
    style.setProperty("--soft", text(soft));
  }
}

export function mount(shared) {
  kb = shared;
  kb.user = create(null);
  heard = create(null);
  boot = booting = asked = home = letter = picked = place = coming = shown = undefined;
  accents = [];
  question = "";
  trail = text(remembered().trail) || undefined;
  kb.dress(kb.frame.getRootNode(), STYLE);
  buildPanel();
  addEventListener("popstate", follow);
  window.navigation?.addEventListener("navigatesuccess", follow);
  setTimeout(emit, 0, "ready");
  return { __proto__: null, run, paint };
}
