"""Accounts of the commune's own, for whoever has no cantonal login.

Their comptes lie with all others; here is what only they have: identifier, secrets,
the staff's decision, and the indexes by which they are found. Class paths are stored:
they never move.
"""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from BTrees.OOBTree import OOTreeSet
from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import DomainError
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.identifiant import make_identifiant
from carouge.guichet.compte.identifiant import skeleton
from carouge.guichet.compte.identifiant import typed_key
from carouge.guichet.compte.service import add_compte
from carouge.guichet.compte.service import get_compte
from carouge.guichet.journal.service import record
from collections.abc import Mapping
from datetime import datetime
from persistent import Persistent
from plone import api
from zope.annotation.interfaces import IAnnotations

import secrets


_KEY = "carouge.guichet.comptes_locaux"

#: Stands where cantonal comptes have the address of their provider.
ISSUER = "local"


class CourrielTaken(DomainError):
    """Another account of the commune's own logs in with this e-mail address."""


class CompteLocal(Persistent):
    """What a compte has only when the commune itself keeps the account.

    ``mot_de_passe`` and ``reponse`` are Argon2 hashes; ``question`` and ``reponse`` are
    empty when the person set none. Moments are timezone-aware.
    """

    question = ""
    reponse = ""
    # The staff's decision: nothing yet, validated, or refused with a reason.
    valide = False
    refuse = False
    motif = ""
    decide_at: datetime | None = None
    decide_par = ""

    def __init__(self, identifiant: str, mot_de_passe: str, at: datetime) -> None:
        self.identifiant = identifiant
        self.mot_de_passe = mot_de_passe
        self.mot_de_passe_at = at

    @property
    def a_valider(self) -> bool:
        """Whether the staff has still to decide."""
        return not (self.valide or self.refuse)


class ComptesLocaux(Persistent):
    """How the local accounts of a site are found, and which of them wait."""

    def __init__(self) -> None:
        # typed_key of the identifier, and of the confirmed e-mail: id of the compte.
        self.identifiants = OOBTree()
        self.courriels = OOBTree()
        # skeleton of each identifier ever given out: never given to anybody else.
        self.silhouettes = OOTreeSet()
        # Ids of the comptes the staff has to decide about.
        self.a_valider = OOTreeSet()


def comptes_locaux() -> ComptesLocaux:
    """The indexes of the site, to read; empty until the first account."""
    return IAnnotations(api.portal.get()).get(_KEY) or ComptesLocaux()


def create_local(
    values: Mapping[str, str],
    *,
    mot_de_passe: str,
    question: str = "",
    reponse: str = "",
    now: datetime | None = None,
) -> Compte:
    """Open an account for somebody whose e-mail address is confirmed.

    ``values`` are facts the person declares, ``courriel`` (confirmed), ``prenom`` and
    ``nom`` among them; ``mot_de_passe`` and ``reponse`` are hashes.

    :raises CourrielTaken: there is an account with this address
    """
    now = now or swisstime.now()
    index = _writable()
    courriel = values["courriel"]
    if typed_key(courriel) in index.courriels:
        raise CourrielTaken
    identifiant = make_identifiant(
        values.get("prenom", ""),
        values.get("nom", ""),
        lambda key: key in index.silhouettes,
    )
    compte_id = f"lo-{secrets.token_hex(12)}"
    compte = Compte(compte_id, ISSUER, compte_id, AccountType.PERSONNE)
    compte.level = Level.DECLARED
    compte.created = now
    compte.courriel_verifie = courriel
    compte.set_facts(Source.DECLARE, values, now)
    compte.local = CompteLocal(identifiant, mot_de_passe, now)
    compte.local.question = question
    compte.local.reponse = reponse
    add_compte(compte)
    index.identifiants[typed_key(identifiant)] = compte_id
    index.silhouettes.insert(skeleton(identifiant))
    index.courriels[typed_key(courriel)] = compte_id
    index.a_valider.insert(compte_id)
    record("compte.creer", subject=compte_id)
    return compte


def find_local(typed: str) -> Compte | None:
    """The local account of an identifier or a confirmed e-mail address, as typed."""
    index = comptes_locaux()
    key = typed_key(typed)
    compte_id = index.courriels.get(key) if "@" in key else index.identifiants.get(key)
    if compte_id is None:
        return None
    compte = get_compte(compte_id)
    return compte if compte is not None and compte.local is not None else None


def local_of_courriel(courriel: str) -> Compte | None:
    """The local account that logs in with this confirmed e-mail address."""
    return find_local(courriel) if "@" in courriel else None


def follow_courriel(compte: Compte, earlier: str) -> None:
    """Let somebody log in with the address he has just confirmed in his compte.

    When another account logs in with it already, this one keeps its identifier only.
    """
    if compte.local is None:
        return
    index = _writable()
    if index.courriels.get(typed_key(earlier)) == compte.id:
        del index.courriels[typed_key(earlier)]
    index.courriels.setdefault(typed_key(compte.courriel_verifie), compte.id)


def decide(
    compte: Compte,
    *,
    accept: bool,
    motif: str = "",
    by: str,
    now: datetime | None = None,
) -> bool:
    """Write the staff's decision about a local account; False when it was the same.

    ``by`` is the user id of whoever decides. A refused account cannot be logged in
    with; the caller ends its sessions.

    :raises DomainError: it is no local account
    """
    local = compte.local
    if local is None:
        raise DomainError("not a local account")
    if (local.valide, local.refuse) == (accept, not accept) and (
        accept or local.motif == motif
    ):
        return False
    local.valide = accept
    local.refuse = not accept
    local.motif = "" if accept else motif
    local.decide_at = now or swisstime.now()
    local.decide_par = by
    index = _writable()
    if compte.id in index.a_valider:
        index.a_valider.remove(compte.id)
    record("compte.valider" if accept else "compte.refuser", subject=compte.id)
    return True


def forget_local(compte: Compte) -> None:
    """Take a local account out of the indexes; its compte is removed by the caller.

    The identifier stays taken: a later person must not inherit letters and trust.
    """
    if compte.local is None:
        return
    index = _writable()
    index.identifiants.pop(typed_key(compte.local.identifiant), None)
    if index.courriels.get(typed_key(compte.courriel_verifie)) == compte.id:
        del index.courriels[typed_key(compte.courriel_verifie)]
    if compte.id in index.a_valider:
        index.a_valider.remove(compte.id)


def _writable() -> ComptesLocaux:
    annotations = IAnnotations(api.portal.get())
    if _KEY not in annotations:
        annotations[_KEY] = ComptesLocaux()
    return annotations[_KEY]
