"""``bin/guichet exporter`` and ``importer``: démarches as a file."""

from __future__ import annotations

from carouge.guichet.atelier.colis import MAX_COLIS
from carouge.guichet.atelier.importation import analyser
from carouge.guichet.atelier.importation import appliquer
from carouge.guichet.atelier.importation import Plan
from carouge.guichet.atelier.transfert import demarches_de
from carouge.guichet.atelier.transfert import exporter
from carouge.guichet.console_base import en_francais
from carouge.guichet.console_base import FAIT
from carouge.guichet.console_base import guichet_de
from carouge.guichet.console_base import Refus
from pathlib import Path

import os
import tempfile
import transaction


def ajouter_commandes(commands) -> None:
    """Add both commands to those of ``guichet``."""
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


def commande_exporter(site, options) -> int:
    """Write the parcel of some démarches, or of all, to a file."""
    guichet = guichet_de(site, options.guichet)
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
    guichet = guichet_de(site, options.guichet)
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
