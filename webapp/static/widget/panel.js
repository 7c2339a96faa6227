// The dialog: a stack of views, one on the other, and the focus where it belongs.
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
  top()?.node.remove();
  stack.push(view);
  draw();
}

function back() {
  const left = stack.pop();
  left.node.remove();
  left.leave?.();
  draw();
}

function leaveAll() {
  for (const one of stack.splice(0)) {
    one.node.remove();
    one.leave?.();
  }
}

function draw() {
  const view = top();
  backButton.hidden = stack.length < 2;
  title.textContent = view.title;
  panel.setAttribute("aria-label", view.title);
  panel.querySelector(".tools").replaceChildren(...(view.tools ?? []));
  body.replaceChildren(view.node);
  if (panel.open) focusOn(view);
}

function focusOn(view) {
  const target = view.focus?.() ?? title;
  target.focus({ __proto__: null, preventScroll: true });
}

let telling;
function tell(said, wait = 500) {
  clearTimeout(telling);
  status.textContent = "";
  telling = setTimeout(() => (status.textContent = said), wait);
}

function show() {
  if (panel.open) return;
  remember({ __proto__: null, used: (kb.used = true) });
  kb.paint();
  if (!kb.host.isConnected) kb.attach();
  if (!panel.isConnected) kb.frame.append(panel);
  opener = kb.frame.getRootNode().activeElement ?? document.activeElement;
  wide = matchMedia("(min-width: 481px)").matches;
  wide ? panel.show() : panel.showModal();
  pressed(true);
  focusOn(top());
  emit("open");
}

function pressed(open) {
  kb.button.ariaExpanded = `${open}`;
  kb.button.classList.toggle("behind", open && !wide);
  kb.button.firstChild.textContent = open ? "×" : "?";
}

function close() {
  if (!panel.open) return;
  const held = panel.contains(panel.getRootNode().activeElement) || document.activeElement === document.body;
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

const portalLink = () => h("a", { href: kb.base, target: "_blank", rel: "noopener", text: known("portal") });
