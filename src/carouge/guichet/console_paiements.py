"""``bin/guichet paiements comparer``: the provider's own list against the payments here."""

from __future__ import annotations

from carouge.guichet.money import format_chf
from carouge.guichet.paiement.service import demander_comparaison
from carouge.guichet.paiement.service import lire_liste
from carouge.guichet.paiement.service import ListeIllisible
from carouge.guichet.paiement.service import RegieSansPaiement
from carouge.guichet.paiement.service import Verdict
from carouge.guichet.regie.service import RegieInconnue
from collections import Counter
from pathlib import Path

import argparse
import transaction


#: Exit code when something waits for a person, or could not be asked.
A_VOIR = 5

_MOTS = {
    Verdict.CONCORDE: "pareilles des deux côtés",
    Verdict.SUIVI: "différentes, le guichet suit maintenant le prestataire",
    Verdict.DIFFERENT: "différentes, à regarder",
    Verdict.A_TRAITER: "encaissées et inconnues ici, désormais « à traiter » à la caisse",
    Verdict.CONNU: "inconnues ici, déjà vues par la caisse ou en attente d'elle",
    Verdict.SANS_ARGENT: "inconnues ici, sans argent",
    Verdict.AILLEURS: "d'un autre guichet ou d'une autre régie : comparez aussi les leurs",
    Verdict.ETRANGER: "d'une autre application",
    Verdict.INDISPONIBLE: "sans réponse du prestataire : relancez la commande",
}
_NOMMES = (Verdict.SUIVI, Verdict.DIFFERENT, Verdict.A_TRAITER, Verdict.INDISPONIBLE)
_A_VOIR = (Verdict.DIFFERENT, Verdict.A_TRAITER, Verdict.INDISPONIBLE)


def ajouter_commande(commands) -> argparse.ArgumentParser:
    """Add the command to those of ``guichet``; who calls sets what carries it out."""
    group = commands.add_parser("paiements", help="les paiements en ligne")
    actions = group.add_subparsers(metavar="action", required=True)
    parser = actions.add_parser(
        "comparer", help="compare la liste du prestataire avec les paiements du guichet"
    )
    parser.add_argument(
        "guichet", help="chemin du guichet dans le site, par ex. guichet"
    )
    parser.add_argument("regie", metavar="REGIE", help="code de la régie")
    parser.add_argument("fichier", metavar="FICHIER.csv")
    return parser


def executer(guichet, options) -> int:
    """Do it, each line in a transaction of its own; the exit code.

    :raises ValueError: the file or the régie was refused, with the reason for who typed
        it; nothing was changed
    """
    try:
        lignes = lire_liste(options.regie, Path(options.fichier).read_bytes())
    except OSError as error:
        raise ValueError(
            f"Impossible de lire {options.fichier} : {error.strerror}."
        ) from error
    except ListeIllisible as error:
        raise ValueError(f"{options.fichier} : {error}") from error
    except RegieInconnue as error:
        raise ValueError(f"Il n'y a pas de régie « {options.regie} ».") from error
    except RegieSansPaiement as error:
        raise ValueError(
            f"Le prestataire de la régie « {options.regie} » n'a pas de telle liste."
        ) from error
    comptes: Counter[Verdict] = Counter()
    for ligne in lignes:
        verdict = _une(guichet, options.regie, ligne)
        comptes[verdict] += 1
        if verdict in _NOMMES:
            print(f"{ligne.reference}  {format_chf(ligne.centimes)}  {_MOTS[verdict]}")
    total = "1 transaction" if len(lignes) == 1 else f"{len(lignes)} transactions"
    print(f"{total} dans {options.fichier} :")
    for verdict, mots in _MOTS.items():
        if comptes[verdict]:
            print(f"  {comptes[verdict]:>6}  {mots}")
    return A_VOIR if any(comptes[verdict] for verdict in _A_VOIR) else 0


def _une(guichet, regie: str, ligne) -> Verdict:
    # Somebody may write the same payment meanwhile; what is asked may be asked twice.
    for attempt in transaction.manager.attempts(3):
        with attempt:
            [(_ligne, verdict)] = demander_comparaison(guichet, regie, [ligne])
            transaction.get().note("comparaison avec le prestataire")
    return verdict
