"""One order for many demandes: what it may be, for which it can be carried out, why not.

The preview reads rows of the index only. What is then done is done demande by demande,
through the same functions as at the desk (:mod:`carouge.guichet.backoffice.actions`).
"""

from __future__ import annotations

from carouge.guichet.backoffice.actions import agents_of_service
from carouge.guichet.backoffice.service import Desk
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.domain import parse_number
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.domain import transitions_from
from carouge.guichet.demande.queries import Row
from carouge.guichet.demande.queries import rows_of
from carouge.guichet.demarche.service import services_of
from collections.abc import Iterable
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field


#: Most demandes in one order.
MAX_LOT = 5_000
#: Longest text taken for the number of a demande.
_MAX_NUMERO = 64

PRENDRE = "prendre"
ATTRIBUER = "attribuer"
RENDRE = "rendre"
SUIVRE = "suivre"
MOUVEMENT = "mouvement"
TRANSMETTRE = "transmettre"
NOTER = "noter"
ARCHIVER = "archiver"

ACTIONS = (PRENDRE, ATTRIBUER, RENDRE, SUIVRE, MOUVEMENT, TRANSMETTRE, NOTER, ARCHIVER)

#: The moves an agent may order for many; what needs a choice per demande is not one.
MOUVEMENTS = tuple(
    id
    for id, transition in TRANSITIONS.items()
    if Actor.AGENT in transition.actors and id != "demander_complement"
)

#: The moves that reopening takes back.
_ROUVRABLES = frozenset({"valider", "refuser", "classer"})


class OrdreIncomplet(ValueError):
    """Something is missing in an order; the first argument says what."""


@dataclass(frozen=True)
class Ordre:
    """What is to be done: ``action`` is one of :data:`ACTIONS`.

    ``mouvement`` is the id of a transition, ``texte`` a message to the citizen (with
    the variables of the models), a reason or a note; ``agent`` is a user id and
    ``service`` a UID.
    """

    action: str
    mouvement: str = ""
    texte: str = ""
    agent: str = ""
    service: str = ""

    def verifier(self) -> None:
        """Say what is missing.

        :raises OrdreIncomplet: ``action``, ``mouvement``, ``texte``, ``agent`` or
            ``service``
        """
        if self.action not in ACTIONS:
            raise OrdreIncomplet("action")
        if self.action == MOUVEMENT:
            if self.mouvement not in MOUVEMENTS:
                raise OrdreIncomplet("mouvement")
            if TRANSITIONS[self.mouvement].message_required and not self.texte.strip():
                raise OrdreIncomplet("texte")
        if self.action in (TRANSMETTRE, NOTER) and not self.texte.strip():
            raise OrdreIncomplet("texte")
        if self.action == ATTRIBUER and not self.agent:
            raise OrdreIncomplet("agent")
        if self.action == TRANSMETTRE and not self.service:
            raise OrdreIncomplet("service")

    @property
    def ecrit(self) -> bool:
        """The citizens are written to."""
        return self.action == MOUVEMENT

    @property
    def annulable(self) -> bool:
        """Whether it can be taken back as a whole; see :mod:`.lot_annulation`."""
        if self.action == MOUVEMENT:
            return self.mouvement in _ROUVRABLES
        return self.action != NOTER

    @property
    def annulation_ecrit(self) -> bool:
        """Taking it back writes to the citizens, and needs words."""
        return self.action in (MOUVEMENT, TRANSMETTRE)

    def to_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass
class Apercu:
    """What an order would do. ``refus`` are the rows by reason, in no order of the
    list; ``inconnus`` what is no demande of the agent's services, as it was sent."""

    possibles: list[Row] = field(default_factory=list)
    refus: dict[str, list[Row]] = field(default_factory=dict)
    inconnus: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        refused = sum(len(rows) for rows in self.refus.values())
        return len(self.possibles) + refused + len(self.inconnus)


def numeros_de(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """The numbers in what was sent, each once, and what cannot be one."""
    found: dict[str, None] = {}
    wrong: dict[str, None] = {}
    for text in texts:
        try:
            found[parse_number(text)] = None
        except InvalidNumber:
            wrong[text[:_MAX_NUMERO]] = None
    return [*found], [*wrong]


def apercu(desk: Desk, ordre: Ordre, numeros: Iterable[str]) -> Apercu:
    """For which of these demandes the order could be carried out now."""
    numbers, wrong = numeros_de(numeros)
    rows = rows_of(numbers, services=[*desk.service_titles])
    known = {row.numero for row in rows}
    result = Apercu(inconnus=wrong + [n for n in numbers if n not in known])
    agents = _agents_by_service(desk) if ordre.action == ATTRIBUER else {}
    me = desk.user.getId()
    for row in rows:
        raison = empechement(ordre, row, me, agents)
        if raison:
            result.refus.setdefault(raison, []).append(row)
        else:
            result.possibles.append(row)
    return result


def empechement(
    ordre: Ordre, row: Row, moi: str, agents: dict[str, frozenset[str]]
) -> str:
    """Why the order cannot be carried out for a demande; empty when it can.

    ``agents`` are the agents of each service (UID). What the index does not know is
    found out when it is done.
    """
    final = row.etat.final
    if ordre.action == MOUVEMENT:
        moves = {move.id for move in transitions_from(row.etat, Actor.AGENT)}
        return "" if ordre.mouvement in moves else "etat"
    if ordre.action == ARCHIVER:
        return "" if final else "pas_finie"
    if ordre.action in (PRENDRE, ATTRIBUER):
        if final:
            return "finie"
        wanted = moi if ordre.action == PRENDRE else ordre.agent
        if ordre.action == ATTRIBUER and wanted not in agents.get(
            row.service_uid, frozenset()
        ):
            return "pas_agent"
        return "deja" if row.agent == wanted else ""
    if ordre.action == RENDRE:
        return "" if row.agent else "deja"
    if ordre.action == TRANSMETTRE:
        return "deja" if row.service_uid == ordre.service else ""
    return ""


def agents_possibles(desk: Desk, services: Iterable[str]) -> list[str]:
    """Whom demandes of these services can be given to: user ids."""
    by_service = _agents_by_service(desk)
    found = {agent for uid in services for agent in by_service.get(uid, ())}
    return sorted(found)


def services_possibles(desk: Desk) -> list:
    """The services demandes can be handed over to, by title."""
    return services_of(desk.guichet)


def _agents_by_service(desk: Desk) -> dict[str, frozenset[str]]:
    return {
        service.UID(): frozenset(agents_of_service(service))
        for service in services_of(desk.guichet)
        if service.UID() in desk.service_titles
    }
