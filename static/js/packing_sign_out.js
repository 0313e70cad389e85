// Signing out leaves nothing of the farm on the phone; what waits to be sent is asked about first.
(() => {
  "use strict";
  const PLAIN = "# Eingaben der Packliste sind noch nicht gesendet und gehen beim Abmelden verloren. Trotzdem abmelden?";
  const waiting = () => new Promise((done) => {
    const asked = indexedDB.open("packen");
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onerror = () => done(0);
    asked.onsuccess = () => {
      const base = asked.result;
      if (!base.objectStoreNames.contains("entries")) { base.close(); done(0); return; }
      const counted = base.transaction("entries").objectStore("entries").count();
      counted.onsuccess = () => { base.close(); done(counted.result); };
      counted.onerror = () => { base.close(); done(0); };
    };
  });
  const forget = async () => {
    const worker = navigator.serviceWorker && navigator.serviceWorker.controller;
    if (worker) worker.postMessage({ forget: true });
    if (window.caches) for (const name of await caches.keys()) if (name.startsWith("packen-")) await caches.delete(name);
    await new Promise((done) => {
      const asked = indexedDB.deleteDatabase("packen");
      asked.onsuccess = asked.onerror = asked.onblocked = () => done();
    });
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (new URL(form.action, location.href).pathname !== "/konto/abmelden" || "cleared" in form.dataset) return;
    if (!window.indexedDB) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      const left = await waiting();
      const words = (window.packing && window.packing.words) || {};
      if (left && !window.confirm((words.leave_with_waiting || PLAIN).replace("#", left))) return;
      await forget();
    } catch {
      // Nothing was kept, or the browser keeps nothing.
    }
    form.dataset.cleared = "";
    form.submit();
  }, true);
})();
