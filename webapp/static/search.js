// Suggestions below the search box: an ARIA combobox with list autocomplete, after the WAI-ARIA
// Authoring Practices. Focus never leaves the input. Without this script the form just searches.

const WAIT = 90; // ms after a keystroke; shorter than people notice, long enough to skip half of them
const QUIET = 700; // ms after which a screen reader is told how many there are
const SHOWN = 6;

function suggest(form) {
  const input = form.querySelector("input[type=search]");
  const list = form.querySelector("[role=listbox]");
  const status = form.querySelector("[role=status]");
  const hint = form.querySelector("kbd");
  const answers = new Map();
  let active = -1;
  let asked = "";
  let waiting, telling, request;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  hint.hidden = false;

  const open = () => !list.hidden;

  function close() {
    clearTimeout(waiting);
    clearTimeout(telling);
    request?.abort();
    asked = "";
    list.hidden = true;
    status.textContent = "";
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function mark(index) {
    active = index;
    [...list.children].forEach((row, at) => row.setAttribute("aria-selected", at === index));
    const row = list.children[index];
    if (!row) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const rows = list.children.length + 1; // one more: the input itself
    mark(((active + 1 + step + rows) % rows) - 1);
  }

  async function ask() {
    const query = input.value.trim();
    if (query === asked) return;
    if (!query) return close();
    asked = query;
    request?.abort();
    request = new AbortController();
    try {
      const answer = answers.get(query) ?? (await fetchAnswer(query, request.signal));
      answers.set(query, answer);
      if (asked === query) show(query, answer);
    } catch (error) {
      if (error.name !== "AbortError") close(); // no suggestions; Enter still searches
    }
  }

  async function fetchAnswer(query, signal) {
    const parameters = new URLSearchParams({ q: query, typing: "1", limit: SHOWN });
    if (form.dataset.lang) parameters.set("lang", form.dataset.lang);
    const product = form.querySelector("[name=product]");
    if (product) parameters.set("product", product.value);
    const response = await fetch(`${form.dataset.suggest}?${parameters}`, { signal });
    if (!response.ok) throw new Error(response.statusText);
    return response.json();
  }

  function show(query, { hits, impression }) {
    if (impression) list.dataset.impression = impression; // for trail.js
    else delete list.dataset.impression;
    list.replaceChildren(...hits.map(suggestion), searchFor(query));
    [...list.children].forEach((row, at) => (row.id = `${list.id}-${at}`));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(-1);
    clearTimeout(telling);
    telling = setTimeout(() => tell(hits.length), QUIET);
  }

  function tell(count) {
    const { none, one, many } = form.dataset;
    status.textContent = count > 1 ? many.replace("%s", count) : count ? one : none;
  }

  function row(href) {
    const link = document.createElement("a");
    link.href = href;
    link.tabIndex = -1;
    link.setAttribute("role", "option");
    link.setAttribute("aria-selected", "false");
    return link;
  }

  function suggestion(hit) {
    const link = row(hit.url);
    const title = document.createElement("b");
    const place = document.createElement("small");
    title.textContent = hit.title;
    place.textContent = hit.heading || plain(hit.snippet);
    link.dir = "auto";
    link.dataset.slug = hit.slug;
    link.append(title, place);
    return link;
  }

  function searchFor(query) {
    const parameters = new URLSearchParams(new FormData(form));
    parameters.set("q", query);
    const link = row(`${form.action}?${parameters}`);
    link.className = "last";
    link.textContent = form.dataset.last.replace("%s", () => query);
    return link;
  }

  // IME users press Enter and arrows to choose characters: keyCode 229 is Safari's way to say so.
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") {
      if (!open()) input.value = "";
      close();
    } else if (event.key === "Enter" && open() && active >= 0) {
      list.children[active].click();
    } else if (event.key === "ArrowDown" && open()) {
      move(1);
    } else if (event.key === "ArrowUp" && open()) {
      move(-1);
    } else if (event.key === "ArrowDown" && input.value.trim()) {
      ask();
    } else {
      return;
    }
    event.preventDefault();
  });
  input.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, answers.has(input.value.trim()) ? 0 : WAIT);
  });
  input.addEventListener("compositionend", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT);
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus
  addEventListener("pageshow", close); // back from an article: no stale list

  addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || isEditable(event.target)) return;
    const key = event.key.toLowerCase();
    const slash = key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!slash && !(key === "k" && (event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}

function isEditable(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}

function plain(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent;
}

document.querySelectorAll("form[data-suggest]").forEach(suggest);
