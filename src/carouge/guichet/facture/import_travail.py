"""Imports files of invoices: at once when they are small, in the background else.

A file is read twice: the first time says what would become of it, so that a strict
import writes all or nothing, and no half of a broken file is taken; the second time
writes, a thousand invoices in a transaction. Killed in between, it goes on behind the
last thousand.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.facture.fichier_import import CSV
from carouge.guichet.facture.fichier_import import FichierRefuse
from carouge.guichet.facture.fichier_import import format_de
from carouge.guichet.facture.fichier_import import JSON
from carouge.guichet.facture.fichier_import import lire_fichier
from carouge.guichet.facture.fichier_import import MAX_FICHIER
from carouge.guichet.facture.import_depot import Depot
from carouge.guichet.facture.import_depot import depots_de
from carouge.guichet.facture.importation import Importation
from carouge.guichet.facture.importation import LigneRapport
from carouge.guichet.facture.importation import MAUVAIS
from carouge.guichet.facture.importation import Rapport
from carouge.guichet.facture.importation import Sort
from carouge.guichet.facture.importation import STRICT
from carouge.guichet.interfaces import ITravail
from carouge.guichet.journal.service import record
from carouge.guichet.travaux.content import Travail
from carouge.guichet.travaux.domain import EtatTravail
from carouge.guichet.travaux.domain import Issue
from carouge.guichet.travaux.domain import JOURS_GARDES
from carouge.guichet.travaux.domain import Ligne
from carouge.guichet.travaux.service import commander
from carouge.guichet.travaux.service import travail_commande
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from plone import api
from typing import BinaryIO
from ZODB.blob import Blob
from zope.interface import implementer

import hashlib
import os
import tempfile


#: Name of the kind of job.
IMPORT = "factures_import"

#: Bytes of a file that is imported while its sender waits: some 500 invoices.
MAX_DIRECT = 192 * 1024

#: Invoices in one transaction.
PAR_LOT = 1000

_ISSUES = {
    Sort.CREEE: Issue.FAIT,
    Sort.MODIFIEE: Issue.FAIT,
    Sort.PAYEE: Issue.FAIT,
    Sort.ANNULEE: Issue.FAIT,
    Sort.INCHANGEE: Issue.SANS_EFFET,
    Sort.ANOMALIE: Issue.REFUS,
    Sort.REFUSEE: Issue.REFUS,
}


class CleReutilisee(ValueError):
    """Something else was ordered with the same key."""


@dataclass(frozen=True)
class CompteRendu:
    """What a job has come to, or how far it has got.

    ``ecrit``: the books were changed as the counts say; else they say what would become
    of the file. ``refus`` is a word for the file as a whole (empty: it was read),
    ``ligne`` and ``precision`` say where; ``centimes`` is what the new invoices come to.
    """

    etat: EtatTravail
    nom: str
    mode: str
    essai: bool
    ecrit: bool
    comptes: dict[Sort, int]
    centimes: int
    refus: str = ""
    ligne: int = 0
    precision: str = ""


def deposer(
    guichet, flux: BinaryIO, *, nom: str, mode: str, essai: bool, cle: str = ""
) -> Travail:
    """Order the import of a file as a job of the present user.

    ``cle`` is something the order has once: ordered twice it is one job.

    :raises FichierRefuse: it is empty or too large
    :raises CleReutilisee: another file was ordered with that ``cle``
    """
    path, taille, empreinte, estimation = _copier(flux)
    try:
        donnees = {"nom": nom[:200], "mode": mode, "essai": essai, "sha256": empreinte}
        avant = travail_commande(guichet, IMPORT, cle) if cle else None
        if avant is not None:
            if {nom: avant.donnees[nom] for nom in donnees} != donnees:
                raise CleReutilisee(cle)
            return avant
        with open(path, "rb") as copie:
            format = format_de(copie.read(64))
        blob = Blob()
        blob.consumeFile(path)
    finally:
        if os.path.exists(path):
            os.unlink(path)
    donnees["depot"] = depots_de(guichet).ajouter(Depot(blob, format))
    donnees["format"] = format
    total = estimation[format] * (1 if essai else 2)
    record("factures.deposer", subject=donnees["depot"], taille=str(taille))
    return commander(guichet, IMPORT, donnees, total=total, cle=cle)


def est_petit(flux: BinaryIO) -> bool:
    """Whether it is imported while its sender waits; it stands at its beginning then."""
    taille = flux.seek(0, os.SEEK_END)
    flux.seek(0)
    return taille <= MAX_DIRECT


def reserver(guichet, cle: str, flux: BinaryIO, *, mode: str, essai: bool) -> None:
    """That key is for this file from now on, for some days. The same file may come
    again: it changes nothing.

    :raises CleReutilisee: it is for another one
    """
    jour = swisstime.today()
    texte = f"{mode}:{essai}:".encode()
    empreinte = hashlib.sha256(texte + flux.read()).hexdigest()
    flux.seek(0)
    perime = (jour - timedelta(days=JOURS_GARDES)).isoformat()
    if not depots_de(guichet).reserver(
        f"{_auteur()}:{cle}", empreinte, jour.isoformat(), perime
    ):
        raise CleReutilisee(cle)


def importer_ici(
    guichet,
    flux: BinaryIO,
    *,
    mode: str,
    essai: bool,
    tout: bool = True,
    progres: Callable[[int], None] = lambda count: None,
    valider: Callable[[], None] = lambda: None,
) -> tuple[Rapport, bool]:
    """Import a file in the present thread: the report, and whether it was written.

    ``flux`` can be read from its beginning twice. Without ``tout`` the report has the
    lines alone that were not taken. ``progres`` is called with how many were dealt with,
    ``valider`` after each thousand that were written.

    :raises FichierRefuse: it cannot be read; nothing was written
    """
    format = format_de(flux.read(64))
    rapport = Rapport()
    importation = _importation(guichet, True)
    for count, ligne in enumerate(_passage(importation, flux, format), 1):
        _compter(rapport, ligne, tout)
        progres(count)
    rapport.centimes = importation.centimes
    if essai or (mode == STRICT and rapport.mauvaises):
        return rapport, False
    rapport = Rapport()
    importation = _importation(guichet, False)
    for count, ligne in enumerate(_passage(importation, flux, format), 1):
        _compter(rapport, ligne, tout)
        progres(count)
        if count % PAR_LOT == 0:
            importation.voisins()
            valider()
    rapport.centimes = importation.centimes
    _noter(rapport)
    valider()
    return rapport, True


def compte_rendu(travail: Travail) -> CompteRendu:
    """What became of a file."""
    donnees, resultat = travail.donnees, travail.resultat
    comptes = resultat.get("comptes", {})
    return CompteRendu(
        etat=travail.etat,
        nom=donnees["nom"],
        mode=donnees["mode"],
        essai=donnees["essai"],
        ecrit=resultat.get("ecrit", False),
        comptes={sort: comptes.get(sort.value, 0) for sort in Sort},
        centimes=resultat.get("centimes", 0),
        refus=resultat.get("refus", ""),
        ligne=resultat.get("ligne", 0),
        precision=resultat.get("precision", ""),
    )


def lignes_de(travail: Travail) -> Iterator[LigneRapport]:
    """What became of each invoice, in the order of the file; those alone that were not
    taken, when a strict import has stopped at them."""
    for ligne in travail.lignes:
        regie, _barre, numero = ligne.sujet.partition("/")
        rang, sort, champ = ligne.details["de"]
        yield LigneRapport(rang, regie, numero, Sort(sort), ligne.raison, champ)


@implementer(ITravail)
class Import:
    """See :class:`carouge.guichet.interfaces.ITravail`."""

    titre = _("Import of invoices")
    par_lot = PAR_LOT

    def etapes(self, guichet, travail: Travail) -> Iterator[int]:
        donnees = travail.donnees
        depot = depots_de(guichet).get(donnees["depot"])
        try:
            if depot.total is None:
                rapport = yield from self._examiner(guichet, travail, depot, donnees)
                if rapport is not None:
                    return _resultat(rapport, ecrit=False)
            return (yield from self._ecrire(guichet, travail, depot))
        except FichierRefuse as refus:
            return {
                "refus": refus.raison,
                "ligne": refus.ligne,
                "precision": refus.precision,
            }

    def _examiner(self, guichet, travail: Travail, depot: Depot, donnees: dict):
        """The first reading; its report when there will be no second one."""
        travail.recommencer()
        importation = _importation(guichet, True)
        rapport = Rapport()
        count = 0
        # Nothing but the report: it is small, and taken back when it begins anew.
        with depot.blob.open("c") as flux:
            for ligne in _passage(importation, flux, depot.format):
                count += 1
                rapport.comptes[ligne.sort] += 1
                if donnees["essai"]:
                    travail.noter(_ligne(ligne))
                elif ligne.sort in MAUVAIS:
                    rapport.lignes.append(ligne)
                yield count
        rapport.centimes = importation.centimes
        if donnees["essai"]:
            return rapport
        if donnees["mode"] == STRICT and rapport.mauvaises:
            for ligne in rapport.lignes:
                travail.noter(_ligne(ligne))
            return rapport
        depot.total = count
        travail.total = 2 * count
        return None

    def _ecrire(self, guichet, travail: Travail, depot: Depot):
        importation = _importation(guichet, False)
        deja = max(0, travail.fait - depot.total)
        avant = depot.centimes
        count = 0
        with depot.blob.open("c") as flux:
            for ligne in _passage(importation, flux, depot.format, deja):
                count += 1
                travail.noter(_ligne(ligne))
                depot.centimes = avant + importation.centimes
                if count % PAR_LOT == 0:
                    importation.voisins()
                yield depot.total + deja + count
        rapport = Rapport()
        rapport.centimes = depot.centimes
        for ligne in lignes_de(travail):
            rapport.comptes[ligne.sort] += 1
        _noter(rapport)
        return _resultat(rapport, ecrit=True)

    def oublier(self, guichet, travail: Travail) -> None:
        depots_de(guichet).oublier(travail.donnees["depot"])


def _passage(
    importation: Importation, flux: BinaryIO, format: str, deja: int = 0
) -> Iterator[LigneRapport]:
    """Go through the file from its beginning; the first ``deja`` were dealt with."""
    flux.seek(0)
    suisse = format == CSV
    for count, (rang, valeurs) in enumerate(lire_fichier(flux, format)):
        if count < deja:
            importation.passer(valeurs)
        else:
            yield importation.traiter(rang, valeurs, suisse=suisse)


def _importation(guichet, essai: bool) -> Importation:
    return Importation(guichet, essai=essai, par=_auteur())


def _auteur() -> str:
    # Commands run as the system, which has no id.
    return "" if api.user.is_anonymous() else api.user.get_current().getId() or ""


def _copier(flux: BinaryIO) -> tuple[str, int, str, dict[str, int]]:
    """A copy of the stream: its path, size and digest, and how many invoices it may
    have as one format and as the other."""
    digest = hashlib.sha256()
    taille = 0
    # The first line of a CSV file is no invoice, the last one may have no end.
    estimation = {CSV: -1, JSON: 0}
    fin = b""
    handle, path = tempfile.mkstemp(prefix="guichet-import-")
    try:
        with os.fdopen(handle, "wb") as copie:
            while morceau := flux.read(256 * 1024):
                taille += len(morceau)
                if taille > MAX_FICHIER:
                    raise FichierRefuse("taille")
                digest.update(morceau)
                estimation[CSV] += morceau.count(b"\n")
                estimation[JSON] += morceau.count(b'"debiteur"')
                copie.write(morceau)
                fin = morceau[-1:]
        if not taille:
            raise FichierRefuse("vide")
        estimation[CSV] += fin != b"\n"
    except BaseException:
        os.unlink(path)
        raise
    return path, taille, digest.hexdigest(), estimation


def _compter(rapport: Rapport, ligne: LigneRapport, tout: bool) -> None:
    rapport.comptes[ligne.sort] += 1
    if tout or ligne.sort in MAUVAIS:
        rapport.lignes.append(ligne)


def _ligne(ligne: LigneRapport) -> Ligne:
    details = {"de": (ligne.rang, ligne.sort.value, ligne.champ)}
    sujet = f"{ligne.regie}/{ligne.numero}"
    return Ligne(sujet, _ISSUES[ligne.sort], ligne.raison, details)


def _noter(rapport: Rapport) -> None:
    comptes = {sort.value: str(rapport.comptes[sort]) for sort in Sort}
    record("factures.importer", subject="factures", **comptes)


def _resultat(rapport: Rapport, *, ecrit: bool) -> dict:
    return {
        "comptes": {sort.value: rapport.comptes[sort] for sort in Sort},
        "centimes": rapport.centimes,
        "ecrit": ecrit,
    }
