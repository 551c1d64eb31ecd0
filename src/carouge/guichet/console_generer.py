"""``bin/guichet generer``: invented people and demandes, to try a counter at full size."""

from __future__ import annotations

from carouge.guichet.generation.service import DemandesReelles
from carouge.guichet.generation.service import Generation
from carouge.guichet.generation.service import generer
from carouge.guichet.generation.service import reelles
from carouge.guichet.generation.service import RienAFaire
from carouge.guichet.swisstime import today
from datetime import date

import argparse
import sys
import time


def ajouter_commande(commands) -> argparse.ArgumentParser:
    """Add the command to those of ``guichet``; who calls sets what carries it out."""
    parser = commands.add_parser(
        "generer", help="invente des personnes et des demandes, pour un essai"
    )
    parser.add_argument(
        "guichet", help="chemin du guichet dans le site, par ex. guichet"
    )
    parser.add_argument("--demandes", type=_nombre, required=True, metavar="N")
    parser.add_argument("--personnes", type=_nombre, required=True, metavar="M")
    parser.add_argument("--graine", default="1", metavar="S")
    parser.add_argument(
        "--fin",
        type=_jour,
        default=None,
        metavar="AAAA-MM-JJ",
        help="le dernier jour (par défaut : aujourd'hui)",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="aussi à côté de vraies demandes",
    )
    return parser


def executer_generation(guichet, options) -> str:
    """Do it; returns what to say at the end.

    :raises ValueError: with the reason, for the person who typed it
    """
    begin = time.monotonic()
    generation = Generation(
        demandes=options.demandes,
        personnes=options.personnes,
        graine=options.graine,
        fin=options.fin or today(),
    )
    try:
        made = generer(guichet, generation, force=options.force, dire=_progress)
    except DemandesReelles as error:
        raise ValueError(
            f"Ce guichet a {reelles(guichet)} vraies demandes. Les demandes inventées ne "
            "se laissent plus enlever : faites-le sur une copie, ou ajoutez --force."
        ) from error
    except RienAFaire as error:
        raise ValueError(
            "Ce guichet n'a pas de démarche publiée avec un formulaire et un service."
        ) from error
    seconds = time.monotonic() - begin
    return f"{made} demandes inventées en {seconds:.0f} s."


def _progress(done: int, total: int) -> None:
    if done == total or done % 10_000 == 0:
        print(f"{done} / {total}", file=sys.stderr, flush=True)


def _nombre(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError("un nombre entier, zéro ou plus")
    return int(text)


def _jour(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("un jour, par ex. 2026-11-20") from error
