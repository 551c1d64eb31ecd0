"""The page of an error below one of our pages, in the frame of the guichet.

Plone's own wants a content object around it and falls back to a page without any frame
when the address goes on behind a view, as those of invoices, demandes and payments do.
"""

from carouge.guichet.demarche.interfaces import IGuichet
from pathlib import Path
from plone.rest.errors import ErrorHandling
from plone.rest.interfaces import IAPIRequest
from Products.CMFPlone.browser import exceptions
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.publisher.interfaces.browser import IBrowserView


class Erreur(exceptions.ExceptionView):
    """Plone's page, made around the guichet instead of a view; programs get their own.

    Nothing of what was asked for is shown: the guichet is open to everybody.
    """

    index = ViewPageTemplateFile(
        "templates/error_message.pt", str(Path(exceptions.__file__).parent)
    )

    def __call__(self) -> str | None:
        if IAPIRequest.providedBy(self.request):
            usual = ErrorHandling(self.context, self.request)
            usual.__parent__ = self.__parent__
            return usual()
        if IBrowserView.providedBy(self.__parent__):
            self.__parent__ = next(
                filter(IGuichet.providedBy, self.request["PARENTS"]), self.__parent__
            )
        return super().__call__()
