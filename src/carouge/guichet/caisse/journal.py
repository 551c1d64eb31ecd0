"""The books of a régie between two days."""

from __future__ import annotations

from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.service import lire_factures
from carouge.guichet.paiement.cloture import lignes_de
from carouge.guichet.paiement.registres import MouvementDuLivre
from collections.abc import Iterable
from datetime import date
from itertools import islice


#: Movements on one page: the days are chosen so that there are fewer.
MOST = 1000


def mouvements(
    guichet, regie: str, debut: date, fin: date
) -> tuple[list[MouvementDuLivre], bool]:
    """The movements from ``debut`` to ``fin``, both included; whether more follow."""
    keys = [
        (regie, jour, source, id_externe)
        for jour, source, id_externe, *_rest in islice(
            lire_factures(guichet).livre(regie, debut, fin), MOST + 1
        )
    ]
    return lignes_de(guichet, keys[:MOST]), len(keys) > MOST


def totaux_de(lignes: Iterable[MouvementDuLivre]) -> list[tuple[str, int, int]]:
    """(source, count, centimes) in the order of the sources."""
    found: dict[str, list[int]] = {}
    for ligne in lignes:
        found.setdefault(ligne.source, []).append(ligne.centimes)
    return [
        (source.value, len(found[source.value]), sum(found[source.value]))
        for source in Source
        if source.value in found
    ]


def total_de(lignes: Iterable[MouvementDuLivre]) -> int:
    """Centimes that came in less those that went back; what was rounded is none."""
    return sum(
        ligne.centimes for ligne in lignes if ligne.source != Source.ARRONDI.value
    )
