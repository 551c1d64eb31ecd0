"""What waits in the durable queues of a site, and for how long."""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.annonces.service import en_panne
from carouge.guichet.brouillon.service import magasin_de
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import count_by_state
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demarche.service import guichets
from carouge.guichet.demarche.service import services_of
from carouge.guichet.notification.departs import backlogs
from carouge.guichet.paiement.service import lire_paiements
from carouge.guichet.taches import dernier_passage
from carouge.guichet.travaux.service import dus
from carouge.guichet.webhook.service import webhooks_de
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from datetime import datetime


@dataclass(frozen=True)
class File:
    """One queue: how much waits, the age of the oldest (seconds), what was set aside."""

    nombre: int = 0
    age: float = 0.0
    ecartes: int = 0


@dataclass(frozen=True)
class Attentes:
    """All queues of a site by name, and what is there besides.

    ``taches`` is the age of the last run of the tasks in seconds, of the guichet where
    it is longest ago; None when they never ran somewhere.
    """

    files: dict[str, File]
    brouillons: int = 0
    demandes: dict[str, int] = field(default_factory=dict)
    paiements: dict[str, int] = field(default_factory=dict)
    taches: float | None = None


def attentes() -> Attentes:
    """Count the queues of the present site."""
    moment = swisstime.now()
    tous = guichets()
    files = {
        canal: File(lot.waiting, lot.age, lot.rejected)
        for canal, lot in backlogs().items()
    }
    envois = [
        envoi.cree
        for guichet in tous
        if (magasin := webhooks_de(guichet)) is not None
        for envoi in magasin.attendent()
    ]
    files["webhooks"] = _file(envois, moment)
    files["travaux"] = _file(
        (travail.cree for guichet in tous for travail in dus(guichet, moment)), moment
    )
    files["annonces"] = _file(
        (annonce.moment for guichet in tous for annonce in en_panne(guichet)), moment
    )
    files["antivirus"] = File(
        sum(len(demandes_of(guichet).a_verifier) for guichet in tous)
    )
    return Attentes(
        files,
        brouillons=sum(len(magasin_de(guichet) or ()) for guichet in tous),
        demandes=_demandes(tous),
        paiements=_paiements(tous),
        taches=_taches(tous, moment),
    )


def _file(moments: Iterable[datetime], moment: datetime) -> File:
    nes = [*moments]
    if not nes:
        return File()
    return File(len(nes), max(0.0, (moment - min(nes)).total_seconds()))


def _demandes(tous) -> dict[str, int]:
    services = {service.UID() for guichet in tous for service in services_of(guichet)}
    comptes = count_by_state(services=services)
    return {etat.value: comptes[etat] for etat in State}


def _paiements(tous) -> dict[str, int]:
    """Those that are not over, by state: the others stay as they are."""
    comptes: Counter[str] = Counter()
    for guichet in tous:
        paiements = lire_paiements(guichet)
        for uid in {*paiements.vivants, *paiements.a_verifier}:
            paiement = paiements.get(uid)
            if paiement is not None:
                comptes[paiement.etat.value] += 1
    return dict(comptes)


def _taches(tous, moment: datetime) -> float | None:
    ages = []
    for guichet in tous:
        passage = dernier_passage(guichet)
        if passage is None:
            return None
        ages.append((moment - passage.fin).total_seconds())
    return max(ages, default=None)
