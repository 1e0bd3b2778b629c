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

  // Passkeys: the browser makes or shows one for a challenge of this sign-in; the form carries the answer.
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  const byPasskey = async (part, form) => {
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
    const asked = await (await fetch(part.dataset.options, { method: "POST", body })).json();
    asked.challenge = bytes(asked.challenge);
    if (asked.user) asked.user.id = bytes(asked.user.id);
    asked.excludeCredentials = known(asked.excludeCredentials);
    asked.allowCredentials = known(asked.allowCredentials);
    const act = part.dataset.passkey === "make" ? "create" : "get";
    const { id, rawId, type, response } = await navigator.credentials[act]({ publicKey: asked });
    const answer = { clientDataJSON: text(response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature"]) {
      if (response[name]) answer[name] = text(response[name]);
    }
    return JSON.stringify({ id, rawId: text(rawId), type, response: answer, clientExtensionResults: {} });
  };
  for (const part of document.querySelectorAll("[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    part.hidden = false;
    const form = part.closest("form");
    const [trouble, button] = [part.querySelector(".error"), part.querySelector("button")];
    button.addEventListener("click", async () => {
      trouble.hidden = button.disabled = true;
      try {
        form.elements[part.dataset.field].value = await byPasskey(part, form);
        form.submit();
      } catch {
        trouble.hidden = button.disabled = false;
      }
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
