"""Whether the guichet can answer: for supervisors, load balancers and the webmaster."""

from __future__ import annotations

from carouge.guichet.sante.acces import autorise
from carouge.guichet.sante.attentes import attentes
from carouge.guichet.sante.domain import ensemble
from carouge.guichet.sante.domain import Etat
from carouge.guichet.sante.interne import parties_internes
from carouge.guichet.sante.interne import pret
from carouge.guichet.sante.memoire import memoire
from carouge.guichet.sante.processus import nom_du_processus
from plone import api
from Products.Five.browser import BrowserView
from zExceptions import NotFound

import json


class Sante(BrowserView):
    """``@@sante``, on the site and on a guichet.

    200 when the counter answers, 503 with the failing part otherwise; a part outside
    that is down makes it ``degrade``, with 200. The answer says which part, never why:
    the reason is in the log, and in ``details`` for whoever takes care of the site or
    has the token. ``?partie=vif`` says that the process lives, ``?partie=pret`` whether
    visitors may be sent to it: both cost next to nothing.

    Nothing outside is asked here: the thread of :mod:`..veille` has looked already.
    """

    def __call__(self) -> str:
        partie = self.request.form.get("partie", "")
        if partie == "":
            return self._tout()
        if partie == "vif":
            return self._repondre(Etat.OK)
        if partie == "pret":
            return self._repondre(pret(self.context))
        raise NotFound(partie)

    def _tout(self) -> str:
        internes = parties_internes(self.context)
        externes = memoire.etats(self._site)
        etat = ensemble(internes, externes)
        reponse: dict[str, object] = {
            "parties": {nom: un.value for nom, un in (internes | externes).items()}
        }
        if etat is not Etat.PANNE and autorise(self.request):
            reponse["details"] = self._details()
        return self._repondre(etat, **reponse)

    @property
    def _site(self) -> str:
        return "/".join(api.portal.get().getPhysicalPath())

    def _details(self) -> dict[str, object]:
        comptes = attentes()
        return {
            "processus": nom_du_processus(),
            "parties": {
                partie: {
                    "depuis": releve.depuis.isoformat(timespec="seconds"),
                    "vu": releve.vu.isoformat(timespec="seconds"),
                    "cause": releve.cause,
                }
                for partie, releve in memoire.releves(self._site).items()
            },
            "files": {
                nom: {
                    "attente": file.nombre,
                    "age_secondes": round(file.age),
                    "ecartes": file.ecartes,
                }
                for nom, file in comptes.files.items()
            },
            "taches_secondes": None
            if comptes.taches is None
            else round(comptes.taches),
        }

    def _repondre(self, etat: Etat, **details: object) -> str:
        response = self.request.response
        response.setStatus(503 if etat is Etat.PANNE else 200)
        response.setHeader("Content-Type", "application/json")
        response.setHeader("Cache-Control", "no-store")
        return json.dumps({"etat": etat.value} | details)
