"""What somebody asks of a list of demandes, in pure Python."""

from __future__ import annotations

from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import FINAL_STATES
from carouge.guichet.demande.domain import State
from dataclasses import dataclass
from datetime import date
from enum import Enum


#: Nobody has it in hand, as an agent to look for.
PERSONNE = ""

OUVERTS = frozenset(State) - FINAL_STATES
#: What an agent takes in hand.
A_PRENDRE = frozenset({State.DEPOSEE, State.COMPLETEE})


class Bannette(str, Enum):
    """The trays of the desk. Each demande of an agent's services lies in some of them.

    ``A_PRENDRE``: newly come or completed, in nobody's hands; ``MIENNES``: open and in
    the agent's own hands; ``SERVICE``: all that are open; ``EN_ATTENTE``: the citizen
    has to answer; ``EN_RETARD``: the expected day is over while the clock runs;
    ``SUIVIES``: those the agent follows; ``TOUTES``: also what is over. What was put
    away lies in ``ARCHIVEES`` only; whoever looks for a text in ``TOUTES`` finds it too.
    """

    A_PRENDRE = "a_prendre"
    MIENNES = "miennes"
    SERVICE = "service"
    EN_ATTENTE = "en_attente"
    EN_RETARD = "en_retard"
    SUIVIES = "suivies"
    TOUTES = "toutes"
    ARCHIVEES = "archivees"


class Tri(str, Enum):
    """The order of a list.

    ``ECHEANCE``: least time left first, then those whose clock stands, then those that
    are over, newest first. ``TITRE``: by title of the démarche, newest first in each.
    ``MODIFIEES``: what changed last comes first.
    """

    ECHEANCE = "echeance"
    RECENTES = "recentes"
    ANCIENNES = "anciennes"
    TITRE = "titre"
    MODIFIEES = "modifiees"


@dataclass(frozen=True)
class Criteres:
    """What limits a list, beside the tray and the services.

    Empty or None: no limit. ``demarche`` is a UID, ``agent`` a user id or
    :data:`PERSONNE`; ``du`` and ``au`` are the first and the last day of submission by
    the counter's clock; ``texte`` is (part of) a number, or words of the names of the
    person or the organisation.
    """

    etats: tuple[State, ...] = ()
    demarche: str | None = None
    agent: str | None = None
    canal: Canal | None = None
    du: date | None = None
    au: date | None = None
    texte: str = ""


SANS_CRITERE = Criteres()
