// <kb-search>: suggestions below an input in the page.
const boxes = new Set();

function box(inside, input) {
  if (boxes.has(input)) return;
  boxes.add(input);
  const list = h("div", { class: "below", role: "listbox", id: "kb-below", "aria-label": words.suggestions, hidden: true, pointerdown: (event) => event.preventDefault() });
  const said = h("p", { role: "status", class: "away" });
  let active = -1, waits, request;
  kb.dress(inside.getRootNode(), STYLE);
  inside.append(list, said);
  set(input, { role: "combobox", "aria-autocomplete": "list", "aria-controls": "kb-below", "aria-expanded": "false" });

  const mark = (at) => {
    active = at;
    [...list.children].forEach((row, n) => row.setAttribute("aria-selected", `${n === at}`));
    const row = list.children[at];
    row ? input.setAttribute("aria-activedescendant", row.id) : input.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ __proto__: null, block: "nearest" });
  };
  const hide = () => {
    clearTimeout(waits);
    request?.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  };
  const option = (act, ...parts) => h("div", { class: "hit", role: "option", dir: "auto", "aria-selected": "false", click: () => (hide(), act()) }, parts);
  const look = async () => {
    const query = input.value.trim();
    request?.abort();
    if (!query) return hide();
    const { signal } = (request = new AbortController());
    let rows = [];
    try {
      const hits = await find(query, true, signal);
      rows = hits.slice(0, 6).map((hit) => option(() => within(() => (openHome(), openArticle(hit, inWhole(query, hit)))), h("b", { text: hit.title }), h("small", {}, hit.heading ? hit.heading : marked(hit.snippet))));
      said.textContent = hits.length > 1 ? fill(words.many, hits.length) : hits.length ? words.one : fill(words.none, query);
    } catch {
      if (signal.aborted) return; // it was left, or another question took its place
      said.textContent = known("dead");
      rows = [h("div", { class: "hit", role: "option", "aria-disabled": "true", text: known("dead") })];
    }
    rows.push(option(() => run("search", query), fill(words.last, query)));
    list.replaceChildren(...rows);
    rows.forEach((row, at) => (row.id = `kb-below-${at}`));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(-1);
  };
  const keys = {
    __proto__: null,
    ArrowDown: () => (list.hidden ? look() : mark(active + 1 < list.children.length ? active + 1 : -1)),
    ArrowUp: () => mark(active < 0 ? list.children.length - 1 : active - 1),
    Enter: () => (active >= 0 && !list.hidden ? list.children[active].click() : input.value.trim() && (hide(), run("search", input.value.trim()))),
    Escape: () => (list.hidden ? (input.value = "") : hide()),
  };
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  input.addEventListener("input", (event) => {
    clearTimeout(waits);
    if (!event.isComposing) waits = setTimeout(look, TYPED);
  });
  input.addEventListener("blur", hide);
  if (input.value) look();
}
