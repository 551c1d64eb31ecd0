"""The questions of a step as a template draws them (WCAG 2.2, HTML)."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.documents import a_un_apercu
from carouge.guichet.formulaire.documents import en_mo
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.genres import html_de
from carouge.guichet.formulaire.genres_lieux import MAXIMA
from carouge.guichet.formulaire.genres_pieces import Limites
from carouge.guichet.formulaire.genres_pieces import limites_de
from carouge.guichet.formulaire.genres_pieces import MOYENS
from carouge.guichet.formulaire.genres_pieces import MOYENS_AGENT
from carouge.guichet.formulaire.genres_pieces import moyens_de
from carouge.guichet.formulaire.genres_pieces import vaut
from carouge.guichet.formulaire.lecture import cle_de
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.prefill import Proposition
from carouge.guichet.formulaire.types_documents import accept_de
from carouge.guichet.formulaire.types_documents import titres_de
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import re


#: Prefix of the names of all inputs that answer a question.
PREFIX = "champ."

#: Names of fields whose answer the browser may know (WCAG 1.3.5, HTML 4.10.18.7).
_AUTOCOMPLETE = {
    "nom": "family-name",
    "prenom": "given-name",
    "courriel": "email",
    "telephone": "tel",
    "adresse": "street-address",
    "npa": "postal-code",
    "localite": "address-level2",
}

_ISO = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")

#: Lines a text field shows at first.
TEXT_ROWS = 6

#: The parts of an address: label, width on a large screen, meaning for the browser.
_PARTIES = {
    "rue": (_("Street and number"), "col-12", "address-line1"),
    "npa": (_("Postal code"), "col-5 col-md-3", "postal-code"),
    "localite": (_("Town"), "col-7 col-md-9", "address-level2"),
}


@dataclass(frozen=True)
class Partie:
    """One input of an address."""

    nom: str
    titre: str
    valeur: str
    classe: str
    suggestions: Sequence[str]
    attributs: Mapping[str, str]


class Champ:
    """One question with its answer; ``adresse_fichier`` gives the address of a file."""

    def __init__(
        self,
        parcours: Parcours,
        question: Question,
        groupe: Groupe | None,
        rang: str | None,
        erreur,
        adresse_fichier: Callable[[str], str],
    ) -> None:
        self.parcours = parcours
        self.question = question
        self.groupe = groupe
        self.rang = rang
        self.erreur = erreur
        self.adresse_fichier = adresse_fichier

    @property
    def cle(self) -> str:
        return cle_de(self.question, self.groupe, self.rang)

    @property
    def nom(self) -> str:
        return PREFIX + self.cle

    @property
    def id(self) -> str:
        return self.nom.replace(".", "-")

    @property
    def titre(self) -> str:
        return in_words(self.question.titre)

    @property
    def aide(self) -> str:
        return in_words(self.question.aide)

    @property
    def requis(self) -> bool:
        return self.parcours.requise(self.question)

    @property
    def macro(self) -> str:
        return self.question.genre.macro

    @property
    def champ(self):
        return self.question.champ

    @cached_property
    def montre(self) -> bool:
        return self.parcours.montre(self.question, self.rang)

    @cached_property
    def verrou(self) -> Proposition | None:
        """What the counter knows and nobody changes here, or None."""
        return self.parcours.verrou(self.question, self.rang)

    @property
    def saisie(self) -> Saisie:
        return self.parcours.saisie(self.question, self.rang)

    @property
    def calcul(self) -> str:
        """The present value of a computed field, in words."""
        valeur = self.parcours.lu(self.question, self.rang).valeur
        return self.question.genre.mots(self.champ, valeur, in_words)

    @property
    def decrit_par(self) -> str | None:
        """Ids of the help and of the error message, if there are any."""
        ids = [f"aide-{self.id}"] if self.aide else []
        if self.erreur:
            ids.append(f"erreur-{self.id}")
        return " ".join(ids) or None

    @cached_property
    def choix(self) -> list[dict] | None:
        """What can be chosen, with what was."""
        offered = self.question.genre.choix(self.champ, self.parcours.contexte)
        if offered is None:
            return None
        saisie = self.saisie
        chosen = saisie if isinstance(saisie, list) else [saisie]
        return [
            {"value": value, "title": in_words(title), "checked": value in chosen}
            for value, title in offered
        ]

    @property
    def personne(self) -> bool:
        """A question for a household member, to somebody who has none."""
        return self.question.nom in self.parcours.form.membres and not self.choix

    @property
    def chooses_membre(self) -> bool:
        return self.question.nom in self.parcours.form.membres

    @property
    def attributs(self) -> Mapping[str, str]:
        """What the browser is told of the input."""
        genre = self.question.genre
        attributes = dict(genre.attributs(self.champ, self.parcours.contexte))
        if self.groupe is None and self.question.nom in _AUTOCOMPLETE:
            attributes["autocomplete"] = _AUTOCOMPLETE[self.question.nom]
        if genre.nom == "text":
            attributes["rows"] = str(TEXT_ROWS)
        if self.decrit_par:
            attributes["aria-describedby"] = self.decrit_par
        if self.erreur:
            attributes["aria-invalid"] = "true"
        return attributes

    @cached_property
    def html(self) -> str:
        """The words of an information."""
        return html_de(self.champ)

    @property
    def attributs_sans_type(self) -> dict[str, str]:
        """The same without the type of the input, which its macro gives."""
        return {nom: un for nom, un in self.attributs.items() if nom != "type"}

    @property
    def texte(self) -> str:
        """The saisie of a question with one input.

        A brouillon of another version of the form may hold something else.
        """
        return self.saisie if isinstance(self.saisie, str) else ""

    @property
    def date_lisible(self) -> bool:
        """Whether an input of type date would show what was typed."""
        return not self.texte or _ISO.fullmatch(self.texte) is not None

    @property
    def donnee(self) -> str:
        """The fact a request for correction is about."""
        return self.parcours.contexte.donnee

    @cached_property
    def suggestions(self) -> Mapping[str, Sequence[str]]:
        """What is proposed while somebody types, by part of the answer."""
        return self.question.genre.suggestions()

    @property
    def parties(self) -> list[Partie]:
        """The inputs of an address."""
        saisie = self.saisie if isinstance(self.saisie, dict) else {}
        known = "autocomplete" in self.attributs
        return [
            Partie(
                nom=nom,
                titre=in_words(_PARTIES[nom][0]),
                valeur=str(saisie.get(nom) or ""),
                classe=_PARTIES[nom][1],
                suggestions=self.suggestions.get(nom, ()),
                attributs={
                    "maxlength": str(MAXIMA[nom]),
                    "autocomplete": _PARTIES[nom][2] if known else "off",
                },
            )
            for nom in self.question.genre.vide()
        ]

    @cached_property
    def limites(self) -> Limites:
        """What a question for documents takes."""
        return limites_de(self.champ)

    @property
    def max_mo(self) -> str:
        return en_mo(self.limites.max_octets)

    @property
    def types(self) -> str:
        return titres_de(self.limites.types)

    @property
    def accept(self) -> str:
        return accept_de(self.limites.types)

    @property
    def moyens(self) -> list[dict]:
        """How documents can reach the counter, when there is a choice."""
        contexte = self.parcours.contexte
        possible = moyens_de(self.limites, contexte)
        if not possible:
            return []
        words = MOYENS_AGENT if contexte.par_agent else MOYENS
        return [
            {
                "value": value,
                "title": in_words(words[value]),
                "checked": value == self.moyen,
                "vaut": vaut(value, contexte),
            }
            for value in ("", *possible)
        ]

    @property
    def moyen(self) -> str:
        """How documents reach the counter: one of the ways, empty for files."""
        saisie = self.saisie
        return saisie.get("moyen", "") if isinstance(saisie, dict) else ""

    @property
    def fichiers(self) -> list[dict]:
        """The files that were attached here."""
        saisie = self.saisie
        ids = saisie.get("fichiers", ()) if isinstance(saisie, dict) else ()
        known = self.parcours.contexte.fichiers
        return [self._fichier(known[id]) for id in ids if id in known]

    def _fichier(self, fichier: Fichier) -> dict:
        url = self.adresse_fichier(fichier.id)
        picture = a_un_apercu(fichier.type)
        return {
            "id": fichier.id,
            "nom": fichier.nom,
            "taille": fichier.taille,
            "taille_dite": taille_dite(fichier.taille),
            "type": fichier.type,
            "etat": fichier.etat,
            "url": url,
            "apercu_url": f"{url}/apercu" if picture else None,
            "retirer_nom": f"retirer-fichier.{self.cle}.{fichier.id}",
        }


def taille_dite(octets: int) -> str:
    """A size as people say it: ``340 Ko``, ``1,2 Mo``."""
    if octets < 1024 * 1024:
        return in_words(_("${n} KB", mapping={"n": max(1, round(octets / 1024))}))
    return in_words(_("${n} MB", mapping={"n": en_mo(octets)}))


@dataclass(frozen=True)
class Rang:
    """One row of a group; ``numero`` counts from 1."""

    id: str
    numero: int
    champs: list[Champ]
    retirable: bool


@dataclass(frozen=True)
class GroupeVue:
    """A repeatable group with its rows."""

    groupe: Groupe
    rangs: list[Rang]
    montre: bool
    peut_ajouter: bool
    erreur: object

    @property
    def id(self) -> str:
        return f"champ-{self.groupe.nom}"


def elements_de(
    parcours: Parcours,
    etape: Etape,
    erreurs: Mapping[str, object],
    adresse_fichier: Callable[[str], str],
) -> list[Champ | GroupeVue]:
    """What a step shows, in order; hidden questions too, for the browser to show."""

    def champ(question, groupe=None, rang=None) -> Champ:
        cle = cle_de(question, groupe, rang)
        return Champ(
            parcours, question, groupe, rang, erreurs.get(cle), adresse_fichier
        )

    elements: list[Champ | GroupeVue] = []
    for element in etape.elements:
        if not isinstance(element, Groupe):
            if parcours.possible(element):
                elements.append(champ(element))
            continue
        rows = parcours.rangs(element)
        rangs = [
            Rang(
                id=row["id"],
                numero=number,
                champs=[
                    champ(question, element, row["id"])
                    for question in element.questions
                    if parcours.possible(question)
                ],
                retirable=len(rows) > element.min,
            )
            for number, row in enumerate(rows, 1)
        ]
        elements.append(
            GroupeVue(
                element,
                rangs,
                parcours.groupe_montre(element),
                len(rows) < element.max,
                erreurs.get(element.nom),
            )
        )
    return elements
