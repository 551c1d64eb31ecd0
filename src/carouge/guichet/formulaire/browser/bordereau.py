"""``/<demarche>/bordereau``: the cover sheet of what was just submitted."""

from carouge.guichet.formulaire.bordereau import envoyer
from carouge.guichet.formulaire.bordereau import SansPieceAnnoncee
from carouge.guichet.formulaire.remplir import depot_recent
from Products.Five.browser import BrowserView
from zExceptions import NotFound


class PageBordereau(BrowserView):
    """Opened by what opens the confirmation: the id of the brouillon."""

    def __call__(self):
        value = self.request.form.get("brouillon")
        id = value if isinstance(value, str) and value.isalnum() else ""
        submission = depot_recent(self.context, id) if id else None
        if submission is None:
            raise NotFound("bordereau")
        try:
            return envoyer(submission.demande, self.request)
        except SansPieceAnnoncee as error:
            raise NotFound("bordereau") from error
