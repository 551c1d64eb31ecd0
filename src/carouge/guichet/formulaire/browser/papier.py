"""``<demarche>/papier``: the form to print and to fill in by hand; and what the page of
the démarche says of its form.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.config import MANAGE_CATALOGUE
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.demarche.service import fiche_of
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.demarche.versions import contenu_publie
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.duree import Duree
from carouge.guichet.formulaire.duree import duree_de
from carouge.guichet.formulaire.limites import TROP_VITE
from carouge.guichet.formulaire.limites import TropVite
from carouge.guichet.formulaire.papier import Partie
from carouge.guichet.formulaire.papier import parties_de
from carouge.guichet.formulaire.papier import pdf_de
from carouge.guichet.formulaire.papier import prix_de
from carouge.guichet.formulaire.papier import textes_de
from carouge.guichet.money import format_chf
from functools import cached_property
from plone import api
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.i18n import translate


class _Formulaire(BrowserView):
    """What can be said of the form of a démarche without filling it in."""

    @cached_property
    def fiche(self):
        return fiche_of(self.context)

    @property
    def imprimable(self) -> bool:
        """Whether everybody may print the form: it is published, and filled in here."""
        fiche = self.fiche
        return bool(
            fiche.published
            and not fiche.suspended
            and not fiche.external
            and fiche.has_form
        )

    def dire(self, message) -> str:
        """A message in the language of the request."""
        return translate(message, context=self.request)


class Infos(_Formulaire):
    """``@@formulaire-infos``: macros for the page of the démarche.

    No method may have the name of a macro: it would hide it.
    """

    @cached_property
    def temps(self) -> Duree | None:
        """How long it takes; None where nothing is filled in here."""
        return duree_de(self.context) if self.imprimable else None

    def minutes(self):
        """The time in words."""
        if self.temps.minutes == 1:
            return _("about 1 minute")
        return _("about ${number} minutes", mapping={"number": self.temps.minutes})


class Papier(_Formulaire):
    """The blank form as an accessible PDF."""

    template = ViewPageTemplateFile("../templates/papier.pt")

    def __call__(self) -> bytes:
        if not self.imprimable and not self._preview:
            raise NotFound("papier")
        try:
            document = pdf_de(self.template())
        except TropVite:
            self.request.response.setStatus(429)
            self.request.response.setHeader("Content-Type", "text/plain; charset=utf-8")
            return self.dire(TROP_VITE).encode()
        for name, value in (
            ("Content-Type", "application/pdf"),
            (
                "Content-Disposition",
                f'inline; filename="{self.context.getId()}.pdf"',
            ),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.request.response.setHeader(name, value)
        return document

    @property
    def _preview(self) -> bool:
        """Editors print what they are working on."""
        return self.fiche.has_form and api.user.has_permission(
            MANAGE_CATALOGUE, obj=self.context
        )

    @property
    def langue(self) -> str:
        return api.portal.get_current_language()

    @cached_property
    def form(self):
        return compile_form(self.context)

    def parties(self) -> list[Partie]:
        return parties_de(self.form, self.dire)

    @cached_property
    def contact(self):
        return contact()

    @property
    def service(self):
        return service_by_uid(guichet_of(self.context), self.fiche.service_uid)

    def introduction(self) -> tuple[str, ...]:
        """The paragraphs above the form."""
        prologue = contenu_publie(self.context)["formPrologue"]
        return textes_de(prologue.output if prologue else "")

    def cout(self) -> list[str]:
        """Fee and cost in words; empty when nothing is said."""
        fee = contenu_publie(self.context)["emolument"]
        words = [format_chf(fee)] if fee else []
        if self.fiche.cost and self.fiche.cost not in words:
            words.append(self.fiche.cost)
        return [*words, *prix_de(self.form, self.dire)]
