"""``bin/guichet mettre-a-niveau``: brings the site to the version of the code."""

from __future__ import annotations

from carouge.guichet.console_base import Refus
from carouge.guichet.upgrades import service

import argparse
import transaction


#: Attempts when somebody writes the same objects meanwhile.
ESSAIS = 3


def ajouter_commande(commands) -> argparse.ArgumentParser:
    """Add the command to those of ``guichet``; who calls sets what carries it out."""
    parser = commands.add_parser(
        "mettre-a-niveau", help="met le site au niveau de la version installée"
    )
    parser.add_argument(
        "--essai",
        action="store_true",
        help="fait tout ce qui est à faire, le dit, et n'en garde rien",
    )
    return parser


def executer(site, *, essai: bool) -> None:
    """Do it and say it.

    :raises Refus: it cannot be done; nothing was changed
    """
    try:
        _executer(site, essai)
    except service.PasInstalle as error:
        raise Refus("Le guichet n'est pas installé dans ce site.") from error
    except service.SiteTropRecent as error:
        raise Refus(
            "Le site a la version {} du profil, plus récente que celle du code ({}). "
            "Installez une version plus récente du module.".format(*error.args)
        ) from error
    except service.SansChemin as error:
        raise Refus(
            "Aucune étape ne mène de la version {} du site à la version {} du "
            "code.".format(*error.args)
        ) from error
    except service.PasEchoue as error:
        cause = error.__cause__
        raise Refus(
            f"L'étape « {error.titre} » a échoué "
            f"({type(cause).__name__} : {cause}). Rien n'a été changé : le site reste à "
            f"la version {service.version_du_site(site)}."
        ) from error


def _executer(site, essai: bool) -> None:
    avant = service.version_du_site(site)
    if not service.pas_dus(site):
        print(f"Rien à faire : le site est à la version {avant}.")
        return
    try:
        if essai:
            done = service.mettre_a_niveau(site)
        else:
            for attempt in transaction.manager.attempts(ESSAIS):
                with attempt:
                    done = service.mettre_a_niveau(site)
                    transaction.get().note("mise à niveau du guichet")
    finally:
        transaction.abort()
    for pas in done:
        print(f"{pas.de} → {pas.vers} : {pas.titre}")
    if essai:
        print(f"Essai réussi. Rien n'a été gardé : le site reste à la version {avant}.")
    else:
        print(f"Le site est à la version {service.version_du_site(site)}.")
