// Answers to "Did this solve your issue?" in place. Without this script each answer leads to a page
// of its own; here that page's section replaces the one that is there. Who comes back in this tab is
// told the answer instead of being asked again, because only the first one counts.

const KEY = "kb-answered";

function remember(about, told) {
  const step = told.get("step");
  const voted = told.get("voted"); // whose vote it was, where no cookie says so
  try {
    sessionStorage.setItem(`${KEY} ${about}`, step === "thanks" ? "yes" : step);
    if (voted) sessionStorage.setItem(`${KEY} ${about} voted`, voted);
  } catch {} // storage is full or forbidden: then it is asked again
}

function sayWhatWasAnswered(section) {
  try {
    const key = `${KEY} ${section.querySelector("[name=about]").value}`;
    const said = section.querySelector(`template.${sessionStorage.getItem(key)}`);
    if (!said) return;
    section.replaceChildren(said.content);
    section.querySelector("form")?.append(hidden("voted", sessionStorage.getItem(`${key} voted`)));
  } catch {}
}

function hidden(name, value) {
  const field = document.createElement("input");
  return Object.assign(field, { type: "hidden", name, value: value ?? "" });
}

function answerInPlace(section) {
  const status = document.createElement("p");
  status.className = "told";
  status.setAttribute("role", "status");
  section.after(status);

  section.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { target: form, submitter } = event;
    if (form.ariaBusy) return; // one click is one vote
    form.ariaBusy = "true";
    status.textContent = "";
    try {
      show(await send(form, submitter));
    } catch (error) {
      status.textContent = error.said ?? section.dataset.failed;
    } finally {
      form.ariaBusy = null;
    }
  });

  async function send(form, submitter) {
    const { trail } = section.dataset;
    const fields = new URLSearchParams(new FormData(form));
    if (submitter.name) fields.set(submitter.name, submitter.value);
    const response = await fetch(form.action, {
      method: "POST",
      body: fields,
      headers: trail ? { "KB-Impression": trail } : {},
    });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!response.ok) throw { said: page.querySelector(".lead")?.textContent };
    remember(fields.get("about"), new URL(response.url).searchParams);
    return page.querySelector(".ask");
  }

  function show(next) {
    section.replaceChildren(...next.childNodes);
    section.querySelector("h2").focus();
    section.scrollIntoView({ block: "nearest" }); // all of the next question, not its heading alone
  }
}

for (const section of document.querySelectorAll(".ask")) {
  sayWhatWasAnswered(section);
  answerInPlace(section);
}
