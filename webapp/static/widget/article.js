// An article in its frame, and below it the question that says whether it helped.
const READ = 10000; // ms in view
const SLOW = 8000; // ms after which a frame is taken for one that will not come
const REASONS = ["not_related", "did_not_answer", "out_of_date", "hard_to_follow"];

function frameUrl(hit) {
  const url = new URL(hit.url);
  const prefix = new URL(kb.base).pathname;
  return `${kb.base}widget/${url.pathname.slice(prefix.length)}?theme=${kb.dark ? "dark" : "light"}${url.hash}`;
}

function openArticle(hit, settled) {
  const vote = h("div", { class: "vote" });
  const holder = h("div", { class: "holder" }, waiting());
  const frame = h("iframe", { class: "article", title: hit.title, sandbox: "allow-popups allow-popups-to-escape-sandbox", referrerpolicy: "no-referrer" });
  const fail = () => {
    holder.replaceChildren(h("div", { class: "failure", role: "alert" }, h("p", { text: words.unshown }), h("p", {}, tab(hit.url, { text: words.whole }))));
    vote.hidden = true;
  };
  const slow = setTimeout(fail, SLOW);
  const refused = (event) => event.blockedURI.startsWith(new URL(kb.base).origin) && /^(frame|child)-src|^default/.test(event.effectiveDirective) && fail();
  const done = (settled ?? Promise.resolve()).then((one) => one ?? hit, () => hit);
  const reading = setTimeout(async () => !document.hidden && report(await done, "read").catch(() => {}), READ);
  let loads = 0;
  frame.addEventListener("load", () => {
    clearTimeout(slow);
    holder.querySelector(".waiting")?.remove();
    if (++loads > 1) vote.hidden = true; // another article, by a link in this one
  });
  frame.src = frameUrl(hit);
  document.addEventListener("securitypolicyviolation", refused);
  holder.append(frame);
  askWhether(vote, done);
  go({
    title: hit.title,
    node: h("div", { class: "view reading" }, holder, vote),
    tools: [tab(hit.url, { class: "tool", "aria-label": words.whole, title: words.whole }, icon("out"))],
    leave() {
      clearTimeout(slow);
      clearTimeout(reading);
      document.removeEventListener("securitypolicyviolation", refused);
    },
  });
  emit("article", { slug: hit.slug, title: hit.title, url: hit.url });
  done.then((one) => report(one, hit.kind === "draft" ? "suggestion_open" : "open")).catch((error) => !error.status && fail());
}

function askWhether(vote, done) {
  const question = h("p", { id: "kb-ask", text: words.ask });
  const answer = (solved) => async () => {
    const hit = await done;
    const type = solved ? (hit.kind === "draft" ? "suggestion_resolved" : "resolved") : "not_resolved";
    if (vote.ariaBusy) return; // one click is one vote
    vote.ariaBusy = "true";
    try {
      await report(hit, type);
    } catch {
      question.textContent = words.unsaid;
      return tell(words.unsaid);
    } finally {
      vote.ariaBusy = null;
    }
    emit("vote", { slug: hit.slug, solved });
    if (solved) return askHow(vote, hit);
    askWhy(vote, hit);
    if (hit.kind === "draft" && letter) suggestFor(letter.form, true); // without this one
  };
  vote.append(question, h("div", { class: "choices", role: "group", "aria-labelledby": "kb-ask" },
    h("button", { type: "button", class: "choice yes", text: words.yes, click: answer(true) }),
    h("button", { type: "button", class: "choice no", text: words.no, click: answer(false) })));
}

function askWhy(vote, hit) {
  askMore(vote, h("p", { tabindex: "-1" }, h("b", { text: words.sorry }), ` ${words.why}`), REASONS.map((one) => words[one]), async (at) => {
    await report(hit, "not_resolved", { __proto__: null, reason: REASONS[at] });
    thank(vote, words.told, stillStuck());
  }, stillStuck());
}

function askHow(vote, hit) {
  tell(words.glad);
  askMore(vote, h("p", { tabindex: "-1" }, h("b", { class: "glad", text: words.glad }), ` ${words.how}`), listOf(boot.ratings), async (at) => {
    await report(hit, "rating", { __proto__: null, rating: at + 1 });
    thank(vote, words.thanks);
  });
}

function askMore(vote, line, choices, say, more) {
  const failed = () => tell((line.textContent = words.unsaid));
  swap(vote, line, line, h("div", { class: "reasons" }, choices.map((one, at) => h("button", { type: "button", class: "choice", text: one, click: () => say(at).catch(failed) }))), more ?? "");
}

function thank(vote, said, more) {
  const line = h("p", { class: more ? "" : "glad", tabindex: "-1" }, icon("done"), said);
  swap(vote, line, line, more ?? "");
  tell(said);
}

const stillStuck = () => boot.contact && h("button", { type: "button", class: "plain", text: words.contact, click: () => contact() });
