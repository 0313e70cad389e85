// The preview of a product follows what is typed. Without this script the buttons of the form do the same.
(() => {
  "use strict";
  const form = document.querySelector("form[data-product-form]");
  const shown = document.getElementById("vorschau");
  if (!form || !shown) return;
  let timer = null;
  let asking = null;

  const ask = async () => {
    if (asking) asking.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { "X-Requested-With": "fetch" },
        signal: asking.signal,
      });
      if (answer.ok) shown.innerHTML = await answer.text();
    } catch {
      // No network, or a newer question: the card stays as it was.
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 400);
  });
})();
