"""``/mon-espace/ajouter``: a demande made at the counter becomes one of the account."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.access.page import ComptePage
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.rattachement import RattachementRefuse
from carouge.guichet.demande.rattachement import rattacher
from carouge.guichet.espace.labels import ATTACH_REFUSED
from carouge.guichet.espace.labels import OUTDATED
from carouge.guichet.espace.service import open_follow_up
from carouge.guichet.espace.service import TooManyAttempts
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


#: Much more than a number or a code, however they are spelled.
MAX_FIELD = 100


class Ajouter(ComptePage):
    """Asks for number and code, as the follow-up does, and says why not."""

    page_title = _("Add a demande made at the counter")
    template = ViewPageTemplateFile("../templates/ajouter.pt")
    problem = None
    number_problem = None
    #: The code opens the demande, but it cannot be put into this account.
    refused = False

    def show(self):
        if not self.posted:
            return self.template()
        if not self.proved():
            self.request.response.setStatus(403)
            self.problem = OUTDATED
            return self.template()
        try:
            demande = open_follow_up(
                guichet=self.context,
                number=self.numero,
                code=self.text("code", MAX_FIELD),
                client=self.request.getClientAddr(),
                annule=True,
            )
        except InvalidNumber:
            self.number_problem = (
                _(
                    "This number contains a typing error. Please compare it with your "
                    "receipt."
                )
                if self.numero
                else _("Please enter the number of your demande.")
            )
            return self._wrong(400)
        except TooManyAttempts as error:
            self.problem = _(
                "There were several wrong attempts. Please try again in ${minutes} "
                "minutes.",
                mapping={"minutes": -(-error.seconds // 60)},
            )
            self.request.response.setHeader("Retry-After", str(error.seconds))
            return self._wrong(429)
        if demande is None:
            self.problem = _(
                "This number and this code do not belong together. Please check both; "
                "you find them on the receipt of your demande."
            )
            return self._wrong(400)
        try:
            rattacher(demande, self.compte)
        except RattachementRefuse as error:
            self.problem = ATTACH_REFUSED[error.motif]
            self.refused = True
            return self._wrong(400)
        return self.request.response.redirect(
            f"{self.espace_url}/demandes/{demande.numero}?fait=rattachement",
            status=303,
        )

    def _wrong(self, status: int):
        self.request.response.setStatus(status)
        return self.template()

    @property
    def numero(self) -> str:
        return self.text("numero", MAX_FIELD)

    @property
    def contact(self):
        return contact()
