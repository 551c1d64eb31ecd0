"""The door to the access policy for everything that has a request."""

from carouge.guichet.access.domain import ANONYMOUS
from carouge.guichet.access.domain import Conditions
from carouge.guichet.access.domain import decide
from carouge.guichet.access.domain import Decision
from carouge.guichet.access.domain import Usager
from carouge.guichet.interfaces import IUsager
from carouge.guichet.swisstime import now
from plone import api


def current_usager() -> Usager:
    """The proved facts about whoever makes the current request.

    A member for whom nothing adapts to :class:`IUsager` has no e-démarches account:
    for the policy he is like an anonymous visitor.
    """
    if api.user.is_anonymous():
        return ANONYMOUS
    return IUsager(api.user.get_current(), ANONYMOUS)


def check_access(conditions: Conditions, usager: Usager | None = None) -> Decision:
    """Ask the policy for the current (or the given) usager, now."""
    if usager is None:
        usager = current_usager()
    return decide(usager, conditions, now())
