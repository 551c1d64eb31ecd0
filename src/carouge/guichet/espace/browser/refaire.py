"""``refaire`` below a demande: a new one that begins with its answers."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.access.labels import advice
from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.domain import MAX_BROUILLONS
from carouge.guichet.brouillon.domain import TropDeBrouillons
from carouge.guichet.compte.service import current_compte
from carouge.guichet.demarche.domain import Availability
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.espace.browser.partie import Partie
from carouge.guichet.espace.copie import copier
from carouge.guichet.espace.copie import demarche_de
from carouge.guichet.espace.copie import NonOfferte
from carouge.guichet.formulaire import limites
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.domain import InvalidJeton
from carouge.guichet.formulaire.service import new_jeton
from carouge.guichet.formulaire.service import open_jeton
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class Refaire(Partie):
    """Says what is copied and what is not, then makes the brouillon and goes there."""

    page_title = _("Make this demande again")
    template = ViewPageTemplateFile("../templates/refaire.pt")
    too_many = False

    def page(self):
        return self._copy() if self.posted else self.template()

    def page_again(self):
        return self.template()

    @cached_property
    def demarche(self):
        return demarche_de(self.context, self.opened)

    @cached_property
    def refusal(self) -> str:
        """Why it cannot be made again, in words; empty when it can."""
        if self.demarche is None:
            return in_words(_("This démarche is no longer offered online."))
        gate = gate_of(self.demarche)
        if gate.may_begin:
            return ""
        if gate.availability is Availability.OPEN:
            return advice(gate.decision, in_words)
        return in_words(_("This démarche cannot be filled in at the moment."))

    @property
    def demarche_url(self) -> str:
        return "" if self.demarche is None else self.demarche.absolute_url()

    @cached_property
    def jeton(self) -> str:
        return new_jeton(self.demarche)

    @property
    def pieces(self) -> bool:
        """Whether files are copied along."""
        return any(piece.lisible for piece in self.opened.pieces)

    @property
    def max_brouillons(self) -> int:
        return MAX_BROUILLONS

    def _copy(self):
        if not self.proved():
            return self.unproved()
        if self.refusal:
            self.request.response.setStatus(403)
            return self.template()
        try:
            brouillon = copier(
                self.opened,
                self.demarche,
                open_jeton(self.demarche, self.text("jeton", 1000)),
                self._owner(),
            )
        except NonOfferte:
            self.request.response.setStatus(403)
        except InvalidJeton:
            self.problem = _(
                "This page was open for a long time. Nothing was done; please confirm "
                "once more."
            )
            self.request.response.setStatus(400)
        except TropDeBrouillons:
            self.too_many = True
            self.request.response.setStatus(409)
        except limites.TropVite:
            self.problem = limites.TROP_VITE
            self.request.response.setStatus(429)
        else:
            # See Other: a reload shows the form, and makes nothing.
            return self.request.response.redirect(
                f"{self.demarche_url}/formulaire/{brouillon.id}", status=303
            )
        return self.template()

    def _owner(self) -> str:
        compte = current_compte()
        if compte is not None:
            return compte.id
        return brouillons.marquer_navigateur(self.request)
