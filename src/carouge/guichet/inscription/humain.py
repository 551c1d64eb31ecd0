"""The proof of being human: a sum the browser does by itself, or a little patience.

No picture, no sound, nobody else's server. With JavaScript the browser looks for a
number (proof of work in the form of ALTCHA); without it the person waits, and may
register less often.
"""

from __future__ import annotations

from altcha import create_challenge
from altcha import Payload
from altcha import verify_solution
from carouge.guichet import swisstime
from carouge.guichet.sealed import keys_for
from datetime import datetime
from datetime import timedelta

import json
import secrets


PURPOSE = "epreuve"
ALGORITHM = "PBKDF2/SHA-256"
#: Iterations of each try, and how many tries a browser needs: a second or two.
COST = 2000
MIN_TRIES = 200
MAX_TRIES = 800
#: A challenge that is older is not accepted.
LIFETIME = timedelta(minutes=30)
#: Seconds between the first sight of the summary and the end, without JavaScript.
PATIENCE = 20
#: A solution is much shorter.
MAX_LENGTH = 4000


class NotProved(ValueError):
    """The proof is wrong, expired, or of another registration."""


def new_challenge(registration: str, *, now: datetime | None = None) -> str:
    """A challenge for one registration, as JSON for the browser."""
    return json.dumps(
        create_challenge(
            ALGORITHM,
            COST,
            counter=MIN_TRIES + secrets.randbelow(MAX_TRIES - MIN_TRIES),
            expires_at=(now or swisstime.now()) + LIFETIME,
            data={"inscription": registration},
            hmac_secret=keys_for(PURPOSE)[0],
        ).to_dict()
    )


def check_solution(text: str, registration: str) -> str:
    """Verify what the browser found; returns what is to be remembered as used.

    :raises NotProved: see there
    """
    if len(text) > MAX_LENGTH or not any(
        verify_solution(text, key).verified for key in keys_for(PURPOSE)
    ):
        raise NotProved
    parameters = Payload.from_base64(text).challenge.parameters
    if (parameters.data or {}).get("inscription") != registration:
        raise NotProved
    # The signature covers it: nobody can make two of one challenge.
    return f"{parameters.nonce}{parameters.salt}"


def patience_left(resume_at: int, *, now: datetime | None = None) -> int:
    """Seconds somebody without JavaScript has still to wait."""
    elapsed = int((now or swisstime.now()).timestamp()) - resume_at
    return max(0, PATIENCE - elapsed)
