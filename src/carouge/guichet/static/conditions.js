// What the answers show and cost, exactly as the server sees it (formulaire/conditions.py
// and calculs.py): numbers are whole numbers with a scale, texts are compared by code
// points, days are counted without Date. The plan comes ordered from the server
// (Plan.json()); it holds neither cycles nor unknown names.

const AUTOUR = " \t\n\r\f\v";
const NOMBRE = /^-?[0-9]{1,24}(?:\.[0-9]{1,24})?$/;
const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const USAGER = ["usager.type", "usager.niveau", "usager.resident"];
const LIGNE_AU_PLUS = 10n ** 13n;

/**
 * What these answers show.
 *
 * `valeurs` are the canonical values by field name, and under the name of a group its
 * rows, each with its `id`. `aujourdhui` is the day in Geneva as `2026-11-25`, `usager`
 * has the keys `type`, `niveau` and `resident`.
 *
 * @returns {{etapes: string[], groupes: string[], champs: string[],
 *   rangs: Object<string, Object<string, string[]>>,
 *   calculs: Object<string, ?string>,
 *   calculs_rangs: Object<string, Object<string, Object<string, ?string>>>,
 *   valeurs: {champs: Object, rangs: Object}}}
 *   as Resultat in Python; `valeurs` are the answers that count, for `prix`
 */
export function evaluer(plan, valeurs, { aujourdhui, usager = {} }) {
  const resultat = {
    etapes: [],
    groupes: [],
    champs: [],
    rangs: vierge(),
    calculs: vierge(),
    calculs_rangs: vierge(),
    valeurs: { champs: vierge(), rangs: vierge() },
  };
  const vue = vueDe(plan, resultat.valeurs, aujourdhui, usager);
  const etapes = new Set();
  const bruts = new Map();
  for (const pas of plan.suite) {
    const { genre, nom, groupe, calcul } = pas;
    if (groupe) {
      for (const [id, brut] of bruts.get(groupe) ?? []) {
        const rang = vue.rangs[groupe][id];
        if (tenue(pas.si, vue, groupe, rang)) {
          resultat.rangs[groupe][id].push(nom);
          rang[nom] = valeurDe(pas, brut, vue, rang);
        }
        if (calcul) resultat.calculs_rangs[groupe][id][nom] = rang[nom] ?? null;
      }
      continue;
    }
    const visible = (!pas.etape || etapes.has(pas.etape)) && tenue(pas.si, vue);
    if (genre === "champ") {
      if (visible) {
        resultat.champs.push(nom);
        vue.champs[nom] = valeurDe(pas, valeurs, vue);
      }
      if (calcul) resultat.calculs[nom] = vue.champs[nom] ?? null;
    } else if (visible && genre === "etape") {
      etapes.add(nom);
      resultat.etapes.push(nom);
    } else if (visible) {
      const rangs = rangsDe(propre(valeurs, nom));
      bruts.set(nom, rangs);
      resultat.groupes.push(nom);
      resultat.rangs[nom] = parRang(rangs, () => []);
      resultat.calculs_rangs[nom] = parRang(rangs, vierge);
      vue.rangs[nom] = parRang(rangs, vierge);
    }
  }
  return resultat;
}

/**
 * What the answers cost, in centimes; `resultat` is what `evaluer` returned.
 *
 * @returns {{lignes: {libelle: string, quantite: string, montant: number,
 *   total: number}[], total: number}}
 */
export function prix(plan, resultat, { aujourdhui, usager = {} }) {
  const vue = vueDe(plan, resultat.valeurs, aujourdhui, usager);
  const lignes = [];
  for (const { libelle, montant, par, si } of plan.prix) {
    if (!tenue(si, vue)) continue;
    // What one row says less than 0 takes nothing from the others.
    const valeurs = par
      ? termeDe({ champ: par }, vue).filter((valeur) => (nombre(valeur)?.m ?? 0n) > 0n)
      : ["1"];
    if (!valeurs.length) continue;
    const somme = additionner(valeurs);
    const quantite = texte(somme);
    if (quantite === null) continue;
    lignes.push({ libelle, quantite, montant, total: totalDe(montant, somme) });
  }
  const total = lignes.reduce((somme, ligne) => somme + ligne.total, 0);
  return { lignes, total: Math.max(0, total) };
}

// Names come from people: "constructor" and "__proto__" are names like others.
function vierge() {
  return Object.create(null);
}

function propre(objet, nom) {
  return Object.hasOwn(objet, nom) ? objet[nom] : undefined;
}

function vueDe(plan, { champs, rangs }, aujourdhui, usager) {
  const groupeDe = new Map();
  const groupes = new Set();
  for (const { genre, nom, groupe } of plan.suite) {
    if (genre === "groupe") groupes.add(nom);
    else if (groupe) groupeDe.set(nom, groupe);
  }
  return { champs, rangs, groupeDe, groupes, aujourdhui: jour(aujourdhui), usager };
}

function une(vue, nom) {
  if (vue.groupes.has(nom)) {
    const rangs = propre(vue.rangs, nom);
    return rangs ? String(Object.keys(rangs).length) : null;
  }
  if (USAGER.includes(nom)) {
    return canonique(propre(vue.usager, nom.slice("usager.".length)));
  }
  return propre(vue.champs, nom) ?? null;
}

function plusieurs(vue, groupe, nom) {
  const rangs = propre(vue.rangs, groupe) ?? {};
  return Object.values(rangs).map((rang) => propre(rang, nom) ?? null);
}

function rangsDe(brut) {
  const rangs = new Map();
  for (const rang of Array.isArray(brut) ? brut : []) {
    if (rang === null || typeof rang !== "object") continue;
    const id = propre(rang, "id");
    if (typeof id === "string" && !rangs.has(id)) rangs.set(id, rang);
  }
  return rangs;
}

function parRang(rangs, creer) {
  const objet = vierge();
  for (const id of rangs.keys()) objet[id] = creer();
  return objet;
}

function valeurDe(pas, valeurs, vue, rang) {
  if (!pas.calcul) return canonique(propre(valeurs, pas.nom));
  return pas.formule ? calculer(pas.formule, vue, pas.groupe, rang) : null;
}

function canonique(valeur) {
  if (typeof valeur === "string") return rogner(valeur) ? valeur : null;
  if (!Array.isArray(valeur)) return null;
  const dites = valeur.filter((un) => typeof un === "string" && rogner(un));
  return dites.length ? dites : null;
}

// Conditions

function tenue(condition, vue, groupe, rang) {
  if (!condition) return true;
  const vraie = (regle) => regleTenue(regle, vue, groupe, rang);
  return condition.si === "une"
    ? condition.regles.some(vraie)
    : condition.regles.every(vraie);
}

function regleTenue({ champ, op, valeur: attendu }, vue, groupe, rang) {
  const vraie = (valeur) =>
    valeur === null ? op === "vide" : epreuve(op, attendu, valeur, vue.aujourdhui);
  const ou = vue.groupeDe.get(champ);
  if (ou === undefined) {
    const valeur = une(vue, champ);
    if (vue.groupes.has(champ) && (op === "vide" || op === "rempli")) {
      return (valeur !== null && valeur !== "0") === (op === "rempli");
    }
    return vraie(valeur);
  }
  if (ou === groupe && rang) return vraie(propre(rang, champ) ?? null);
  const valeurs = plusieurs(vue, ou, champ);
  return op === "vide" ? valeurs.every((un) => un === null) : valeurs.some(vraie);
}

const COMPARER = {
  egal: (signe) => signe === 0,
  different: (signe) => signe !== 0,
  plus_que: (signe) => signe > 0,
  moins_que: (signe) => signe < 0,
  au_moins: (signe) => signe >= 0,
  au_plus: (signe) => signe <= 0,
};
const PLACER = {
  le: (signe) => signe === 0,
  avant: (signe) => signe < 0,
  apres: (signe) => signe > 0,
};

function epreuve(op, attendu, valeur, aujourdhui) {
  if (op in COMPARER) {
    const lu = nombre(valeur);
    return lu !== null && COMPARER[op](comparer(lu, nombre(attendu)));
  }
  if (op in PLACER) {
    const lu = jour(valeur);
    return lu !== null && PLACER[op](lu.numero - jour(attendu).numero);
  }
  if (op === "age_au_moins" || op === "age_moins_de") {
    const lu = jour(valeur);
    const ans = lu && age(lu, aujourdhui);
    return ans !== null && ans >= Number(attendu) === (op === "age_au_moins");
  }
  if (op === "rempli" || op === "vide") return op === "rempli";
  if (op === "oui" || op === "non") return valeur === op;
  if (op === "est_parmi") {
    const parmi = attendu.map(plier);
    return plies(valeur).some((un) => parmi.includes(un));
  }
  const plie = plier(attendu);
  if (op === "contient") {
    return typeof valeur === "string"
      ? plier(valeur).includes(plie)
      : plies(valeur).includes(plie);
  }
  const dites = plies(valeur);
  return (dites.length === 1 && dites[0] === plie) === (op === "est");
}

function rogner(brut) {
  let debut = 0;
  let fin = brut.length;
  while (debut < fin && AUTOUR.includes(brut[debut])) debut += 1;
  while (fin > debut && AUTOUR.includes(brut[fin - 1])) fin -= 1;
  return brut.slice(debut, fin);
}

function plier(brut) {
  return rogner(brut).replace(/[A-Z]+/g, (grandes) => grandes.toLowerCase());
}

function plies(valeur) {
  return typeof valeur === "string" ? [plier(valeur)] : valeur.map(plier);
}

// Numbers: { m, e } is m / 10^e.

function nombre(brut) {
  if (typeof brut !== "string" || !NOMBRE.test(brut)) return null;
  const [entier, decimales = ""] = brut.split(".");
  return { m: BigInt(entier + decimales), e: decimales.length };
}

function comparer(un, autre) {
  const { m } = soustraire(un, autre);
  return m > 0n ? 1 : m < 0n ? -1 : 0;
}

function soustraire(un, autre) {
  return ajouter(un, { m: -autre.m, e: autre.e });
}

function ajouter(un, autre) {
  const e = Math.max(un.e, autre.e);
  return { m: aEchelle(un, e) + aEchelle(autre, e), e };
}

function aEchelle({ m, e }, echelle) {
  return m * 10n ** BigInt(echelle - e);
}

function multiplier(un, autre) {
  return { m: un.m * autre.m, e: un.e + autre.e };
}

function texte({ m, e }) {
  const signe = m < 0n ? "-" : "";
  const chiffres = String(m < 0n ? -m : m).padStart(e + 1, "0");
  const coupure = chiffres.length - e;
  let decimales = chiffres.slice(coupure);
  while (decimales.endsWith("0")) decimales = decimales.slice(0, -1);
  const ecrit = signe + chiffres.slice(0, coupure) + (decimales && `.${decimales}`);
  return NOMBRE.test(ecrit) ? ecrit : null;
}

// Halves away from 0, as the cash desk does it.
function totalDe(montant, quantite) {
  const { m, e } = multiplier({ m: BigInt(montant), e: 0 }, quantite);
  const unite = 10n ** BigInt(e);
  let rond = (2n * (m < 0n ? -m : m) + unite) / (2n * unite);
  if (rond > LIGNE_AU_PLUS) rond = LIGNE_AU_PLUS;
  return Number(m < 0n ? -rond : rond);
}

// Days

function jour(brut) {
  const parties = typeof brut === "string" ? DATE.exec(brut) : null;
  if (!parties) return null;
  const [annee, mois, quantieme] = parties.slice(1).map(Number);
  if (annee < 1 || mois < 1 || mois > 12) return null;
  if (quantieme < 1 || quantieme > joursDuMois(annee, mois)) return null;
  return { annee, mois, quantieme, numero: numeroDe(annee, mois, quantieme) };
}

function bissextile(annee) {
  return annee % 4 === 0 && (annee % 100 !== 0 || annee % 400 === 0);
}

function joursDuMois(annee, mois) {
  if (mois === 2) return bissextile(annee) ? 29 : 28;
  return [4, 6, 9, 11].includes(mois) ? 30 : 31;
}

function numeroDe(annee, mois, quantieme) {
  const avant = annee - 1;
  let numero = 365 * avant + quantieme;
  numero += Math.floor(avant / 4) - Math.floor(avant / 100) + Math.floor(avant / 400);
  for (let un = 1; un < mois; un += 1) numero += joursDuMois(annee, un);
  return numero;
}

function age(naissance, le) {
  if (naissance.numero > le.numero) return null;
  const fete =
    le.mois > naissance.mois ||
    (le.mois === naissance.mois && le.quantieme >= naissance.quantieme);
  return le.annee - naissance.annee - (fete ? 0 : 1);
}

// Computed fields

function calculer({ op, termes }, vue, groupe, rang) {
  const valeurs = termes.map((terme) => termeDe(terme, vue, groupe, rang));
  if (op === "somme") return texte(additionner(valeurs.flat(1)));
  if (op === "nombre") return String(compter(valeurs.flat(1)));
  const seules = valeurs.map((suite) => (suite.length === 1 ? suite[0] : null));
  if (op === "age" || op === "jours") {
    const jours = seules.map(jour);
    if (jours.includes(null)) return null;
    if (op === "jours") return String(jours[1].numero - jours[0].numero);
    const ans = age(jours[0], jours[1] ?? vue.aujourdhui);
    return ans === null ? null : String(ans);
  }
  const nombres = seules.map(nombre);
  if (nombres.includes(null)) return null;
  return texte(nombres.reduce(op === "produit" ? multiplier : soustraire));
}

// The values of an operand: one, or one per row of a group seen from outside.
function termeDe({ champ, valeur }, vue, groupe, rang) {
  if (champ === undefined) return [valeur];
  const ou = vue.groupeDe.get(champ);
  if (ou === undefined) return [une(vue, champ)];
  if (ou === groupe && rang) return [propre(rang, champ) ?? null];
  return plusieurs(vue, ou, champ);
}

function additionner(valeurs) {
  return valeurs
    .map(nombre)
    .filter((lu) => lu !== null)
    .reduce(ajouter, { m: 0n, e: 0 });
}

function compter(valeurs) {
  return valeurs
    .filter((valeur) => valeur !== null)
    .reduce((somme, valeur) => somme + (Array.isArray(valeur) ? valeur.length : 1), 0);
}
