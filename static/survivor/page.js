// Takes traces away, and nothing else: every page works without it. Nothing is stored, no address
// and no title changes. Without the newer parts of a browser that it asks for it never starts, and
// the pages are what they are without JavaScript.
(() => {
  const doc = document, root = doc.documentElement;
  const page = () => doc.getElementById("page");
  const word = name => page().dataset[name];
  const key = () => doc.querySelector("#go [name=k]")?.value;
  const live = doc.getElementById("live");
  const others = new BroadcastChannel("a"), view = self.visualViewport;
  let busy = false, gone = false, own = 0, held, veil, idle, lift, shifts = [];

  const post = (fields, keepalive) => fetch("/", {
    method: "POST", body: new URLSearchParams(fields), headers: {"X-Part": "1"}, keepalive,
  });

  // What is half typed, to be kept for her on the server; a large body is not sent in passing.
  const half = () => {
    const changed = field => field.value != (field.defaultValue ?? field.value) || field.checked != field.defaultChecked;
    const form = [...doc.forms].find(one => one.elements.s && [...one.elements].some(changed));
    if (!form) return [];
    const fields = [...new FormData(form)].filter(([name]) => !["do", "k", "l"].includes(name));
    fields.push(["s", form.elements.do.value]);
    return `${new URLSearchParams(fields)}`.length < 5e4 ? fields : [];
  };

  // Leaving: cover first, end the session, move on when that is answered or after 300 ms.
  const leave = () => {
    if (gone) return;
    gone = true;
    const fields = [["do", "/front/leave"], ["k", key() || ""], ...half()], cover = doc.createElement("p");
    let exit = word("exit");
    cover.className = "veil";
    cover.setAttribute("role", "alert");
    const loading = word("cover");
    doc.body.replaceChildren(cover);
    cover.textContent = loading;
    // Once: a second call would begin the way to the other page anew.
    const go = () => { if (exit) location.replace(exit); exit = ""; };
    post(fields, true).then(go, go);
    setTimeout(go, 300);
    others.postMessage(0);
  };
  // Another tab left: this one is as dead, and dark before anybody looks at it.
  others.onmessage = () => {
    if (gone || !key()) return;
    gone = true;
    doc.body.replaceChildren();
    location.replace("/");
  };

  // A keyboard or two fingers leave only a part of the page in sight: the way out stays in it.
  const stick = () => {
    const x = doc.getElementById("x");
    if (!x || !view) return;
    const {scale, offsetLeft, offsetTop, width} = view;
    const end = root.dir == "rtl" ? offsetLeft : root.clientWidth - offsetLeft - width;
    // Not `transform`: the cover of a transformed button would cover the button alone.
    x.style.zoom = 1 / scale;
    x.style.insetBlockStart = offsetTop * scale + 8 + "px";
    x.style.insetInlineEnd = end * scale + 8 + "px";
  };

  // All of the page but its way out.
  const shown = () => [...page().childNodes].filter(node => node.id != "x" && node.id != "go");

  // Out of sight: what was shown leaves the document and comes back when the server says so.
  const hide = () => {
    const k = key(), since = Date.now();
    if (gone || veil || !k && !doc.querySelector("[open] .digits")) return;
    veil = doc.createElement("button");
    veil.className = "veil";
    veil.textContent = word("show");
    veil.onclick = () => {
      const away = (Date.now() - since) / 1000, t = away < 0 ? 999 : away;
      // "Covered" may have been lost on its way: how long it was is said once more.
      if (k) ask([["k", k], ["do", "/front/uncover"], ["t", t | 0]], null, true);
      else if (t < 60) { unveil(); unhold(); }
      else location.replace("/");
    };
    const fields = [["k", k], ["do", "/front/cover"], ...half()];
    held ||= shown();
    held.forEach(node => node.remove());
    doc.body.append(veil);
    // A page that made way for the answer to its own form was not hidden from her.
    if (k && since - own > 9000) post(fields, true).catch(() => {});
  };
  const unveil = () => { veil?.remove(); veil = null; };
  const unhold = () => { shown().forEach(node => node.remove()); page().append(...held); held = null; };

  // What went wrong is in sight and is read first. Not its field: that would open a keyboard over it.
  const point = () => {
    const wrong = page().querySelector(".error");
    if (!wrong) return;
    wrong.tabIndex = -1;
    wrong.focus({preventScroll: true});
    wrong.scrollIntoView({block: "center"});
  };

  const swap = html => {
    const parsed = doc.createElement("template");
    parsed.innerHTML = html;
    const next = parsed.content.getElementById("page"), now = page();
    const stays = now.querySelector(":scope > #x"), comes = next.querySelector("#x");
    // Only what is swapped in fades in: a first page is there at once.
    root.classList.add("s");
    now.querySelectorAll("input,textarea").forEach(field => { field.value = ""; });
    // The leave button stays the same node, so that a finger that is on it finds it again.
    if (stays && comes) {
      stays.innerHTML = comes.innerHTML;
      comes.remove();
      [...now.childNodes].forEach(node => node != stays && node.remove());
      now.append(...next.childNodes);
      for (const {name, value} of next.attributes) now.setAttribute(name, value);
    } else now.replaceWith(next);
    root.lang = page().lang;
    root.dir = page().dir;
    scrollTo(0, 0);
    page().querySelector("h1").focus({preventScroll: true});
    doc.getElementById("at")?.scrollIntoView();
    point();
    stick();
  };

  const say = (near, words) => {
    const said = doc.createElement("p");
    said.className = "notice notice-warn";
    said.setAttribute("role", "alert");
    near.querySelector(":scope > .notice-warn")?.remove();
    near.prepend(said);
    said.textContent = words;
    said.scrollIntoView({block: "center"});
  };

  const ask = async (fields, form, uncovers) => {
    if (busy || gone) return;
    busy = true;
    live.textContent = word("sending");
    const near = form && form.id != "go" ? form : page().querySelector("main") || doc.body;
    try {
      const answer = await post(fields), html = await answer.text();
      if (gone) return;
      const covered = veil && !uncovers;
      unveil();
      if (answer.status == 204) {
        if (held) unhold();
        else setTimeout(ask, 0, [["k", key()], ["to", "/today"]]);
      } else if (answer.status > 399 && near == form) {
        // What was typed stays; only what went wrong is said beside it.
        say(near, new DOMParser().parseFromString(html, "text/html").querySelector(".notice").textContent);
      } else {
        if (answer.headers.has("X-Front") || covered) held = null;
        swap(html);
      }
      // The answer came while the page was out of sight: it is not shown either.
      if (covered) hide();
    } catch {
      say(veil || near, word("lost"));
    } finally {
      busy = false;
      live.textContent = "";
      wait();
    }
  };

  // A page that nobody uses closes a little before the server would end the visit, so that what is
  // half typed can still be kept; one minute before, it asks.
  const wait = () => {
    clearTimeout(idle);
    if (!key()) return;
    const minutes = +word("idle");
    idle = setTimeout(() => {
      const main = page().querySelector("main"), stay = doc.createElement("button");
      idle = setTimeout(() => {
        gone = true;
        post([["k", key()], ["do", "/front/leave"], ...half()], true).catch(() => {});
        doc.body.replaceChildren();
        location.replace("/");
      }, 60000);
      if (!main) return;
      say(main, word("still") + " ");
      stay.textContent = word("stay");
      stay.className = "link";
      stay.onclick = () => {
        stay.parentNode.remove();
        wait();
        post({k: key(), do: "/front/stay"}).catch(() => {});
      };
      main.firstChild.append(stay);
    }, minutes * 60000 - 80000);
  };

  root.classList.add("j");
  doc.addEventListener("submit", event => {
    const form = event.target, by = event.submitter;
    if (form.dataset.own == "") { own = Date.now(); return; }
    if (by === undefined) return;
    event.preventDefault();
    if (by?.value == "/front/leave") return leave();
    if (busy) return;
    const fields = [...new FormData(form)];
    if (by?.name) fields.unshift([by.name, by.value]);
    // Whoever goes on elsewhere finds her words again; whoever skips a question takes them back.
    if (by?.name == "to" && by.dataset.skip == null) fields.push(...half());
    const words = by?.querySelector("span"), before = words?.textContent;
    if (by) by.disabled = true;
    if (words && form.id != "go") words.textContent = word("sending");
    ask(fields, form).then(() => {
      if (by) by.disabled = false;
      if (words) words.textContent = before;
    });
  });
  const onLeave = event => event.target.closest?.("#x");
  doc.addEventListener("pointerdown", event => {
    // The end of an earlier tap must not take this cover away.
    clearTimeout(lift);
    if (onLeave(event)) root.classList.add("c");
  });
  const uncover = () => { if (!gone) root.classList.remove("c"); };
  doc.addEventListener("pointercancel", uncover);
  doc.addEventListener("pointerup", () => { lift = setTimeout(uncover, 400); });
  // Shift three times, each alone: Escape stops a page from loading and would stop the leaving.
  doc.addEventListener("keydown", event => { if (event.key != "Shift") shifts = []; });
  doc.addEventListener("keyup", event => {
    if (event.key != "Shift") return;
    shifts = [...shifts, event.timeStamp].filter(time => event.timeStamp - time < 5000);
    if (shifts.length > 2) leave();
  });
  view?.addEventListener("resize", stick);
  view?.addEventListener("scroll", stick);
  doc.addEventListener("visibilitychange", () => { if (doc.visibilityState == "hidden") hide(); });
  addEventListener("pagehide", hide);
  addEventListener("pageshow", event => { if (event.persisted) location.replace("/"); });
  point();
  wait();
})();
