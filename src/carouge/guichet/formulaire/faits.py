"""What a question of a form can take from a compte.

A source has a name: a fact of the compte (``nom``), several facts written as one
(``rue_et_numero``), a fact of the household member concerned (``membre.prenom``), or
what a request for correction is about (``correction.valeur``).
"""

from __future__ import annotations

from carouge.guichet.compte.domain import FACTS
from carouge.guichet.compte.domain import MEMBRE_FACTS
from carouge.guichet.formulaire.fields import IMembreDuFoyer
from carouge.guichet.formulaire.reglages import IAdresse
from carouge.guichet.formulaire.reglages import IAvs
from carouge.guichet.formulaire.reglages import IIban
from carouge.guichet.formulaire.reglages import IIde
from carouge.guichet.formulaire.reglages import INpaLocalite
from carouge.guichet.formulaire.reglages import ITelephone
from plone.schema.email import IEmail
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import IDate
from zope.schema.interfaces import IDatetime
from zope.schema.interfaces import IField
from zope.schema.interfaces import IText


MEMBRE = "membre."
CORRECTION = "correction."

#: Facts that are written as one: the parts of each line, and the lines. The first fact
#: has to be known.
COMPOSED: dict[str, tuple[tuple[str, ...], ...]] = {
    "nom_complet": (("prenom", "nom"),),
    "rue_et_numero": (("rue", "numero"),),
    "npa_et_localite": (("npa", "localite"),),
    "adresse": (("rue", "numero"), ("complement",), ("npa", "localite")),
}

MEMBRE_COMPOSED = {"membre.nom_complet": (("prenom", "nom"),)}

#: What a request for correction is about; see ``?donnee=`` of the form page.
CORRECTIONS = ("correction.donnee", "correction.valeur", "correction.source")

SOURCES = (
    *FACTS,
    *COMPOSED,
    *(f"{MEMBRE}{name}" for name in MEMBRE_FACTS),
    *MEMBRE_COMPOSED,
    *CORRECTIONS,
)

_DATES = frozenset({"date_naissance", "membre.date_naissance"})

#: Sources that a choice among given answers can hold.
_WORDS = frozenset(
    {"sexe", "etat_civil", "nationalite", "localite", "npa"}
    | {"membre.sexe", "membre.ecole", "membre.classe"}
)

#: Kinds of questions with one source each: their answers have a form of their own.
SOURCE_DU_GENRE = {
    ITelephone: "telephone",
    IIban: "iban",
    IAvs: "avs",
    IIde: "ide",
    INpaLocalite: "npa_et_localite",
    IAdresse: "adresse",
}


def fits(source: str, field: IField) -> bool:
    """Whether a kind of question can take its answer from a source."""
    if source not in SOURCES:
        return False
    for kind, only in SOURCE_DU_GENRE.items():
        if kind.providedBy(field):
            return source == only
    if IDatetime.providedBy(field):
        return False
    if IDate.providedBy(field):
        return source in _DATES
    if source in _DATES:
        return False
    if IMembreDuFoyer.providedBy(field):
        return False
    if IChoice.providedBy(field):
        return source in _WORDS
    if IEmail.providedBy(field):
        return source == "courriel"
    return IText.providedBy(field)


def sources_for(field: IField) -> tuple[str, ...]:
    """The sources an editor may choose for a question; empty when there are none."""
    return tuple(source for source in SOURCES if fits(source, field))
