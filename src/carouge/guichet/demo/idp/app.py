"""The provider as a Flask application."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AccessDeniedError
from carouge.guichet.demo.idp import logout
from carouge.guichet.demo.idp import pages
from carouge.guichet.demo.idp.faults import MODES
from carouge.guichet.demo.idp.parts import BROWSER_COOKIE
from carouge.guichet.demo.idp.parts import Parts
from carouge.guichet.demo.idp.parts import set_cookie
from carouge.guichet.demo.idp.protocol import make_server
from carouge.guichet.demo.idp.protocol import SCOPES
from carouge.guichet.demo.idp.settings import LOOPBACK
from carouge.guichet.demo.idp.settings import ProviderSettings
from carouge.guichet.demo.idp.store import Interaction
from carouge.guichet.demo.idp.store import Session
from carouge.guichet.demo.idp.store import TOKEN_SECONDS
from carouge.guichet.demo.personas import ACR_DECLARED
from carouge.guichet.demo.personas import ACR_VERIFIED
from collections.abc import Iterator
from flask import abort
from flask import Flask
from flask import jsonify
from flask import redirect
from flask import render_template
from flask import request
from flask import Response
from flask import url_for
from pathlib import Path
from urllib.parse import urlencode
from urllib.parse import urlsplit
from werkzeug.exceptions import HTTPException

import json
import os
import secrets
import time


MAX_REQUEST_BYTES = 64 * 1024
HUGE_BYTES = 16 * 1024 * 1024

#: Answered with JSON; everything else is a page for a person.
MACHINE_PATHS = (
    "/.well-known/",
    "/jwks",
    "/token",
    "/userinfo",
    "/defauts",
    "/rotation",
    "/deconnexion-canal",
)


def make_provider(settings: ProviderSettings) -> Flask:
    """Return the provider; its :class:`Parts` are in ``app.extensions["provider"]``."""
    # Authlib wants https, which nothing on this machine needs.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    app = Flask("idp", root_path=str(Path(__file__).parents[1]))
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.json.ensure_ascii = False
    app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"authorization_code": TOKEN_SECONDS}
    parts = Parts(settings)
    app.extensions["provider"] = parts
    server = make_server(app, parts)
    _protect(app, parts)
    _register_authorization(app, parts, server)
    _register_machines(app, parts, server)
    _register_switches(app, parts)
    pages.register(app, parts)
    logout.register(app, parts, server)
    return app


def _protect(app: Flask, parts: Parts) -> None:
    # A form may lead back to the client, and browsers look at redirections as well.
    targets = " ".join(["'self'", *parts.settings.client_origins])
    headers = {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'unsafe-inline'; "
            f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }

    @app.before_request
    def only_this_machine() -> None:
        if request.remote_addr not in LOOPBACK:
            abort(403)
        # A name somebody made point to this machine is not ours either.
        if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
            abort(403)

    @app.after_request
    def secure(response: Response) -> Response:
        response.headers.update(headers)
        return response

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException):
        # A redirection is an exception as well and has its own answer.
        if error.code is None or error.code < 400:
            return error
        if request.path.startswith(MACHINE_PATHS):
            return jsonify(error=error.description), error.code
        return render_template("idp/error.html", code=error.code), error.code


def _register_authorization(app: Flask, parts: Parts, server) -> None:
    store, faults = parts.store, parts.faults

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize():
        session = resumed_session()
        fresh = session is not None
        session = session or parts.current_session()
        prompts = request.values.get("prompt", "").split()
        if session and not fresh and too_old(session):
            session = None
        try:
            grant = server.get_consent_grant(end_user=session)
            if faults.happens("cancel"):
                raise AccessDeniedError(
                    redirect_uri=grant.redirect_uri,
                    state=request.values.get("state"),
                )
        except OAuth2Error as error:
            if not error.redirect_uri:
                return page_of(error), 400
            return with_issuer(server.handle_error_response(None, error))
        if session is None or ("login" in prompts and not fresh):
            return begin("password", None)
        if "select_account" in prompts and not fresh:
            return begin("choice", session)
        return with_issuer(
            server.create_authorization_response(grant_user=session, grant=grant)
        )

    def resumed_session() -> Session | None:
        browser, session = store.resumed.get(request.args.get("reprise")) or ("", None)
        return session if browser and browser == cookie() else None

    def cookie() -> str:
        return request.cookies.get(BROWSER_COOKIE, "")

    def too_old(session: Session) -> bool:
        max_age = request.values.get("max_age", "")
        return max_age.isdecimal() and time.time() - session.auth_time > int(max_age)

    def begin(page: str, session: Session | None) -> Response:
        wish = {k: v for k, v in request.values.items() if k != "reprise"}
        refusal = {"error": "access_denied", "iss": parts.settings.issuer}
        if "state" in wish:
            refusal["state"] = wish["state"]
        browser = cookie() or secrets.token_urlsafe(24)
        key = store.interactions.put(
            Interaction(
                query=urlencode(wish),
                browser=browser,
                back=f"{wish['redirect_uri']}?{urlencode(refusal)}",
                login_hint=wish.get("login_hint", ""),
                session=session,
            )
        )
        response = redirect(url_for(page, key=key), 303)
        set_cookie(response, BROWSER_COOKIE, browser)
        return response

    def with_issuer(response: Response) -> Response:
        issuer = parts.settings.issuer
        if faults.happens("response_iss_wrong"):
            issuer = "https://evil.example"
        if response.location:
            # RFC 9207; there is a query by now, with the code or the error.
            response.location = f"{response.location}&{urlencode({'iss': issuer})}"
        return response

    def page_of(error: OAuth2Error) -> str:
        reason = error.description or error.error
        return render_template("idp/error.html", code=400, reason=reason)


def _register_machines(app: Flask, parts: Parts, server) -> None:
    settings, faults = parts.settings, parts.faults

    @app.get("/.well-known/openid-configuration")
    def discovery():
        faults.dawdle(settings.slow_seconds)
        if faults.happens("discovery_down"):
            abort(503)
        document = metadata(settings.issuer)
        if faults.happens("discovery_iss"):
            document["issuer"] = "https://evil.example"
        return document

    @app.get("/jwks")
    def jwks():
        faults.dawdle(settings.slow_seconds)
        if faults.happens("jwks_down"):
            abort(503)
        return parts.keys.jwks()

    @app.post("/token")
    def token():
        faults.dawdle(settings.slow_seconds)
        if faults.happens("token_500"):
            abort(500)
        if faults.happens("token_garbage"):
            return Response("<html>?!", content_type="application/json")
        response = server.create_token_response()
        if response.status_code == 200 and faults.happens("token_huge"):
            return huge(json.loads(response.get_data(as_text=True)))
        return response

    @app.route("/userinfo", methods=["GET", "POST"])
    def userinfo():
        faults.dawdle(settings.slow_seconds)
        if faults.happens("userinfo_500"):
            abort(500)
        if faults.happens("userinfo_garbage"):
            return Response("<html>?!", content_type="application/json")
        if faults.happens("userinfo_redirect"):
            # The same machine under a name that is another host for a browser.
            port = urlsplit(settings.issuer).port
            return redirect(f"http://127.0.0.1:{port}/userinfo/ailleurs")
        if faults.happens("userinfo_body_only"):
            if request.method != "POST" or "access_token" not in request.form:
                abort(401)
            bearer = f"Bearer {request.form['access_token']}"
            request.environ["HTTP_AUTHORIZATION"] = bearer
        elif request.method != "GET":
            abort(405)
        return claims()

    @app.get("/userinfo/ailleurs")
    def userinfo_elsewhere():
        return claims()

    def claims() -> Response:
        response = server.create_endpoint_response("userinfo")
        if response.status_code != 200:
            return response
        if faults.happens("sub_mismatch"):
            return jsonify(response.get_json() | {"sub": "G-somebody-else"})
        if faults.happens("userinfo_huge"):
            return huge(response.get_json())
        return response


def _register_switches(app: Flask, parts: Parts) -> None:
    faults, keys = parts.faults, parts.keys

    @app.get("/defauts")
    def fault():
        return jsonify(mode=faults.mode or None, times=faults.times)

    @app.post("/defauts")
    def set_fault():
        data = request.get_json()
        if not isinstance(data, dict) or "mode" not in data:
            abort(400, "mode: a name or null")
        mode, times = data["mode"], data.get("times")
        if mode is not None and not (isinstance(mode, str) and mode in MODES):
            abort(400, "mode: null or one of " + ", ".join(sorted(MODES)))
        if times is not None and (type(times) is not int or times < 1):
            abort(400, "times: null or a whole number from 1")
        # What a key set looks like is no matter of one answer: clients keep it.
        keys.with_spare = mode == "no_kid_two_keys"
        keys.with_ec = mode == "es256"
        faults.set(mode or "", times)
        return jsonify(mode=faults.mode or None, times=faults.times)

    @app.post("/rotation")
    def rotation():
        return jsonify(kid=keys.rotate())


def metadata(issuer: str) -> dict[str, object]:
    """Return the discovery document (OpenID Connect Discovery 1.0, section 3)."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/logout",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": list(SCOPES),
        "claims_supported": sorted(
            {name for names in SCOPES.values() for name in names}
            | {"acr", "amr", "auth_time", "sid"}
        ),
        "acr_values_supported": [ACR_DECLARED, ACR_VERIFIED],
        "prompt_values_supported": ["none", "login", "select_account"],
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "ui_locales_supported": ["fr-CH", "fr"],
    }


def huge(data: dict[str, object]) -> Response:
    """Return a right answer with far too much in it."""

    def stream() -> Iterator[str]:
        yield json.dumps(data)[:-1] + ', "padding": "'
        for _ in range(HUGE_BYTES // 65_536):
            yield "x" * 65_536
        yield '"}'

    return Response(stream(), content_type="application/json")
