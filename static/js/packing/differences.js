// Two people, two results: both side by side, and a choice. What was refused says why. Nothing is dropped unread.
(() => {
  "use strict";
  const packing = window.packing;
  if (!packing || !packing.root) return;
  const { store, settings } = packing;
  const place = document.getElementById("packen-meldungen");

  const element = (name, className, ...content) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...content);
    return made;
  };
  const button = (text, kind, press) => {
    const made = element("button", `btn btn--s${kind}`, text);
    made.type = "button";
    made.addEventListener("click", press);
    return made;
  };
  const inWords = ([state, packed, grams, reason]) => {
    if (state === "open") return packing.say("open");
    const parts = [packing.say("pieces", packed)];
    if (grams !== null && grams !== undefined) parts.push(`${packing.number(grams)}\u00a0g`);
    if (reason) parts.push(reason);
    return parts.join(", ");
  };
  const mineOf = (entry) => entry.deed === "unpack"
    ? packing.rows.OPEN
    : ["", entry.packed_quantity, entry.weight_g, entry.reason];
  const done = async (entries) => {
    for (const entry of entries) await store.drop(entry.seq);
    await packing.differences.show();
    await packing.sync.refresh();
  };
  // The same wish again, now knowing what it replaces.
  const insist = async (entries) => {
    const last = entries.at(-1);
    packing.rows.holdOne(last.line, last.theirs);
    for (const entry of entries) await store.drop(entry.seq);
    await packing.differences.show();
    await packing.sync.enter(last.line, last.deed, last);
  };

  const notice = (entries) => {
    const entry = entries.at(-1);
    const conflict = entry.outcome === "conflict" && entry.theirs;
    const may = conflict && entry.theirs[4] && packing.rows.all.has(entry.line);
    const title = packing.say(conflict ? "differs" : "refused", entry.number, entry.product);
    const body = element("div", "", element("b", "", title));
    if (conflict) {
      const list = element("dl", "differs");
      for (const [label, result] of [["mine", mineOf(entry)], ["theirs", entry.theirs]]) {
        list.append(element("div", "", element("dt", "", packing.say(label)), element("dd", "", inWords(result))));
      }
      body.append(list);
    }
    if (!may && entry.message) body.append(element("p", "", entry.message));
    const choices = element("div", "row row--wrap");
    if (may) choices.append(button(packing.say("take_mine"), "", () => insist(entries)));
    choices.append(button(packing.say(may ? "leave" : "understood"), "", () => done(entries)));
    body.append(choices);
    const made = element("div", "notice notice--warn", body);
    made.setAttribute("role", "alert");
    made.dataset.seq = entry.seq;
    return made;
  };
  const same = (mine, theirs) => theirs && mine[1] === theirs[1] && (mine[2] ?? null) === theirs[2];

  packing.differences = {
    async show() {
      const lines = new Map();
      for (const entry of await store.entries()) {
        if (entry.farm !== settings.farm || !entry.outcome) continue;
        lines.set(entry.line, [...(lines.get(entry.line) || []), entry]);
      }
      const shown = new Map([...place.querySelectorAll("[data-seq]")].map((it) => [it.dataset.seq, it]));
      for (const entries of lines.values()) {
        const last = entries.at(-1);
        if (last.deed === "pack" && same(mineOf(last), last.theirs)) {
          for (const entry of entries) await store.drop(entry.seq);
          continue;
        }
        if (!shown.delete(String(last.seq))) place.append(notice(entries));
      }
      for (const gone of shown.values()) gone.remove();
    },
    listChanged() {
      if (place.querySelector("[data-list]")) return;
      const link = element("a", "", packing.say("reload"));
      link.href = location.pathname + location.search;
      const made = element("div", "notice", element("div", "", element("b", "", packing.say("list_changed")), " ", link));
      made.setAttribute("role", "status");
      made.dataset.list = "";
      place.append(made);
    },
  };
})();
