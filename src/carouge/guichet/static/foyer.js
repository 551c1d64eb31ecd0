// Choosing a household member fills the questions about him at once. Without this module
// the button beside the choice does the same.

const form = document.getElementById("form");

for (const button of form ? form.querySelectorAll("[data-guichet-reprendre]") : []) {
  const select = document.getElementById(button.dataset.guichetReprendre);
  const status = form.querySelector(`[data-guichet-repris="${select?.id}"]`);
  if (!select || !status) continue;
  let last = 0;

  select.addEventListener("change", async () => {
    const turn = ++last;
    const data = new FormData(form);
    // The server needs no document to say what it knows of a person.
    for (const input of form.querySelectorAll("input[type=file]")) {
      data.delete(input.name);
    }
    data.set(button.name, button.value);
    status.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(form.action, { method: "POST", body: data });
      if (!response.ok) throw new Error(response.status);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (turn !== last) return;
      const selector = `[data-guichet-membre="${select.id}"]`;
      const blocks = page.querySelectorAll(selector);
      if (!blocks.length) {
        // The login has ended, for example: the page itself says so.
        button.click();
        return;
      }
      for (const block of blocks) {
        document.getElementById(block.id)?.replaceWith(block);
      }
      status.textContent = status.dataset.guichetFait;
    } catch {
      // The button stays; nothing that was typed is lost.
    } finally {
      if (turn === last) status.removeAttribute("aria-busy");
    }
  });
}
