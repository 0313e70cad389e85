// The "Sonne" button switches at once; the form behind it stores the same without JavaScript. In a row that is wider
// than the phone, the current entry is scrolled into sight.
(() => {
  "use strict";
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-view-switch]");
    const button = event.submitter;
    if (!form || !button || button.name !== "sonne") return;
    event.preventDefault();
    const on = button.value === "1";
    document.documentElement.toggleAttribute("data-sun", on);
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `sonne=${on ? 1 : 0}; Path=/; Max-Age=${on ? 31536000 : 0}; SameSite=Lax${secure}`;
    button.value = on ? "0" : "1";
    button.setAttribute("aria-pressed", String(on));
  }, true);
  for (const current of document.querySelectorAll(".side [aria-current], .chips [aria-current], .tabs [aria-current]")) {
    const row = current.parentElement;
    const [outer, inner] = [row.getBoundingClientRect(), current.getBoundingClientRect()];
    if (row.scrollWidth > row.clientWidth) row.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
  }
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form) form.requestSubmit();
  });
})();
