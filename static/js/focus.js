// After a refused form the summary of errors takes the focus, also when htmx brought it.
(() => {
  "use strict";
  const look = (root) => {
    const summary = root.querySelector && root.querySelector("[data-error-summary]");
    if (summary) summary.focus();
  };
  look(document);
  document.addEventListener("htmx:after:swap", () => look(document));
})();
