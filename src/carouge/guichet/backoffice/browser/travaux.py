"""``/agents/travaux``: the background jobs of whoever looks."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.backoffice import labels
from carouge.guichet.backoffice.actions import usable
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.backoffice.browser.partie import FORBIDDEN
from carouge.guichet.backoffice.browser.partie import IMPOSSIBLE
from carouge.guichet.backoffice.browser.partie import UNUSABLE_TEXT
from carouge.guichet.backoffice.lot import Ordre
from carouge.guichet.backoffice.lot import OrdreIncomplet
from carouge.guichet.backoffice.lot_labels import ACTION_LABELS
from carouge.guichet.backoffice.lot_labels import ETAT_COLOURS
from carouge.guichet.backoffice.lot_labels import ETAT_LABELS
from carouge.guichet.backoffice.lot_labels import ISSUE_LABELS
from carouge.guichet.backoffice.lot_labels import MANQUES
from carouge.guichet.backoffice.lot_labels import RAISON_INCONNUE
from carouge.guichet.backoffice.lot_labels import RAISONS
from carouge.guichet.backoffice.lot_travail import annulable
from carouge.guichet.backoffice.lot_travail import commander_annulation
from carouge.guichet.backoffice.lot_travail import LOT
from carouge.guichet.backoffice.lot_travail import PasAnnulable
from carouge.guichet.backoffice.service import InvalidMessage
from carouge.guichet.demande.labels import TRANSITION_LABELS
from carouge.guichet.interfaces import ITravail
from carouge.guichet.journal.service import record
from carouge.guichet.travaux.domain import Issue
from carouge.guichet.travaux.domain import JOURS_GARDES
from carouge.guichet.travaux.domain import part_faite
from carouge.guichet.travaux.service import annuler
from carouge.guichet.travaux.service import liste_de
from carouge.guichet.travaux.service import travail_de
from functools import cached_property
from itertools import islice
from plone import api
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import quote
from zExceptions import Forbidden
from zExceptions import NotFound
from zope.component import getMultiAdapter
from zope.component import queryUtility
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse
from ZPublisher.Iterators import filestream_iterator

import json


TRAVAIL_PAGE = "agents-travail"
#: Subjects that are named one by one, for each issue.
MAX_NAMED = 500


class TravauxPage(DeskPage):
    """What list and page of the jobs have in common."""

    etat_labels = ETAT_LABELS
    etat_colours = ETAT_COLOURS
    days_kept = JOURS_GARDES

    @property
    def me(self) -> str:
        return api.user.get_current().getId()

    @property
    def travaux_url(self) -> str:
        return f"{self.list_url}/travaux"

    def row(self, travail) -> dict:
        """A job in one line."""
        return {
            "id": travail.id,
            "url": f"{self.travaux_url}/{travail.id}",
            "title": title_of(travail),
            "details": details_of(travail),
            "etat": travail.etat,
            "created": self.moment(travail.cree),
            "done": travail.fait,
            "total": travail.total,
            "percent": part_faite(travail.fait, travail.total),
            "file": travail.fichier is not None and travail.etat.final,
        }


@implementer(IPublishTraverse)
class AgentsTravaux(TravauxPage):
    """The list."""

    template = ViewPageTemplateFile("../templates/travaux.pt")
    page_title = _("My background jobs")

    def publishTraverse(self, request, name):
        page = getMultiAdapter((self.context, request), name=TRAVAIL_PAGE)
        page.id = name
        return page

    def __call__(self):
        self.prepare()
        return self.template()

    @cached_property
    def rows(self) -> list[dict]:
        return [self.row(travail) for travail in liste_de(self.context, self.me)]


@implementer(IPublishTraverse)
class AgentsTravail(TravauxPage):
    """``/agents/travaux/<id>``, with ``/progres`` (JSON) and ``/fichier``.

    A job that is not one's own is one there is not.
    """

    template = ViewPageTemplateFile("../templates/travail.pt")
    page_title = _("Background job")
    id = None
    part = None
    alert = None
    text_error = None
    texte = ""
    max_named = MAX_NAMED

    def publishTraverse(self, request, name):
        if self.id is None or self.part is not None or name not in PARTS:
            raise NotFound(name)
        self.part = name
        return self

    def __call__(self):
        self.prepare()
        self.travail = travail_de(self.context, self.id or "", self.me)
        if self.travail is None:
            raise NotFound(self.id)
        if self.part is not None:
            return PARTS[self.part](self)
        if self.request.method == "POST":
            return self._act()
        return self.template()

    def progress(self) -> str:
        """How far it is, for the script of the page."""
        row = self.row(self.travail)
        self.request.response.setHeader("Content-Type", "application/json")
        return json.dumps(
            {
                "etat": row["etat"].value,
                "fait": row["done"],
                "total": row["total"],
                "pourcent": row["percent"],
                "fini": row["etat"].final,
            }
        )

    def download(self):
        """The file it has made."""
        file = self.travail.fichier
        if file is None or not self.travail.etat.final or not self._may_still_read():
            raise NotFound("fichier")
        record("travail.telecharger", subject=self.travail.id)
        response = self.request.response
        for name, value in (
            ("Content-Type", file.type),
            ("Content-Length", str(file.taille)),
            (
                "Content-Disposition",
                f"attachment; filename*=UTF-8''{quote(file.nom, safe='')}",
            ),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'; sandbox"),
            ("Cache-Control", "private, no-store"),
        ):
            response.setHeader(name, value)
        return filestream_iterator(file.blob.committed(), "rb")

    def _may_still_read(self) -> bool:
        """Whether the author works for all services the file was made of."""
        services = (self.travail.resultat or {}).get("services", ())
        return {*services} <= {*self.desk.service_titles}

    def _act(self):
        form = self.request.form
        texte = form.get("texte")
        self.texte = texte if isinstance(texte, str) else ""
        response = self.request.response
        try:
            check_authenticator(self.request)
            if form.get("action") == "annuler":
                return self._cancel()
            if form.get("action") == "reprendre":
                usable(self.texte)
                undo = commander_annulation(self.context, self.travail, self.texte)
                return response.redirect(f"{self.travaux_url}/{undo.id}", status=303)
            response.setStatus(400)
            self.alert = IMPOSSIBLE
        except Forbidden:
            response.setStatus(403)
            self.alert = FORBIDDEN
        except PasAnnulable:
            response.setStatus(409)
            self.alert = _("This action cannot be taken back, or it was already.")
        except OrdreIncomplet:
            response.setStatus(400)
            self.text_error = MANQUES["texte"]
        except InvalidMessage:
            response.setStatus(400)
            self.text_error = UNUSABLE_TEXT
        return self.template()

    def _cancel(self):
        if annuler(self.context, self.travail):
            text = _("The job is being stopped. What was done already stays done.")
        else:
            text = _("There was nothing to stop any more.")
        api.portal.show_message(text, self.request)
        return self.request.response.redirect(self.here, status=303)

    # What is shown

    @property
    def here(self) -> str:
        return f"{self.travaux_url}/{self.travail.id}"

    @cached_property
    def job(self) -> dict:
        return self.row(self.travail)

    @property
    def stopping(self) -> bool:
        return self.travail.annulation and not self.travail.etat.final

    @property
    def ended(self) -> str:
        return self.moment(self.travail.fin) if self.travail.fin else ""

    @property
    def size(self):
        return labels.size_of(self.travail.fichier.taille)

    @cached_property
    def groups(self) -> list[dict]:
        """What became of the demandes, those that need a look first."""
        travail = self.travail
        counts = travail.compter()
        found = []
        for issue in (Issue.ECHEC, Issue.REFUS, Issue.SANS_EFFET, Issue.FAIT):
            if not counts[issue]:
                continue
            lines = (ligne for ligne in travail.lignes if ligne.issue is issue)
            found.append(
                {
                    "issue": issue.value,
                    "title": ISSUE_LABELS[issue],
                    "count": counts[issue],
                    "lines": [
                        {
                            "numero": ligne.sujet,
                            "url": f"{self.list_url}/{quote(ligne.sujet, safe='')}",
                            "reason": reason_of(ligne),
                        }
                        for ligne in islice(lines, MAX_NAMED)
                    ],
                }
            )
        return found

    @cached_property
    def undo(self) -> dict | None:
        """How the action can be taken back; None when it cannot."""
        if not annulable(self.context, self.travail):
            return None
        ordre = Ordre(**self.travail.donnees["ordre"])
        return {"needs_text": ordre.annulation_ecrit}


#: Addresses below a job.
PARTS = {"progres": AgentsTravail.progress, "fichier": AgentsTravail.download}


def title_of(travail):
    """What a job is, in words."""
    kind = queryUtility(ITravail, name=travail.genre)
    return kind.titre if kind is not None else travail.genre


def details_of(travail):
    """What it does exactly, when there is more to say; else None."""
    if travail.genre != LOT:
        return None
    ordre = Ordre(**travail.donnees["ordre"])
    if ordre.mouvement and ordre.action == "mouvement":
        return TRANSITION_LABELS.get(ordre.mouvement)
    return ACTION_LABELS.get(ordre.action)


def reason_of(ligne):
    """Why a demande was left as it was; None when there is nothing to say."""
    if ligne.issue is Issue.ECHEC:
        return RAISON_INCONNUE
    return RAISONS.get(ligne.raison)
