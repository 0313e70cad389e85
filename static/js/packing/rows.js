// The rows of the page: what holds at the market, and over it what waits to be sent.
// A result is [state, packed units, grams, reason, 1 where it may still be changed], as the server tells it.
(() => {
  "use strict";
  const packing = window.packing;
  if (!packing || !packing.root) return;
  const OPEN = ["open", null, null, "", 1];
  const rows = new Map();
  const holds = new Map();
  const number = (text) => (text === undefined || text === "" ? null : Number(text));

  for (const row of packing.root.querySelectorAll("[data-line]")) {
    const id = Number(row.dataset.line);
    rows.set(id, row);
    if (row.dataset.s === "open") continue;
    const weight = row.querySelector(".weight input");
    const short = row.querySelector(".pack__short");
    const told = [row.dataset.s, number(row.dataset.p), weight ? number(weight.value) : null, null, Number(row.dataset.c || 0)];
    if (short) row.dataset.shortText = short.textContent.trim();
    holds.set(id, told);
  }

  const shortNote = (row, result) => {
    let note = row.querySelector(".pack__short");
    if (result[0] !== "short") {
      if (note) note.remove();
      return;
    }
    if (!note) {
      note = document.createElement("p");
      note.className = "pack__weight pack__short";
      const tag = document.createElement("span");
      tag.className = "tag tag--stop";
      note.append(tag);
      row.append(note);
    }
    const tag = note.querySelector(".tag") || note;
    const icon = tag.querySelector("svg");
    const text = result[3] === null
      ? row.dataset.shortText || ""
      : packing.say("short", Number(row.dataset.q) - result[1], result[3]);
    tag.replaceChildren(...(icon ? [icon] : []), text);
  };
  const waitNote = (row, waits) => {
    row.classList.toggle("pack--waits", waits);
    let note = row.querySelector(".pack__waits");
    if (!waits && note) note.remove();
    if (!waits || note) return;
    note = document.createElement("small");
    note.className = "pack__waits";
    note.textContent = packing.say("waits");
    row.querySelector(".pack__name").append(note);
  };
  const count = (row, result) => {
    const text = `${result[1] === null ? row.dataset.q : result[1]}\u2009×`;
    const where = row.querySelector(".pack__n");
    if (where.textContent !== text) where.textContent = text;
  };

  // By order the row names the product, by product the card does.
  packing.productOf = (row) => packing.settings.by_product
    ? row.closest(".order").querySelector(".order__who span").textContent
    : row.querySelector(".pack__name").firstChild.textContent.trim();
  packing.rows = {
    all: rows,
    OPEN,
    holds: (id) => holds.get(id) || OPEN,
    // The market's word on all lines; those that it does not name are open.
    hold(lines) {
      const changed = new Set([...holds.keys()].filter((id) => !(id in lines)));
      for (const [id, result] of Object.entries(lines)) {
        if (String(holds.get(Number(id))) !== String(result)) changed.add(Number(id));
      }
      for (const id of changed) {
        this.holdOne(id, lines[id]);
        this.show(id);
      }
    },
    holdOne(id, result) {
      if (result && result[0] !== "open") holds.set(id, result);
      else holds.delete(id);
    },
    // What the row is to say: the last waiting entry, else what holds.
    now(id) {
      const waiting = packing.waiting ? packing.waiting.get(id) : null;
      if (!waiting) return this.holds(id);
      if (waiting.deed === "unpack") return OPEN;
      const all = waiting.packed_quantity === Number(rows.get(id)?.dataset.q);
      return [all ? "packed" : "short", waiting.packed_quantity, waiting.weight_g, waiting.reason, all ? 1 : 0];
    },
    show(id) {
      const row = rows.get(id);
      if (!row) return;
      const result = this.now(id);
      const done = result[0] !== "open";
      const tick = row.querySelector(".pack__tick");
      tick.checked = done;
      tick.disabled = !packing.root.hasAttribute("data-packs") || (done && !result[4]);
      const weight = row.querySelector(".weight input");
      if (weight) {
        weight.readOnly = tick.disabled;
        if (weight !== document.activeElement && weight.dataset.typed === undefined) {
          weight.value = result[2] === null ? "" : String(result[2]);
        }
        weight.closest(".weight").classList.toggle("weight--set", done && result[2] !== null);
      }
      const menu = row.querySelector("a.pack__menu");
      if (menu) menu.hidden = tick.disabled;
      row.dataset.s = result[0];
      count(row, result);
      shortNote(row, result);
      waitNote(row, Boolean(packing.waiting && packing.waiting.has(id)));
    },
    // Cards whose rows all have a result, and how many have one.
    tally() {
      let done = 0;
      for (const row of rows.values()) if (row.dataset.s !== "open") done += 1;
      for (const card of packing.root.querySelectorAll(".order")) {
        card.classList.toggle("order--done", !card.querySelector('[data-s="open"]'));
      }
      return [done, rows.size];
    },
  };
})();
