// The file is compared here, without leaving the device. Without this module, or where
// the browser may not compute a digest, the form sends it to the server.

const form = document.getElementById("comparaison");
const champ = document.getElementById("fichier");

if (form && champ && globalThis.crypto?.subtle) {
  const empreintes = form.dataset.guichetEmpreintes.split(" ");
  const identique = document.getElementById("identique");
  const different = document.getElementById("different");
  document.getElementById("comparer-ici").hidden = false;
  document.getElementById("comparer-envoi").hidden = true;

  const comparer = async (fichier) => {
    const digest = await crypto.subtle.digest("SHA-256", await fichier.arrayBuffer());
    const hex = [...new Uint8Array(digest)]
      .map((octet) => octet.toString(16).padStart(2, "0"))
      .join("");
    identique.hidden = !empreintes.includes(hex);
    different.hidden = !identique.hidden;
  };

  const essayer = async () => {
    identique.hidden = different.hidden = true;
    if (!champ.files.length) return champ.focus();
    try {
      await comparer(champ.files[0]);
    } catch {
      // Gone since it was chosen, or too large for this device: the server says more.
      form.submit();
    }
  };

  champ.addEventListener("change", essayer);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    essayer();
  });
}
