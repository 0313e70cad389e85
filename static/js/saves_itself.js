// Stock saves itself: a changed amount is sent at once, the bar says when it was kept. Without a network it waits.
// The form works alone; [data-saves-itself] marks it. Fields "menge-12" have a twin "war-12" with what holds.
(() => {
  "use strict";
  const form = document.querySelector("form[data-saves-itself]");
  if (!form) return;
  const bar = document.querySelector(".actionbar__state");
  const waiting = new Set();
  let timer = null;
  let busy = false;

  const say = (title, detail) => {
    const words = bar && bar.querySelector("span");
    if (!words) return;
    const strong = document.createElement("b");
    strong.textContent = title;
    words.replaceChildren(strong, document.createElement("br"), detail);
  };
  const twin = (name) => form.elements[name.replace("menge-", "war-")];
  const wrong = (field, text) => {
    const id = `${field.id}-fehler`;
    let note = document.getElementById(id);
    if (!text) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
      if (note) note.remove();
      return;
    }
    if (!note) {
      note = document.createElement("p");
      note.id = id;
      note.className = "field__error";
      note.setAttribute("role", "alert");
      field.closest("li").append(note);
    }
    note.textContent = text;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", id);
  };

  const send = async () => {
    if (busy || !waiting.size) return;
    busy = true;
    const sent = [...waiting];
    waiting.clear();
    const data = new FormData();
    for (const name of ["csrf_token", "tag"]) if (form.elements[name]) data.append(name, form.elements[name].value);
    for (const name of sent) {
      data.append(name, form.elements[name].value);
      data.append(twin(name).name, twin(name).value);
    }
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
      if (answer.status !== 200 && answer.status !== 422) throw new Error(answer.status);
      settle(sent, await answer.json());
    } catch {
      sent.forEach((name) => waiting.add(name));
      say(form.dataset.offline, form.dataset.waits.replace("#", waiting.size));
      setTimeout(send, 10000);
    }
    busy = false;
    if (waiting.size && navigator.onLine) later();
  };
  const settle = (sent, told) => {
    for (const name of sent) {
      const field = form.elements[name];
      const holds = told.holds[name];
      twin(name).value = holds === null || holds === undefined ? "" : holds;
      wrong(field, told.errors[name] || "");
      // Kilograms became whole pieces: the field shows what was kept.
      if (told.errors[name] || field.dataset.kilograms) field.value = twin(name).value;
    }
    if (told.saved.length) say(form.dataset.saved, told.text);
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(send, 700); };

  form.addEventListener("change", (event) => {
    if (!event.target.name.startsWith("menge-")) return;
    waiting.add(event.target.name);
    later();
  });
  window.addEventListener("online", send);
  window.addEventListener("beforeunload", (event) => { if (waiting.size || busy) event.preventDefault(); });
  form.addEventListener("submit", () => { clearTimeout(timer); waiting.clear(); });
})();
