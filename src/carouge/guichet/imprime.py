"""A page that is printed: its HTML, the words around it, and its PDF."""

from __future__ import annotations

from carouge.guichet.controlpanel.service import contact
from carouge.guichet.pdf import en_pdf
from functools import cached_property
from plone import api
from Products.Five.browser import BrowserView
from zope.i18n import translate


class Imprime(BrowserView):
    """The frame of a document on paper.

    No address leads here: whoever makes one has seen to it that the caller may. A
    subclass has a ``template``, whose ``<html>`` has ``lang="${view/langue}"`` and whose
    ``<title>`` says what it is, and the CSS ``style`` of this kind of document.
    """

    template = None
    style = ""

    def __call__(self) -> str:
        return self.template()

    @property
    def langue(self) -> str:
        return api.portal.get_current_language()

    @cached_property
    def contact(self):
        """How to reach the counter."""
        return contact()

    def dire(self, message) -> str:
        """A message in words; what is none stays as it is."""
        return translate(message, context=self.request)

    def pdf(self, style: str = "") -> bytes:
        """The document as an accessible PDF; ``style`` is CSS for this one alone.

        :raises ValueError: it says neither its title nor its language
        """
        return en_pdf(self(), style=self.style + style)
