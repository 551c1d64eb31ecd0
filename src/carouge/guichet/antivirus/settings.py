"""Where the antivirus is: said by the environment, as everything of a machine.

``GUICHET_CLAMD`` is ``unix:/run/clamav/clamd.ctl`` or ``tcp://127.0.0.1:3310``. Empty:
there is no antivirus, and files are kept as not examined.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import os


VARIABLE = "GUICHET_CLAMD"

#: The port clamd has when nobody says another.
PORT = 3310


class AdresseInutilisable(ValueError):
    """The variable says nothing that could be an address."""


@dataclass(frozen=True)
class Adresse:
    """A socket of clamd: a path of this machine, or a host and a port."""

    chemin: str = ""
    hote: str = ""
    port: int = PORT


def configure() -> bool:
    """Whether there should be an antivirus, usable or not."""
    return bool(os.environ.get(VARIABLE, "").strip())


def adresse() -> Adresse:
    """Where clamd listens.

    :raises AdresseInutilisable: the variable is empty or makes no sense
    """
    texte = os.environ.get(VARIABLE, "").strip()
    try:
        parties = urlsplit(texte)
        if parties.scheme == "unix" and parties.path.startswith("/"):
            return Adresse(chemin=parties.path)
        if parties.scheme == "tcp" and parties.hostname:
            return Adresse(hote=parties.hostname, port=parties.port or PORT)
    except ValueError as error:
        raise AdresseInutilisable(texte) from error
    raise AdresseInutilisable(texte)
