"""The only door of the agents' desk: what its pages show and do."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet.backoffice.domain import Filters
from carouge.guichet.backoffice.domain import last_start
from carouge.guichet.backoffice.domain import normalise_line_ends
from carouge.guichet.backoffice.domain import PAGE_SIZE
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.domain import parse_number
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.domain import Transition
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.queries import count_by_state
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.queries import list_demandes
from carouge.guichet.demande.queries import Row
from carouge.guichet.demande.service import allowed_transitions
from carouge.guichet.demande.service import history
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import Step
from carouge.guichet.demande.service import TransitionRefused
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.service import services_of_agent
from carouge.guichet.formulaire.domain import has_control_characters
from carouge.guichet.formulaire.domain import MAX_TEXT
from carouge.guichet.journal.service import record
from dataclasses import dataclass
from functools import cached_property
from plone import api
from Products.CMFCore.WorkflowCore import WorkflowException


#: What the journal calls an opening of a file and of its pieces.
CONSULTED = "demande.consulter"


class NotVisible(LookupError):
    """There is no such demande, or it is not for this agent: nobody tells which."""


class InvalidMessage(ValueError):
    """The message is too long or holds characters no keyboard makes."""


class Outdated(Exception):
    """The demande has moved since the agent's page was made; nothing was written.

    ``steps`` are the moves he has not seen, oldest first; they are empty when the page
    did not say from when it is.
    """

    def __init__(self, steps: list[Step]) -> None:
        super().__init__(len(steps))
        self.steps = steps


@dataclass(frozen=True)
class Choice:
    """One option of a filter."""

    uid: str
    title: str


@dataclass(frozen=True)
class Listing:
    """One page of the desk's list.

    ``filters.start`` is where the page really starts; ``counts`` are those of the
    whole list, whatever states are chosen.
    """

    rows: list[Row]
    total: int
    filters: Filters
    counts: dict[State, int]


class Desk:
    """The desk of one guichet as one agent sees it."""

    def __init__(self, guichet, user) -> None:
        self.guichet = guichet
        self.user = user

    @cached_property
    def services(self) -> tuple[Choice, ...]:
        """The services whose demandes the agent works on."""
        return tuple(
            Choice(service.UID(), service.title)
            for service in services_of_agent(self.guichet, self.user)
        )

    @cached_property
    def service_titles(self) -> dict[str, str]:
        """Title of each of the agent's services by UID."""
        return {service.uid: service.title for service in self.services}

    @cached_property
    def demarches(self) -> tuple[Choice, ...]:
        """The published démarches of these services, by title."""
        fiches = get_catalogue(self.guichet).by_uid.values()
        return tuple(
            sorted(
                (
                    Choice(fiche.uid, fiche.title)
                    for fiche in fiches
                    if fiche.service_uid in self.service_titles
                ),
                key=lambda choice: choice.title.casefold(),
            )
        )

    def listing(self, filters: Filters) -> Listing:
        """A page of the list; a start behind the end gives the last page."""
        services = [filters.service] if filters.service else [*self.service_titles]

        def page(start: int):
            return list_demandes(
                services=services,
                etats=filters.etats,
                demarche=filters.demarche,
                oldest_first=filters.oldest_first,
                start=start,
                size=PAGE_SIZE,
            )

        found = page(filters.start)
        if found.total <= filters.start and filters.start:
            filters = filters.at(last_start(found.total))
            found = page(filters.start)
        return Listing(
            rows=found.rows,
            total=found.total,
            filters=filters,
            counts=count_by_state(services=services, demarche=filters.demarche),
        )

    def find(self, number: str) -> Demande:
        """The demande of a typed number, if the agent may see it.

        :raises carouge.guichet.demande.domain.InvalidNumber: it cannot be a number
        :raises NotVisible: unknown, or of a service that is not his
        """
        demande = get_demande(self.guichet, parse_number(number))
        # A role somebody holds in the whole site is no membership of a service.
        if (
            demande is None
            or demande.service_uid not in self.service_titles
            or not _may(config.VIEW_DEMANDE, demande)
        ):
            raise NotVisible(number)
        return demande

    def open(self, number: str) -> Demande:
        """Like :meth:`find`, for the number in an address; it is told to the journal.

        :raises NotVisible: unknown, foreign, or no number at all
        """
        try:
            demande = self.find(number)
        except InvalidNumber as error:
            raise NotVisible(number) from error
        record(CONSULTED, subject=demande.numero)
        return demande

    def piece(self, number: str, index: int) -> Piece:
        """One document of a demande, the first one being 0; told to the journal.

        :raises NotVisible: see :meth:`open`; also when there is no such document, or
            none that may be given to anybody
        """
        demande = self.open(number)
        if not 0 <= index < len(demande.pieces) or not demande.pieces[index].lisible:
            raise NotVisible(number)
        return demande.pieces[index]


def moves_for_agent(demande: Demande) -> list[Transition]:
    """What the present user may do with the demande now, as an agent."""
    if not _may(config.PROCESS_DEMANDE, demande):
        return []
    workflow = api.portal.get_tool("portal_workflow")
    guarded = {entry["id"] for entry in workflow.getTransitionsFor(demande)}
    return [
        transition
        for transition in allowed_transitions(demande, Actor.AGENT)
        if transition.id in guarded
    ]


def version_of(demande: Demande) -> int:
    """Grows by one with each move."""
    return len(history(demande))


def process(
    demande: Demande, *, transition: str, message: str, version: int | None
) -> State:
    """Make a move for the present user; returns the state of the demande.

    ``version`` is what :func:`version_of` said when the page was made. The same order
    given twice (double click, reload) is carried out once.

    :raises Outdated: somebody else was faster
    :raises carouge.guichet.demande.service.TransitionRefused: not a move for him now
    :raises carouge.guichet.demande.service.MessageRequired: the move needs words
    :raises InvalidMessage: see there
    """
    if not _may(config.PROCESS_DEMANDE, demande):
        raise TransitionRefused(transition)
    message = normalise_line_ends(message)
    steps = history(demande)
    if version is None or version != len(steps):
        unseen = steps[version:] if version else []
        if _is_same_order(unseen, transition, message):
            return demande.etat
        raise Outdated(unseen)
    if len(message) > MAX_TEXT or has_control_characters(message):
        raise InvalidMessage(len(message))
    if transition not in {move.id for move in moves_for_agent(demande)}:
        raise TransitionRefused(transition)
    try:
        return move_demande(
            demande=demande,
            transition=transition,
            actor=Actor.AGENT,
            message=message,
        )
    except WorkflowException as error:
        raise TransitionRefused(transition) from error


def person_of(demande: Demande, step: Step) -> str | None:
    """Who made a step: the name of the agent, None for the citizen."""
    actors = {Actor.USAGER}
    if step.transition in TRANSITIONS:
        actors = TRANSITIONS[step.transition].actors
    if Actor.USAGER in actors and step.actor in ("", demande.usager_id):
        return None
    if step.transition is None:
        # Only the citizen submits, whatever account his browser is logged in with.
        return None
    member = api.user.get(userid=step.actor) if step.actor else None
    name = member.getProperty("fullname", "") if member is not None else ""
    return name or step.actor


def _is_same_order(unseen: list[Step], transition: str, message: str) -> bool:
    if len(unseen) != 1:
        return False
    step = unseen[0]
    me = api.user.get_current().getId()
    return (step.actor, step.transition, step.message) == (me, transition, message)


def _may(permission: str, demande: Demande) -> bool:
    return api.user.has_permission(permission, obj=demande)
