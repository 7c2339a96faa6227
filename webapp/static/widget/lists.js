// The first view: search, what suits the page, and at the end the way to a person.
const TYPED = 140; // ms after a keystroke
const SETTLED = 1100; // ms after which what was typed is a question
let home, input, list, heading, way, picked, request, typing, settling, question;

function buildHome() {
  input = h("input", { type: "search", placeholder: known("search"), "aria-label": known("search"), autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search", maxlength: "512", input: onInput, compositionend: onInput, keydown: onKeys });
  heading = h("h3", { hidden: true });
  list = h("ul", { class: "hits", keydown: onKeys });
  const search = h("form", { class: "field", role: "search", submit: (event) => (event.preventDefault(), ask(false)) }, icon("search"), input);
  way = person();
  home = {
    title: boot.name,
    node: h("div", { class: "view home" }, h("div", { class: "ask" }, search), h("div", { class: "scroll" }, notices(false), h("section", {}, heading, list), way)),
    focus: () => (matchMedia("(pointer: coarse)").matches ? title : input),
  };
}

// Some are for those alone who write to people.
function notices(writing) {
  const shown = listOf(boot.notices).filter((one) => writing || one.contact_only !== true).map((one) => h("div", { class: `notice ${text(one.severity)}` }, h("b", { text: text(one.title) }), h("p", {}, one.url ? tab(address(one.url), { text: text(one.text) }) : text(one.text))));
  return shown.length ? h("section", { "aria-label": words.notices }, shown) : null;
}

function person() {
  if (!boot.contact) return null;
  return h("div", { class: kb.options.mode === "neutral" ? "person bold" : "person" }, h("button", { type: "button", class: "row", click: () => contact() }, icon("letter"), h("span", {}, h("small", { text: words.still }), words.contact), icon("next")));
}

// What the page says about itself.
function describePage() {
  const seen = [...document.querySelectorAll("h1, h2")].filter((one) => one.offsetParent && one.textContent.trim()).slice(0, 6);
  return { __proto__: null, url: location.href.slice(0, 2000), title: document.title.slice(0, 200), headings: bareList(seen.map((one) => one.textContent.trim().replace(/\s+/g, " ").slice(0, 120))) };
}

// What suits the page, or what the page wants to be offered.
async function offersHere() {
  const isSlug = (one) => typeof one === "string";
  const items = listOf(picked).filter((one) => isSlug(one) || own(one, "url"));
  const slugs = items.filter(isSlug);
  const asked = picked ? { __proto__: null, articles: bareList(slugs) } : describePage();
  const answer = picked && !slugs.length ? { __proto__: null, suggestions: [] } : await post("suggest", { __proto__: null, ...asked, lang: kb.lang(), product: kb.options.product ? (await forPage(), boot.product) : null });
  const hits = hitsOf(answer.suggestions, answer.impression, "page");
  const link = (one) => ({ __proto__: null, title: text(own(one, "text")), snippet: "", heading: "", link: address(one.url, location.href) });
  const isNext = (slug) => hits[0]?.slug === slug || !items.includes(hits[0]?.slug); // a renamed one has another slug
  return [...items.flatMap((one) => (!isSlug(one) ? link(one) : isNext(one) ? hits.splice(0, 1) : [])), ...hits];
}

// Asked for once for each page.
let place, coming, shown;
function offers() {
  const here = [location.href, document.title, wanted()].join();
  if (place !== here) (coming = offersHere()).catch(() => {});
  place = here;
  return coming;
}

async function offer() {
  if (!panel.open || top() !== home) return;
  if (input.value.trim()) return question || ask(true);
  const asked = offers();
  if (asked !== shown) {
    list.replaceChildren(h("li", {}, waiting()));
    head("");
  }
  try {
    const found = await asked;
    if (asked !== coming || input.value.trim()) return;
    showOffered(found);
    if (asked !== shown) emit("suggest", { articles: found.map((one) => one.slug ?? one.link) });
    shown = asked;
  } catch {
    if (asked !== coming) return;
    place = null;
    if (!input.value.trim()) list.replaceChildren(h("li", {}, failure(offer)));
  }
}

function showOffered(offered) {
  showHits(offered, offered.length ? words.offered : words.empty);
  if (!offered.length) list.append(h("li", { class: "none" }, tab(`${kb.base}categories/`, { text: words.all })));
}

const rows = () => [...list.querySelectorAll(".hit")];

// Where nothing fits well, the way to a person comes first; not while somebody is on it.
function showHits(hits, said, weak) {
  const active = list.getRootNode().activeElement;
  const held = list.contains(active);
  head(said);
  if (way && !way.contains(active)) (weak ? heading : list.parentNode).after(way);
  list.replaceChildren(...hits.map((hit) => h("li", {}, hitButton(hit, pick))));
  if (held) (rows().find((one) => one.textContent === active.textContent) ?? input).focus(); // somebody reads them
}

function head(said) {
  heading.textContent = said;
  heading.hidden = !said;
}

function hitButton(hit, click) {
  const inside = [h("b", { text: hit.title }), hit.heading && h("small", { text: hit.heading }), hit.snippet && h("span", { class: "snippet" }, marked(hit.snippet))];
  return hit.link
    ? tab(hit.link, { class: "hit", dir: "auto" }, inside)
    : h("button", { type: "button", class: "hit", dir: "auto", click: () => click(hit) }, inside);
}

function onInput(event) {
  if (event.isComposing) return;
  clearTimeout(typing);
  clearTimeout(settling);
  typing = setTimeout(ask, TYPED, true);
  settling = setTimeout(ask, SETTLED, false);
}

async function find(query, unfinished, signal) {
  const answer = await forPage(() => {
    const asked = { __proto__: null, q: query, limit: 8 };
    if (unfinished) asked.typing = 1;
    if (boot.search_lang) asked.lang = boot.search_lang;
    if (boot.product) asked.product = boot.product;
    return call("search", asked, { __proto__: null }, signal);
  });
  return assign(hitsOf(answer.hits, answer.impression, "search"), { weak: answer.weak === true });
}

async function ask(unfinished) {
  const query = input.value.trim();
  if (!unfinished) clearTimeout(settling);
  clearTimeout(typing);
  request?.abort();
  if (!query) {
    question = "";
    tell("");
    return offer();
  }
  if (question === `${query}\n${unfinished}`) return;
  question = `${query}\n${unfinished}`;
  const { signal } = (request = new AbortController());
  try {
    const found = await find(query, unfinished, signal);
    if (input.value.trim() !== query) return;
    const weak = found.weak && !unfinished;
    const hits = weak ? found.slice(0, 3) : found;
    const count = hits.length > 1 ? fill(words.many, hits.length) : words.one;
    showHits(hits, weak ? words.weak : hits.length ? count : fill(words.none, query), weak);
    if (!hits.length) list.append(h("li", { class: "none", text: words.fewer }));
    tell(heading.textContent);
    if (!unfinished) emit("search", { query, count: hits.length, weak });
  } catch {
    if (signal.aborted) return; // another question took its place
    question = "";
    head("");
    list.replaceChildren(h("li", {}, failure(() => ask(false))));
  }
}

const inWhole = (query, hit) => find(query, false).then((hits) => hits.find((one) => one.slug === hit.slug));

// A click settles the question, so that what helps is learned for all of it.
function pick(hit) {
  const query = input.value.trim();
  const settled = hit.kind === "search" && question.endsWith("true") ? inWhole(query, hit) : null;
  clearTimeout(settling);
  if (settled) question = `${query}\nfalse`;
  openArticle(hit, settled);
}

function onKeys(event) {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!step || event.isComposing) return;
  event.preventDefault();
  const at = rows().indexOf(event.target.closest(".hit")) + step;
  (at < 0 ? input : rows()[at])?.focus();
}
