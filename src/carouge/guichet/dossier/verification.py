"""The door to the verification of what the counter has issued.

Whoever holds a document can ask whether it comes from here and still counts. The answer
tells what stands on the paper anyhow (kind, number, date) and nothing of its content.
"""

from __future__ import annotations

from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.valeurs import adresse_du_guichet
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.dossier.codes import lire_code
from carouge.guichet.dossier.codes import nouveau_code
from carouge.guichet.dossier.content import Emission
from carouge.guichet.dossier.content import Emissions
from carouge.guichet.limiter import client_key
from carouge.guichet.limiter import Limiter
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from time import monotonic
from typing import BinaryIO
from zope.annotation.interfaces import IAnnotations

import hashlib


#: Name of the annotation of a guichet; stored.
_STORE = "carouge.guichet.emissions"

#: The page below the guichet.
PAGE = "verifier"

#: Digests of copies that are remembered of one document.
MAX_COPIES = 4

#: Larger files are not compared: none of ours is.
MAX_COMPARAISON = 20 * 1024 * 1024
_BLOC = 1024 * 1024

#: Codes that do not exist, in the memory of this process.
limiter = Limiter(monotonic)


class TropDEssais(Exception):
    """Nothing is looked at before ``seconds`` are over."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class FichierTropLourd(ValueError):
    """The file is larger than ``MAX_COMPARAISON``."""


class Valeur(str, Enum):
    """What a document is worth today."""

    VALABLE = "valable"
    REMPLACE = "remplace"
    RETIRE = "retire"


class Suite(str, Enum):
    """Where the demande stands, as far as it concerns a stranger with a paper."""

    EN_COURS = "en_cours"
    TERMINEE = "terminee"
    RETIREE = "retiree"
    EFFACEE = "effacee"


@dataclass(frozen=True)
class Constat:
    """What can be said of a document to whoever holds it.

    ``date`` is when it was issued and ``depuis`` since when it no longer counts, both
    aware; ``digests`` are SHA-256 (hex), the first one that of the document itself.
    """

    code: str
    genre: str
    numero: str
    date: datetime
    valeur: Valeur
    depuis: datetime | None
    suite: Suite
    digests: tuple[str, ...]


def emettre(
    demande, *, genre: str, document: str, digest: str, date: datetime, code: str
) -> Emission:
    """Remember a document of a demande under a code of :func:`code_libre`."""
    emission = Emission(
        genre=genre, numero=demande.numero, document=document, digest=digest, date=date
    )
    _store(guichet_of(demande), make=True).ajouter(code, emission)
    return emission


def code_libre(demande) -> str:
    """A code for a document that is about to be issued."""
    store = _store(guichet_of(demande))
    while True:
        code = nouveau_code()
        if store is None or code not in store:
            return code


def adresse_de(demande, code: str) -> str:
    """Where the code is verified: what the QR code of a document leads to."""
    return f"{accueil_de(demande)}/{code}"


def accueil_de(demande) -> str:
    """Where a code is typed."""
    return f"{adresse_du_guichet(demande)}/{PAGE}"


def noter_copie(demande, code: str, digest: str) -> bool:
    """Recognise another copy of a document; whether anything was written."""
    emission = _store(guichet_of(demande)).get(code)
    if digest in emission.digests:
        return False
    # The latest ones: an address that has moved makes other copies.
    emission.copies = (*emission.copies, digest)[-MAX_COPIES:]
    return True


def noter_retrait(demande, code: str, moment: datetime) -> None:
    """The document no longer counts."""
    _store(guichet_of(demande)).get(code).retire = moment


def noter_remplacement(demande, code: str, moment: datetime) -> None:
    """A newer document has taken its place."""
    _store(guichet_of(demande)).get(code).remplace = moment


def verifier(guichet, texte: str, client: str) -> Constat | None:
    """What is known of a typed code; None for a code that was never given.

    ``client`` is the network address of whoever asks.

    :raises carouge.guichet.dossier.codes.CodeMalTape: it cannot be a code
    :raises TropDEssais: after several codes that do not exist, also for a right one
    """
    code = lire_code(texte)
    keys = (f"client:{client_key(client)}",)
    seconds = limiter.wait(keys)
    if seconds:
        raise TropDEssais(seconds)
    store = _store(guichet)
    emission = None if store is None else store.get(code)
    if emission is None:
        limiter.failed(keys)
        return None
    return _constat(guichet, code, emission)


def empreinte(stream: BinaryIO) -> str:
    """The SHA-256 (hex) of a file somebody wants to compare; nothing of it is kept.

    :raises FichierTropLourd: see there
    """
    digest, taille = hashlib.sha256(), 0
    while bloc := stream.read(_BLOC):
        taille += len(bloc)
        if taille > MAX_COMPARAISON:
            raise FichierTropLourd(taille)
        digest.update(bloc)
    return digest.hexdigest()


def _constat(guichet, code: str, emission: Emission) -> Constat:
    valeur, depuis = Valeur.VALABLE, None
    if emission.retire is not None:
        valeur, depuis = Valeur.RETIRE, emission.retire
    elif emission.remplace is not None:
        valeur, depuis = Valeur.REMPLACE, emission.remplace
    return Constat(
        code=code,
        genre=emission.genre,
        numero=emission.numero,
        date=emission.date,
        valeur=valeur,
        depuis=depuis,
        suite=_suite(guichet, emission.numero),
        digests=emission.digests,
    )


def _suite(guichet, numero: str) -> Suite:
    """Neither approved nor refused: a paper that says neither must not tell it."""
    demande = get_demande(guichet, numero)
    if demande is None:
        return Suite.EFFACEE
    etat = demande.etat
    if etat is State.RETIREE:
        return Suite.RETIREE
    return Suite.TERMINEE if etat.final else Suite.EN_COURS


def _store(guichet, make: bool = False) -> Emissions | None:
    annotations = IAnnotations(guichet)
    if make and _STORE not in annotations:
        annotations[_STORE] = Emissions()
    return annotations.get(_STORE)


def oublier_tout(guichet) -> None:
    """A copied guichet has issued nothing yet."""
    IAnnotations(guichet).pop(_STORE, None)
