"""A demande made without account, or entered at the counter, becomes one of an account.

Whoever calls has just seen number and code.
"""

from __future__ import annotations

from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.noms import meme_famille
from carouge.guichet.compte.noms import meme_organisation
from carouge.guichet.compte.noms import meme_prenom
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import code_digest
from carouge.guichet.demande.domain import Controle
from carouge.guichet.demande.domain import DomainError
from carouge.guichet.demande.domain import IdentiteControlee
from carouge.guichet.demande.domain import tracking_code
from carouge.guichet.demande.events import DemandeAvis
from carouge.guichet.demande.events import DemandeRattachee
from carouge.guichet.demande.events import Occasion
from carouge.guichet.demande.traitement import consigner
from carouge.guichet.demande.traitement import USAGER
from carouge.guichet.journal.service import record
from enum import Enum
from zope.event import notify


class Motif(str, Enum):
    """Why a demande does not become one of an account."""

    #: It belongs to another account already.
    DEJA = "deja"
    #: Entered for somebody whose identity the account does not prove.
    PAS_VERIFIE = "pas_verifie"
    AUTRE_IDENTITE = "autre_identite"
    #: Entered for an organisation, and the account acts for none.
    PAS_ORGANISATION = "pas_organisation"
    #: Entered for a person, and the account acts for an organisation.
    PAS_PERSONNE = "pas_personne"


class RattachementRefuse(DomainError):
    """The demande stays as it is; ``motif`` says why."""

    def __init__(self, numero: str, motif: Motif) -> None:
        super().__init__(f"{numero}: {motif.value}")
        self.motif = motif


def rattacher(demande: Demande, compte: Compte) -> bool:
    """Give a demande to a compte; whether anything was written.

    The tracking code opens nothing from then on: whoever has the paper has no access.

    What an agent has entered for somebody goes to a verified account of the same
    identity only. Of any other the code is enough; who filed it stays unproved then:
    what the service reads of the person remains what stands in the answers.

    :raises RattachementRefuse: see :class:`Motif`; the journal has a line of it
    """
    if demande.usager_id == compte.id:
        return False
    motif = _refus(demande, compte)
    if motif is not None:
        record("demande.rattacher_refuse", subject=demande.numero, motif=motif.value)
        raise RattachementRefuse(demande.numero, motif)
    demande.usager_id = compte.id
    demande.code_annule = True
    if demande.identite is not None:
        demande.organisation_id = compte.organisation_principal
    consigner(demande, "rattacher", par=compte.id)
    notify(DemandeRattachee(demande))
    return True


def renouveler_code(demande: Demande, secret: bytes, controle: Controle) -> str:
    """A new tracking code for somebody who has lost his; the old one opens nothing.

    It follows from ``secret``. ``controle`` is how the agent has made sure who asks.
    What is kept of the code does not show it.
    """
    code = tracking_code(secret)
    demande.code_digest = code_digest(demande.numero, code)
    demande.code_annule = False
    consigner(demande, "code", controle=controle.value)
    notify(DemandeAvis(demande, Occasion.CODE, USAGER))
    return code


def _refus(demande: Demande, compte: Compte) -> Motif | None:
    if demande.owner_ids:
        return Motif.DEJA
    identite = demande.identite
    if identite is None:
        return None
    if compte.level < Level.VERIFIED:
        return Motif.PAS_VERIFIE
    if not identite.naissance:
        return _refus_organisation(identite, compte)
    if compte.organisation is not None:
        return Motif.PAS_PERSONNE
    prouve = _prouve(compte)
    same = (
        prouve["date_naissance"] == identite.naissance
        and meme_famille(identite.nom, (prouve["nom"], prouve["nom_naissance"]))
        and meme_prenom(identite.prenom, prouve["prenom"])
    )
    return None if same else Motif.AUTRE_IDENTITE


def _refus_organisation(identite: IdentiteControlee, compte: Compte) -> Motif | None:
    organisation = compte.organisation
    if organisation is None:
        return Motif.PAS_ORGANISATION
    if identite.ide and organisation.uid:
        same = identite.ide == organisation.uid
    else:
        same = meme_organisation(identite.nom, organisation.name)
    return None if same else Motif.AUTRE_IDENTITE


def _prouve(compte: Compte) -> dict[str, str]:
    """What somebody else than the person says of his identity; empty for nothing."""
    names = ("prenom", "nom", "nom_naissance", "date_naissance")
    facts = {name: compte.fact(name) for name in names}
    return {
        name: fact.value if fact is not None and fact.locked else ""
        for name, fact in facts.items()
    }
