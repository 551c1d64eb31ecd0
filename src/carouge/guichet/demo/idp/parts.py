"""What the modules of the provider share."""

from __future__ import annotations

from carouge.guichet.demo.idp.faults import Faults
from carouge.guichet.demo.idp.keys import KeyRing
from carouge.guichet.demo.idp.settings import ProviderSettings
from carouge.guichet.demo.idp.store import Session
from carouge.guichet.demo.idp.store import Store
from dataclasses import dataclass
from dataclasses import field
from flask import request
from flask import Response


#: Cookies do not know ports: these names must not be those of the site.
SESSION_COOKIE = "demo_idp_session"
BROWSER_COOKIE = "demo_idp_navigateur"


@dataclass
class Parts:
    """One provider."""

    settings: ProviderSettings
    keys: KeyRing = field(default_factory=KeyRing)
    faults: Faults = field(default_factory=Faults)
    store: Store = field(default_factory=Store)

    def current_session(self) -> Session | None:
        """Return the session of the browser that makes the current request."""
        return self.store.sessions.get(request.cookies.get(SESSION_COOKIE))


def set_cookie(response: Response, name: str, value: str) -> None:
    """Give the browser a cookie that ends with it."""
    response.set_cookie(name, value, httponly=True, samesite="Lax")
