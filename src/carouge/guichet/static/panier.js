/* Refusals of the cart in a dialog instead of a page. Without this script, and when
   anything goes wrong, the form is sent as it is and a page says the same. */
(() => {
  "use strict";

  const dialog = document.getElementById("panier-refus");
  if (!dialog || typeof dialog.showModal !== "function") {
    return;
  }
  const text = document.getElementById("panier-refus-texte");
  const kept = document.getElementById("panier-refus-suite");
  const link = document.getElementById("panier-refus-lien");
  let origin = null;

  dialog.addEventListener("close", () => origin?.focus());

  async function send(form, button) {
    const data = new FormData(form);
    data.append(button.name, button.value);
    data.append("par", "script");
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data });
    const found = await answer.json();
    if (found.adresse) {
      window.location.assign(found.adresse);
      return;
    }
    text.textContent = found.texte;
    kept.textContent = found.suite;
    kept.hidden = !found.suite;
    link.hidden = !found.panier;
    dialog.showModal();
  }

  for (const form of document.querySelectorAll("form[data-guichet-panier]")) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button) {
        return;
      }
      event.preventDefault();
      if (form.dataset.envoi) {
        return;
      }
      form.dataset.envoi = "1";
      origin = button;
      send(form, button)
        .catch(() => {
          // Another session, no network: the page that follows tells.
          const order = document.createElement("input");
          order.type = "hidden";
          order.name = button.name;
          order.value = button.value;
          form.append(order);
          form.submit();
        })
        .finally(() => delete form.dataset.envoi);
    });
  }
})();
