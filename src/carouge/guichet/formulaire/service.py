"""The door between the form of a démarche and a demande."""

from __future__ import annotations

from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import DomainError
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.modification import write_facts
from carouge.guichet.compte.residency import current_residency
from carouge.guichet.compte.service import current_compte
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import FaitUtilise
from carouge.guichet.demande.domain import MembreConcerne
from carouge.guichet.demande.service import find_submission
from carouge.guichet.demande.service import Submission
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demarche.service import Gate
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.formulaire.answers import pieces_of
from carouge.guichet.formulaire.answers import reponses_of
from carouge.guichet.formulaire.answers import text_of
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.domain import idempotent_jeton
from carouge.guichet.formulaire.domain import Jeton
from carouge.guichet.formulaire.domain import make_jeton
from carouge.guichet.formulaire.domain import read_jeton
from carouge.guichet.formulaire.prefill import origin_of
from carouge.guichet.formulaire.prefill import Reprise
from carouge.guichet.formulaire.prefill import reprise_of
from carouge.guichet.formulaire.prefill import savable
from carouge.guichet.keys import signing_keys
from carouge.guichet.swisstime import now
from collections.abc import Mapping
from datetime import date
from plone import api

import hashlib
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


def deposit(
    demarche, values: Mapping[str, object], jeton: Jeton, *, donnee: str = ""
) -> Submission:
    """Make a demande of validated answers; the same jeton gives the same demande.

    What the compte holds for certain is the answer, whatever ``values`` say.
    ``donnee`` is the fact a request for correction is about.

    :raises NotAvailable: when the démarche is closed, suspended, or not for this usager
    """
    gate = gate_of(demarche)
    if not gate.open:
        raise NotAvailable(gate)
    form = compile_form(demarche)
    compte = current_compte()
    reprise = reprise_of(form, compte, values, donnee)
    values = {**values, **reprise.locked_values}
    membre = next(iter(reprise.membres.values()), None)
    return submit_demande(
        guichet=guichet_of(demarche),
        demarche=demarche,
        reponses=reponses_of(form, values),
        pieces=pieces_of(form, values),
        form_version=form.version,
        secret=jeton.secret,
        year=jeton.issued.year,
        courriel=_courriel(form, values, compte),
        usager_id=_user_id() or None,
        organisation_id=compte.organisation_principal if compte else None,
        deposant=_deposant(compte) if compte else None,
        membre=MembreConcerne(membre.id, membre.nom_complet) if membre else None,
        faits=_faits(form, values, reprise),
    )


def keep_in_compte(demarche, values: Mapping[str, object]) -> list[str]:
    """Keep the answers in the compte of who gives them, as far as they are his to say.

    Empty answers forget nothing. Returns the names of the facts that could not be kept.
    """
    compte = current_compte()
    if compte is None:
        return []
    form = compile_form(demarche)
    unkept = []
    for name in savable(form, reprise_of(form, compte, values)):
        value = values.get(name)
        text = value.isoformat() if isinstance(value, date) else value
        if not text:
            continue
        fact = form.sources[name]
        try:
            write_facts(compte, {fact: text})
        except DomainError:
            unkept.append(fact)
    return unkept


def person_mark() -> str:
    """Marks who is in front of the screen, and tells nothing about him; may be empty."""
    user_id = _user_id()
    return hashlib.sha256(user_id.encode()).hexdigest()[:12] if user_id else ""


def _courriel(
    form: CompiledForm, values: Mapping[str, object], compte: Compte | None
) -> str | None:
    if form.contact:
        return values.get(form.contact)
    return (compte.value("courriel") or None) if compte else None


_NIVEAUX = {Level.DECLARED: "declare", Level.VERIFIED: "verifie"}


def _deposant(compte: Compte) -> Deposant:
    organisation = compte.organisation
    residency = current_residency(compte, now())
    return Deposant(
        compte=compte.id,
        type=compte.account_type.value,
        niveau=_NIVEAUX.get(compte.level, ""),
        nom=compte.nom_personne,
        organisation=organisation.name if organisation else "",
        ide=organisation.uid if organisation else "",
        mandat=compte.mandate,
        acr=compte.acr,
        residence=residency.value if residency else "",
    )


def _faits(
    form: CompiledForm, values: Mapping[str, object], reprise: Reprise
) -> list[FaitUtilise]:
    """The answers that a compte had a say in, with where each comes from."""
    faits = []
    for name, known in reprise.propositions.items():
        value = values.get(name)
        if value in (None, ""):
            continue
        same = value == known.value
        faits.append(
            FaitUtilise(
                champ=name,
                fait=known.fait,
                valeur=text_of(form.schema[name], value),
                source=known.source.value if same else Source.DECLARE.value,
                origine=(
                    known.origin if same else origin_of(Source.DECLARE, reprise.compte)
                ),
                date=(known.at if same and known.at else now()).isoformat(
                    timespec="seconds"
                ),
                verrouille=known.locked,
            )
        )
    return faits


def _user_id() -> str:
    return "" if api.user.is_anonymous() else api.user.get_current().getId()


def _purpose(demarche) -> str:
    # Bound to the person as well: a page somebody else made cannot submit in his name.
    return f"{demarche.UID()}:{_user_id()}"
