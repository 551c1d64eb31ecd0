"""Reads files of invoices piece by piece, JSON and CSV; pure Python.

However long a file is, one invoice of it is in the memory at a time.
"""

from __future__ import annotations

from carouge.guichet.facture.reception import SCHEMA
from collections.abc import Iterator
from typing import Any
from typing import BinaryIO

import codecs
import csv
import io
import json


#: Largest file in bytes, and most invoices in one.
MAX_FICHIER = 128 * 2**20
MAX_FACTURES = 100_000

JSON = "json"
CSV = "csv"

#: The columns of a CSV file; those that may be missing.
COLONNES = (
    "regie",
    "numero",
    "debiteur",
    "emise_le",
    "echeance",
    "montant",
    "domaine",
    "libelle",
)
COLONNES_LIBRES = ("devise", "reference_qr", "etat")
_ADRESSE = ("nom", "rue", "numero", "npa", "localite", "pays")
COLONNES_ADRESSE = tuple(f"adresse_{nom}" for nom in _ADRESSE)

# No invoice is longer, and no line of a file.
_MAX_OBJET = 256 * 1024
_MAX_LIGNE = 16 * 1024
_MORCEAU = 64 * 1024


class FichierRefuse(ValueError):
    """The file as a whole cannot be taken.

    ``raison`` is a word that :mod:`carouge.guichet.facture.import_labels` has a sentence
    for, ``ligne`` the line of the file where that was seen, 0 when there is none.
    """

    def __init__(self, raison: str, ligne: int = 0, precision: str = "") -> None:
        super().__init__(raison, ligne, precision)
        self.raison = raison
        self.ligne = ligne
        self.precision = precision


def format_de(debut: bytes) -> str:
    """Which of the two it is, by its first bytes."""
    texte = debut.removeprefix(codecs.BOM_UTF8).lstrip()
    return JSON if texte[:1] in (b"{", b"[") else CSV


def lire_fichier(flux: BinaryIO, format: str) -> Iterator[tuple[int, Any]]:
    """The invoices of a file: where each stands, and its values as they are there.

    The place is the line of a CSV file, the rank in a JSON file, from 1. A line with
    too few or too many columns has None for its values.

    :raises FichierRefuse: as soon as it is seen
    """
    lecture = _lire_json(flux) if format == JSON else _lire_csv(flux)
    count = 0
    for count, element in enumerate(lecture, 1):
        if count > MAX_FACTURES:
            raise FichierRefuse("trop")
        yield element
    if not count:
        raise FichierRefuse("vide")


# --- CSV --------------------------------------------------------------------------


def _lire_csv(flux: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | None]]:
    texte = io.TextIOWrapper(flux, encoding="utf-8-sig", newline="")
    lecteur = csv.reader(_lignes(texte), delimiter=";", strict=True)
    try:
        entete = [nom.strip() for nom in next(lecteur, [])]
        _verifier_entete(entete)
        for cases in lecteur:
            if not any(case.strip() for case in cases):
                continue
            valeurs = None
            if len(cases) == len(entete):
                valeurs = _valeurs(dict(zip(entete, cases, strict=True)))
            yield lecteur.line_num, valeurs
    except UnicodeDecodeError:
        raise FichierRefuse("codage") from None
    except csv.Error:
        raise FichierRefuse("csv", lecteur.line_num) from None
    finally:
        # The file belongs to the caller, who may have closed it.
        if not flux.closed:
            texte.detach()


def _lignes(texte: io.TextIOWrapper) -> Iterator[str]:
    while ligne := texte.readline(_MAX_LIGNE):
        if len(ligne) >= _MAX_LIGNE:
            raise csv.Error("line too long")
        if "\0" in ligne:
            raise csv.Error("NUL")
        yield ligne


def _verifier_entete(entete: list[str]) -> None:
    if not any(entete):
        raise FichierRefuse("vide")
    connues = {*COLONNES, *COLONNES_LIBRES, *COLONNES_ADRESSE}
    manque = [nom for nom in COLONNES if nom not in entete]
    if manque:
        raise FichierRefuse("entete", 1, manque[0])
    inconnues = [nom for nom in entete if nom not in connues]
    if inconnues or len(set(entete)) != len(entete):
        raise FichierRefuse("colonne", 1, (inconnues or entete)[0][:40])


def _valeurs(ligne: dict[str, str]) -> dict[str, Any]:
    valeurs: dict[str, Any] = {}
    adresse = {}
    for nom, case in ligne.items():
        case = case.strip()
        if nom in COLONNES_ADRESSE:
            if case:
                adresse[nom.removeprefix("adresse_")] = case
        elif case or nom in COLONNES:
            valeurs[nom] = case
    if adresse:
        valeurs["adresse"] = adresse
    return valeurs


# --- JSON -------------------------------------------------------------------------


def _lire_json(flux: BinaryIO) -> Iterator[tuple[int, Any]]:
    """The elements of « factures », which may stand anywhere in the one object."""
    tampon = _Tampon(flux)
    tampon.attendre("{")
    vus: dict[str, Any] = {}
    premier = True
    while not tampon.essayer("}"):
        if not premier:
            tampon.attendre(",")
        premier = False
        nom = tampon.valeur()
        if not isinstance(nom, str) or nom in vus:
            raise FichierRefuse("json")
        tampon.attendre(":")
        if nom == "factures":
            vus[nom] = None
            yield from _elements(tampon)
        else:
            vus[nom] = tampon.valeur()
    tampon.fin()
    if vus.get("schema") != SCHEMA:
        raise FichierRefuse("schema")
    if "factures" not in vus:
        raise FichierRefuse("factures")
    inconnus = sorted(set(vus) - {"schema", "lot", "factures"})
    if inconnus:
        raise FichierRefuse("cle", 0, inconnus[0][:40])


def _elements(tampon: _Tampon) -> Iterator[tuple[int, Any]]:
    if not tampon.essayer("["):
        raise FichierRefuse("factures")
    rang = 0
    while not tampon.essayer("]"):
        if rang:
            tampon.attendre(",")
        rang += 1
        yield rang, tampon.valeur()


class _Tampon:
    """Reads one JSON value after the other from a stream."""

    def __init__(self, flux: BinaryIO) -> None:
        self._flux = flux
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._json = json.JSONDecoder(
            object_pairs_hook=_objet, parse_constant=_constante
        )
        self._texte = ""
        self._place = 0
        self._fini = False

    def essayer(self, signe: str) -> bool:
        """Whether that sign comes next; it is taken if so."""
        self._avancer()
        if self._texte[self._place : self._place + 1] != signe:
            return False
        self._place += 1
        return True

    def attendre(self, signe: str) -> None:
        if not self.essayer(signe):
            raise FichierRefuse("json")

    def fin(self) -> None:
        """Nothing comes after."""
        self._avancer()
        if self._place < len(self._texte):
            raise FichierRefuse("json")

    def valeur(self) -> Any:
        self._avancer()
        while True:
            try:
                valeur, fin = self._json.raw_decode(self._texte, self._place)
            except RecursionError:
                raise FichierRefuse("json") from None
            except ValueError:
                fin = -1
            # A number that ends where the buffer does may go on behind it.
            if 0 <= fin < len(self._texte) or (fin >= 0 and self._fini):
                self._place = fin
                return valeur
            if self._fini or len(self._texte) - self._place > _MAX_OBJET:
                raise FichierRefuse("json")
            self._lire()

    def _avancer(self) -> None:
        while True:
            while self._texte[self._place : self._place + 1] in (" ", "\t", "\r", "\n"):
                self._place += 1
            if self._place < len(self._texte) or self._fini:
                return
            self._lire()

    def _lire(self) -> None:
        morceau = self._flux.read(_MORCEAU)
        self._fini = not morceau
        try:
            suite = self._decoder.decode(morceau, final=self._fini)
        except UnicodeDecodeError:
            raise FichierRefuse("codage") from None
        self._texte = self._texte[self._place :] + suite
        self._place = 0


def _objet(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return result


def _constante(nom: str) -> Any:
    raise ValueError(nom)
