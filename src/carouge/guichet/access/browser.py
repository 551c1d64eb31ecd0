"""Who is logged in, at the top right of every page of a guichet."""

from carouge.guichet.access.labels import acting_as
from carouge.guichet.compte.service import current_compte
from carouge.guichet.identity.service import login_address
from carouge.guichet.identity.service import login_offered
from carouge.guichet.layout import is_private
from functools import cached_property
from importlib.resources import files
from plone import api
from plone.app.layout.globals.context import ContextState
from plone.app.layout.viewlets.common import PersonalBarViewlet
from plone.app.layout.viewlets.common import ViewletBase
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class AccountMenu(ViewletBase):
    """« Se connecter », or the menu of the compte: the only login inside a guichet."""

    index = ViewPageTemplateFile("templates/menu.pt")

    @cached_property
    def compte(self):
        return current_compte()

    @property
    def shown(self) -> bool:
        """Staff have Plone's own menu; without any login there is nothing to offer."""
        if self.compte is not None:
            return True
        return self.portal_state.anonymous() and login_offered()

    @property
    def guichet_url(self) -> str:
        return self.portal_state.navigation_root_url()

    @property
    def here(self) -> str:
        """The very page one is on, without its query where that is nobody's business."""
        address = self.request.get("ACTUAL_URL", self.guichet_url)
        query = self.request.get("QUERY_STRING", "")
        if (
            self.request.method != "GET"
            or not query
            or is_private(self.request.response)
        ):
            return address
        return f"{address}?{query}"

    def log_in(self) -> str:
        return login_address(self.guichet_url, self.here)

    def change(self) -> str:
        """Address of a new login, at the provider, with the choice of whom to act for."""
        return login_address(self.guichet_url, self.here, anew=True)

    def acting_as(self):
        return acting_as(self.compte)


class MemberTools(PersonalBarViewlet):
    """Plone's menu of the member, for those who have no menu of a compte."""

    index = ViewPageTemplateFile(
        str(files("plone.app.layout") / "viewlets" / "membertools.pt")
    )

    def update(self) -> None:
        self.shown = not api.user.is_anonymous() and current_compte() is None
        if self.shown:
            super().update()

    def render(self) -> str:
        return super().render() if self.shown else ""


class GuichetContextState(ContextState):
    """A citizen has no use for Plone's toolbar, wherever on the site he is."""

    def is_toolbar_visible(self) -> bool:
        return current_compte() is None and super().is_toolbar_visible()
