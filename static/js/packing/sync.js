// Sending what waits, in order and once each, and asking every few seconds what others have packed.
(() => {
  "use strict";
  const packing = window.packing;
  if (!packing || !packing.root) return;
  const { settings, store, rows } = packing;
  const POLL_MS = 4000;
  const PATIENCE_MS = 15000;
  const BATCH = 40;
  const RESULTS = `${settings.farm}/${settings.day}`;
  let token = null;
  let digest = "";
  let mode = navigator.onLine ? "idle" : "offline";
  let running = null;
  let again = false;

  packing.waiting = new Map();  // line to its last entry that waits
  class SignedOut extends Error {}

  // All entries that wait to be sent, in the order of typing; those with an outcome wait for their person instead.
  const queue = async () => (await store.entries()).filter((it) => it.farm === settings.farm && !it.outcome);
  const refresh = async () => {
    const before = [...packing.waiting.keys()];
    const entries = await queue();
    packing.waiting.clear();
    for (const entry of entries) packing.waiting.set(entry.line, entry);
    for (const id of new Set([...before, ...packing.waiting.keys()])) rows.show(id);
    packing.bar.show(mode, entries.length);
    return entries;
  };
  const ask = async (url, options = {}) => {
    const answer = await fetch(url, {
      ...options, redirect: "manual", cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) throw new SignedOut();
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  const learn = async () => {
    const told = await ask(`${settings.state_url}&kennt=${digest}`);
    token = told.token;
    if (told.person !== settings.person) throw new SignedOut();
    if (!told.lines) return;
    digest = told.digest;
    rows.hold(told.lines);
    await store.keepResults({ id: RESULTS, person: settings.person, at: told.at, lines: told.lines });
    if (told.list !== settings.list) packing.differences.listChanged();
  };
  const settle = async (entry, answer) => {
    if (answer.line) rows.holdOne(entry.line, answer.line);
    if (answer.outcome === "done") return store.drop(entry.seq);
    return store.change({ ...entry, outcome: answer.outcome, message: answer.message, theirs: answer.line });
  };
  const send = async () => {
    for (;;) {
      const batch = (await queue()).slice(0, BATCH);
      if (!batch.length) return;
      if (!token) await learn();
      const entries = batch.map(({ key, line, deed, packed_quantity, weight_g, reason, instead_of }) =>
        ({ key, line, deed, packed_quantity, weight_g, reason, instead_of }));
      const sent = JSON.stringify({ entries });
      const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
      const told = await ask(settings.entries_url, { method: "POST", body: sent, headers });
      const answers = new Map(told.answers.map((it) => [it.key, it]));
      for (const entry of batch) await settle(entry, answers.get(entry.key));
      digest = "";
      await refresh();
    }
  };
  // One at a time, also among the tabs of this browser.
  const alone = (work) => (navigator.locks ? navigator.locks.request("packen-senden", work) : work());
  const run = async () => {
    try {
      await alone(send);
      await learn();
      mode = "idle";
    } catch (error) {
      token = null;
      mode = error instanceof SignedOut ? "signed-out" : "offline";
    }
    await refresh();
    await packing.differences.show();
  };

  packing.sync = {
    // Looks after everything now; while it is busy, once more afterwards.
    async now() {
      again = true;
      if (running) return running;
      running = (async () => {
        while (again) {
          again = false;
          await run();
        }
      })();
      await running;
      running = null;
      return null;
    },
    // Keeps an entry first, then sends it.
    async enter(line, deed, { packed_quantity = 0, weight_g = null, reason = "" } = {}) {
      const row = rows.all.get(line);
      const stands = rows.now(line);
      await store.add({
        key: [...crypto.getRandomValues(new Uint8Array(16))].map((it) => it.toString(16).padStart(2, "0")).join(""),
        farm: settings.farm, day: settings.day, person: settings.person, line, deed, packed_quantity, weight_g, reason,
        instead_of: stands[0] === "open" ? null : [stands[1], stands[2]],
        number: row.dataset.nr, product: packing.productOf(row), quantity: Number(row.dataset.q),
      });
      await refresh();
      this.now();
    },
    refresh,
    async start() {
      await store.belongsTo(settings.person);
      const kept = await store.results(RESULTS);
      if (kept && kept.at > settings.at) rows.hold(kept.lines);
      for (const id of rows.all.keys()) if (rows.all.get(id).dataset.c) rows.show(id);
      await refresh();
      await packing.differences.show();
      await this.now();
      setInterval(() => { if (document.visibilityState === "visible") this.now(); }, POLL_MS);
    },
  };
  window.addEventListener("online", () => packing.sync.now());
  window.addEventListener("offline", () => { mode = "offline"; refresh(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") packing.sync.now(); });
})();
