// Elements are made from names and texts; nothing here is ever parsed as HTML. Options have no
// prototype, since the page's may hold anything.
const { assign, create, keys } = Object;
const { parse, stringify } = JSON;
const { fetch, setTimeout, clearTimeout, URL, URLSearchParams } = window;
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  __proto__: null,
  back: "M12 4.5 6.5 10l5.5 5.5",
  close: "m5 5 10 10M15 5 5 15",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM13 13l4 4",
  out: "M11.5 3.5h5v5M16 4l-7 7M15.5 12v3a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 15V6A1.5 1.5 0 0 1 5 4.5h3",
  next: "m8 5 5 5-5 5",
  letter: "M3 5.5h14v9H3zM3.5 6l6.5 5 6.5-5",
  done: "m4.5 10.5 4 4 7-8.5",
};
let kb, words;

// What must be said before the server answers, or where it never does.
const known = (name) => kb.pick(WORDS)[name] ?? kb.pick(kb.site.words)[name];

function h(tag, props, ...inside) {
  const element = set(document.createElement(tag), props);
  element.append(...inside.flat().filter((one) => one));
  return element;
}

function set(element, props) {
  for (const name of keys(props ?? {})) {
    const value = props[name];
    if (value == null || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else if (name === "text") element.textContent = value;
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  return element;
}

const tab = (href, props, ...inside) => h("a", { href, target: "_blank", rel: "noopener", ...props }, ...inside);

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const iconButton = (name, click) => h("button", { type: "button", class: name, click }, icon(name));
const named = (button, label) => (button.title = button.ariaLabel = label);

// A snippet is escaped text with <mark>: both become what they stand for, and nothing else does.
const ENTITIES = { __proto__: null, amp: "&", lt: "<", gt: ">", quot: '"', "#34": '"', "#39": "'", "#x27": "'" };
const plain = (html) => html.replace(/&(amp|lt|gt|quot|#34|#39|#x27);/g, (_, name) => ENTITIES[name]);

function marked(html) {
  return text(html).split(/<mark>(.*?)<\/mark>/s).map((part, at) => (at % 2 ? h("mark", { text: plain(part) }) : plain(part)));
}

const own = (from, name) => (Object.hasOwn(from ?? {}, name) ? from[name] : undefined);
const text = (value) => (typeof value === "string" ? value : "");
const fill = (sentence, value) => sentence.replace("%s", () => value);
const listOf = (value) => (Array.isArray(value) ? value : []);

// What leads somewhere leads to a page, never into a script.
function address(value, base = kb.base) {
  try {
    const url = new URL(text(value), base);
    return /^(https?|mailto|tel):$/.test(url.protocol) ? url.href : kb.base;
  } catch {
    return kb.base;
  }
}

// Some old libraries teach arrays a toJSON of their own.
const bareList = (items) => assign([...items], { toJSON: undefined });
