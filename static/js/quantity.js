// The farm's − n +: steps by 1 up to 20, by 5 above, never outside of min and max. The field itself works alone.
(() => {
  "use strict";
  const arm = (root) => root.querySelectorAll("[data-quantity] [data-step]").forEach((button) => { button.hidden = false; });
  arm(document);
  document.addEventListener("htmx:after:swap", () => arm(document));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-quantity] [data-step]");
    if (!button) return;
    const input = button.closest("[data-quantity]").querySelector("input");
    const up = button.dataset.step === "1";
    const now = parseInt(input.value, 10) || 0;
    const step = now > 20 || (up && now >= 20) ? 5 : 1;
    const low = parseInt(input.dataset.min, 10) || 0;
    const high = input.dataset.max === undefined ? 99999 : parseInt(input.dataset.max, 10);
    input.value = Math.min(high, Math.max(low, up ? now + step : now - step));
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
})();
