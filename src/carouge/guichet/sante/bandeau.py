"""Which part outside keeps whom from what, and what still works: one table."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.sante.domain import ANTIVIRUS
from carouge.guichet.sante.domain import BANQUE
from carouge.guichet.sante.domain import COURRIEL
from carouge.guichet.sante.domain import Etat
from carouge.guichet.sante.domain import IDENTITE
from carouge.guichet.sante.domain import REGISTRE
from carouge.guichet.sante.domain import SMS
from carouge.guichet.sante.domain import TACHES
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from zope.i18nmessageid import Message


class Lieu(Enum):
    """Where in the counter somebody is."""

    CATALOGUE = "catalogue"
    FORMULAIRE = "formulaire"
    ESPACE = "mon-espace"
    SUIVI = "suivi"
    AGENTS = "agents"


@dataclass(frozen=True)
class Avis:
    """What does not work, and what one can do all the same."""

    partie: str
    manque: Message
    encore: Message


@dataclass(frozen=True)
class _Regle:
    avis: Avis
    lieux: frozenset[Lieu]
    #: For whoever is logged in, for whoever is not; None: for both.
    connecte: bool | None = None


def _regle(partie, lieux, manque, encore, connecte=None) -> _Regle:
    return _Regle(Avis(partie, manque, encore), frozenset(lieux), connecte)


_REGLES = (
    _regle(
        IDENTITE,
        {Lieu.CATALOGUE, Lieu.FORMULAIRE, Lieu.SUIVI},
        _("Logging in with the e-démarches account does not work at the moment."),
        _(
            "Everything that needs no login works: all pages, the démarches open to "
            "everybody, and following a demande with its number and code."
        ),
        connecte=False,
    ),
    _regle(
        REGISTRE,
        {Lieu.CATALOGUE, Lieu.FORMULAIRE, Lieu.ESPACE},
        _("The residents' register does not answer at the moment."),
        _(
            "A residence confirmed within the last 24 hours still counts. If yours is "
            "not, begin your démarche: it is kept, and you send it later."
        ),
        connecte=True,
    ),
    _regle(
        BANQUE,
        {Lieu.FORMULAIRE, Lieu.ESPACE, Lieu.SUIVI},
        _("Paying online does not work at the moment."),
        _(
            "You can send your demande all the same and pay later. A payment you have "
            "already made is not lost: its confirmation follows by itself."
        ),
    ),
    _regle(
        COURRIEL,
        {Lieu.FORMULAIRE, Lieu.ESPACE, Lieu.SUIVI},
        _("Our e-mails leave late at the moment."),
        _(
            "What you send arrives all the same. Note the number and the code of your "
            "demande; the e-mail follows by itself."
        ),
    ),
    _regle(
        IDENTITE,
        {Lieu.AGENTS},
        _("Citizens cannot log in: the provider of the login does not answer."),
        _("Your own login and the demandes that are here do not depend on it."),
    ),
    _regle(
        REGISTRE,
        {Lieu.AGENTS},
        _("The residents' register does not answer."),
        _("Residences confirmed within the last 24 hours still count."),
    ),
    _regle(
        BANQUE,
        {Lieu.AGENTS},
        _("The payment provider does not answer."),
        _("Its payments are brought up to date as soon as it does. Cash works."),
    ),
    _regle(
        ANTIVIRUS,
        {Lieu.AGENTS},
        _("The antivirus does not answer."),
        _("Documents are accepted, and examined as soon as it does."),
    ),
    _regle(
        COURRIEL,
        {Lieu.AGENTS},
        _("E-mails cannot leave."),
        _("They are kept and leave by themselves: do not send anything twice."),
    ),
    _regle(
        SMS,
        {Lieu.AGENTS},
        _("Text messages cannot leave."),
        _("They are kept and leave by themselves: do not send anything twice."),
    ),
    _regle(
        TACHES,
        {Lieu.AGENTS},
        _("What the counter does by itself is late."),
        _(
            "Reminders, deadlines and payments are caught up with. Please tell the "
            "webmaster."
        ),
    ),
)


def avis_pour(etats: Mapping[str, Etat], lieu: Lieu, *, connecte: bool) -> list[Avis]:
    """What somebody is told where he is; empty when nothing keeps him from anything."""
    return [
        regle.avis
        for regle in _REGLES
        if lieu in regle.lieux
        and regle.connecte in (None, connecte)
        and etats.get(regle.avis.partie) in (Etat.PANNE, Etat.RETARD)
    ]


def lieu_de(chemin: str) -> Lieu:
    """Where a page is, by its path below the guichet."""
    noms = chemin.strip("/").split("/")
    for lieu in (Lieu.ESPACE, Lieu.SUIVI, Lieu.AGENTS):
        if noms[0] == lieu.value:
            return lieu
    return Lieu.FORMULAIRE if Lieu.FORMULAIRE.value in noms[2:3] else Lieu.CATALOGUE
