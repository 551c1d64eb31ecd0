"""The texts of a démarche in which ``${name}`` may stand for something, and their faults."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demarche.textes import DU_DOSSIER
from carouge.guichet.demarche.textes import FIXES
from carouge.guichet.demarche.textes import MAX_SMS
from carouge.guichet.demarche.textes import OCCASIONS
from carouge.guichet.demarche.textes import remplir
from carouge.guichet.demarche.textes import REPONSE
from carouge.guichet.demarche.textes import Textes
from carouge.guichet.demarche.textes import textes_de_travail
from carouge.guichet.demarche.textes import variables
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass


#: What a page of the form may hold: nothing puts a value there.
AUCUNE = "aucune"
#: What leaves the counter.
AVIS = "avis"
#: What is read in the counter: answers too.
DOSSIER = "dossier"

#: Where the texts are edited, below the address of the démarche.
PAGE = "@@textes"

#: Fixed variables that may be empty.
_PEUT_ETRE_VIDES = ("date_attendue", "telephone", "service", "commune")
#: Two text messages joined.
_LONG_SMS = 306


@dataclass(frozen=True)
class Texte:
    """A text that may hold variables of the given ``portee``.

    ``lien`` is where it is edited, below the address of the démarche.
    """

    nom: str
    titre: object
    texte: str
    lien: str
    portee: str

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables, each once, in order."""
        return variables(self.texte)


@dataclass(frozen=True)
class Faute:
    """What is wrong with a text; ``sujet`` is the variable, if it is about one."""

    code: str
    message: object
    sujet: str = ""


_RICHES = (
    ("formPrologue", _("Text before the form")),
    ("formEpilogue", _("Text after the form")),
)


def textes_de(demarche) -> Iterator[Texte]:
    """All such texts of the working copy that say anything."""
    for nom, titre in _RICHES:
        value = getattr(demarche, nom, None)
        raw = getattr(value, "raw", value) or ""
        if raw:
            yield Texte(nom, titre, raw, "edit", AUCUNE)
    yield from textes_edites(textes_de_travail(demarche))


def textes_edites(textes: Textes) -> Iterator[Texte]:
    """The parts of notices and models, the empty ones as well where they are needed."""
    for occasion, avis in textes.avis.items():
        titre = _("Notice “${titre}”", mapping={"titre": OCCASIONS[occasion]})
        for part in ("objet", "texte", "sms"):
            text = getattr(avis, part)
            if text:
                yield Texte(
                    f"avis.{occasion}.{part}",
                    titre,
                    text,
                    f"@@texte-avis?occasion={occasion}",
                    AVIS,
                )
    for modele in textes.messages:
        titre = _("Message “${titre}”", mapping={"titre": modele.titre})
        lien = f"@@texte-message?modele={modele.id}"
        yield Texte(f"message.{modele.id}.texte", titre, modele.texte, lien, DOSSIER)
    for modele in textes.documents:
        titre = _("Document “${titre}”", mapping={"titre": modele.titre})
        lien = f"@@texte-document?modele={modele.id}"
        for part in ("titre", "corps", "signataire"):
            text = getattr(modele, part)
            if text or part == "corps":
                yield Texte(f"document.{modele.id}.{part}", titre, text, lien, DOSSIER)


def fautes(texte: Texte, questions: Collection[str]) -> Iterator[Faute]:
    """What is wrong with a text; ``questions`` are the names of those of the form."""
    for nom in texte.variables:
        known = nom in questions or nom.removeprefix(REPONSE) in questions
        mapping = {"texte": texte.titre, "signe": f"${{{nom}}}"}
        if texte.portee == AUCUNE:
            yield Faute(
                "variable_sans_effet",
                _(
                    "${texte}: ${signe} would be shown as it stands; only notices, "
                    "messages and documents have variables.",
                    mapping=mapping,
                ),
                nom,
            )
        elif nom in FIXES or (texte.portee == DOSSIER and (nom in DU_DOSSIER or known)):
            continue
        elif known or nom in DU_DOSSIER:
            yield Faute(
                "variable_personnelle",
                _(
                    "${texte}: ${signe} says something of the person. A notice leaves "
                    "the counter and only holds the number and the link.",
                    mapping=mapping,
                ),
                nom,
            )
        else:
            yield Faute(
                "variable_inconnue",
                _(
                    "${texte}: no question of the form is meant by ${signe}.",
                    mapping=mapping,
                ),
                nom,
            )
    yield from _incomplet(texte)


def _incomplet(texte: Texte) -> Iterator[Faute]:
    mapping = {"texte": texte.titre}
    if texte.portee == DOSSIER and not texte.texte.strip():
        yield Faute("texte_vide", _("${texte} says nothing.", mapping=mapping))
    if texte.nom.endswith(".objet"):
        some = dict.fromkeys(FIXES, "x") | dict.fromkeys(_PEUT_ETRE_VIDES, "")
        if not remplir(texte.texte, some).texte.strip():
            yield Faute(
                "objet_vide",
                _("${texte}: the subject may come to be empty.", mapping=mapping),
            )
    if texte.nom.endswith(".sms"):
        # What stands for them is about so long: an address, a title, a date.
        long = {nom: "x" * _LONGUEURS.get(nom, 20) for nom in FIXES}
        if len(remplir(texte.texte, long).texte) > max(_LONG_SMS, MAX_SMS):
            yield Faute(
                "sms_long",
                _(
                    "${texte}: the text message is too long once the variables have "
                    "their values.",
                    mapping=mapping,
                ),
            )


_LONGUEURS = {"lien": 75, "demarche": 50, "service": 40, "numero": 14}
