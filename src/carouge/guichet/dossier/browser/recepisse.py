"""``/<demarche>/recepisse``: the receipt of what was just submitted, with its code."""

from carouge.guichet.dossier.recepisse import nom_de_fichier
from carouge.guichet.dossier.recepisse import recepisse
from carouge.guichet.dossier.remise import remettre_pdf
from carouge.guichet.formulaire import limites
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.remplir import depot_recent
from carouge.guichet.layout import keep_private
from Products.Five.browser import BrowserView
from zExceptions import NotFound


class PageRecepisse(BrowserView):
    """Opened by what opens the confirmation: the id of the brouillon, for a day."""

    def __call__(self):
        value = self.request.form.get("brouillon")
        id = value if isinstance(value, str) and value.isalnum() else ""
        submission = depot_recent(self.context, id) if id else None
        if submission is None:
            raise NotFound("recepisse")
        demande = submission.demande
        if not demande.saisi_par:
            # This copy is made anew each time, and that takes seconds.
            try:
                limites.compter(limites.papiers)
            except limites.TropVite:
                return self._trop_vite()
        data = recepisse(demande, self.request, submission.code)
        return remettre_pdf(self.request.response, data, nom_de_fichier(demande))

    def _trop_vite(self) -> bytes:
        response = self.request.response
        keep_private(response)
        response.setStatus(429)
        response.setHeader("Content-Type", "text/plain; charset=utf-8")
        return in_words(limites.TROP_VITE).encode()
