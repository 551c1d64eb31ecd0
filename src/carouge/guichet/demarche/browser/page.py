"""The frame of every page of the catalogue."""

from carouge.guichet import config
from carouge.guichet.demarche.fragments import cached_fragment
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.layout import share
from carouge.guichet.layout import single_column
from functools import cached_property
from plone import api
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class CataloguePage(BrowserView):
    """A page without portlets whose content is one fragment."""

    template = ViewPageTemplateFile("../templates/page.pt")
    #: The template of the content; each page has its own.
    content: ViewPageTemplateFile

    def __call__(self):
        self.update()
        single_column(self.request)
        return self.template()

    def update(self) -> None:
        """Read the request, before anything is rendered."""

    def body(self) -> str:
        """HTML of the main column."""
        return self.content()

    @cached_property
    def guichet(self):
        return guichet_of(self.context)

    @property
    def guichet_url(self) -> str:
        return self.guichet.absolute_url()

    @cached_property
    def catalogue(self):
        return get_catalogue(self.guichet)

    @cached_property
    def can_edit(self) -> bool:
        """Whether the visitor takes care of the catalogue."""
        return api.user.has_permission(config.MANAGE_CATALOGUE, obj=self.context)

    def url_of(self, fiche) -> str:
        """Address of a démarche of the catalogue."""
        return f"{self.guichet_url}/{fiche.path}"


class CachedPage(CataloguePage):
    """A page that is the same for all anonymous visitors."""

    def __call__(self):
        page = super().__call__()
        if api.user.is_anonymous():
            share(self.request)
        return page

    def body(self) -> str:
        return cached_fragment(self, self.content)
