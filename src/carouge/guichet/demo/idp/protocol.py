"""The OpenID part of the provider: Authlib, and what it leaves to its user."""

from __future__ import annotations

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2 import ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfoEndpoint
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.core.grants.util import create_half_hash
from authlib.oidc.rpinitiated import EndSessionEndpoint
from authlib.oidc.rpinitiated import EndSessionRequest
from carouge.guichet.demo.idp.faults import forge
from carouge.guichet.demo.idp.parts import Parts
from carouge.guichet.demo.idp.settings import ProviderSettings
from carouge.guichet.demo.idp.store import Code
from carouge.guichet.demo.idp.store import Session
from carouge.guichet.demo.idp.store import Token
from carouge.guichet.demo.idp.store import TOKEN_SECONDS
from flask import Flask
from joserfc.jwk import KeySet

import hmac
import time


#: Which claims a scope opens at the userinfo endpoint.
SCOPES = {
    "openid": ("sub",),
    "profile": ("name", "given_name", "family_name", "birthdate", "gender"),
    "email": ("email", "email_verified"),
    "phone": ("phone_number",),
    "edemarches": ("account_type", "verified", "avs", "organisation"),
}


class Client(ClientMixin):
    """The guichet as the provider knows it."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        self.client_id = settings.client_id
        self.client_metadata = {
            "post_logout_redirect_uris": list(settings.post_logout_redirect_uris)
        }

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        wanted = (scope or "").split()
        if "openid" not in wanted:
            return None
        # Unknown scopes are ignored, as OpenID Connect says.
        return " ".join(name for name in SCOPES if name in wanted)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.settings.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        known = self.settings.client_secret.encode()
        return hmac.compare_digest(known, client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class S256Required(CodeChallenge):
    """PKCE for every client: Authlib asks for it from public clients only."""

    def validate_code_challenge(self, grant: AuthorizationCodeGrant, *rest) -> None:
        payload = grant.request.payload.data
        if not payload.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge'")
        if payload.get("code_challenge_method") != "S256":
            raise InvalidRequestError("'code_challenge_method' must be 'S256'")
        super().validate_code_challenge(grant, *rest)


def make_server(app: Flask, parts: Parts) -> AuthorizationServer:
    """Return Authlib's server of one provider, with its grant and its endpoints."""
    client = Client(parts.settings)
    server = AuthorizationServer(
        app,
        query_client=lambda client_id: (
            client if client_id == client.client_id else None
        ),
        save_token=lambda token, request: parts.store.tokens.put(
            Token(
                request.authorization_code.session,
                token["scope"],
                request.authorization_code.key,
                client,
            ),
            key=token["access_token"],
        ),
    )
    server.register_grant(_grant(parts), [S256Required(), _id_token(parts)])
    protector = ResourceProtector()
    protector.register_token_validator(_bearer(parts))
    server.register_endpoint(_user_info()(resource_protector=protector))
    server.register_endpoint(_end_session(parts))
    return server


def _grant(parts: Parts) -> type[AuthorizationCodeGrant]:
    store = parts.store

    class Grant(AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
            data = request.payload.data
            store.codes.put(
                Code(
                    key=code,
                    redirect_uri=request.payload.redirect_uri,
                    scope=request.scope,
                    nonce=data["nonce"],
                    code_challenge=data["code_challenge"],
                    session=request.user,
                ),
                key=code,
            )

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            # Whoever asks a second time gets nothing, even at the same moment, and
            # takes what was given the first time with him (RFC 6749, 4.1.2).
            known = store.codes.pop(code)
            if known is None:
                store.tokens.drop(lambda token: token.code == code)
            return known

        def delete_authorization_code(self, authorization_code: Code) -> None:
            """Asking for it has done so already."""

        def authenticate_user(self, authorization_code: Code) -> Session:
            return authorization_code.session

    return Grant


def _id_token(parts: Parts) -> OpenIDCode:
    settings, faults = parts.settings, parts.faults

    class IDToken(OpenIDCode):
        def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
            return False

        def encode_id_token(self, token: dict, request: OAuth2Request) -> str:
            code = request.authorization_code
            now = int(time.time())
            claims = {
                "iss": settings.issuer,
                "sub": code.session.persona.sub,
                "aud": settings.client_id,
                "iat": now,
                "exp": now + TOKEN_SECONDS,
                "nonce": code.get_nonce(),
                "auth_time": code.get_auth_time(),
                "acr": code.get_acr(),
                "amr": code.get_amr(),
                "sid": code.session.sid,
                "at_hash": create_half_hash(token["access_token"], "RS256").decode(),
            }
            return forge(claims, parts.keys, faults, settings.client_secret)

        def process_token(self, grant: AuthorizationCodeGrant, response: tuple) -> dict:
            token = super().process_token(grant, response)
            if faults.happens("no_idtoken"):
                del token["id_token"]
            return token

    return IDToken(require_nonce=True)


def _bearer(parts: Parts) -> BearerTokenValidator:
    class Bearer(BearerTokenValidator):
        def authenticate_token(self, token_string: str) -> Token | None:
            return parts.store.tokens.get(token_string)

    return Bearer()


def _user_info() -> type[UserInfoEndpoint]:
    class UserInfo(UserInfoEndpoint):
        def generate_user_info(self, user: Session, scope: str) -> dict[str, object]:
            open_claims = {name for part in scope.split() for name in SCOPES[part]}
            return {
                name: value
                for name, value in user.persona.claims(user.organisation).items()
                if name in open_claims
            }

    return UserInfo


def _end_session(parts: Parts) -> type[EndSessionEndpoint]:
    class EndSession(EndSessionEndpoint):
        def get_server_jwks(self) -> KeySet:
            return parts.keys.own()

        def get_algorithms(self) -> list[str]:
            return ["RS256", "ES256"]

        def end_session(self, end_session_request: EndSessionRequest) -> None:
            """The page does it, which also knows the browser."""

    return EndSession
