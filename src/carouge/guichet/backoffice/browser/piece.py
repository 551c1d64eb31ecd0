"""The documents of a demande at the desk."""

from carouge.guichet.backoffice import labels
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.backoffice.domain import whole_number
from carouge.guichet.backoffice.service import NotVisible
from plone import api
from plone.namedfile.utils import stream_data
from urllib.parse import quote
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


@implementer(IPublishTraverse)
class AgentsPiece(DeskPage):
    """``<guichet>/agents/<numero>/piece/<index>``: one document, to be saved.

    Open in the same way as the page of the demande; the first document is number 1.
    """

    number = None
    index = None

    def publishTraverse(self, request, name):
        if self.number is None or self.index is not None:
            raise NotFound(name)
        self.index = name
        return self

    def __call__(self):
        index = whole_number(self.index)
        if api.user.is_anonymous() or index is None:
            raise NotFound(self.index)
        try:
            piece = self.desk.piece(self.number, index - 1)
        except NotVisible as error:
            raise NotFound(self.index) from error
        filename = quote(labels.filename_of(piece, index), safe="")
        response = self.request.response
        for name, value in (
            # Not the type somebody claimed: as HTML it would even get the site's theme.
            ("Content-Type", "application/octet-stream"),
            ("Content-Length", str(piece.file.getSize())),
            ("Content-Disposition", f"attachment; filename*=UTF-8''{filename}"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'; sandbox"),
            ("Cache-Control", "private, no-store"),
        ):
            response.setHeader(name, value)
        return stream_data(piece.file)
