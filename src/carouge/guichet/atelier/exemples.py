"""Invented values, so that an editor sees a text as somebody will read it."""

from __future__ import annotations

from carouge.guichet.controlpanel.service import contact
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.echeance import expected_date
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.demarche.textes import nom_de_reponse
from carouge.guichet.demarche.textes import REPONSE
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import today
from collections.abc import Callable
from zope.schema.interfaces import IDate


#: A number whose check character is right, and that nobody has.
NUMERO = "2026-K7QM-4TXC"


def valeurs_d_exemple(
    demarche,
    form: CompiledForm | None,
    dire: Callable[[object], str],
    *,
    occasion: str = "",
    reponses: bool = True,
) -> dict[str, str]:
    """A value for each variable; an answer is the title of its question in brackets."""
    guichet = guichet_of(demarche)
    counter = contact()
    service = service_by_uid(guichet, demarche.service)
    day = today()
    move = TRANSITIONS.get(occasion)
    attendu = expected_date(day, demarche.delai_jours)
    values = {
        "numero": NUMERO,
        "demarche": demarche.title,
        "etat": dire(STATE_LABELS[move.target if move else State.EN_COURS]),
        "date_depot": format_date(day),
        "date_attendue": format_date(attendu) if attendu else "",
        "date": format_date(day),
        "lien": f"{guichet.absolute_url()}/mon-espace/demandes/{NUMERO}",
        "commune": counter.commune,
        "service": service.title if service is not None else "",
        "telephone": (service.telephone if service is not None else "")
        or counter.telephone,
    }
    if not reponses:
        return values
    values |= {
        "usager": "Camille Exemple",
        "membre": "Léa Exemple",
        "total": format_chf(4000),
        "agent": "Dominique Exemple",
    }
    for nom, titre, date in questions_de(form, dire):
        shown = format_date(day) if date else f"[{titre}]"
        values[REPONSE + nom] = values[nom_de_reponse(nom)] = shown
    return values


def questions_de(
    form: CompiledForm | None, dire: Callable[[object], str]
) -> list[tuple[str, str, bool]]:
    """Name, title and « is it a date » of what a variable can stand for."""
    if form is None:
        return []
    return [
        *(
            (question.nom, dire(question.titre), IDate.providedBy(question.champ))
            for question in form.questions.values()
            if not question.information
        ),
        *((groupe.nom, groupe.titre, False) for groupe in form.groupes.values()),
    ]
