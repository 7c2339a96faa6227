// Shows what was saved as soon as it was saved; on the pages of a preview alone.
// A page is loaded again only if it would differ. The browser keeps the place where it was read;
// what was folded out is folded out again here.

const KEY = "kb-preview";
const PAUSE = 1000; // ms before a server that is gone is asked again

const { changes, page, version } = document.querySelector("script[data-changes]").dataset;
const folds = [...document.querySelectorAll(".preview-bar details")];

function remember() {
  const open = folds.filter((fold) => fold.open).map((fold) => fold.id);
  sessionStorage.setItem(KEY, JSON.stringify(open));
}

function foldOut() {
  const open = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  for (const fold of folds) {
    fold.open = open.includes(fold.id);
    fold.addEventListener("toggle", remember);
  }
}

function seen() {
  return new Promise((done) => {
    const look = () => document.hidden || done(document.removeEventListener("visibilitychange", look));
    document.addEventListener("visibilitychange", look);
    look();
  });
}

async function next(since) {
  const answer = await fetch(`${changes}?since=${since}`);
  return (await answer.json()).version;
}

async function differs() {
  const answer = await fetch(location.href, { method: "HEAD" });
  return answer.headers.get("Preview-Page") !== page;
}

async function follow() {
  let since = Number(version);
  for (;;) {
    await seen();
    try {
      const now = await next(since);
      if (now !== since && (await differs())) return location.reload();
      since = now;
    } catch {
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  }
}

foldOut();
follow();
