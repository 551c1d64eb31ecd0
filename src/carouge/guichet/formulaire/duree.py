"""How long a form takes: measured where there is enough of it, estimated before."""

from __future__ import annotations

from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.compteurs import statistiques
from dataclasses import dataclass
from math import ceil
from plone.namedfile.interfaces import INamedField
from zope.schema.interfaces import IBool
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IText
from zope.schema.interfaces import ITextLine


#: Seconds to read the page of a step, and to go through the review before sending.
_ETAPE = 10
_RELECTURE = 30

#: Seconds one reads a text between the questions.
_INFORMATION = 10


@dataclass(frozen=True)
class Duree:
    """Time to fill in a form, in whole minutes.

    ``mesuree``: from real use, as opposed to estimated from the questions.
    """

    minutes: int
    mesuree: bool


def duree_de(demarche) -> Duree | None:
    """The time the form citizens get takes them; None for a démarche without questions."""
    form = compile_form(demarche)
    if not any(not question.information for question in form.questions.values()):
        return None
    numbers = statistiques(demarche, form.version)
    if numbers.assez:
        return Duree(_minutes(numbers.mediane), True)
    return Duree(_minutes(estimation(form)), False)


def estimation(form: CompiledForm) -> int:
    """Seconds it may take somebody who is asked about everything always asked.

    Questions under a condition count half; of a repeatable group one row counts.
    """
    total = _RELECTURE
    for etape in form.etapes:
        total += _ETAPE
        for element in etape.elements:
            half = etape.condition or element.condition
            for question in getattr(element, "questions", (element,)):
                seconds = _seconds(question)
                total += seconds // 2 if half or question.condition else seconds
    return total


def _minutes(seconds: int) -> int:
    return max(1, ceil(seconds / 60))


def _seconds(question: Question) -> int:
    champ = question.champ
    if question.calculee:
        return 0
    if question.information:
        return _INFORMATION
    if INamedField.providedBy(champ):
        return 45
    if IBool.providedBy(champ):
        return 5
    if IChoice.providedBy(champ) or ICollection.providedBy(champ):
        return 8
    if IText.providedBy(champ) and not ITextLine.providedBy(champ):
        return 60
    return 12
