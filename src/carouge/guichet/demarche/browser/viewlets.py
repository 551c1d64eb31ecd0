"""Parts of the site's frame that are different inside a guichet."""

from Acquisition import aq_base
from html import escape
from plone.app.layout.links.viewlets import CanonicalURL
from plone.app.layout.viewlets.common import TitleViewlet
from plone.app.layout.viewlets.common import ViewletBase
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.i18n import translate


class Sections(ViewletBase):
    """The sections of the guichet where the site has its own."""

    index = ViewPageTemplateFile("../templates/sections.pt")


class Title(TitleViewlet):
    """Names the page in the browser's title, not only the content it belongs to.

    A view says its name with an attribute ``page_title``, a message.
    """

    @property
    def page_title(self) -> str:
        title = getattr(aq_base(self.__parent__), "page_title", None)
        if title is None:
            return super().page_title
        return escape(translate(title, context=self.request))


class Canonical(CanonicalURL):
    """The canonical address of a page that is not the default one of its content."""

    def render(self) -> str:
        page = aq_base(self.__parent__)
        if getattr(page, "page_title", None) is None:
            return super().render()
        address = f"{self.context.absolute_url()}/{page.__name__}"
        return f'    <link rel="canonical" href="{escape(address)}" />'


class Nothing(ViewletBase):
    """Leaves out what would lead a citizen astray.

    The site's search knows nothing of démarches, and its login is not the citizen's; the
    staff find theirs at the foot of the help page.
    """

    def render(self) -> str:
        return ""
