"""What a visitor reads when nothing can be stored, or read, at the moment."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.layout import keep_private
from carouge.guichet.production.page import page_nue
from Products.Five.browser import BrowserView
from zope.component import getGlobalSiteManager
from zope.i18n import translate
from zope.interface import implementedBy
from zope.interface import Interface
from zope.interface import providedBy

import errno
import json


#: Seconds after which it makes sense to try again.
ATTENTE = 60

_TITRE = _("The counter cannot save anything at the moment")
# In French these are the words of HAProxy's page: nobody knows more here than there.
_TEXTE = _("Your page could not be served. Wait a minute, then reload it.")
_SUITE = _(
    "If you were filling in a form, what was saved is still there. If you had just sent "
    'a request or paid, look first in "My space" or in your e-mails: you will find '
    "the confirmation there if it is done."
)


class Panne(BrowserView):
    """The page of an error of the storage. It asks the database for nothing, it has just
    failed; and no template, which might have to be compiled onto a full disk."""

    def __call__(self) -> str:
        response = self.request.response
        # Nothing that follows from the failure makes it another one.
        response.setStatus(503, lock=1)
        response.setHeader("Retry-After", str(ATTENTE))
        keep_private(response)
        langue = str(self.request.get("LANGUAGE") or "fr")
        titre, texte, suite = (
            translate(words, target_language=langue)
            for words in (_TITRE, _TEXTE, _SUITE)
        )
        if "application/json" in (self.request.getHeader("Accept") or ""):
            response.setHeader("Content-Type", "application/json")
            return json.dumps({"type": "ServiceUnavailable", "message": texte})
        response.setHeader("Content-Type", "text/html; charset=utf-8")
        return page_nue(langue, titre, (texte, suite))


class PanneDuSysteme(Panne):
    """The same for errors of the operating system, as far as the disk is their cause."""

    DISQUE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})

    def __call__(self) -> str:
        if self.context.errno in self.DISQUE:
            return super().__call__()
        # Anything else is none of our business.
        usual = getGlobalSiteManager().adapters.lookup(
            (implementedBy(Exception), providedBy(self.request)),
            Interface,
            "index.html",
        )
        view = usual(self.context, self.request)
        view.__parent__ = self.__parent__
        return view()
