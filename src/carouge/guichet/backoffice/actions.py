"""What an agent orders for one demande. Each order is one use of ``changing``."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet.backoffice.domain import normalise_line_ends
from carouge.guichet.backoffice.service import changing
from carouge.guichet.backoffice.service import InvalidMessage
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.demande import traitement
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.domain import Transition
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.service import allowed_transitions
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import TransitionRefused
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.demarche.service import services_of
from carouge.guichet.formulaire.domain import has_control_characters
from carouge.guichet.formulaire.domain import MAX_TEXT
from collections.abc import Sequence
from plone import api
from Products.CMFCore.WorkflowCore import WorkflowException


#: The move that taking a demande makes, where it can be made.
TAKE = "prendre_en_charge"


class NotAnAgent(ValueError):
    """Nobody of that id works for the service in charge."""


class NoSuchService(ValueError):
    """The guichet has no such service, or it is the one in charge already."""


# --- in whose hands --------------------------------------------------------------


def take(demande: Demande, version: int | None) -> State:
    """The present user takes the demande in hand; it is in progress then.

    :raises carouge.guichet.demande.service.TransitionRefused: it is over
    """
    with changing(demande, version, "prendre") as to_do:
        if to_do:
            if demande.etat.final:
                raise TransitionRefused(TAKE)
            if can_be_taken(demande):
                _move(demande, TAKE, "")
            traitement.attribuer(demande, _me())
    return demande.etat


def can_be_taken(demande: Demande) -> bool:
    """Whether taking it makes a move: nobody is at work on what has arrived."""
    return demande.etat in TRANSITIONS[TAKE].sources


def put_back(demande: Demande, version: int | None) -> None:
    """Nobody has the demande in hand any more."""
    with changing(demande, version, "rendre") as to_do:
        if to_do:
            traitement.attribuer(demande, "")


def assign(demande: Demande, version: int | None, agent: str) -> None:
    """Give the demande to an agent (user id) of the service in charge.

    :raises NotAnAgent: see there
    :raises carouge.guichet.demande.service.TransitionRefused: it is over
    """
    with changing(demande, version, "attribuer", agent) as to_do:
        if to_do:
            if agent not in agents_of(demande):
                raise NotAnAgent(agent)
            if demande.etat.final:
                raise TransitionRefused("attribuer")
            traitement.attribuer(demande, agent)


def hand_over(demande: Demande, version: int | None, service: str, raison: str) -> None:
    """Give the demande to another service (UID) of the guichet, with a reason.

    :raises NoSuchService: see there
    :raises InvalidMessage: see there
    :raises carouge.guichet.demande.traitement.TexteVide: there is no reason
    """
    raison = usable(raison)
    with changing(demande, version, *hand_over_order(service, raison)) as to_do:
        if to_do:
            if service not in {item.UID() for item in other_services(demande)}:
                raise NoSuchService(service)
            traitement.transmettre(demande, service, raison)
            stay = agents_of(demande)
            for follower in [*demande.dossier.suiveurs]:
                if follower not in stay:
                    traitement.suivre(demande, follower, False)


def hand_over_order(service: str, raison: str) -> tuple[str, ...]:
    """The words of that order; whoever gave it cannot see the demande any more."""
    return ("transmettre", service, normalise_line_ends(raison))


def follow(demande: Demande, yes: bool) -> bool:
    """The present user wants to be told of the demande, or no more.

    It changes nothing for anybody else, so that it cannot be out of date. Returns
    whether it was changed.

    :raises NotVisible: not for this agent
    """
    if not _may_process(demande):
        raise NotVisible(demande.numero)
    return traitement.suivre(demande, _me(), yes)


def agents_of(demande: Demande) -> list[str]:
    """The user ids of all who work for the service in charge, its groups expanded."""
    service = service_by_uid(guichet_of(demande), demande.service_uid)
    return agents_of_service(service) if service is not None else []


def agents_of_service(service) -> list[str]:
    """The user ids of all who work for a service, its groups expanded."""
    found: dict[str, None] = {}
    for token in service.agents or ():
        kind, _colon, name = token.partition(":")
        if kind == "group":
            users = api.user.get_users(groupname=name) if api.group.get(name) else ()
            found.update((user.getId(), None) for user in users)
        else:
            found[name] = None
    return [*found]


def other_services(demande: Demande) -> list:
    """The services the demande can be handed over to, by title."""
    return [
        service
        for service in services_of(guichet_of(demande))
        if service.UID() != demande.service_uid
    ]


# --- moves -----------------------------------------------------------------------


def moves_for_agent(demande: Demande) -> list[Transition]:
    """What the present user may do with the demande now, as an agent."""
    if not _may_process(demande):
        return []
    workflow = api.portal.get_tool("portal_workflow")
    guarded = {entry["id"] for entry in workflow.getTransitionsFor(demande)}
    return [
        transition
        for transition in allowed_transitions(demande, Actor.AGENT)
        if transition.id in guarded
    ]


def process(
    demande: Demande, *, transition: str, message: str, version: int | None
) -> State:
    """Make a move for the present user; returns the state of the demande.

    :raises carouge.guichet.demande.service.TransitionRefused: not a move for him now
    :raises carouge.guichet.demande.service.MessageRequired: the move needs words
    :raises InvalidMessage: see there
    """
    message = usable(message)
    with changing(demande, version, "mouvement", transition, message) as to_do:
        if to_do:
            _move(demande, transition, message)
            if transition == TAKE:
                traitement.attribuer(demande, _me())
    return demande.etat


def _move(demande: Demande, transition: str, message: str) -> None:
    if transition not in {move.id for move in moves_for_agent(demande)}:
        raise TransitionRefused(transition)
    try:
        move_demande(
            demande=demande,
            transition=transition,
            actor=Actor.AGENT,
            message=message,
        )
    except WorkflowException as error:
        raise TransitionRefused(transition) from error


# --- words -----------------------------------------------------------------------


def write(
    demande: Demande, version: int | None, texte: str, pieces: Sequence[Piece] = ()
) -> None:
    """Write to the citizen; what he has written is read by then.

    :raises InvalidMessage: see there
    :raises carouge.guichet.demande.traitement.TexteVide: neither words nor attachments
    """
    texte = usable(texte)
    digests = [piece.digest for piece in pieces]
    with changing(demande, version, "message", texte, *digests) as to_do:
        if to_do:
            traitement.ecrire_message(demande, traitement.SERVICE, texte, pieces)
            traitement.marquer_lus(demande, traitement.SERVICE)


def note(demande: Demande, version: int | None, texte: str) -> None:
    """Keep a note for the colleagues.

    :raises InvalidMessage: see there
    :raises carouge.guichet.demande.traitement.TexteVide: there is nothing in it
    """
    texte = usable(texte)
    with changing(demande, version, "note", texte) as to_do:
        if to_do:
            traitement.noter_interne(demande, texte)


def mark_read(demande: Demande) -> int:
    """The service has seen what the citizen has written; how much of it was new.

    :raises NotVisible: not for this agent
    """
    if not _may_process(demande):
        raise NotVisible(demande.numero)
    return traitement.marquer_lus(demande, traitement.SERVICE)


def usable(texte: str) -> str:
    """A typed text as it is kept.

    :raises InvalidMessage: see there
    """
    texte = normalise_line_ends(texte)
    if len(texte) > MAX_TEXT or has_control_characters(texte):
        raise InvalidMessage(len(texte))
    return texte


# --- pieces ----------------------------------------------------------------------


def receive(
    demande: Demande,
    version: int | None,
    rangs: Sequence[int],
    moyen: str,
    contenu: Piece | None = None,
) -> None:
    """Announced pieces have arrived, by ``poste`` or at the ``guichet``.

    ``rangs`` are their indexes in ``demande.pieces``; ``contenu`` is a scan of the
    only one, if there is one.

    :raises carouge.guichet.demande.traitement.PieceInconnue: it was not awaited
    """
    digest = contenu.digest if contenu is not None else ""
    ordre = ("recevoir", moyen, digest, *map(str, rangs))
    with changing(demande, version, *ordre) as to_do:
        if to_do:
            traitement.recevoir_pieces(demande, rangs, moyen, contenu)


def await_again(demande: Demande, version: int | None, rang: int) -> None:
    """A piece was ticked by mistake.

    :raises carouge.guichet.demande.traitement.PieceInconnue: it was not ticked
    """
    with changing(demande, version, "annuler", str(rang)) as to_do:
        if to_do:
            traitement.annuler_reception(demande, rang)


def remove_scan(demande: Demande, version: int | None, rang: int) -> None:
    """A scan was attached to the wrong piece.

    :raises carouge.guichet.demande.traitement.PieceInconnue: there is none that could
        be removed
    """
    with changing(demande, version, "retirer_scan", str(rang)) as to_do:
        if to_do:
            traitement.retirer_scan(demande, rang)


def _may_process(demande: Demande) -> bool:
    return api.user.has_permission(config.PROCESS_DEMANDE, obj=demande)


def _me() -> str:
    return api.user.get_current().getId()
