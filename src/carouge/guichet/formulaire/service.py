"""The door between the form of a démarche and a demande."""

from __future__ import annotations

from carouge.guichet.demande.service import find_submission
from carouge.guichet.demande.service import Submission
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demarche.service import Gate
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.formulaire.answers import pieces_of
from carouge.guichet.formulaire.answers import reponses_of
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.domain import idempotent_jeton
from carouge.guichet.formulaire.domain import Jeton
from carouge.guichet.formulaire.domain import make_jeton
from carouge.guichet.formulaire.domain import read_jeton
from carouge.guichet.keys import signing_keys
from carouge.guichet.swisstime import now
from collections.abc import Mapping
from plone import api

import secrets


class NotAvailable(Exception):
    """The form cannot be submitted now; ``gate`` says why."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(gate)
        self.gate = gate


def new_jeton(demarche) -> str:
    """The one-shot jeton of a form that is about to be shown."""
    return make_jeton(
        key=signing_keys()[0],
        purpose=_purpose(demarche),
        random=secrets.token_bytes(16),
        now=now(),
    )


def open_jeton(demarche, text: str) -> Jeton:
    """Verify the jeton a browser sent back.

    :raises carouge.guichet.formulaire.domain.InvalidJeton: see there
    """
    return read_jeton(
        text=text,
        keys=signing_keys(),
        purpose=_purpose(demarche),
        now=now(),
    )


def rest_jeton(demarche, key: str) -> Jeton:
    """The jeton of a REST caller's ``Idempotency-Key``, the same at each retry.

    What the same caller has made with the key before is found again after the turn of
    the year (numbers begin with it) and after a rotation of the site's keys. Without
    login nothing but the key itself says who the caller is.

    :raises ValueError: when the key holds a colon
    """
    moment = now()
    last_year = moment.replace(year=moment.year - 1, month=1, day=1)
    jetons = [
        idempotent_jeton(
            key=secret,
            purpose=_purpose(demarche),
            idempotency_key=key,
            issued=issued,
        )
        for issued in (moment, last_year)
        for secret in signing_keys()
    ]
    return next(
        (jeton for jeton in jetons if find_deposit(demarche, jeton) is not None),
        jetons[0],
    )


def find_deposit(demarche, jeton: Jeton) -> Submission | None:
    """What was already submitted with this jeton."""
    return find_submission(
        guichet=guichet_of(demarche), secret=jeton.secret, year=jeton.issued.year
    )


def deposit(demarche, values: Mapping[str, object], jeton: Jeton) -> Submission:
    """Make a demande of validated answers; the same jeton gives the same demande.

    :raises NotAvailable: when the démarche is closed, suspended, or not for this usager
    """
    gate = gate_of(demarche)
    if not gate.open:
        raise NotAvailable(gate)
    form = compile_form(demarche)
    return submit_demande(
        guichet=guichet_of(demarche),
        demarche=demarche,
        reponses=reponses_of(form, values),
        pieces=pieces_of(form, values),
        form_version=form.version,
        secret=jeton.secret,
        year=jeton.issued.year,
        courriel=values.get(form.contact) if form.contact else None,
        usager_id=_user_id() or None,
    )


def _user_id() -> str:
    return "" if api.user.is_anonymous() else api.user.get_current().getId()


def _purpose(demarche) -> str:
    # Bound to the person as well: a page somebody else made cannot submit in his name.
    return f"{demarche.UID()}:{_user_id()}"
