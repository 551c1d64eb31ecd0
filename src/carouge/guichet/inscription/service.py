"""The door to registrations: from the first step to the open account."""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.events import Occasion
from carouge.guichet.compte.events import write_to
from carouge.guichet.compte.local import CourrielTaken
from carouge.guichet.compte.local import create_local
from carouge.guichet.compte.local import local_of_courriel
from carouge.guichet.compte.saisie import Problem
from carouge.guichet.controlpanel.service import sender
from carouge.guichet.inscription import humain
from carouge.guichet.inscription.domain import facts_of
from carouge.guichet.inscription.domain import first_open_step
from carouge.guichet.inscription.domain import State
from carouge.guichet.inscription.domain import Step
from carouge.guichet.inscription.domain import TYPED
from carouge.guichet.inscription.hachage import hash_secret
from carouge.guichet.inscription.liens import address
from carouge.guichet.inscription.liens import attentes
from carouge.guichet.inscription.liens import find_lien
from carouge.guichet.inscription.liens import LIFETIMES
from carouge.guichet.inscription.liens import new_lien
from carouge.guichet.inscription.liens import Purpose
from carouge.guichet.inscription.liens import writable_attentes
from carouge.guichet.inscription.motdepasse import as_answer
from carouge.guichet.inscription.motdepasse import as_secret
from carouge.guichet.inscription.motdepasse import Weakness
from carouge.guichet.inscription.motdepasse import weakness_of
from carouge.guichet.inscription.motdepasse import weakness_of_answer
from carouge.guichet.inscription.motdepasse import weakness_of_question
from carouge.guichet.limiter import client_key
from carouge.guichet.limiter import Quota
from carouge.guichet.sealed import InvalidSeal
from carouge.guichet.sealed import seal
from carouge.guichet.sealed import unseal
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from datetime import timedelta
from enum import Enum
from time import monotonic

import secrets


#: A registration nobody goes on with is forgotten after that time.
LIFETIME = timedelta(hours=2)

_PURPOSE = "inscription"

# In the memory of this process. Letters go to addresses nobody has confirmed yet.
per_client = Quota(monotonic, uses=20, seconds=3600)
per_patient_client = Quota(monotonic, uses=3, seconds=3600)
per_courriel = Quota(monotonic, uses=3, seconds=24 * 3600)


class Incomplete(Exception):
    """Something is missing in ``step``."""

    def __init__(self, step: Step) -> None:
        super().__init__(step)
        self.step = step


class Patience(Exception):
    """Without JavaScript: ``seconds`` are still to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class TooOften(Exception):
    """Too many registrations from this place or with this address; try later."""


class Confirmation(Enum):
    """What became of a link to confirm an address."""

    OPENED = "opened"
    #: The link was used before: a double click, a reload.
    ALREADY = "already"
    #: Meanwhile there is an account with this address.
    TAKEN = "taken"
    #: Unknown, or too old.
    UNUSABLE = "unusable"


def can_register() -> bool:
    """Whether the letters a registration needs can leave."""
    return bool(sender()[1])


# --- the steps ------------------------------------------------------------------


def read_state(cookie: str) -> State:
    """The registration a browser is in the middle of; a new one otherwise."""
    try:
        return State.from_json(unseal(_PURPOSE, cookie, LIFETIME))
    except (InvalidSeal, ValueError):
        return State(secrets.token_urlsafe(12))


def seal_state(state: State) -> str:
    """What the browser keeps of a registration; it can neither read nor change it."""
    return seal(_PURPOSE, state.to_json())


def take_step(
    state: State, step: Step, form: Mapping[str, str]
) -> tuple[State, dict[str, Problem | Weakness]]:
    """Take what was typed in a step; the problems by name of the field.

    ``form`` holds ``mot_de_passe`` and ``reponse`` as well: they are hashed at once, and
    left out when they are no good. Empty ones leave what was chosen before.
    """
    names = TYPED[step]
    earlier = state
    state = state.with_typed({name: form.get(name, "").strip() for name in names})
    _facts, found = facts_of(state, swisstime.today())
    problems: dict[str, Problem | Weakness] = {
        name: problem for name, problem in found.items() if name in names
    }
    # There is no room for it in the browser.
    state = state.with_typed(
        {
            name: ""
            for name, problem in problems.items()
            if problem in (Problem.TOO_LONG, Problem.CHARACTERS)
        }
    )
    if step is Step.CONTACT:
        state = _take_password(state, form.get("mot_de_passe", ""), problems)
    if step is Step.QUESTION:
        state = _take_question(earlier, state, form.get("reponse", ""), problems)
    return state, problems


def note_problems(state: State, problems: Mapping[str, Problem | Weakness]) -> State:
    """Remember what was wrong, for the page the browser is led back to."""
    noted = {
        name: f"{type(problem).__name__}.{problem.value}"
        for name, problem in problems.items()
    }
    return replace(state, problems=noted)


def noted_problems(state: State) -> dict[str, Problem | Weakness]:
    """What :func:`note_problems` has remembered."""
    kinds = {kind.__name__: kind for kind in (Problem, Weakness)}
    found = {}
    for name, noted in state.problems.items():
        kind, _dot, value = noted.partition(".")
        found[name] = kinds[kind](value)
    return found


def show_summary(state: State) -> State:
    """Note when the summary is shown first: without JavaScript, waiting begins."""
    if state.resume_at:
        return state
    return replace(state, resume_at=int(swisstime.now().timestamp()))


def personal_words(state: State) -> tuple[str, ...]:
    """What a password must not consist of."""
    return tuple(state.value(name) for name in ("prenom", "nom", "courriel"))


def _take_password(state: State, typed: str, problems) -> State:
    if not typed:
        if not state.mot_de_passe:
            problems["mot_de_passe"] = Weakness.MISSING
        return state
    weakness = weakness_of(typed, personal_words(state))
    if weakness is not None:
        problems["mot_de_passe"] = weakness
        return state
    return replace(state, mot_de_passe=hash_secret(as_secret(typed)))


def _take_question(earlier: State, state: State, typed: str, problems) -> State:
    question = " ".join(state.value("question").split())
    if not question:
        # A question that is wiped out takes its answer along.
        if typed.strip():
            problems["question"] = Weakness.MISSING
        return replace(state.with_typed({"question": ""}), reponse="")
    weakness = weakness_of_question(question)
    if weakness is not None:
        problems["question"] = weakness
        return replace(state, reponse="")
    # A new question with the old answer would lock the person out.
    same = question == earlier.value("question")
    if same and earlier.reponse and not typed.strip():
        return state
    weakness = weakness_of_answer(question, typed)
    if weakness is not None:
        problems["reponse"] = weakness
        return replace(state, reponse="")
    return replace(
        state.with_typed({"question": question}), reponse=hash_secret(as_answer(typed))
    )


# --- the end --------------------------------------------------------------------


def finish(
    state: State,
    solution: str,
    *,
    guichet,
    client: str,
    now: datetime | None = None,
) -> None:
    """Send the letter with the link; the same happens whether or not there is an account.

    ``solution`` is what the browser found, empty without JavaScript; ``client`` is its
    network address. The same registration sent twice (double click, reload) is one.

    :raises Incomplete: something is missing
    :raises carouge.guichet.inscription.humain.NotProved: the solution is no good
    :raises Patience: no solution, and too early
    :raises TooOften: see there
    """
    now = now or swisstime.now()
    facts, _problems = facts_of(state, swisstime.local_date(now))
    step = first_open_step(state, swisstime.local_date(now))
    if step is not Step.RESUME:
        raise Incomplete(step)
    if is_finished(state.id):
        return
    end = now + LIFETIMES[Purpose.CONFIRMER]
    place = client_key(client)
    if solution:
        proof = humain.check_solution(solution, state.id)
        if not writable_attentes(now).use(f"epreuve:{proof}", now + humain.LIFETIME):
            raise humain.NotProved
    else:
        seconds = humain.patience_left(state.resume_at, now=now)
        if not state.resume_at or seconds:
            raise Patience(seconds or humain.PATIENCE)
        if not per_patient_client.take(place):
            raise TooOften
    courriel = facts["courriel"]
    if not (per_client.take(place) and per_courriel.take(courriel.casefold())):
        raise TooOften
    writable_attentes(now).use(f"inscription:{state.id}", end)
    compte = local_of_courriel(courriel)
    if compte is None:
        token = new_lien(
            Purpose.CONFIRMER,
            values={
                **facts,
                "mot_de_passe": state.mot_de_passe,
                "question": " ".join(state.value("question").split()),
                "reponse": state.reponse,
            },
            now=now,
        )
        url = address(guichet, "inscription", lien=token)
        write_to(None, courriel, Occasion.CONFIRMER, url=url)
    else:
        new_lien(Purpose.RIEN, now=now)
        _tell_owner(guichet, compte)


def is_finished(registration: str) -> bool:
    """Whether the letter of a registration (its id) has left."""
    return f"inscription:{registration}" in attentes().used


def after_sending(state: State) -> State:
    """What the browser keeps of a finished registration: where the letter is."""
    return State(secrets.token_urlsafe(12), typed={"courriel": state.value("courriel")})


def look_at_link(token: str) -> tuple[Confirmation | None, str]:
    """What a link to confirm an address is worth, and the address (may be empty).

    None: it waits to be used.
    """
    lien = find_lien(Purpose.CONFIRMER, token)
    if lien is None:
        return Confirmation.UNUSABLE, ""
    used = None if lien.used_at is None else Confirmation.ALREADY
    return used, lien.values.get("courriel", "")


def confirm(
    token: str, *, guichet, now: datetime | None = None
) -> tuple[Confirmation, str]:
    """Open the account whose link somebody followed; its identifier leaves by mail.

    Returns what became of it, and the e-mail address (may be empty).
    """
    now = now or swisstime.now()
    lien = find_lien(Purpose.CONFIRMER, token, now=now)
    if lien is None:
        return Confirmation.UNUSABLE, ""
    courriel = lien.values.get("courriel", "")
    if lien.used_at is not None:
        return Confirmation.ALREADY, courriel
    values = dict(lien.values)
    kept = {name: values.pop(name, "") for name in ("mot_de_passe", "question")}
    reponse = values.pop("reponse", "")
    lien.used_at = now
    # The hashes are in the account from now on, or nowhere.
    lien.values = {"courriel": courriel}
    try:
        compte = create_local(values, reponse=reponse, now=now, **kept)
    except CourrielTaken:
        return Confirmation.TAKEN, courriel
    write_to(
        compte,
        courriel,
        Occasion.OUVERT,
        identifiant=compte.local.identifiant,
        url=address(guichet, "connexion"),
    )
    return Confirmation.OPENED, courriel


def _tell_owner(guichet, compte: Compte) -> None:
    write_to(
        compte,
        compte.courriel_verifie,
        Occasion.DEJA,
        identifiant=compte.local.identifiant,
        url=address(guichet, "mot-de-passe-oublie"),
    )
