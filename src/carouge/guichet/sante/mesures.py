"""The page Prometheus reads: what the process has counted, what waits in the site."""

from __future__ import annotations

from carouge.guichet.sante.attentes import Attentes
from carouge.guichet.sante.attentes import attentes
from carouge.guichet.sante.compteurs import registre
from carouge.guichet.sante.domain import Etat
from carouge.guichet.sante.memoire import memoire
from carouge.guichet.sante.processus import nom_du_processus
from collections.abc import Iterator
from plone import api
from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.registry import CollectorRegistry


def page() -> bytes:
    """All metrics in the text format of Prometheus."""
    site = CollectorRegistry()
    site.register(_Site("/".join(api.portal.get().getPhysicalPath()), attentes()))
    return generate_latest(registre) + generate_latest(site)


class _Site(Collector):
    """What is the same whichever process is asked: it was counted in the database."""

    def __init__(self, site: str, attentes: Attentes) -> None:
        self.site = site
        self.attentes = attentes

    def describe(self) -> list:
        """Its names are known: nothing has to be counted to find them out."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        files = self.attentes.files
        yield self._jauge(
            "guichet_file_attente",
            "What waits in a queue.",
            "file",
            {nom: file.nombre for nom, file in files.items()},
        )
        yield self._jauge(
            "guichet_file_age_seconds",
            "Age of the oldest thing in a queue.",
            "file",
            {nom: file.age for nom, file in files.items()},
        )
        yield self._jauge(
            "guichet_file_ecartes",
            "What was set aside: nobody takes it.",
            "file",
            {nom: file.ecartes for nom, file in files.items()},
        )
        yield self._jauge(
            "guichet_demandes", "Demandes by state.", "etat", self.attentes.demandes
        )
        yield self._jauge(
            "guichet_paiements_ouverts",
            "Payments that are not over, by state.",
            "etat",
            self.attentes.paiements,
        )
        yield GaugeMetricFamily(
            "guichet_brouillons", "Drafts.", value=self.attentes.brouillons
        )
        if self.attentes.taches is not None:
            yield GaugeMetricFamily(
                "guichet_taches_age_seconds",
                "Since the last noted run of the tasks.",
                value=self.attentes.taches,
            )
        parties = GaugeMetricFamily(
            "guichet_partie_ok",
            "1: the part outside answers this process; 0: it does not.",
            labels=["processus", "partie"],
        )
        for partie, etat in memoire.etats(self.site).items():
            if etat in (Etat.OK, Etat.PANNE, Etat.RETARD):
                parties.add_metric(
                    [nom_du_processus(), partie], 1.0 if etat is Etat.OK else 0.0
                )
        yield parties

    def _jauge(self, nom: str, aide: str, label: str, valeurs) -> GaugeMetricFamily:
        jauge = GaugeMetricFamily(nom, aide, labels=[label])
        for valeur, nombre in sorted(valeurs.items()):
            jauge.add_metric([valeur], nombre)
        return jauge
