"""What the bank knows of itself and of its merchants, the régies."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from urllib.parse import urlsplit


LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class NotLoopback(ValueError):
    """The bank was asked to serve, or to talk to, others than this machine."""


@dataclass(frozen=True)
class Marchand:
    """A merchant: a régie with a contract.

    ``id`` is its user name of the API, ``nom`` what payers read, ``signature`` the key
    of its notifications in hexadecimal digits.
    """

    id: str
    nom: str
    mot_de_passe: str = field(repr=False)
    signature: str = field(repr=False)


@dataclass(frozen=True)
class BankSettings:
    """The bank's address without a slash at its end, and its merchants.

    ``livre`` is the path of its books (SQLite), ``session`` the life of a payment page
    in seconds, ``memoire`` how long an idempotency key is known, ``lenteur`` how long the faults that take time do, unless they say so
    themselves. ``reprises`` are the pauses before a notification is sent again.

    Raises :class:`NotLoopback` for an address that is not one of this machine.
    """

    adresse: str
    marchands: tuple[Marchand, ...]
    livre: str = ":memory:"
    session: float = 1_800.0
    memoire: float = 3_600.0
    lenteur: float = 30.0
    reprises: tuple[float, ...] = (1.0, 3.0, 10.0, 30.0, 120.0, 600.0)

    def __post_init__(self) -> None:
        if not on_this_machine(self.adresse):
            raise NotLoopback(
                "La banque de démonstration ne sert que cette machine "
                f"(http://localhost) : {self.adresse} est refusé."
            )

    def marchand(self, id: str) -> Marchand | None:
        """Return the merchant of that name."""
        return next((one for one in self.marchands if one.id == id), None)


def on_this_machine(address: str) -> bool:
    """Return whether a web address leads to this machine without encryption."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in LOOPBACK
