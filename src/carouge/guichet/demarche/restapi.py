"""``@demarches``: the catalogue for other programs, as the caller may use it."""

from __future__ import annotations

from carouge.guichet.access.domain import Decision
from carouge.guichet.access.domain import Usager
from carouge.guichet.access.labels import advice
from carouge.guichet.access.service import check_access
from carouge.guichet.access.service import current_usager
from carouge.guichet.demarche.delais import delai_constate
from carouge.guichet.demarche.domain import DemarcheFiche
from carouge.guichet.demarche.domain import LEVELS
from carouge.guichet.demarche.interfaces import IDemarche
from carouge.guichet.demarche.service import find_demarche
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.service import services_of
from carouge.guichet.interfaces import IGuichetLayer
from carouge.guichet.rest import GuichetService
from carouge.guichet.rest import not_found
from carouge.guichet.swisstime import today
from dataclasses import asdict
from datetime import date
from plone.restapi.interfaces import IExpandableElement
from plone.restapi.interfaces import ISerializeToJson
from plone.restapi.serializer.dxcontent import SerializeToJson
from zope.component import adapter
from zope.component import getMultiAdapter
from zope.interface import implementer


_NIVEAUX = {level: name for name, level in LEVELS.items()}


class Demarches(GuichetService):
    """``GET @demarches`` and ``GET @demarches/<categorie>/<demarche>``."""

    def answer(self) -> dict:
        response = self.request.response
        # The same address says other things to another caller.
        response.setHeader("Vary", "Cookie, Authorization, Accept, Accept-Language")
        if self.caller is not None:
            self.personal()
        self.usager = current_usager()
        self.today = today()
        self.services = {
            service.UID(): service.title for service in services_of(self.context)
        }
        return self._one() if self.path else self._list()

    def _list(self) -> dict:
        catalogue = get_catalogue(self.context)
        query = self.text("q")
        categorie = self.text("categorie")
        part = self.part()
        if query:
            fiches = [fiche for fiche, _hit in catalogue.search(query)]
        else:
            fiches = list(catalogue.by_path.values())
        if categorie:
            fiches = [fiche for fiche in fiches if fiche.categorie_id == categorie]
        shown = fiches[part.start : part.start + part.size]
        return self.batched(
            [self._summary(fiche) for fiche in shown], part, len(fiches)
        )

    def _one(self) -> dict:
        path = "/".join(self.path)
        demarche = find_demarche(self.context, path)
        if demarche is None:
            raise not_found()
        fiche = get_catalogue(self.context).by_path[path]
        form = getMultiAdapter(
            (demarche, self.request), IExpandableElement, name="formulaire"
        )
        constate = delai_constate(self.context, fiche.uid)
        return {
            **self._summary(fiche),
            "delai_constate": asdict(constate) if constate else None,
            "page": demarche.absolute_url(),
            "pour_qui": demarche.pour_qui or "",
            "pieces_requises": list(demarche.pieces_requises or ()),
            "etapes": list(demarche.etapes or ()),
            "base_legale": list(demarche.base_legale or ()),
            "ouverture": _iso(fiche.opens),
            "fermeture": _iso(fiche.closes),
            "lien_externe": fiche.external,
            "message_suspension": (
                demarche.message_suspension or None if fiche.suspended else None
            ),
            **form(expand=True),
        }

    def _summary(self, fiche: DemarcheFiche) -> dict:
        return {
            "@id": f"{self.address}/{fiche.path}",
            "chemin": fiche.path,
            "titre": fiche.title,
            "resume": fiche.summary,
            "categorie": fiche.categorie_id,
            "service": self.services.get(fiche.service_uid, ""),
            "delai_jours": fiche.delay,
            "cout": fiche.cost,
            "emolument": fiche.fee,
            "disponibilite": fiche.availability(self.today).value,
            "conditions": _conditions(fiche),
            "acces": self._access(fiche, self.usager),
        }

    def _access(self, fiche: DemarcheFiche, usager: Usager) -> dict:
        decision: Decision = check_access(fiche.conditions, usager)
        if decision.allowed:
            return {"autorise": True, "motif": None, "remede": None, "message": None}
        return {
            "autorise": False,
            "motif": decision.reason.value,
            "remede": decision.remedy.value,
            "message": advice(decision, self.say),
        }


def _conditions(fiche: DemarcheFiche) -> dict:
    """What the démarche asks of everybody, whoever calls."""
    conditions = fiche.conditions
    age = conditions.max_login_age
    return {
        "niveau": _NIVEAUX[conditions.required_level],
        "types_compte": sorted(kind.value for kind in conditions.required_types),
        "residents_seulement": conditions.residents_only,
        "connexion_minutes": int(age.total_seconds() // 60) if age else None,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


@implementer(ISerializeToJson)
@adapter(IDemarche, IGuichetLayer)
class SerializeDemarche(SerializeToJson):
    """A démarche as content: like any other, without easyform's saved data."""
