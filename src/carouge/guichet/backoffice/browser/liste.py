"""The list of the desk."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet.backoffice import liste_labels as words
from carouge.guichet.backoffice import vues
from carouge.guichet.backoffice.actions import agents_of_service
from carouge.guichet.backoffice.browser.liste_table import Line
from carouge.guichet.backoffice.browser.liste_table import lines_of
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.backoffice.comptes import count_waiting
from carouge.guichet.backoffice.domain import last_start
from carouge.guichet.backoffice.domain import looks_like_number
from carouge.guichet.backoffice.domain import PAGE_SIZE
from carouge.guichet.backoffice.domain import PERSONNE_MOT
from carouge.guichet.backoffice.historique import name_of
from carouge.guichet.backoffice.liste import listing
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.demande.criteres import Bannette
from carouge.guichet.demande.criteres import PERSONNE
from carouge.guichet.demande.criteres import Tri
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.labels import CANAL_LABELS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demarche.service import services_of_agent
from carouge.guichet.dossier.courrier import attente_de
from chameleon import PageTemplateFile
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from plone import api
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from typing import NamedTuple
from urllib.parse import urlencode
from zExceptions import Unauthorized
from zope.component import getMultiAdapter
from zope.component import queryMultiAdapter
from zope.i18n import translate
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


_TEMPLATES = Path(__file__).parents[1] / "templates"

DEMANDE_PAGE = "agents-demande"
COMPTES = "comptes"
LETTRES = "lettres"
SAISIR = "saisir"
#: In the address: the filters are shown.
FILTRER = "filtrer"

#: What a click on the title of a column sorts by; a second one turns it round.
_SORTS = {
    "titre": (Tri.TITRE, None),
    "reste": (Tri.ECHEANCE, None),
    "attendu": (Tri.ECHEANCE, None),
    "depot": (Tri.RECENTES, Tri.ANCIENNES),
    "modifie": (Tri.MODIFIEES, None),
}
_ASCENDING = (Tri.TITRE, Tri.ECHEANCE, Tri.ANCIENNES)


class Option(NamedTuple):
    """What can be chosen in a filter; ``chosen`` is None when it is not."""

    value: str
    title: str
    chosen: str | None


@implementer(IPublishTraverse)
class Agents(DeskPage):
    """``<guichet>/agents``: the demandes of the agent's services."""

    template = ViewPageTemplateFile("../templates/list.pt")
    parts = ViewPageTemplateFile("../templates/list-macros.pt")
    # What is repeated hundreds of times: here each expression is plain Python code,
    # in the other templates an object that is looked up and bound every time.
    quick = PageTemplateFile(_TEMPLATES / "list-quick.pt")
    page_title = _("Agents' desk")
    chosen_words = words.CHOSEN
    vides = words.VIDES
    number_error = None
    number_unknown = False

    def publishTraverse(self, request, name):
        # Other pages of the desk; what belongs to one demande is found below it.
        if not name.startswith("demande"):
            page = queryMultiAdapter((self.context, request), name=f"agents-{name}")
            if page is not None:
                return page
        page = getMultiAdapter((self.context, request), name=DEMANDE_PAGE)
        page.number = name
        return page

    def __call__(self):
        if not api.user.has_permission(config.USE_DESK, obj=self.context):
            return self._elsewhere()
        self.prepare()
        self.typed = self.filters.texte
        wanted = self.filters
        try:
            demande = self.desk.find(self.typed)
        except InvalidNumber:
            if looks_like_number(self.typed):
                self.number_error = _(
                    "This number cannot be right: a character is missing or mistyped. "
                    "Please compare it with the letter or the mail."
                )
        except NotVisible:
            self.number_unknown = True
        else:
            return self.request.response.redirect(f"{self.list_url}/{demande.numero}")
        if self.number_error or self.number_unknown:
            wanted = replace(wanted, texte="")
        self.listing = listing(self.desk, wanted)
        return self.template()

    def _elsewhere(self) -> str:
        """The cashier has a desk of his own; everybody else has none here.

        :raises Unauthorized: the visitor may log in
        """
        if api.user.has_permission(config.USE_CASH_DESK, obj=self.context):
            return self.request.response.redirect(f"{self.list_url}/caisse")
        raise Unauthorized("agents")

    # The trays and the saved lists

    @cached_property
    def trays(self) -> list[dict]:
        """The trays with what lies in each."""
        shown = None if self.filters.vue else self.listing.bannette
        return [
            {
                "id": tray.value,
                "title": self._say(words.BANNETTE_LABELS[tray]),
                "count": self.listing.counts[tray],
                "url": self.url_of(self.filters.in_tray(tray)),
                "current": tray is shown,
                "css": _tray_colour(tray, self.listing.counts[tray]),
            }
            for tray in Bannette
        ]

    @property
    def shown(self) -> dict:
        """The tray or the saved list that is shown; nothing counts the saved ones."""
        entries = [*self.trays, *self.saved]
        tray = self.listing.bannette.value
        return next(
            (entry for entry in entries if entry["current"]),
            next(entry for entry in self.trays if entry["id"] == tray),
        )

    @cached_property
    def saved(self) -> list[dict]:
        """The lists with a name, the agent's own and the shared ones."""
        return [
            {
                "title": vue.nom,
                "url": self.url_of(
                    replace(vues.filtres_de(self.desk, vue), vue=vue.id)
                ),
                "current": vue.id == self.filters.vue,
                "shared": bool(vue.service),
            }
            for vue in vues.vues_de(self.desk)
        ]

    @property
    def tools(self) -> list[dict]:
        """The other pages of the desk; ``count`` is how many things wait there."""
        may_manage = api.user.has_permission(config.MANAGE_COMPTES, obj=self.context)
        return [
            {
                "id": name,
                "title": title,
                "url": f"{self.list_url}/{name}",
                "css": "btn-primary" if name == SAISIR else "btn-outline-primary",
                "count": self._waiting(name),
            }
            for name, title in words.OUTILS.items()
            if self._has(name) and (name != COMPTES or may_manage)
        ]

    def _waiting(self, name: str) -> int:
        if name == COMPTES:
            return count_waiting()
        if name == LETTRES:
            return len(attente_de(self.context, self.desk.service_titles))
        return 0

    @property
    def actions(self) -> list[dict]:
        """What can be done with the chosen demandes."""
        return [
            {
                "title": title,
                "url": f"{self.list_url}/{name}",
                "css": "btn-primary" if name == "lot" else "btn-outline-primary",
            }
            for name, title in words.ACTIONS.items()
            if self._has(name)
        ]

    def _has(self, name: str) -> bool:
        page = queryMultiAdapter((self.context, self.request), name=f"agents-{name}")
        return page is not None

    @property
    def macros(self):
        return self.parts.macros

    # The table

    @cached_property
    def columns(self) -> list[dict]:
        """The columns after the number, with the way to sort by them."""
        chosen = [
            name
            for name in vues.colonnes_de(self.desk)
            if name != "service" or self.several_services
        ]
        return [self._column(name) for name in chosen]

    def _column(self, name: str) -> dict:
        tri, other = _SORTS.get(name, (None, None))
        current = self.filters.tri
        chosen = tri is not None and current in (tri, other)
        target = other if other is not None and current is tri else tri
        order = "ascending" if current in _ASCENDING else "descending"
        return {
            "id": name,
            "title": self._say(words.COLONNE_LABELS[name]),
            "url": None if tri is None else self.url_of(self.filters.sorted_by(target)),
            "order": order if chosen else None,
        }

    @property
    def rows(self) -> list[Line]:
        """The lines of the table."""
        titles = {column["id"]: column["title"] for column in self.columns}
        return lines_of(
            self.listing.rows,
            titles,
            self.desk.service_titles,
            self.demande_url,
            self.request,
        )

    def _say(self, message) -> str:
        return translate(message, context=self.request)

    @property
    def pages(self) -> dict:
        """Where in the list this page is; addresses are None at the ends."""
        filters, total = self.listing.filters, self.listing.total
        last = last_start(total)
        return {
            "current": filters.start // PAGE_SIZE + 1,
            "count": last // PAGE_SIZE + 1,
            "previous": self.url_of(filters.at(filters.start - PAGE_SIZE))
            if filters.start
            else None,
            "next": self.url_of(filters.at(filters.start + PAGE_SIZE))
            if filters.start < last
            else None,
        }

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The whole list, for what is done with all of it."""
        tray = self.listing.bannette
        return replace(self.listing.filters, bannette=tray, start=0, vue="").pairs()

    @property
    def keep_url(self) -> str:
        """Where this list, with the tray it shows, is kept under a name."""
        return f"{self.list_url}/vues?{urlencode(self.hidden)}"

    @property
    def columns_url(self) -> str:
        """Where the columns are chosen, with the way back to this very page."""
        query = self.filters.query()
        return f"{self.list_url}/colonnes{'?' * bool(query)}{query}"

    # The filters

    @property
    def shows_filters(self) -> bool:
        """They are many words: who only looks at his list is spared them."""
        return self.filtered or FILTRER in self.request.form

    @property
    def filters_url(self) -> str:
        """The same page with the filters."""
        query = urlencode([*self.filters.pairs(), (FILTRER, "1")])
        return f"{self.list_url}?{query}#agents-filtres"

    @property
    def states(self) -> list[Option]:
        chosen = self.filters.etats
        return self._options(
            (etat.value, self._say(label), etat in chosen)
            for etat, label in STATE_LABELS.items()
        )

    @property
    def tray_options(self) -> list[Option]:
        shown = self.listing.bannette
        return self._options(
            (tray.value, self._say(label), tray is shown)
            for tray, label in words.BANNETTE_LABELS.items()
        )

    @property
    def demarche_options(self) -> list[Option]:
        return self._options(
            (choice.uid, choice.title, choice.uid == self.filters.demarche)
            for choice in self.desk.demarches
        )

    @property
    def service_options(self) -> list[Option]:
        return self._options(
            (choice.uid, choice.title, choice.uid == self.filters.service)
            for choice in self.desk.services
        )

    @property
    def channel_options(self) -> list[Option]:
        return self._options(
            (canal.value, self._say(label), canal is self.filters.canal)
            for canal, label in CANAL_LABELS.items()
        )

    @property
    def sort_options(self) -> list[Option]:
        return self._options(
            (tri.value, self._say(label), tri is self.filters.tri)
            for tri, label in words.TRI_LABELS.items()
        )

    @property
    def agent_options(self) -> list[Option]:
        """Nobody, the agent, and his colleagues by name."""
        me = self.desk.user.getId()
        ids = {
            agent
            for service in services_of_agent(self.context, self.desk.user)
            for agent in agents_of_service(service)
        }
        ids |= {self.filters.agent} if self.filters.agent else set()
        named = sorted(
            ((name_of(id, self.request), id) for id in ids - {me}),
            key=lambda pair: pair[0].casefold(),
        )
        first = [(words.NOBODY, PERSONNE_MOT), (words.ME, me)]
        choices = [(self._say(title), value) for title, value in first] + named
        chosen = PERSONNE_MOT if self.filters.agent == PERSONNE else self.filters.agent
        return self._options((id, title, id == chosen) for title, id in choices)

    @staticmethod
    def _options(options: Iterable[tuple[str, str, bool]]) -> list[Option]:
        return [
            Option(value, title, "selected" if chosen else None)
            for value, title, chosen in options
        ]

    @property
    def several_services(self) -> bool:
        return len(self.desk.services) > 1

    @property
    def filtered(self) -> bool:
        return self.filters.narrowed


def _tray_colour(tray: Bannette, count: int) -> str:
    if not count:
        return "text-bg-light border"
    return "text-bg-danger" if tray is Bannette.EN_RETARD else "text-bg-dark"
