"""What all pages of a guichet share: navigation, contact, padlock, search.

``context/@@guichet-macros/nav`` and so on; the view also answers what they show.
"""

from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet.access.service import current_usager
from carouge.guichet.compte.service import current_compte
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.demarche.fragments import kept_fragment
from carouge.guichet.demarche.fragments import minute
from carouge.guichet.demarche.labels import padlock_of
from carouge.guichet.demarche.service import guichet_of
from functools import cached_property
from plone import api
from Products.Five.browser import BrowserView
from zope.component import getMultiAdapter


#: The desk of the cashier lies below that of the agents.
CAISSE = "agents/caisse"


class Macros(BrowserView):
    """``@@guichet-macros``, on anything inside a guichet.

    No method may have the name of a macro: it would hide it.
    """

    @property
    def guichet(self):
        return guichet_of(self.context)

    @property
    def guichet_url(self) -> str:
        return self.guichet.absolute_url()

    def sections(self) -> list[dict]:
        """The links of the navigation: title, url, and how it is the current one.

        ``current`` is a value of ``aria-current``: "page" for the page itself, "true"
        for the section the page belongs to, None for the others.
        """
        base = self.guichet_url
        links = [
            ("", _("Démarches")),
            ("suivi", _("Follow a demande")),
            ("aide", _("Help")),
        ]
        if current_compte() is not None:
            links.insert(1, ("mon-espace", _("My space")))
        if api.user.has_permission(config.USE_DESK, obj=self.guichet):
            links.append(("agents", _("Agents' desk")))
        if api.user.has_permission(config.USE_CASH_DESK, obj=self.guichet):
            links.append((CAISSE, _("Cash desk")))
        names = {name for name, _title in links}
        first, _slash, rest = self._path().partition("/")
        if CAISSE in names and f"{first}/{rest}/".startswith(f"{CAISSE}/"):
            first, rest = CAISSE, rest.partition("/")[2]
        section = first if first in names else ""
        exact = not rest and first in names | {"view"}
        if first in config.RESERVED_IDS - names and not first.startswith("recherche"):
            # A page of another kind, such as the citizen's own space.
            section = None
        return [
            {
                "title": title,
                "url": f"{base}/{name}" if name else base,
                "current": ("page" if exact else "true") if name == section else None,
            }
            for name, title in links
        ]

    def _path(self) -> str:
        """The address of the page behind the guichet's own, without ``@@``."""
        here = self.request.get("ACTUAL_URL", "")
        return here.removeprefix(self.guichet_url).strip("/").removeprefix("@@")

    def counter(self):
        return contact()

    def telephone_url(self, number: str) -> str:
        """``tel:`` address of a number as people write it."""
        return "tel:" + "".join(
            char for char in number if char.isdigit() or char == "+"
        )

    def count(self, number: int) -> str:
        """So many démarches."""
        if number == 1:
            return _("1 démarche")
        return _("${number} démarches", mapping={"number": number})

    def working_days(self, number: int) -> str:
        """So many working days."""
        if number == 1:
            return _("1 working day")
        return _("${number} working days", mapping={"number": number})

    def padlock_of(self, fiche):
        """What the catalogue says about access to a démarche, to this visitor."""
        return padlock_of(fiche, self.usager)

    @cached_property
    def usager(self):
        return current_usager()

    def icon(self, name: str, css: str = "") -> str:
        """An ornamental icon; what it means always stands beside it as well."""
        # Each is a file, looked up and read anew; a page has dozens.
        return kept_fragment(
            ("icon", api.portal.get().absolute_url(), name, css, minute()),
            lambda: self._icon(name, css),
        )

    def _icon(self, name: str, css: str) -> str:
        icons = getMultiAdapter((self.context, self.request), name="iconresolver")
        tag = icons.tag(name, tag_class=css)
        return tag.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
