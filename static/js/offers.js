// "Mehr zeigen" puts the next page below this one; the link alone leads to it as a page of its own.
(() => {
  "use strict";
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-pager] a[rel=next]");
    const list = document.getElementById("angebote");
    if (!link || !list || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(link.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const more = page.querySelectorAll("#angebote > section");
      if (!answer.ok || !more.length) throw new Error("no more");
      let first = null;
      more.forEach((section) => {
        const same = list.querySelector(`section[data-group="${section.dataset.group}"]`);
        const cards = section.querySelectorAll(".product");
        first = first || cards[0];
        if (same) same.querySelector(".products").append(...cards);
        else list.append(section);
      });
      const pager = page.querySelector("[data-pager]");
      link.closest("[data-pager]").replaceWith(pager);
      const name = first.querySelector(".product__name a");
      if (name) name.focus({ preventScroll: true });
    } catch (_) {
      location.assign(link.href);
    }
  });
})();
