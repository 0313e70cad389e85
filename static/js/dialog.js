// Opens <dialog id> from a link that leads to the same question as a page; Esc, back and [data-close] close it.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog && dialog.showModal) {
      event.preventDefault();
      dialog.showModal();
      const safe = dialog.querySelector("[data-safe]");
      if (safe) safe.focus();
      history.pushState({ dialog: dialog.id }, "");
      return;
    }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();
  });
  document.addEventListener("close", (event) => {
    if (event.target.matches("dialog") && history.state && history.state.dialog === event.target.id) history.back();
  }, true);
  window.addEventListener("popstate", () => {
    document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  });
})();
