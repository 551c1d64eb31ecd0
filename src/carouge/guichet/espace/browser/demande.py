"""``/mon-espace/demandes/<numero>`` and what lies below it."""

from carouge.guichet.espace.browser.mouvements import PageDemande
from carouge.guichet.espace.browser.partie import COMPTE_PREFIX
from carouge.guichet.espace.browser.partie import ParCompte
from carouge.guichet.espace.browser.refaire import Refaire
from carouge.guichet.espace.browser.telechargement import Bordereau
from carouge.guichet.espace.browser.telechargement import PieceDemande
from carouge.guichet.espace.browser.telechargement import PieceMessage
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class MaDemande(PageDemande, ParCompte):
    """One of one's own demandes; anything else is not there."""

    demande_template = ViewPageTemplateFile("../templates/demande.pt")
    prefix = COMPTE_PREFIX

    def publishTraverse(self, request, name):
        part = self.below(self.prefix, name)
        part.numero = self.numero
        return part

    @property
    def lecteur(self) -> str:
        return self.compte.id


class MonBordereau(Bordereau, ParCompte):
    """``/mon-espace/demandes/<numero>/bordereau``."""


class MaPiece(PieceDemande, ParCompte):
    """``/mon-espace/demandes/<numero>/piece/<rang>``."""


class MonMessage(PieceMessage, ParCompte):
    """``/mon-espace/demandes/<numero>/message/<id>/<rang>``."""


class MaCopie(Refaire, ParCompte):
    """``/mon-espace/demandes/<numero>/refaire``."""
