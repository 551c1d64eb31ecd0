"""What the scripts of the page of a complement ask for: saves, and files one by one."""

from __future__ import annotations

from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.brouillon.domain import BrouillonModifie
from carouge.guichet.brouillon.domain import TropLong
from carouge.guichet.dossier import complement as complements
from carouge.guichet.dossier.complement import RienDemande
from carouge.guichet.dossier.complement import SupportDeComplement
from carouge.guichet.formulaire import televersement
from carouge.guichet.formulaire import texts
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.documents import a_un_apercu
from carouge.guichet.formulaire.envoi import envoyer
from carouge.guichet.formulaire.envoi import envoyer_apercu
from carouge.guichet.formulaire.saisies import lire_etape
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from carouge.guichet.layout import keep_private
from carouge.guichet.swisstime import format_clock
from zExceptions import NotFound
from ZPublisher.HTTPRequest import FileUpload

import json


class FichiersDeComplement:
    """Part of :class:`carouge.guichet.dossier.page.PageComplement`.

    Answers with JSON; 401: the page proves nothing any more, 404: nothing is asked,
    409: changed elsewhere, 413: too long.
    """

    items: tuple[str, ...] = ()

    @property
    def adresse(self) -> str:
        """Where the page is."""
        return self.part_url("completer")

    @property
    def adresse_enregistrement(self) -> str:
        return f"{self.adresse}/enregistrer"

    @property
    def adresse_envoi(self) -> str:
        return f"{self.adresse}/fichiers"

    def adresse_fichier(self, id: str) -> str:
        return f"{self.adresse_envoi}/{id}"

    @property
    def revision(self) -> int | None:
        """The state of the answer that the page was made of."""
        text = self.text("revision", 20)
        plain = text.isdecimal() and text.isascii() and len(text) < 20
        return int(text) if plain else None

    def servir_dessous(self):
        """What lies below the page."""
        keep_private(self.request.response)
        try:
            self.ouverture = self.ouvrir()
        except RienDemande as error:
            if not self.posted:
                raise NotFound(self.items[0]) from error
            return self.json(404, texts.NO_STEP)
        match self.items:
            case ("fichiers", id) if not self.posted:
                return envoyer(self._file(id), self.request.response)
            case ("fichiers", id, "apercu") if not self.posted:
                return envoyer_apercu(self._file(id), self.request.response)
        if not self.posted:
            raise NotFound(self.items[0])
        if not self.proved():
            return self.non_prouve()
        match self.items:
            case ("enregistrer",):
                return self._save()
            case ("fichiers",):
                return self._attach()
            case ("fichiers", id, "retirer"):
                return self._remove(id)
        raise NotFound(self.items[0])

    def non_prouve(self):
        """The login has ended, or the page is too old: the script tells it."""
        return self.json(401, texts.stale_notice("?", ""), connexion=self.login_url)

    def json(self, status: int, message=None, **body):
        """An answer to a script."""
        response = self.request.response
        keep_private(response)
        response.setStatus(status)
        response.setHeader("Content-Type", "application/json; charset=utf-8")
        if message is not None:
            body["message"] = in_words(message)
        return json.dumps(body, ensure_ascii=False)

    def _save(self):
        parcours = self.ouverture.parcours
        saisies = lire_etape(
            parcours, self.ouverture.reduction.etape, self.request.form
        )
        try:
            complements.noter(self.ouverture, saisies, revision=self.revision)
        except BrouillonModifie:
            return self.json(409, texts.CHANGED_ELSEWHERE)
        except TropLong:
            return self.json(413, texts.TOO_LONG)
        brouillon = self.ouverture.brouillon
        return self.json(
            200,
            enregistre=format_clock(brouillon.modifie),
            revision=brouillon.revision,
            adresse=self.adresse,
            etape=self.adresse,
        )

    def _attach(self):
        envoi = self.request.form.get("fichier")
        if not isinstance(envoi, FileUpload):
            return self.json(400, texts.NO_FILE)
        try:
            fichier = televersement.joindre_a(
                SupportDeComplement(self.ouverture), self.text("champ", 200), envoi
            )
        except televersement.QuestionInconnue:
            return self.json(404, texts.NO_QUESTION)
        except DocumentRefuse as error:
            return self.json(400, error.message)
        url = self.adresse_fichier(fichier.id)
        return self.json(
            201,
            id=fichier.id,
            nom=fichier.nom,
            taille=fichier.taille,
            type=fichier.type,
            etat=fichier.etat,
            url=url,
            apercu=f"{url}/apercu" if a_un_apercu(fichier.type) else None,
            revision=self.ouverture.brouillon.revision,
        )

    def _remove(self, id: str):
        televersement.retirer_de(SupportDeComplement(self.ouverture), id)
        return self.json(200, revision=self.ouverture.brouillon.revision)

    def _file(self, id: str) -> Fichier:
        fichier = self.ouverture.brouillon.fichiers.get(id)
        if fichier is None:
            raise NotFound(id)
        return fichier
