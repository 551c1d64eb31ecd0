"""The door to the login with an account of the commune's own.

Whoever guesses is slowed down, per account and per place. The owner is not locked out
with him: a browser that has logged in before is counted by itself, and a link sent to
the owner makes any browser such a one.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.events import Occasion
from carouge.guichet.compte.events import write_to
from carouge.guichet.compte.identifiant import typed_key
from carouge.guichet.compte.local import find_local
from carouge.guichet.inscription.hachage import hash_secret
from carouge.guichet.inscription.hachage import outdated
from carouge.guichet.inscription.hachage import verify
from carouge.guichet.inscription.liens import address
from carouge.guichet.inscription.liens import new_lien
from carouge.guichet.inscription.liens import open_lien
from carouge.guichet.inscription.liens import Purpose
from carouge.guichet.inscription.motdepasse import as_secret
from carouge.guichet.inscription.motdepasse import MAX_LENGTH
from carouge.guichet.journal.service import record
from carouge.guichet.limiter import client_key
from carouge.guichet.limiter import Limiter
from carouge.guichet.limiter import Quota
from carouge.guichet.sealed import InvalidSeal
from carouge.guichet.sealed import seal
from carouge.guichet.sealed import unseal
from datetime import datetime
from datetime import timedelta
from time import monotonic

import hashlib
import secrets


#: Wrong passwords, in the memory of this process.
limiter = Limiter(monotonic)
#: Letters about wrong passwords, per account.
letters = Quota(monotonic, uses=3, seconds=24 * 3600)

#: How long a browser is known after it has logged in.
DEVICE_LIFETIME = timedelta(days=180)
_DEVICE = "appareil"
_LOGIN = "connexion"
#: A login page that was open longer is shown again before it counts.
LOGIN_LIFETIME = timedelta(hours=12)

#: Longest identifier or address that is looked at.
MAX_TYPED = 254


class TooManyAttempts(Exception):
    """Nothing is looked at before ``seconds`` are over."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class WrongPair(Exception):
    """Identifier and password do not belong together; nobody tells which is wrong."""


class Refused(Exception):
    """The right password of an account that the staff has refused."""


def authenticate(
    *, typed: str, password: str, client: str, device: str, guichet
) -> Compte:
    """The account somebody has the password of.

    ``typed`` is an identifier or a confirmed e-mail address, ``client`` the network
    address of whoever asks, ``device`` the cookie of :func:`device_of`, may be empty.
    Costs one verification of a hash, whether or not there is such an account.

    :raises TooManyAttempts: after several wrong passwords; the right one would not be
        looked at either
    :raises WrongPair: see there; the caller lets the transaction be committed
    :raises Refused: see there
    """
    typed = typed[:MAX_TYPED]
    compte = find_local(typed)
    keys = _keys(typed, client, compte, device)
    seconds = limiter.wait(keys)
    if seconds:
        raise TooManyAttempts(seconds)
    stored = compte.local.mot_de_passe if compte is not None else ""
    secret = as_secret(password[: MAX_LENGTH + 1])
    if not verify(stored, secret):
        limiter.failed(keys)
        if limiter.wait(keys):
            _tell_owner(guichet, compte)
        raise WrongPair
    if compte.local.refuse:
        raise Refused
    if outdated(stored):
        compte.local.mot_de_passe = hash_secret(secret)
    compte.last_login = swisstime.now()
    return compte


def release(token: str, *, now: datetime | None = None) -> str | None:
    """Follow the link of a letter about wrong passwords, once.

    Returns the cookie of a known browser; None when the link is no good.
    """
    now = now or swisstime.now()
    found = open_lien(Purpose.LIBERER, token, now=now)
    if found is None:
        return None
    lien, compte = found
    lien.used_at = now
    record("compte.liberer", subject=compte.id)
    return device_of(compte)


def device_of(compte: Compte, earlier: str = "") -> str:
    """The cookie of a browser the owner has used; ``earlier`` is the one it had."""
    nonce = _nonce(compte, earlier) or secrets.token_urlsafe(12)
    return seal(_DEVICE, f"{compte.id} {nonce}".encode())


def login_token(cookie: str) -> str:
    """What the form carries to prove that we showed it to this very browser."""
    return seal(_LOGIN, cookie.encode("utf-8", "replace"))


def login_meant(token: str, cookie: str) -> bool:
    """Whether a form was shown by us to the browser with this cookie."""
    try:
        return bool(cookie) and unseal(_LOGIN, token, LOGIN_LIFETIME) == cookie.encode(
            "utf-8", "replace"
        )
    except InvalidSeal:
        return False


def _keys(typed: str, client: str, compte: Compte | None, device: str) -> list[str]:
    nonce = _nonce(compte, device) if compte is not None else ""
    if nonce:
        return [f"appareil:{nonce}"]
    # As typed: that two spellings lead to one account would be an answer as well.
    digest = hashlib.sha256(typed_key(typed).encode("utf-8", "replace")).hexdigest()
    return [f"client:{client_key(client)}", f"compte:{digest}"]


def _nonce(compte: Compte, device: str) -> str:
    try:
        content = unseal(_DEVICE, device, DEVICE_LIFETIME).decode()
    except InvalidSeal:
        return ""
    compte_id, _space, nonce = content.partition(" ")
    return nonce if compte_id == compte.id else ""


def _tell_owner(guichet, compte: Compte | None) -> None:
    now = swisstime.now()
    if compte is None or compte.local.refuse or not letters.take(compte.id):
        new_lien(Purpose.RIEN, now=now)
        return
    token = new_lien(Purpose.LIBERER, compte, now=now)
    write_to(
        compte,
        compte.courriel_verifie,
        Occasion.BLOQUE,
        url=address(guichet, "connexion", lien=token),
    )
