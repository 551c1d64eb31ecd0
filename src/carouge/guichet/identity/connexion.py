"""Logging in and out, from the browser's request to the open session."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet import logger
from carouge.guichet import swisstime
from carouge.guichet.compte import residency
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import compte_id
from carouge.guichet.compte.domain import Identite
from carouge.guichet.compte.service import connect
from carouge.guichet.identity import flow as flows
from carouge.guichet.identity import oidc
from carouge.guichet.identity import service
from carouge.guichet.identity.errors import LoginRefused
from carouge.guichet.identity.errors import ProviderUnavailable
from carouge.guichet.identity.settings import guichet_address
from carouge.guichet.identity.settings import login_settings
from carouge.guichet.identity.settings import over_https
from carouge.guichet.identity.tokens import verify_logout_token
from carouge.guichet.registre.domain import ResidentResult
from carouge.guichet.sealed import InvalidSeal
from carouge.guichet.sealed import seal
from carouge.guichet.sealed import unseal
from plone import api
from Products.PlonePAS.events import UserLoggedInEvent
from threading import Lock
from transaction.interfaces import TransientError
from typing import Any
from urllib.parse import urlsplit
from zope.event import notify

import secrets
import time
import transaction


PLUGIN_PATH = f"acl_users/{config.PLUGIN_ID}"
LOGOUT_COOKIE = "guichet_deconnexion"
_PURPOSE = "connexion"


# --- in -------------------------------------------------------------------------


def begin(request, guichet_url: str, retour: str, *, anew: bool) -> str:
    """Begin an attempt: set its cookie, return the provider's address to go to.

    :raises ProviderUnavailable: the provider gives no usable description of itself
    """
    settings = login_settings()
    flow = flows.new_flow(
        retour=retour_of(guichet_url, retour),
        issuer=settings.provider.issuer,
        started=int(swisstime.now().timestamp()),
        anew=anew,
    )
    address = oidc.authorization_address(settings, flow, _redirect_uri(guichet_url))
    options = _cookie_options(request, guichet_url)
    mine = [name for name in request.cookies if name.startswith(flows.COOKIE_PREFIX)]
    for name in mine[: max(0, len(mine) - flows.MOST_FLOWS + 1)]:
        request.response.expireCookie(name, **options)
    request.response.setCookie(
        flows.cookie_name(flow.state),
        seal(_PURPOSE, flow.dump()),
        max_age=int(flows.LIFETIME.total_seconds()),
        **options,
    )
    return address


def finish(request, guichet_url: str) -> str:
    """Log the browser in with the provider's answer; return the page to go back to.

    :raises LoginRefused: the answer does not hold
    :raises ProviderUnavailable: the provider does not answer, or nonsense
    """
    answer = oidc.parse_answer(request.get("QUERY_STRING", ""))
    flow = _flow_of(request, guichet_url, answer.get("state", ""))
    try:
        proof, resident = _proved(request, flow, answer, guichet_url)
        identite = proof.reading.identite
        _refuse_foreign_user(identite)
    except (LoginRefused, ProviderUnavailable) as error:
        # « Try again » leads back to where one wanted to go.
        error.retour = flow.retour
        raise
    compte = connect(identite)
    residency.apply(compte, resident)
    service.open_session(request, compte, proof.id_token, identite.sid)
    notify(UserLoggedInEvent(_user_of(compte)))
    return flow.retour


def retour_of(guichet_url: str, retour: object, default: str = "") -> str:
    """The page of the site somebody wants to come back to.

    ``default`` is for whatever is no such page; without it, the guichet.
    """
    address = guichet_address(guichet_url)
    bases = [address, guichet_url, api.portal.get().absolute_url()]
    found = flows.safe_retour(retour, bases, default or address)
    # Under another host name the new session would not be seen.
    if found == guichet_url or found.startswith((f"{guichet_url}/", f"{guichet_url}?")):
        return address + found[len(guichet_url) :]
    return found


def _flow_of(request, guichet_url: str, state: str) -> flows.Flow:
    name = flows.cookie_name(state)
    value = request.cookies.get(name, "")
    if value:
        request.response.expireCookie(name, **_cookie_options(request, guichet_url))
    try:
        flow = flows.Flow.load(unseal(_PURPOSE, value, flows.LIFETIME))
    except InvalidSeal:
        raise LoginRefused("flow", "cookie") from None
    if not secrets.compare_digest(
        flow.state.encode(), state.encode("utf-8", "replace")
    ):
        raise LoginRefused("flow", "state")
    return flow


#: What this process has proved with answers of the last minutes, by state. A request
#: that is retried after a conflict cannot ask again: the provider takes a code once.
_proofs: dict[str, tuple[float, tuple[oidc.Proof, ResidentResult | None] | None]] = {}
_proofs_lock = Lock()


def _proved(
    request, flow: flows.Flow, answer: dict[str, str], guichet_url: str
) -> tuple[oidc.Proof, ResidentResult | None]:
    now = time.monotonic()
    with _proofs_lock:
        for state in [s for s, (at, _p) in _proofs.items() if now - at > 600]:
            del _proofs[state]
        known = _proofs.get(flow.state)
        if known is None:
            _proofs[flow.state] = (now, None)
    if known is not None:
        _at, result = known
        if result is not None and getattr(request, "retry_count", 0) > 0:
            transaction.get().addAfterCommitHook(_forget_proof, args=(flow.state,))
            return result
        raise LoginRefused("flow", "used")
    proof = oidc.prove(
        login_settings(),
        flow,
        answer,
        _redirect_uri(guichet_url),
        swisstime.today(),
    )
    for warning in proof.reading.warnings:
        logger.warning("login: claim %s: %s", warning.field, warning.problem.value)
    result = proof, _ask_register(proof.reading.identite)
    with _proofs_lock:
        _proofs[flow.state] = (now, result)
    transaction.get().addAfterCommitHook(_forget_proof, args=(flow.state,))
    return result


def _forget_proof(committed: bool, state: str) -> None:
    # That the answer was used stays known; what it proved is in the database now.
    if committed:
        with _proofs_lock:
            _proofs[state] = (time.monotonic(), None)


def _ask_register(identite: Identite) -> ResidentResult | None:
    try:
        return residency.ask(identite, purpose="connexion")
    except TransientError:
        raise
    except Exception as error:
        # Whatever is wrong with the register: a login never fails for it. The text of
        # the error may hold data of the person.
        logger.error("login: register: %s", type(error).__name__)
        return None


def _refuse_foreign_user(identite: Identite) -> None:
    """Nobody becomes somebody another part of the site knows by the same id."""
    organisation = identite.organisation
    id_ = compte_id(
        identite.issuer, identite.subject, organisation.id if organisation else ""
    )
    found = api.portal.get_tool("acl_users").searchUsers(id=id_, exact_match=True)
    if any(user.get("pluginid") != config.PLUGIN_ID for user in found):
        raise LoginRefused("answer", "id taken")


def _user_of(compte: Compte):
    return api.portal.get_tool("acl_users").getUserById(compte.id)


# --- out ------------------------------------------------------------------------


def leave(request, guichet_url: str) -> str:
    """End the session of the browser; return the page to go to next.

    It is the provider's own logout, which leads back to ours; or ours at once when the
    session did not begin there, or the provider does not answer.
    """
    here = f"{guichet_address(guichet_url)}/se-deconnecter"
    id_token = service.close_session(request)
    if not id_token:
        return here
    state = secrets.token_urlsafe(24)
    try:
        address = oidc.logout_address(login_settings(), id_token, here, state)
    except ProviderUnavailable as error:
        logger.warning("logout at the provider: %s", error)
        address = None
    if address is None:
        return f"{here}?reste=1"
    request.response.setCookie(
        LOGOUT_COOKIE,
        state,
        max_age=int(flows.LIFETIME.total_seconds()),
        **_logout_cookie(request, here),
    )
    return address


def returned(request, guichet_url: str, state: object) -> bool:
    """Whether a browser comes back from the logout we sent it to, or from none."""
    expected = request.cookies.get(LOGOUT_COOKIE, "")
    if not expected and state is None:
        return True
    here = f"{guichet_address(guichet_url)}/se-deconnecter"
    request.response.expireCookie(LOGOUT_COOKIE, **_logout_cookie(request, here))
    return (
        isinstance(state, str)
        and bool(expected)
        and secrets.compare_digest(state.encode("utf-8"), expected.encode("utf-8"))
    )


def end_from_outside(token: object) -> int:
    """End the sessions a logout token tells of; returns how many there were.

    :raises LoginRefused: the token does not hold, or was used before
    :raises ProviderUnavailable: the provider does not tell its keys
    """
    settings = login_settings()
    now = swisstime.now()
    logout = verify_logout_token(settings.provider, settings.client_id, token, now)
    if not service.use_logout_token(logout.jti, logout.until, now):
        raise LoginRefused("answer", "jti")
    return service.end_sessions_of(settings.provider.issuer, logout.subject, logout.sid)


# --- addresses and cookies ------------------------------------------------------


def _redirect_uri(guichet_url: str) -> str:
    return f"{guichet_address(guichet_url)}/{PLUGIN_PATH}/callback"


def _cookie_options(request, guichet_url: str) -> dict[str, Any]:
    path = urlsplit(_redirect_uri(guichet_url)).path.rpartition("/")[0]
    return _options(request, path)


def _logout_cookie(request, here: str) -> dict[str, Any]:
    return _options(request, urlsplit(here).path)


def _options(request, path: str) -> dict[str, Any]:
    return {
        "path": path,
        "http_only": True,
        "same_site": "Lax",
        "secure": over_https(request),
    }
