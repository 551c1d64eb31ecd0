"""What this process counts while it works, for Prometheus.

Names of metrics are a contract with whoever has drawn a graph of them
(``docs/exploitation.md``).
"""

from __future__ import annotations

from carouge.guichet.sante.processus import nom_du_processus
from functools import cache
from prometheus_client import CollectorRegistry
from prometheus_client import Counter
from prometheus_client import disable_created_metrics
from prometheus_client import Histogram
from prometheus_client import ProcessCollector


#: Everything here belongs to one process; whoever adds up processes uses the label.
_PROCESSUS = "processus"
_DUREES = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

# When a counter began is known from the process.
disable_created_metrics()

registre = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=registre)

_requetes = Counter(
    "guichet_requetes",
    "Requests answered, by feature, method and status.",
    (_PROCESSUS, "partie", "methode", "statut"),
    registry=registre,
)
_durees = Histogram(
    "guichet_requete_seconds",
    "Seconds from the beginning of a request to its end, with all attempts.",
    (_PROCESSUS, "partie"),
    buckets=_DUREES,
    registry=registre,
)
_conflits = Counter(
    "guichet_conflits",
    "Write conflicts; issue: reprise (tried again) or echec (the visitor got an error).",
    (_PROCESSUS, "issue"),
    registry=registre,
)
_reprises = Counter(
    "guichet_reprises",
    "Requests tried again after an error that passes, conflicts among them.",
    (_PROCESSUS,),
    registry=registre,
)
_depots = Counter(
    "guichet_depots",
    "Demandes submitted.",
    (_PROCESSUS,),
    registry=registre,
)
_paiements = Counter(
    "guichet_paiements",
    "Payments that have come into a state.",
    (_PROCESSUS, "etat"),
    registry=registre,
)


@cache
def _moi() -> str:
    return nom_du_processus()


def compter_requete(partie: str, methode: str, statut: int, secondes: float) -> None:
    _requetes.labels(_moi(), partie, methode, str(statut)).inc()
    _durees.labels(_moi(), partie).observe(secondes)


def compter_echec(*, conflit: bool, reprise: bool) -> None:
    """An attempt of a request has failed for a reason that passes."""
    if conflit:
        _conflits.labels(_moi(), "reprise" if reprise else "echec").inc()
    if reprise:
        _reprises.labels(_moi()).inc()


def compter_depot() -> None:
    _depots.labels(_moi()).inc()


def compter_paiement(etat: str) -> None:
    _paiements.labels(_moi(), etat).inc()
