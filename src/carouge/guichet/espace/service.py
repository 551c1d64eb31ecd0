"""The door to the follow-up of a demande without an account."""

from __future__ import annotations

from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import parse_number
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import allowed_transitions
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import open_with_code
from carouge.guichet.demande.service import TransitionRefused
from carouge.guichet.espace.dialogue import clean_text
from carouge.guichet.formulaire.domain import has_control_characters
from carouge.guichet.limiter import client_key
from carouge.guichet.limiter import Limiter
from carouge.guichet.sealed import InvalidSeal
from carouge.guichet.sealed import seal
from carouge.guichet.sealed import unseal
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from time import monotonic

import hmac
import secrets


#: A follow-up nobody touches closes by itself after that time.
LIFETIME = timedelta(minutes=30)

#: Wrong pairs of number and code, in the memory of this process.
limiter = Limiter(monotonic)


class TooManyAttempts(Exception):
    """Nothing is looked at before ``seconds`` are over."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Outcome(Enum):
    """What became of a move of the citizen."""

    DONE = "done"
    #: The same move had been made before: a double click, a reload.
    ALREADY_DONE = "already_done"
    #: The demande has moved on meanwhile.
    TOO_LATE = "too_late"


def open_follow_up(
    *, guichet, number: str, code: str, client: str, annule: bool = False
) -> Demande | None:
    """The demande that number and code open together; None when they do not match.

    ``annule`` is that of :func:`carouge.guichet.demande.service.open_with_code`;
    ``client`` is the network address of whoever asks. The answer is the same whether
    or not there is a demande of that number.

    :raises carouge.guichet.demande.domain.InvalidNumber: a mistyped number
    :raises TooManyAttempts: after several wrong answers of this client, or for this
        number; a right answer would not be looked at either
    """
    numero = parse_number(number)
    keys = (f"client:{client_key(client)}", f"numero:{guichet.UID()}:{numero}")
    seconds = limiter.wait(keys)
    if seconds:
        raise TooManyAttempts(seconds)
    demande = None
    if not has_control_characters(code):
        demande = open_with_code(
            guichet=guichet, number=numero, code=code, annule=annule
        )
    if demande is None:
        limiter.failed(keys)
    return demande


@dataclass(frozen=True)
class FollowUp:
    """An open follow-up.

    ``token`` is random and stays the same as long as it is open: the cookie holds it
    unreadable, the forms of the follow-up send it back.
    """

    demande: Demande
    token: str


def start_follow_up(demande: Demande) -> FollowUp:
    """A new session for somebody who has shown the code."""
    return FollowUp(demande, secrets.token_hex(16))


def resume_follow_up(guichet, cookie: str) -> FollowUp | None:
    """The follow-up a browser has open, or None."""
    try:
        content = unseal(_purpose(guichet), cookie, LIFETIME).decode("ascii")
    except InvalidSeal:
        return None
    token, numero, marque = [*content.split(" "), "", ""][:3]
    demande = get_demande(guichet, numero)
    # A code that was replaced meanwhile keeps nothing open.
    if demande is None or not marque or marque != _marque(demande):
        return None
    return FollowUp(demande, token)


def cookie_of(guichet, follow_up: FollowUp) -> str:
    """The cookie that keeps a follow-up open from now on."""
    demande = follow_up.demande
    content = f"{follow_up.token} {demande.numero} {_marque(demande)}"
    return seal(_purpose(guichet), content.encode("ascii"))


def proves(follow_up: FollowUp, token: str) -> bool:
    """Whether a form was made by us for this follow-up, in constant time."""
    return hmac.compare_digest(
        follow_up.token.encode(), token.encode("utf-8", "replace")
    )


def _purpose(guichet) -> str:
    return f"suivi {guichet.UID()}"


def _marque(demande: Demande) -> str:
    """What stands for the code that opens the demande now."""
    return "" if demande.code_annule else demande.code_digest[:16]


def can(demande: Demande, transition: str) -> bool:
    """Whether the citizen may make this move now."""
    moves = allowed_transitions(demande, Actor.USAGER)
    return any(move.id == transition for move in moves)


def withdraw(demande: Demande, reason: str = "") -> Outcome:
    """Want nothing any more; the service reads the reason, if there is one.

    :raises LongMessage: more than ``MAX_TEXT`` characters
    :raises StrangeMessage: control characters
    """
    reason = clean_text(reason)
    try:
        move_demande(
            demande=demande, transition="retirer", actor=Actor.USAGER, message=reason
        )
    except TransitionRefused:
        withdrawn = demande.etat is State.RETIREE
        return Outcome.ALREADY_DONE if withdrawn else Outcome.TOO_LATE
    return Outcome.DONE
