"""The end of a session: at the provider, and at the client behind the browser's back."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error
from carouge.guichet.demo.idp.keys import sign_hs256
from carouge.guichet.demo.idp.keys import unsigned
from carouge.guichet.demo.idp.parts import Parts
from carouge.guichet.demo.idp.parts import SESSION_COOKIE
from flask import abort
from flask import Flask
from flask import redirect
from flask import render_template
from flask import request
from flask import Response
from uuid import uuid4

import logging
import requests
import time


logger = logging.getLogger(__name__)

EVENT = "http://schemas.openid.net/event/backchannel-logout"
CLIENT_SECONDS = 10.0

#: What a logout token can be made wrong in.
LOGOUT_FAULTS = (
    "alg_none",
    "no_event",
    "wrong_event",
    "with_nonce",
    "wrong_alg",
    "wrong_aud",
    "wrong_iss",
    "bad_sig",
    "expired",
    "old",
    "replay",
    "no_sub_no_sid",
)


class BackChannel:
    """Tells the client from machine to machine that a session is over."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._last_token = ""

    def token(self, sub: str = "", sid: str = "", fault: str = "") -> str:
        """Return a logout token about a subject, a session or both."""
        settings, keys = self.parts.settings, self.parts.keys
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": settings.issuer,
            "aud": settings.client_id,
            "iat": now,
            "exp": now + 120,
            "jti": uuid4().hex,
            "events": {EVENT: {}},
        }
        claims |= {"sub": sub} if sub else {}
        claims |= {"sid": sid} if sid else {}
        match fault:
            case "alg_none":
                return unsigned(claims)
            case "wrong_alg":
                return sign_hs256(claims, settings.client_secret.encode())
            case "bad_sig":
                return keys.sign_foreign(claims, typ="logout+jwt")
            case "replay" if self._last_token:
                return self._last_token
            case "no_event":
                del claims["events"]
            case "wrong_event":
                claims["events"] = {"https://evil.example/event": {}}
            case "with_nonce":
                claims["nonce"] = uuid4().hex
            case "wrong_aud":
                claims["aud"] = "somebody-else"
            case "wrong_iss":
                claims["iss"] = "https://evil.example"
            case "expired":
                # Issued in the last two minutes, which is a rule of its own.
                claims |= {"iat": now - 115, "exp": now - 90}
            case "old":
                claims |= {"iat": now - 27 * 3_600}
            case "no_sub_no_sid":
                claims.pop("sub", None)
                claims.pop("sid", None)
        return keys.sign(claims, typ="logout+jwt")

    def send(self, token: str) -> requests.Response | None:
        """Hand a logout token to the client; None when the client cannot be reached."""
        self._last_token = token
        try:
            return requests.post(
                self.parts.settings.backchannel_logout_uri,
                data={"logout_token": token},
                timeout=CLIENT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            logger.warning("the client was not told: %s", type(error).__name__)
            return None


def register(app: Flask, parts: Parts, server) -> None:
    """Add the pages of the logout and the door to send logout tokens at will."""
    channel = BackChannel(parts)

    @app.route("/logout", methods=["GET", "POST"], endpoint="logout")
    def logout():
        try:
            wish = server.validate_endpoint_request("end_session")
        except OAuth2Error as error:
            return render_template("idp/error.html", reason=error.description), 400
        session = parts.current_session()
        hinted = (wish.id_token_claims or {}).get("sid")
        foreign = session is not None and session.sid != hinted
        if foreign and request.form.get("confirme") != "oui":
            fields = [(k, v) for k, v in request.values.items() if k != "confirme"]
            return render_template("idp/logout.html", session=session, fields=fields)
        # The cookie does not come along from other sites: nobody else can confirm.
        for sid in {hinted, session and session.sid} - {None}:
            end(sid)
        if wish.redirect_uri:
            response = redirect(wish.redirect_uri, 303)
        else:
            response = Response(render_template("idp/logged_out.html"))
        response.delete_cookie(SESSION_COOKIE)
        return response

    @app.post("/deconnexion-canal")
    def back_channel_logout():
        data = request.get_json()
        if not isinstance(data, dict):
            abort(400, "a JSON object")
        fault = data.get("fault") or ""
        if fault and fault not in LOGOUT_FAULTS:
            abort(400, "fault: one of " + ", ".join(LOGOUT_FAULTS))
        if not parts.settings.backchannel_logout_uri:
            abort(409, "the client has no address for logout tokens")
        sub, sid = str(data.get("sub") or ""), str(data.get("sid") or "")
        answer = channel.send(channel.token(sub, sid, fault))
        if answer is None:
            return {"status": None}, 502
        return {
            "status": answer.status_code,
            "cache_control": answer.headers.get("Cache-Control", ""),
            "body": answer.text[:500],
        }

    def end(sid: str) -> None:
        session = parts.store.end_session(sid)
        if session and parts.settings.backchannel_logout_uri:
            channel.send(channel.token(session.persona.sub, sid))
