"""The login pages of the provider: e-mail and password, code, in whose name to act."""

from __future__ import annotations

from carouge.guichet.demo.idp.parts import BROWSER_COOKIE
from carouge.guichet.demo.idp.parts import Parts
from carouge.guichet.demo.idp.parts import SESSION_COOKIE
from carouge.guichet.demo.idp.parts import set_cookie
from carouge.guichet.demo.idp.store import Interaction
from carouge.guichet.demo.idp.store import Session
from carouge.guichet.demo.personas import find
from carouge.guichet.demo.personas import Organisation
from carouge.guichet.demo.personas import PERSONAS
from carouge.guichet.demo.personas import SMS_CODE
from carouge.guichet.demo.settings import PASSWORD
from flask import abort
from flask import Flask
from flask import redirect
from flask import render_template
from flask import request
from flask import Response
from flask import url_for

import hmac
import logging
import requests
import secrets
import time


logger = logging.getLogger(__name__)

GATEWAY_SECONDS = 3.0


def register(app: Flask, parts: Parts) -> None:
    """Add the pages a person sees to the application."""
    store = parts.store
    app.context_processor(
        lambda: {"personas": PERSONAS, "password": PASSWORD, "sms_code": SMS_CODE}
    )

    @app.get("/")
    def home() -> str:
        return render_template("idp/home.html", session=parts.current_session())

    @app.get("/connexion/<key>")
    def password(key: str) -> str:
        interaction = find_interaction(key)
        return login_page(key, interaction, interaction.login_hint)

    @app.post("/connexion/<key>")
    def check_password(key: str):
        interaction = find_interaction(key)
        email = request.form.get("email", "")
        persona = find(email)
        typed = request.form.get("password", "")
        if not hmac.compare_digest(typed.encode(), PASSWORD.encode()):
            persona = None
        if persona is None:
            return login_page(key, interaction, email, wrong=True), 422
        interaction.persona = persona
        interaction.session = None
        interaction.tries_left = 3
        interaction.proved_at = 0
        send_code(persona.phone)
        return redirect(url_for("code", key=key), 303)

    @app.get("/connexion/<key>/code")
    def code(key: str):
        interaction = find_interaction(key)
        if interaction.persona is None:
            return redirect(url_for("password", key=key), 303)
        return render_template("idp/code.html", key=key, interaction=interaction)

    @app.post("/connexion/<key>/code")
    def check_code(key: str):
        interaction = find_interaction(key)
        persona = interaction.persona
        if persona is None or not interaction.tries_left:
            return redirect(url_for("password", key=key), 303)
        typed = "".join(request.form.get("code", "").split())
        if not hmac.compare_digest(typed.encode(), SMS_CODE.encode()):
            interaction.tries_left -= 1
            if not interaction.tries_left:
                # Whoever goes on guessing needs the password again.
                interaction.persona = None
                email = persona.email
                page = login_page(key, interaction, email, guessed=True)
                return page, 422
            page = render_template(
                "idp/code.html", key=key, interaction=interaction, wrong=True
            )
            return page, 422
        interaction.proved_at = int(time.time())
        if len(persona.choices) > 1:
            return redirect(url_for("choice", key=key), 303)
        return finish(key, interaction, persona.choices[0])

    @app.get("/connexion/<key>/agir")
    def choice(key: str):
        interaction = proved(key)
        if interaction is None:
            return redirect(url_for("password", key=key), 303)
        return render_template("idp/choice.html", key=key, interaction=interaction)

    @app.post("/connexion/<key>/agir")
    def choose(key: str):
        interaction = proved(key)
        if interaction is None:
            return redirect(url_for("password", key=key), 303)
        try:
            organisation = interaction.persona.acting_for(request.form["acting_for"])
        except KeyError:
            abort(400)
        return finish(key, interaction, organisation)

    def find_interaction(key: str) -> Interaction:
        interaction = store.interactions.get(key)
        browser = request.cookies.get(BROWSER_COOKIE, "")
        if interaction is None or not hmac.compare_digest(
            interaction.browser.encode(), browser.encode()
        ):
            abort(410)
        return interaction

    def proved(key: str) -> Interaction | None:
        interaction = find_interaction(key)
        session = interaction.session
        if session and not interaction.proved_at:
            interaction.persona = session.persona
            interaction.proved_at = session.auth_time
        return interaction if interaction.persona and interaction.proved_at else None

    def login_page(
        key: str, interaction: Interaction, email: str, **messages: bool
    ) -> str:
        return render_template(
            "idp/login.html", key=key, interaction=interaction, email=email, **messages
        )

    def send_code(phone: str) -> None:
        if not parts.settings.sms_gateway:
            return
        text = f"Votre code e-démarches (démonstration) : {SMS_CODE}"
        try:
            requests.post(
                parts.settings.sms_gateway,
                json={"to": phone, "text": text},
                timeout=GATEWAY_SECONDS,
            ).raise_for_status()
        except requests.RequestException as error:
            # The page tells the code as well.
            logger.warning("no text message was sent: %s", type(error).__name__)

    def finish(
        key: str, interaction: Interaction, organisation: Organisation | None
    ) -> Response:
        known = interaction.session
        session = Session(
            persona=interaction.persona,
            organisation=organisation,
            sid=known.sid if known else secrets.token_urlsafe(12),
            auth_time=interaction.proved_at,
        )
        # An old cookie, perhaps planted by somebody else, is worth nothing now.
        store.sessions.pop(request.cookies.get(SESSION_COOKIE))
        resume = store.resumed.put((interaction.browser, session))
        response = redirect(
            f"{url_for('authorize')}?{interaction.query}&reprise={resume}", 303
        )
        set_cookie(response, SESSION_COOKIE, store.sessions.put(session))
        return response
