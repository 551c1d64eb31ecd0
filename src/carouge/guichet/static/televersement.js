// Files are sent while one goes on answering, one after the other, with their progress;
// a failed one can be tried again. Without this module they go with the form.

const form = document.getElementById("form");
const attente = document.getElementById("guichet-envoi");
const modele = document.getElementById("guichet-fichier");
const annonce = document.getElementById("guichet-envoi-etat");
const mots = attente?.dataset ?? {};

const dire = (phrase, valeurs = {}) =>
  phrase.replace(/\{(\w+)\}/g, (_, nom) => valeurs[nom] ?? "");

/** 340 Ko or 1,2 Mo, as the server says it. */
function taille(octets) {
  const mo = octets / (1024 * 1024);
  if (mo < 1) return dire(mots.ko, { n: Math.max(1, Math.round(octets / 1024)) });
  return dire(mots.mo, { n: String(Math.round(mo * 10) / 10).replace(".", ",") });
}

function annoncer(texte) {
  annonce.textContent = texte;
}

/** Why something was refused; the server's words when it has some. */
class Refus extends Error {}

// --- one after the other ----------------------------------------------------------

let file = Promise.resolve();
let enCours = 0;

/** Do something when all before it is done; what follows waits, whatever comes of it. */
function aLaSuite(travail) {
  enCours += 1;
  const fini = file.then(travail).finally(() => {
    enCours -= 1;
    if (!enCours) form.guichetEnvoi = null;
  });
  file = fini.catch(() => {});
  // The module that saves the answers waits for it when the server knows more than it.
  form.guichetEnvoi = file;
  return fini;
}

/** The address for files; the first one makes the brouillon they belong to. */
async function adresse() {
  const commence = () => form.querySelector("[name=revision]");
  if (!commence()) await form.guichetEnregistrer?.();
  if (!commence()) throw new Refus(mots.echec);
  return form.dataset.guichetFichiers;
}

function donnees(champs) {
  const data = new FormData();
  for (const [nom, valeur] of Object.entries(champs)) data.set(nom, valeur);
  // Whom the page was made for, and what proves that it is ours.
  for (const nom of ["pour", "_authenticator", "token", "version"]) {
    const input = form.querySelector(`input[type=hidden][name=${nom}]`);
    if (input) data.set(nom, input.value);
  }
  return data;
}

function reviser(revision) {
  const input = form.querySelector("[name=revision]");
  if (input) input.value = Math.max(Number(input.value) || 0, revision);
}

function envoyer(url, data, { progres, signal }) {
  return new Promise((resolve, reject) => {
    const requete = new XMLHttpRequest();
    const arreter = () => requete.abort();
    requete.open("POST", url);
    requete.responseType = "text";
    requete.upload.onprogress = (event) => {
      if (event.lengthComputable) progres(event.loaded / event.total);
    };
    requete.onerror = () => reject(new Refus(mots.horsLigne));
    requete.onabort = () => reject(new DOMException("", "AbortError"));
    requete.onloadend = () => signal.removeEventListener("abort", arreter);
    requete.onload = () => {
      let reponse = {};
      try {
        reponse = JSON.parse(requete.responseText);
      } catch {
        // A proxy on the way answers with a page of its own.
      }
      if (requete.status === 201) resolve(reponse);
      else if (requete.status === 413) reject(new Refus(reponse.message ?? mots.tropGrand));
      else reject(new Refus(reponse.message || mots.echec));
    };
    if (signal.aborted) return reject(new DOMException("", "AbortError"));
    signal.addEventListener("abort", arreter);
    requete.send(data);
  });
}

// --- a question for documents -------------------------------------------------------

class Piece {
  constructor(bloc) {
    this.bloc = bloc;
    this.cle = bloc.dataset.guichetPiece;
    this.maxFichiers = Number(bloc.dataset.guichetMaxFichiers);
    this.maxOctets = Number(bloc.dataset.guichetMaxOctets);
    this.liste = bloc.querySelector("[data-guichet-liste]");
    this.envoi = bloc.querySelector("[data-guichet-envoi]");
    this.input = this.envoi.querySelector("input[type=file]");
    this.input.addEventListener("change", () => this.choisir());
    bloc.addEventListener("click", (event) => {
      const button = event.target.closest("[data-guichet-retirer]");
      if (!button) return;
      event.preventDefault();
      this.retirer(button.closest("[data-guichet-fichier]"));
    });
    // A browser that goes back may have kept a file it would send again.
    this.input.value = "";
    this.montrer();
  }

  get nombre() {
    return this.liste.querySelectorAll(
      "[data-guichet-fichier], [data-guichet-attente]:not([data-guichet-refuse])",
    ).length;
  }

  montrer() {
    this.liste.hidden = !this.liste.children.length;
    this.envoi.hidden = this.nombre >= this.maxFichiers;
  }

  choisir() {
    const choisis = [...this.input.files];
    this.input.value = "";
    this.input.removeAttribute("aria-invalid");
    this.input.classList.remove("is-invalid");
    for (const fichier of choisis) new Envoi(this, fichier).commencer();
  }

  /** Put the cursor where one goes on. */
  viser() {
    if (this.envoi.hidden) {
      this.bloc.focus();
    } else {
      this.input.focus();
    }
  }

  ajouter(recu, place) {
    const ligne = modele.content.firstElementChild.cloneNode(true);
    ligne.dataset.guichetFichier = recu.id;
    const lien = ligne.querySelector("a");
    lien.href = recu.url;
    lien.textContent = recu.nom;
    ligne.querySelector("[data-guichet-taille]").textContent = taille(recu.taille);
    ligne.querySelector("[data-guichet-a-verifier]").hidden = recu.etat !== "a_verifier";
    const image = ligne.querySelector("img");
    if (recu.apercu) {
      image.onerror = () => image.remove();
      image.src = recu.apercu;
    } else {
      image.remove();
    }
    const button = ligne.querySelector("[data-guichet-retirer]");
    button.dataset.guichetRetirer = recu.id;
    button.name = `retirer-fichier.${this.cle}.${recu.id}`;
    button.querySelector("[data-guichet-nom]").textContent = recu.nom;
    place.replaceWith(ligne);
    this.change();
    return ligne;
  }

  async retirer(ligne) {
    const nom = ligne.querySelector("a").textContent;
    const id = ligne.dataset.guichetFichier;
    ligne.setAttribute("aria-busy", "true");
    try {
      const revision = await aLaSuite(async () => {
        const reponse = await fetch(`${await adresse()}/${id}/retirer`, {
          method: "POST",
          body: donnees({}),
        });
        const recu = await reponse.json();
        if (!reponse.ok) throw new Refus(recu.message || mots.echec);
        return recu.revision;
      });
      reviser(revision);
      ligne.remove();
      annoncer(dire(mots.retire, { nom }));
      this.change();
      this.viser();
    } catch (error) {
      ligne.removeAttribute("aria-busy");
      annoncer(error instanceof Refus ? error.message : mots.horsLigne);
    }
  }

  change() {
    this.montrer();
    this.bloc.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// --- a file on its way --------------------------------------------------------------

class Envoi {
  constructor(piece, fichier) {
    this.piece = piece;
    this.fichier = fichier;
    this.ligne = attente.content.firstElementChild.cloneNode(true);
    this.progres = this.ligne.querySelector("progress");
    this.reessayer = this.ligne.querySelector("[data-guichet-reessayer]");
    for (const place of this.ligne.querySelectorAll("[data-guichet-nom]")) {
      place.textContent = fichier.name;
    }
    this.progres.setAttribute("aria-label", fichier.name);
    this.reessayer.addEventListener("click", () => this.commencer());
    this.ligne
      .querySelector("[data-guichet-annuler]")
      .addEventListener("click", () => this.annuler());
  }

  commencer() {
    const { piece, ligne } = this;
    const dejaRefuse = ligne.hasAttribute("data-guichet-refuse");
    const plein = piece.nombre >= piece.maxFichiers;
    if (!ligne.isConnected) piece.liste.append(ligne);
    if (plein) return this.refuser(dire(mots.plein, { n: piece.maxFichiers }));
    if (this.fichier.size > piece.maxOctets) {
      const max = taille(piece.maxOctets);
      return this.refuser(dire(mots.tropLourd, { max }), false);
    }
    ligne.removeAttribute("data-guichet-refuse");
    this.arret = new AbortController();
    this.reessayer.hidden = true;
    this.progres.hidden = false;
    this.progres.removeAttribute("value");
    this.texte(mots.attente);
    piece.montrer();
    if (dejaRefuse) ligne.querySelector("[data-guichet-annuler]").focus();
    aLaSuite(() => this.envoyer()).catch(() => {});
  }

  async envoyer() {
    const { piece, fichier } = this;
    if (this.arret.signal.aborted) return;
    const nom = fichier.name;
    annoncer(dire(mots.debut, { nom }));
    try {
      const data = donnees({ champ: piece.cle });
      data.set("fichier", fichier);
      const recu = await envoyer(await adresse(), data, {
        signal: this.arret.signal,
        progres: (part) => this.avancer(part),
      });
      reviser(recu.revision);
      const avait = this.ligne.contains(document.activeElement);
      const ligne = piece.ajouter(recu, this.ligne);
      if (avait) ligne.querySelector("a").focus();
      annoncer(dire(mots.recu, { nom: recu.nom }));
    } catch (error) {
      if (error.name === "AbortError") return;
      this.refuser(error instanceof Refus ? error.message : mots.horsLigne);
    }
  }

  avancer(part) {
    const pourcent = Math.floor(part * 100);
    this.progres.value = pourcent;
    this.texte(pourcent < 100 ? dire(mots.envoi, { pourcent }) : mots.controle);
  }

  texte(texte) {
    this.ligne.querySelector("[data-guichet-texte]").textContent = texte;
  }

  /** Say why; trying again may help, unless the file itself is the reason. */
  refuser(message, encore = true) {
    this.ligne.setAttribute("data-guichet-refuse", "");
    this.progres.hidden = true;
    this.reessayer.hidden = !encore;
    this.texte(message);
    annoncer(`${this.fichier.name} : ${message}`);
    this.piece.montrer();
  }

  annuler() {
    this.arret?.abort();
    this.ligne.remove();
    annoncer(dire(mots.annule, { nom: this.fichier.name }));
    this.piece.montrer();
    this.piece.viser();
  }
}

// --- start --------------------------------------------------------------------------

if (form?.dataset.guichetFichiers && attente) {
  for (const bloc of form.querySelectorAll("[data-guichet-piece]")) new Piece(bloc);

  // Who goes on while files are on their way waits for them, then goes on by itself.
  form.addEventListener(
    "submit",
    async (event) => {
      if (!enCours) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      annoncer(mots.patience);
      const { submitter } = event;
      while (enCours) await file;
      const refuse = form.querySelector(
        "[data-guichet-refuse] [data-guichet-reessayer]:not([hidden])",
      );
      if (refuse) {
        refuse.focus();
      } else {
        form.requestSubmit(submitter);
      }
    },
    true,
  );
  addEventListener("beforeunload", (event) => {
    if (enCours) event.preventDefault();
  });
}
