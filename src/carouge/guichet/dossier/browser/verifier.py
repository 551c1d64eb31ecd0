"""``/verifier`` and ``/verifier/<code>``: does this document come from here?

Open to everybody who holds a document. Nothing of its content is on these pages, and
nothing is written by them.
"""

from carouge.guichet import _
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.dossier import labels
from carouge.guichet.dossier.codes import CodeMalTape
from carouge.guichet.dossier.codes import lire_code
from carouge.guichet.dossier.codes import MAX_SAISIE
from carouge.guichet.dossier.verification import Constat
from carouge.guichet.dossier.verification import empreinte
from carouge.guichet.dossier.verification import FichierTropLourd
from carouge.guichet.dossier.verification import MAX_COMPARAISON
from carouge.guichet.dossier.verification import TropDEssais
from carouge.guichet.dossier.verification import Valeur
from carouge.guichet.dossier.verification import verifier
from carouge.guichet.formulaire.documents import en_mo
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from carouge.guichet.swisstime import local_date
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse
from ZPublisher.HTTPRequest import FileUpload


@implementer(IPublishTraverse)
class Verifier(BrowserView):
    """The form for a code, and what is known of it."""

    template = ViewPageTemplateFile("../templates/verifier.pt")
    page_title = _("Verify a document")
    max_mo = en_mo(MAX_COMPARAISON)

    #: What was typed, or stands in the address.
    saisie = ""
    constat: Constat | None = None
    problem = None
    file_problem = None
    #: Whether the file is the document; None as long as none was sent.
    identique: bool | None = None
    segment = ""

    def publishTraverse(self, request, name):
        if self.segment:
            raise NotFound(name)
        self.segment = name
        return self

    def __call__(self):
        keep_private(self.request.response)
        single_column(self.request)
        typed = self.request.form.get("code")
        typed = typed if isinstance(typed, str) else ""
        self.saisie = (self.segment or typed).strip()[: 2 * MAX_SAISIE]
        if self.saisie and not self._look():
            return self.template()
        if self.constat is not None and not self.segment:
            return self.request.response.redirect(self.constat_url)
        if self.constat is not None and self.request.method == "POST":
            self._compare()
        elif "code" in self.request.form and not self.saisie:
            self._refuse(400, _("Please enter the code that stands on the document."))
        return self.template()

    def _look(self) -> bool:
        """Ask for the code; False when there is something else to say."""
        try:
            client = self.request.getClientAddr()
            self.constat = verifier(self.context, self.saisie, client)
        except CodeMalTape:
            self._refuse(
                400,
                _(
                    "This code contains a typing error. It has 16 letters and digits; "
                    "please compare it with the document."
                ),
            )
            return False
        except TropDEssais as error:
            self.request.response.setHeader("Retry-After", str(error.seconds))
            self._refuse(
                429,
                _(
                    "There were several codes that do not exist. Please try again in "
                    "${minutes} min.",
                    mapping={"minutes": -(-error.seconds // 60)},
                ),
            )
            return False
        if self.constat is None:
            self.saisie = lire_code(self.saisie)
            self._refuse(
                404,
                _(
                    "No document of this counter has this code. Do not trust the "
                    "document before you have asked the commune."
                ),
            )
        return self.constat is not None

    def _refuse(self, status: int, words) -> None:
        self.request.response.setStatus(status)
        self.problem = words

    def _compare(self) -> None:
        """Hash what was sent, as a browser without JavaScript needs it."""
        sent = self.request.form.get("fichier")
        if not isinstance(sent, FileUpload) or not sent.filename:
            self.file_problem = _("Please choose the file first.")
        else:
            try:
                self.identique = empreinte(sent) in self.constat.digests
                return
            except FichierTropLourd:
                self.file_problem = _(
                    "This file is larger than ${max} MB: it is none of ours.",
                    mapping={"max": self.max_mo},
                )
        self.request.response.setStatus(400)

    @property
    def url(self) -> str:
        return f"{self.context.absolute_url()}/verifier"

    @property
    def constat_url(self) -> str:
        return f"{self.url}/{self.constat.code}"

    @property
    def contact(self):
        return contact()

    @property
    def genre(self):
        return labels.GENRE_LABELS[self.constat.genre]

    @property
    def valeur(self):
        return labels.VALEUR_LABELS[self.constat.valeur]

    @property
    def couleur(self) -> str:
        return labels.VALEUR_COLOURS[self.constat.valeur]

    @property
    def suite(self):
        return labels.SUITE_LABELS[self.constat.suite]

    @property
    def date(self) -> str:
        return format_time(self.constat.date)

    @property
    def depuis(self) -> str:
        """The day it was withdrawn or replaced; empty as long as it counts."""
        moment = self.constat.depuis
        return "" if moment is None else format_date(local_date(moment))

    @property
    def depuis_label(self):
        if self.constat.valeur is Valeur.RETIRE:
            return _("Withdrawn on")
        return _("Replaced on")

    @property
    def digest(self) -> str:
        """The digest in groups, so that people can compare it."""
        digest = self.constat.digests[0]
        return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
