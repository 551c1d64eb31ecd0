"""``@brouillons``: a form filled in step by step, for other programs."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.domain import BrouillonModifie
from carouge.guichet.brouillon.domain import IdPris
from carouge.guichet.brouillon.domain import TropDeBrouillons
from carouge.guichet.brouillon.domain import TropLong
from carouge.guichet.compte.service import current_compte
from carouge.guichet.demarche.service import find_demarche
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.formulaire import remplir
from carouge.guichet.formulaire import texts
from carouge.guichet.formulaire.etat_json import etat_de
from carouge.guichet.formulaire.etat_json import resume_de
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.reponses_json import interdites
from carouge.guichet.formulaire.reponses_json import lire_reponses
from carouge.guichet.formulaire.restapi.communs import ServiceDeFormulaire
from carouge.guichet.formulaire.service import stable_jeton
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import not_found
from carouge.guichet.rest import Refusal
from collections.abc import Mapping
from functools import cached_property


class BrouillonsService(ServiceDeFormulaire):
    """A brouillon belongs to a compte, or to the browser that holds its cookie."""

    @cached_property
    def proprietaires(self) -> tuple[str, ...]:
        return brouillons.proprietaires(self.request)

    def brouillon(self, id: str) -> Brouillon:
        """
        :raises Refusal: 404 for none, and for somebody else's
        """
        found = brouillons.trouver(self.context, id, self.proprietaires)
        if found is None:
            raise not_found()
        return found

    def demarche_du(self, brouillon: Brouillon):
        """
        :raises Refusal: 404 when the démarche is gone
        """
        fiche = get_catalogue(self.context).by_uid.get(brouillon.demarche_uid)
        demarche = fiche and find_demarche(self.context, fiche.path)
        if not demarche:
            raise Refusal(404, "NotFound", texts.GONE)
        return demarche

    def etat(self, demarche, ouvert: remplir.Ouvert) -> dict:
        """The whole brouillon as JSON."""
        return etat_de(demarche, ouvert, self._adresse(ouvert.brouillon), self.say)

    def resume(self, brouillon: Brouillon) -> dict:
        """A brouillon in a list."""
        fiche = get_catalogue(self.context).by_uid.get(brouillon.demarche_uid)
        chemin = fiche.path if fiche else None
        return resume_de(
            brouillon, chemin, self.context.absolute_url(), self._adresse(brouillon)
        )

    def _adresse(self, brouillon: Brouillon) -> str:
        return f"{self.context.absolute_url()}/@brouillons/{brouillon.id}"

    def reponses(self, body: Mapping[str, object]) -> Mapping[str, object]:
        """
        :raises Refusal: no object
        """
        raw = body.get("reponses", {})
        if not isinstance(raw, dict):
            raise bad_request(_("reponses is an object with the answers by name."))
        return raw

    def only(self, body: Mapping[str, object], *names: str) -> None:
        """
        :raises Refusal: names nobody knows
        """
        unknown = set(body) - set(names)
        if unknown:
            raise bad_request(
                _(
                    "Only these names are possible here: ${names}.",
                    mapping={"names": ", ".join(names) or "-"},
                )
            )

    def noter(
        self,
        demarche,
        brouillon: Brouillon,
        raw: Mapping[str, object],
        *,
        etape: str | None = None,
        revision: int | None = None,
    ) -> remplir.Ouvert:
        """Keep answers, right or wrong; JSON of another type is not kept.

        :raises Refusal: what cannot be kept, and why
        """
        ouvert = remplir.ouvrir(demarche, brouillon)
        parcours = ouvert.parcours
        lecture = lire_reponses(parcours, raw)
        after = Parcours(
            parcours.form,
            {**parcours.saisies, **lecture.saisies},
            parcours.contexte,
            demarche,
        )
        errors = {**interdites(after, lecture), **lecture.erreurs}
        if errors:
            raise bad_request(
                _("Some answers cannot be kept. Nothing was saved."),
                champs=self.champs(errors),
            )
        etape = etape or brouillon.etape or parcours.etapes[0].id
        try:
            return remplir.noter(
                demarche, brouillon, etape, lecture.saisies, revision=revision
            )
        except BrouillonModifie as error:
            raise Refusal(
                409, "Conflict", texts.CHANGED_ELSEWHERE, revision=error.revision
            ) from error
        except TropLong as error:
            raise Refusal(413, "PayloadTooLarge", texts.TOO_LONG) from error


class LireBrouillons(BrouillonsService):
    """``GET @brouillons`` and ``GET @brouillons/<id>``."""

    def answer(self) -> dict:
        self.personal()
        self.recognise()
        match self.path:
            case []:
                return self._list()
            case [id]:
                brouillon = self.brouillon(id)
                demarche = self.demarche_du(brouillon)
                return self.etat(demarche, remplir.ouvrir(demarche, brouillon))
        raise not_found()

    def _list(self) -> dict:
        part = self.part()
        found = brouillons.lister(self.context, self.proprietaires)
        shown = found[part.start : part.start + part.size]
        return self.batched(
            [self.resume(brouillon) for brouillon in shown], part, len(found)
        )


class EcrireBrouillons(BrouillonsService):
    """``POST``: begin one, attach a file, submit."""

    def answer(self) -> dict:
        self.begin()
        match self.path:
            case []:
                return self._commencer()
            case [id, "fichiers"]:
                return self._joindre(id)
            case [id, "depot"]:
                return self._deposer(id)
        raise not_found()

    def _commencer(self) -> dict:
        body = self.json_body()
        self.only(body, "demarche", "reponses")
        path, raw = body.get("demarche"), self.reponses(body)
        if not isinstance(path, str):
            raise bad_request(_("demarche is the path of a démarche."))
        key = self.key()
        demarche = self.demarche_of(path)
        gate = gate_of(demarche)
        if not remplir.may_begin(gate):
            raise self.closed(gate)
        id = remplir.brouillon_id(stable_jeton(demarche, key))
        if remplir.deja_depose(demarche, id) is not None:
            raise Refusal(409, "Conflict", texts.ALREADY_SUBMITTED)
        compte = current_compte()
        owner = compte.id if compte else brouillons.marquer_navigateur(self.request)
        known = brouillons.trouver(self.context, id, (owner,))
        if known is not None:
            # The same request again: what was saved meanwhile stays.
            return self.etat(demarche, remplir.ouvrir(demarche, known))
        try:
            brouillon = remplir.commencer(demarche, id, owner)
        except (IdPris, TropDeBrouillons) as error:
            raise Refusal(409, "Conflict", texts.TOO_MANY) from error
        try:
            ouvert = self.noter(demarche, brouillon, raw)
        except Refusal:
            brouillons.supprimer(self.context, brouillon)
            raise
        self.request.response.setStatus(201)
        self.request.response.setHeader("Location", self._adresse(brouillon))
        return self.etat(demarche, ouvert)

    def _joindre(self, id: str) -> dict:
        raise NotImplementedError

    def _deposer(self, id: str) -> dict:
        raise NotImplementedError
