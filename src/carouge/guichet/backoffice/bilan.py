"""The statistics an agent asks for: counted at once, or in the background when there is
much to count. What was counted in the background is kept for the day."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.backoffice.service import Desk
from carouge.guichet.backoffice.statistiques import compter
from carouge.guichet.backoffice.statistiques import Periode
from carouge.guichet.backoffice.statistiques import Resume
from carouge.guichet.backoffice.statistiques import resume_de
from carouge.guichet.demande.criteres import Bannette
from carouge.guichet.demande.criteres import Criteres
from carouge.guichet.demande.criteres import Tri
from carouge.guichet.demande.queries import count_by_state
from carouge.guichet.demande.queries import parcourir
from carouge.guichet.demande.queries import Row
from carouge.guichet.formulaire.compteurs import commences_et_deposes
from carouge.guichet.interfaces import ITravail
from carouge.guichet.travaux.content import Travail
from carouge.guichet.travaux.domain import EtatTravail
from carouge.guichet.travaux.service import commander
from carouge.guichet.travaux.service import travail_commande
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from plone import api
from zope.interface import implementer


STATISTIQUES = "statistiques"

#: Demandes that are counted while the agent waits.
MAX_DIRECT = 20_000


@dataclass(frozen=True)
class Choix:
    """What is counted: demandes of these services (UIDs), of one démarche or of all."""

    services: tuple[str, ...]
    demarche: str | None
    periode: Periode

    def to_json(self) -> dict:
        return {
            "services": [*self.services],
            "demarche": self.demarche,
            "du": self.periode.du.isoformat(),
            "au": self.periode.au.isoformat(),
        }

    @property
    def cle(self) -> str:
        """The same for the same question on the same day."""
        values = self.to_json()
        return "|".join([str(swisstime.today()), *(str(v) for v in values.values())])


def nombre(choix: Choix) -> int:
    """How many demandes there are to be counted."""
    return sum(
        count_by_state(services=choix.services, demarche=choix.demarche).values()
    )


def est_grand(choix: Choix) -> bool:
    """Whether it is counted in the background."""
    return nombre(choix) > MAX_DIRECT


def faire_le_bilan(choix: Choix) -> Resume:
    """Count now."""
    resume = Resume()
    for found in compter(_rows(choix), choix.periode, swisstime.today()):
        resume = found
    return resume


def commander_bilan(guichet, choix: Choix) -> Travail:
    """Count in the background; ordered once a day for the same question."""
    return commander(
        guichet, STATISTIQUES, choix.to_json(), total=nombre(choix), cle=choix.cle
    )


def bilan_commande(guichet, choix: Choix) -> Travail | None:
    """The job that counts or has counted this today, if it was ordered."""
    return travail_commande(guichet, STATISTIQUES, choix.cle)


def resultat(travail: Travail) -> Resume | None:
    """What a job has counted; None as long as it has not."""
    if travail.etat is not EtatTravail.FINI:
        return None
    return resume_de(travail.resultat)


def frequentation(guichet, demarches: Collection[str]) -> dict[str, tuple[int, int]]:
    """How often the forms of démarches (UIDs) were begun and sent since they are
    counted; without those that nobody has begun."""
    found = {uid: commences_et_deposes(guichet, uid) for uid in demarches}
    return {uid: counts for uid, counts in found.items() if counts[0]}


@implementer(ITravail)
class Statistiques:
    """See :class:`carouge.guichet.interfaces.ITravail`."""

    titre = _("Statistics")
    par_lot = 5_000

    def etapes(self, guichet, travail: Travail) -> Iterator[int]:
        travail.recommencer()
        data = travail.donnees
        # Whoever has left a service since gets none of its numbers.
        desk = Desk(guichet, api.user.get_current())
        choix = Choix(
            tuple(uid for uid in data["services"] if uid in desk.service_titles),
            data["demarche"],
            Periode(date.fromisoformat(data["du"]), date.fromisoformat(data["au"])),
        )
        resume = Resume()
        counted = compter(_rows(choix), choix.periode, swisstime.today())
        for rang, found in enumerate(counted, start=1):
            resume = found
            yield rang
        return resume.to_json()

    def oublier(self, guichet, travail: Travail) -> None:
        """Nothing lies elsewhere."""


def _rows(choix: Choix) -> Iterator[Row]:
    # What was put away has happened as well.
    for bannette in (Bannette.TOUTES, Bannette.ARCHIVEES):
        yield from parcourir(
            bannette,
            services=choix.services,
            criteres=Criteres(demarche=choix.demarche),
            tri=Tri.RECENTES,
        )
