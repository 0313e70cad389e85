// Weights as people type them, and which of them want a second look. The server says the same (grams_typed.py).
// What all files of this folder share hangs on window.packing; they run in the order of the page's <script> tags.
(() => {
  "use strict";
  const UNUSUAL_PERCENT = 15;
  const packing = (window.packing = {});
  const root = document.getElementById("packen");
  packing.root = root;
  packing.settings = root ? JSON.parse(root.dataset.settings) : null;
  packing.words = packing.settings ? packing.settings.words : {};

  // Fills "#" and "§" of a sentence.
  packing.say = (word, first = "", second = "") =>
    (packing.words[word] || word).replace("#", () => first).replace("§", () => second);
  packing.number = (value) => new Intl.NumberFormat(document.documentElement.lang || "de").format(value);

  // Whole grams; null for an empty field, NaN for what is no weight. "1,5 kg" and "1,5" are 1500, "1.250" is 1250.
  packing.grams = (text) => {
    const typed = text.replace(/\s/g, "").toLowerCase().replace(/\.$/, "");
    if (!typed) return null;
    const kilos = typed.match(/^(\d{1,4})(?:[.,](\d{1,3}))?kg$/) || typed.match(/^(\d{1,4}),(\d{1,3})$/);
    if (kilos) return Number(kilos[1]) * 1000 + Number((kilos[2] || "").padEnd(3, "0"));
    return /^(?:\d{1,7}|\d{1,3}(?:[.']\d{3}){1,2})g?$/.test(typed) ? Number(typed.replace(/\D/g, "")) : NaN;
  };
  // What `packed` of the ordered units usually weigh; 0 when nobody knows.
  packing.usual = (row, packed) => Math.floor((Number(row.dataset.u || 0) * packed) / Number(row.dataset.q));
  packing.isUnusual = (grams, usual) => usual > 0 && Math.abs(grams - usual) * 100 > UNUSUAL_PERCENT * usual;
  // The command's own limit: ten times the usual weight, at least a kilogram; 100 kg a piece where nobody knows.
  packing.most = (row, packed) => {
    const usual = packing.usual(row, packed);
    return usual ? Math.max(1000, 10 * usual) : packed * 100000;
  };
})();
