// Packing: a weight that was typed ticks its line; leaving with ticks that are not saved asks first.
(() => {
  "use strict";
  const forms = [...document.querySelectorAll(".order form")].filter((form) => form.querySelector(".pack__tick"));
  if (!forms.length) return;
  let touched = false;
  for (const form of forms) {
    form.addEventListener("input", (event) => {
      touched = true;
      const weight = event.target.closest(".weight");
      if (!weight) return;
      const tick = weight.closest(".pack").querySelector(".pack__tick");
      tick.checked = event.target.value.trim() !== "";
    });
    form.addEventListener("submit", () => { touched = false; });
  }
  window.addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });
})();
