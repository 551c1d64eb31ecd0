"""Invented answers to the questions of a form."""

from __future__ import annotations

from carouge.guichet.demande.domain import Reponse
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.fields import ICalcul
from carouge.guichet.formulaire.fields import IJustificatif
from carouge.guichet.formulaire.fields import IMembreDuFoyer
from carouge.guichet.generation.personnes import RUES
from dataclasses import astuple
from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from plone.namedfile.interfaces import INamedBlobFileField
from plone.schema.email import IEmail
from random import Random
from zope.schema.interfaces import IBool
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IDate
from zope.schema.interfaces import IDecimal
from zope.schema.interfaces import IField
from zope.schema.interfaces import IFloat
from zope.schema.interfaces import IInt
from zope.schema.interfaces import IText
from zope.schema.interfaces import ITextLine


#: Different answers that are prepared for a question.
VARIANTES = 24

_PHRASES = (
    "Nous serons une trentaine de personnes, avec de la musique jusqu’à 22 heures.",
    "Le passage reste libre du côté de l’école. Je peux venir montrer l’endroit.",
    "C’est la deuxième fois cette année.\nLa première demande a été acceptée.",
    "Merci de me dire si un autre document est nécessaire.",
    "Rien de particulier.",
    "Les travaux durent trois jours, du mardi au jeudi, entre 8 et 17 heures. Nous "
    "avons besoin de deux places devant l’immeuble et nous préviendrons les voisins.",
)


@dataclass(frozen=True)
class Modele:
    """What can be answered to a form: for each question its variants, as stored.

    ``pieces`` are the names and labels of the questions for documents.
    """

    version: str
    questions: tuple[tuple[tuple, ...], ...]
    pieces: tuple[tuple[str, str], ...]

    def repondre(self, alea: Random) -> tuple[tuple, ...]:
        """Answers of somebody."""
        return tuple(alea.choice(variants) for variants in self.questions)


def modele_de(demarche, graine: str, fin: date) -> Modele:
    """What can be answered to the published form of a démarche."""
    form = compile_form(demarche)
    questions, pieces = [], []
    for etape in form.etapes:
        for question in etape.questions:
            champ = question.champ
            if question.groupe is not None or question.information:
                continue
            if IJustificatif.providedBy(champ) or INamedBlobFileField.providedBy(champ):
                pieces.append((question.nom, in_words(question.titre)))
                continue
            alea = Random(f"{graine}:{demarche.UID()}:{question.nom}")
            found = _variants(question, etape.titre, alea, fin)
            if found:
                questions.append(found)
    return Modele(form.version, tuple(questions), tuple(pieces))


def _variants(
    question: Question, etape: str, alea: Random, fin: date
) -> tuple[tuple, ...]:
    label = in_words(question.titre)
    variants = []
    for _variant in range(VARIANTES):
        valeur = _valeur(question.champ, alea, fin)
        if valeur is None:
            return ()
        variants.append(
            astuple(
                Reponse(
                    name=question.nom,
                    step=etape,
                    label=label,
                    text=question.genre.mots(question.champ, valeur, in_words),
                    value=question.genre.json(question.champ, valeur),
                )
            )
        )
    return tuple(variants)


def _valeur(champ: IField, alea: Random, fin: date):
    """An answer in the field's type; None for kinds nobody invents anything for."""
    if ICalcul.providedBy(champ) or IMembreDuFoyer.providedBy(champ):
        return None
    if IChoice.providedBy(champ):
        return alea.choice(_terms(champ))
    if ICollection.providedBy(champ):
        if not IChoice.providedBy(champ.value_type):
            return None
        terms = _terms(champ.value_type)
        return {*alea.sample(terms, alea.randint(1, min(2, len(terms))))}
    if IBool.providedBy(champ):
        return alea.random() < 0.7
    if IDate.providedBy(champ):
        return fin - timedelta(days=alea.randrange(1000))
    if IInt.providedBy(champ):
        low = champ.min if champ.min is not None else 1
        high = champ.max if champ.max is not None else low + 30
        return alea.randint(low, max(low, high))
    if IDecimal.providedBy(champ) or IFloat.providedBy(champ):
        return None
    if IEmail.providedBy(champ):
        return f"personne{alea.randrange(1000)}@generation.invalid"
    if type(champ).__module__ != "zope.schema._bootstrapfields":
        # Kinds of our own have values of their own.
        return None
    if ITextLine.providedBy(champ):
        return f"{alea.choice(RUES)} {alea.randint(1, 60)}"
    return alea.choice(_PHRASES) if IText.providedBy(champ) else None


def _terms(choix: IField) -> list:
    vocabulary = choix.vocabulary
    if vocabulary is None:
        vocabulary = choix.bind(None).vocabulary
    return [term.value for term in vocabulary]
