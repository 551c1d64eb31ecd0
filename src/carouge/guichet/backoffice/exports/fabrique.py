"""Makes the file of an export, demande by demande, in memory that does not grow.

What is read goes to a temporary file first: the columns are known only when the last
demande was read, because each has the answers of the form as it was then.
"""

from __future__ import annotations

from carouge.guichet.backoffice.exports.archive import ArchiveDePieces
from carouge.guichet.backoffice.exports.colonnes import colonnes
from carouge.guichet.backoffice.exports.colonnes import Contexte
from carouge.guichet.backoffice.exports.colonnes import Ligne
from carouge.guichet.backoffice.exports.colonnes import ligne_de
from carouge.guichet.backoffice.exports.ecrivains import EcrivainCsv
from carouge.guichet.backoffice.exports.ecrivains import EcrivainJson
from carouge.guichet.backoffice.exports.ecrivains import EcrivainXlsx
from carouge.guichet.backoffice.service import Desk
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.journal.service import record
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import asdict
from dataclasses import dataclass
from typing import BinaryIO

import pickle
import tempfile


CSV = "csv"
XLSX = "xlsx"
JSON = "json"
JSONL = "jsonl"
ZIP = "zip"

#: MIME type by format.
FORMATS = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    JSON: "application/json",
    JSONL: "application/x-ndjson",
    ZIP: "application/zip",
}


@dataclass(frozen=True)
class Commande:
    """What to export: ``format`` is a key of :data:`FORMATS`.

    ``titre`` is the démarche when ``reponses`` are wanted, which makes sense for one of
    them only; ``notes``: with what the agents wrote for each other.
    """

    format: str
    titre: str = ""
    reponses: bool = False
    notes: bool = False
    langue: str = "fr"

    def to_json(self) -> dict:
        return asdict(self)


#: Told of each demande that is not for the author (any more): its number.
Absente = Callable[[str], None]


def fabriquer(
    desk: Desk,
    commande: Commande,
    numeros: list[str],
    stream: BinaryIO,
    absente: Absente,
) -> Iterator[int]:
    """Write the file; yields how many of the demandes are done, the last time all.

    Reads are told to the journal. Whoever goes through it may end the transaction and
    empty the cache in between.
    """
    if commande.format == ZIP:
        return _archive(desk, commande, numeros, stream, absente)
    return _tableau(desk, commande, numeros, stream, absente)


def _tableau(desk, commande, numeros, stream, absente) -> Iterator[int]:
    contexte = _contexte(desk, commande)
    total = len(numeros)
    questions: dict[str, str] = {}
    with tempfile.TemporaryFile() as spool:
        count = 0
        for rang, numero in enumerate(numeros, start=1):
            demande = _lire(desk, numero, commande, absente)
            if demande is not None:
                ligne = ligne_de(demande, contexte, commande.reponses)
                for name, (label, _text, _value) in ligne.reponses.items():
                    questions.setdefault(name, label)
                pickle.dump(ligne, spool)
                count += 1
            del demande
            # Reading and writing are about half of the work each.
            yield rang // 2
        spool.seek(0)
        ecrivain = _ecrivain(commande, contexte, questions, stream)
        for rang in range(1, count + 1):
            ecrivain.ligne(pickle.load(spool))
            yield total - total // 2 + rang // 2 if rang < count else total
        ecrivain.fin()


def _archive(desk, commande, numeros, stream, absente) -> Iterator[int]:
    archive = ArchiveDePieces(stream, commande.langue)
    for rang, numero in enumerate(numeros, start=1):
        demande = _lire(desk, numero, commande, absente)
        if demande is not None:
            for _piece in archive.ajouter(demande):
                yield rang - 1
        yield rang
    archive.fin()


def _lire(desk: Desk, numero: str, commande: Commande, absente) -> Demande | None:
    try:
        demande = desk.find(numero)
    except (InvalidNumber, NotVisible):
        absente(numero)
        return None
    record("demande.exporter", subject=numero, format=commande.format)
    return demande


def _contexte(desk: Desk, commande: Commande) -> Contexte:
    titles = {service.UID(): service.title for service in desk.all_services}
    return Contexte(titles, commande.langue, commande.notes)


class _Tableau:
    """Rows of a spreadsheet: the fixed columns, then one for each question."""

    def __init__(self, ecrivain, cles: list[str], noms: list[str]) -> None:
        self._ecrivain = ecrivain
        self._cles = cles
        self._noms = noms

    def ligne(self, ligne: Ligne) -> None:
        answers = ligne.reponses
        self._ecrivain.ligne(
            [ligne.fixes[cle] for cle in self._cles]
            + [answers[nom][1] if nom in answers else None for nom in self._noms]
        )

    def fin(self) -> None:
        self._ecrivain.fin()


class _Objets:
    """Rows for a program."""

    def __init__(self, ecrivain: EcrivainJson) -> None:
        self._ecrivain = ecrivain

    def ligne(self, ligne: Ligne) -> None:
        objet: dict = dict(ligne.fixes)
        if ligne.reponses:
            objet["reponses"] = {
                nom: {"question": label, "reponse": text, "valeur": value}
                for nom, (label, text, value) in ligne.reponses.items()
            }
        self._ecrivain.ligne(objet)

    def fin(self) -> None:
        self._ecrivain.fin()


def _ecrivain(commande, contexte, questions: dict[str, str], stream):
    if commande.format in (JSON, JSONL):
        return _Objets(EcrivainJson(stream, commande.format == JSONL))
    columns = colonnes(contexte)
    titres = [contexte.dire(column.titre) for column in columns]
    titres += _distincts(questions, set(titres))
    ecrivain = (
        EcrivainXlsx(stream, titres, commande.titre or "Demandes")
        if commande.format == XLSX
        else EcrivainCsv(stream, titres)
    )
    return _Tableau(ecrivain, [column.cle for column in columns], [*questions])


def _distincts(questions: dict[str, str], pris: set[str]) -> list[str]:
    """The labels, with the name of the question where two have the same."""
    titres = []
    for nom, label in questions.items():
        titre = label if label and label not in pris else f"{label} ({nom})".strip()
        pris.add(titre)
        titres.append(titre)
    return titres
