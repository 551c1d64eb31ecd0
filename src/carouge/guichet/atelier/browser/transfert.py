"""``<guichet>/exporter`` and ``/importer``: the way of démarches between two sites."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.colis import ColisRefuse
from carouge.guichet.atelier.colis import MAX_COLIS
from carouge.guichet.atelier.importation import analyser
from carouge.guichet.atelier.importation import appliquer
from carouge.guichet.atelier.importation import Plan
from carouge.guichet.atelier.liaisons import CREER
from carouge.guichet.atelier.transfert import demarches_de
from carouge.guichet.atelier.transfert import exporter
from carouge.guichet.atelier.transfert import identifiant_de
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from itertools import groupby
from plone.protect import CheckAuthenticator
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile

import base64
import binascii
import zlib


#: A parcel that is larger than this, packed, is asked for again at each step: Zope reads
#: what a form holds into memory.
MAX_GARDE = 512 * 1024

#: Most bytes of an answer to a question.
_MAX_REPONSE = 254


class PageTransfert(BrowserView):
    """What both pages have in common."""

    page: ViewPageTemplateFile
    erreur = None

    def __call__(self):
        keep_private(self.request.response)
        single_column(self.request)
        return self.show()

    def show(self):
        raise NotImplementedError

    @property
    def guichet(self):
        return guichet_of(self.context)

    @property
    def url(self) -> str:
        return f"{self.guichet.absolute_url()}/{self.__name__}"

    def download(self, data: bytes, name: str) -> bytes:
        """Send a parcel to be saved."""
        response = self.request.response
        response.setHeader("Content-Type", "application/zip")
        response.setHeader("Content-Disposition", f'attachment; filename="{name}.zip"')
        response.setHeader("X-Content-Type-Options", "nosniff")
        return data


class ExporterDemarche(PageTransfert):
    """``<demarche>/exporter``: the parcel of one démarche."""

    page = ViewPageTemplateFile("../templates/exporter.pt")
    page_title = _("Export démarches")

    def show(self):
        try:
            data = exporter([self.context])
        except ColisRefuse as refused:
            self.erreur = refused.message
            return self.page()
        return self.download(data, self.context.getId())

    def groupes(self) -> list:
        return [(self.context.__parent__.title, [(self.context, True)])]


class Exporter(PageTransfert):
    """``<guichet>/exporter``: choose démarches, get them as one parcel."""

    page = ViewPageTemplateFile("../templates/exporter.pt")
    page_title = _("Export démarches")

    def show(self):
        chosen = self.chosen()
        if "exporter" in self.request.form:
            if not chosen:
                self.erreur = _("Please choose one démarche at least.")
                return self.page()
            try:
                data = exporter(chosen)
            except ColisRefuse as refused:
                self.erreur = refused.message
                return self.page()
            name = chosen[0].getId() if len(chosen) == 1 else "demarches"
            return self.download(data, name)
        return self.page()

    def chosen(self) -> list:
        """The démarches that are ticked."""
        asked = self.request.form.get("demarche", [])
        uids = set(asked if isinstance(asked, list) else [asked])
        return [item for item in demarches_de(self.guichet) if item.UID() in uids]

    def groupes(self) -> list[tuple[str, list]]:
        """The démarches by categorie, each with whether it is ticked."""
        chosen = {item.UID() for item in self.chosen()}
        items = sorted(
            demarches_de(self.guichet),
            key=lambda item: (
                item.__parent__.title.casefold(),
                item.__parent__.getId(),
                item.title.casefold(),
            ),
        )
        return [
            (
                categorie.title,
                [(item, item.UID() in chosen) for item in group],
            )
            for categorie, group in groupby(items, key=lambda item: item.__parent__)
        ]


class Importer(PageTransfert):
    """``<guichet>/importer``: look at a parcel, say what is meant here, import it.

    Each step sends the parcel again and checks it anew: what is kept between two steps
    is kept by the browser, and believed no more than the file itself.
    """

    page = ViewPageTemplateFile("../templates/importer.pt")
    page_title = _("Import démarches")
    plan: Plan | None = None
    data = b""

    def show(self):
        if self.request.method == "POST":
            CheckAuthenticator(self.request)
            try:
                self.data = self._sent()
                self.plan = analyser(self.guichet, self.data, self.reponses())
                if self._confirmed():
                    return self._import()
            except ColisRefuse as refused:
                self.erreur = refused.message
        return self.page()

    def reponses(self) -> dict[str, str]:
        """The answers about services, categories and addresses, by key."""
        return {
            name.removeprefix("liaison.").replace(".", ":", 1): value.strip()
            for name, value in self.request.form.items()
            if name.startswith("liaison.")
            and isinstance(value, str)
            and len(value) <= _MAX_REPONSE
        }

    def champ(self, cle: str) -> str:
        """The input name of an answer; to Zope a colon there means something else."""
        return f"liaison.{cle.replace(':', '.', 1)}"

    def garde(self) -> str:
        """The parcel for a hidden field; empty when it is too large for that."""
        packed = base64.b64encode(zlib.compress(self.data, 9))
        return packed.decode("ascii") if len(packed) <= MAX_GARDE else ""

    def choix(self, liaison) -> list[dict]:
        """What can be answered, the proposal marked."""
        new = (
            _("Make a new service “${nom}”", mapping={"nom": liaison.nom})
            if liaison.genre == "service"
            else _("Make a new category “${nom}”", mapping={"nom": liaison.nom})
        )
        return [
            {
                "valeur": valeur,
                "titre": titre,
                "propose": "selected" if valeur == liaison.proposition else None,
            }
            for valeur, titre in [(CREER, new), *liaison.choix]
        ]

    def actif(self) -> bool:
        """Whether the plan would change anything."""
        return any(projet.action != "identique" for projet in self.plan.projets)

    def faites(self) -> list:
        """The démarches that were just imported."""
        names = str(self.request.form.get("fait", ""))[:10_000].split(",")
        return [
            item for item in demarches_de(self.guichet) if identifiant_de(item) in names
        ]

    def _sent(self) -> bytes:
        upload = self.request.form.get("colis")
        if getattr(upload, "filename", ""):
            return upload.read(MAX_COLIS + 1)
        kept = self.request.form.get("garde", "")
        if not isinstance(kept, str) or not kept or len(kept) > MAX_GARDE:
            raise ColisRefuse(_("Please choose the file with the démarches."))
        try:
            return zlib.decompressobj().decompress(
                base64.b64decode(kept, validate=True), MAX_COLIS + 1
            )
        except (binascii.Error, zlib.error, ValueError) as error:
            raise ColisRefuse(
                _("Please choose the file with the démarches.")
            ) from error

    def _confirmed(self) -> bool:
        """Whether the very plan that was shown was confirmed."""
        if "importer" not in self.request.form or self.plan.manquantes:
            return False
        if self.request.form.get("empreinte") == self.plan.empreinte:
            return True
        self.erreur = _(
            "Something has changed since this page was made. Please look at the "
            "differences again."
        )
        return False

    def _import(self):
        done = appliquer(self.guichet, self.plan)
        names = ",".join(identifiant_de(demarche) for demarche in done)
        return self.request.response.redirect(f"{self.url}?fait={names}", status=303)
