"""``bin/guichet``: what a webmaster does from a shell, or lets cron do.

Starts Zope as ``zconsole`` and ``bin/instance run`` do: the configuration, the database,
a request, the system user; no web server.
"""

from __future__ import annotations

from AccessControl.SecurityManagement import newSecurityManager
from AccessControl.SecurityManagement import noSecurityManager
from AccessControl.users import system
from carouge.guichet import config
from carouge.guichet import console_factures
from carouge.guichet import console_niveau
from carouge.guichet import console_paiements
from carouge.guichet import console_transfert
from carouge.guichet import console_verifier
from carouge.guichet.atelier.colis import ColisRefuse
from carouge.guichet.console_base import en_francais
from carouge.guichet.console_base import FAIT
from carouge.guichet.console_base import guichet_de
from carouge.guichet.console_base import Refus
from carouge.guichet.console_base import REFUSE
from carouge.guichet.console_generer import ajouter_commande
from carouge.guichet.console_generer import executer_generation
from carouge.guichet.console_journal import journaliser
from carouge.guichet.console_journal import ouvrir_journal
from carouge.guichet.demarche.interfaces import IInsideGuichetLayer
from carouge.guichet.sante.veille import VARIABLE as VEILLE_VARIABLE
from carouge.guichet.taches import DejaEnCours
from carouge.guichet.taches import executer
from carouge.guichet.taches import executer_ici
from carouge.guichet.taches import tenir
from carouge.guichet.taches import verrou
from carouge.guichet.travaux.ouvrier import TRAVAUX_VARIABLE
from carouge.guichet.travaux.seance import adresser
from carouge.guichet.travaux.service import executer_travaux
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zc.lockfile import LockError
from zope.component.hooks import setSite
from zope.globalrequest import clearRequest
from zope.globalrequest import setRequest
from zope.interface import alsoProvides

import argparse
import json
import os
import sys
import transaction


#: Further exit codes.
ECHEC_TACHE = 3
DEJA_EN_COURS = 4

#: What bin/reglages sets in production, so that nobody has to type it.
CONF_VARIABLE = "GUICHET_ZOPE_CONF"
SITE_VARIABLE = "GUICHET_SITE"


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _parser().parse_args(argv)
    journaliser()
    try:
        _preparer(options)
        with site_ouvert(options.zope_conf, options.site) as site:
            return options.commande(site, options)
    except DejaEnCours:
        _dire_erreur(
            "Les tâches de ce site sont déjà en cours dans un autre processus."
        )
        return DEJA_EN_COURS
    except Refus as refus:
        _dire_erreur(str(refus))
    except ColisRefuse as refus:
        _dire_erreur(en_francais(refus.message))
    return REFUSE


@contextmanager
def site_ouvert(conf: str, path: str) -> Iterator:
    """The Plone site ``path`` of the Zope configured by the file ``conf``.

    What is not committed is lost at the end; the database is closed.

    :raises Refus: no such file or site, or a database that is in use
    """
    from App.config import getConfiguration

    import Zope2

    app = _application(conf)
    ouvrir_journal(os.environ, getConfiguration().clienthome)
    try:
        site = app.unrestrictedTraverse(path.strip("/"), None)
        if getattr(site, "portal_type", None) != "Plone Site":
            raise Refus(f"Il n'y a pas de site Plone sous « {path} ».")
        setSite(site)
        _entrer(site)
        yield site
    finally:
        transaction.abort()
        setSite(None)
        clearRequest()
        noSecurityManager()
        app._p_jar.close()
        # Closing writes the index of a FileStorage, which makes the next start fast.
        for database in Zope2.opened:
            database.close()


def guichets_de(site) -> list:
    """The guichets of a site, by path."""
    found = site.portal_catalog.unrestrictedSearchResults(portal_type=config.GUICHET)
    return [brain._unrestrictedGetObject() for brain in sorted(found, key=_path)]


def commande_taches(site, options) -> int:
    """Run every task once, one line of JSON for each, and all waiting jobs."""
    from App.config import getConfiguration

    guichets = guichets_de(site)
    failed = False

    def dire(lines) -> None:
        nonlocal failed
        for line in lines:
            print(json.dumps(line, ensure_ascii=False), flush=True)
            failed = failed or line["etat"] == "echec"

    with verrou(Path(getConfiguration().clienthome), options.site):
        dire(executer_ici(guichets))
        with tenir(guichets) as encore:
            dire(executer(guichets, encore))
        for guichet in guichets:
            executer_travaux(guichet)
    return ECHEC_TACHE if failed else FAIT


def commande_verifier(site, options) -> int:
    """Say what the site still needs; the environment was looked at before it opened."""
    manques = console_verifier.manques()
    for manque in manques:
        _dire_erreur(manque)
    if manques:
        return REFUSE
    print("Tout ce qu'il faut est réglé.")
    return FAIT


def commande_generer(site, options) -> int:
    """Invent people and demandes; the transactions are its own."""
    try:
        print(executer_generation(guichet_de(site, options.guichet), options))
    except ValueError as error:
        raise Refus(str(error)) from error
    return FAIT


def commande_factures(site, options) -> int:
    """Import invoices; the transactions are its own."""
    try:
        return console_factures.executer_import(
            guichet_de(site, options.guichet), options
        )
    except ValueError as error:
        raise Refus(str(error)) from error


def commande_paiements(site, options) -> int:
    """Compare a provider's list with the payments; the transactions are its own."""
    try:
        return console_paiements.executer(guichet_de(site, options.guichet), options)
    except ValueError as error:
        raise Refus(str(error)) from error


def commande_mettre_a_niveau(site, options) -> int:
    """Upgrade the site, while no tasks of it run, on this machine or another."""
    from App.config import getConfiguration

    with (
        verrou(Path(getConfiguration().clienthome), options.site),
        tenir(guichets_de(site)),
    ):
        console_niveau.executer(site, essai=options.essai)
    return FAIT


# --- the command line -----------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="guichet", description="Commandes du guichet en ligne."
    )
    parser.add_argument(
        "--zope-conf",
        default=os.environ.get(CONF_VARIABLE, "parts/instance/etc/zope.conf"),
        metavar="FICHIER",
        help="configuration de Zope (par défaut : %(default)s)",
    )
    parser.add_argument(
        "--site",
        default=os.environ.get(SITE_VARIABLE),
        required=SITE_VARIABLE not in os.environ,
        metavar="CHEMIN",
        help="le site Plone, par ex. /carouge",
    )
    # What a command does before Zope starts.
    parser.set_defaults(avant=lambda: None)
    commands = parser.add_subparsers(metavar="commande", required=True)

    console_transfert.ajouter_commandes(commands)

    tasks = commands.add_parser("taches", help="fait une fois tout ce qui revient")
    tasks.set_defaults(commande=commande_taches)

    ajouter_commande(commands).set_defaults(commande=commande_generer)
    console_verifier.ajouter_commande(commands).set_defaults(commande=commande_verifier)
    console_factures.ajouter_commande(commands).set_defaults(commande=commande_factures)
    console_paiements.ajouter_commande(commands).set_defaults(
        commande=commande_paiements
    )
    console_niveau.ajouter_commande(commands).set_defaults(
        commande=commande_mettre_a_niveau
    )
    return parser


def _preparer(options) -> None:
    try:
        options.avant()
    except ValueError as error:
        raise Refus(str(error)) from error


def _dire_erreur(text: str) -> None:
    print(f"guichet : {text}", file=sys.stderr, flush=True)


# --- Zope and files -------------------------------------------------------------


def _application(conf: str):
    from Testing.makerequest import makerequest
    from Zope2.Startup.run import make_wsgi_app

    import Zope2

    if not Path(conf).is_file():
        raise Refus(f"Il n'y a pas de configuration de Zope « {conf} ».")
    # What a command does, it does itself: no thread beside it.
    os.environ[TRAVAUX_VARIABLE] = "0"
    os.environ[VEILLE_VARIABLE] = "0"
    try:
        make_wsgi_app({}, str(Path(conf).resolve()))
    except LockError as error:
        raise Refus(
            "La base de données est ouverte par un autre processus. Une base "
            "FileStorage n'a de place que pour un processus : arrêtez le site, ou "
            "passez à RelStorage ou ZEO."
        ) from error
    app = makerequest(Zope2.app(), environ={"HTTP_ACCEPT_LANGUAGE": "fr"})
    app.REQUEST["PARENTS"] = [app]
    # Tasks write letters with links.
    adresser(app.REQUEST)
    setRequest(app.REQUEST)
    newSecurityManager(None, system)
    return app


def _entrer(site) -> None:
    """Do for the request what the way to a page of a guichet would have done."""
    request = site.REQUEST
    request["PARENTS"] = [site, *request["PARENTS"]]
    request.set("LANGUAGE", "fr")
    alsoProvides(request, IInsideGuichetLayer)


def _path(brain) -> str:
    return brain.getPath()


if __name__ == "__main__":
    sys.exit(main())
