// "Something is missing", asked in the page: the dialog of farm/packing_dialog.html, also without a network.
(() => {
  "use strict";
  const packing = window.packing;
  const dialog = document.getElementById("fehlt");
  if (!packing || !packing.root || !dialog) return;
  const form = dialog.querySelector("form");
  const wrong = dialog.querySelector("[data-wrong]");
  let row = null;

  const open = (chosen) => {
    row = chosen;
    form.reset();
    wrong.hidden = true;
    const { nr, q, u } = row.dataset;
    dialog.querySelector("[data-what]").textContent = `${nr} · ${q}\u2009× ${packing.productOf(row)}`;
    dialog.querySelector("[data-weighed]").hidden = !row.querySelector(".weight");
    form.elements.gepackt.value = "0";
    form.dataset.usual = u || "";
    dialog.showModal();
    form.elements.gepackt.focus();
    form.elements.gepackt.select();
  };
  const complain = (text) => {
    wrong.textContent = text;
    wrong.hidden = false;
    return false;
  };
  const read = () => {
    const ordered = Number(row.dataset.q);
    const typed = form.elements.gepackt.value.trim();
    const packed = /^\d{1,7}$/.test(typed) ? Number(typed) : NaN;
    if (!(packed >= 0 && packed <= ordered)) return complain(packing.say("count_wrong", ordered));
    let grams = null;
    if (row.querySelector(".weight") && packed) {
      grams = packing.grams(form.elements.gewicht.value);
      if (grams === null) return complain(packing.say("no_weight"));
      if (Number.isNaN(grams)) return complain(packing.say("no_number"));
      const most = packing.most(row, packed);
      if (grams < 1 || grams > most) return complain(packing.say("too_much", packing.number(most)));
      if (packing.isUnusual(grams, packing.usual(row, packed)) && form.dataset.sure !== String(grams)) {
        form.dataset.sure = String(grams);
        return complain(packing.say("really", packing.number(grams)));
      }
    }
    const reason = form.elements.eigener_grund.value.trim() || form.elements.grund.value;
    if (packed < ordered && !reason) return complain(packing.say("reason_missing"));
    return { packed_quantity: packed, weight_g: grams, reason: packed < ordered ? reason : "" };
  };

  packing.root.addEventListener("click", (event) => {
    const link = event.target.closest(".pack a.pack__menu");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link.closest("[data-line]"));
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = read();
    if (!told) return;
    const chosen = row;
    const weight = chosen.querySelector(".weight input");
    if (weight) delete weight.dataset.typed;
    packing.clear(chosen);
    await packing.sync.enter(Number(chosen.dataset.line), "pack", told);
    dialog.close();
    chosen.scrollIntoView({ block: "nearest" });
  });
})();
