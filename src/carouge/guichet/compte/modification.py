"""The door for whatever a person changes in his compte, by page or by REST.

Everything is checked before anything is written.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte import foyer
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import ADDRESS_FACTS
from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.domain import CONTACT_FACTS
from carouge.guichet.compte.domain import DomainError
from carouge.guichet.compte.domain import LANGUES
from carouge.guichet.compte.domain import LockedFact
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import ORGANISATION_FACTS
from carouge.guichet.compte.domain import PERSON_FACTS
from carouge.guichet.compte.foyer import DuplicateMembre
from carouge.guichet.compte.foyer import Household
from carouge.guichet.compte.saisie import parse_facts
from carouge.guichet.compte.saisie import Problem
from carouge.guichet.compte.service import change_facts
from carouge.guichet.compte.service import may_edit
from carouge.guichet.compte.verification import channel_works
from carouge.guichet.controlpanel.service import schools
from carouge.guichet.journal.service import record
from collections.abc import Mapping
from plone import api
from uuid import uuid4


#: Written only by a code that came back; see compte/verification.py.
VERIFIED_FACTS = frozenset({"courriel"})


class ReadOnly(DomainError):
    """Nothing of this compte may be changed for the time being."""


class InvalidFacts(DomainError):
    """Some values cannot be taken; ``problems`` by name. Nothing was written."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(", ".join(problems))
        self.problems = dict(problems)


class NeedsVerification(DomainError):
    """An address is changed by sending a code there, never directly."""


class ChannelNotReady(DomainError):
    """Something is missing before the person can be reached this way."""


class LockedRemoval(DomainError):
    """A member from the register is not removed here."""


class NoHousehold(DomainError):
    """An organisation has no household."""


# --- facts ----------------------------------------------------------------------


def fact_names(compte: Compte) -> tuple[str, ...]:
    """The facts a compte of this kind may hold, in the order of the screen."""
    if compte.account_type is AccountType.PERSONNE:
        return PERSON_FACTS + ADDRESS_FACTS + CONTACT_FACTS
    return ORGANISATION_FACTS + PERSON_FACTS + ADDRESS_FACTS + CONTACT_FACTS


def write_facts(compte: Compte, values: Mapping[str, object]) -> None:
    """Check and write what the person typed; names that are not given stay.

    :raises ReadOnly: nothing may be changed
    :raises KeyError: a name that is no fact of this compte
    :raises carouge.guichet.compte.domain.LockedFact: another source holds one of them
    :raises NeedsVerification: an address that takes a code
    :raises InvalidFacts: values that cannot be taken
    """
    _check_editable(compte)
    known = fact_names(compte)
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise KeyError(unknown[0])
    good, problems = parse_facts(dict(values), swisstime.today())
    locked = tuple(
        name
        for name in known
        if name in values
        and (fact := compte.fact(name))
        and fact.locked
        and good.get(name) != fact.value
    )
    if locked:
        raise LockedFact(locked)
    if problems:
        raise InvalidFacts(problems)
    if any(good[name] != compte.value(name) for name in VERIFIED_FACTS & set(good)):
        raise NeedsVerification
    changes = {
        name: value for name, value in good.items() if value != compte.value(name)
    }
    if changes:
        change_facts(compte, changes)


# --- preferences ----------------------------------------------------------------


def offered_channels() -> tuple[Canal, ...]:
    """The ways to reach a person that this counter has."""
    return tuple(
        canal for canal in Canal if canal is not Canal.SMS or channel_works(Canal.SMS)
    )


def offered_languages() -> tuple[str, ...]:
    """The languages the counter writes in and the site has, at least its own."""
    default = api.portal.get_default_language().split("-")[0]
    available = api.portal.get_registry_record(
        "plone.available_languages", default=None
    )
    codes = {code.split("-")[0] for code in available or ()} | {default}
    return tuple(code for code in LANGUES if code in codes) or ("fr",)


def channel_ready(compte: Compte, canal: Canal) -> bool:
    """Whether the compte holds what it takes to reach the person this way."""
    if canal is Canal.SMS:
        return bool(compte.telephone_verifie)
    if canal is Canal.TELEPHONE:
        return bool(compte.value("telephone"))
    if canal is Canal.LETTRE:
        return bool(compte.value("npa") and compte.value("localite"))
    return bool(compte.value("courriel"))


def write_preferences(
    compte: Compte, *, canal: str | None = None, langue: str | None = None
) -> None:
    """Write how and in which language the person wants to be told; None leaves it.

    :raises ReadOnly: nothing may be changed
    :raises InvalidFacts: a channel or language that is not offered
    :raises ChannelNotReady: number or address is missing, or not verified
    """
    _check_editable(compte)
    problems = {}
    if canal is not None and canal not in {item.value for item in offered_channels()}:
        problems["canal"] = Problem.CHOICE
    if langue is not None and langue not in {*offered_languages(), compte.langue}:
        problems["langue"] = Problem.CHOICE
    if problems:
        raise InvalidFacts(problems)
    if canal is not None and not channel_ready(compte, Canal(canal)):
        raise ChannelNotReady(canal)
    if canal is not None and compte.canal is not Canal(canal):
        compte.canal = Canal(canal)
        record("compte.modifier", subject=compte.id)
    if langue is not None and compte.langue != langue:
        compte.langue = langue
        record("compte.modifier", subject=compte.id)


# --- foyer ----------------------------------------------------------------------


def has_household(compte: Compte) -> bool:
    """Only a natural person has a household."""
    return compte.account_type is AccountType.PERSONNE


def add_membre(compte: Compte, values: Mapping[str, object]) -> Membre:
    """Take somebody into the household; the same words twice are one member.

    :raises ReadOnly: nothing may be changed
    :raises NoHousehold: the compte is an organisation's
    :raises: what :func:`carouge.guichet.compte.foyer.made` raises
    """
    _check_editable(compte)
    if not has_household(compte):
        raise NoHousehold
    household = _household(compte)
    now, today = swisstime.now(), swisstime.today()
    membre_id = uuid4().hex
    try:
        membre = foyer.made(household, membre_id, values, today=today, now=now)
    except DuplicateMembre as error:
        # A double click, a reload: what was asked for is done.
        alone = Household((), household.ecoles)
        wanted = foyer.made(alone, membre_id, values, today=today, now=now)
        if not error.membre.locked and foyer.same_words(error.membre, wanted):
            return error.membre
        raise
    compte.put_membre(membre)
    record("compte.foyer_ajouter", subject=compte.id)
    return membre


def change_membre(
    compte: Compte, membre_id: str, values: Mapping[str, object]
) -> Membre:
    """Change what may be changed of a member.

    :raises ReadOnly: nothing may be changed
    :raises LookupError: he is not of this household, or a name that is no field
    :raises: what :func:`carouge.guichet.compte.foyer.changed` raises
    """
    _check_editable(compte)
    membre = compte.membre(membre_id)
    if membre is None:
        raise LookupError(membre_id)
    changed = foyer.changed(
        _household(compte),
        membre,
        values,
        today=swisstime.today(),
        now=swisstime.now(),
    )
    if changed != membre:
        compte.put_membre(changed)
        record("compte.foyer_modifier", subject=compte.id)
    return changed


def remove_membre(compte: Compte, membre_id: str) -> None:
    """Forget a member; nothing happens when he is gone already.

    :raises ReadOnly: nothing may be changed
    :raises LockedRemoval: the register says that he is of the household
    """
    _check_editable(compte)
    membre = compte.membre(membre_id)
    if membre is None:
        return
    if membre.locked:
        raise LockedRemoval(membre_id)
    compte.drop_membre(membre_id)
    record("compte.foyer_retirer", subject=compte.id)


def _household(compte: Compte) -> Household:
    return Household(tuple(compte.foyer), schools())


def _check_editable(compte: Compte) -> None:
    if not may_edit(compte):
        raise ReadOnly(compte.id)
