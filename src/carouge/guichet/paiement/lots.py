"""Export of the books to the accounting: numbered batches, acknowledged one by one.

Every movement of the ledger, but those that came from the business application, is in
exactly one batch. A batch never changes: asked for again it is the same.
"""

from __future__ import annotations

from carouge.guichet.cellules import garder
from carouge.guichet.entiers import lire_entier
from carouge.guichet.journal.service import record
from carouge.guichet.money import to_decimal
from carouge.guichet.paiement.cloture import cles_de
from carouge.guichet.paiement.cloture import dernier_rang
from carouge.guichet.paiement.cloture import lignes_de
from carouge.guichet.paiement.depot import lire_paiements
from carouge.guichet.paiement.depot import maintenant
from carouge.guichet.paiement.depot import paiements_de
from carouge.guichet.paiement.depot import regie_de
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.registres import Lot
from carouge.guichet.swisstime import local_date
from dataclasses import astuple
from datetime import datetime
from itertools import islice

import csv
import io


#: Movements in one batch.
MAX_LIGNES = 5_000

COLONNES = (
    "lot",
    "ligne",
    "date",
    "regie",
    "budget",
    "compte",
    "numero",
    "source",
    "montant",
    "devise",
    "paiement",
    "id_externe",
)


class DejaAcquitte(DomainError):
    """The batch was acknowledged before, with another reference."""


def a_exporter(guichet, regie: str) -> int:
    """How many movements are in no batch yet."""
    return len(cles_de(lire_paiements(guichet).a_exporter, regie))


def creer_lot(
    guichet, regie: str, par: str, *, now: datetime | None = None
) -> Lot | None:
    """Make the next batch of a régie; None when there is nothing for it.

    :raises RegieInconnue: there is no such régie
    """
    de = regie_de(regie)
    paiements = paiements_de(guichet)
    cles = [*islice(cles_de(paiements.a_exporter, regie), MAX_LIGNES)]
    if not cles:
        return None
    moment = maintenant(now)
    rang = dernier_rang(paiements.lots, regie) + 1
    lot = Lot(
        regie=regie,
        rang=rang,
        numero=f"{regie}-{local_date(moment).year}-{rang:05}",
        moment=moment,
        par=par,
        budget=de.budget,
        compte_comptable=de.compte_comptable,
        lignes=tuple(astuple(ligne) for ligne in lignes_de(guichet, cles)),
    )
    paiements.ranger_lot(lot)
    for cle in cles:
        paiements.a_exporter.remove(cle)
    record("lot.creer", subject=lot.numero, lignes=str(len(lot)), total=str(lot.total))
    return lot


def lots_de(guichet, regie: str, *, ouverts: bool = False) -> list[Lot]:
    """The batches of a régie, the oldest first; with ``ouverts`` the unacknowledged."""
    paiements = lire_paiements(guichet)
    entre = (regie, 0), (regie, 10**9)
    if not ouverts:
        return [*paiements.lots.values(*entre)]
    return [paiements.lots[cle] for cle in paiements.lots_ouverts.keys(*entre)]


def nombre_ouverts(guichet) -> int:
    """How many batches of all régies nobody has acknowledged."""
    return len(lire_paiements(guichet).lots_ouverts)


def get_lot(guichet, numero: str) -> Lot | None:
    """The batch of that number; None when there is none."""
    # The code of a régie may have a dash as well.
    parts = numero.rsplit("-", 2)
    rang = lire_entier(parts[2]) if len(parts) == 3 else None
    if rang is None:
        return None
    lot = lire_paiements(guichet).lots.get((parts[0], rang))
    return lot if lot is not None and lot.numero == numero else None


def acquitter(
    guichet, lot: Lot, reference: str, par: str, *, now: datetime | None = None
) -> bool:
    """The accounting has it, under that name of its own; False when it had said so.

    :raises DejaAcquitte: it had said so with another reference
    """
    if lot.acquitte is not None:
        if reference and reference != lot.reference:
            raise DejaAcquitte(lot.numero)
        return False
    lot.acquitte = maintenant(now)
    lot.acquitte_par = par
    lot.reference = reference
    paiements_de(guichet).ranger_lot(lot)
    record("lot.acquitter", subject=lot.numero)
    return True


def csv_de(lot: Lot) -> bytes:
    """A batch as a CSV file: UTF-8 with BOM, ``;``, ISO days, decimal points."""
    texte = io.StringIO()
    writer = csv.writer(texte, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLONNES)
    for rang, ligne in enumerate(lot.lignes, 1):
        writer.writerow(
            [
                lot.numero,
                rang,
                ligne.jour,
                ligne.regie,
                garder(lot.budget),
                garder(lot.compte_comptable),
                garder(ligne.numero),
                ligne.source,
                # A number: a minus is no formula.
                to_decimal(ligne.centimes),
                "CHF",
                ligne.paiement,
                garder(ligne.id_externe),
            ]
        )
    return b"\xef\xbb\xbf" + texte.getvalue().encode()
