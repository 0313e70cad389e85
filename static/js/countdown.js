// Counts the minutes to the cut-off: <time datetime data-countdown>. The words come from the page's own text.
(() => {
  "use strict";
  const tick = () => document.querySelectorAll("time[data-countdown]").forEach((time) => {
    const left = Math.max(0, Math.ceil((Date.parse(time.dateTime) - Date.now()) / 60000));
    const numbers = time.textContent.match(/\d+/g) || [];
    if (numbers.length === 2) {
      const hours = Math.floor(left / 60);
      let n = 0;
      if (hours > 0) time.textContent = time.textContent.replace(/\d+/g, () => (n++ ? left % 60 : hours));
    } else if (numbers.length === 1 && left < 60) {
      time.textContent = time.textContent.replace(/\d+/, left);
    }
  });
  setInterval(tick, 60000);
})();
