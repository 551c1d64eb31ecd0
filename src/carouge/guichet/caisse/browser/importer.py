"""``/agents/caisse/importer``: files of invoices, and what became of them."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse.browser.page import IMPOSSIBLE
from carouge.guichet.caisse.browser.page import outdated
from carouge.guichet.caisse.browser.page import Refused
from carouge.guichet.caisse.browser.travail import TravailPage
from carouge.guichet.caisse.browser.travail import TravauxPage
from carouge.guichet.caisse.rapport import rapport_csv
from carouge.guichet.facture import import_labels
from carouge.guichet.facture.fichier_import import FichierRefuse
from carouge.guichet.facture.fichier_import import MAX_FICHIER
from carouge.guichet.facture.import_depot import depots_de
from carouge.guichet.facture.import_travail import CleReutilisee
from carouge.guichet.facture.import_travail import compte_rendu
from carouge.guichet.facture.import_travail import deposer
from carouge.guichet.facture.import_travail import IMPORT
from carouge.guichet.facture.import_travail import lignes_de
from carouge.guichet.facture.importation import MAUVAIS
from carouge.guichet.facture.importation import MODES
from carouge.guichet.facture.importation import PARTIEL
from carouge.guichet.facture.importation import STRICT
from carouge.guichet.money import format_chf
from functools import cached_property
from itertools import islice
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


RAPPORT_PAGE = "agents-caisse-import"

#: Invoices that are named one by one on the page; all of them are in the file.
MAX_NAMED = 200


@implementer(IPublishTraverse)
class Importer(TravauxPage):
    """The form, and the imports of whoever looks."""

    template = ViewPageTemplateFile("../templates/importer.pt")
    page_title = _("Import invoices")
    section = "importer"
    genre = IMPORT
    max_megas = MAX_FICHIER // 2**20
    max_factures = import_labels.FACTURES_AU_PLUS

    def publishTraverse(self, request, name):
        page = getMultiAdapter((self.context, request), name=RAPPORT_PAGE)
        page.id = name
        return page

    def act(self):
        mode = self.typed("mode", 10)
        if mode not in MODES:
            raise Refused(IMPOSSIBLE)
        sent = self.upload("fichier")
        try:
            travail = deposer(
                self.context,
                sent,
                nom=sent.filename,
                mode=mode,
                essai=self.request.form.get("essai") == "1",
                cle=self.key,
            )
        except FichierRefuse as error:
            raise Refused(import_labels.refus(error), "fichier") from error
        except CleReutilisee as error:
            raise outdated() from error
        return self.go(self.job_url(travail))

    @cached_property
    def jobs(self) -> list[dict]:
        return self.rows_of_jobs(compte_rendu)


class Rapport(TravailPage):
    """``/importer/<id>``: how far it is and what became of each invoice.

    ``/rapport.csv`` is the whole report.
    """

    template = ViewPageTemplateFile("../templates/import.pt")
    page_title = _("Import of invoices")
    section = "importer"
    genre = IMPORT
    max_named = MAX_NAMED
    words_stopped = _(
        "The import is being stopped. What was written already stays written."
    )

    def csv(self):
        """The whole report, for a spreadsheet."""
        body = rapport_csv(lignes_de(self.travail), self.say)
        return self.file(body, f"import-{self.travail.id}.csv", "text/csv")

    parts = {**TravailPage.parts, "rapport.csv": csv}

    def act(self):
        if self.request.form.get("geste") == "importer" and self.can_go_on:
            return self._import()
        return super().act()

    def _import(self):
        """The file that was tried, for good this time."""
        mode = self.typed("mode", 10)
        if mode not in MODES:
            raise Refused(IMPOSSIBLE)
        depot = depots_de(self.context).get(self.travail.donnees["depot"])
        with depot.blob.open() as flux:
            travail = deposer(
                self.context,
                flux,
                nom=self.rendu.nom,
                mode=mode,
                essai=False,
                cle=f"{self.travail.id}:{mode}",
            )
        return self.go(self.job_url(travail))

    # What is shown

    @cached_property
    def rendu(self):
        return compte_rendu(self.travail)

    @property
    def refusal(self):
        """Why the file as a whole was not taken; None when it was read."""
        return import_labels.refus_de(self.rendu) if self.rendu.refus else None

    @property
    def finished(self) -> bool:
        return self.travail.etat.final and not self.rendu.refus and bool(self.counts)

    @property
    def counts(self) -> list[dict]:
        return [
            {
                "title": import_labels.compte(sort, count),
                "count": count,
                "id": sort.value,
            }
            for sort, count in self.rendu.comptes.items()
            if count
        ]

    @property
    def sum(self) -> str:
        return format_chf(self.rendu.centimes)

    @property
    def bad(self) -> int:
        return sum(self.rendu.comptes[sort] for sort in MAUVAIS)

    @property
    def can_go_on(self) -> bool:
        """It was a trial that has ended, and something could be written."""
        good = any(
            count for sort, count in self.rendu.comptes.items() if sort not in MAUVAIS
        )
        return self.finished and self.rendu.essai and good

    @property
    def next_mode(self) -> str:
        return PARTIEL if self.bad else STRICT

    @cached_property
    def lines(self) -> list[dict]:
        """The invoices to be looked at; without any the first of the file."""
        lines = lignes_de(self.travail)
        if self.bad:
            lines = (line for line in lines if line.sort in MAUVAIS)
        return [
            {
                "rank": line.rang,
                "regie": line.regie,
                "numero": line.numero,
                "sort": import_labels.SORTS[line.sort],
                "bad": line.sort in MAUVAIS,
                "reason": import_labels.raison(line) if line.raison else None,
            }
            for line in islice(lines, MAX_NAMED)
        ]
