"""The frame of the desk's pages."""

from carouge.guichet import _
from carouge.guichet.backoffice import labels
from carouge.guichet.backoffice.domain import parse_filters
from carouge.guichet.backoffice.service import Desk
from carouge.guichet.demande.labels import STATE_COLOURS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import Retrouvable
from carouge.guichet.layout import single_column
from functools import cached_property
from plone import api
from Products.Five.browser import BrowserView


class DeskPage(Retrouvable, BrowserView):
    """What the pages of the desk have in common."""

    state_labels = STATE_LABELS
    state_colours = STATE_COLOURS
    demarche_label = _("Démarche")
    all_demarches_label = _("All démarches")
    day = staticmethod(labels.day_of)
    moment = staticmethod(labels.moment_of)

    def prepare(self) -> None:
        """Nobody keeps a copy of these pages, and nothing stands beside them."""
        keep_private(self.request.response)
        single_column(self.request)

    @cached_property
    def desk(self) -> Desk:
        return Desk(self.context, api.user.get_current())

    @cached_property
    def filters(self):
        return parse_filters(
            self.request.form,
            services=self.desk.service_titles,
            demarches={choice.uid for choice in self.desk.demarches},
        )

    @property
    def list_url(self) -> str:
        return f"{self.context.absolute_url()}/agents"

    def url_of(self, filters) -> str:
        """Address of the list with these filters."""
        query = filters.query()
        return f"{self.list_url}?{query}" if query else self.list_url

    def demande_url(self, numero: str) -> str:
        """Address of a demande, from which the way back leads to the same list."""
        query = self.filters.query()
        url = f"{self.list_url}/{numero}"
        return f"{url}?{query}" if query else url
