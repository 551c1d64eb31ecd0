"""The door to the overview of the espace."""

from __future__ import annotations

from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.residency import current_residency
from carouge.guichet.compte.saisie import format_fact
from carouge.guichet.compte.service import owner_ids
from carouge.guichet.demande.queries import list_demandes
from carouge.guichet.demande.row import Row
from carouge.guichet.espace.demandes import ligne_vue
from carouge.guichet.espace.demandes import LigneVue
from carouge.guichet.registre.domain import Status
from carouge.guichet.swisstime import now
from dataclasses import dataclass


#: Demandes shown on the overview.
LATEST = 5
#: Those that wait for the citizen, at most.
MAX_WAITING = 20


@dataclass(frozen=True)
class Apercu:
    """What the overview shows; ``lines`` are the person's data, one line each."""

    waiting: tuple[LigneVue, ...]
    latest: tuple[Row, ...]
    total: int
    lines: tuple[str, ...]
    residency: Status | None
    register = Source.REGISTRE


def apercu_of(compte: Compte) -> Apercu:
    """What waits for the person, and what we know of him, in short."""
    owners = owner_ids(compte)
    page = list_demandes(usager=owners, size=LATEST)
    waiting = list_demandes(usager=owners, attend_usager=True, size=MAX_WAITING).rows
    return Apercu(
        waiting=tuple(ligne_vue(row, compte) for row in waiting),
        latest=tuple(page.rows),
        total=page.total,
        lines=tuple(_lines(compte)),
        residency=current_residency(compte, now()),
    )


def _lines(compte: Compte) -> list[str]:
    def joined(*names: str) -> str:
        return " ".join(filter(None, (compte.value(name) for name in names)))

    lines = [
        compte.nom_affiche,
        joined("rue", "numero"),
        joined("npa", "localite"),
        compte.value("courriel"),
        format_fact("telephone", compte.value("telephone")),
    ]
    return [line for line in lines if line]
