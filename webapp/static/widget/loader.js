// A button and a queue; nothing is asked before somebody wants help.
const start = (script, site) => {
  const { KB, document } = window;
  if (KB && !KB.q && KB.length != 0) return; // one is enough
  const options = { __proto__: null, ...site.options };
  for (const { name, value } of script.attributes ?? []) options[name.replace("data-", "")] = value;
  const kb = { __proto__: null, site, options, roots: new Set() };
  const base = (kb.base = script.src.replace(/widget(\/\w+\/loader)?\.m?js.*$/, ""));
  const night = matchMedia("(prefers-color-scheme:dark)");
  let queue = [], tries = 0, button, note, loading;
  try {
    kb.used = sessionStorage["kb-widget"];
  } catch {}

  kb.lang = () => `${options.lang || document.documentElement.lang || navigator.language}`.toLowerCase();
  const pick = (kb.pick = (texts) => texts[kb.lang()] ?? texts[kb.lang().split("-")[0]] ?? texts[""]);
  const word = (name) => pick(site.words)[name];

  const make = (tag, props, ...inside) => {
    const element = Object.assign(document.createElement(tag), props);
    element.append(...inside);
    return element;
  };

  kb.dress = (root, css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  };
  const shade = (host, ...inside) => {
    const root = host.attachShadow({ __proto__: null, mode: "open" });
    const box = make("div", {}, ...inside);
    kb.dress(root, site.css);
    root.append(box);
    kb.roots.add(box);
    paint();
    return box;
  };

  const paint = (kb.paint = () => {
    const dark = (kb.dark = options.theme == "dark" || (options.theme != "light" && night.matches));
    const accent = dark ? site.dark : site.light;
    for (const box of kb.roots) {
      box.className = `root ${dark ? "dark" : ""} ${options.position}`;
      box.style.setProperty("--accent", accent);
      box.style.setProperty("--fill", options.colour ?? accent);
    }
    kb.ui?.paint();
    if (!button) return;
    const hint = kb.used ? "" : options.hint ?? pick(site.hint);
    button.lastChild.textContent = hint;
    button.ariaLabel = hint || word("help");
    button.hidden = options.launcher == "hidden";
  });

  // What is run has passed the preload's digest.
  const load = () => (loading ??= new Promise((done, fail) => {
    const href = `${base}widget/${site.version}/widget.js${tries++ ? `?${tries}` : ""}`;
    const onload = () => import(href).then(done, fail);
    const link = make("link", { rel: "modulepreload", crossOrigin: "", integrity: site.integrity, nonce: script.nonce, onload, onerror: fail, href });
    setTimeout(fail, 15e3);
    link.relList.supports(link.rel) ? document.head.append(link) : onload();
  }).then((rest) => {
    kb.ui = rest.mount(kb);
    paint();
    say();
    for (const one of queue.splice(0)) kb.ui.run(...one);
  }));

  const say = (name) => {
    note?.remove();
    if (!name) return;
    note = make("div", { className: "note", role: "dialog", ariaLabel: word("help") }, make("p", { role: "status", textContent: word(name) }), make("a", { href: base, target: "_blank", textContent: word("portal") }));
    kb.frame.append(note);
  };

  const use = () => {
    const soon = setTimeout(say, 700, "wait");
    load().catch(() => {
      queue = [];
      loading = null;
      say("dead");
    }).then(() => clearTimeout(soon));
  };

  const init = (given) => {
    Object.assign(options, given);
    if (!kb.host) {
      const warm = () => load().catch(() => (loading = null));
      kb.button = button = make("button", { className: "launcher", ariaHasPopup: "dialog", ariaExpanded: "false", onclick: () => run("toggle"), onpointerenter: warm, onfocus: warm }, make("b", { textContent: "?" }), make("span"));
      kb.host = make("kb-widget", { onkeydown: (event) => void (event.key == "Escape" && say()) });
      kb.frame = shade(kb.host, button);
      kb.attach();
    }
    paint();
  };

  kb.attach = () => {
    (document.body ?? document.documentElement).append(kb.host);
    kb.host.popover = "manual";
    kb.host.showPopover?.();
  };

  kb.destroy = () => {
    kb.host?.remove();
    kb.roots.delete(kb.frame);
    kb.host = kb.ui = button = note = loading = null;
  };

  const run = (window.KB = kb.run = (name, ...given) => {
    if (/^(init|config)$/.test(name)) init(...given);
    else if (kb.ui) kb.ui.run(name, ...given);
    else if (name == "destroy") kb.destroy();
    else if (queue.push([name, ...given]) && kb.host && /^(open|toggle|search|article|contact|box)$/.test(name)) use();
  });
  night.onchange = paint;

  customElements.define("kb-search", class extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const placeholder = this.getAttribute("placeholder") ?? word("search");
      const input = make("input", { type: "search", placeholder, ariaLabel: placeholder });
      const box = shade(this, input);
      input.onfocus = () => {
        if (!kb.host) init({ launcher: "hidden" });
        run("box", box, input);
      };
    }
  });

  if ("kb" in options) init();
  for (const one of KB?.q ?? []) run(...one);
};
