"""One request of a visitor, as the log and the metrics know it: nothing of whom."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet.sante import compteurs
from carouge.guichet.sante.lignes import CHAMPS
from carouge.guichet.sante.route import route_de
from transaction.interfaces import TransientError
from ZODB.POSException import ConflictError

import logging
import re
import time
import uuid


#: One line for each request, at INFO.
acces = logging.getLogger("carouge.guichet.acces")

_CONTROLE = "sante.browser.sante.Sante"
_DEBUT = "guichet.debut"
_ID = "guichet.requete"
#: What a proxy calls a request; anything else would be somebody's words in our log.
_NOM = re.compile(r"[\w.:-]{1,64}")
_METHODES = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def commencer(request) -> None:
    """A request begins, or begins anew after a conflict."""
    environ = request.environ
    if _DEBUT in environ:
        return
    environ[_DEBUT] = time.perf_counter()
    nom = environ.get("HTTP_X_REQUEST_ID", "")
    environ[_ID] = nom if _NOM.fullmatch(nom) else uuid.uuid4().hex[:16]


def finir(request, statut: int, erreur: str = "") -> None:
    """It was answered; ``erreur`` is the kind of what broke."""
    environ = request.environ
    debut = environ.get(_DEBUT)
    if debut is None:
        return
    secondes = time.perf_counter() - debut
    route = route_de(request)
    methode = request.method if request.method in _METHODES else "autre"
    compteurs.compter_requete(route.partie, methode, statut, secondes)
    reprises = getattr(request, "retry_count", 0)
    # A load balancer asks every other second.
    controle = route.page == _CONTROLE and statut == 200
    niveau = logging.DEBUG if controle else logging.INFO
    if acces.isEnabledFor(niveau):
        champs = {
            "requete": environ[_ID],
            "methode": methode,
            "route": route.page,
            "statut": statut,
            "ms": round(secondes * 1000),
            "usager": usager_de(request),
        }
        if reprises:
            champs["reprises"] = reprises
        if erreur:
            champs["erreur"] = erreur
        acces.log(
            niveau, "%s %s %s", methode, route.page, statut, extra={CHAMPS: champs}
        )


def echouer(request, error: BaseException, reprise: bool) -> None:
    """An attempt has failed; ``reprise``: Zope tries again."""
    if isinstance(error, TransientError):
        compteurs.compter_echec(
            conflit=isinstance(error, ConflictError), reprise=reprise
        )
    if not reprise:
        statut = statut_de(request, error)
        finir(request, statut, type(error).__name__ if statut >= 500 else "")


def statut_de(request, error: BaseException) -> int:
    """The status a failed request is answered with."""
    found = getattr(error, "getStatus", None)
    if found is not None:
        return int(found())
    statut = request.response.getStatus()
    return statut if statut >= 400 else 500


def usager_de(request) -> str:
    """What kind of user: ``anonyme``, ``compte`` or ``personnel``."""
    user = request.get("AUTHENTICATED_USER")
    if user is None or user.getUserName() == "Anonymous User":
        return "anonyme"
    return "compte" if config.ROLE_COMPTE in user.getRoles() else "personnel"
