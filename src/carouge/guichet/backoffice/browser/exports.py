"""``/agents/exporter``: the demandes of a list as a file."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.backoffice.browser.partie import FORBIDDEN
from carouge.guichet.backoffice.exports.fabrique import Commande
from carouge.guichet.backoffice.exports.fabrique import FORMATS
from carouge.guichet.backoffice.exports.service import commander_export
from carouge.guichet.backoffice.exports.service import est_petit
from carouge.guichet.backoffice.exports.service import exporter
from carouge.guichet.backoffice.exports.service import FormatInconnu
from carouge.guichet.backoffice.exports.service import MAX_DIRECT
from carouge.guichet.backoffice.exports.service import MAX_EXPORT
from carouge.guichet.backoffice.exports.service import nom_de_fichier
from carouge.guichet.backoffice.selection import lignes_choisies
from carouge.guichet.backoffice.selection import TOUS
from carouge.guichet.journal.service import record
from functools import cached_property
from plone import api
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import Forbidden
from ZPublisher.Iterators import filestream_iterator

import secrets


FORMAT_LABELS = {
    "xlsx": _("Excel (XLSX)"),
    "csv": _("Table for Excel and others (CSV)"),
    "json": _("For programs (JSON)"),
    "jsonl": _("For programs, one demande per line (JSON Lines)"),
    "zip": _("The documents, a folder per demande (ZIP)"),
}

#: What was sent that does not say which list it is.
_NO_FILTER = frozenset(
    {"format", "notes", "reponses", "cle", "numeros", "choix", "_authenticator"}
)


class AgentsExporter(DeskPage):
    """A page with the choice, and the file it is answered with when it is small.

    The list is named as in its address, or by ``numeros``.
    """

    template = ViewPageTemplateFile("../templates/exporter.pt")
    page_title = _("Export")
    max_direct = MAX_DIRECT
    max_export = MAX_EXPORT
    alert = None

    def __call__(self):
        self.prepare()
        form = self.request.form
        if self.request.method != "POST" or "format" not in form:
            return self.template()
        try:
            check_authenticator(self.request)
            return self._export()
        except Forbidden:
            self.request.response.setStatus(403)
            self.alert = FORBIDDEN
        except FormatInconnu:
            self.request.response.setStatus(400)
            self.alert = _("Please choose a format.")
        return self.template()

    def _export(self):
        form = self.request.form
        format = form.get("format")
        commande = Commande(
            format=format if isinstance(format, str) else "",
            titre=self.demarche,
            reponses=bool(self.demarche) and form.get("reponses") == "1",
            notes=form.get("notes") == "1",
            langue=api.portal.get_current_language(),
        )
        if not est_petit(commande, len(self.numeros)):
            cle = form.get("cle")
            travail = commander_export(
                self.context,
                commande,
                self.numeros,
                cle[:40] if isinstance(cle, str) else "",
            )
            url = f"{self.list_url}/travaux/{travail.id}"
            return self.request.response.redirect(url, status=303)
        path = exporter(self.desk, commande, self.numeros)
        record(
            "demandes.exporter",
            subject=str(len(self.numeros)),
            format=commande.format,
            notes=str(commande.notes).lower(),
        )
        stream = filestream_iterator(str(path), "rb")
        # Open it is already: nothing stays behind, whatever becomes of the answer.
        path.unlink()
        self._headers(commande, len(stream))
        return stream

    def _headers(self, commande: Commande, size: int) -> None:
        response = self.request.response
        for name, value in (
            ("Content-Type", FORMATS[commande.format]),
            ("Content-Length", str(size)),
            (
                "Content-Disposition",
                f"attachment; filename={nom_de_fichier(commande)}",
            ),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'; sandbox"),
            ("Cache-Control", "private, no-store"),
        ):
            response.setHeader(name, value)

    # What is shown

    @cached_property
    def rows(self) -> list:
        return lignes_choisies(self.desk, self.request.form)

    @cached_property
    def numeros(self) -> list[str]:
        return [row.numero for row in self.rows[:MAX_EXPORT]]

    @property
    def too_many(self) -> bool:
        return len(self.rows) > MAX_EXPORT

    @cached_property
    def demarche(self) -> str:
        """The title of the démarche, when all demandes are of one; else empty."""
        uids = {row.demarche_uid for row in self.rows}
        return self.rows[0].titre if len(uids) == 1 else ""

    @property
    def formats(self) -> list[dict]:
        return [
            {"id": id, "title": title, "checked": id == "xlsx"}
            for id, title in FORMAT_LABELS.items()
        ]

    @property
    def in_background(self) -> bool:
        return len(self.numeros) > MAX_DIRECT

    @property
    def fields(self) -> list[dict]:
        """What says which list it is, for the form."""
        form = self.request.form
        if form.get("tous") != TOUS and ("numeros" in form or "choix" in form):
            return [{"name": "choix", "value": " ".join(self.numeros)}]
        return [
            {"name": name, "value": value}
            for name, values in form.items()
            if name not in _NO_FILTER
            for value in (values if isinstance(values, list) else [values])
            if isinstance(value, str)
        ]

    @property
    def action(self) -> str:
        return f"{self.list_url}/exporter"

    @property
    def cle(self) -> str:
        return secrets.token_hex(8)
