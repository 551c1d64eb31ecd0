"""``bin/guichet factures importer``: what the business applications have left in a file."""

from __future__ import annotations

from carouge.guichet.facture import import_labels
from carouge.guichet.facture.fichier_import import FichierRefuse
from carouge.guichet.facture.import_travail import importer_ici
from carouge.guichet.facture.import_travail import PAR_LOT
from carouge.guichet.facture.importation import LigneRapport
from carouge.guichet.facture.importation import PARTIEL
from carouge.guichet.facture.importation import Rapport
from carouge.guichet.facture.importation import Sort
from carouge.guichet.facture.importation import STRICT
from carouge.guichet.money import format_chf
from pathlib import Path
from zope.i18n import translate

import argparse
import sys
import time
import transaction


#: Exit code when some of the invoices were not taken.
EN_PARTIE = 5

#: Lines of the report that are printed.
MAX_LIGNES = 100


def ajouter_commande(commands) -> argparse.ArgumentParser:
    """Add the command to those of ``guichet``; who calls sets what carries it out."""
    group = commands.add_parser("factures", help="les factures des applications métier")
    actions = group.add_subparsers(metavar="action", required=True)
    parser = actions.add_parser("importer", help="importe un fichier JSON ou CSV")
    parser.add_argument(
        "guichet", help="chemin du guichet dans le site, par ex. guichet"
    )
    parser.add_argument("fichier", metavar="FICHIER")
    parser.add_argument(
        "--essai", action="store_true", help="dit ce qui changerait, et ne change rien"
    )
    parser.add_argument(
        "--partiel",
        action="store_true",
        help="importe ce qui est juste (par défaut : tout ou rien)",
    )
    return parser


def executer_import(guichet, options) -> int:
    """Do it, with a transaction for each thousand; the exit code.

    :raises ValueError: the file was refused, with the reason for who typed it
    """
    debut = time.monotonic()
    try:
        with Path(options.fichier).open("rb") as flux:
            rapport, ecrit = importer_ici(
                guichet,
                flux,
                mode=PARTIEL if options.partiel else STRICT,
                essai=options.essai,
                tout=False,
                progres=_progres(guichet),
                valider=_valider(options.fichier),
            )
    except OSError as error:
        raise ValueError(
            f"Impossible de lire {options.fichier} : {error.strerror}."
        ) from error
    except FichierRefuse as refus:
        raise ValueError(_en_francais(import_labels.refus(refus))) from refus
    _dire(rapport)
    if not ecrit:
        print(
            "Essai : rien n'a été changé."
            if options.essai
            else "Rien n'a été importé : corrigez le fichier, ou ajoutez --partiel."
        )
        return 0 if options.essai else 1
    secondes = time.monotonic() - debut
    total = sum(rapport.comptes.values())
    print(f"{total} factures lues en {secondes:.1f} s.")
    return EN_PARTIE if rapport.mauvaises else 0


def _valider(fichier: str):
    def valider() -> None:
        transaction.get().note(f"import de {Path(fichier).name}")
        transaction.commit()

    return valider


def _dire(rapport: Rapport) -> None:
    for ligne in rapport.lignes[:MAX_LIGNES]:
        print(_phrase(ligne))
    if len(rapport.lignes) > MAX_LIGNES:
        print(f"… et {len(rapport.lignes) - MAX_LIGNES} autres.")
    comptes = [
        f"{_en_francais(import_labels.SORTS[sort])} : {rapport.comptes[sort]}"
        for sort in Sort
        if rapport.comptes[sort]
    ]
    print(" ; ".join(comptes))
    if rapport.centimes:
        print(f"Nouvelles factures : {format_chf(rapport.centimes)}")


def _phrase(ligne: LigneRapport) -> str:
    sort = _en_francais(import_labels.SORTS[ligne.sort])
    raison = _en_francais(import_labels.raison(ligne))
    return f"  {ligne.rang}: {ligne.regie} {ligne.numero} — {sort} : {raison}"


def _progres(guichet):
    def progres(count: int) -> None:
        if count % PAR_LOT == 0:
            # What was read stays in the memory only as far as the cache is large.
            guichet._p_jar.cacheGC()
        if count % 10_000 == 0:
            print(count, file=sys.stderr, flush=True)

    return progres


def _en_francais(message) -> str:
    return translate(message, target_language="fr")
