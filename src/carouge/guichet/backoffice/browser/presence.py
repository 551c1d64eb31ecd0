"""``/agents/<numero>/presence``: the open page of a demande says that it is still open."""

from carouge.guichet.backoffice import actions
from carouge.guichet.backoffice import presence
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.backoffice.domain import whole_number
from carouge.guichet.backoffice.historique import name_of
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.backoffice.service import unseen_since
from carouge.guichet.demande.domain import InvalidNumber
from plone import api
from plone.protect.authenticator import check as check_authenticator
from zExceptions import NotFound

import json


class AgentsPresence(DeskPage):
    """Sent by POST while the page can be seen, and when it is left (``depart``).

    It is no look into the demande of its own, so that it is no line of the journal.
    The page that can be seen has shown the messages: they are read.
    """

    number = None

    def __call__(self):
        self.prepare()
        if self.request.method != "POST" or api.user.is_anonymous():
            raise NotFound(self.number)
        try:
            demande = self.desk.find(self.number or "")
        except (NotVisible, InvalidNumber) as error:
            raise NotFound(self.number) from error
        check_authenticator(self.request)
        form = self.request.form
        numero, me = demande.numero, api.user.get_current().getId()
        if form.get("depart"):
            presence.partir(self.context, numero, me)
        else:
            presence.arriver(self.context, numero, me)
            unseen = unseen_since(demande, whole_number(form.get("version")))
            if not unseen:
                # What came after the page was made has not been shown.
                actions.mark_read(demande)
        others = presence.present(self.context, numero, sauf=me)
        self.request.response.setHeader("Content-Type", "application/json")
        return json.dumps(
            {
                "autres": sorted(name_of(user, self.request) for user in others),
                "change": not form.get("depart") and unseen != [],
            }
        )
