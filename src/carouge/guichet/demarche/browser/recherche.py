"""The search: a page, and results as you type."""

from carouge.guichet import _
from carouge.guichet.demarche.browser.page import CataloguePage
from carouge.guichet.demarche.labels import badge_of
from carouge.guichet.demarche.labels import understood_query
from carouge.guichet.demarche.recherches import forget_searches
from carouge.guichet.demarche.recherches import note_search
from carouge.guichet.demarche.recherches import searches_without_result
from carouge.guichet.demarche.search import MAX_CHARACTERS
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.layout import keep_private
from carouge.guichet.swisstime import today
from plone import api
from plone.protect import CheckAuthenticator
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.i18n import translate

import json


MAX_SUGGESTIONS = 8
#: Seconds a browser may keep suggestions.
SUGGESTIONS_AGE = 60


def _query_of(request) -> str:
    """What was asked; a field that was sent twice asks nothing."""
    query = request.form.get("q", "")
    return query.strip()[:MAX_CHARACTERS] if isinstance(query, str) else ""


def _result_count(number: int):
    if number == 0:
        return _("No démarche found")
    if number == 1:
        return _("1 démarche found")
    return _("${number} démarches found", mapping={"number": number})


class Recherche(CataloguePage):
    """``/recherche?q=``: works without a script."""

    content = ViewPageTemplateFile("../templates/recherche.pt")
    page_title = _("Search")

    def update(self) -> None:
        self.q = _query_of(self.request)
        found = self.catalogue.search(self.q) if self.q else []
        self.fiches = [fiche for fiche, _hit in found]
        self.understood = understood_query(self.q, found[0][1] if found else None)
        if self.q and not found:
            note_search(self.guichet, self.q)
        self.request.response.setHeader("Cache-Control", "no-cache, private")

    def announcement(self):
        return _result_count(len(self.fiches))

    def badge(self, fiche):
        return badge_of(fiche, today())


class Suggestions(BrowserView):
    """``/recherche-suggestions?q=``: the best results as JSON."""

    def __call__(self) -> str:
        catalogue = get_catalogue(self.context)
        found = catalogue.search(_query_of(self.request), MAX_SUGGESTIONS)
        base = self.context.absolute_url()
        response = self.request.response
        response.setHeader("Content-Type", "application/json")
        response.setHeader("Cache-Control", f"private, max-age={SUGGESTIONS_AGE}")
        return json.dumps(
            {
                "@id": f"{base}/recherche-suggestions",
                "items": [
                    {
                        "@id": f"{base}/{fiche.path}",
                        "title": fiche.title,
                        "categorie": fiche.categorie_title,
                    }
                    for fiche, _hit in found
                ],
                "items_total": len(found),
                "annonce": translate(_result_count(len(found)), context=self.request),
            }
        )


class SansResultat(CataloguePage):
    """``/recherches-sans-resultat``: the words the catalogue does not know."""

    content = ViewPageTemplateFile("../templates/sans-resultat.pt")
    page_title = _("Searches without result")

    def update(self) -> None:
        keep_private(self.request.response)

    def __call__(self):
        if self.request.method == "POST":
            CheckAuthenticator(self.request)
            forget_searches(self.context)
            api.portal.show_message(_("The list is empty now."), self.request)
            return self.request.response.redirect(f"{self.guichet_url}/{self.__name__}")
        return super().__call__()

    def searches(self) -> list[tuple[str, int]]:
        return searches_without_result(self.context)
