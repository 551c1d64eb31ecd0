"""The files of brouillons that the antivirus has not seen yet."""

from __future__ import annotations

from carouge.guichet.antivirus.domain import A_VERIFIER
from carouge.guichet.antivirus.domain import INFECTE
from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.brouillon.service import enregistrer
from carouge.guichet.brouillon.service import magasin_de
from carouge.guichet.brouillon.service import passer_a
from carouge.guichet.brouillon.service import retirer_fichier
from carouge.guichet.journal.service import record
from carouge.guichet.swisstime import today
from collections.abc import Iterator
from datetime import timedelta


def fichiers_a_verifier(guichet) -> Iterator[tuple[Brouillon, Fichier]]:
    """The files to be examined, with their brouillons.

    Nothing may be written on the way.
    """
    magasin = magasin_de(guichet)
    if magasin is None:
        return
    # Days of creation are in UTC, which is never a day ahead.
    for brouillon in magasin.crees_jusqu_au(today() + timedelta(days=1)):
        for fichier in brouillon.fichiers.values():
            if fichier.etat == A_VERIFIER:
                yield brouillon, fichier


def noter_controle(brouillon: Brouillon, fichier: Fichier, etat: str) -> None:
    """Keep what the antivirus said of a file.

    An infected one is taken away, and its question is to be looked at again.
    """
    if fichier.id not in brouillon.fichiers:
        return
    if etat != INFECTE:
        fichier.etat = etat
        return
    retirer_fichier(brouillon, fichier.id)
    saisies = {
        nom: _sans(saisie, fichier.id)
        for nom, saisie in brouillon.saisies.items()
        if _a(saisie, fichier.id)
    }
    enregistrer(brouillon, saisies=saisies)
    passer_a(brouillon, version=brouillon.version, a_revoir=saisies)
    record("brouillon.fichier_infecte", subject=brouillon.id, sha256=fichier.digest)


def _a(saisie, id: str) -> bool:
    """Whether an answer, or one in the rows of a group, holds the file."""
    if isinstance(saisie, list):
        return any(_a(row, id) for row in saisie)
    if not isinstance(saisie, dict):
        return False
    if isinstance(saisie.get("fichiers"), list) and "moyen" in saisie:
        return id in saisie["fichiers"]
    return any(_a(value, id) for value in saisie.values())


def _sans(saisie, id: str):
    """The same answer without the file."""
    if isinstance(saisie, list):
        return [_sans(row, id) for row in saisie]
    if not isinstance(saisie, dict):
        return saisie
    if isinstance(saisie.get("fichiers"), list) and "moyen" in saisie:
        return {**saisie, "fichiers": [one for one in saisie["fichiers"] if one != id]}
    return {nom: _sans(value, id) for nom, value in saisie.items()}
