"""What must be set before a counter in production starts; no part of Zope is needed.

``bin/reglages`` sets the variables, from ``profiles/production.cfg`` and the file of
secrets; the first one that is missing or wrong is told in one line.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import os
import psycopg2
import re
import tempfile


#: libpq's description of the database: ``dbname=guichet user=guichet …``, without the
#: password, which everybody on the machine would see in the command of a backup.
BASE = "GUICHET_BASE"
#: What addresses in letters begin with.
SERVEUR = "GUICHET_SERVEUR"
#: Names of the variables without which nothing starts, separated by spaces.
EXIGE = "GUICHET_EXIGE"
#: The folder of everything written, and the one of files (or their copies).
DOSSIER = "GUICHET_DOSSIER"
FICHIERS = "GUICHET_FICHIERS"
#: Set for a counter of one process only, which does its tasks itself.
TACHES = "GUICHET_TACHES_MINUTES"

#: Seconds until a connection to the database.
CONNEXION = 5
#: Characters of a secret nobody can guess.
LONGUEUR = 16

#: libpq's own variable.
MOT_DE_PASSE = "PGPASSWORD"

SECRETS = re.compile(r"SECRET|MOT_DE_PASSE|JETON|SIGNATURES")


class MauvaisReglage(ValueError):
    """A setting is missing or wrong; the text (French, one line) says what to set."""


class PasEncore(MauvaisReglage):
    """It may do without anybody setting anything: a server that is still starting."""


def verifier(environ: Mapping[str, str]) -> None:
    """Look at the settings in ``environ``, and whether the database answers.

    :raises MauvaisReglage: for the first one that does not do
    """
    _exigees(environ)
    _fichiers_de_secrets(environ)
    _serveur(environ)
    _taches(environ)
    for name in (DOSSIER, FICHIERS):
        _dossier(environ, name)
    _base(environ)


def _exigees(environ: Mapping[str, str]) -> None:
    for name in dict.fromkeys((BASE, *environ.get(EXIGE, "").split())):
        value = environ.get(name, "").strip()
        # The configuration of Zope asks for that one itself, and knows of no file.
        file = "" if name == BASE else environ.get(f"{name}_FILE", "").strip()
        if not value and not file:
            raise MauvaisReglage(
                f"{name} manque : écrivez-le dans le fichier des secrets "
                f"(ou enlevez-le de « exige » si ce guichet n'en a pas besoin)."
                if name != BASE
                else f"{name} manque : écrivez dans le fichier des secrets l'adresse "
                'de PostgreSQL, par ex. "host=127.0.0.1 dbname=guichet '
                'user=guichet", et son mot de passe dans PGPASSWORD.'
            )
        if value and SECRETS.search(name) and len(value) < LONGUEUR:
            raise MauvaisReglage(
                f"{name} est trop court : il faut au moins {LONGUEUR} caractères que "
                "personne ne devine (openssl rand -hex 32)."
            )


def _fichiers_de_secrets(environ: Mapping[str, str]) -> None:
    for name in sorted(environ):
        path = environ[name].strip()
        if not (name.startswith("GUICHET_") and name.endswith("_FILE") and path):
            continue
        try:
            text = Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise MauvaisReglage(
                f"{name} indique {path}, qui ne peut pas être lu "
                f"({type(error).__name__}) : corrigez le chemin ou les droits."
            ) from error
        if not text:
            raise MauvaisReglage(f"{name} indique {path}, qui est vide.")


def _serveur(environ: Mapping[str, str]) -> None:
    value = environ.get(SERVEUR, "").strip()
    if not value:
        raise MauvaisReglage(
            f"{SERVEUR} manque : réglez « hote » dans [reglages], par ex. "
            "guichet.example.ch."
        )
    parts = urlsplit(value)
    try:
        good = bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise MauvaisReglage(
            f"{SERVEUR} vaut « {value} » : il faut une adresse comme "
            "https://guichet.example.ch, sans rien après le nom."
        )
    # The demonstration has no certificate, and leaves no machine.
    local = parts.hostname == "localhost"
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise MauvaisReglage(
            f"{SERVEUR} vaut « {value} » : il faut https, sans quoi les sessions "
            "des usagers voyagent en clair."
        )


def _taches(environ: Mapping[str, str]) -> None:
    if environ.get(TACHES, "").strip():
        raise MauvaisReglage(
            f"{TACHES} est réglé : enlevez-le, chaque processus ferait les tâches ; "
            "ici « bin/guichet taches » les fait (guichet-taches.timer ou cron)."
        )


def _dossier(environ: Mapping[str, str], name: str) -> None:
    value = environ.get(name, "").strip()
    if not value:
        raise MauvaisReglage(
            f"{name} manque : lancez la commande par bin/reglages, qui le règle."
        )
    path = Path(value)
    if not path.is_dir():
        raise MauvaisReglage(
            f"{name} indique {value}, qui n'existe pas : créez ce dossier pour "
            "l'utilisateur du guichet (ou montez le disque qui manque)."
        )
    try:
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise PasEncore(
            f"{name} indique {value}, où rien ne peut être écrit "
            f"({os.strerror(error.errno or 0)}) : corrigez les droits, ou libérez de "
            "la place."
        ) from error


def _base(environ: Mapping[str, str]) -> None:
    dsn = environ[BASE]
    try:
        parts = psycopg2.extensions.parse_dsn(dsn)
    except psycopg2.ProgrammingError as error:
        # The message of libpq would repeat what may be a password.
        raise MauvaisReglage(
            f"{BASE} ne se lit pas : il faut la forme « host=… dbname=… user=… » ou "
            "postgresql://utilisateur@machine/base."
        ) from error
    if "password" in parts:
        raise MauvaisReglage(
            f"{BASE} contient le mot de passe, que toute la machine verrait pendant une "
            f"sauvegarde : écrivez-le sur sa propre ligne, {MOT_DE_PASSE}='…'."
        )
    where = f"{parts.get('host', 'cette machine')}, base « {parts.get('dbname', '')} »"
    try:
        connection = psycopg2.connect(dsn, connect_timeout=CONNEXION)
    except psycopg2.OperationalError as error:
        raise PasEncore(
            f"{BASE} : PostgreSQL ne répond pas ou refuse l'utilisateur ({where}) : "
            "vérifiez que le serveur tourne, et le nom, l'utilisateur, le mot de passe "
            f"({MOT_DE_PASSE})."
        ) from error
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("show server_encoding")
            (encoding,) = cursor.fetchone()
    finally:
        connection.close()
    if encoding != "UTF8":
        raise MauvaisReglage(
            f"{BASE} : la base « {parts.get('dbname', '')} » est en {encoding} : "
            "créez-la en UTF8 (createdb --encoding=UTF8 --template=template0)."
        )
