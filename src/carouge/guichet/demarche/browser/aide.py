"""``/aide``: how the counter works."""

from carouge.guichet import _
from carouge.guichet.access.domain import AccountType
from carouge.guichet.access.domain import Conditions
from carouge.guichet.access.domain import Level
from carouge.guichet.access.domain import Reason
from carouge.guichet.access.labels import requirements_of
from carouge.guichet.access.labels import SHORT_REASONS
from carouge.guichet.demarche.browser.page import CachedPage
from carouge.guichet.demarche.labels import Padlock
from carouge.guichet.identity.service import login_address
from carouge.guichet.identity.service import login_offered
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


_EXAMPLES = (
    Conditions(level=Level.DECLARED),
    Conditions(level=Level.VERIFIED),
    Conditions(level=Level.VERIFIED, residents_only=True),
    Conditions(level=Level.DECLARED, account_types=frozenset({AccountType.ENTREPRISE})),
    Conditions(
        level=Level.DECLARED, account_types=frozenset({AccountType.ASSOCIATION})
    ),
)


class Aide(CachedPage):
    """Help, the same for everybody."""

    content = ViewPageTemplateFile("../templates/aide.pt")
    page_title = _("Help")

    def login_address(self) -> str | None:
        """Where citizens log in, if they can."""
        if not login_offered():
            return None
        return login_address(self.guichet_url, f"{self.guichet_url}/aide")

    def padlocks(self) -> list[Padlock]:
        """The padlocks a visitor meets, as they look while he has not logged in."""
        return [
            Padlock(requirements_of(conditions), SHORT_REASONS[Reason.LOGIN])
            for conditions in _EXAMPLES
        ]
