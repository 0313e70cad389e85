// Several pictures from a phone go one by one: none is too large together, and a broken line loses one, not all.
// Without this script the form sends them together. Words stand in data attributes of the form.
(() => {
  "use strict";
  const form = document.querySelector("form[data-album]");
  if (!form || !window.fetch) return;
  const field = form.querySelector("input[type=file]");
  const button = form.querySelector("button.btn");
  const note = form.querySelector("[data-album-says]");
  const most = Number(form.dataset.album);

  const say = (text, wrong) => {
    note.textContent = text;
    note.className = wrong ? "field__error" : "field__hint";
    field.toggleAttribute("aria-invalid", wrong);
    if (wrong) field.setAttribute("aria-invalid", "true");
  };
  const refusalOf = async (answer) => {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = page.querySelector(".field__error");
    return said ? said.textContent.trim() : form.dataset.failed;
  };
  form.addEventListener("submit", async (event) => {
    const files = [...field.files];
    const large = files.find((file) => file.size > most);
    if (!large && files.length < 2) return;
    event.preventDefault();
    if (large) { say(`${large.name}: ${form.dataset.large}`, true); return; }
    button.disabled = true;
    for (const [index, file] of files.entries()) {
      say(form.dataset.sends.replace("#", index + 1).replace("#", files.length), false);
      const data = new FormData(form);
      data.set("bild", file, file.name);
      let refusal = "";
      try {
        const answer = await fetch(form.action, { method: "POST", body: data });
        if (!answer.ok) refusal = await refusalOf(answer);
      } catch {
        refusal = form.dataset.failed;
      }
      if (refusal) { say(`${file.name}: ${refusal}`, true); button.disabled = false; return; }
    }
    window.location.assign(form.action);
  });
})();
