"""The door to the follow-up of a demande without an account."""

from __future__ import annotations

from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import is_late
from carouge.guichet.demande.domain import parse_number
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.labels import remark_on
from carouge.guichet.demande.labels import STATE_COLOURS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demande.labels import STATE_MEANINGS
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import allowed_transitions
from carouge.guichet.demande.service import history
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import open_with_code
from carouge.guichet.demande.service import TransitionRefused
from carouge.guichet.espace.labels import STEP_LABELS
from carouge.guichet.formulaire.domain import has_control_characters
from carouge.guichet.formulaire.domain import MAX_TEXT
from carouge.guichet.limiter import client_key
from carouge.guichet.limiter import Limiter
from carouge.guichet.money import format_chf
from carouge.guichet.sealed import InvalidSeal
from carouge.guichet.sealed import seal
from carouge.guichet.sealed import unseal
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from carouge.guichet.swisstime import today
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from itertools import groupby
from time import monotonic
from zope.i18nmessageid import Message

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


class UnusableMessage(ValueError):
    """The citizen's message cannot be kept."""


class EmptyMessage(UnusableMessage):
    """There is nothing in it."""


class LongMessage(UnusableMessage):
    """It is longer than ``MAX_TEXT`` characters."""


class StrangeMessage(UnusableMessage):
    """It holds characters no keyboard makes."""


class Outcome(Enum):
    """What became of a move of the citizen."""

    DONE = "done"
    #: The same move had been made before: a double click, a reload.
    ALREADY_DONE = "already_done"
    #: The demande has moved on meanwhile.
    TOO_LATE = "too_late"


def open_follow_up(*, guichet, number: str, code: str, client: str) -> Demande | None:
    """The demande that number and code open together; None when they do not match.

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
        demande = open_with_code(guichet=guichet, number=numero, code=code)
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
    token, _space, numero = content.partition(" ")
    demande = get_demande(guichet, numero)
    return None if demande is None else FollowUp(demande, token)


def cookie_of(guichet, follow_up: FollowUp) -> str:
    """The cookie that keeps a follow-up open from now on."""
    content = f"{follow_up.token} {follow_up.demande.numero}"
    return seal(_purpose(guichet), content.encode("ascii"))


def proves(follow_up: FollowUp, token: str) -> bool:
    """Whether a form was made by us for this follow-up, in constant time."""
    return hmac.compare_digest(
        follow_up.token.encode(), token.encode("utf-8", "replace")
    )


def _purpose(guichet) -> str:
    return f"suivi {guichet.UID()}"


def can(demande: Demande, transition: str) -> bool:
    """Whether the citizen may make this move now."""
    moves = allowed_transitions(demande, Actor.USAGER)
    return any(move.id == transition for move in moves)


def answer(demande: Demande, text: str) -> Outcome:
    """Give the service what it asked for, in words.

    :raises EmptyMessage: no words
    :raises LongMessage: more than ``MAX_TEXT`` characters
    :raises StrangeMessage: control characters
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise EmptyMessage
    if len(text) > MAX_TEXT:
        raise LongMessage(len(text))
    if has_control_characters(text):
        raise StrangeMessage
    try:
        move_demande(
            demande=demande, transition="completer", actor=Actor.USAGER, message=text
        )
    except TransitionRefused:
        same = any(
            step.transition == "completer" and step.message == text
            for step in history(demande)
        )
        return Outcome.ALREADY_DONE if same else Outcome.TOO_LATE
    return Outcome.DONE


def withdraw(demande: Demande) -> Outcome:
    """Want nothing any more."""
    try:
        move_demande(demande=demande, transition="retirer", actor=Actor.USAGER)
    except TransitionRefused:
        withdrawn = demande.etat is State.RETIREE
        return Outcome.ALREADY_DONE if withdrawn else Outcome.TOO_LATE
    return Outcome.DONE


@dataclass(frozen=True)
class PastStep:
    """One line of the history, in words; ``lines`` is the message of the service."""

    time: str
    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class PieceVue:
    """A document: its question, its file (empty for none), what is to be said of it."""

    label: str
    fichier: str
    remarque: Message | None


@dataclass(frozen=True)
class Suivi:
    """What the citizen sees of his demande; dates and times are in words."""

    numero: str
    titre: str
    etat: str
    meaning: str
    colour: str
    depot: str
    attendu: str
    late: bool
    open: bool
    to_complete: bool
    can_withdraw: bool
    by_mail: bool
    steps: tuple[PastStep, ...]
    question: tuple[str, ...]
    reponses: tuple[tuple[str, tuple[Reponse, ...]], ...]
    pieces: tuple[PieceVue, ...]
    #: Some of them are still to come: there is a cover sheet for them.
    attend_pieces: bool
    #: (what for, how much) as it was at the submission; empty when it is free.
    prix: tuple[tuple[str, str], ...]
    total: str
    membre: str
    organisation: str
    deposant: str


def suivi_of(demande: Demande) -> Suivi:
    """The page of a demande, without a word about who works on it."""
    etat = demande.etat
    past = history(demande)
    deposant = demande.deposant
    question = next(
        (step for step in reversed(past) if step.transition == "demander_complement"),
        None,
    )
    return Suivi(
        numero=demande.numero,
        titre=demande.demarche_titre,
        etat=STATE_LABELS[etat],
        meaning=STATE_MEANINGS[etat],
        colour=STATE_COLOURS[etat],
        depot=format_time(demande.depot),
        attendu=format_date(demande.attendu) if demande.attendu else "",
        late=is_late(demande.attendu, etat, today()),
        open=not etat.final,
        to_complete=can(demande, "completer"),
        can_withdraw=can(demande, "retirer"),
        by_mail=bool(demande.courriel),
        steps=tuple(
            PastStep(
                time=format_time(step.time),
                label=STEP_LABELS[step.transition or None],
                lines=tuple(step.message.splitlines()),
            )
            for step in past
        ),
        question=tuple(question.message.splitlines()) if question else (),
        reponses=tuple(_by_step(demande.reponses)),
        pieces=tuple(
            PieceVue(
                label=piece.label,
                fichier="" if piece.annoncee else piece.file.filename or "",
                remarque=remark_on(piece),
            )
            for piece in demande.pieces
        ),
        attend_pieces=bool(demande.pieces_annoncees) and not etat.final,
        prix=tuple(
            (ligne.libelle, format_chf(ligne.montant)) for ligne in demande.prix
        ),
        total=format_chf(demande.total),
        membre=demande.membre.nom if demande.membre else "",
        organisation=deposant.organisation if deposant else "",
        deposant=deposant.nom if deposant else "",
    )


def _by_step(
    reponses: list[Reponse],
) -> Iterator[tuple[str, tuple[Reponse, ...]]]:
    for step, group in groupby(reponses, key=lambda reponse: reponse.step):
        yield step, tuple(group)
