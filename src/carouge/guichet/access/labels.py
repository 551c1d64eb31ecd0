"""The words for a refusal and for the way out of it, the same on all screens.

Nobody else words them: the padlock of the catalogue, the page of a démarche, its form
and the REST services say the same sentence about the same decision.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.access.domain import AccountType
from carouge.guichet.access.domain import Conditions
from carouge.guichet.access.domain import Decision
from carouge.guichet.access.domain import Level
from carouge.guichet.access.domain import Reason
from carouge.guichet.access.domain import Remedy
from zope.i18nmessageid import Message


#: Why not, in one sentence.
REASONS: dict[Reason, Message] = {
    Reason.LOGIN: _("You need an e-démarches account for this démarche."),
    Reason.LEVEL: _(
        "This démarche needs a verified account; your account is not verified yet."
    ),
    Reason.ACCOUNT_TYPE: _(
        "This démarche is not meant for the type of account you are logged in with."
    ),
    Reason.RESIDENT: _(
        "This démarche is for residents of the commune, and we could not confirm that "
        "you live here."
    ),
    Reason.STALE_LOGIN: _(
        "You logged in some time ago; this démarche needs a recent login."
    ),
}

#: The shortest next step, in one or two sentences.
REMEDIES: dict[Remedy, Message] = {
    Remedy.LOG_IN: _("Log in with your e-démarches account, or create one."),
    Remedy.VERIFY_ACCOUNT: _(
        "Have your account verified with e-démarches: it takes about 3 working days. "
        "The counter can also help you."
    ),
    Remedy.CHANGE_ACCOUNT: _(
        "Log out, then log in with the account that fits this démarche."
    ),
    Remedy.LOG_IN_AGAIN: _("Log in again; it takes a moment."),
    Remedy.COUNTER: _(
        "If you live in the commune, get in touch with the counter: we will check it "
        "with you."
    ),
}

#: Beside the padlock, when all that is known is the reason of the refusal.
PADLOCKS: dict[Reason, Message] = {
    Reason.LOGIN: _("With an e-démarches account"),
    Reason.LEVEL: _("With a verified account only"),
    Reason.ACCOUNT_TYPE: _("For another type of account only"),
    Reason.RESIDENT: _("For residents of the commune only, with a verified account"),
    Reason.STALE_LOGIN: _("With a recent login only"),
}

#: For whom, for each set of account types an editor can tick; none is the same as all.
_DECLARED: dict[frozenset[AccountType], Message] = {
    frozenset(): _("With an e-démarches account"),
    frozenset({AccountType.PERSONNE}): _(
        "For private persons only, with an e-démarches account"
    ),
    frozenset({AccountType.ENTREPRISE}): _(
        "For companies only, with an e-démarches account"
    ),
    frozenset({AccountType.ASSOCIATION}): _(
        "For associations only, with an e-démarches account"
    ),
    frozenset({AccountType.PERSONNE, AccountType.ENTREPRISE}): _(
        "For private persons and companies only, with an e-démarches account"
    ),
    frozenset({AccountType.PERSONNE, AccountType.ASSOCIATION}): _(
        "For private persons and associations only, with an e-démarches account"
    ),
    frozenset({AccountType.ENTREPRISE, AccountType.ASSOCIATION}): _(
        "For companies and associations only, with an e-démarches account"
    ),
}
_VERIFIED: dict[frozenset[AccountType], Message] = {
    frozenset(): _("With a verified account only"),
    frozenset({AccountType.PERSONNE}): _(
        "For private persons only, with a verified account"
    ),
    frozenset({AccountType.ENTREPRISE}): _(
        "For companies only, with a verified account"
    ),
    frozenset({AccountType.ASSOCIATION}): _(
        "For associations only, with a verified account"
    ),
    frozenset({AccountType.PERSONNE, AccountType.ENTREPRISE}): _(
        "For private persons and companies only, with a verified account"
    ),
    frozenset({AccountType.PERSONNE, AccountType.ASSOCIATION}): _(
        "For private persons and associations only, with a verified account"
    ),
    frozenset({AccountType.ENTREPRISE, AccountType.ASSOCIATION}): _(
        "For companies and associations only, with a verified account"
    ),
}
_OPEN = _("Open to everybody, without an account")


def audience(conditions: Conditions) -> Message:
    """For whom a démarche is, whoever asks: the sentence beside a closed padlock."""
    if conditions.open:
        return _OPEN
    types = conditions.account_types
    if types == frozenset(AccountType):
        types = frozenset()
    if conditions.residents_only and types <= {AccountType.PERSONNE}:
        return PADLOCKS[Reason.RESIDENT]
    words = _VERIFIED if conditions.required_level is Level.VERIFIED else _DECLARED
    return words[types]


def advice(decision: Decision) -> tuple[Message, Message]:
    """Why not, and what to do next: two messages about a refusal."""
    return REASONS[decision.reason], REMEDIES[decision.remedy]
