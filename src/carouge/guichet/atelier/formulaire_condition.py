"""The condition builder: what a form sends, what it means, what is shown again.

Without JavaScript the lines are completed by going to the server: a line whose question
was just chosen comes back with what can be compared. Nothing that was typed is lost on
the way, however wrong.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.mots_conditions import choix_de
from carouge.guichet.formulaire.mots_conditions import famille_de
from carouge.guichet.formulaire.mots_conditions import OPERATEURS
from carouge.guichet.formulaire.mots_conditions import SANS_VALEUR
from carouge.guichet.formulaire.mots_conditions import titre_de
from carouge.guichet.formulaire.mots_conditions import USAGER
from carouge.guichet.formulaire.procedure import groupes_de
from carouge.guichet.formulaire.regles import AGES
from carouge.guichet.formulaire.regles import DATES
from carouge.guichet.formulaire.regles import jour
from carouge.guichet.formulaire.regles import LONGUEUR_AU_PLUS
from carouge.guichet.formulaire.regles import nombre
from carouge.guichet.formulaire.regles import NOMBRES
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from collective.easyform.interfaces import ILabel
from dataclasses import dataclass
from dataclasses import field
from plone.supermodel.interfaces import FIELDSETS_KEY
from typing import Any
from zope.interface.interface import InterfaceClass
from zope.schema import getFieldsInOrder

import re


MAX_REGLES = 20

#: What one sees of a title in a list.
MAX_TITRE = 90

_BLANKS = re.compile(r"['’\s]")
_JOUR = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Question:
    """Something a condition can ask about; ``choix`` are (value, title)."""

    nom: str
    titre: str
    famille: str
    choix: tuple[tuple[str, str], ...] = ()

    @property
    def operateurs(self):
        return OPERATEURS[self.famille]

    def saisie_de(self, op: str) -> str:
        """How the value of an operator is asked for."""
        if not op or op in SANS_VALEUR:
            return "rien"
        if op == "est_parmi":
            return "cases"
        if self.choix:
            return "liste"
        if op in DATES:
            return "jour"
        if op in AGES:
            return "age"
        return "nombre" if op in NOMBRES else "texte"


@dataclass(frozen=True)
class Repertoire:
    """All a condition can refer to, under the titles of the steps."""

    rayons: tuple[tuple[str, tuple[Question, ...]], ...]

    def __getitem__(self, nom: str) -> Question:
        return self.par_nom[nom]

    @property
    def par_nom(self) -> dict[str, Question]:
        return {q.nom: q for _titre, questions in self.rayons for q in questions}

    def get(self, nom: str) -> Question | None:
        return self.par_nom.get(nom)

    def garde(self, garder: Callable[[Question], bool]) -> Repertoire:
        """The part one can choose from in a certain place."""
        rayons = [
            (titre, tuple(q for q in questions if garder(q)))
            for titre, questions in self.rayons
        ]
        return Repertoire(tuple(rayon for rayon in rayons if rayon[1]))


def repertoire_de(
    schema: InterfaceClass,
    dire: Callable[[object], str],
    sans: Collection[str] = (),
) -> Repertoire:
    """What can be asked about in a form, in the order of the form.

    :param sans: names of what the condition is of; nothing can depend on itself
    """
    fieldsets = schema.queryTaggedValue(FIELDSETS_KEY, [])
    etape_par_champ = {
        nom: fieldset.label or fieldset.__name__
        for fieldset in fieldsets
        for nom in fieldset.fields
    }
    groupes = groupes_de(schema)
    rayons: dict[str, list[Question]] = {}
    vus: set[str] = set()
    champs = dict(getFieldsInOrder(schema))
    ordre = [nom for nom in champs if nom not in etape_par_champ]
    ordre += [nom for fieldset in fieldsets for nom in fieldset.fields]
    for nom in ordre:
        etape = etape_par_champ.get(nom) or dire(_("Without a step"))
        rayon = rayons.setdefault(etape, [])
        groupe = groupes.get(nom)
        if groupe and groupe not in vus and groupe not in sans:
            vus.add(groupe)
            rayon.append(Question(groupe, titre_de(groupe, schema, dire), "nombre"))
        if nom in sans or ILabel.providedBy(champs[nom]):
            continue
        famille = famille_de(champs[nom])
        choix = choix_de(champs[nom]) if famille in ("choix", "plusieurs") else ()
        rayon.append(
            Question(
                nom,
                titre_de(nom, schema, dire)[:MAX_TITRE],
                famille,
                tuple((valeur, dire(titre)) for valeur, titre in choix),
            )
        )
    usager = [
        Question(
            nom,
            dire(titre),
            "oui_non" if nom == "usager.resident" else "usager",
            ()
            if nom == "usager.resident"
            else tuple((valeur, dire(mots)) for valeur, mots in valeurs),
        )
        for nom, (titre, valeurs) in USAGER.items()
    ]
    rayons[dire(_("Who fills in the form"))] = usager
    return Repertoire(tuple((t, tuple(q)) for t, q in rayons.items() if q))


@dataclass
class Ligne:
    """One line as it was typed; ``erreurs`` by part: champ, op, valeur."""

    champ: str = ""
    op: str = ""
    valeurs: list[str] = field(default_factory=list)
    erreurs: dict[str, Any] = field(default_factory=dict)

    @property
    def valeur(self) -> str:
        return self.valeurs[0] if self.valeurs else ""


@dataclass
class Construction:
    """The state of one builder: ``mode`` is "" (always), ``toutes`` or ``une``."""

    repertoire: Repertoire
    mode: str = ""
    lignes: list[Ligne] = field(default_factory=list)
    condition: dict | None = None
    erreur: Any = None
    #: The editor asked for another line or other choices, not to save.
    intermediaire: bool = False

    @property
    def valable(self) -> bool:
        """Whether ``condition`` says what was typed."""
        return self.erreur is None and not any(ligne.erreurs for ligne in self.lignes)

    @property
    def message(self):
        """What is wrong, in one sentence."""
        if self.erreur is not None:
            return self.erreur
        return _("The condition is not complete: see the marked lines.")

    def sans_erreurs(self) -> Construction:
        """Nobody has said yet that it is finished."""
        self.erreur = None
        for ligne in self.lignes:
            ligne.erreurs = {}
        return self


def depuis_condition(condition: object, repertoire: Repertoire) -> Construction:
    """The builder of a stored condition; what cannot be read is an error to mend."""
    etat = Construction(repertoire)
    if not condition:
        return etat
    etat.mode = "toutes"
    regles = condition.get("regles") if isinstance(condition, dict) else None
    if not isinstance(regles, list) or not all(isinstance(r, dict) for r in regles):
        etat.erreur = _("The stored condition cannot be read. Make it anew.")
        return etat
    etat.mode = "une" if condition.get("si") == "une" else "toutes"
    for regle in regles[:MAX_REGLES]:
        valeur = regle.get("valeur")
        valeurs = valeur if isinstance(valeur, list) else [valeur]
        etat.lignes.append(
            Ligne(
                str(regle.get("champ") or ""),
                str(regle.get("op") or ""),
                [un for un in valeurs if isinstance(un, str)],
            )
        )
    return etat


def depuis_formulaire(
    formulaire: Mapping[str, object], prefixe: str, repertoire: Repertoire
) -> Construction:
    """What was sent under a prefix; odd values are nothing."""
    etat = Construction(repertoire)
    mode = formulaire.get(f"{prefixe}.mode")
    etat.mode = mode if mode in ("toutes", "une") else ""
    retirer = formulaire.get(f"{prefixe}.retirer")
    for numero in range(MAX_REGLES):
        champ = texte(formulaire.get(f"{prefixe}.{numero}.champ"))
        if not champ or retirer == str(numero):
            continue
        ligne = Ligne(
            champ,
            texte(formulaire.get(f"{prefixe}.{numero}.op")),
            _textes(formulaire.get(f"{prefixe}.{numero}.valeur")),
        )
        etat.lignes.append(ligne)
    etat.intermediaire = retirer is not None or any(
        f"{prefixe}.{bouton}" in formulaire for bouton in ("ajouter", "actualiser")
    )
    regles = [_regle(ligne, repertoire) for ligne in etat.lignes]
    if etat.mode and not etat.lignes:
        etat.erreur = _(
            "Say when it is shown: choose a question, or “always” when there is none."
        )
    elif etat.mode and etat.valable:
        etat.condition = {"si": etat.mode, "regles": regles}
    if not etat.mode:
        # What was typed stays on the page, but does not count.
        etat.sans_erreurs()
    return etat.sans_erreurs() if etat.intermediaire else etat


def _regle(ligne: Ligne, repertoire: Repertoire) -> dict:
    """The rule of a line; what is wrong is noted in the line."""
    question = repertoire.get(ligne.champ)
    if question is None:
        ligne.erreurs["champ"] = _(
            "This question does not exist any more. Choose another one, or remove the "
            "line."
        )
        return {}
    if ligne.op not in dict(question.operateurs):
        ligne.op = ""
        ligne.erreurs["op"] = _(
            "Say how “${question}” is compared.", mapping=_map(question)
        )
        return {}
    regle: dict = {"champ": ligne.champ, "op": ligne.op}
    comment = question.saisie_de(ligne.op)
    if comment == "rien":
        return regle
    if comment == "cases":
        choix = [valeur for valeur, _titre in question.choix]
        regle["valeur"] = [valeur for valeur in choix if valeur in ligne.valeurs]
        if not regle["valeur"]:
            ligne.erreurs["valeur"] = _("Tick at least one answer.")
        return regle
    try:
        regle["valeur"] = _LECTEURS[comment](ligne, question)
    except ValueError as error:
        ligne.erreurs["valeur"] = error.args[0]
    return regle


def _liste(ligne: Ligne, question: Question) -> str:
    if len(ligne.valeurs) > 1:
        raise ValueError(_("Choose one answer, or “is one of”."))
    if ligne.valeur not in dict(question.choix):
        raise ValueError(
            _("Choose an answer to “${question}”.", mapping=_map(question))
        )
    return ligne.valeur


def _nombre(ligne: Ligne, question: Question) -> str:
    lu = nombre_saisi(ligne.valeur)
    if lu is None:
        raise ValueError(_("Enter a number, for example 12 or 12.50."))
    return lu


def _jour(ligne: Ligne, question: Question) -> str:
    lu = jour_saisi(ligne.valeur)
    if lu is None:
        raise ValueError(_("Enter a date, for example 25.11.2026."))
    return lu


def _age(ligne: Ligne, question: Question) -> str:
    valeur = ligne.valeur.strip()
    if not (valeur.isascii() and valeur.isdigit() and int(valeur[:4]) <= 150):
        raise ValueError(_("Enter an age in years, from 0 to 150."))
    return str(int(valeur))


def _texte(ligne: Ligne, question: Question) -> str:
    if not ligne.valeur:
        raise ValueError(_("Enter the text it is compared with."))
    return ligne.valeur


_LECTEURS = {
    "liste": _liste,
    "nombre": _nombre,
    "jour": _jour,
    "age": _age,
    "texte": _texte,
}


def nombre_saisi(saisie: str) -> str | None:
    """A number as it is stored (``1250.5``) from what was typed (« 1'250,50 »)."""
    lu = _BLANKS.sub("", saisie).replace(",", ".").replace("−", "-")
    if nombre(lu) is None:
        return None
    if "." in lu:
        lu = lu.rstrip("0").rstrip(".")
    signe, chiffres = ("-", lu[1:]) if lu.startswith("-") else ("", lu)
    entier, point, reste = chiffres.partition(".")
    chiffres = (entier.lstrip("0") or "0") + point + reste
    return chiffres if chiffres == "0" else signe + chiffres


def jour_saisi(saisie: str) -> str | None:
    """A day as it is stored (ISO) from what was typed; 25.11.2026 as well."""
    saisie = saisie.strip()
    trouve = _JOUR.fullmatch(saisie)
    if trouve:
        saisie = f"{trouve[3]}-{trouve[2]:>02}-{trouve[1]:>02}"
    return saisie if jour(saisie) else None


def texte(valeur: object, longueur: int = LONGUEUR_AU_PLUS) -> str:
    """A text of one line that was sent; empty when it is missing or no text."""
    if not isinstance(valeur, str):
        return ""
    return " ".join(_CONTROL.sub(" ", valeur[: longueur * 2]).split())[:longueur]


def _textes(valeur: object) -> list[str]:
    valeurs = valeur if isinstance(valeur, list) else [valeur]
    return [lu for un in valeurs[:200] if (lu := texte(un))]


def _map(question: Question) -> dict[str, str]:
    return {"question": question.titre}
