"""``/mon-espace/brouillons``: what somebody has begun and not sent."""

from carouge.guichet import _
from carouge.guichet.access.page import ComptePage
from carouge.guichet.brouillon.service import supprimer
from carouge.guichet.espace.brouillons import mes_brouillons
from carouge.guichet.espace.brouillons import mon_brouillon
from carouge.guichet.espace.brouillons import questions_de
from carouge.guichet.espace.brouillons import vu
from carouge.guichet.espace.labels import OUTDATED_DELETION
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


BROUILLON_PAGE = "mon-espace-un-brouillon"


@implementer(IPublishTraverse)
class MesBrouillons(ComptePage):
    """The list, the last saved first; ``<id>`` below it is one of it."""

    page_title = _("My drafts")
    template = ViewPageTemplateFile("../templates/brouillons.pt")

    def publishTraverse(self, request, name):
        page = getMultiAdapter((self.context, request), name=BROUILLON_PAGE)
        page.id = name
        return page

    def show(self):
        return self.template()

    @cached_property
    def brouillons(self):
        return mes_brouillons(self.context, self.compte)

    @property
    def deleted(self) -> bool:
        return self.text("fait", 40) == "supprime"

    @property
    def url(self) -> str:
        return f"{self.espace_url}/brouillons"


class MonBrouillon(ComptePage):
    """``/mon-espace/brouillons/<id>``: to read it, and to delete it in two steps."""

    page_title = _("My drafts")
    read_template = ViewPageTemplateFile("../templates/brouillon.pt")
    delete_template = ViewPageTemplateFile("../templates/brouillon-supprimer.pt")
    keeps_input = False
    id = ""
    problem = None

    def show(self):
        self.stored = mon_brouillon(self.context, self.id, self.compte)
        if self.stored is None:
            if self.posted and self.text("action", 40) == "supprimer":
                # A double click.
                return self._to_list()
            raise NotFound(self.id)
        if self.posted and self.text("action", 40) == "supprimer":
            return self._delete()
        if self.text("etape", 40) == "supprimer":
            return self.delete_template()
        return self.read_template()

    def _delete(self):
        if not self.proved():
            self.request.response.setStatus(403)
            self.problem = OUTDATED_DELETION
            return self.delete_template()
        supprimer(self.context, self.stored)
        return self._to_list()

    def _to_list(self):
        # See Other: a reload shows the list, and deletes nothing.
        return self.request.response.redirect(
            f"{self.list_url}?fait=supprime", status=303
        )

    @cached_property
    def brouillon(self):
        return vu(self.context, self.stored)

    @cached_property
    def questions(self):
        return questions_de(self.stored)

    @property
    def list_url(self) -> str:
        return f"{self.espace_url}/brouillons"

    @property
    def url(self) -> str:
        return f"{self.list_url}/{self.id}"
