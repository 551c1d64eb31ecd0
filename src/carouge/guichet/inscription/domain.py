"""The steps of a registration, in pure Python."""

from __future__ import annotations

from carouge.guichet.compte.saisie import InvalidValue
from carouge.guichet.compte.saisie import parse_fact
from carouge.guichet.compte.saisie import Problem
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from dataclasses import replace
from datetime import date
from enum import IntEnum

import json


class Step(IntEnum):
    """The pages of a registration, in their order."""

    IDENTITE = 1
    CONTACT = 2
    QUESTION = 3
    RESUME = 4

    @property
    def next(self) -> Step:
        return Step(min(self + 1, Step.RESUME))

    @property
    def previous(self) -> Step:
        return Step(max(self - 1, Step.IDENTITE))


#: What is typed in each step and kept as it was typed. Secrets are not among it.
TYPED = {
    Step.IDENTITE: ("prenom", "nom", "date_naissance"),
    Step.CONTACT: ("courriel", "telephone"),
    Step.QUESTION: ("question",),
    Step.RESUME: (),
}

#: What may stay empty.
OPTIONAL = frozenset({"telephone", "question"})

#: Longest text that is kept to be shown again.
MAX_KEPT = 300


@dataclass(frozen=True)
class State:
    """What is known in the middle of a registration.

    ``id`` is random and stays the same to the end. ``typed`` holds texts as they were
    typed, ``mot_de_passe`` and ``reponse`` are hashes or empty. ``resume_at`` is when
    the summary was shown first (seconds since 1970), 0 before. ``problems`` says what
    was wrong with the step sent last, by name of the field.
    """

    id: str
    typed: dict[str, str] = field(default_factory=dict)
    mot_de_passe: str = ""
    reponse: str = ""
    resume_at: int = 0
    problems: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        return self.typed.get(name, "")

    def with_typed(self, values: dict[str, str]) -> State:
        """The same registration with some texts typed anew."""
        kept = {name: value[:MAX_KEPT] for name, value in values.items()}
        return replace(self, typed={**self.typed, **kept})

    def to_json(self) -> bytes:
        return json.dumps(
            asdict(self), ensure_ascii=False, separators=(",", ":")
        ).encode("utf-8", "replace")

    @classmethod
    def from_json(cls, text: bytes) -> State:
        """
        :raises ValueError: of another version of this class
        """
        known = {entry.name for entry in fields(cls)}
        values = json.loads(text)
        if not isinstance(values, dict) or set(values) != known:
            raise ValueError("not a registration")
        return cls(**values)


def facts_of(state: State, today: date) -> tuple[dict[str, str], dict[str, Problem]]:
    """The facts of a registration as they are stored, and the problems by name."""
    good: dict[str, str] = {}
    problems: dict[str, Problem] = {}
    for names in TYPED.values():
        for name in names:
            if name == "question":
                continue
            try:
                value = parse_fact(name, state.value(name), today)
            except InvalidValue as error:
                problems[name] = error.problem
                continue
            if value:
                good[name] = value
            elif name not in OPTIONAL:
                problems[name] = Problem.REQUIRED
    return good, problems


def first_open_step(state: State, today: date) -> Step:
    """The first step that lacks something; the summary when nothing does."""
    _good, problems = facts_of(state, today)
    for step, names in TYPED.items():
        if any(name in problems for name in names):
            return step
        if step is Step.CONTACT and not state.mot_de_passe:
            return step
        if step is Step.QUESTION and bool(state.value("question")) != bool(
            state.reponse
        ):
            return step
    return Step.RESUME
