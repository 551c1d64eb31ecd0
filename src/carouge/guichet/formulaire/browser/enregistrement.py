"""``…/enregistrer``: what is being typed, saved without a page."""

from __future__ import annotations

from carouge.guichet.brouillon.domain import BrouillonModifie
from carouge.guichet.brouillon.domain import IdPris
from carouge.guichet.brouillon.domain import TropDeBrouillons
from carouge.guichet.brouillon.domain import TropLong
from carouge.guichet.formulaire import remplir
from carouge.guichet.formulaire import texts
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.browser.formulaire import PageDeBrouillon
from carouge.guichet.formulaire.domain import InvalidJeton
from carouge.guichet.formulaire.saisies import lire_etape
from carouge.guichet.formulaire.service import person_mark
from carouge.guichet.layout import keep_private
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import format_clock
from plone.protect.interfaces import IDisableCSRFProtection
from zope.interface import alsoProvides

import json


class Enregistrement(PageDeBrouillon):
    """Answers with JSON: 200 with the time of the save, or why it was not saved.

    401: the login has ended; 404: the brouillon is gone; 409: it was changed elsewhere,
    or there are too many; 413: too long.
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
        parcours = self.ouvrir()
        etape = parcours.form.etape(self._text("etape")) or parcours.etapes[0]
        saisies = lire_etape(parcours, etape, self.request.form)
        try:
            ouvert = remplir.noter(
                self.context,
                self.brouillon,
                etape.id,
                saisies,
                revision=int(self.revision) if self.revision.isdecimal() else None,
                secondes=self.secondes(),
            )
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
                "etape": self.adresse_etape(etape),
                "prix": format_chf(self.prix),
            },
        )

    def _first(self) -> str | None:
        """Make the brouillon of the page, or answer why there is none."""
        if self.id is not None:
            return self._gone()
        try:
            self.commencer()
        except InvalidJeton:
            return self._gone()
        except (TropDeBrouillons, IdPris):
            return self._json(409, {"message": in_words(texts.TOO_MANY)})
        return None

    def _gone(self) -> str:
        before, now = self._text("pour"), person_mark()
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
