"""Runs the bank of the demonstration until SIGTERM or Ctrl-C."""

from carouge.guichet.demo.banque.app import make_banque
from carouge.guichet.demo.banque.parts import Banque
from carouge.guichet.demo.banque.settings import BankSettings
from carouge.guichet.demo.banque.settings import Marchand
from carouge.guichet.demo.serveur import Serveur
from carouge.guichet.demo.serveur import servir
from carouge.guichet.demo.settings import BANK_PORT
from carouge.guichet.demo.settings import checkout
from carouge.guichet.demo.settings import MARCHANDS
from carouge.guichet.demo.settings import SettingsError
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

import re
import sys


#: Faults that take time hold a thread each.
THREADS = 16


def settings_of(environ: Mapping[str, str]) -> BankSettings:
    """Return the settings of the demonstration's bank.

    Raises :class:`SettingsError` for a port that is none, or without the secrets it
    shares with the counter.
    """
    var = Path(environ.get("GUICHET_VAR") or str(checkout() / "var" / "demo"))
    var.mkdir(parents=True, exist_ok=True)
    return BankSettings(
        adresse=f"http://localhost:{BANK_PORT.read(environ)}",
        marchands=tuple(marchand_of(environ, code) for code in MARCHANDS),
        livre=str(var / "banque.sqlite"),
    )


def marchand_of(environ: Mapping[str, str], code: str) -> Marchand:
    """Return the merchant that a régie is, with the secrets of the environment."""
    prefix = f"GUICHET_REGIE_{code}"
    password = environ.get(f"{prefix}_MOT_DE_PASSE", "")
    key = environ.get(f"{prefix}_SIGNATURES", "").split(",")[0].strip()
    if not password or not re.fullmatch(r"(?:[0-9a-fA-F]{2}){16,64}", key):
        raise SettingsError(
            f"{prefix}_MOT_DE_PASSE et {prefix}_SIGNATURES manquent : ce sont les "
            "secrets que le guichet et la banque partagent."
        )
    id, name = MARCHANDS[code]
    return Marchand(id, name, password, key)


@contextmanager
def facteur(banque: Banque) -> Iterator[None]:
    """The notifications leave while the bank is open."""
    banque.facteur.start()
    try:
        yield
    finally:
        banque.facteur.stop()


def preparer(environ: Mapping[str, str]) -> Serveur:
    """Return the bank of this environment; see :func:`settings_of`."""
    app = make_banque(settings_of(environ))
    return Serveur(
        app,
        BANK_PORT.read(environ),
        "bank",
        threads=THREADS,
        avec=facteur(app.extensions["banque"]),
    )


if __name__ == "__main__":
    sys.exit(servir(preparer))
