"""The page of one demande: what its citizen reads there, and what he can do."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demande.traitement import marquer_lus
from carouge.guichet.demande.traitement import USAGER
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.espace.browser.partie import Partie
from carouge.guichet.espace.dialogue import DialogueFerme
from carouge.guichet.espace.dialogue import ecrire
from carouge.guichet.espace.dialogue import EmptyMessage
from carouge.guichet.espace.dialogue import TropDeMessages
from carouge.guichet.espace.dialogue import UnusableMessage
from carouge.guichet.espace.labels import CLOSED_DIALOGUE
from carouge.guichet.espace.labels import TOO_MANY_MESSAGES
from carouge.guichet.espace.labels import UNUSABLE
from carouge.guichet.espace.service import can
from carouge.guichet.espace.service import Outcome
from carouge.guichet.espace.service import withdraw
from carouge.guichet.espace.vue import suivi_of
from carouge.guichet.formulaire.documents import en_mo
from carouge.guichet.formulaire.domain import MAX_DOCUMENT
from carouge.guichet.formulaire.domain import MAX_TEXT
from carouge.guichet.formulaire.pieces_jointes import contenus_de
from carouge.guichet.formulaire.pieces_jointes import JointesRefusees
from carouge.guichet.formulaire.pieces_jointes import MAX_JOINTES
from carouge.guichet.formulaire.types_documents import titres_de
from carouge.guichet.formulaire.types_documents import types_de
from functools import cached_property
from plone.protect.interfaces import IDisableCSRFProtection
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.component import queryMultiAdapter
from zope.interface import alsoProvides


#: Texts beyond that are not even shown again.
MAX_KEPT = 5 * MAX_TEXT

#: The fields of the forms: a message, the reason for a withdrawal.
MESSAGE, REASON = "texte", "raison"
FILES = "jointes"


class PageDemande(Partie):
    """Reading, writing, withdrawing.

    Subclasses have a ``demande_template`` and the ``prefix`` of the views of parts.
    """

    withdraw_template = ViewPageTemplateFile("../templates/retirer.pt")
    prefix = ""
    #: The compte that reads; empty for number and code.
    lecteur = ""
    max_text = MAX_TEXT
    max_files = MAX_JOINTES
    max_mo = en_mo(MAX_DOCUMENT)

    texte_problems: tuple = ()
    raison_problem = None

    def page(self):
        if self.posted:
            return self.act(self.text("action", 40))
        if self.text("etape", 40) == "retirer" and can(self.opened, "retirer"):
            return self.withdraw_template()
        page = self.demande_template()
        self._mark_read()
        return page

    def act(self, action: str):
        """Do what a button of the page says."""
        actions = {
            "ecrire": self.write_message,
            "retirer": self.withdraw_demande,
        }
        return actions.get(action, self.demande_template)()

    def page_again(self):
        if self.raison and can(self.opened, "retirer"):
            return self.withdraw_template()
        if self.texte:
            self.texte_problems = (
                _("Your message was not sent yet. It is kept here."),
            )
        return self.demande_template()

    @property
    def texte(self) -> str:
        """The message that was typed."""
        return self.text(MESSAGE, MAX_KEPT)

    @property
    def raison(self) -> str:
        """The reason that was typed."""
        return self.text(REASON, MAX_KEPT)

    @cached_property
    def suivi(self):
        return suivi_of(self.opened, self.lecteur)

    @property
    def types(self) -> str:
        """The kinds of files that can be sent, in words."""
        return titres_de(types_de(()))

    def has_part(self, name: str) -> bool:
        """Whether there is such a part of a demande."""
        view = queryMultiAdapter(
            (self.context, self.request), name=f"{self.prefix}{name}"
        )
        return view is not None

    @property
    def can_copy(self) -> bool:
        """Whether the démarche is still offered."""
        return self.opened.demarche_uid in get_catalogue(self.context).by_uid

    def _mark_read(self) -> None:
        """The messages of the service have been shown to whom they are for.

        A GET writes here (docs/decisions/0011): without a script nothing else tells
        that somebody has read. What a browser fetches before anybody asks for it, or
        only the head of, has been read by nobody.
        """
        purpose = self.request.getHeader("Sec-Purpose", "") or self.request.getHeader(
            "Purpose", ""
        )
        if self.request.method != "GET" or "prefetch" in purpose.lower():
            return
        if marquer_lus(self.opened, USAGER):
            alsoProvides(self.request, IDisableCSRFProtection)

    def write_message(self):
        if not self.proved():
            return self.unproved()
        status = 400
        try:
            ecrire(self.opened, self.texte, self._attachments)
        except JointesRefusees as error:
            self.texte_problems = (
                *error.messages,
                _("Your message was not sent. Please choose the files once more."),
            )
        except EmptyMessage:
            self.texte_problems = (_("Please write your message."),)
        except UnusableMessage as error:
            self.texte_problems = (UNUSABLE[type(error)],)
        except DialogueFerme:
            self.texte_problems = (CLOSED_DIALOGUE,)
        except TropDeMessages:
            self.texte_problems = (TOO_MANY_MESSAGES,)
            status = 429
        else:
            return self.done("message")
        self.request.response.setStatus(status)
        return self.demande_template()

    def _attachments(self):
        return contenus_de(self.request.form.get(FILES))

    def withdraw_demande(self):
        if not self.proved():
            return self.unproved()
        try:
            outcome = withdraw(self.opened, self.raison)
        except UnusableMessage as error:
            self.raison_problem = UNUSABLE[type(error)]
            self.request.response.setStatus(400)
            return self.withdraw_template()
        if outcome is Outcome.TOO_LATE:
            self.problem = _(
                "The demande has moved on meanwhile: it can no longer be withdrawn."
            )
            return self.demande_template()
        return self.done("retrait")
