"""The files of a demande at the desk."""

from carouge.guichet.backoffice import labels
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.backoffice.domain import whole_number
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.demande.content import Piece
from plone import api
from plone.namedfile.utils import stream_data
from urllib.parse import quote
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


@implementer(IPublishTraverse)
class AgentsFile(DeskPage):
    """A file below a demande, to be saved; the first one is number 1.

    Open in the same way as the page of the demande.
    """

    number = None
    #: How many further segments the address has.
    segments = 1

    def __init__(self, context, request) -> None:
        super().__init__(context, request)
        self.items: list[str] = []

    def publishTraverse(self, request, name):
        if self.number is None or len(self.items) == self.segments:
            raise NotFound(name)
        self.items.append(name)
        return self

    def find(self, index: int) -> Piece:
        """The file at an index, the first one being 0.

        :raises NotVisible: none for this agent
        """
        raise NotImplementedError

    def __call__(self):
        index = whole_number(self.items[-1]) if self.items else None
        complete = len(self.items) == self.segments
        if api.user.is_anonymous() or index is None or not complete:
            raise NotFound(self.number)
        try:
            piece = self.find(index - 1)
        except NotVisible as error:
            raise NotFound(self.number) from error
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


class AgentsPiece(AgentsFile):
    """``<guichet>/agents/<numero>/piece/<index>``: one document of the citizen."""

    def find(self, index: int) -> Piece:
        return self.desk.piece(self.number, index)


class AgentsJointe(AgentsFile):
    """``<guichet>/agents/<numero>/jointe/<message>/<index>``: one attachment."""

    segments = 2

    def find(self, index: int) -> Piece:
        return self.desk.attachment(self.number, self.items[0], index)
