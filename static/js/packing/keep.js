// Asks the service worker to keep the day's pages and what they are made of, for the cold store.
(() => {
  "use strict";
  const packing = window.packing;
  if (!packing || !packing.root || !("serviceWorker" in navigator)) return;
  const { worker_url, assets, pages, person } = packing.settings;
  window.addEventListener("load", async () => {
    try {
      await navigator.serviceWorker.register(worker_url, { scope: "/hof/" });
      const ready = await navigator.serviceWorker.ready;
      if (navigator.onLine) ready.active.postMessage({ keep: { person, assets, pages, here: location.pathname + location.search } });
    } catch {
      // A browser that keeps nothing (private window): the page works with a network.
    }
  });
})();
