"""The only door to the comptes."""

from __future__ import annotations

from AccessControl import getSecurityManager
from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.content import Comptes
from carouge.guichet.compte.domain import compte_id
from carouge.guichet.compte.domain import FACTS
from carouge.guichet.compte.domain import Identite
from carouge.guichet.compte.domain import LockedFact
from carouge.guichet.compte.domain import Source
from carouge.guichet.controlpanel.service import colleagues_share
from carouge.guichet.journal.service import record
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from datetime import datetime
from plone import api
from zope.annotation.interfaces import IAnnotations


# On the site itself, outside the PAS plugin: whoever removes the plugin, or the whole
# add-on, does not throw away what the demandes refer to.
_KEY = "carouge.guichet.comptes"


def comptes() -> Comptes:
    """The comptes of the site; empty until the first login."""
    found = IAnnotations(api.portal.get()).get(_KEY)
    # Not « or »: whether it is empty is a question to every leaf of a large tree.
    return Comptes() if found is None else found


def get_compte(user_id: str) -> Compte | None:
    """The compte of a Plone user id, or None: staff and strangers have none."""
    return comptes().get(user_id)


def born_on(naissance: date) -> list[Compte]:
    """The comptes of whoever was born on that day, organisations' included."""
    return comptes().nes_le(naissance)


# Set by nothing but acting_as(): who is at work looks through the eyes of somebody.
_simulated: ContextVar[tuple[Compte | None] | None] = ContextVar(
    "carouge.guichet.simulated", default=None
)


@contextmanager
def acting_as(compte: Compte | None) -> Iterator[None]:
    """Let :func:`current_compte` answer ``compte`` inside the block.

    For editors who look at a form as another kind of usager. Whoever calls it has to
    see to it that nothing of the request is stored.
    """
    token = _simulated.set((compte,))
    try:
        yield
    finally:
        _simulated.reset(token)


def current_compte() -> Compte | None:
    """The compte of whoever makes the current request, or None."""
    simulated = _simulated.get()
    if simulated is not None:
        return simulated[0]
    # Asked many times in each request: the tools behind api.user take ten times longer.
    identifiant = getSecurityManager().getUser().getId()
    return get_compte(identifiant) if identifiant else None


def owner_ids(compte: Compte) -> list[str]:
    """The principals whose demandes this compte sees: its own id first.

    Colleagues share what is filed for an organisation with a verified UID, unless the
    control panel says otherwise.
    """
    principal = compte.organisation_principal
    if principal is None or not compte.organisation.uid or not colleagues_share():
        return [compte.id]
    return [compte.id, principal]


def may_edit(compte: Compte) -> bool:
    """Whether the person may change anything of the compte.

    Nobody proved an account of the commune's own: its data stay as they were given
    until the staff has compared them.
    """
    return compte.local is None or compte.local.valide


def add_compte(compte: Compte) -> None:
    """Keep a new compte.

    :raises KeyError: its id is taken
    """
    _writable().add(compte)


def connect(identite: Identite, *, now: datetime | None = None) -> Compte:
    """Find or make the compte of somebody who has just proved who he is.

    Type, level, organisation and what the provider says of the person are written anew
    at each login: an upgrade keeps the demandes, a downgrade takes effect at once.
    """
    now = now or swisstime.now()
    organisation = identite.organisation
    id_ = compte_id(
        identite.issuer, identite.subject, organisation.id if organisation else ""
    )
    compte = get_compte(id_)
    if compte is None:
        compte = Compte(id_, identite.issuer, identite.subject, identite.account_type)
        compte.created = now
        _writable().add(compte)
        record("compte.creer", subject=id_)
    compte.account_type = identite.account_type
    compte.level = identite.level
    compte.acr = identite.acr
    compte.mandate = identite.mandate
    compte.organisation = organisation
    compte.last_login = identite.auth_time or now
    compte.set_facts(
        Source.EDEMARCHES,
        {
            "prenom": identite.given_name,
            "nom": identite.family_name,
            "date_naissance": (
                identite.birthdate.isoformat() if identite.birthdate else ""
            ),
            "sexe": identite.sex,
            "avs": identite.avs,
            "courriel": identite.email,
            "telephone": identite.phone,
            "raison_sociale": organisation.name if organisation else "",
            "ide": organisation.uid if organisation else "",
        },
        now,
    )
    return compte


def change_facts(
    compte: Compte, values: Mapping[str, str], *, now: datetime | None = None
) -> None:
    """Write what the person says of himself; an empty value forgets it.

    :raises LockedFact: a source other than the person holds one of them with another
        value; nothing is written
    :raises KeyError: a name that is no fact; nothing is written
    """
    unknown = set(values) - set(FACTS)
    if unknown:
        raise KeyError(min(unknown))
    locked = tuple(
        name
        for name, value in values.items()
        if (fact := compte.fact(name)) and fact.locked and fact.value != value
    )
    if locked:
        raise LockedFact(locked)
    compte.set_facts(
        Source.DECLARE,
        {
            name: value
            for name, value in values.items()
            if not ((fact := compte.fact(name)) and fact.locked)
        },
        now or swisstime.now(),
    )
    record("compte.modifier", subject=compte.id)


def index_births() -> bool:
    """Make the index of birth dates of comptes kept before there was one."""
    annotations = IAnnotations(api.portal.get())
    return _KEY in annotations and annotations[_KEY].inscrire_naissances()


def _writable() -> Comptes:
    annotations = IAnnotations(api.portal.get())
    if _KEY not in annotations:
        annotations[_KEY] = Comptes()
    return annotations[_KEY]
