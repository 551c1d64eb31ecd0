"""States, numbers and deadlines of a demande, in pure Python."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from stdnum.iso7064 import mod_37_36

import hashlib
import hmac
import re
import unicodedata


class DomainError(ValueError):
    """A rule of the counter was broken; the text is for the log, not for the screen."""


class InvalidNumber(DomainError):
    """What was typed cannot be the number of a demande."""


# --- states -------------------------------------------------------------------


class State(str, Enum):
    """Where a demande stands. The values are the ids in the workflow definition."""

    A_PAYER = "a_payer"
    DEPOSEE = "deposee"
    EN_COURS = "en_cours"
    A_COMPLETER = "a_completer"
    COMPLETEE = "completee"
    VALIDEE = "validee"
    REFUSEE = "refusee"
    CLASSEE = "classee"
    RETIREE = "retiree"

    @property
    def final(self) -> bool:
        """True when nobody is expected to do anything any more."""
        return self in FINAL_STATES


FINAL_STATES = frozenset(
    {State.VALIDEE, State.REFUSEE, State.CLASSEE, State.RETIREE},
)

#: In these the service can do nothing: the citizen has to pay, or to answer.
ATTENDENT_USAGER = frozenset({State.A_PAYER, State.A_COMPLETER})


class Actor(str, Enum):
    """Who may make a transition; ``GUICHET`` is the counter itself, by what it knows."""

    AGENT = "agent"
    USAGER = "usager"
    GUICHET = "guichet"


@dataclass(frozen=True)
class Transition:
    """One move of a demande; ``id`` is the id in the workflow definition.

    ``message_required``: the citizen must be told why, in words.
    """

    id: str
    sources: frozenset[State]
    target: State
    actors: frozenset[Actor]
    message_required: bool = False


_AGENT = frozenset({Actor.AGENT})
_GUICHET = frozenset({Actor.GUICHET})
_BOTH = frozenset({Actor.AGENT, Actor.USAGER})
_OPEN = frozenset(set(State) - FINAL_STATES)

TRANSITIONS: dict[str, Transition] = {
    transition.id: transition
    for transition in (
        Transition(
            "attendre_paiement", frozenset({State.DEPOSEE}), State.A_PAYER, _GUICHET
        ),
        Transition("payer", frozenset({State.A_PAYER}), State.DEPOSEE, _GUICHET),
        Transition(
            "exonerer",
            frozenset({State.A_PAYER}),
            State.DEPOSEE,
            _AGENT,
            message_required=True,
        ),
        Transition(
            "prendre_en_charge",
            frozenset({State.DEPOSEE, State.COMPLETEE}),
            State.EN_COURS,
            _AGENT,
        ),
        Transition(
            "demander_complement",
            frozenset({State.DEPOSEE, State.EN_COURS, State.COMPLETEE}),
            State.A_COMPLETER,
            _AGENT,
            message_required=True,
        ),
        Transition(
            "completer",
            frozenset({State.A_COMPLETER}),
            State.COMPLETEE,
            _BOTH,
            message_required=True,
        ),
        Transition(
            "valider",
            frozenset({State.DEPOSEE, State.EN_COURS, State.COMPLETEE}),
            State.VALIDEE,
            _AGENT,
        ),
        Transition("refuser", _OPEN, State.REFUSEE, _AGENT, message_required=True),
        Transition("classer", _OPEN, State.CLASSEE, _AGENT, message_required=True),
        Transition("retirer", _OPEN, State.RETIREE, _BOTH),
        Transition(
            "rouvrir",
            frozenset({State.VALIDEE, State.REFUSEE, State.CLASSEE}),
            State.EN_COURS,
            _AGENT,
            message_required=True,
        ),
    )
}


def transitions_from(state: State, actor: Actor) -> list[Transition]:
    """The moves the actor may make from a state, in the order of definition."""
    return [
        transition
        for transition in TRANSITIONS.values()
        if state in transition.sources and actor in transition.actors
    ]


def is_blank(text: str) -> bool:
    """True when a text shows nothing: white space, invisible and format characters."""
    return all(
        char.isspace() or unicodedata.category(char) in ("Cf", "Cc") for char in text
    )


# --- numbers ------------------------------------------------------------------

# Crockford's base 32: no I, L, O, U, so that a number survives handwriting.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_NUMBER = re.compile(rf"\d{{4}}[{ALPHABET}]{{8}}")
CODE_LENGTH = 10


def _base32(seed: bytes, length: int) -> str:
    value = int.from_bytes(seed, "big")
    digits = []
    for _index in range(length):
        value, digit = divmod(value, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(digits)


def format_number(compact: str) -> str:
    """``2026K7QM4TXC`` as it is printed: ``2026-K7QM-4TXC``."""
    return f"{compact[:4]}-{compact[4:8]}-{compact[8:]}"


def candidate_numbers(secret: bytes, year: int) -> Iterator[str]:
    """The numbers a submission may take, best first, always the same for one secret.

    A retried submission thus meets its own number again. The last character is the
    check character of ISO 7064 mod 37,36 over the rest; a candidate whose check
    character could be misread is left out.
    """
    attempt = 0
    while True:
        digest = hmac.digest(secret, b"numero:%d" % attempt, hashlib.sha256)
        body = f"{year:04d}{_base32(digest, 7)}"
        check = mod_37_36.calc_check_digit(body)
        if check in ALPHABET:
            yield format_number(body + check)
        attempt += 1


def free_number(
    secret: bytes, year: int, taken: Container[str], mine: Callable[[str], bool]
) -> str:
    """The first candidate that is free, or that already belongs to this submission."""
    return next(
        number
        for number in candidate_numbers(secret, year)
        if number not in taken or mine(number)
    )


def parse_number(text: str) -> str:
    """The number a person typed, in its printed form.

    Spaces, dashes and case do not matter; O, I and L are read as 0 and 1.

    :raises InvalidNumber: when the form or the check character is wrong
    """
    compact = re.sub(r"[\s\-–—.]", "", text[:64]).upper().translate(_LOOKALIKES)
    if not _NUMBER.fullmatch(compact) or not mod_37_36.is_valid(compact):
        raise InvalidNumber(text[:64])
    return format_number(compact)


def tracking_code(secret: bytes) -> str:
    """The code that, with the number, opens the follow-up without an account.

    Fifty bits, in two groups of five characters.
    """
    code = _base32(hmac.digest(secret, b"code", hashlib.sha256), CODE_LENGTH)
    return f"{code[:5]}-{code[5:]}"


def code_digest(number: str, code: str) -> str:
    """What is kept of a tracking code: enough to recognise it, not to show it."""
    compact = re.sub(r"[\s\-–—.]", "", code[:64]).upper().translate(_LOOKALIKES)
    return hashlib.sha256(f"{number}:{compact}".encode()).hexdigest()


def code_matches(number: str, code: str, digest: str) -> bool:
    """Compare in constant time, so that the duration of an answer tells nothing."""
    return hmac.compare_digest(code_digest(number, code), digest)


# --- deadlines ----------------------------------------------------------------


def is_late(
    attendu: date | None, etat: State, today: date, suspendu: bool = False
) -> bool:
    """True when the expected day is over and the citizen still waits for the service.

    ``suspendu``: the clock stands, because the citizen has to do something.
    """
    return (
        attendu is not None
        and attendu < today
        and not suspendu
        and not etat.final
        and etat not in ATTENDENT_USAGER
    )


# --- who, and what was known of him -------------------------------------------


@dataclass(frozen=True)
class Deposant:
    """Who filed a demande, as the login proved it at that moment.

    ``type`` and ``niveau`` are the values of the account's type (``"personne"``) and
    the name of its level (``"declare"``, ``"verifie"``), ``residence`` what the register
    had said, empty when it was not asked. ``nom`` is the person at the keyboard,
    ``organisation`` the one acted for, ``ide`` its UID, ``mandat`` the mandate the
    provider told of.
    """

    compte: str
    type: str
    niveau: str
    nom: str = ""
    organisation: str = ""
    ide: str = ""
    mandat: str = ""
    acr: str = ""
    residence: str = ""

    @property
    def nom_affiche(self) -> str:
        """In whose name the demande was filed."""
        return self.organisation or self.nom


class Canal(str, Enum):
    """How a demande came to the commune."""

    EN_LIGNE = "en_ligne"
    GUICHET = "guichet"
    TELEPHONE = "telephone"
    COURRIER = "courrier"


class Controle(str, Enum):
    """How an agent has made sure who somebody is."""

    PIECE_IDENTITE = "piece_identite"
    CONNU = "connu"
    QUESTIONS = "questions"
    SIGNATURE = "signature"
    AUCUN = "aucun"


@dataclass(frozen=True)
class IdentiteControlee:
    """For whom an agent has entered a demande, and how he knew.

    ``naissance`` is a date in ISO form; a name may be that of an organisation, which
    has no birth date, perhaps a UID (``ide``). ``controle`` is a value of
    :class:`Controle`. ``telephone`` and ``adresse`` (several lines) are for news, beside
    the e-mail address of the demande.
    """

    nom: str
    prenom: str
    naissance: str
    controle: str
    ide: str = ""
    telephone: str = ""
    adresse: str = ""


@dataclass(frozen=True)
class MembreConcerne:
    """The household member a demande is about; the name as it was then."""

    id: str
    nom: str


@dataclass(frozen=True)
class LigneDePrix:
    """One line of what a demande costs, frozen at its submission; in centimes."""

    libelle: str
    montant: int


def total_of(lignes: Iterable[LigneDePrix]) -> int:
    """What these lines come to, in centimes; reductions never make it less than 0."""
    return max(0, sum(ligne.montant for ligne in lignes))


@dataclass(frozen=True)
class FaitUtilise:
    """A fact of the compte that was used in an answer, with who said so and when.

    ``champ`` is the name of the question, ``fait`` that of the source, ``source`` its
    kind (``"declare"`` also for what the person changed in the form), ``origine`` the
    source in words. ``date`` is in ISO form, empty when unknown.
    """

    champ: str
    fait: str
    valeur: str
    source: str
    origine: str
    date: str
    verrouille: bool


# --- answers ------------------------------------------------------------------


@dataclass(frozen=True)
class Reponse:
    """One answer as it was shown: the question's label and the answer in words.

    ``value`` is the JSON value for machines; ``text`` is what a person reads.
    """

    name: str
    step: str
    label: str
    text: str
    value: object = None
