// The dialog: a stack of views; a brief one goes when another comes.
let panel, body, title, backButton, closeButton, status, stack, opener, wide;

function buildPanel() {
  title = h("h2", { tabindex: "-1" });
  backButton = iconButton("back", back);
  closeButton = iconButton("close", close);
  body = h("div", { class: "body" });
  status = h("p", { role: "status", class: "away" });
  panel = h("dialog", { role: "dialog", class: "panel", tabindex: "-1", keydown: onKey, cancel: (event) => (event.preventDefault(), close()) },
    h("header", {}, backButton, title, h("span", { class: "tools" }), closeButton), body, status);
  stack = [];
  named(closeButton, known("close"));
}

function onKey(event) {
  event.stopPropagation(); // the page's shortcuts are not meant
  if (event.key !== "Escape" || event.isComposing) return;
  event.preventDefault();
  close();
}

const top = () => stack[stack.length - 1];

function go(view, fresh) {
  if (fresh) leaveAll();
  stack.push(view);
  settle(view);
}

function back() {
  stack.pop().leave?.();
  draw();
  if (stale()) within(null, true);
}

function leaveAll() {
  for (const one of stack.splice(0)) one.leave?.();
}

function settle(kept) {
  stack = stack.filter((one) => !one.brief || one === kept);
  draw();
}

function draw() {
  const view = top();
  if (body.firstChild !== view.node) {
    title.textContent = view.title;
    panel.setAttribute("aria-label", view.title);
    panel.querySelector(".tools").replaceChildren(...(view.tools ?? []));
    swap(body, target(), view.node);
  }
  backButton.hidden = stack.length < 2;
  offer();
}

const target = () => top().focus?.() ?? title;
const focused = () => kb.frame.getRootNode().activeElement;
const holds = () => panel.contains(focused());

// The focus is never taken from the page.
function swap(inside, focus, ...nodes) {
  const held = holds();
  inside.replaceChildren(...nodes);
  if (held) focusOn(focus);
}

const focusOn = (one) => one.focus({ __proto__: null, preventScroll: true });

let telling;
function tell(said, wait = 500) {
  clearTimeout(telling);
  status.textContent = "";
  telling = setTimeout(() => (status.textContent = said), wait);
}

function show() {
  if (holds()) return;
  opener = focused() ?? document.activeElement;
  if (panel.open) return focusOn(target());
  remember({ __proto__: null, used: (kb.used = true) });
  kb.paint();
  if (!kb.host.isConnected) kb.attach();
  if (!panel.isConnected) kb.frame.append(panel);
  wide = matchMedia("(min-width: 481px)").matches;
  wide ? panel.show() : panel.showModal();
  pressed(true);
  focusOn(target());
  emit("open");
}

function pressed(open) {
  kb.button.ariaExpanded = `${open}`;
  kb.button.classList.toggle("behind", open && !wide);
  kb.button.firstChild.textContent = open ? "×" : "?";
}

function close() {
  if (!panel.open) return;
  const held = holds() || document.activeElement === document.body;
  panel.close();
  pressed(false);
  if (held) (opener?.isConnected && opener !== document.body ? opener : kb.button).focus();
  emit("close");
}

// What is not there yet, and what will not come.
function waiting() {
  const bars = h("div", { class: "waiting" }, h("i"), h("i"), h("i"));
  setTimeout(() => bars.isConnected && bars.append(h("p", { class: "quiet", text: known("wait") })), 700);
  return bars;
}

function failure(again) {
  return h("div", { class: "failure", role: "alert" }, h("p", { text: known("dead") }),
    h("p", {}, h("button", { type: "button", class: "choice", text: known("again"), click: again }), portalLink()));
}

const portalLink = () => tab(kb.base, { text: known("portal") });
