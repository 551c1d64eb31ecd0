"""What is the same around each page of a guichet, made once and kept in memory.

Two thirds of what a page of Plone costs is its frame. Whoever works on the site, which
is who sees its toolbar, gets it fresh each time; all others get what is at most
a minute old.
"""

from carouge.guichet.demarche.fragments import kept_fragment
from carouge.guichet.demarche.fragments import minute
from carouge.guichet.layout import is_private
from importlib.resources import files
from plone import api
from plone.app.layout.viewlets.social import SocialTagsViewlet
from plone.app.layout.viewlets.toolbar import ToolbarViewletManager
from plone.app.portlets.browser.viewlets import FooterViewlet
from plone.app.theming.utils import theming_policy
from plone.base.interfaces import IBundleRegistry
from plone.registry.interfaces import IRegistry
from Products.CMFCore.Expression import Expression
from Products.CMFPlone.resources.browser.resource import REQUEST_CACHE_KEY
from Products.CMFPlone.resources.browser.resource import ScriptsView
from Products.CMFPlone.resources.browser.resource import StylesView
from Products.CMFPlone.resources.utils import evaluateExpression
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.component import getMultiAdapter
from zope.component import getUtility


def works_on_the_site(view) -> bool:
    """Whether the page has Plone's toolbar."""
    state = getMultiAdapter((view.context, view.request), name="plone_context_state")
    return state.is_toolbar_visible()


class Toolbar(ToolbarViewletManager):
    """Nothing, not even computed, for those who would not see it."""

    def update(self) -> None:
        self.shown = works_on_the_site(self)
        if self.shown:
            super().update()

    def render(self) -> str:
        return super().render() if self.shown else ""


class Footer(FooterViewlet):
    """The portlets at the foot of the page."""

    def render_footer_portlets(self) -> str:
        if not self.portal_state.anonymous():
            # A portlet may be somebody's own.
            return super().render_footer_portlets()
        key = (
            "footer",
            self.context.absolute_url(),
            api.portal.get_current_language(),
            minute(),
        )
        return kept_fragment(key, super().render_footer_portlets)


class Resources:
    """Addresses of scripts and styles, each of which holds a digest of its file."""

    def update(self) -> None:
        known = hasattr(self.request, REQUEST_CACHE_KEY)
        if known or works_on_the_site(self):
            super().update()
            return
        state = getMultiAdapter((self.context, self.request), name="plone_portal_state")
        portal_url = state.portal_url()
        key = (
            "resources",
            portal_url,
            *map(frozenset, self._request_bundles()),
            getattr(theming_policy(self.request).get_theme(), "__name__", None),
            self._conditions(portal_url),
            minute(),
        )
        self.rendered = kept_fragment(key, self._made)
        setattr(self.request, REQUEST_CACHE_KEY, self.rendered)

    def _made(self) -> dict[str, str]:
        super().update()
        return self.rendered

    def _conditions(self, portal_url: str) -> tuple[bool, ...]:
        """What the bundles that are not for every page and everybody say of this one."""
        expressions = kept_fragment(("conditions", portal_url, minute()), _expressions)
        return tuple(
            bool(evaluateExpression(expression, self.context))
            for expression in expressions
        )


def _expressions() -> list[Expression]:
    bundles = getUtility(IRegistry).collectionOfInterface(
        IBundleRegistry, prefix="plone.bundles", check=False
    )
    return [
        Expression(bundle.expression)
        for bundle in bundles.values()
        if bundle.enabled and bundle.expression
    ]


class Scripts(Resources, ScriptsView):
    """See :class:`Resources`."""


class Styles(Resources, StylesView):
    """See :class:`Resources`."""


class SocialTags(SocialTagsViewlet):
    """What a page is introduced with where it is shared; a private one never is."""

    def _get_tags(self) -> list[dict]:
        return [] if is_private(self.request.response) else super()._get_tags()


class HeadSocialTags(SocialTags):
    index = ViewPageTemplateFile(
        str(files("plone.app.layout") / "viewlets" / "social_tags.pt")
    )


class BodySocialTags(SocialTags):
    index = ViewPageTemplateFile(
        str(files("plone.app.layout") / "viewlets" / "social_tags_body.pt")
    )
