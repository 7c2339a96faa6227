// The way to a person: the site's form, and articles below it while somebody writes.
const PAUSE = 450; // ms after a keystroke: a pause, not a gap between two letters
const WRITTEN = 2200; // ms after which a draft is a question
let letter;

function contactView() {
  const old = letter?.form;
  if (letter && (!old || old.boot === boot || old.tried || stack.includes(letter))) return letter;
  const { fields, ways, answer } = boot.contact;
  const channels = listOf(ways).length && h("section", { class: "ways" }, h("h3", { text: words.reach }), ways.map((one) => h("p", {}, h("b", { text: text(one.name) }), one.url ? tab(address(one.url), { text: text(one.address) }) : text(one.address), one.hours && h("small", { text: text(one.hours) }))));
  const form = listOf(fields).length ? buildForm(fields) : null;
  const search = h("button", { type: "button", class: "field", click: openHome }, icon("search"), known("search"));
  letter = {
    title: words.contact,
    node: h("div", { class: "view writing", lang: kb.frame.lang, dir: kb.frame.dir }, h("div", { class: "scroll" }, notices(true), kb.options.mode === "ask-first" && search, answer && h("p", { class: "quiet", text: text(answer) }), form, channels || null), form?.offers),
    focus: () => form?.querySelector("input, textarea, select"),
    form,
  };
  return letter;
}

function control({ control, choices, required, longest }) {
  if (control === "area") return h("textarea", { rows: "5" });
  if (control === "choice") return h("select", {}, h("option", { value: "", text: required ? words.choose : "" }), listOf(choices).map((choice) => h("option", { text: choice })));
  return h("input", { type: control === "line" ? "text" : control, maxlength: longest });
}

function field(one) {
  const offered = listOf(one.offered), list = `kb-${one.name}-list`;
  return entry(one, set(control(one), { autocomplete: one.autocomplete || null, list: offered.length ? list : null }), offered.length && h("datalist", { id: list }, offered.map((choice) => h("option", { value: choice }))));
}

const uploads = ({ types, hint, most }) => entry({ name: "attachments", label: words.files, hint }, h("input", { type: "file", multiple: most > 1, accept: listOf(types).map((one) => `.${one}`).join() }));

function entry({ name, label, required, hint }, control, more) {
  const id = `kb-${name}`, said = `${id}-said`;
  return h("div", { class: "entry" }, h("label", { for: id }, text(label), !required && h("small", { text: ` ${words.optional}` })), set(control, { id, name, "aria-required": required && "true", "aria-describedby": said }), h("p", { class: "said", id: said, text: text(hint) }), more);
}

function buildForm(fields) {
  const send = h("button", { class: "button", text: words.send });
  const form = h("form", { class: "contact", novalidate: true, input: () => soon(form), submit: (event) => (event.preventDefault(), submit(form, send)) }, fields.map(field), boot.contact.uploads && uploads(boot.contact.uploads), h("p", { class: "unsent", role: "alert" }), send);
  const draft = remembered().draft ?? create(null);
  const files = letter?.form.inputs.attachments?.files;
  form.boot = boot;
  form.inputs = create(null);
  for (const one of form.elements) if (one.name) form.inputs[one.name] = one;
  for (const { name, value } of fields) form.inputs[name].value = text(draft[name]) || text(kb.user[name]) || text(value);
  if (files && form.inputs.attachments) form.inputs.attachments.files = files;
  form.written = files?.length;
  form.offers = h("section", { class: "offers", "aria-label": words.offers, hidden: true }, h("h3", { text: words.offers }), h("ul", { class: "hits" }));
  form.key = draft.key ?? crypto.randomUUID?.() ?? `${Date.now()}${Math.random()}`;
  form.first = true;
  return form;
}

function valuesOf(form) {
  const values = create(null);
  for (const one of form.boot.contact.fields) values[one.name] = form.inputs[one.name].value;
  return values;
}

// Nothing is asked and nothing kept before the first keystroke.
function soon(form) {
  form.written = true;
  remember({ __proto__: null, draft: { __proto__: null, ...valuesOf(form), key: form.key } });
  clearTimeout(form.pause);
  clearTimeout(form.settle);
  form.pause = setTimeout(suggestFor, PAUSE, form, true);
  form.settle = setTimeout(suggestFor, WRITTEN, form, false);
}

async function suggestFor(form, unfinished) {
  const { subject = "", message = "" } = valuesOf(form);
  const draft = { __proto__: null, subject, body: message, url: location.href.slice(0, 2000), typing: unfinished, first: form.first };
  form.request?.abort();
  if (`${subject}${message}`.trim().length < 4) return showOffers(form, []);
  if (boot.search_lang) draft.lang = boot.search_lang;
  if (boot.product) draft.product = boot.product;
  form.request = new AbortController();
  try {
    const answer = await post("suggest", draft, form.request.signal);
    if (answer.impression) form.first = false;
    showOffers(form, hitsOf(answer.suggestions, answer.impression, "draft"));
  } catch {} // no suggestions now; Send works
}

function showOffers({ offers }, hits) {
  const rows = offers.querySelector("ul");
  if (offers.contains(offers.getRootNode().activeElement)) return; // somebody reads them
  rows.replaceChildren(...hits.map((hit) => h("li", {}, hitButton({ ...hit, __proto__: null, snippet: "", heading: "" }, () => openArticle(hit)))));
  offers.hidden = !hits.length;
  if (hits.length) tell(`${words.offers}: ${hits.length}`, 1200);
}

function mistakesIn(form, values) {
  const found = create(null);
  const { fields, uploads: limits } = form.boot.contact;
  for (const one of fields) if (one.required && !values[one.name].trim()) found[one.name] = one.missing;
  const files = [...(form.inputs.attachments?.files ?? [])];
  if (files.length > limits?.most) found.attachments = limits.many;
  else if (files.some((file) => file.size > limits.bytes)) found.attachments = limits.large;
  return found;
}

function showMistakes(form, mistakes) {
  let first;
  for (const entry of form.querySelectorAll(".entry")) {
    const input = entry.querySelector("input, textarea, select");
    const said = entry.querySelector(".said");
    const wrong = mistakes[input.name];
    said.hint ??= said.textContent;
    said.textContent = text(wrong) || said.hint;
    entry.classList.toggle("wrong", !!wrong);
    wrong ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
    if (wrong) first ??= input;
  }
  if (holds()) first?.focus();
  return !first;
}

const encode = (file) => new Promise((done, fail) => {
  const reader = new FileReader();
  reader.onload = () => done({ __proto__: null, name: file.name, data: reader.result.split(",")[1] ?? "" });
  reader.onerror = fail;
  reader.readAsDataURL(file);
});

async function submit(form, send) {
  const { lang, words } = form.boot;
  const unsent = form.querySelector(".unsent");
  const values = valuesOf(form);
  unsent.textContent = "";
  if (send.ariaDisabled || !showMistakes(form, mistakesIn(form, values))) return;
  form.tried = form.written = send.ariaDisabled = "true";
  send.textContent = words.sending;
  try {
    const { name, email, subject, message, ...others } = values;
    const files = await Promise.all([...(form.inputs.attachments?.files ?? [])].map(encode));
    const ticket = { __proto__: null, name, email, subject, message, lang, url: location.href.slice(0, 2000), fields: assign(create(null), others), attachments: bareList(files) };
    const answer = await call("tickets", {}, { __proto__: null, method: "POST", headers: { __proto__: null, "Content-Type": "application/json", "Idempotency-Key": form.key }, body: stringify(ticket) });
    sent(answer);
  } catch (error) {
    const wrong = error.problem?.errors;
    if (!wrong || showMistakes(form, wrong)) unsent.textContent = words.unsent;
  }
  send.ariaDisabled = null;
  send.textContent = words.send;
}

function sent({ id, due }) {
  const by = due && attempt(() => new Intl.DateTimeFormat(boot.lang, { __proto__: null, weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" }).format(new Date(due)));
  remember({ __proto__: null, draft: undefined });
  letter = null;
  go({
    title: words.contact,
    node: h("div", { class: "view sent" }, icon("done"), h("h3", { tabindex: "-1", text: words.arrived }), h("p", { text: words.read }), h("p", {}, h("small", { text: words.reference }), h("b", { text: text(id) })), by && h("p", { class: "quiet", text: fill(words.due, by) }), h("button", { type: "button", class: "choice", text: words.close, click: () => (close(), openHome()) })),
    focus: () => top().node.querySelector("h3"),
  }, true);
  tell(words.arrived);
  emit("sent", { id });
}
