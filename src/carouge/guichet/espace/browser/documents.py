"""Parts of a demande that the service has made: the receipt, and documents."""

from carouge.guichet.dossier.decision import marquer_document_lu
from carouge.guichet.dossier.recepisse import nom_de_fichier
from carouge.guichet.dossier.recepisse import recepisse
from carouge.guichet.dossier.remise import remettre_pdf
from carouge.guichet.espace.browser.partie import ParCode
from carouge.guichet.espace.browser.partie import ParCompte
from carouge.guichet.espace.browser.partie import Partie
from zExceptions import NotFound


class Recepisse(Partie):
    """``recepisse``: what was filed, as a PDF."""

    def page(self):
        return remettre_pdf(
            self.request.response,
            recepisse(self.opened, self.request),
            nom_de_fichier(self.opened),
        )


class DocumentEmis(Partie):
    """``document/<id>``: a document of the service; a withdrawn one is not given."""

    max_items = 1

    def page(self):
        id = self.items[0] if self.items else ""
        document = self.opened.dossier.document(id)
        if document is None or document.retire is not None:
            raise NotFound(self.part)
        seen = self.request.method == "GET"
        if seen and marquer_document_lu(document, self.request):
            self.opened.reindexObject()
        return remettre_pdf(
            self.request.response,
            document.file.data,
            document.file.filename or f"{document.id}.pdf",
            enregistrer=True,
        )


class MonRecepisse(Recepisse, ParCompte):
    """``/mon-espace/demandes/<numero>/recepisse``."""


class RecepisseDuSuivi(Recepisse, ParCode):
    """``/suivi/recepisse``."""


class MonDocument(DocumentEmis, ParCompte):
    """``/mon-espace/demandes/<numero>/document/<id>``."""


class DocumentDuSuivi(DocumentEmis, ParCode):
    """``/suivi/document/<id>``."""
