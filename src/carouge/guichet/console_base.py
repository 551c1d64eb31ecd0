"""What the commands of ``bin/guichet`` have in common."""

from __future__ import annotations

from carouge.guichet import config
from zope.i18n import translate


#: Exit codes. 2 is argparse's own, for a command that cannot be understood.
FAIT = 0
REFUSE = 1


class Refus(Exception):
    """The command cannot be done; the text says why, for the person who typed it."""


def guichet_de(site, path: str):
    """The guichet at that path of the site.

    :raises Refus: there is none
    """
    found = site.unrestrictedTraverse(path.strip("/"), None)
    if getattr(found, "portal_type", None) != config.GUICHET:
        raise Refus(f"Il n'y a pas de guichet « {path} » dans ce site.")
    return found


def en_francais(message) -> str:
    """A message in French, whatever the site speaks."""
    return translate(message, target_language="fr")
