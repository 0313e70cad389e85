// A page that waits for the provider's word looks again by itself, and shows itself anew when something has changed.
(() => {
  "use strict";
  const page = document.querySelector("[data-look-again]");
  if (!page) return;
  const address = page.dataset.lookAgain;
  const known = page.dataset.orderState;
  let looks = 0;
  const look = async () => {
    looks += 1;
    try {
      const answer = await fetch(address, { credentials: "same-origin", referrerPolicy: "no-referrer", cache: "no-store" });
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-order-state]");
      if (answer.ok && found && found.dataset.orderState !== known) { location.replace(address); return; }
    } catch (_) { /* no net for a moment: look again */ }
    if (looks < 60) setTimeout(look, looks < 10 ? 2000 : 5000);
  };
  setTimeout(look, 1500);
})();
