"""The steps of a registration."""

from carouge.guichet.compte.saisie import Problem
from carouge.guichet.inscription.domain import facts_of
from carouge.guichet.inscription.domain import first_open_step
from carouge.guichet.inscription.domain import State
from carouge.guichet.inscription.domain import Step
from dataclasses import replace
from datetime import date

import pytest


TODAY = date(2026, 11, 23)
WHOLE = State(
    "id",
    typed={
        "prenom": "Amélie",
        "nom": "Lire",
        "date_naissance": "8.3.1986",
        "courriel": "amelie@example.org",
        "telephone": "079 123 45 67",
        "question": "Le nom de mon chat ?",
    },
    mot_de_passe="hash",
    reponse="hash",
)


def test_the_facts_as_they_are_stored():
    assert facts_of(WHOLE, TODAY) == (
        {
            "prenom": "Amélie",
            "nom": "Lire",
            "date_naissance": "1986-03-08",
            "courriel": "amelie@example.org",
            "telephone": "+41791234567",
        },
        {},
    )


def test_what_is_missing_is_told_and_what_is_optional_is_not():
    facts, problems = facts_of(State("id"), TODAY)
    assert facts == {}
    assert problems == dict.fromkeys(
        ("prenom", "nom", "date_naissance", "courriel"), Problem.REQUIRED
    )


@pytest.mark.parametrize(
    "state, step",
    [
        (State("id"), Step.IDENTITE),
        (WHOLE.with_typed({"nom": ""}), Step.IDENTITE),
        (WHOLE.with_typed({"courriel": "a@b"}), Step.CONTACT),
        (WHOLE.with_typed({"telephone": "12"}), Step.CONTACT),
        (replace(WHOLE, mot_de_passe=""), Step.CONTACT),
        (replace(WHOLE, reponse=""), Step.QUESTION),
        (WHOLE.with_typed({"question": ""}), Step.QUESTION),
        (replace(WHOLE, reponse="").with_typed({"question": ""}), Step.RESUME),
        (WHOLE.with_typed({"telephone": ""}), Step.RESUME),
        (WHOLE, Step.RESUME),
    ],
)
def test_the_first_step_that_lacks_something(state, step):
    assert first_open_step(state, TODAY) is step


def test_there_and_back():
    assert State.from_json(WHOLE.to_json()) == WHOLE


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"null", b'{"id": "x"}', b"\xff"])
def test_another_version_is_no_registration(text):
    with pytest.raises(ValueError):
        State.from_json(text)


def test_the_steps_have_ends():
    assert Step.IDENTITE.previous is Step.IDENTITE
    assert Step.RESUME.next is Step.RESUME
    assert [step.next for step in Step][:3] == [*Step][1:]
