"""The only door to the life of a demande."""

from __future__ import annotations

from AccessControl.SpecialUsers import system
from carouge.guichet import config
from carouge.guichet import swisstime
from carouge.guichet.antivirus.domain import A_VERIFIER
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import code_digest
from carouge.guichet.demande.domain import code_matches
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import DomainError
from carouge.guichet.demande.domain import FaitUtilise
from carouge.guichet.demande.domain import free_number
from carouge.guichet.demande.domain import IdentiteControlee
from carouge.guichet.demande.domain import is_blank
from carouge.guichet.demande.domain import LigneDePrix
from carouge.guichet.demande.domain import MembreConcerne
from carouge.guichet.demande.domain import parse_number
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.domain import total_of
from carouge.guichet.demande.domain import tracking_code
from carouge.guichet.demande.domain import Transition
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.domain import transitions_from
from carouge.guichet.demande.dossier import Complement
from carouge.guichet.demande.echeance import armer
from carouge.guichet.demande.echeance import regler
from carouge.guichet.demande.events import DemandeMoved
from carouge.guichet.demande.events import DemandeSubmitted
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.journal.service import record
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import astuple
from dataclasses import dataclass
from datetime import datetime
from datetime import timezone
from plone import api
from zope.event import notify

import hashlib


class TransitionRefused(DomainError):
    """This actor may not make this move from the present state."""


class MessageRequired(DomainError):
    """The move needs a message for the citizen."""


@dataclass(frozen=True)
class Submission:
    """What a submission leaves with the person who made it.

    ``code`` is empty once an agent has made another one.
    """

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
    code = tracking_code(secret)
    if demande.code_annule or not code_matches(number, code, demande.code_digest):
        # It was replaced at the counter; nobody is shown one that opens nothing.
        code = ""
    return Submission(demande, code, created=False)


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
    regie: str = "",
    canal: Canal = Canal.EN_LIGNE,
    saisi_par: str = "",
    identite: IdentiteControlee | None = None,
    now: datetime | None = None,
) -> Submission:
    """Make the one demande that belongs to this one-shot secret.

    Called twice with the same secret (double click, reload, retried transaction) it
    gives the same demande, and tells by ``created`` that it was there. The access
    policy has been asked by the caller, who holds the form. With a ``regie`` (code) it
    waits until what it costs has been paid there. A new demande is stored,
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
    demande.courriel = courriel
    demande.usager_id = usager_id
    demande.organisation_id = organisation_id
    demande._deposant = astuple(deposant) if deposant else None
    demande._membre = astuple(membre) if membre else None
    demande._faits = tuple(astuple(fait) for fait in faits)
    demande._prix = tuple(astuple(ligne) for ligne in prix)
    demande.regie = regie if total_of(prix) > 0 else ""
    demande.canal = canal.value
    demande.saisi_par = saisi_par
    demande._identite = astuple(identite) if identite else None
    demande._reponses = tuple(astuple(reponse) for reponse in reponses)
    demande.pieces = tuple(pieces)
    armer(demande, demarche.delai_jours)
    demande = store.add(demande)
    if any(piece.controle == A_VERIFIER for piece in pieces):
        store.attend_controle(numero)
    # The workflow tool indexes what it gives a state, here and at each transition.
    api.portal.get_tool("portal_workflow").notifyCreated(demande)
    if demande.regie:
        _faire(demande, "attendre_paiement", Actor.GUICHET, "")
        regler(demande, now)
        demande.reindexObject()
    record("demande.deposer", subject=numero)
    notify(DemandeSubmitted(demande, code))
    return Submission(demande, code, created=True)


def open_with_code(
    *, guichet, number: str, code: str, annule: bool = False
) -> Demande | None:
    """The demande that a number and its tracking code open together, else None.

    With ``annule`` also one that was put into an account since, whose code opens
    nothing any more: to tell whoever has the paper, not to show it. An unknown number and a wrong code cost the same and look the same.

    :raises InvalidNumber: when the number cannot be one (check character)
    """
    numero = parse_number(number)
    demande = get_demande(guichet, numero)
    digest = demande.code_digest if demande is not None else "0" * 64
    matches = code_matches(numero, code, digest)
    if demande is None or not matches or (demande.code_annule and not annule):
        return None
    return demande


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
    _faire(demande, transition, actor, message)
    moment = swisstime.now()
    demande.modifie = moment
    regler(demande, moment)
    _suivre_complement(demande, transition, message, moment)
    demande.reindexObject()
    record(f"demande.{transition}", subject=demande.numero)
    notify(DemandeMoved(demande, transition, message, actor.value))
    return demande.etat


def _faire(demande: Demande, transition: str, actor: Actor, message: str) -> None:
    workflow = api.portal.get_tool("portal_workflow")
    with _au_nom_de(actor):
        workflow.doActionFor(demande, transition, comment=message)


def _au_nom_de(actor: Actor):
    """Who the history names, for one call only."""
    match actor:
        case Actor.USAGER:
            # He holds the code or owns the account, and has proved it before.
            return api.env.adopt_roles([config.ROLE_USAGER])
        case Actor.GUICHET:
            # What the counter does itself is nobody's, whoever is logged in.
            return api.env.adopt_user(user=system)
    return nullcontext()


def _suivre_complement(
    demande: Demande, transition: str, message: str, moment: datetime
) -> None:
    """What was asked is kept from the question to the answer, or to the end of both."""
    complement = demande.dossier.complement
    for other in demande.dossier.complements:
        # Also what a former version of the counter has left behind.
        if other is not complement or transition != "demander_complement":
            other.oublier_brouillons()
    if transition == "demander_complement":
        if complement is None:
            user = api.user.get_current()
            par = user.getId() or ""
            demande.ouvrir_dossier().complements.append(
                Complement(message=message, date=moment, par=par)
            )
    elif complement is not None and transition == "completer":
        complement.repondu = moment
    elif complement is not None:
        complement.abandonne = moment


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
