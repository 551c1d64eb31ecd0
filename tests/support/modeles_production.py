"""What buildout would write from ``production/*.in``, without buildout."""

from configparser import ConfigParser
from pathlib import Path

import re


ROOT = Path(__file__).parents[2]
PROFILE = ROOT / "profiles" / "production.cfg"
MODELES = ROOT / "production"
#: What HAProxy answers when no Zope does.
PAGE = ROOT / "src" / "carouge" / "guichet" / "production" / "indisponible.http"

REFERENCE = re.compile(r"\$\{([^:}]*):([^}]+)\}")


def profile() -> ConfigParser:
    """The sections of the profile, with what buildout itself would add to them."""
    parser = ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str
    # « <= » is buildout's own.
    lines = PROFILE.read_text("utf-8").splitlines()
    parser.read_string("\n".join(line for line in lines if not line.startswith("<=")))
    parser["buildout"].update(
        {
            "directory": "/srv/guichet",
            "bin-directory": "/srv/guichet/bin",
        }
    )
    parser["instance1"]["location"] = "/srv/guichet/parts/instance1"
    return parser


def rendered(name: str, **reglages: str) -> str:
    """The text a commune with these settings gets from a file of ``production``."""
    parser = profile()
    parser["reglages"].update(reglages)
    return resolved(parser, (MODELES / name).read_text("utf-8"), "")


def resolved(parser: ConfigParser, text: str, section: str) -> str:
    """``text`` of a section with its references to others followed.

    :raises KeyError: one leads nowhere
    """

    def follow(found: re.Match) -> str:
        where = found[1] or section
        return resolved(parser, parser[where][found[2]], where)

    return REFERENCE.sub(follow, text)
