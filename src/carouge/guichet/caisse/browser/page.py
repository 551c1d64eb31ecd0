"""The frame of the pages of the cashier's desk, and of what is ordered there.

``/agents/caisse/<name>`` is the view ``agents-caisse-<name>`` of the guichet, and a page
that is about one thing reads its id with ``publishTraverse``. A page that writes
implements :meth:`CaissePage.act`; its template fills the slot ``corps`` of the macro
``cadre`` of ``@@caisse-macros``.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse import labels
from carouge.guichet.caisse.attentes import attentes
from carouge.guichet.caisse.domain import jour_iso
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import Retrouvable
from carouge.guichet.layout import single_column
from carouge.guichet.money import format_chf
from carouge.guichet.money import InvalidAmount
from carouge.guichet.money import read_amount
from carouge.guichet.money import to_centimes
from carouge.guichet.paiement.labels import ETATS
from carouge.guichet.paiement.labels import SOURCES
from carouge.guichet.regie.domain import Regie
from carouge.guichet.regie.service import regies
from carouge.guichet.transactions import tout_ou_rien
from functools import cached_property
from plone import api
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser import BrowserView
from urllib.parse import quote
from urllib.parse import urlencode
from zExceptions import Forbidden
from zope.i18n import translate
from ZPublisher.HTTPRequest import FileUpload

import re
import secrets


#: Longest text that is typed into one field.
MAX_TEXTE = 2000
MAX_LIGNE = 200

FORBIDDEN = _(
    "This page was open for a long time, or somebody else has logged in meanwhile. "
    "Nothing was changed; please check and send again."
)
OUTDATED = _(
    "This has changed since you opened the page. What you ordered was not done; please "
    "look again."
)
IMPOSSIBLE = _("This is not possible now. Nothing was changed.")

_CLE = re.compile(r"[0-9a-f]{16}")

#: The pages that stand in the navigation of the desk: name, title.
SECTIONS = {
    "": _("Overview"),
    "importer": _("Import invoices"),
    "nouvelle": _("New invoice"),
    "rattachements": _("Debtor numbers"),
    "releves": _("Bank statements"),
    "a-traiter": _("To be treated"),
    "paiements": _("Online payments"),
    "remboursements": _("Refunds"),
    "cloture": _("Daily settlement"),
    "lots": _("Accounting batches"),
    "journal": _("Movements"),
}


class Refused(Exception):
    """An order cannot be carried out; ``message`` is what the cashier is told.

    ``field`` is the name of the field it is about, empty for the page as a whole;
    ``status`` the HTTP status.
    """

    def __init__(self, message, field: str = "", status: int = 400) -> None:
        super().__init__(field)
        self.message = message
        self.field = field
        self.status = status


def outdated() -> Refused:
    """What was shown is not what there is any more."""
    return Refused(OUTDATED, status=409)


class CaissePage(Retrouvable, BrowserView):
    """What the pages of the desk have in common."""

    template = None
    page_title = _("Cash desk")
    #: The page of the navigation it belongs to, and whether it is that page.
    section = ""
    exact = True
    alert = None

    words_amount = _("Amount in francs")
    words_receipt = _("Number of the terminal's receipt")
    words_reason = _("Why? It stays in the history.")
    day = staticmethod(labels.day_of)
    moment = staticmethod(labels.moment_of)
    machine_time = staticmethod(jour_iso)
    chf = staticmethod(format_chf)
    facture_labels = labels.FACTURE_LABELS
    facture_colours = labels.FACTURE_COLOURS
    paiement_labels = ETATS
    source_labels = {source.value: label for source, label in SOURCES.items()}
    paiement_colours = labels.PAIEMENT_COLOURS

    def __call__(self):
        keep_private(self.request.response)
        single_column(self.request)
        self.errors: dict[str, object] = {}
        self.read()
        if self.request.method == "POST":
            answer = self._post()
            if answer is not None:
                return answer
        return self.template()

    def read(self) -> None:
        """Find what the page is about.

        :raises zExceptions.NotFound: there is no such thing
        """

    def act(self):
        """Carry out what was posted; what the page answers with, None for itself.

        :raises Refused: with what the cashier is told
        """
        raise Refused(IMPOSSIBLE)

    def _post(self):
        response = self.request.response
        try:
            check_authenticator(self.request)
            # Half an order is none.
            with tout_ou_rien():
                return self.act()
        except Forbidden:
            response.setStatus(403)
            self.alert = FORBIDDEN
        except Refused as error:
            response.setStatus(error.status)
            if error.field:
                self.errors[error.field] = error.message
            else:
                self.alert = error.message
        return None

    # For those that write

    def typed(self, name: str, most: int = MAX_LIGNE) -> str:
        """One line that was typed; empty for nothing."""
        text = self.request.form.get(name)
        return " ".join(text.split())[:most] if isinstance(text, str) else ""

    def text(self, name: str) -> str:
        """A text of several lines; empty for nothing."""
        text = self.request.form.get(name)
        if not isinstance(text, str):
            return ""
        return text.replace("\r\n", "\n").strip()[:MAX_TEXTE]

    def reason(self, name: str = "raison") -> str:
        """Why something is done.

        :raises Refused: it is missing, or holds what no keyboard makes
        """
        text = self.text(name)
        if not text:
            raise Refused(_("Please say why."), name)
        if any(ord(char) < 32 and char not in "\n\t" for char in text):
            raise Refused(_("The text holds characters that cannot be shown."), name)
        return text

    def amount(self, name: str = "montant") -> int:
        """Centimes of an amount somebody has typed in francs.

        :raises Refused: it is none
        """
        try:
            value = read_amount(self.typed(name))
            if value is None:
                raise InvalidAmount(name)
            return to_centimes(value)
        except InvalidAmount as error:
            raise Refused(
                _("Please write an amount in francs, such as 187.35."), name
            ) from error

    def done(self, message, url: str = ""):
        """Tell that something was done, and go there."""
        api.portal.show_message(message, self.request)
        return self.go(url or self.here)

    def file(self, body: bytes, name: str, type: str):
        """Answer with a file to be saved."""
        for header, value in (
            ("Content-Type", type),
            ("Content-Length", str(len(body))),
            ("Content-Disposition", f"attachment; filename={name}"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'; sandbox"),
        ):
            self.request.response.setHeader(header, value)
        return body

    def upload(self, name: str):
        """The file that was sent, a binary stream at its beginning.

        :raises Refused: none was
        """
        sent = self.request.form.get(name)
        if not isinstance(sent, FileUpload) or not sent.filename:
            raise Refused(_("Please choose a file."), name)
        sent.seek(0)
        return sent

    def go(self, url: str):
        return self.request.response.redirect(url, status=303)

    @property
    def key(self) -> str:
        """Sent back by the form: the same order from the same page is carried out once."""
        sent = self.typed("cle", 32) if self.request.method == "POST" else ""
        return sent if _CLE.fullmatch(sent) else secrets.token_hex(8)

    # What is shown

    @property
    def caisse_url(self) -> str:
        return f"{self.context.absolute_url()}/agents/caisse"

    @property
    def here(self) -> str:
        return self.url(self.section)

    def url(self, *path: str, **query: str) -> str:
        """Address of a page of the desk."""
        address = "/".join(
            [self.caisse_url, *(quote(part, safe="") for part in path if part)]
        )
        return f"{address}?{urlencode(query)}" if query else address

    def facture_url(self, id: str) -> str:
        return self.url("factures", id)

    def paiement_url(self, uid: str) -> str:
        return self.url("paiements", uid)

    @cached_property
    def me(self) -> str:
        return api.user.get_current().getId()

    def name_of(self, user_id: str):
        return labels.name_of(user_id, self.request)

    def say(self, message) -> str:
        return translate(message, context=self.request)

    @cached_property
    def regies(self) -> dict[str, Regie]:
        return regies()

    def regie_title(self, code: str) -> str:
        regie = self.regies.get(code)
        return regie.titre if regie is not None else code

    @cached_property
    def regie(self) -> str:
        """The code of the régie that was chosen, else of the first one; empty for none."""
        chosen = self.request.form.get("regie")
        if isinstance(chosen, str) and chosen in self.regies:
            return chosen
        return next(iter(self.regies), "")

    @property
    def regie_options(self) -> list[dict]:
        return [
            {
                "value": code,
                "title": regie.titre,
                "selected": "selected" if code == self.regie else None,
            }
            for code, regie in self.regies.items()
        ]

    @cached_property
    def waiting(self) -> dict[str, int]:
        """How many things wait, by name of the page."""
        return attentes(self.context)

    @property
    def sections(self) -> list[dict]:
        """The links of the desk's own navigation."""
        current = "page" if self.exact else "true"
        return [
            {
                "url": self.url(name),
                "title": title,
                "count": self.waiting.get(name, 0),
                "current": current if name == self.section else None,
            }
            for name, title in SECTIONS.items()
        ]

    def rows_of(self, resumes) -> list[dict]:
        """Invoices as a table shows them."""
        return [
            {
                "id": one.id,
                "url": self.facture_url(one.id),
                "numero": one.numero,
                "regie": self.regie_title(one.regie),
                "libelle": one.libelle,
                "debiteur": one.debiteur,
                "demande": one.demande,
                "emise": self.day(one.emise_le),
                "echeance": self.day(one.echeance),
                "montant": format_chf(one.montant),
                "solde": format_chf(one.solde),
                "etat": self.facture_labels[one.etat],
                "css": self.facture_colours[one.etat],
            }
            for one in resumes
        ]
