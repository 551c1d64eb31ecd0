"""``…/fichiers``: the files of a brouillon, one at a time."""

from __future__ import annotations

from carouge.guichet.formulaire import televersement
from carouge.guichet.formulaire import texts
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.browser.enregistrement import Enregistrement
from carouge.guichet.formulaire.documents import a_un_apercu
from carouge.guichet.formulaire.envoi import envoyer
from carouge.guichet.formulaire.envoi import envoyer_apercu
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from carouge.guichet.layout import keep_private
from collections.abc import Sequence
from plone.protect.interfaces import IDisableCSRFProtection
from zExceptions import NotFound
from zope.interface import alsoProvides
from ZPublisher.HTTPRequest import FileUpload


class Fichiers(Enregistrement):
    """Attach, show, take away."""

    def __call__(self, path: Sequence[str] = ()) -> str:
        keep_private(self.request.response)
        post = self.request.method == "POST"
        match path:
            case [] if post:
                return self._attach()
            case [id] if not post:
                return envoyer(self._file(id), self.request.response)
            case [id, "apercu"] if not post:
                return envoyer_apercu(self._file(id), self.request.response)
            case [id, "retirer"] if post:
                return self._remove(id)
        raise NotFound("/".join(path))

    def _attach(self) -> str:
        if self.brouillon is None:
            return self._gone()
        envoi = self.request.form.get("fichier")
        if not isinstance(envoi, FileUpload):
            return self._json(400, {"message": in_words(texts.NO_FILE)})
        alsoProvides(self.request, IDisableCSRFProtection)
        try:
            fichier = televersement.joindre(
                self.context, self.brouillon, self._text("champ"), envoi
            )
        except televersement.QuestionInconnue:
            return self._json(404, {"message": in_words(texts.NO_QUESTION)})
        except DocumentRefuse as error:
            return self._json(400, {"message": in_words(error.message)})
        url = self.adresse_fichier(fichier.id)
        picture = a_un_apercu(fichier.type)
        return self._json(
            201,
            {
                "id": fichier.id,
                "nom": fichier.nom,
                "taille": fichier.taille,
                "type": fichier.type,
                "etat": fichier.etat,
                "url": url,
                "apercu": f"{url}/apercu" if picture else None,
                "revision": self.brouillon.revision,
            },
        )

    def _remove(self, id: str) -> str:
        if self.brouillon is None:
            return self._gone()
        alsoProvides(self.request, IDisableCSRFProtection)
        televersement.retirer(self.context, self.brouillon, id)
        return self._json(200, {"revision": self.brouillon.revision})

    def _file(self, id: str):
        fichier = None if self.brouillon is None else self.brouillon.fichiers.get(id)
        if fichier is None:
            raise NotFound(id)
        return fichier
