"""The only door to the life of a demande."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet import swisstime
from carouge.guichet.antivirus.domain import A_VERIFIER
from carouge.guichet.compte.content import Compte
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import add_working_days
from carouge.guichet.demande.domain import code_digest
from carouge.guichet.demande.domain import code_matches
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import DomainError
from carouge.guichet.demande.domain import FaitUtilise
from carouge.guichet.demande.domain import free_number
from carouge.guichet.demande.domain import is_blank
from carouge.guichet.demande.domain import LigneDePrix
from carouge.guichet.demande.domain import MembreConcerne
from carouge.guichet.demande.domain import parse_number
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.domain import tracking_code
from carouge.guichet.demande.domain import Transition
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.domain import transitions_from
from carouge.guichet.demande.events import DemandeMoved
from carouge.guichet.demande.events import DemandeSubmitted
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.journal.service import record
from carouge.guichet.swisstime import local_date
from collections.abc import Sequence
from dataclasses import astuple
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import timezone
from functools import cache
from plone import api
from zope.event import notify

import hashlib
import holidays


class TransitionRefused(DomainError):
    """This actor may not make this move from the present state."""


class MessageRequired(DomainError):
    """The move needs a message for the citizen."""


class DejaRattachee(DomainError):
    """The demande belongs to an account already."""


@cache
def geneva_holidays():
    """The legal holidays of the canton of Geneva (LTr art. 20a, RIRT J 1 05.03)."""
    return holidays.country_holidays("CH", subdiv="GE")


def expected_date(start: date, working_days: int | None) -> date | None:
    """The day by which the service wants to have answered, or None if it says none."""
    if not working_days:
        return None
    return add_working_days(start, working_days, geneva_holidays())


@dataclass(frozen=True)
class Submission:
    """What a submission leaves with the person who made it."""

    demande: Demande
    code: str
    created: bool


def find_submission(*, guichet, secret: bytes, year: int) -> Submission | None:
    """The demande that this one-shot secret has already made, if any."""
    store = demandes_of(guichet)
    digest = hashlib.sha256(secret).hexdigest()

    def mine(numero: str) -> bool:
        return store.get(numero).jeton_digest == digest

    number = free_number(secret, year, store, mine)
    demande = store.get(number)
    if demande is None:
        return None
    return Submission(demande, tracking_code(secret), created=False)


def submit_demande(
    *,
    guichet,
    demarche,
    reponses: Sequence[Reponse],
    pieces: Sequence[Piece],
    form_version: str,
    secret: bytes,
    year: int,
    courriel: str | None = None,
    usager_id: str | None = None,
    organisation_id: str | None = None,
    deposant: Deposant | None = None,
    membre: MembreConcerne | None = None,
    faits: Sequence[FaitUtilise] = (),
    prix: Sequence[LigneDePrix] = (),
    now: datetime | None = None,
) -> Submission:
    """Make the one demande that belongs to this one-shot secret.

    Called twice with the same secret (double click, reload, retried transaction) it
    gives the same demande, and tells by ``created`` that it was there. The access
    policy has been asked by the caller, who holds the form. A new demande is stored,
    indexed, given its first state, written to the journal and announced by
    :class:`~carouge.guichet.interfaces.IDemandeSubmitted`.
    """
    existing = find_submission(guichet=guichet, secret=secret, year=year)
    if existing is not None:
        return existing
    now = now or swisstime.now()
    store = demandes_of(guichet)
    numero = free_number(secret, year, store, lambda numero: False)
    code = tracking_code(secret)
    demande = Demande(numero)
    demande.portal_type = config.DEMANDE
    demande.numero = numero
    demande.title = f"{demarche.title} – {numero}"
    demande.code_digest = code_digest(numero, code)
    demande.jeton_digest = hashlib.sha256(secret).hexdigest()
    demande.demarche_uid = demarche.UID()
    demande.demarche_titre = demarche.title
    demande.service_uid = demarche.service
    demande.form_version = form_version
    demande.depot = now
    demande.attendu = expected_date(local_date(now), demarche.delai_jours)
    demande.courriel = courriel
    demande.usager_id = usager_id
    demande.organisation_id = organisation_id
    demande._deposant = astuple(deposant) if deposant else None
    demande._membre = astuple(membre) if membre else None
    demande._faits = tuple(astuple(fait) for fait in faits)
    demande._prix = tuple(astuple(ligne) for ligne in prix)
    demande._reponses = tuple(astuple(reponse) for reponse in reponses)
    demande.pieces = tuple(pieces)
    demande = store.add(demande)
    if any(piece.controle == A_VERIFIER for piece in pieces):
        store.attend_controle(numero)
    # The workflow tool indexes what it gives a state, here and at each transition.
    api.portal.get_tool("portal_workflow").notifyCreated(demande)
    record("demande.deposer", subject=numero)
    notify(DemandeSubmitted(demande, code))
    return Submission(demande, code, created=True)


def open_with_code(*, guichet, number: str, code: str) -> Demande | None:
    """The demande that a number and its tracking code open together, else None.

    An unknown number and a wrong code cost the same and look the same.

    :raises InvalidNumber: when the number cannot be one (check character)
    """
    numero = parse_number(number)
    demande = get_demande(guichet, numero)
    digest = demande.code_digest if demande is not None else "0" * 64
    matches = code_matches(numero, code, digest)
    return demande if matches else None


def rattacher(demande: Demande, compte: Compte) -> bool:
    """Give a demande made without account to a compte; whether anything was written.

    The caller has just seen number and code. Who filed it stays unproved: what the
    service reads of the person remains what stands in the answers.

    :raises DejaRattachee: it belongs to another account
    """
    if demande.usager_id == compte.id:
        return False
    if demande.owner_ids:
        raise DejaRattachee(demande.numero)
    demande.usager_id = compte.id
    demande.reindexObject()
    record("demande.rattacher", subject=demande.numero)
    return True


def allowed_transitions(demande: Demande, actor: Actor) -> list[Transition]:
    """What the actor may do now; the workflow's guards have the last word."""
    return transitions_from(demande.etat, actor)


def move_demande(
    *, demande: Demande, transition: str, actor: Actor, message: str = ""
) -> State:
    """Make a transition and tell everybody concerned; returns the new state.

    ``message`` is what the other side is told, plain text.

    :raises TransitionRefused: unknown move, not from this state, or not by this actor
    :raises MessageRequired: the move needs words
    """
    definition = TRANSITIONS.get(transition)
    if definition is None or definition not in allowed_transitions(demande, actor):
        raise TransitionRefused(transition)
    message = message.strip()
    if definition.message_required and is_blank(message):
        raise MessageRequired(transition)
    workflow = api.portal.get_tool("portal_workflow")
    if actor is Actor.USAGER:
        # Whoever holds the code or owns the account has proved it before; the role
        # exists for this call only.
        with api.env.adopt_roles([config.ROLE_USAGER]):
            workflow.doActionFor(demande, transition, comment=message)
    else:
        workflow.doActionFor(demande, transition, comment=message)
    record(f"demande.{transition}", subject=demande.numero)
    notify(DemandeMoved(demande, transition, message, actor.value))
    return demande.etat


@dataclass(frozen=True)
class Step:
    """One line of a demande's history."""

    state: State
    transition: str | None
    actor: str
    message: str
    time: datetime


def history(demande: Demande) -> list[Step]:
    """What happened to the demande, oldest first; the caller has checked who asks."""
    # Not through the workflow tool: its guards know nothing of a tracking code.
    entries = demande.workflow_history.get(config.DEMANDE_WORKFLOW, ())
    return [
        Step(
            state=State(entry["review_state"]),
            transition=entry.get("action"),
            actor=entry.get("actor") or "",
            message=entry.get("comments") or "",
            time=entry["time"].asdatetime().astimezone(timezone.utc),
        )
        for entry in entries
    ]
