"""Residence in the commune: what the register said, how long it counts, what it locks.

Asking (:func:`ask`) goes over the network and writes nothing; writing (:func:`apply`)
asks nobody. A login does the first before and the second after it has stored the
compte; :func:`refresh` does both for a compte that exists.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import compte_id
from carouge.guichet.compte.domain import Identite
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.service import get_compte
from carouge.guichet.compte.taches import note_residency
from carouge.guichet.registre.domain import first_names_agree
from carouge.guichet.registre.domain import normalise
from carouge.guichet.registre.domain import PROFILE_FIELDS
from carouge.guichet.registre.domain import ResidentMember
from carouge.guichet.registre.domain import ResidentQuery
from carouge.guichet.registre.domain import ResidentRecord
from carouge.guichet.registre.domain import ResidentResult
from carouge.guichet.registre.domain import Status
from carouge.guichet.registre.service import lookup
from dataclasses import replace
from datetime import date
from datetime import datetime
from datetime import timedelta

import secrets


#: An older answer opens nothing: the register is asked again.
VALID_FOR = timedelta(hours=24)

#: How long each answer is kept before a login asks again; the others are not kept.
KEPT_FOR = {
    Status.RESIDENT: VALID_FOR,
    Status.NOT_RESIDENT: timedelta(hours=1),
    Status.AMBIGUOUS: timedelta(hours=1),
    Status.UNAVAILABLE: timedelta(minutes=5),
}

#: Somebody who presses a button again and again is not a reason to ask.
PAUSE = timedelta(seconds=15)

HOUSEHOLD = "household"

#: The fact of a compte that each field of the register fills.
FACT_OF_FIELD = {
    "given_names": "prenom",
    "family_name": "nom",
    "original_name": "nom_naissance",
    "birthdate": "date_naissance",
    "sex": "sexe",
    "nationality": "nationalite",
    "marital_status": "etat_civil",
    "avs": "avs",
    "street": "rue",
    "house_number": "numero",
    "address_line": "complement",
    "swiss_zip": "npa",
    "town": "localite",
}

# An answer of these says that no register vouches for the person (any more).
_RELEASING = (Status.NOT_RESIDENT, Status.NOT_CONFIGURED)


def current_residency(compte: Compte, moment: datetime) -> Status | None:
    """The register's answer as it counts at ``moment``; None when never asked."""
    if compte.residency_at is None:
        return None
    if moment - compte.residency_at > VALID_FOR:
        return Status.UNAVAILABLE
    return compte.residency


def concerned(who: Identite | Compte) -> bool:
    """Whether the register is asked about somebody: verified natural persons only."""
    return who.account_type is AccountType.PERSONNE and who.level >= Level.VERIFIED


def ask(
    identite: Identite, *, purpose: str, force: bool = False
) -> ResidentResult | None:
    """Ask the register about somebody who logs in, before anything is written.

    None when there is nothing new to say: the register is not asked about such an
    account, or its last answer still counts and nothing of the person has changed.
    ``purpose`` is one word for the journal. Goes over the network, unless None.
    """
    if not concerned(identite):
        return None
    id_ = compte_id(identite.issuer, identite.subject)
    query = _query_of_identite(identite)
    compte = get_compte(id_)
    if not force and compte is not None and _still_counts(compte, query):
        return None
    return lookup(query, PROFILE_FIELDS, purpose=purpose, subject=id_)


def apply(compte: Compte, result: ResidentResult | None) -> None:
    """Write what the register said: status, locked facts, household.

    None leaves all as it was, unless the register is not asked about the compte any
    more: then what it once said becomes the person's own.
    """
    if result is None:
        if not concerned(compte):
            compte.residency = None
            compte.residency_at = None
            compte.residency_source = ""
            _release(compte)
            note_residency(compte)
        return
    compte.residency = result.status
    compte.residency_at = result.checked_at
    compte.residency_source = result.source
    note_residency(compte)
    if result.record is not None:
        _write_facts(compte, result.record, result)
        _write_household(compte, result.record, result)
    elif result.status in _RELEASING:
        _release(compte)


def refresh(compte: Compte, *, purpose: str = "actualiser") -> Status | None:
    """Ask again about a compte and write the answer; returns what counts now.

    For a button of the person or of the desk. Goes over the network: call it before
    anything is written. Within :data:`PAUSE` of the last answer nobody is asked.
    """
    now = swisstime.now()
    if not concerned(compte):
        apply(compte, None)
    elif compte.residency_at is None or now - compte.residency_at > PAUSE:
        query = _query_of_compte(compte)
        apply(
            compte,
            lookup(query, PROFILE_FIELDS, purpose=purpose, subject=compte.id),
        )
    return current_residency(compte, swisstime.now())


def _still_counts(compte: Compte, query: ResidentQuery) -> bool:
    kept = KEPT_FOR.get(compte.residency)
    return (
        kept is not None
        and compte.residency_at is not None
        and swisstime.now() - compte.residency_at <= kept
        # An answer about somebody else says nothing.
        and _query_of_compte(compte) == query
    )


def _query_of_identite(identite: Identite) -> ResidentQuery:
    return ResidentQuery(
        family_name=identite.family_name,
        given_names=identite.given_name,
        birthdate=identite.birthdate,
        sex=identite.sex,
        avs=identite.avs,
    )


def _query_of_compte(compte: Compte) -> ResidentQuery:
    """By what the login proved, never by what the person or the register says."""
    proved = compte.values_from(Source.EDEMARCHES)
    born = proved.get("date_naissance")
    return ResidentQuery(
        family_name=proved.get("nom", ""),
        given_names=proved.get("prenom", ""),
        birthdate=date.fromisoformat(born) if born else None,
        sex=proved.get("sexe", ""),
        avs=proved.get("avs", ""),
    )


# --- facts ----------------------------------------------------------------------


def _write_facts(
    compte: Compte, record: ResidentRecord, result: ResidentResult
) -> None:
    values = {
        fact: _text(getattr(record, name)) if name in result.fields else ""
        for name, fact in FACT_OF_FIELD.items()
    }
    # What the register delivered once and does not deliver any more.
    _hand_over(compte, [name for name, value in values.items() if not value])
    compte.set_facts(Source.REGISTRE, values, result.checked_at)


def _text(value: str | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def _release(compte: Compte) -> None:
    """All that the register said becomes the person's own."""
    _hand_over(compte, FACT_OF_FIELD.values())
    _hand_over_household(compte)


def _hand_over(compte: Compte, names) -> None:
    for name in names:
        fact = compte.fact(name)
        if fact is not None and fact.source is Source.REGISTRE:
            compte.set_facts(Source.DECLARE, {name: fact.value}, fact.at)
            compte.set_facts(Source.REGISTRE, {name: ""}, fact.at)


# --- household ------------------------------------------------------------------


def _write_household(
    compte: Compte, record: ResidentRecord, result: ResidentResult
) -> None:
    if HOUSEHOLD not in result.fields:
        _hand_over_household(compte)
        return
    listed = [
        member
        for member in record.household
        if not (record.person_id and member.person_id == record.person_id)
    ]
    kept = set()
    for member in listed:
        membre = _known(compte, member, kept) or Membre(
            secrets.token_urlsafe(9), Role.ADULTE, "", "", None
        )
        kept.add(membre.id)
        compte.put_membre(
            replace(
                membre,
                role=Role(member.role),
                prenom=member.given_names,
                nom=member.family_name,
                date_naissance=member.birthdate,
                sexe=member.sex,
                source=Source.REGISTRE,
                at=result.checked_at,
                registre_id=member.person_id,
            )
        )
    for membre in compte.foyer:
        if membre.source is Source.REGISTRE and membre.id not in kept:
            compte.drop_membre(membre.id)


def _known(compte: Compte, member: ResidentMember, taken: set[str]) -> Membre | None:
    """Who of the household this is: by the register's id, else declared by the person.

    Whom the person had declared keeps id, school and class when the register learns
    to know him.
    """
    free = [membre for membre in compte.foyer if membre.id not in taken]
    for membre in free:
        if membre.registre_id and membre.registre_id == member.person_id:
            return membre
    for membre in free:
        if (
            membre.source is Source.DECLARE
            and membre.date_naissance is not None
            and membre.date_naissance == member.birthdate
            and normalise(membre.nom) == normalise(member.family_name)
            and first_names_agree(membre.prenom, member.given_names)
        ):
            return membre
    return None


def _hand_over_household(compte: Compte) -> None:
    for membre in compte.foyer:
        if membre.source is Source.REGISTRE:
            compte.put_membre(replace(membre, source=Source.DECLARE))
