"""Ids of the catalogue's content."""

from carouge.guichet.config import RESERVED_IDS
from carouge.guichet.demarche.interfaces import IGuichet
from plone.app.content.namechooser import NormalizingNameChooser
from zope.component import adapter


@adapter(IGuichet)
class GuichetNameChooser(NormalizingNameChooser):
    """Keeps content from hiding a page of the guichet, as ``aide`` or ``agents``."""

    def chooseName(self, name, obj):
        chosen = super().chooseName(name, obj)
        if chosen in RESERVED_IDS:
            chosen = super().chooseName(f"{chosen}-1", obj)
        return chosen
