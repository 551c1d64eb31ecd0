"""What a list shows of a demande."""

from __future__ import annotations

from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import is_late
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.ligne import Ligne
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import timezone


@dataclass(frozen=True)
class Row:
    """One line of a list."""

    numero: str
    titre: str
    etat: State
    service_uid: str
    demarche_uid: str
    depot: datetime
    attendu: date | None
    #: Who filed it, for whom and about whom, in words; empty when nothing is known.
    deposant: str = ""
    organisation: str = ""
    membre: str = ""
    #: The user id of whoever filed it.
    par: str = ""
    #: The clock stands: the citizen has to do something, or nobody has any more.
    suspendu: bool = False
    #: The agent (user id) who has it in hand; empty for nobody.
    agent: str = ""
    canal: Canal = Canal.EN_LIGNE
    #: When it changed last; its submission as long as nothing has changed.
    modifie: datetime | None = None
    #: Messages that the service, and the citizen, have not read yet.
    a_lire_service: int = 0
    a_lire_usager: int = 0
    #: Announced pieces that have not arrived.
    attend_pieces: int = 0
    #: When it was over, and how many working days it took.
    cloture: datetime | None = None
    duree: int | None = None
    #: Ids of the household member and of the organisation; empty for none.
    membre_id: str = ""
    organisation_id: str = ""
    #: It was put with what is over and needs no look any more.
    archivee: bool = False
    #: Decisions the citizen has not opened yet.
    decisions_a_lire: int = 0

    def late(self, today: date) -> bool:
        """True when the expected day is over and somebody still waits."""
        return is_late(self.attendu, self.etat, today, self.suspendu)


@dataclass(frozen=True)
class Page:
    """A part of a list; ``total`` counts the whole."""

    rows: list[Row]
    total: int


@dataclass(frozen=True)
class Facettes:
    """What a citizen's demandes can be told apart by; ids with names, states counted.

    ``attendus`` counts those of which something is expected of him.
    """

    membres: dict[str, str]
    organisations: dict[str, str]
    demarches: dict[str, str]
    attendus: int
    etats: dict[State, int]


def row_of(ligne: Ligne) -> Row:
    """The row that shows a line of the index."""
    return Row(
        numero=ligne.numero,
        titre=ligne.titre,
        etat=State(ligne.etat),
        service_uid=ligne.service,
        demarche_uid=ligne.demarche,
        depot=_moment(ligne.depot),
        attendu=date.fromordinal(ligne.attendu) if ligne.attendu else None,
        deposant=ligne.deposant,
        organisation=ligne.organisation,
        membre=ligne.membre,
        par=ligne.par,
        suspendu=ligne.suspendu,
        agent=ligne.agent,
        canal=Canal(ligne.canal),
        modifie=_moment(ligne.modifie),
        a_lire_service=ligne.a_lire_service,
        a_lire_usager=ligne.a_lire_usager,
        attend_pieces=ligne.attend_pieces,
        cloture=_moment(ligne.cloture) if ligne.cloture else None,
        duree=ligne.duree,
        membre_id=ligne.membre_id,
        organisation_id=ligne.organisation_id,
        archivee=ligne.archivee,
        decisions_a_lire=ligne.decisions_a_lire,
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)
