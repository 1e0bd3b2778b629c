// Keys for people who work here all day; every page works without them.
// They move and they focus: no single key ever sends, shares or deletes anything.
(() => {
  const lines = () => [...document.querySelectorAll("a.line, [data-line]")].filter((one) => one.offsetParent);
  const step = (by) => {
    const all = lines();
    const here = all.indexOf(document.activeElement);
    all[Math.min(all.length - 1, Math.max(0, here < 0 ? 0 : here + by))]?.focus();
  };
  const focus = (what) => {
    const field = document.querySelector(what);
    const folded = field?.closest("details");
    if (folded) folded.open = true;
    field?.focus();
  };
  const keys = {
    "/": () => focus('[data-key=search]'),
    j: () => step(1),
    k: () => step(-1),
    r: () => focus('[data-key=reply]'),
    "?": () => document.getElementById("keys")?.showModal(),
  };
  const typing = (at) => at.matches?.("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const act = keys[event.key];
    if (!act || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act();
  });

  // Finds in what the page already shows; the server is not asked, and nothing is remembered.
  for (const finder of document.querySelectorAll(".finder")) {
    finder.hidden = false;
    finder.querySelector("input").addEventListener("input", ({ target }) => {
      const wanted = target.value.trim().toLocaleLowerCase();
      for (const line of document.querySelectorAll("a.line, [data-line]")) {
        const whole = line.closest("tr, li") ?? line;
        whole.hidden = !whole.textContent.toLocaleLowerCase().includes(wanted);
      }
    });
  }

  // What is typed for her stands at once as she will read it.
  for (const field of document.querySelectorAll("[data-shown-in]")) {
    const shown = document.getElementById(field.dataset.shownIn);
    field.addEventListener("input", () => { shown.textContent = field.value.trim() || "…"; });
  }

  // How strong a pass phrase is, while it is typed; without this a button asks.
  for (const button of document.querySelectorAll(".without-script")) button.hidden = true;
  for (const field of document.querySelectorAll("[data-measured-at]")) {
    const meter = field.form.querySelector(".strength");
    let waits;
    field.addEventListener("input", () => {
      clearTimeout(waits);
      waits = setTimeout(async () => {
        const body = new URLSearchParams({ csrf_token: field.form.elements.csrf_token.value, new: field.value });
        const answer = await fetch(field.dataset.measuredAt, { method: "POST", body });
        if (answer.ok) meter.innerHTML = await answer.text();
      }, 300);
    });
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // A double tap would send twice: the second is ignored, and the button says that it was heard.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) return event.preventDefault();
    event.target.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
})();
