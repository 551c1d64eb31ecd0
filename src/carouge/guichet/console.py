"""``bin/guichet``: what a webmaster does from a shell, or lets cron do.

Starts Zope as ``zconsole`` and ``bin/instance run`` do: the configuration, the database,
a request, the system user; no web server.
"""

from __future__ import annotations

from AccessControl.SecurityManagement import newSecurityManager
from AccessControl.SecurityManagement import noSecurityManager
from AccessControl.SpecialUsers import system
from carouge.guichet import config
from carouge.guichet.atelier.colis import ColisRefuse
from carouge.guichet.atelier.colis import MAX_COLIS
from carouge.guichet.atelier.importation import analyser
from carouge.guichet.atelier.importation import appliquer
from carouge.guichet.atelier.importation import Plan
from carouge.guichet.atelier.transfert import demarches_de
from carouge.guichet.atelier.transfert import exporter
from carouge.guichet.demarche.interfaces import IInsideGuichetLayer
from carouge.guichet.taches import DejaEnCours
from carouge.guichet.taches import executer
from carouge.guichet.taches import verrou
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zc.lockfile import LockError
from zope.component.hooks import setSite
from zope.globalrequest import clearRequest
from zope.globalrequest import setRequest
from zope.i18n import translate
from zope.interface import alsoProvides

import argparse
import json
import logging
import os
import sys
import tempfile
import transaction


#: Exit codes. 2 is argparse's own, for a command that cannot be understood.
FAIT = 0
REFUSE = 1
ECHEC_TACHE = 3
DEJA_EN_COURS = 4


class Refus(Exception):
    """The command cannot be done; the text says why, for the person who typed it."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _parser().parse_args(argv)
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s [%(name)s] %(message)s",
        stream=sys.stderr,
    )
    try:
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
    import Zope2

    app = _application(conf)
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


def commande_exporter(site, options) -> int:
    """Write the parcel of some démarches, or of all, to a file."""
    guichet = _guichet(site, options.guichet)
    demarches = {
        f"{demarche.__parent__.getId()}/{demarche.getId()}": demarche
        for demarche in demarches_de(guichet)
    }
    unknown = [path for path in options.demarches if path not in demarches]
    if unknown:
        raise Refus(f"Il n'y a pas de démarche « {unknown[0]} » dans ce guichet.")
    chosen = [demarches[path] for path in options.demarches or sorted(demarches)]
    if not chosen:
        raise Refus("Ce guichet n'a pas de démarche.")
    data = exporter(chosen)
    _write(Path(options.fichier), data)
    count = "1 démarche" if len(chosen) == 1 else f"{len(chosen)} démarches"
    print(f"{count} dans {options.fichier} ({len(data)} octets).")
    return FAIT


def commande_importer(site, options) -> int:
    """Say what a parcel would change, and change it unless this is a rehearsal."""
    guichet = _guichet(site, options.guichet)
    data = _read(Path(options.fichier))
    plan = analyser(guichet, data, _liaisons(options.liaison))
    if plan.manquantes:
        raise Refus(_questions(plan))
    _rapport(plan)
    if options.essai:
        print("Essai : rien n'a été changé.")
        return FAIT
    done = appliquer(guichet, plan)
    transaction.get().note(f"import de {Path(options.fichier).name}")
    transaction.commit()
    count = (
        "1 démarche importée" if len(done) == 1 else f"{len(done)} démarches importées"
    )
    print(f"{count} ; rien n'est publié.")
    return FAIT


def commande_taches(site, options) -> int:
    """Run every task once; one line of JSON for each."""
    from App.config import getConfiguration

    failed = False
    with verrou(Path(getConfiguration().clienthome), options.site):
        for line in executer(guichets_de(site)):
            print(json.dumps(line, ensure_ascii=False), flush=True)
            failed = failed or line["etat"] == "echec"
    return ECHEC_TACHE if failed else FAIT


def en_francais(message) -> str:
    """A message in French, whatever the site speaks."""
    return translate(message, target_language="fr")


# --- the command line -----------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="guichet", description="Commandes du guichet en ligne."
    )
    parser.add_argument(
        "--zope-conf",
        default="parts/instance/etc/zope.conf",
        metavar="FICHIER",
        help="configuration de Zope (par défaut : %(default)s)",
    )
    parser.add_argument(
        "--site",
        required=True,
        metavar="CHEMIN",
        help="le site Plone, par ex. /carouge",
    )
    commands = parser.add_subparsers(metavar="commande", required=True)

    out = commands.add_parser("exporter", help="met des démarches dans un fichier ZIP")
    out.add_argument("guichet", help="chemin du guichet dans le site, par ex. guichet")
    out.add_argument(
        "demarches",
        nargs="*",
        metavar="categorie/demarche",
        help="les démarches (sans : toutes)",
    )
    out.add_argument("-o", dest="fichier", required=True, metavar="FICHIER.zip")
    out.set_defaults(commande=commande_exporter)

    back = commands.add_parser("importer", help="importe un fichier ZIP")
    back.add_argument("guichet", help="chemin du guichet dans le site, par ex. guichet")
    back.add_argument("fichier", metavar="FICHIER.zip")
    back.add_argument(
        "--essai", action="store_true", help="dit ce qui changerait, et ne change rien"
    )
    back.add_argument(
        "--liaison",
        action="append",
        default=[],
        metavar="NOM=ICI",
        help=(
            "ce qui tient lieu d'un service, d'une catégorie ou d'une adresse, par ex. "
            "service:voirie=travaux ; « + » crée ce qui manque"
        ),
    )
    back.set_defaults(commande=commande_importer)

    tasks = commands.add_parser("taches", help="fait une fois tout ce qui revient")
    tasks.set_defaults(commande=commande_taches)
    return parser


def _liaisons(words: list[str]) -> dict[str, str]:
    answers = {}
    for word in words:
        cle, equals, valeur = word.partition("=")
        if not equals or ":" not in cle or not valeur:
            raise Refus(
                f"« {word} » n'est pas une liaison. Exemple : service:voirie=travaux"
            )
        answers[cle] = valeur
    return answers


def _questions(plan: Plan) -> str:
    lines = ["Il manque des liaisons. Ajoutez à la commande :"]
    for liaison in plan.manquantes:
        proposition = liaison.proposition
        if liaison.choix and proposition != "+":
            proposition = dict(liaison.choix)[proposition]
        lines.append(f'  --liaison "{liaison.cle}={proposition}"   ({liaison.nom})')
    lines.append(
        "« + » crée ce qui manque ; sinon, donnez l'identifiant de ce qui existe."
    )
    return "\n".join(lines)


_ACTIONS = {
    "creer": "nouveau brouillon",
    "modifier": "modifiée",
    "identique": "rien à changer",
}


def _rapport(plan: Plan) -> None:
    for projet in plan.projets:
        print(f"{projet.titre} : {_ACTIONS[projet.action]}")
        for difference in projet.differences:
            print(f"  {en_francais(difference.libelle)}")
            for sign, text in (("-", difference.avant), ("+", difference.apres)):
                for line in text.splitlines():
                    print(f"    {sign} {line}")
        for warning in projet.avertissements:
            print(f"  Attention : {en_francais(warning)}")


def _dire_erreur(text: str) -> None:
    print(f"guichet : {text}", file=sys.stderr, flush=True)


# --- Zope and files -------------------------------------------------------------


def _application(conf: str):
    from Testing.makerequest import makerequest
    from Zope2.Startup.run import make_wsgi_app

    import Zope2

    if not Path(conf).is_file():
        raise Refus(f"Il n'y a pas de configuration de Zope « {conf} ».")
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
    setRequest(app.REQUEST)
    newSecurityManager(None, system)
    return app


def _entrer(site) -> None:
    """Do for the request what the way to a page of a guichet would have done."""
    request = site.REQUEST
    request["PARENTS"] = [site, *request["PARENTS"]]
    request.set("LANGUAGE", "fr")
    alsoProvides(request, IInsideGuichetLayer)


def _guichet(site, path: str):
    found = site.unrestrictedTraverse(path.strip("/"), None)
    if getattr(found, "portal_type", None) != config.GUICHET:
        raise Refus(f"Il n'y a pas de guichet « {path} » dans ce site.")
    return found


def _path(brain) -> str:
    return brain.getPath()


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_COLIS + 1)
    except OSError as error:
        raise Refus(f"Impossible de lire {path} : {error.strerror}.") from error


def _write(path: Path, data: bytes) -> None:
    """Write a file that is there as a whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except OSError:
            os.unlink(name)
            raise
    except OSError as error:
        raise Refus(f"Impossible d'écrire {path} : {error.strerror}.") from error


if __name__ == "__main__":
    sys.exit(main())
