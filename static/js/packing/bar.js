// The bar at the foot and the progress above: what waits, whether there is a network, what comes next.
(() => {
  "use strict";
  const packing = window.packing;
  if (!packing || !packing.root) return;
  const state = document.querySelector(".actionbar__state");
  const sprite = (name) => `${packing.settings.assets.find((it) => it.endsWith("icons.svg"))}#${name}`;
  const spoken = { line: "" };

  const draw = (icon, title, detail) => {
    const line = `${icon}${title}${detail}`;
    if (!state || spoken.line === line) return;
    spoken.line = line;
    state.querySelector("use").setAttribute("href", sprite(icon));
    const strong = document.createElement("b");
    strong.textContent = title;
    state.querySelector("span").replaceChildren(strong, document.createElement("br"), detail);
  };
  const waits = (count) => (count === 1 ? packing.say("one_waits") : packing.say("many_wait", count));
  const progress = (done, total) => {
    const text = document.querySelector("#packen-stand b");
    if (text) text.textContent = packing.say("packed", done, total);
    const bricks = document.querySelector(".progress .bricks");
    if (!bricks) return;
    const kept = [...bricks.classList].filter((name) => !/^(fill|done)-\d+$/.test(name));
    const step = done >= total ? 100 : Math.min(95, Math.round((done / total) * 20) * 5);
    bricks.className = kept.concat(kept.includes("bricks--units") ? `done-${done}` : `fill-${step}`).join(" ");
  };

  packing.bar = {
    // mode: "idle", "sending", "offline" or "signed-out".
    show(mode, waiting) {
      const [done, total] = packing.rows.tally();
      progress(done, total);
      const figures = packing.say("packed", done, total);
      if (mode === "signed-out") draw("lock-key", packing.say("signed_out"), waiting ? packing.say("not_lost") : figures);
      else if (mode === "offline") draw("wifi-slash", packing.say("offline"), waiting ? waits(waiting) : packing.say("go_on"));
      else if (waiting) draw("clock", packing.say("sending"), figures);
      else draw("check-circle", packing.say("all_sent"), figures);
    },
  };
  // The next card with something to do, below what is seen, else the first one.
  const next = document.querySelector("[data-next]");
  if (next) next.addEventListener("click", (event) => {
    const open = [...packing.root.querySelectorAll(".order:not(.order--done)")];
    const card = open.find((it) => it.getBoundingClientRect().top > 160) || open[0];
    if (!card) return;
    event.preventDefault();
    card.scrollIntoView({ block: "start" });
    card.focus({ preventScroll: true });
  });
})();
