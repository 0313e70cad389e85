// Toasts go after 6 seconds, but wait as long as they are pointed at or focused.
(() => {
  "use strict";
  const LIFE_MS = 6000;
  const watch = (toast) => {
    if (toast.dataset.watched) return;
    toast.dataset.watched = "1";
    let timer = null;
    const start = () => { clearTimeout(timer); timer = setTimeout(() => toast.remove(), LIFE_MS); };
    const stop = () => clearTimeout(timer);
    for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
    for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, start);
    start();
  };
  const all = () => document.querySelectorAll("#toasts [data-toast]").forEach(watch);
  all();
  new MutationObserver(all).observe(document.getElementById("toasts"), { childList: true, subtree: true });
})();
