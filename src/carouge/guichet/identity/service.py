"""The door to logins and sessions.

A session is an entry of its compte: a random secret, and what the login proved. The
browser holds a ticket in the format of plone.session, in plone.session's cookie, signed
with that secret: when the entry goes, every copy of the ticket is worthless.
"""

from __future__ import annotations

from base64 import b64decode
from base64 import b64encode
from binascii import Error
from carouge.guichet import config
from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.local import forget_local
from carouge.guichet.compte.service import get_compte
from carouge.guichet.compte.taches import forget_residency
from carouge.guichet.controlpanel.service import local_accounts
from carouge.guichet.identity import settings
from carouge.guichet.identity.content import SessionIndex
from carouge.guichet.identity.domain import session_index_key
from carouge.guichet.identity.events import CompteForgotten
from carouge.guichet.identity.events import SessionOpened
from carouge.guichet.journal.service import record
from datetime import datetime
from datetime import timedelta
from plone import api
from plone.session import tktauth
from typing import Any
from urllib.parse import urlencode
from zope.annotation.interfaces import IAnnotations
from zope.event import notify

import secrets


#: A session ends this long after its last page, and this long after its beginning.
IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=10)
#: How old a ticket is when a page gives the browser a younger one.
RENEW_AFTER = timedelta(minutes=5)

# More browsers than anybody uses at once; the oldest sessions give way.
_MOST_SESSIONS = 10
_REQUEST_KEY = "carouge.guichet.session"


# --- the login pages ------------------------------------------------------------


def login_offered() -> bool:
    """Whether a citizen can log in at all: a provider is set up, or local accounts."""
    return settings.provider_configured() or local_accounts()


def login_address(guichet_url: str, retour: str, *, anew: bool = False) -> str:
    """Address of the login that leads back to ``retour`` (an address of the site).

    ``anew`` asks for the proof again and for the choice of whom to act for.
    """
    query = {"retour": retour} | ({"nouveau": "1"} if anew else {})
    return f"{guichet_url}/se-connecter?{urlencode(query)}"


# --- sessions -------------------------------------------------------------------


def open_session(request, compte: Compte, id_token: str = "", sid: str = "") -> None:
    """Log the browser of the request in as ``compte``, with a ticket of its own.

    Whoever calls has just seen the proof of identity. An earlier session of the same
    browser ends. ``id_token`` (for the logout at the provider) and ``sid`` (the
    provider's name for its session) stay on the server.
    """
    close_session(request)
    moment = swisstime.now()
    key = secrets.token_urlsafe(16)
    _prune(compte, moment)
    compte.sessions[key] = {
        "secret": secrets.token_hex(32),
        "start": moment,
        "proved_at": compte.last_login or moment,
        "id_token": id_token,
        "sid": sid,
    }
    index = _index()
    if index is not None and compte.issuer:
        index.add(session_index_key("sub", compte.issuer, compte.subject), compte.id)
        if sid:
            index.add(session_index_key("sid", compte.issuer, sid), compte.id)
    _remember(request, compte, key, int(moment.timestamp()))
    _set_ticket(request, compte, key, moment)
    record("session.ouvrir", subject=compte.id)
    notify(SessionOpened(compte, request))


def close_session(request) -> str:
    """End the session of the request, if there is one; every copy of it is worthless.

    Returns the ID token it began with, empty if none, for the provider's logout.
    """
    known = _current(request)
    _remember(request, None)
    _expire_ticket(request)
    if known is None:
        return ""
    compte, key = known
    id_token = compte.sessions[key]["id_token"]
    _end(compte, key)
    record("session.fermer", subject=compte.id)
    return id_token


def end_sessions(compte: Compte, sid: str = "") -> int:
    """End all sessions of a compte, or those of one session of the provider."""
    keys = [
        key
        for key, session in compte.sessions.items()
        if not sid or session["sid"] == sid
    ]
    for key in keys:
        _end(compte, key)
    if keys:
        record("session.fermer", subject=compte.id)
    return len(keys)


def end_other_sessions(request, compte: Compte) -> int:
    """End all sessions of a compte but the one of the request."""
    known = _current(request)
    mine = known[1] if known is not None and known[0].id == compte.id else ""
    keys = [key for key in compte.sessions if key != mine]
    for key in keys:
        _end(compte, key)
    if keys:
        record("session.fermer", subject=compte.id)
    return len(keys)


def open_sessions(request, compte: Compte) -> list[tuple[datetime, bool]]:
    """When each open session began, the youngest first, and whether it is this one."""
    known = _current(request)
    moment = swisstime.now()
    return sorted(
        (
            (session["start"], known is not None and key == known[1])
            for key, session in compte.sessions.items()
            if moment <= session["start"] + ABSOLUTE
        ),
        reverse=True,
    )


def end_sessions_of(issuer: str, subject: str, sid: str) -> int:
    """End what the provider says is over: one session of its own, or all of a person.

    Returns how many sessions were open.
    """
    index = _index()
    if index is None:
        return 0
    if sid:
        ids = index.comptes(session_index_key("sid", issuer, sid))
    else:
        ids = index.comptes(session_index_key("sub", issuer, subject))
    found = [compte for id in ids if (compte := get_compte(id)) is not None]
    return sum(
        end_sessions(compte, sid)
        for compte in found
        if not subject or compte.subject == subject
    )


def use_logout_token(jti: str, until: datetime, now: datetime) -> bool:
    """Remember the identifier of a logout token; False when it was used before."""
    index = _index()
    return index is None or index.use(jti, until, now)


def forget(compte_id: str) -> None:
    """End everything that leads to a compte, before it is erased."""
    compte = get_compte(compte_id)
    if compte is None:
        return
    notify(CompteForgotten(compte))
    end_sessions(compte)
    forget_local(compte)
    forget_residency(compte)
    index = _index()
    if index is not None:
        index.discard(
            session_index_key("sub", compte.issuer, compte.subject), compte.id
        )


def proved_at(compte: Compte) -> datetime | None:
    """When the person of the current request proved who he is, for this session.

    None when the request has no session of that compte.
    """
    known = _current(api.env.getRequest())
    if known is None or known[0].id != compte.id:
        return None
    return known[0].sessions[known[1]]["proved_at"]


def recognise(cookie: bytes, request) -> Compte | None:
    """The compte a ticket was made for, when its session is open."""
    try:
        _digest, compte_id, _tokens, key, timestamp = tktauth.splitTicket(cookie)
    except (ValueError, TypeError):
        return None
    compte = get_compte(compte_id)
    session = None if compte is None else compte.sessions.get(key)
    if session is None:
        return None
    secret = session["secret"].encode()
    if tktauth.validateTicket(secret, cookie) is None:
        return None
    moment = swisstime.now()
    if (
        moment.timestamp() > timestamp + IDLE.total_seconds()
        or moment > session["start"] + ABSOLUTE
    ):
        return None
    _remember(request, compte, key, timestamp)
    return compte


def refuse_borrowed(request, user_id: str | None) -> bool:
    """Whether the user of a request is a compte that no session of ours stands for.

    Other tickets of Plone (a token of plone.restapi, a cookie plone.session has signed
    by itself) would outlive the logout. The browser then loses its cookie.
    """
    compte = get_compte(user_id) if user_id else None
    if compte is None:
        return False
    known = _current(request)
    if known is not None and known[0].id == compte.id:
        return False
    _remember(request, None)
    if cookie_name() in request.cookies:
        options = _cookie_options(request)
        domain = f"; Domain={options['domain']}" if "domain" in options else ""
        # Not as a cookie of the response: PluggableAuthService forgets that one when it
        # answers with a challenge.
        request.response.addHeader(
            "Set-Cookie",
            f"{cookie_name()}=; Path={options['path']}{domain}; Max-Age=0; HttpOnly",
        )
    return True


def has_session(request) -> bool:
    """Whether the request is one of a logged-in compte."""
    return _current(request) is not None


def renew(request) -> None:
    """Give the browser a younger ticket when its own is no longer fresh."""
    known = _current(request)
    if known is None:
        return
    moment = swisstime.now()
    timestamp = IAnnotations(request)[_REQUEST_KEY][2]
    if moment.timestamp() - timestamp > RENEW_AFTER.total_seconds():
        _set_ticket(request, *known, moment)


def ticket(compte: Compte, key: str, moment: datetime) -> str:
    """The value of the cookie for an open session."""
    value = tktauth.createTicket(
        compte.sessions[key]["secret"].encode(),
        compte.id,
        user_data=key,
        timestamp=int(moment.timestamp()),
    )
    return b64encode(value).decode("ascii")


def cookie_name() -> str:
    """plone.session's own: proxies know it as the mark of a logged-in visitor."""
    return _session_setting("cookie_name")


def _current(request) -> tuple[Compte, str] | None:
    """The compte and the key of the session of a request."""
    if request is None:
        return None
    annotations = IAnnotations(request)
    if _REQUEST_KEY not in annotations:
        # Asked before, or without, Plone's own look at who it is.
        _remember(request, None)
        try:
            cookie = b64decode(request.cookies.get(cookie_name(), ""))
        except (Error, ValueError):
            return None
        recognise(cookie, request)
    compte_id, key, _timestamp = annotations[_REQUEST_KEY]
    compte = get_compte(compte_id) if compte_id else None
    if compte is None or key not in compte.sessions:
        return None
    return compte, key


def _remember(
    request, compte: Compte | None, key: str = "", timestamp: int = 0
) -> None:
    IAnnotations(request)[_REQUEST_KEY] = (compte.id if compte else "", key, timestamp)


def _end(compte: Compte, key: str) -> None:
    session = compte.sessions.pop(key)
    index = _index()
    if session["sid"] and index is not None:
        index.discard(
            session_index_key("sid", compte.issuer, session["sid"]), compte.id
        )


def _prune(compte: Compte, moment: datetime) -> None:
    sessions = sorted(compte.sessions.items(), key=lambda item: item[1]["start"])
    for place, (key, session) in enumerate(reversed(sessions), start=2):
        if place > _MOST_SESSIONS or moment > session["start"] + ABSOLUTE:
            _end(compte, key)


def _index() -> SessionIndex | None:
    plugin = getattr(api.portal.get_tool("acl_users"), config.PLUGIN_ID, None)
    return None if plugin is None else plugin.session_index()


def _set_ticket(request, compte: Compte, key: str, moment: datetime) -> None:
    # What an expired one has set would stay.
    request.response.cookies.pop(cookie_name(), None)
    request.response.setCookie(
        cookie_name(), ticket(compte, key, moment), **_cookie_options(request)
    )


def _expire_ticket(request) -> None:
    name = cookie_name()
    # A ticket can also come as a variable of a form.
    for part in (request.cookies, request.form, request.other):
        part.pop(name, None)
    request.response.expireCookie(name, **_cookie_options(request))


def _cookie_options(request) -> dict[str, Any]:
    options: dict[str, Any] = {
        "path": _session_setting("path"),
        "http_only": True,
        "same_site": "Lax",
        "secure": settings.over_https(request),
    }
    if domain := _session_setting("cookie_domain"):
        options["domain"] = domain
    return options


def _session_setting(name: str) -> str:
    plugin = getattr(api.portal.get_tool("acl_users"), "session", None)
    defaults = {"cookie_name": "__ac", "path": "/", "cookie_domain": ""}
    return defaults[name] if plugin is None else plugin.getProperty(name)
