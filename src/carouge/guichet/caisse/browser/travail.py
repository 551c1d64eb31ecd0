"""The page of one background job of the desk: how far it is, and how to stop it.

A job of somebody else's is one there is not.
"""

from __future__ import annotations

from carouge.guichet.caisse import labels
from carouge.guichet.caisse.browser.page import CaissePage
from carouge.guichet.caisse.browser.page import IMPOSSIBLE
from carouge.guichet.caisse.browser.page import Refused
from carouge.guichet.layout import keep_private
from carouge.guichet.travaux.domain import part_faite
from carouge.guichet.travaux.service import annuler
from carouge.guichet.travaux.service import liste_de
from carouge.guichet.travaux.service import travail_de
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse

import json


class _Page(CaissePage):
    #: The kind of job (name of an ITravail).
    genre = ""
    travail_labels = labels.TRAVAIL_LABELS

    def job_url(self, travail) -> str:
        return self.url(self.section, travail.id)


class TravauxPage(_Page):
    """A form that orders jobs of a kind, and those of whoever looks."""

    def rows_of_jobs(self, compte_rendu) -> list[dict]:
        """The jobs that are kept, the newest first; ``compte_rendu`` says of one what
        it has come to."""
        return [
            {
                "url": self.job_url(travail),
                "name": (rendu := compte_rendu(travail)).nom,
                "time": self.moment(travail.cree),
                "etat": self.travail_labels[travail.etat],
                "essai": getattr(rendu, "essai", False),
            }
            for travail in liste_de(self.context, self.me)
            if travail.genre == self.genre
        ]


@implementer(IPublishTraverse)
class TravailPage(_Page):
    """See the module; ``/progres`` below it is for the script of the page.

    A subclass names further addresses in ``parts``.
    """

    exact = False
    id = None
    part = None
    words_stopped = None

    def publishTraverse(self, request, name):
        if self.part is not None or name not in self.parts:
            raise NotFound(name)
        self.part = name
        return self

    def read(self) -> None:
        self.travail = travail_de(self.context, self.id or "", self.me)
        if self.travail is None or self.travail.genre != self.genre:
            raise NotFound(self.id)

    def __call__(self):
        if self.part is None:
            return super().__call__()
        keep_private(self.request.response)
        self.read()
        return self.parts[self.part](self)

    def progress(self) -> str:
        travail = self.travail
        self.request.response.setHeader("Content-Type", "application/json")
        return json.dumps(
            {
                "etat": travail.etat.value,
                "fait": travail.fait,
                "total": max(travail.total, travail.fait),
                "pourcent": self.percent,
                "fini": travail.etat.final,
            }
        )

    parts = {"progres": progress}

    def act(self):
        if self.request.form.get("geste") != "arreter":
            raise Refused(IMPOSSIBLE)
        annuler(self.context, self.travail)
        return self.done(self.words_stopped)

    # What is shown

    @property
    def here(self) -> str:
        return self.job_url(self.travail)

    @property
    def etat(self):
        return self.travail_labels[self.travail.etat]

    @property
    def running(self) -> bool:
        return not self.travail.etat.final

    @property
    def total(self) -> int:
        return max(self.travail.total, self.travail.fait)

    @property
    def percent(self) -> int:
        return part_faite(self.travail.fait, self.total)
