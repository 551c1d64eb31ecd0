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
from carouge.guichet.formulaire import limites
from carouge.guichet.formulaire import remplir
from carouge.guichet.formulaire import televersement
from carouge.guichet.formulaire import texts
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.etat_json import etat_de
from carouge.guichet.formulaire.etat_json import fichier_json
from carouge.guichet.formulaire.etat_json import resume_de
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.reponses_json import contenu_de
from carouge.guichet.formulaire.reponses_json import interdites
from carouge.guichet.formulaire.reponses_json import lire_reponses
from carouge.guichet.formulaire.reponses_json import plaintes
from carouge.guichet.formulaire.restapi.communs import ServiceDeFormulaire
from carouge.guichet.formulaire.service import NotAvailable
from carouge.guichet.formulaire.service import stable_jeton
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import not_found
from carouge.guichet.rest import Refusal
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass
class Envoi:
    """A document that came in JSON, as an upload."""

    filename: str
    data: bytes

    def read(self, size: int) -> bytes:
        return self.data[:size]


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
            raise Refusal(404, "NotFound", _("There is no such démarche."))
        return demarche

    def etat(self, demarche, ouvert: remplir.Ouvert) -> dict:
        """The whole brouillon as JSON."""
        return etat_de(demarche, ouvert, self.resume(ouvert.brouillon), self.say)

    def resume(self, brouillon: Brouillon) -> dict:
        """A brouillon in a list."""
        fiche = get_catalogue(self.context).by_uid.get(brouillon.demarche_uid)
        chemin = fiche.path if fiche else None
        return resume_de(brouillon, chemin, self.base, self._adresse(brouillon))

    def _adresse(self, brouillon: Brouillon) -> str:
        return f"{self.base}/@brouillons/{brouillon.id}"

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
                409,
                "Conflict",
                _(
                    "This draft was changed elsewhere meanwhile. Nothing was saved; "
                    "read it again."
                ),
                revision=error.revision,
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
        if not gate.may_begin:
            raise self.closed(gate)
        id = remplir.brouillon_id(stable_jeton(demarche, key))
        if remplir.deja_depose(demarche, id) is not None:
            raise Refusal(
                409, "Conflict", _("The draft of this key was submitted already.")
            )
        compte = current_compte()
        owner = compte.id if compte else brouillons.marquer_navigateur(self.request)
        known = brouillons.trouver(self.context, id, (owner,))
        if known is not None:
            # The same request again: what was saved meanwhile stays.
            return self.etat(demarche, remplir.ouvrir(demarche, known))
        self.compter(limites.brouillons)
        try:
            brouillon = remplir.commencer(demarche, id, owner)
        except IdPris as error:
            raise Refusal(
                409,
                "Conflict",
                _("This Idempotency-Key is used by somebody else. Use a new one."),
            ) from error
        except TropDeBrouillons as error:
            raise Refusal(
                409,
                "Conflict",
                _(
                    "There are as many drafts of this démarche already as one person "
                    "may have. Finish or delete one of them first."
                ),
            ) from error
        try:
            ouvert = self.noter(demarche, brouillon, raw)
        except Refusal:
            brouillons.supprimer(self.context, brouillon)
            raise
        self.request.response.setStatus(201)
        self.request.response.setHeader("Location", self._adresse(brouillon))
        return self.etat(demarche, ouvert)

    def _joindre(self, id: str) -> dict:
        body = self.json_body()
        self.only(body, "champ", "filename", "content-type", "data", "encoding")
        brouillon = self.brouillon(id)
        demarche = self.demarche_du(brouillon)
        cle = body.pop("champ", None)
        try:
            nom, data = contenu_de(body)
            fichier = televersement.joindre(
                demarche,
                brouillon,
                cle if isinstance(cle, str) else "",
                Envoi(nom, data),
            )
        except televersement.QuestionInconnue as error:
            raise bad_request(
                _("champ is the path of a question for documents that is asked.")
            ) from error
        except (Illisible, DocumentRefuse) as error:
            raise bad_request(error.message) from error
        self.request.response.setStatus(201)
        return {
            **fichier_json(fichier, demarche, brouillon),
            "champ": cle,
            "revision": brouillon.revision,
        }

    def _deposer(self, id: str) -> dict:
        """The démarche is named again: of a submitted brouillon nothing is left."""
        body = self.json_body()
        self.only(body, "demarche")
        path = body.get("demarche")
        if not isinstance(path, str):
            raise bad_request(_("demarche is the path of a démarche."))
        demarche = self.demarche_of(path)
        earlier = remplir.deja_depose(demarche, id)
        if earlier is not None:
            return self.receipt(earlier, 200)
        brouillon = remplir.attendre_son_tour(demarche, id, self.proprietaires)
        if brouillon is None:
            earlier = remplir.deja_depose(demarche, id)
            if earlier is None:
                raise not_found()
            return self.receipt(earlier, 200)
        if brouillon.demarche_uid != demarche.UID():
            raise not_found()
        try:
            submission = remplir.deposer(demarche, brouillon)
        except remplir.Incomplet as error:
            raise bad_request(
                _("Some steps are not finished. Nothing was submitted."),
                etapes=[etape.id for etape in error.etapes],
                champs=self.champs(plaintes(error.parcours)),
            ) from error
        except NotAvailable as error:
            raise self.closed(error.gate) from error
        return self.receipt(submission, 201 if submission.created else 200)


class ChangerBrouillons(BrouillonsService):
    """``PATCH @brouillons/<id>``: keep answers, finish a step."""

    def answer(self) -> dict:
        self.begin()
        if len(self.path) != 1:
            raise not_found()
        body = self.json_body()
        self.only(body, "reponses", "etape", "revision", "valider")
        raw = self.reponses(body)
        revision, valider = body.get("revision"), body.get("valider", False)
        if isinstance(revision, bool) or not isinstance(revision, int | None):
            raise bad_request(_("revision is the number that was read with the draft."))
        if not isinstance(valider, bool):
            raise bad_request(_("valider is true or false."))
        brouillon = self.brouillon(self.path[0])
        demarche = self.demarche_du(brouillon)
        etape = body.get("etape")
        known = compile_form(demarche).etape(etape) if isinstance(etape, str) else None
        if known is None and (etape is not None or valider):
            raise bad_request(_("etape is the id of a step."))
        ouvert = self.noter(
            demarche,
            brouillon,
            raw,
            etape=known.id if known else None,
            revision=revision,
        )
        if valider:
            shown = ouvert.parcours.etape(known.id)
            if shown is None:
                raise bad_request(_("This step is not asked with these answers."))
            remplir.valider(demarche, ouvert, shown)
            ouvert = remplir.ouvrir(demarche, brouillon)
        return self.etat(demarche, ouvert)


class SupprimerBrouillons(BrouillonsService):
    """``DELETE`` a brouillon, or one of its files."""

    def answer(self) -> dict | None:
        self.begin()
        match self.path:
            case [id]:
                brouillons.supprimer(self.context, self.brouillon(id))
                return self.reply_no_content()
            case [id, "fichiers", fichier_id]:
                brouillon = self.brouillon(id)
                if fichier_id not in brouillon.fichiers:
                    raise not_found()
                televersement.retirer(
                    self.demarche_du(brouillon), brouillon, fichier_id
                )
                return self.reply_no_content()
        raise not_found()
