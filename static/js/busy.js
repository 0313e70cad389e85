// A form is sent once: the button shows that it works, a second click is ignored. Buttons that are off say why.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const off = event.target.closest("[aria-disabled=true]");
    if (off) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || "again" in form.dataset) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button && button.classList.contains("btn")) button.setAttribute("aria-busy", "true");
  });
  const rest = () => document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) rest(); });
  document.addEventListener("htmx:finally:request", rest);
})();
