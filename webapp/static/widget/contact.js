// The way to a person: the site's own form, articles below it while somebody writes, other channels.
const PAUSE = 450; // ms after a keystroke: a pause, not a gap between two letters
const WRITTEN = 2200; // ms after which a draft is a question
let letter;

function contactView() {
  if (letter) return letter;
  const { fields, ways, answer } = boot.contact;
  const channels = listOf(ways).length && h("section", { class: "ways" }, h("h3", { text: words.reach }), ways.map((one) => h("p", {}, h("b", { text: text(one.name) }), one.url ? h("a", { href: address(one.url), target: "_blank", rel: "noopener", text: text(one.address) }) : text(one.address), one.hours && h("small", { text: text(one.hours) }))));
  const form = listOf(fields).length ? buildForm(fields) : null;
  const search = h("button", { type: "button", class: "field", click: () => (stack.includes(home) ? back() : openHome()) }, icon("search"), known("search"));
  letter = {
    title: words.contact,
    node: h("div", { class: "view writing" }, h("div", { class: "scroll" }, notices(true), kb.options.mode === "ask-first" && search, answer && h("p", { class: "quiet", text: text(answer) }), form, channels || null), form?.offers),
    focus: () => form?.querySelector("input, textarea, select"),
    form,
  };
  return letter;
}

function control(one, id) {
  const shared = { id, name: one.name, "aria-required": one.required && "true", autocomplete: one.autocomplete || null, "aria-describedby": `${id}-said` };
  if (one.control === "area") return h("textarea", { ...shared, rows: "5" });
  if (one.control === "choice") return h("select", shared, h("option", { value: "", text: one.required ? words.choose : "" }), listOf(one.choices).map((choice) => h("option", { text: choice })));
  const offered = listOf(one.offered);
  return h("input", { ...shared, type: one.control === "line" ? "text" : one.control, maxlength: one.longest, list: offered.length ? `${id}-list` : null });
}

function field(one) {
  const id = `kb-${one.name}`;
  const offered = listOf(one.offered);
  return h("div", { class: "entry" }, h("label", { for: id }, text(one.label), !one.required && h("small", { text: ` ${words.optional}` })), control(one, id), h("p", { class: "said", id: `${id}-said`, text: text(one.hint) }), offered.length ? h("datalist", { id: `${id}-list` }, offered.map((choice) => h("option", { value: choice }))) : null);
}

function uploads({ types, hint }) {
  return h("div", { class: "entry" }, h("label", { for: "kb-attachments" }, words.files, h("small", { text: ` ${words.optional}` })), h("input", { id: "kb-attachments", name: "attachments", type: "file", multiple: boot.contact.uploads.most > 1, accept: listOf(types).map((one) => `.${one}`).join(), "aria-describedby": "kb-attachments-said" }), h("p", { class: "said", id: "kb-attachments-said", text: text(hint) }));
}

function buildForm(fields) {
  const send = h("button", { class: "button", text: words.send });
  const form = h("form", { class: "contact", novalidate: true, input: () => soon(form), submit: (event) => (event.preventDefault(), submit(form, fields, send)) }, fields.map(field), boot.contact.uploads && uploads(boot.contact.uploads), h("p", { class: "unsent", role: "alert" }), send);
  const draft = remembered().draft ?? create(null);
  form.inputs = create(null);
  for (const one of form.elements) if (one.name) form.inputs[one.name] = one;
  for (const { name, value } of fields) form.inputs[name].value = text(draft[name]) || text(kb.user[name]) || text(value);
  form.offers = h("section", { class: "offers", "aria-label": words.offers, hidden: true }, h("h3", { text: words.offers }), h("ul", { class: "hits" }));
  form.key = draft.key ?? crypto.randomUUID?.() ?? `${Date.now()}${Math.random()}`;
  form.first = true;
  return form;
}

function valuesOf(form) {
  const values = create(null);
  for (const one of boot.contact.fields) values[one.name] = form.inputs[one.name].value;
  return values;
}

// Nothing is asked and nothing kept before the first keystroke.
function soon(form) {
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

function mistakesIn(form, fields, values) {
  const found = create(null);
  for (const one of fields) if (one.required && !values[one.name].trim()) found[one.name] = one.missing;
  const limits = boot.contact.uploads;
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
  first?.focus();
  return !first;
}

const encode = (file) => new Promise((done, fail) => {
  const reader = new FileReader();
  reader.onload = () => done({ __proto__: null, name: file.name, data: reader.result.split(",")[1] ?? "" });
  reader.onerror = fail;
  reader.readAsDataURL(file);
});

async function submit(form, fields, send) {
  const unsent = form.querySelector(".unsent");
  const values = valuesOf(form);
  unsent.textContent = "";
  if (send.disabled || !showMistakes(form, mistakesIn(form, fields, values))) return;
  send.disabled = true;
  send.textContent = words.sending;
  try {
    const { name, email, subject, message, ...others } = values;
    const files = await Promise.all([...(form.inputs.attachments?.files ?? [])].map(encode));
    const ticket = { __proto__: null, name, email, subject, message, lang: boot.lang, url: location.href.slice(0, 2000), fields: assign(create(null), others), attachments: bareList(files) };
    const answer = await call("tickets", {}, { __proto__: null, method: "POST", headers: { __proto__: null, "Content-Type": "application/json", "Idempotency-Key": form.key }, body: stringify(ticket) });
    sent(answer);
  } catch (error) {
    const wrong = error.problem?.errors;
    if (!wrong || showMistakes(form, wrong)) unsent.textContent = words.unsent;
  }
  send.disabled = false;
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
