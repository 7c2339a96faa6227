// Small comforts on an article: copy buttons on code, and where one is in the table of contents.

function addCopyButtons(prose) {
  if (!navigator.clipboard) return; // only on https and localhost
  const { copy, copied } = prose.dataset;
  for (const code of prose.querySelectorAll("pre")) {
    const box = document.createElement("div");
    const button = document.createElement("button");
    box.className = "copyable";
    button.className = "copy";
    button.type = "button";
    button.lang = document.documentElement.lang;
    button.textContent = copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent.replace(/\n$/, ""));
      button.textContent = copied;
      setTimeout(() => (button.textContent = copy), 2000);
    });
    code.replaceWith(box);
    box.append(code, button);
  }
}

// What scrolls sideways must be reachable by keyboard, and what does not should not be in the way.
function letKeyboardsScroll(prose) {
  for (const box of prose.querySelectorAll("pre, .table-scroll")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

function followReading(contents) {
  const links = new Map([...contents.querySelectorAll("a")].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
  const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const visible = new Set();
  let current;
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) visible[isIntersecting ? "add" : "delete"](target);
      const first = headings.find((heading) => visible.has(heading));
      if (!first || first === current) return;
      links.get(current?.id)?.removeAttribute("aria-current");
      links.get(first.id).setAttribute("aria-current", "true");
      current = first;
    },
    { rootMargin: "-72px 0px -55% 0px" },
  );
  headings.forEach((heading) => observer.observe(heading));
}

const prose = document.querySelector(".prose");
const contents = document.querySelector(".contents");
letKeyboardsScroll(prose);
addCopyButtons(prose);
if (contents) followReading(contents);
