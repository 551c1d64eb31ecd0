"""The books of the bank: what it was asked for, and the money that moved (SQLite)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field

import json
import secrets
import sqlite3
import threading
import time


SCHEMA = """
CREATE TABLE IF NOT EXISTS operations (
    id TEXT PRIMARY KEY, marchand TEXT, refno TEXT, donnees TEXT);
CREATE TABLE IF NOT EXISTS cles (
    marchand TEXT, cle TEXT, empreinte TEXT, statut INTEGER, corps TEXT, moment REAL,
    PRIMARY KEY (marchand, cle));
CREATE TABLE IF NOT EXISTS mouvements (
    rang INTEGER PRIMARY KEY, operation TEXT, marchand TEXT, refno TEXT, genre TEXT,
    centimes INTEGER, devise TEXT, moment REAL);
CREATE TABLE IF NOT EXISTS envois (
    id TEXT PRIMARY KEY, marchand TEXT, operation TEXT, adresse TEXT, corps BLOB,
    defaut TEXT, essais INTEGER, prochain REAL, etat TEXT);
"""


@dataclass
class Operation:
    """A payment or a refund (``type`` is ``payment`` or ``credit``); money in centimes.

    ``etat`` is the provider's word (``initialized``, ``settled``…), ``moyen`` its word
    for the means of payment. ``autorise``, ``debite`` and ``credite`` are the amounts
    that were reserved, taken and given back. ``origine`` is the payment of a refund.
    """

    id: str
    marchand: str
    type: str
    refno: str
    montant: int
    devise: str
    etat: str
    cree: float
    expire: float = 0.0
    langue: str = "fr"
    auto: bool = False
    retour: str = ""
    retour_annule: str = ""
    retour_erreur: str = ""
    notification: str = ""
    moyen: str = ""
    masque: str = ""
    autorise: int = 0
    debite: int = 0
    credite: int = 0
    origine: str = ""
    echec: str = ""
    essais: int = 0
    historique: list[dict[str, object]] = field(default_factory=list)

    def noter(self, action: str, montant: int = 0, success: bool = True) -> None:
        """Add a line to its history."""
        self.historique.append(
            {
                "action": action,
                "amount": montant,
                "date": iso(time.time()),
                "success": success,
            }
        )

    def document(self) -> dict[str, object]:
        """What the API says of it."""
        detail: dict[str, object] = {}
        if self.expire:
            detail["init"] = {"expires": iso(self.expire)}
        if self.autorise:
            code = self.id[-6:]
            detail["authorize"] = {
                "amount": self.autorise,
                "acquirerAuthorizationCode": code,
            }
        if self.debite:
            detail["settle"] = {"amount": self.debite}
        if self.credite:
            detail["credit"] = {"amount": self.credite}
        if self.echec:
            detail["fail"] = {"reason": self.echec, "message": self.echec}
        document = {
            "transactionId": self.id,
            "merchantId": self.marchand,
            "type": self.type,
            "status": self.etat,
            "currency": self.devise,
            "refno": self.refno,
            "detail": detail,
            "language": self.langue,
            "history": self.historique,
        }
        if self.moyen:
            document["paymentMethod"] = self.moyen
        if self.masque:
            document["card"] = {"masked": self.masque}
        return document


def iso(moment: float) -> str:
    """Return seconds since 1970 as the API writes them."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def nouvel_id() -> str:
    """Return a name for an operation: 18 digits, the first six those of the day."""
    return time.strftime("%y%m%d") + f"{secrets.randbelow(10**12):012d}"


class Livre:
    """All of it. Whatever is read or written happens inside of :meth:`ouvert`."""

    def __init__(self, chemin: str) -> None:
        self._lock = threading.RLock()
        self._base = sqlite3.connect(
            chemin, check_same_thread=False, isolation_level=None
        )
        self._base.executescript(
            f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {SCHEMA}"
        )

    def fermer(self) -> None:
        with self._lock:
            self._base.close()

    @contextmanager
    def ouvert(self) -> Iterator[Livre]:
        """One at a time; what is written is kept together or not at all."""
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def ecrire(self, operation: Operation) -> None:
        self._base.execute(
            "INSERT OR REPLACE INTO operations VALUES (?, ?, ?, ?)",
            (
                operation.id,
                operation.marchand,
                operation.refno,
                json.dumps(asdict(operation)),
            ),
        )

    def operation(self, id: str) -> Operation | None:
        rows = self._base.execute("SELECT donnees FROM operations WHERE id = ?", (id,))
        row = rows.fetchone()
        return Operation(**json.loads(row[0])) if row else None

    def operations(self) -> list[Operation]:
        """All of them, oldest first."""
        rows = self._base.execute("SELECT donnees FROM operations ORDER BY rowid")
        return [Operation(**json.loads(row[0])) for row in rows]

    def mouvement(self, operation: Operation, genre: str, centimes: int) -> None:
        """Money moves: ``debit`` for the merchant, ``remboursement`` or ``litige`` back."""
        self._base.execute(
            "INSERT INTO mouvements (operation, marchand, refno, genre, centimes, "
            "devise, moment) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                operation.id,
                operation.marchand,
                operation.refno,
                genre,
                centimes,
                operation.devise,
                time.time(),
            ),
        )

    def mouvements(self) -> list[dict[str, object]]:
        names = ("operation", "marchand", "refno", "genre", "centimes", "devise")
        rows = self._base.execute(
            f"SELECT {', '.join(names)} FROM mouvements ORDER BY rang"
        )
        return [dict(zip(names, row, strict=True)) for row in rows]

    def reponse(
        self, marchand: str, cle: str, depuis: float
    ) -> tuple[str, int, str] | None:
        """What was answered to an idempotency key: digest of the order, status, body.

        What was answered before ``depuis`` is forgotten.
        """
        self._base.execute("DELETE FROM cles WHERE moment < ?", (depuis,))
        return self._base.execute(
            "SELECT empreinte, statut, corps FROM cles WHERE marchand = ? AND cle = ?",
            (marchand, cle),
        ).fetchone()

    def repondre(
        self, marchand: str, cle: str, empreinte: str, statut: int, corps: str
    ) -> None:
        self._base.execute(
            "INSERT INTO cles VALUES (?, ?, ?, ?, ?, ?)",
            (marchand, cle, empreinte, statut, corps, time.time()),
        )

    def poster(
        self, operation: Operation, corps: bytes, defaut: str, prochain: float
    ) -> None:
        """A notification is to be sent, from ``prochain`` on."""
        self._base.execute(
            "INSERT INTO envois VALUES (?, ?, ?, ?, ?, ?, 0, ?, 'attend')",
            (
                secrets.token_hex(8),
                operation.marchand,
                operation.id,
                operation.notification,
                corps,
                defaut,
                prochain,
            ),
        )

    def liberer(self, marchand: str, prochain: float) -> None:
        """What was held back to come out of order may go."""
        self._base.execute(
            "UPDATE envois SET prochain = min(prochain, ?) "
            "WHERE marchand = ? AND defaut = 'desordre' AND etat = 'attend'",
            (prochain, marchand),
        )

    def a_envoyer(self, moment: float) -> list[tuple]:
        """Due notifications: (id, merchant, address, body, fault, tries)."""
        return self._base.execute(
            "SELECT id, marchand, adresse, corps, defaut, essais FROM envois "
            "WHERE etat = 'attend' AND prochain <= ? ORDER BY prochain LIMIT 20",
            (moment,),
        ).fetchall()

    def envoi(self, id: str, *, etat: str, prochain: float = 0.0) -> None:
        """What became of a notification: ``attend``, ``en_route``, ``remis``, ``perdu``."""
        tries = 1 if etat == "en_route" else 0
        self._base.execute(
            "UPDATE envois SET etat = ?, prochain = ?, essais = essais + ? WHERE id = ?",
            (etat, prochain, tries, id),
        )

    def reprendre(self) -> None:
        """What was under way when the bank ended is sent again."""
        self._base.execute("UPDATE envois SET etat = 'attend' WHERE etat = 'en_route'")

    def envois(self) -> dict[str, int]:
        """How many notifications by what became of them."""
        rows = self._base.execute("SELECT etat, count(*) FROM envois GROUP BY etat")
        return dict(rows.fetchall())
