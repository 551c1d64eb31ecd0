"""Sentry, for whoever wants it: what broke and where, never whose data it was about.

Needs the extra ``carouge.guichet[sentry]`` and ``SENTRY_DSN`` in the environment.
collective.sentry brings Zope and Sentry together; what it would send (form, cookies,
user, address) is left out here: an event holds what is on the list below, nothing else.
"""

from __future__ import annotations

from carouge.guichet.sante.caviardage import caviarder
from carouge.guichet.sante.processus import nom_du_processus
from carouge.guichet.sante.route import route_de
from importlib import metadata
from typing import Any
from zope.globalrequest import getRequest

import logging
import os


logger = logging.getLogger("carouge.guichet.sante")

DSN = "SENTRY_DSN"
ENVIRONNEMENT = "SENTRY_ENVIRONMENT"
#: collective.sentry's own switch.
ARRET = "SENTRY_DISABLE"

_GARDES = (
    "event_id",
    "timestamp",
    "level",
    "platform",
    "logger",
    "release",
    "environment",
    "server_name",
    "sdk",
)
_CADRE = ("filename", "abs_path", "function", "module", "lineno", "in_app")


def demarrer() -> bool:
    """Send what breaks to Sentry, if the environment says where; whether it does."""
    if not os.environ.get(DSN, "").strip() or os.environ.get(ARRET):
        return False
    try:
        from collective.sentry import ZopeIntegration

        import sentry_sdk
    except ImportError:
        logger.error("%s is set, but carouge.guichet[sentry] is not installed", DSN)
        return False
    # collective.sentry may have begun by itself when it was loaded: this replaces it.
    sentry_sdk.init(integrations=[ZopeIntegration()], **options())
    return True


def options() -> dict[str, Any]:
    """What the SDK is told: as little as possible, and :func:`trier` at the end."""
    return {
        "dsn": os.environ[DSN].strip(),
        "environment": os.environ.get(ENVIRONNEMENT) or None,
        "release": f"carouge.guichet@{metadata.version('carouge.guichet')}",
        "server_name": nom_du_processus(),
        "include_local_variables": False,
        "include_source_context": False,
        "max_request_body_size": "never",
        "max_breadcrumbs": 0,
        "auto_session_tracking": False,
        "before_send": trier,
    }


def trier(event: dict[str, Any], _hint: object) -> dict[str, Any]:
    """What may leave of an event."""
    trie = {nom: event[nom] for nom in _GARDES if nom in event}
    exceptions = (event.get("exception") or {}).get("values") or []
    if exceptions:
        trie["exception"] = {"values": [_exception(une) for une in exceptions]}
    message = _message(event)
    if message:
        trie["logentry"] = {"message": message}
    request = getRequest()
    if request is not None:
        route = route_de(request)
        trie["transaction"] = route.page
        trie["tags"] = {"partie": route.partie, "processus": nom_du_processus()}
    return trie


def _exception(une: dict[str, Any]) -> dict[str, Any]:
    cadres = (une.get("stacktrace") or {}).get("frames") or []
    return {
        "type": une.get("type"),
        "module": une.get("module"),
        "value": _premiere_ligne(une.get("value")),
        "stacktrace": {
            "frames": [
                {nom: cadre[nom] for nom in _CADRE if nom in cadre} for cadre in cadres
            ]
        },
    }


def _message(event: dict[str, Any]) -> str:
    entree = event.get("logentry") or {}
    texte = entree.get("formatted") or entree.get("message") or event.get("message")
    return _premiere_ligne(texte)


def _premiere_ligne(texte: object) -> str:
    # An error of a template is followed by all its values.
    return caviarder(str(texte or "").partition("\n")[0])[:500]
