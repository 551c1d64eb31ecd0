// The search field takes what a hand scanner types: a QR-bill has 31 lines, and each of
// them ends with Enter. Enter sends a number, and a QR-bill once its last line is there.
(() => {
  const field = document.getElementById("caisse-q");
  if (!field) return;
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    const text = field.value.trimStart();
    const scanned = text.startsWith("SPC");
    if (scanned && !/\nEPD\s*$/.test(text)) return;
    event.preventDefault();
    field.form.requestSubmit();
  });
})();

// A refund that was just decided goes to the bank at once; without scripts it waits for
// the button, or for the reconciliation.
(() => {
  const form = document.getElementById("caisse-interroger");
  if (form && form.dataset.envoyer) form.requestSubmit();
})();
