// Packing by thumb: a tick or a weight is kept at once; after a usual weight the next field comes by itself.
(() => {
  "use strict";
  const packing = window.packing;
  if (!packing || !packing.root) return;
  const { root, rows, sync } = packing;
  const PAUSE_MS = 700;
  const rowOf = (target) => target.closest("[data-line]");
  const idOf = (row) => Number(row.dataset.line);
  let timer = null;

  const clear = (row) => {
    const note = row.querySelector(".pack__wrong");
    if (note) note.remove();
    const input = row.querySelector(".weight input");
    if (input) ["aria-invalid", "aria-describedby"].forEach((name) => input.removeAttribute(name));
  };
  const complain = (row, text, press = null) => {
    clear(row);
    const note = document.createElement("p");
    note.id = `${row.id}-fehler`;
    note.className = "pack__weight pack__wrong field__error";
    note.setAttribute("role", "alert");
    note.append(text);
    if (press) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn--s";
      button.textContent = press.text;
      button.addEventListener("click", press.deed);
      note.append(button);
    }
    row.append(note);
    const input = row.querySelector(".weight input");
    if (!input) return;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", note.id);
  };

  const nextField = (input) => {
    const open = [...root.querySelectorAll('[data-s="open"] .weight input')].filter((it) => it !== input && !it.readOnly);
    return open.find((it) => input.compareDocumentPosition(it) & Node.DOCUMENT_POSITION_FOLLOWING) || null;
  };
  const goOn = (input) => {
    const next = nextField(input);
    if (!next) { input.blur(); return; }
    next.focus();
    next.closest("[data-line]").scrollIntoView({ block: "center" });
  };
  // Keeps the typed weight. `sure`: an unusual one was confirmed, by its button or by Enter a second time; leaving the
  // field confirms nothing. True when there is nothing left to say.
  const keepWeight = (input, sure = false) => {
    const row = rowOf(input);
    const stands = rows.now(idOf(row));
    if (input.dataset.typed === undefined || input.readOnly) return true;
    const grams = packing.grams(input.value);
    const packed = stands[1] === null ? Number(row.dataset.q) : stands[1];
    const most = packing.most(row, packed);
    if (grams === null) {
      delete input.dataset.typed;
      clear(row);
      rows.show(idOf(row));
      return true;
    }
    row.querySelector(".pack__tick").checked = stands[0] !== "open";
    if (Number.isNaN(grams)) { complain(row, packing.say("no_number")); return false; }
    if (grams < 1 || grams > most) { complain(row, packing.say("too_much", packing.number(most))); return false; }
    if (packing.isUnusual(grams, packing.usual(row, packed)) && !sure) {
      if (input.dataset.asked === String(grams) && row.querySelector(".pack__wrong")) return false;
      input.dataset.asked = String(grams);
      const shown = packing.number(grams);
      const yes = { text: packing.say("yes", shown), deed: () => { keepWeight(input, true); goOn(input); } };
      complain(row, packing.say("really", shown), yes);
      return false;
    }
    delete input.dataset.typed;
    delete input.dataset.asked;
    input.value = String(grams);
    clear(row);
    if (stands[0] !== "open" && stands[2] === grams) return true;
    sync.enter(idOf(row), "pack", { packed_quantity: packed, weight_g: grams });
    return true;
  };
  const tick = (box) => {
    const row = rowOf(box);
    const input = row.querySelector(".weight input");
    clear(row);
    if (!box.checked) {
      if (input) delete input.dataset.typed;
      if (rows.now(idOf(row))[0] === "open") { rows.show(idOf(row)); return; }
      sync.enter(idOf(row), "unpack");
      return;
    }
    if (!input) { sync.enter(idOf(row), "pack", { packed_quantity: Number(row.dataset.q) }); return; }
    if (input.dataset.typed !== undefined && keepWeight(input)) return;
    box.checked = false;
    if (!input.value.trim()) complain(row, packing.say("no_weight"));
    input.focus();
  };

  const isWeight = (target) => target.matches(".pack .weight input");
  root.addEventListener("input", (event) => {
    const input = event.target;
    if (!isWeight(input)) return;
    input.dataset.typed = "";
    delete input.dataset.asked;
    clearTimeout(timer);
    const row = rowOf(input);
    const grams = packing.grams(input.value);
    const usual = packing.usual(row, Number(row.dataset.q));
    row.querySelector(".pack__tick").checked = input.value.trim() !== "";
    if (grams > 0 && usual && !packing.isUnusual(grams, usual)) {
      timer = setTimeout(() => { if (keepWeight(input) && input === document.activeElement) goOn(input); }, PAUSE_MS);
    }
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !isWeight(event.target)) return;
    event.preventDefault();
    clearTimeout(timer);
    const asked = event.target.dataset.asked === String(packing.grams(event.target.value));
    if (keepWeight(event.target, asked)) goOn(event.target);
  });
  root.addEventListener("focusin", (event) => { if (isWeight(event.target)) event.target.select(); });
  root.addEventListener("change", (event) => {
    if (event.target.matches(".pack__tick")) tick(event.target);
    else if (isWeight(event.target)) keepWeight(event.target);
  });
  document.addEventListener("visibilitychange", () => {
    const input = document.activeElement;
    if (document.visibilityState === "hidden" && input && isWeight(input)) keepWeight(input);
  });
  packing.clear = clear;
  if (root.hasAttribute("data-packs")) document.documentElement.dataset.packsItself = "";
  for (const field of root.querySelectorAll(".order form")) field.addEventListener("submit", (event) => event.preventDefault());
  sync.start();
})();
