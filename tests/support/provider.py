"""The identity provider of the demonstration in a thread, and people who log in there."""

from carouge.guichet.demo.idp.app import make_provider
from carouge.guichet.demo.idp.settings import ProviderSettings
from carouge.guichet.demo.personas import find
from carouge.guichet.demo.personas import Persona
from carouge.guichet.demo.personas import SMS_CODE
from carouge.guichet.demo.settings import CLIENT_ID
from carouge.guichet.demo.settings import PASSWORD
from collections import deque
from contextlib import suppress
from flask import request
from lxml import html
from urllib.parse import urljoin
from waitress import wasyncore

import requests
import socket
import threading
import waitress


SECRET = "test-secret-of-the-guichet"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Provider:
    """A provider on a free port of this machine.

    ``site`` is the address of a Plone site whose plugin is the client; other addresses
    of the client are given by the fields of ``ProviderSettings``. ``seen`` holds the
    requests that machines and browsers made, newest last: dictionaries with ``method``,
    ``path``, ``args``, ``form`` and ``authorization``.
    """

    def __init__(self, site: str = "", port: int | None = None, **fields) -> None:
        self.port = port or free_port()
        self.issuer = f"http://localhost:{self.port}"
        places = [site, f"{site}/guichet"] if site else []
        plugin = f"{site}/acl_users/edemarches"
        self.settings = ProviderSettings(
            **{
                "issuer": self.issuer,
                "client_id": CLIENT_ID,
                "client_secret": SECRET,
                "redirect_uris": tuple(
                    f"{place}/acl_users/edemarches/callback" for place in places
                ),
                "post_logout_redirect_uris": tuple(
                    f"{place}/se-deconnecter" for place in places
                ),
                "backchannel_logout_uri": f"{plugin}/backchannel-logout"
                if site
                else "",
                "slow_seconds": 20.0,
            }
            | fields
        )
        self.app = make_provider(self.settings)
        self.parts = self.app.extensions["provider"]
        self.seen: deque[dict] = deque(maxlen=500)
        self.app.before_request(self._remember)
        self._server = None

    def __enter__(self) -> "Provider":
        return self.start()

    def __exit__(self, *details) -> None:
        self.stop()

    def start(self) -> "Provider":
        """Listen; a stopped provider can be started again and knows its sessions."""
        self._sockets: dict = {}
        self._stopping = False
        self._server = waitress.create_server(
            self.app, map=self._sockets, host="127.0.0.1", port=self.port, threads=4
        )
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Refuse every connection from now on."""
        if self._server is None:
            return
        self.clear()
        self._stopping = True
        # The loop may have seen it before it is woken.
        with suppress(OSError):
            self._server.pull_trigger()
        self._thread.join(5)
        self._server = None

    def fault(self, mode: str, times: int | None = None) -> None:
        """Misbehave in one respect, the next ``times`` occasions or without end."""
        self._switch("/defauts", mode=mode, times=times)

    def clear(self) -> None:
        """Behave again."""
        self._switch("/defauts", mode=None)

    def rotate(self) -> str:
        """Sign with a new key from now on; returns its id."""
        return self._switch("/rotation")["kid"]

    def logout_token(self, sub: str = "", sid: str = "", fault: str | None = None):
        """Send a logout token to the client; returns its answer, ``status`` first."""
        data = {"sub": sub, "sid": sid, "fault": fault}
        response = requests.post(
            f"{self.issuer}/deconnexion-canal", json=data, timeout=30
        )
        return response.json()

    def requests_to(self, path: str) -> list[dict]:
        """The requests made to one path, oldest first."""
        return [seen for seen in self.seen if seen["path"] == path]

    def login_and_follow(
        self,
        session: requests.Session,
        url: str,
        persona: Persona | str,
        acting_for: str | None = None,
    ) -> requests.Response:
        """Open ``url``, log in at the provider where it leads, follow to the end.

        ``persona`` is an account or its e-mail address; ``acting_for`` part of the name
        to act for, the first choice without it. Returns the last response: the one
        after the provider, or a page of the provider that cannot be passed.
        """
        return self.login(session, session.get(url, timeout=60), persona, acting_for)

    def login(
        self,
        session: requests.Session,
        response: requests.Response,
        persona: Persona | str,
        acting_for: str | None = None,
    ) -> requests.Response:
        """Go on from any page of the provider's login; see :meth:`login_and_follow`."""
        who = find(persona) if isinstance(persona, str) else persona
        for field, value in (
            ("email", {"email": who.email, "password": PASSWORD}),
            ("code", {"code": SMS_CODE}),
        ):
            if self._has(response, field):
                response = self._submit(session, response, value)
        if self._has(response, "acting_for"):
            buttons = html.fromstring(response.text).xpath("//button[@name]")
            chosen = next(
                button
                for button in buttons
                if acting_for is None or acting_for in button.text_content()
            )
            response = self._submit(
                session, response, {"acting_for": chosen.get("value")}
            )
        return response

    def _has(self, response: requests.Response, name: str) -> bool:
        # An answer of the client may have a field of that name as well.
        if not response.url.startswith(self.issuer):
            return False
        return bool(html.fromstring(response.text).xpath("//*[@name=$n]", n=name))

    def _submit(self, session, response, values) -> requests.Response:
        [form] = html.fromstring(response.text).forms
        return session.post(
            urljoin(response.url, form.get("action")), data=values, timeout=60
        )

    def _switch(self, path: str, **data) -> dict:
        with self.app.test_client() as client:
            response = client.post(path, json=data)
            assert response.status_code == 200, response.text
            return response.json

    def _serve(self) -> None:
        while not self._stopping:
            wasyncore.loop(timeout=1, map=self._sockets, count=1)
        # An answer that is slow on purpose is not waited for.
        self._server.task_dispatcher.shutdown(timeout=0.1)
        self._server.close()
        wasyncore.close_all(self._sockets)

    def _remember(self) -> None:
        self.seen.append(
            {
                "method": request.method,
                "path": request.path,
                "args": request.args.to_dict(),
                "form": request.form.to_dict(),
                "authorization": request.headers.get("Authorization", ""),
            }
        )
