// Tells the server which hit was opened and whether it was read, so that search learns what helps.
// Keeps one entry for this tab, from a click on a hit until the tab closes, and nothing before it.

const KEY = "kb-trail";
const READ = 10; // seconds in view; who reads faster scrolls to the end
const SETTLE = 1000; // ms in which the browser itself scrolls, to a heading say

function report(event) {
  navigator.sendBeacon(document.body.dataset.events, JSON.stringify(event));
}

function remember(trail) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(trail));
  } catch {} // storage is full or forbidden: the open was reported all the same
}

function remembered() {
  try {
    const trail = JSON.parse(sessionStorage.getItem(KEY));
    return trail?.path === location.pathname ? trail : null;
  } catch {
    return null;
  }
}

function opened({ target, type, button }) {
  const link = target.closest?.("[data-impression] a[data-slug]");
  if (!link || (type === "auxclick" && button !== 1)) return;
  const { impression } = link.closest("[data-impression]").dataset;
  const { slug } = link.dataset;
  report({ impression, type: "open", slug });
  remember({ impression, slug, path: link.pathname });
}

function watchReading(trail, text) {
  let seconds = 0;
  let isRead = false; // whoever scrolls after ten seconds has read it already
  const clock = setInterval(() => !document.hidden && ++seconds >= READ && read(), 1000);
  const end = new IntersectionObserver(([entry]) => entry.isIntersecting && read());
  setTimeout(() => addEventListener("scroll", () => end.observe(text.lastElementChild ?? text), { once: true }), SETTLE);

  function read() {
    if (isRead) return;
    isRead = true;
    clearInterval(clock);
    end.disconnect();
    report({ impression: trail.impression, type: "read", slug: trail.slug });
    remember({ ...trail, read: true });
  }
}

addEventListener("click", opened);
addEventListener("auxclick", opened);

const text = document.querySelector(".prose");
const trail = text && remembered();
if (trail) {
  const ask = document.querySelector(".ask");
  if (ask) ask.dataset.trail = trail.impression; // a vote here is about that search
  if (!trail.read) watchReading(trail, text);
}
