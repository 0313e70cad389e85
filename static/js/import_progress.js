// While a worker reads a table, its page asks how far it is, and loads itself again when that ends. Without this script
// the page refreshes as a whole. [data-import] holds the address.
(() => {
  "use strict";
  const box = document.querySelector("[data-import]");
  if (!box) return;
  const text = box.querySelector("[data-import-text]");
  const bar = box.querySelector("progress");
  const ask = async () => {
    try {
      const answer = await fetch(box.dataset.import, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const told = await answer.json();
      if (!told.runs) {
        location.reload();
        return;
      }
      if (text.textContent !== told.text) text.textContent = told.text;
      if (told.total && told.state === "applying") {
        bar.max = told.total;
        bar.value = told.done;
      }
    } catch {
      // no network for a moment: the next question finds out
    }
    setTimeout(ask, 700);
  };
  setTimeout(ask, 400);
})();
