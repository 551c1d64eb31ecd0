// The form of a démarche in a browser that runs scripts: questions appear and go while
// one answers, what is typed is saved, a chosen household member fills in his part. The
// server decides all of it again; without this module its buttons do the same.

import { evaluer, prix } from "./conditions.js";

const form = document.getElementById("form");
const miroir = JSON.parse(document.getElementById("guichet-miroir").textContent);
const questions = new Map(
  [...form.querySelectorAll("[data-guichet-question]")].map((element) => [
    element.dataset.guichetQuestion,
    element,
  ]),
);

// --- what the answers show ------------------------------------------------------

const NOMBRES = new Set(["integer", "decimal", "montant"]);

/** What stands in a question, as conditions see it; null for nothing they can read. */
function canonique(question) {
  const genre = question.dataset.guichetGenre;
  const inputs = [...question.querySelectorAll("input, select, textarea")];
  if (genre === "choices") {
    const chosen = inputs.filter((input) => input.checked).map((input) => input.value);
    return chosen.length ? chosen : null;
  }
  if (genre === "piece") {
    const moyen = inputs.find((input) => input.name.endsWith(".moyen") && input.checked);
    if (moyen?.value) return moyen.dataset.guichetVaut || moyen.value;
    return question.querySelector("[data-guichet-fichier]") ? "fichier" : null;
  }
  const tickable = inputs.filter((input) => ["radio", "checkbox"].includes(input.type));
  const source = tickable.length
    ? tickable.find((input) => input.checked)
    : inputs.find((input) => input.type !== "hidden");
  const text = source?.value.normalize("NFC").trim() ?? "";
  if (!text) return null;
  if (NOMBRES.has(genre)) return nombre(text);
  if (genre === "date") return date(text);
  return text;
}

/** 1'234,50 as 1234.50; null for what is no number. */
function nombre(text) {
  const plain = text
    .replace(/^CHF\s*/i, "")
    .replace(/\.?[-–—]$/, "")
    .replace(/['’\s\u00a0\u202f]/g, "")
    .replace(",", ".");
  return /^-?[0-9]+(\.[0-9]+)?$/.test(plain) ? plain : null;
}

/** 25.11.2026 as 2026-11-25; null for what looks like no day. */
function date(text) {
  if (/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return text;
  const parts = /^([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})$/.exec(text);
  if (!parts) return null;
  const [, day, month, year] = parts;
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

function valeurs() {
  const found = { ...miroir.valeurs };
  for (const groupe of miroir.groupes) {
    const rows = form.querySelectorAll(
      `[data-guichet-groupe="${groupe}"] [data-guichet-rang]`,
    );
    found[groupe] = [...rows].map((row) => {
      const id = row.dataset.guichetRang;
      const before = (miroir.valeurs[groupe] ?? []).find((one) => one.id === id);
      const answers = { ...before, id };
      for (const nom of Object.keys(miroir.champs)) {
        const question = questions.get(`${groupe}.${id}.${nom}`);
        if (question) answers[nom] = canonique(question);
      }
      return answers;
    });
  }
  for (const nom of Object.keys(miroir.champs)) {
    const question = questions.get(nom);
    if (question && !(nom in miroir.valeurs)) found[nom] = canonique(question);
  }
  return found;
}

function montrer(element, shown) {
  if (element.hidden !== shown) return;
  element.hidden = !shown;
  element.disabled = !shown;
}

function mettreAJour() {
  const resultat = evaluer(miroir.plan, valeurs(), miroir);
  const champs = new Set(resultat.champs);
  for (const [cle, question] of questions) {
    const [groupe, rang, nom] = cle.split(".");
    const shown = nom ? resultat.rangs[groupe]?.[rang]?.includes(nom) : champs.has(cle);
    montrer(question, Boolean(shown));
  }
  for (const element of form.querySelectorAll("[data-guichet-groupe]")) {
    montrer(element, resultat.groupes.includes(element.dataset.guichetGroupe));
  }
  for (const output of form.querySelectorAll("[data-guichet-calcul]")) {
    const [groupe, rang, nom] = output.dataset.guichetCalcul.split(".");
    const valeur = nom
      ? resultat.calculs_rangs[groupe]?.[rang]?.[nom]
      : resultat.calculs[groupe];
    const text = valeur && output.dataset.guichetMontant ? montant(valeur) : valeur ?? "–";
    if (output.textContent.trim() !== text) output.textContent = text;
  }
  const total = form.querySelector("[data-guichet-prix]");
  if (total) {
    const { lignes } = prix(miroir.plan, resultat, miroir);
    const fee = Number(total.dataset.guichetPrix);
    const text = francs(Math.max(0, lignes.reduce((sum, one) => sum + one.total, fee)));
    if (total.textContent.trim() !== text) total.textContent = text;
    total.parentElement.hidden = text === francs(0);
  }
}

function francs(centimes) {
  const whole = String(Math.trunc(centimes / 100));
  const grouped = whole.replace(/\B(?=([0-9]{3})+$)/g, "'");
  return `CHF ${grouped}.${String(centimes % 100).padStart(2, "0")}`;
}

/** 1234.505 as CHF 1'234.51: rounded away from nothing, as the server does. */
function montant(decimal) {
  const [whole, digits = ""] = decimal.replace("-", "").split(".");
  const centimes = Number(whole + digits.padEnd(3, "0").slice(0, 2));
  const rounded = centimes + (Number(digits.padEnd(3, "0")[2]) >= 5 ? 1 : 0);
  return (decimal.startsWith("-") && rounded ? "-" : "") + francs(rounded);
}

// --- saving ---------------------------------------------------------------------

const PAUSE = 1500;
const RETRY = 15000;
const status = document.getElementById("guichet-enregistre");
const alarm = document.getElementById("guichet-non-enregistre");
const depot = `guichet ${location.pathname}`;
let changed = 0;
let saved = 0;
let timer = null;
let running = null;

function donnees() {
  const data = new FormData(form);
  for (const input of form.querySelectorAll("input[type=file]")) data.delete(input.name);
  return data;
}

/** Save now; true when nothing is left to save. */
async function enregistrer() {
  clearTimeout(timer);
  if (running) await running;
  if (saved === changed && form.querySelector("[name=revision]")) return true;
  running = envoyer();
  try {
    return await running;
  } finally {
    running = null;
  }
}

async function envoyer() {
  const until = changed;
  const data = donnees();
  data.set("etape", form.dataset.guichetEtape);
  if (status) status.textContent = status.dataset.guichetEnregistrement;
  let answer, body;
  try {
    answer = await fetch(form.dataset.guichetEnregistrer, { method: "POST", body: data });
    body = await answer.json();
  } catch {
    echec(alarm.dataset.guichetHorsLigne, false);
    timer = setTimeout(enregistrer, RETRY);
    return false;
  }
  if (answer.status === 409 && data.has("revision")) {
    // A file that has just arrived may be the change.
    await form.guichetEnvoi;
    const { value } = form.querySelector("[name=revision]");
    if (value !== data.get("revision")) return envoyer();
  }
  if (!answer.ok) {
    echec(body.message, Boolean(body.connexion));
    return false;
  }
  saved = until;
  adopter(body);
  alarm.hidden = true;
  sessionStorage.removeItem(depot);
  status.textContent = `${status.dataset.guichetEnregistre} ${body.enregistre}`;
  return saved === changed;
}

/** The answers stay in this tab until they can be saved. */
function echec(message, login) {
  if (!alarm) return;
  status.textContent = "";
  alarm.querySelector("p").textContent = message;
  alarm.querySelector("p + p").hidden = !login;
  alarm.hidden = false;
  try {
    const texts = [...donnees()].filter(([name]) => /^(champ|rangs)\./.test(name));
    sessionStorage.setItem(depot, JSON.stringify(texts));
  } catch {
    // A browser may refuse to keep anything: the page itself still holds the text.
  }
}

/** From the first save on, the page belongs to a brouillon. */
function adopter({ revision, adresse, etape }) {
  let input = form.querySelector("[name=revision]");
  if (!input) {
    input = Object.assign(document.createElement("input"), {
      type: "hidden",
      name: "revision",
    });
    form.prepend(input);
    form.querySelector("[name=jeton]")?.remove();
    form.action = etape;
    form.dataset.guichetEnregistrer = `${adresse}/enregistrer`;
    form.dataset.guichetFichiers = `${adresse}/fichiers`;
    history.replaceState(null, "", etape);
    for (const link of connexions()) {
      const url = new URL(link.href);
      url.searchParams.set("retour", etape);
      link.href = url;
    }
  }
  // An upload may have been faster.
  input.value = Math.max(Number(input.value) || 0, revision);
}

/** What the next request has to know, from another page of the same step. */
function retenir(other) {
  const revision = other.querySelector("[name=revision]");
  if (revision) {
    adopter({
      revision: revision.value,
      adresse: other.dataset.guichetEnregistrer.replace(/\/enregistrer$/, ""),
      etape: other.action,
    });
    return;
  }
  for (const input of other.querySelectorAll("input[type=hidden]")) {
    const mine = form.querySelector(`input[type=hidden][name="${input.name}"]`);
    if (mine) mine.value = input.value;
  }
}

/** The links to the login: what was typed goes before one does. */
function connexions() {
  return document.querySelectorAll('a[href*="/se-connecter?retour="]');
}

function plusTard() {
  changed += 1;
  clearTimeout(timer);
  timer = setTimeout(enregistrer, PAUSE);
}

/** What a tab could not save before it was closed or reloaded. */
function restaurer() {
  const texts = JSON.parse(sessionStorage.getItem(depot) ?? "null");
  if (!texts) return;
  sessionStorage.removeItem(depot);
  const names = new Set(texts.map(([name]) => name));
  for (const input of form.elements) {
    if (!names.has(input.name) || input.type === "hidden") continue;
    const values = texts.filter(([name]) => name === input.name).map(([, text]) => text);
    if (["radio", "checkbox"].includes(input.type)) {
      input.checked = values.includes(input.value);
    } else {
      input.value = values[0];
    }
  }
  alarm.querySelector("p").textContent = alarm.dataset.guichetRestaure;
  alarm.hidden = false;
  plusTard();
}

// --- a household member -----------------------------------------------------------

// What was typed in a question since it was sent goes on in its new block.
function garder(before, after, sent) {
  for (const control of before?.querySelectorAll("[name]") ?? []) {
    const name = `[name="${CSS.escape(control.name)}"]`;
    if (control.type === "radio" || control.type === "checkbox") {
      const was = sent.getAll(control.name).includes(control.value);
      const value = `[value="${CSS.escape(control.value)}"]`;
      const twin = after.querySelector(name + value);
      if (twin && control.checked !== was) twin.checked = control.checked;
    } else if (control.type !== "hidden" && control.type !== "file") {
      const twin = after.querySelector(name);
      const changed = control.value !== (sent.get(control.name) ?? "");
      if (twin && changed && !twin.readOnly) twin.value = control.value;
    }
  }
}

async function reprendre(button, select, status) {
  const until = changed;
  const data = donnees();
  data.set(button.name, button.value);
  status.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: data });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const other = page.getElementById("form");
    const blocks = page.querySelectorAll(`[data-guichet-membre="${select.id}"]`);
    if (!other || !blocks.length) {
      // The login has ended, for example: the page itself says so.
      button.click();
      return;
    }
    for (const block of blocks) {
      const cle = block.dataset.guichetQuestion;
      garder(questions.get(cle), block, data);
      questions.get(cle)?.replaceWith(block);
      questions.set(cle, block);
    }
    retenir(other);
    saved = until;
    status.textContent = status.dataset.guichetFait;
    mettreAJour();
  } catch {
    // The button stays; nothing that was typed is lost.
    if (alarm) plusTard();
  } finally {
    status.removeAttribute("aria-busy");
  }
}

// --- start ------------------------------------------------------------------------

// The server need not show again what appears here by itself.
form.prepend(
  Object.assign(document.createElement("input"), {
    type: "hidden",
    name: "miroir",
    value: "1",
  }),
);
form.addEventListener("input", mettreAJour);
form.addEventListener("change", mettreAJour);
mettreAJour();

if (alarm) {
  restaurer();
  form.addEventListener("input", plusTard);
  form.addEventListener("change", plusTard);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    saved = changed;
  });
  addEventListener("beforeunload", (event) => {
    if (saved !== changed && !alarm.hidden) event.preventDefault();
  });
  for (const link of connexions()) {
    link.addEventListener("click", async (event) => {
      if (link.target || saved === changed) return;
      event.preventDefault();
      await enregistrer();
      location.assign(link.href);
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && saved !== changed) enregistrer();
  });
  // The uploads need a brouillon to go to.
  form.guichetEnregistrer = enregistrer;
}

for (const button of form.querySelectorAll("[data-guichet-reprendre]")) {
  const id = button.dataset.guichetReprendre;
  const select = document.getElementById(id);
  const told = form.querySelector(`[data-guichet-repris="${id}"]`);
  if (select && told) {
    select.addEventListener("change", async () => {
      // The form counts the change after the list does.
      await new Promise((resolve) => setTimeout(resolve));
      clearTimeout(timer);
      await running;
      running = reprendre(button, select, told);
      await running;
      running = null;
    });
  }
}

for (const target of ["erreurs", "guichet-avis", "guichet-nouvelle"]) {
  const element = document.getElementById(target);
  if (element) {
    element.tabIndex = -1;
    element.focus();
    break;
  }
}
