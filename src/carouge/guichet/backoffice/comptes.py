"""The door of the desk to the citizens' accounts."""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.backoffice.domain import normalise_line_ends
from carouge.guichet.compte import residency
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.events import Occasion
from carouge.guichet.compte.events import write_to
from carouge.guichet.compte.identifiant import typed_key
from carouge.guichet.compte.local import comptes_locaux
from carouge.guichet.compte.local import decide
from carouge.guichet.compte.local import find_local
from carouge.guichet.compte.service import comptes
from carouge.guichet.compte.service import get_compte
from carouge.guichet.compte.taches import ambiguous_ids
from carouge.guichet.controlpanel.service import public_address
from carouge.guichet.demande.queries import list_demandes
from carouge.guichet.demarche.service import guichets
from carouge.guichet.dossier.courrier import oublier_courrier
from carouge.guichet.formulaire.domain import has_control_characters
from carouge.guichet.formulaire.domain import MAX_TEXT
from carouge.guichet.identity.service import end_sessions
from carouge.guichet.identity.service import forget
from carouge.guichet.journal.service import record
from carouge.guichet.registre.domain import normalise
from carouge.guichet.registre.domain import Status
from collections.abc import Iterable
from itertools import islice
from plone import api


#: Most accounts in one list; whoever looks for one of more types more of its name.
MOST = 50
#: Shorter words are in every name.
MIN_SEARCH = 2
MAX_SEARCH = 200


class NoCompte(LookupError):
    """There is no such account (any more)."""


class NotLocal(ValueError):
    """The canton keeps this account: there is nothing to decide about it here."""


class ReasonRequired(ValueError):
    """Nobody is refused without a reason."""


class UnusableReason(ValueError):
    """The reason is too long or holds characters no keyboard makes."""


class Outdated(Exception):
    """Somebody else has decided since the page was made; nothing was written."""


def waiting() -> list[Compte]:
    """Local accounts to validate, the oldest first."""
    found = _existing(comptes_locaux().a_valider)
    return sorted(found, key=lambda compte: compte.created)[:MOST]


def ambiguous() -> list[Compte]:
    """Comptes to which several people of the register answer."""
    return [*islice(_existing(ambiguous_ids()), MOST)]


def count_waiting() -> int:
    """How many accounts the staff has to look at."""
    return len(comptes_locaux().a_valider) + len(ambiguous_ids())


def search(text: str) -> list[Compte]:
    """Accounts by identifier, e-mail address, id or (part of) the name; told to the
    journal.

    Names are compared without capitals and accents, all words must be in it.
    """
    text = text[:MAX_SEARCH].strip()
    found: dict[str, Compte] = {}
    for compte in (find_local(text), get_compte(text)):
        if compte is not None:
            found[compte.id] = compte
    if not found and len(text) >= MIN_SEARCH:
        matches = (compte for compte in comptes() if _matches(compte, text))
        found = {compte.id: compte for compte in islice(matches, MOST)}
    record("compte.chercher", subject=str(len(found)))
    return [*found.values()]


def open_compte(compte_id: str) -> Compte:
    """One account; each opening is told to the journal.

    :raises NoCompte: see there
    """
    compte = get_compte(compte_id)
    if compte is None:
        raise NoCompte(compte_id)
    record("compte.consulter", subject=compte.id)
    return compte


def version_of(compte: Compte) -> str:
    """Changes with each decision about a local account."""
    at = compte.local.decide_at if compte.local is not None else None
    return at.isoformat() if at is not None else ""


def validate(compte: Compte, *, version: str, guichet) -> None:
    """Let the person change the account from now on, and tell him so; once.

    :raises NotLocal: see there
    :raises Outdated: see there
    """
    if _decide(compte, accept=True, motif="", version=version):
        base = public_address() or guichet.absolute_url()
        _write(compte, Occasion.VALIDE, url=f"{base}/mon-espace/compte")


def refuse(compte: Compte, *, motif: str, version: str) -> None:
    """Close an account and tell the person why; once.

    :raises NotLocal: see there
    :raises ReasonRequired: see there
    :raises UnusableReason: see there
    :raises Outdated: see there
    """
    motif = normalise_line_ends(motif)
    if not motif:
        raise ReasonRequired
    if len(motif) > MAX_TEXT or has_control_characters(motif):
        raise UnusableReason
    if _decide(compte, accept=False, motif=motif, version=version):
        end_sessions(compte)
        _write(compte, Occasion.REFUSE, motif=motif)


def ask_register(compte: Compte) -> Status | None:
    """Ask the residents' register again; returns what counts now.

    Goes over the network, before anything is written.
    """
    return residency.refresh(compte, purpose="bureau")


def can_ask_register(compte: Compte) -> bool:
    """Whether the register is asked about such an account at all."""
    return residency.concerned(compte)


def current_residency(compte: Compte) -> Status | None:
    """The register's answer as it counts now."""
    return residency.current_residency(compte, swisstime.now())


def erase(compte: Compte) -> None:
    """Erase an account; the demandes stay with the services."""
    if compte.local is not None:
        _write(compte, Occasion.EFFACE)
    # Letters and calls that wait have his name and his address.
    own = list_demandes(usager=compte.id, size=10_000).rows
    numeros = {row.numero for row in own}
    for guichet in guichets():
        oublier_courrier(guichet, numeros)
    forget(compte.id)
    comptes().remove(compte.id)
    record("compte.effacer", subject=compte.id)


def _decide(compte: Compte, *, accept: bool, motif: str, version: str) -> bool:
    local = compte.local
    if local is None:
        raise NotLocal(compte.id)
    me = api.user.get_current().getId()
    if version != version_of(compte):
        same = (local.valide, local.refuse, local.motif, local.decide_par) == (
            accept,
            not accept,
            motif,
            me,
        )
        if same:
            # A double click, a reload.
            return False
        raise Outdated
    return decide(compte, accept=accept, motif=motif, by=me)


def _write(compte: Compte, occasion: Occasion, **values: str) -> None:
    write_to(compte, compte.courriel_verifie, occasion, **values)


def _existing(ids: Iterable[str]) -> Iterable[Compte]:
    return (compte for id in ids if (compte := get_compte(id)) is not None)


def _matches(compte: Compte, text: str) -> bool:
    if "@" in text:
        addresses = (compte.value("courriel"), compte.courriel_verifie)
        return typed_key(text) in map(typed_key, addresses)
    names = normalise(f"{compte.nom_personne} {compte.nom_affiche}")
    if compte.local is not None:
        names += " " + normalise(compte.local.identifiant)
    words = normalise(text).split()
    return bool(words) and all(word in names for word in words)
