"""A provider in a thread, with a client of a few lines that notes what it gets."""

from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from joserfc import jwt
from joserfc.jwk import KeySet
from provider import CLIENT_ID
from provider import Provider
from provider import SECRET
from urllib.parse import parse_qs
from urllib.parse import urlencode
from urllib.parse import urlsplit

import hashlib
import json
import pytest
import requests
import secrets
import threading


class RelyingParty:
    """Asks for logins as the guichet does, and verifies nothing."""

    def __init__(self) -> None:
        party = self
        self.logout_tokens: list[str] = []
        self.texts: list[dict] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(200)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if self.path == "/sms":
                    party.texts.append(json.loads(body))
                else:
                    party.logout_tokens.append(parse_qs(body)["logout_token"][0])
                self.answer(204)

            def answer(self, status):
                self.send_response(status)
                self.send_header("Cache-Control", "no-store")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *details):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://localhost:{self.server.server_address[1]}"
        self.callback = f"{self.address}/acl_users/edemarches/callback"
        threading.Thread(
            target=self.server.serve_forever, args=(0.02,), daemon=True
        ).start()

    def begin(self, **changes) -> dict[str, str]:
        """The parameters of an authorization request; None leaves one out."""
        self.verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        parameters = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": self.callback,
            "scope": "openid profile email phone edemarches",
            "state": secrets.token_urlsafe(8),
            "nonce": secrets.token_urlsafe(8),
            "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        } | changes
        return {name: value for name, value in parameters.items() if value is not None}


class Login:
    """One browser that logs in at a provider for a client."""

    def __init__(self, provider: Provider, party: RelyingParty) -> None:
        self.provider = provider
        self.party = party
        self.browser = requests.Session()

    def authorize(self, **changes) -> requests.Response:
        """Open the authorization address, as far as redirections lead."""
        self.parameters = self.party.begin(**changes)
        return self.browser.get(
            f"{self.provider.issuer}/authorize?{urlencode(self.parameters)}"
        )

    def run(self, persona="resident@demo.example", acting_for=None, **changes):
        """Log in to the end; returns what the client is told in the browser."""
        response = self.authorize(**changes)
        response = self.provider.login(self.browser, response, persona, acting_for)
        assert response.url.startswith(self.party.callback), response.text
        return answer_of(response)

    def token(self, code: str, /, **changes) -> requests.Response:
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.party.callback,
            "code_verifier": self.party.verifier,
        } | changes
        return requests.post(
            f"{self.provider.issuer}/token",
            data={name: value for name, value in data.items() if value is not None},
            auth=(CLIENT_ID, SECRET),
            timeout=10,
        )

    def tokens(self, persona="resident@demo.example", acting_for=None, **changes):
        """Log in and take the tokens."""
        response = self.token(self.run(persona, acting_for, **changes)["code"])
        assert response.status_code == 200, response.text
        return response.json()

    def claims(self, tokens: dict) -> dict:
        """The ID token's claims, its signature verified with the published keys."""
        keys = requests.get(f"{self.provider.issuer}/jwks", timeout=10).json()
        token = jwt.decode(tokens["id_token"], KeySet.import_key_set(keys))
        return token.claims

    def userinfo(self, tokens: dict) -> requests.Response:
        return requests.get(
            f"{self.provider.issuer}/userinfo",
            headers={"Authorization": f"Bearer {tokens['access_token']}"},
            allow_redirects=False,
            timeout=10,
        )


def answer_of(response: requests.Response) -> dict[str, str]:
    """The parameters with which the browser came to the client."""
    query = parse_qs(urlsplit(response.url).query, strict_parsing=True)
    assert all(len(values) == 1 for values in query.values())
    return {name: values[0] for name, values in query.items()}


@pytest.fixture(scope="session")
def party():
    party = RelyingParty()
    yield party
    party.server.shutdown()
    party.server.server_close()


@pytest.fixture(scope="session")
def running_provider(party):
    with Provider(
        redirect_uris=(party.callback,),
        post_logout_redirect_uris=(f"{party.address}/carouge",),
        backchannel_logout_uri=f"{party.address}/backchannel-logout",
        sms_gateway=f"{party.address}/sms",
    ) as provider:
        yield provider


@pytest.fixture
def provider(running_provider, party):
    running_provider.clear()
    running_provider.seen.clear()
    party.logout_tokens.clear()
    party.texts.clear()
    return running_provider


@pytest.fixture
def login(provider, party):
    return Login(provider, party)


@pytest.fixture
def other_login(provider, party):
    """Another browser."""
    return Login(provider, party)
