// What was typed is kept in the browser's own database until the market has it: entries in the order of typing, and
// the results that the market told last, for a page that is opened without a network.
(() => {
  "use strict";
  const packing = window.packing;
  if (!packing || !packing.root) return;
  const NAME = "packen";
  let opened = null;

  const open = () => opened || (opened = new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("entries", { keyPath: "seq", autoIncrement: true });
      asked.result.createObjectStore("results", { keyPath: "id" });
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      done(asked.result);
    };
    asked.onerror = () => failed(asked.error);
  }));
  // One transaction; resolves when it is on disk, with what `work` asked for.
  const within = async (store, mode, work) => {
    const base = await open();
    return new Promise((done, failed) => {
      const deal = base.transaction(store, mode, mode === "readwrite" ? { durability: "strict" } : {});
      const asked = work(deal.objectStore(store));
      deal.oncomplete = () => done(asked && asked.result);
      deal.onerror = deal.onabort = () => failed(deal.error);
    });
  };

  packing.store = {
    // Somebody else's entries and results have no place here.
    async belongsTo(person) {
      for (const entry of await this.entries()) if (entry.person !== person) await this.drop(entry.seq);
      for (const result of await within("results", "readonly", (it) => it.getAll())) {
        const over = Date.now() - result.at > 3 * 86400000;
        if (result.person !== person || over) await within("results", "readwrite", (it) => it.delete(result.id));
      }
    },
    add: (entry) => within("entries", "readwrite", (it) => it.add(entry)),
    change: (entry) => within("entries", "readwrite", (it) => it.put(entry)),
    drop: (seq) => within("entries", "readwrite", (it) => it.delete(seq)),
    entries: () => within("entries", "readonly", (it) => it.getAll()),
    results: (id) => within("results", "readonly", (it) => it.get(id)),
    keepResults: (result) => within("results", "readwrite", (it) => it.put(result)),
  };
})();
