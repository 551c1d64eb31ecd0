"""What happens in a process, counted and written down."""

from __future__ import annotations

from carouge.guichet.sante import compteurs
from carouge.guichet.sante.requetes import commencer
from carouge.guichet.sante.requetes import echouer
from carouge.guichet.sante.requetes import finir
from carouge.guichet.transactions import apres_commit


def pub_start(event) -> None:
    commencer(event.request)


def pub_success(event) -> None:
    finir(event.request, event.request.response.getStatus())


def pub_failure(event) -> None:
    echouer(event.request, event.exc_info[1], event.retry)


def demande_submitted(event) -> None:
    apres_commit(compteurs.compter_depot)


def paiement_change(event) -> None:
    etat = event.apres.value
    apres_commit(lambda: compteurs.compter_paiement(etat))
