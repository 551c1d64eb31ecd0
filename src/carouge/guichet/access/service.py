"""The door to the access policy for everything that has a request."""

from carouge.guichet.access.domain import ANONYMOUS
from carouge.guichet.access.domain import Conditions
from carouge.guichet.access.domain import decide
from carouge.guichet.access.domain import Decision
from carouge.guichet.access.domain import Usager
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.residency import current_residency
from carouge.guichet.compte.service import current_compte
from carouge.guichet.identity.service import proved_at
from carouge.guichet.swisstime import now
from datetime import datetime


def current_usager() -> Usager:
    """The proved facts about whoever makes the current request.

    Who is logged in without a compte (the staff) is for the policy like an anonymous
    visitor.
    """
    compte = current_compte()
    return ANONYMOUS if compte is None else usager_of(compte, proved_at(compte))


def usager_of(compte: Compte, logged_in_at: datetime | None) -> Usager:
    """What the policy knows of a compte whose session began at ``logged_in_at``."""
    return Usager(
        level=compte.level,
        account_type=compte.account_type,
        residency=current_residency(compte, now()),
        logged_in_at=logged_in_at,
    )


def check_access(conditions: Conditions, usager: Usager | None = None) -> Decision:
    """Ask the policy for the current (or the given) usager, now."""
    if usager is None:
        usager = current_usager()
    return decide(usager, conditions, now())
