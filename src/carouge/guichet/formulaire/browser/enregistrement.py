"""``…/enregistrer``: what is being typed, saved without a page."""

from __future__ import annotations

from carouge.guichet.brouillon.domain import BrouillonModifie
from carouge.guichet.brouillon.domain import IdPris
from carouge.guichet.brouillon.domain import TropDeBrouillons
from carouge.guichet.brouillon.domain import TropLong
from carouge.guichet.formulaire import remplir
from carouge.guichet.formulaire import texts
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.anterieur import lire_page
from carouge.guichet.formulaire.browser.brouillon import ETAPE
from carouge.guichet.formulaire.browser.brouillon import FORME
from carouge.guichet.formulaire.browser.brouillon import PageDeBrouillon
from carouge.guichet.formulaire.browser.brouillon import PERSON
from carouge.guichet.formulaire.domain import InvalidJeton
from carouge.guichet.formulaire.limites import TROP_VITE
from carouge.guichet.formulaire.limites import TropVite
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.saisies import lire_etape
from carouge.guichet.formulaire.service import person_mark
from carouge.guichet.layout import keep_private
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import format_clock
from plone.protect.interfaces import IDisableCSRFProtection
from zope.interface import alsoProvides

import json


class EtapeInconnue(LookupError):
    """The form has no such step."""


class Enregistrement(PageDeBrouillon):
    """Answers with JSON: 200 with the time of the save, or why it was not saved.

    401: the login has ended; 404: the brouillon or the step is gone; 409: it was changed
    elsewhere, or there are too many; 413: too long; 429: too many from there.
    """

    def __call__(self) -> str:
        keep_private(self.request.response)
        if self.request.method != "POST":
            self.request.response.setHeader("Allow", "POST")
            return self._json(405, {"message": ""})
        if self.brouillon is None:
            refused = self._first()
            if refused is not None:
                return refused
        alsoProvides(self.request, IDisableCSRFProtection)
        self.prolonger()
        parcours = self.ouvrir()
        try:
            etape, ouvert = self._save(parcours)
        except EtapeInconnue:
            return self._json(404, {"message": in_words(texts.NO_STEP)})
        except BrouillonModifie:
            return self._json(409, {"message": in_words(texts.CHANGED_ELSEWHERE)})
        except TropLong:
            return self._json(413, {"message": in_words(texts.TOO_LONG)})
        self.parcours = ouvert.parcours
        return self._json(
            200,
            {
                "enregistre": format_clock(self.brouillon.modifie),
                "revision": self.brouillon.revision,
                "adresse": self.base,
                "etape": f"{self.base}/etape/{etape}",
                "prix": format_chf(self.prix),
            },
        )

    def _save(self, parcours: Parcours) -> tuple[str, remplir.Ouvert]:
        """Keep what was sent; returns the id of the step and what there is now.

        :raises EtapeInconnue: nothing of this form was sent
        """
        form = self.request.form
        page = lire_page(
            self.context,
            self.brouillon,
            self._text(FORME),
            self._text(ETAPE),
            form,
            parcours,
        )
        if page is not None and page.form.version == self.brouillon.version:
            # What the new form makes of it is told when the page is sent.
            remplir.noter_comme_avant(
                self.brouillon,
                page.etape,
                page.tapees,
                revision=self.revision,
                secondes=self.secondes(),
            )
            return page.etape, remplir.ouvrir(self.context, self.brouillon)
        if page is not None:
            id, saisies = page.etape, page.saisies
        else:
            etape = parcours.form.etape(self._text(ETAPE))
            if etape is None:
                raise EtapeInconnue(self._text(ETAPE))
            id, saisies = etape.id, lire_etape(parcours, etape, form)
        return id, remplir.noter(
            self.context,
            self.brouillon,
            id,
            saisies,
            revision=self.revision,
            secondes=self.secondes(),
        )

    def _first(self) -> str | None:
        """Make the brouillon of the page, or answer why there is none."""
        if self.id is not None:
            return self._gone()
        try:
            self.commencer()
        except (InvalidJeton, IdPris):
            return self._gone()
        except TropDeBrouillons:
            return self._json(409, {"message": in_words(texts.TOO_MANY)})
        except TropVite:
            return self._json(429, {"message": in_words(TROP_VITE)})
        return None

    def _gone(self) -> str:
        before, now = self._text(PERSON), person_mark()
        if before != now:
            message = texts.stale_notice(before, now)
            details = {"connexion": self.login_url} if not now else {}
            return self._json(401, {"message": in_words(message), **details})
        return self._json(404, {"message": in_words(texts.GONE)})

    def _json(self, status: int, body: dict) -> str:
        response = self.request.response
        response.setStatus(status)
        response.setHeader("Content-Type", "application/json; charset=utf-8")
        return json.dumps(body, ensure_ascii=False)
