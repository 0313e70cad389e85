// Puts into the basket without leaving the page: posts the form, takes the changed parts of the answer by id.
// Anything unexpected falls back to the plain form.
(() => {
  "use strict";
  const busy = new Set();
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-basket], form[data-basket-undo]");
    if (!form || !window.fetch) return;
    event.preventDefault();
    const article = form.elements.artikel.value;
    if (busy.has(article)) return;
    busy.add(article);
    const data = new FormData(form);
    const button = event.submitter;
    if (button && button.name) data.set(button.name, button.value);
    const back = form.elements.zurueck;
    const plain = () => {
      if (button && button.name) {
        const field = document.createElement("input");
        Object.assign(field, { type: "hidden", name: button.name, value: button.value });
        form.append(field);
      }
      form.submit();
    };
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: data, headers: { "X-Part": "basket" }, credentials: "same-origin", redirect: "error",
      });
      const parts = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-parts]");
      if (!parts) { plain(); return; }
      show(parts, article, button && button.dataset.testid, back && back.value);
    } catch (_) {
      plain();
    } finally {
      busy.delete(article);
    }
  });
  const show = (parts, article, pressed) => {
    const old = document.getElementById("kauf-" + article);
    const fresh = parts.querySelector("#kauf-" + article);
    if (old && fresh) {
      const had = old.contains(document.activeElement) || document.activeElement === document.body;
      old.replaceWith(fresh);
      if (had) {
        const same = pressed && fresh.querySelector(`[data-testid="${pressed}"]`);
        (same || fresh.querySelector('[data-testid="more"]') || fresh.querySelector("button")).focus();
      }
    }
    swap("korbleiste", parts, (bar) => {
      const foot = document.querySelector(".hedge--foot, footer");
      if (foot) foot.before(bar); else document.body.append(bar);
    });
    document.body.classList.toggle("has-bar", Boolean(document.getElementById("korbleiste")));
    swap("zettel", parts);
    const toast = parts.querySelector("[data-toast]");
    const area = document.getElementById("toasts");
    if (toast && area) {
      const undo = toast.querySelector("form");
      if (undo) undo.setAttribute("data-basket-undo", "");
      area.replaceChildren(toast);
    } else if (area) {
      area.querySelectorAll("[data-basket-undo]").forEach((form) => form.closest("[data-toast]").remove());
    }
    const say = document.getElementById("korbmeldung");
    if (say) say.textContent = parts.querySelector("[data-say]").textContent;
  };
  const swap = (id, parts, place) => {
    const old = document.getElementById(id);
    const fresh = parts.querySelector("#" + id);
    if (old && fresh) old.replaceWith(fresh);
    else if (old && id === "korbleiste") old.remove();
    else if (fresh && place) place(fresh);
  };
  // A typed quantity counts as soon as the field is left.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autostep]");
    if (form && event.target.name === "quantity") form.requestSubmit(form.querySelector('[name="step"][value="0"]'));
  });
})();
