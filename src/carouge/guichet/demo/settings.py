"""What the demonstration's processes read from the environment, and its passwords.

Every process of the demonstration reads ports and folders here, so that one variable
moves a service for all the others as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import secrets


#: Password of every staff member and of every account of the identity provider.
PASSWORD = "Guichet-2026!"

#: Id of the town's site in the root of Zope.
SITE_ID = "carouge"

#: Sender of every message of the demonstration.
MAIL_FROM = "guichet@carouge.example"


class SettingsError(ValueError):
    """A variable of the environment is unusable; the text (French) says why."""


@dataclass(frozen=True)
class Port:
    """A TCP port of the demonstration.

    ``variable`` is the variable of the environment that moves it, ``default`` its
    number without that variable, ``label`` what listens there, in a person's words.
    """

    variable: str
    default: int
    label: str

    def read(self, environ: Mapping[str, str]) -> int:
        """Return the number to use; raise :class:`SettingsError` when it is no port."""
        return whole_number(environ, self.variable, self.default, 1, 65535)


SITE_PORT = Port("GUICHET_PORT", 8080, "le site")
MAIL_PORT = Port("GUICHET_MAIL_PORT", 9600, "les pages de la boîte aux lettres")
SMTP_PORT = Port("GUICHET_SMTP_PORT", 9625, "le serveur SMTP")
IDP_PORT = Port("GUICHET_IDP_PORT", 9400, "le fournisseur d’identité")
BANK_PORT = Port("GUICHET_BANK_PORT", 9500, "la banque")

#: Name of the guichet at the identity provider.
CLIENT_ID = "guichet"

#: Variable with the secret that the guichet and the identity provider share.
OIDC_SECRET = "GUICHET_OIDC_SECRET"

#: The régies that are merchants of the bank: by code, their number there and their name.
MARCHANDS = {
    "VILLE": ("1100004001", "Ville de Carouge"),
    "CCAS": ("1100004002", "CCAS de Carouge"),
}


@dataclass(frozen=True)
class Settings:
    """Where the demonstration runs.

    ``ports`` maps each :class:`Port` to its number, ``var`` is the folder of all its
    data (absolute), ``threads`` the number of threads of the web server.
    """

    ports: Mapping[Port, int]
    var: Path
    threads: int

    @property
    def log_dir(self) -> Path:
        """Folder of the log files, one per process."""
        return self.var / "log"

    @property
    def etc_dir(self) -> Path:
        """Folder of the generated configuration of Zope."""
        return self.var / "etc"

    def environ(self) -> dict[str, str]:
        """Return the variables that say the same to a child process."""
        values = {port.variable: str(number) for port, number in self.ports.items()}
        values["GUICHET_VAR"] = str(self.var)
        values["GUICHET_THREADS"] = str(self.threads)
        if SITE_PORT in self.ports:
            # Links in letters that no visitor's request has brought about.
            values["GUICHET_SERVEUR"] = f"http://localhost:{self.ports[SITE_PORT]}"
        if MAIL_PORT in self.ports:
            # The mailbox is the gateway of the text messages as well.
            values["GUICHET_SMS_URL"] = f"http://localhost:{self.ports[MAIL_PORT]}/sms"
        if BANK_PORT in self.ports:
            # The passwords of the régies go to the bank of the demonstration as well.
            values["GUICHET_PASSERELLES"] = f"localhost:{self.ports[BANK_PORT]}"
        return values


def bank_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with what the bank and the counter know each other by.

    Those of ``environ`` are kept; the others are made anew, for one start.
    """
    made = {}
    for code in MARCHANDS:
        prefix = f"GUICHET_REGIE_{code}"
        made[f"{prefix}_MOT_DE_PASSE"] = secrets.token_urlsafe(32)
        made[f"{prefix}_SIGNATURES"] = secrets.token_hex(32)
    return {name: environ.get(name) or value for name, value in made.items()}


def checkout() -> Path:
    """Return the folder of the checkout, or the current one for an installed wheel."""
    root = Path(__file__).resolve().parents[4]
    return root if (root / "buildout.cfg").is_file() else Path.cwd()


def read_settings(environ: Mapping[str, str], ports: tuple[Port, ...]) -> Settings:
    """Read the settings of the processes that use ``ports``.

    Raises :class:`SettingsError` for a value that is no number, out of its range, or
    for two ports with one number.
    """
    numbers = {port: port.read(environ) for port in ports}
    owners: dict[int, Port] = {}
    for port, number in numbers.items():
        other = owners.setdefault(number, port)
        if other is not port:
            raise SettingsError(
                f"Le port {number} est demandé deux fois, par {other.variable} "
                f"et par {port.variable} : changez l'une de ces variables."
            )
    var = environ.get("GUICHET_VAR") or str(checkout() / "var" / "demo")
    return Settings(
        ports=numbers,
        var=Path(var).expanduser().absolute(),
        threads=whole_number(environ, "GUICHET_THREADS", 2, 1, 64),
    )


def whole_number(
    environ: Mapping[str, str], variable: str, default: int, low: int, high: int
) -> int:
    text = environ.get(variable, "").strip() or str(default)
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise SettingsError(
            f"{variable} vaut « {text} » : il faut un nombre entier "
            f"de {low} à {high} (sans cette variable : {default})."
        )
    return int(text)
