"""A payment provider inside the test's own process: nothing goes over a network."""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.interfaces import IPaiementGateway
from carouge.guichet.paiement.domain import Observation
from carouge.guichet.paiement.domain import Ordre
from carouge.guichet.paiement.domain import Ouverture
from carouge.guichet.paiement.domain import RemboursementObserve
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.domain import StatutRemboursement
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from datetime import timedelta
from zope.component import getGlobalSiteManager
from zope.interface import implementer

import itertools


@implementer(IPaiementGateway)
@dataclass
class Passerelle:
    """Remembers what it was asked for; a test says what becomes of it.

    ``erreur`` is raised by the next calls as long as it is set.
    """

    title = "Passerelle de test"
    capacites = frozenset({"remboursement", "remboursement_partiel", "interrogation"})
    attente = 0
    session = 900

    erreur: Exception | None = None
    ordres: dict[str, Ordre] = field(default_factory=dict)
    etats: dict[str, Observation] = field(default_factory=dict)
    #: What was sent back, by idempotency key.
    rendus: dict[str, int] = field(default_factory=dict)
    appels: list[tuple[str, str]] = field(default_factory=list)
    _numeros: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _par_cle: dict[str, str] = field(default_factory=dict)

    def passer(self, uid: str, statut: Statut, **values) -> None:
        """From now on the provider says this of our payment ``uid``."""
        reference = self._par_cle[uid]
        self.etats[reference] = replace(self.etats[reference], statut=statut, **values)

    def ouvrir(self, regie, ordre, cle):
        self._appel("ouvrir", cle)
        reference = self._par_cle.get(cle)
        if reference is None:
            reference = self._par_cle[cle] = f"T{next(self._numeros)}"
            self.ordres[ordre.uid] = ordre
            self.etats[reference] = Observation(
                Statut.EN_ATTENTE,
                ordre.centimes,
                ordre.devise,
                ordre.uid,
                brut="initialized",
            )
        fin = swisstime.now() + timedelta(seconds=self.session)
        return Ouverture(reference, f"https://banque.example/start/{reference}", fin)

    def lire_notification(self, regie, headers, corps):
        raise NotImplementedError

    def lire_liste(self, corps):
        raise NotImplementedError

    def consulter(self, regie, reference):
        self._appel("consulter", reference)
        return self.etats[reference]

    def capturer(self, regie, reference, centimes, cle):
        self._appel("capturer", cle)
        self.etats[reference] = replace(
            self.etats[reference], statut=Statut.CAPTUREE, centimes=centimes
        )
        return self.etats[reference]

    def annuler(self, regie, reference, cle):
        self._appel("annuler", cle)
        self.etats[reference] = replace(self.etats[reference], statut=Statut.ANNULEE)
        return self.etats[reference]

    def rembourser(self, regie, reference, centimes, cle):
        self._appel("rembourser", cle)
        if cle not in self.rendus:
            self.rendus[cle] = centimes
            vu = self.etats[reference]
            rendu = vu.rembourse + centimes
            statut = Statut.REMBOURSEE if rendu >= vu.centimes else vu.statut
            self.etats[reference] = replace(vu, rembourse=rendu, statut=statut)
        return RemboursementObserve(cle, StatutRemboursement.FAIT, centimes)

    def consulter_remboursement(self, regie, reference):
        return RemboursementObserve(
            reference, StatutRemboursement.FAIT, self.rendus[reference]
        )

    def verifier(self, regie):
        return []

    def _appel(self, nom: str, sujet: str) -> None:
        self.appels.append((nom, sujet))
        if self.erreur is not None:
            raise self.erreur


@contextmanager
def passerelle(nom: str = "test") -> Iterator[Passerelle]:
    """Register one under that name for the time of a test."""
    found = Passerelle()
    manager = getGlobalSiteManager()
    manager.registerUtility(found, IPaiementGateway, name=nom)
    try:
        yield found
    finally:
        manager.unregisterUtility(found, IPaiementGateway, name=nom)
