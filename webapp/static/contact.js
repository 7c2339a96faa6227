// Suggestions beside the contact form while somebody writes, and a draft that survives everything.
// Nothing here moves the focus, stands before Send or is stored before the first keystroke. Without
// this script the form is sent, and suggestions come once, on a page before the last.

const KEY = "kb-contact";
const WAIT = 400; // ms after a keystroke: a pause, not a gap between two letters
const SETTLED = 2000; // ms after which what was written is a question, from which search may learn
const QUIET = 1200; // ms after which a screen reader is told: later than the echo of what was typed
const SHOWN = 3;
const KEYBOARD = 100; // pixels: what takes more from the screen's foot is no toolbar
const AIR = 8; // pixels between that line and what is being written
const LONGEST = 20_000; // characters of a draft that are asked with: more are pasted at times
const LOW = 240; // pixels of height of which a line at the foot would take too much
const IDEOGRAM = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function store(draft) {
  try {
    if (draft) sessionStorage.setItem(KEY, JSON.stringify(draft));
    else sessionStorage.removeItem(KEY);
  } catch {} // storage is full or forbidden: the form works all the same
}

function report(event) {
  navigator.sendBeacon(document.body.dataset.events, JSON.stringify(event));
}

// The same where somebody waits for it: it arrived, or an error is thrown.
async function deliver(event) {
  const response = await fetch(document.body.dataset.events, { method: "POST", body: JSON.stringify(event) });
  if (!response.ok) throw new Error(response.statusText);
}

function keepDraft(form) {
  const { rejected = [], values = {}, token } = stored();
  const draft = { rejected, values, token };
  const fields = [...form.elements].filter((one) => one.name && !one.closest(".hollow") && !/hidden|file|submit/.test(one.type));
  if (!("kept" in form.dataset)) {
    for (const one of fields) one.value ||= values[one.name] ?? "";
    if (token) form.elements.form.value = token; // the same message stays the same ticket
  }
  for (const one of fields) one.autocomplete ||= "off"; // kept here, the browser need not
  draft.save = () => {
    for (const one of fields) values[one.name] = one.value;
    store({ rejected, values, token: form.elements.form.value });
  };
  form.addEventListener("input", draft.save);
  form.addEventListener("change", draft.save);
  return draft;
}

function checkFiles(input) {
  const { most, bytes, many, large } = input.dataset;
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.setCustomValidity(files.length > most ? many : files.some((one) => one.size > bytes) ? large : "");
    input.reportValidity();
  });
}

// A slip is told where it was made, when the field is left: the server would say the same later.
function checkPattern(input) {
  const { pattern, misfit } = input.dataset;
  const hint = document.getElementById(`${input.id}-hint`);
  const said = document.getElementById(`${input.id}-mistake`) ?? make("p", "mistake");
  let allowed;
  try {
    allowed = new RegExp(`^(?:${pattern})$`, "u");
  } catch {
    return; // only the server can read it
  }

  function check({ type }) {
    const value = input.value.trim().replace(/\s+/g, " ");
    const wrong = value !== "" && !allowed.test(value);
    input.setCustomValidity(wrong ? misfit : "");
    if (!wrong || type === "change") tell(wrong); // what is being written is not wrong yet
  }

  function tell(wrong) {
    if (wrong === (said.isConnected && said.textContent === misfit)) return;
    said.id = `${input.id}-mistake`;
    said.textContent = misfit;
    wrong ? input.before(said) : said.remove();
    wrong ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
    input.setAttribute("aria-describedby", [wrong && said.id, hint?.id].filter(Boolean).join(" "));
    status().textContent = wrong ? `${input.labels[0].firstChild.textContent.trim()}: ${misfit}` : "";
  }
  for (const type of ["input", "change"]) input.addEventListener(type, check);
  check({ type: "input" }); // of a draft that was there
}

// Where the list is below the form, off the screen, a line at the foot shows its first article and
// leads there. Keyboards cover what is fixed to the foot, so it stands on top of them.
function peek(offers) {
  const bar = document.querySelector(".peek");
  const [count, title] = bar.children;
  const view = window.visualViewport;

  function place() {
    const found = offers.querySelectorAll("li");
    const foot = view.offsetTop + view.height;
    const reached = offers.getBoundingClientRect().top < foot - bar.offsetHeight;
    const keyboard = document.documentElement.clientHeight - view.height > KEYBOARD;
    const was = bar.hidden;
    bar.hidden = !found.length || reached || view.height < LOW;
    bar.style.insetBlock = keyboard ? `${foot - bar.getBoundingClientRect().height}px auto` : "";
    if (was && !bar.hidden) makeRoom();
  }

  // What is being written must not be below it.
  function makeRoom() {
    if (!form.contains(document.activeElement)) return;
    const field = document.activeElement.getBoundingClientRect();
    const over = field.bottom + AIR - bar.getBoundingClientRect().top;
    const seen = field.top < view.offsetTop + view.height;
    if (seen && over > 0) scrollBy(0, Math.max(0, Math.min(over, field.top - view.offsetTop - AIR)));
  }

  for (const [one, type] of [[view, "resize"], [view, "scroll"], [window, "scroll"]]) one.addEventListener(type, place, { passive: true });
  new ResizeObserver(place).observe(offers); // it came, went, or is another

  return () => {
    const titles = offers.querySelectorAll("summary > b");
    count.textContent = amount(titles.length, bar.dataset);
    title.textContent = titles[0]?.textContent ?? "";
    place();
  };
}

function amount(count, { one, many }) {
  return count > 1 ? many.replace("%s", count) : count ? one : "";
}

function status() {
  return document.querySelector(".beside > [role=status]");
}

function suggest(form, draft) {
  const { subject, message, offered, page } = form.elements;
  const offers = document.querySelector(".offers");
  const list = offers.querySelector("ul");
  const words = offers.dataset;
  const renew = peek(offers);
  let first = true;
  let asked = "";
  let told = "";
  let waiting, settling, telling, request;

  offered.value = "1"; // what is offered is offered here

  async function ask(typing) {
    const text = `${subject.value}\n${message.value}`.trim().slice(0, LONGEST);
    if (text === asked && typing) return;
    asked = text;
    request?.abort();
    if (text.length < (IDEOGRAM.test(text) ? 4 : 10)) return show({ suggestions: [] });
    request = new AbortController();
    const body = { subject: subject.value, body: message.value.slice(0, LONGEST), url: page.value, typing, first, rejected: draft.rejected };
    if (form.dataset.lang) body.lang = form.dataset.lang;
    try {
      const response = await fetch(form.dataset.drafts, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal: request.signal,
      });
      if (!response.ok) throw new Error(response.statusText);
      const answer = await response.json();
      first = false;
      if (asked === text) show(answer);
    } catch (error) {
      if (error.name !== "AbortError") asked = ""; // no suggestions now; Send works
    }
  }

  function show({ suggestions, impression }) {
    if (offers.contains(document.activeElement)) return; // somebody reads them
    const rows = [...list.children];
    const next = suggestions.map((hit) => {
      const row = rows.find((one) => one.dataset.url === hit.url) ?? suggestion(hit);
      row.dataset.impression = impression;
      return row;
    });
    const reading = rows.filter((row) => !next.includes(row) && row.querySelector("details").open);
    list.replaceChildren(...[...reading, ...next].slice(0, SHOWN));
    offers.hidden = !list.children.length;
    renew();
    clearTimeout(telling);
    telling = setTimeout(tell, QUIET);
  }

  function tell() {
    const urls = [...list.children].map((row) => row.dataset.url).join(" ");
    if (urls === told) return;
    told = urls;
    status().textContent = amount(list.children.length, words);
  }

  function suggestion(hit) {
    const row = make("li");
    const details = make("details");
    const summary = make("summary");
    const snippet = make("span", "snippet");
    const whole = make("a", "plain", words.whole);
    const box = make("div", "prose");
    const actions = make("p", "actions");
    const solved = make("button", "choice", words.solved);
    const reject = make("button", "choice", words.reject);
    Object.assign(row.dataset, { url: hit.url, slug: hit.slug });
    snippet.append(...new DOMParser().parseFromString(hit.snippet, "text/html").body.childNodes);
    summary.append(make("b", "", hit.title), snippet);
    summary.dir = box.dir = "auto";
    Object.assign(whole, { href: hit.url, target: "_blank" });
    actions.append(solved, reject, whole);
    details.append(summary, box, actions);
    row.append(details);
    solved.type = reject.type = "button";
    details.addEventListener("toggle", () => details.open && open(row, hit, box), { once: true });
    solved.addEventListener("click", () => solve(row));
    reject.addEventListener("click", () => refuse(row));
    return row;
  }

  async function open({ dataset: { impression, slug } }, hit, box) {
    report({ impression, type: "suggestion_open", slug });
    try {
      const page = new DOMParser().parseFromString(await (await fetch(hit.url)).text(), "text/html");
      box.append(...passage(page.querySelector(".prose"), hit.anchor));
      settle(box, hit.url);
    } catch {} // the link to the article is there
  }

  async function solve({ dataset: { impression, slug } }) {
    try {
      await deliver({ impression, type: "suggestion_resolved", slug });
    } catch {
      status().textContent = words.failed;
      return;
    }
    Object.assign(document.querySelector(".solved .ask").dataset, { impression, slug });
    turn(true);
  }

  function refuse(row) {
    const { impression, slug } = row.dataset;
    const near = row.nextElementSibling ?? row.previousElementSibling;
    report({ impression, type: "suggestion_reject", slug });
    draft.rejected.push(slug);
    draft.save();
    row.remove();
    offers.hidden = !near;
    renew();
    (near?.querySelector("summary") ?? message).focus(); // where it was is gone
    told = "";
    status().textContent = words.rejected;
  }

  function soon(event) {
    if (event.isComposing) return;
    clearTimeout(waiting);
    clearTimeout(settling);
    waiting = setTimeout(ask, WAIT, true);
    settling = setTimeout(ask, SETTLED, false);
  }

  for (const one of [subject, message]) {
    one.addEventListener("input", soon);
    one.addEventListener("compositionend", soon);
  }
  ask(true); // of a draft that was there
}

// The page after "this solved it", and the way back from it: the draft is still there.
function turn(solved) {
  const [writing, thanks] = [".writing", ".solved"].map((one) => document.querySelector(one));
  writing.hidden = solved;
  thanks.hidden = !solved;
  (solved ? thanks.querySelector("h1") : writing.querySelector("textarea")).focus();
}

// How it was: one click, and no page of its own.
function rate(section) {
  const said = section.nextElementSibling;
  section.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { target, submitter } = event;
    const { impression, slug, thanks, failed } = section.dataset;
    if (target.ariaBusy) return; // one click is one answer
    target.ariaBusy = "true";
    said.textContent = "";
    try {
      await deliver({ impression, type: "rating", slug, rating: Number(submitter.value) });
      section.replaceChildren(Object.assign(make("h2", "", thanks), { tabIndex: -1 }));
      section.firstChild.focus();
    } catch {
      said.textContent = failed;
      target.ariaBusy = null;
    }
  });
}

// What stands under the heading that a suggestion leads to; all of it where there is no such heading.
function passage(prose, anchor) {
  const heading = anchor && prose.querySelector(`#${CSS.escape(anchor)}`)?.closest("h2, h3, h4, h5, h6");
  const found = [];
  for (let one = heading ? heading.nextElementSibling : prose.firstElementChild; one; one = one.nextElementSibling) {
    if (/^H\d$/.test(one.tagName) && (heading ? one.tagName <= heading.tagName : found.length)) break;
    found.push(one);
  }
  return found;
}

// An article's ids must not meet the form's, and its links must not lead away from it.
function settle(box, url) {
  const name = (id) => `${url.replace(/#.*/, "")}:${id}`;
  for (const one of box.querySelectorAll("[id]")) one.id = name(one.id);
  for (const one of box.querySelectorAll("[for]")) one.htmlFor = name(one.htmlFor);
  for (const one of box.querySelectorAll("a[href]")) {
    const href = one.getAttribute("href");
    if (href.startsWith("#")) one.href = url.replace(/#.*/, "") + href;
    one.target = "_blank";
  }
  if (box.scrollHeight > box.clientHeight) box.tabIndex = 0; // so that keyboards can scroll it
}

function make(tag, name = "", text = "") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}

const form = document.querySelector("form[data-drafts]");
if (document.querySelector("[data-sent]")) store(null);
if (form) {
  // What a mistake was answered with is asked for anew on the way back, not sent anew.
  history.replaceState(history.state, "", location.href);
  const files = form.querySelector("[type=file]");
  const draft = keepDraft(form);
  if (files) checkFiles(files);
  form.querySelectorAll("[data-pattern]").forEach(checkPattern);
  suggest(form, draft);
  rate(document.querySelector(".solved .ask"));
  document.querySelector(".solved [type=button]").addEventListener("click", () => turn(false));
  document.querySelector(".solved a").addEventListener("click", () => store(null)); // it is solved
}
