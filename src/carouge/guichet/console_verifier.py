"""``bin/guichet verifier``: what is not set yet, in the environment and in the site."""

from __future__ import annotations

from carouge.guichet.controlpanel.service import public_address
from carouge.guichet.identity.settings import client_secret
from carouge.guichet.identity.settings import provider_configured
from carouge.guichet.identity.settings import SECRET as OIDC_SECRET
from carouge.guichet.notification.interfaces import ISender
from carouge.guichet.regie.service import regies
from carouge.guichet.regie.service import secrets_de
from carouge.guichet.regie.service import variable
from urllib.parse import urlsplit
from zope.component import getUtility

import argparse
import os


def ajouter_commande(commands) -> argparse.ArgumentParser:
    """Add the command to those of ``guichet``; who calls sets what carries it out."""
    parser = commands.add_parser("verifier", help="dit ce qui n'est pas encore réglé")
    parser.set_defaults(avant=verifier_reglages)
    return parser


def verifier_reglages() -> None:
    """Look at the settings of production, before anything of Zope is started.

    :raises ValueError: one is missing or wrong, with what to set
    """
    # A site without PostgreSQL has no psycopg2.
    from carouge.guichet.production.verification import verifier

    verifier(os.environ)


def manques() -> list[str]:
    """What the present site has no setting for although it is made use of, French."""
    found = []
    if not getUtility(ISender)()[1]:
        found.append(
            "Aucun e-mail ne peut partir : réglez l'expéditeur (Configuration du "
            "site, « Guichet : réglages » ou « E-mail »)."
        )
    address = public_address()
    if address and urlsplit(address).scheme != "https" and not _local(address):
        found.append(
            f"L'adresse publique du guichet est {address} : il faut https "
            "(Configuration du site, « Guichet : réglages »)."
        )
    if provider_configured() and not client_secret():
        found.append(
            f"Personne ne peut se connecter : {OIDC_SECRET} manque dans les secrets."
        )
    for code, regie in sorted(regies().items()):
        secrets = secrets_de(code)
        if regie.passerelle and not secrets.mot_de_passe:
            found.append(
                f"La régie {code} ne peut pas encaisser en ligne : "
                f"{variable(code)}_MOT_DE_PASSE manque dans les secrets."
            )
        if regie.passerelle and not secrets.signatures:
            found.append(
                f"Les annonces de paiement de la régie {code} ne peuvent pas être "
                f"vérifiées : {variable(code)}_SIGNATURES manque dans les secrets."
            )
    return found


def _local(address: str) -> bool:
    return urlsplit(address).hostname == "localhost"
