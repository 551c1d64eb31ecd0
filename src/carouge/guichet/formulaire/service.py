"""The door between the form of a démarche and a demande."""

from __future__ import annotations

from carouge.guichet.access.domain import Decision
from carouge.guichet.access.service import check_access
from carouge.guichet.demande.service import find_submission
from carouge.guichet.demande.service import Submission
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demarche.domain import Availability
from carouge.guichet.demarche.service import fiche_of
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.formulaire.answers import pieces_of
from carouge.guichet.formulaire.answers import reponses_of
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.domain import Jeton
from carouge.guichet.formulaire.domain import make_jeton
from carouge.guichet.formulaire.domain import read_jeton
from carouge.guichet.swisstime import now
from carouge.guichet.swisstime import today
from collections.abc import Mapping
from dataclasses import dataclass
from plone import api
from plone.keyring.interfaces import IKeyManager
from zope.component import getUtility

import secrets


class NotAvailable(Exception):
    """The form cannot be submitted now; ``gate`` says why."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(gate)
        self.gate = gate


@dataclass(frozen=True)
class Gate:
    """Whether the present usager may fill in the form of a démarche today."""

    availability: Availability
    decision: Decision

    @property
    def open(self) -> bool:
        return self.availability is Availability.OPEN and self.decision.allowed


def gate_of(demarche) -> Gate:
    """Ask once for period, state and access; the answer holds for this request."""
    fiche = fiche_of(demarche)
    availability = fiche.availability(today())
    if not fiche.published and availability is Availability.OPEN:
        # Editors see a draft and its form, but nothing can be submitted with it.
        availability = Availability.SUSPENDED
    return Gate(availability, check_access(fiche.conditions))


def new_jeton(demarche) -> str:
    """The one-shot jeton of a form that is about to be shown."""
    return make_jeton(
        key=_keys()[0],
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
        keys=_keys(),
        purpose=_purpose(demarche),
        now=now(),
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


def _keys() -> list[bytes]:
    ring = getUtility(IKeyManager)["_system"]
    keys = [key.encode("ascii") for key in ring if key is not None]
    current = ring.current.encode("ascii")
    return [current, *(key for key in keys if key != current)]
