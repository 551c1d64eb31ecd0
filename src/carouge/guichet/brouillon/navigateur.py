"""The cookie by which a browser keeps its brouillons without a login."""

from __future__ import annotations

from carouge.guichet.controlpanel.service import browser_draft_days
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.identity.settings import over_https
from carouge.guichet.sealed import InvalidSeal
from carouge.guichet.sealed import seal
from carouge.guichet.sealed import unseal
from datetime import timedelta
from plone import api
from typing import Any
from urllib.parse import urlsplit

import secrets


COOKIE = "guichet_navigateur"
_PURPOSE = "navigateur"


def lire(request) -> str | None:
    """The key of the browser; None without a cookie of ours that still counts."""
    valeur = request.cookies.get(COOKIE)
    if not isinstance(valeur, str):
        return None
    try:
        return unseal(_PURPOSE, valeur, _duree()).decode("ascii")
    except InvalidSeal:
        return None


def ecrire(request) -> str:
    """Give the browser a key, or its own key a new term; the key."""
    cle = lire(request) or secrets.token_hex(16)
    valeur = seal(_PURPOSE, cle.encode("ascii"))
    # What an expired one has set would stay.
    request.response.cookies.pop(COOKIE, None)
    request.response.setCookie(
        COOKIE, valeur, max_age=int(_duree().total_seconds()), **_options(request)
    )
    # The rest of this request knows the browser as well.
    request.cookies[COOKIE] = valeur
    return cle


def effacer(request) -> None:
    """Take the cookie away from the browser."""
    if request.cookies.pop(COOKIE, None) is not None:
        request.response.expireCookie(COOKIE, **_options(request))


def guichet_de(request):
    """The guichet the address of a request leads through, or None."""
    return next(
        (
            guichet
            for parent in request.get("PARENTS", ())
            if (guichet := guichet_of(parent)) is not None
        ),
        None,
    )


def _duree() -> timedelta:
    return timedelta(days=browser_draft_days())


def _options(request) -> dict[str, Any]:
    return {
        "path": _chemin(request),
        "http_only": True,
        "same_site": "Lax",
        "secure": over_https(request),
    }


def _chemin(request) -> str:
    racine = guichet_de(request) or api.portal.get()
    avant, api_, apres = urlsplit(request.get("ACTUAL_URL", "")).path.partition(
        "/++api++"
    )
    if api_:
        # A program stays below that address.
        dedans = apres.startswith(f"/{racine.getId()}/")
        return f"{avant}{api_}/{racine.getId()}" if dedans else f"{avant}{api_}"
    return urlsplit(racine.absolute_url()).path or "/"
