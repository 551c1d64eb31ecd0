"""The only door of the agents' desk: what its pages show and do."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet import swisstime
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.domain import parse_number
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.dossier import Evenement
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.traitement import historique
from carouge.guichet.demande.traitement import revision
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.service import services_of
from carouge.guichet.demarche.service import services_of_agent
from carouge.guichet.journal.service import record
from carouge.guichet.transactions import tout_ou_rien
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from plone import api

import hashlib
import json


#: What the journal calls an opening of a file and of its pieces.
CONSULTED = "demande.consulter"


class NotVisible(LookupError):
    """There is no such demande, or it is not for this agent: nobody tells which."""


class InvalidMessage(ValueError):
    """The message is too long or holds characters no keyboard makes."""


class Outdated(Exception):
    """The demande has changed since the agent's page was made; nothing was written.

    ``unseen`` is what he does not know yet, oldest first; it is empty when the page did
    not say from when it is.
    """

    def __init__(self, unseen: list[Evenement]) -> None:
        super().__init__(len(unseen))
        self.unseen = unseen


@dataclass(frozen=True)
class Choice:
    """One option of a filter."""

    uid: str
    title: str


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
    def all_services(self) -> list:
        """All services of the guichet, by title."""
        return services_of(self.guichet)

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

    def handed_over(self, number: str) -> Demande | None:
        """A demande out of sight, for whoever asks what has become of his order.

        Nothing of it may be shown before :func:`carried_out` has said yes.
        """
        try:
            return get_demande(self.guichet, parse_number(number))
        except InvalidNumber:
            return None

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
        return self._file(self.open(number).pieces, index)

    def attachment(self, number: str, message: str, index: int) -> Piece:
        """One attachment of a message (its id); otherwise like :meth:`piece`."""
        found = self.open(number).dossier.message(message)
        return self._file(found.pieces if found is not None else (), index)

    def _file(self, pieces: Sequence[Piece], index: int) -> Piece:
        if not 0 <= index < len(pieces) or not pieces[index].lisible:
            raise NotVisible(index)
        return pieces[index]


@contextmanager
def changing(demande: Demande, version: int | None, *ordre: str) -> Iterator[bool]:
    """Every write of the desk happens in here; gives whether it is still to be done.

    ``version`` is what :func:`carouge.guichet.demande.traitement.revision` said when
    the agent's page was made, ``ordre`` all that was ordered, in words and digests. The
    same order from the same page (double click, reload, a request tried again) is
    carried out once: False for the second. When the block raises, nothing is written.

    Two orders at the same moment cannot both be written: the database tries the second
    again, which then is out of date.

    :raises NotVisible: the demande is not, or no longer, for this agent
    :raises Outdated: it has moved, or somebody else has changed something
    """
    if not _may(config.PROCESS_DEMANDE, demande):
        raise NotVisible(demande.numero)
    empreinte = _fingerprint(version, ordre)
    if empreinte in demande.dossier.ordres:
        yield False
        return
    unseen = unseen_since(demande, version)
    if unseen is None or any(map(_matters, unseen)):
        raise Outdated(unseen or [])
    with tout_ou_rien():
        # Written by each order: that is what two of them at once meet in.
        demande.modifie = swisstime.now()
        demande.ouvrir_dossier().ordonner(empreinte)
        yield True


def carried_out(demande: Demande, version: int | None, *ordre: str) -> bool:
    """Whether this very order of the present user was carried out already."""
    return _fingerprint(version, ordre) in demande.dossier.ordres


def unseen_since(demande: Demande, version: int | None) -> list[Evenement] | None:
    """What has happened since a version, oldest first; None for no version at all."""
    if version is None or not 0 < version <= revision(demande):
        return None
    return historique(demande)[version:]


def _matters(evenement: Evenement) -> bool:
    """What one has done oneself in another window disturbs nothing, but for moves."""
    return evenement.genre in TRANSITIONS or evenement.par != _me()


def _fingerprint(version: int | None, ordre: tuple[str, ...]) -> str:
    words = json.dumps([_me(), version, *ordre])
    return hashlib.sha256(words.encode()).hexdigest()


def _me() -> str:
    return api.user.get_current().getId() or ""


def _may(permission: str, demande: Demande) -> bool:
    return api.user.has_permission(permission, obj=demande)
