"""The words for access, refusal and the way out of it, the same on all screens.

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
from carouge.guichet.compte.content import Compte
from carouge.guichet.identity.service import login_offered
from collections.abc import Callable
from dataclasses import dataclass
from zope.i18nmessageid import Message


LEVEL_LABELS = {
    Level.DECLARED: _("With an e-démarches account"),
    Level.VERIFIED: _("With a verified e-démarches account"),
}

ACCOUNT_TYPE_LABELS = {
    AccountType.PERSONNE: _("For natural persons"),
    AccountType.ENTREPRISE: _("For companies"),
    AccountType.ASSOCIATION: _("For associations"),
}

RESIDENTS_ONLY = _("For residents of the commune")

#: Why somebody who has logged in may not start, in one short line.
SHORT_REASONS = {
    Reason.LOGIN: _("Login needed"),
    Reason.LEVEL: _("Your account is not verified yet"),
    Reason.ACCOUNT_TYPE: _("Not for this type of account"),
    Reason.NOT_RESIDENT: _("Not found among the residents"),
    Reason.RESIDENCE_AMBIGUOUS: _("Your residence in the commune is not confirmed"),
    Reason.RESIDENCE_UNAVAILABLE: _("Your residence could not be checked"),
    Reason.STALE_LOGIN: _("Please log in anew"),
}


#: Why not, in one sentence.
REASONS = {
    Reason.LOGIN: _("You need an account for this démarche"),
    Reason.LEVEL: _("This démarche needs a verified account"),
    Reason.ACCOUNT_TYPE: _("This démarche is not for your type of account"),
    Reason.NOT_RESIDENT: _("This démarche is for residents of the commune"),
    Reason.RESIDENCE_AMBIGUOUS: _(
        "The residents' register does not tell for certain who you are"
    ),
    Reason.RESIDENCE_UNAVAILABLE: _(
        "This démarche is for residents, and your residence could not be checked"
    ),
    Reason.STALE_LOGIN: _("For your safety, please log in anew"),
}

#: The shortest next step, one sentence each.
REMEDIES = {
    Remedy.LOG_IN: _(
        "Log in: you come back to this page at once. Without an account, the counter "
        "does this démarche with you."
    ),
    Remedy.VERIFY_ACCOUNT: _(
        "Have your e-démarches account verified, then log in again: the new level "
        "counts from your next login."
    ),
    Remedy.CHANGE_ACCOUNT: _(
        "Change your account, and choose one that this démarche is open to."
    ),
    Remedy.LOG_IN_AGAIN: _("Log in again: you come back to this page at once."),
    Remedy.COUNTER: _(
        "The residents' register does not confirm that you live in the commune. If you "
        "do, the counter will look into it with you."
    ),
    Remedy.TRY_LATER: _(
        "The residents' register does not answer at the moment. Try again in a few "
        "minutes, or ask the counter: it does this démarche with you."
    ),
}

#: Instead of the remedy LOG_IN, as long as the site has no login for citizens.
NO_LOGIN = _(
    "Login is not open on this counter yet. Until then, the counter does this "
    "démarche with you."
)

VERIFICATION_TIME = _("The verification takes about 3 working days.")


@dataclass(frozen=True)
class Acting:
    """In whose name somebody acts: a short name, and a sentence that says it all."""

    name: str
    sentence: Message


def acting_as(compte: Compte) -> Acting:
    """The words for the person who is logged in, and whom he acts for."""
    person = compte.nom_personne or compte.value("courriel")
    if compte.organisation is None:
        if not person:
            return Acting(_("My account"), _("You act in your own name."))
        return Acting(
            person,
            _(
                "You are ${person} and act in your own name.",
                mapping={"person": person},
            ),
        )
    return Acting(
        compte.organisation.name,
        _(
            "You are ${person} and act for ${organisation}.",
            mapping={"person": person, "organisation": compte.organisation.name},
        ),
    )


def requirements_of(conditions: Conditions) -> tuple[Message, ...]:
    """What a démarche asks of the visitor, one phrase each; empty for everybody."""
    if conditions.open:
        return ()
    phrases = [LEVEL_LABELS[conditions.required_level]]
    phrases += [
        label
        for account_type, label in ACCOUNT_TYPE_LABELS.items()
        if account_type in conditions.account_types
    ]
    if conditions.residents_only:
        phrases.append(RESIDENTS_ONLY)
    return tuple(phrases)


def remedy_words(remedy: Remedy) -> Message:
    """The next step, on this site."""
    if remedy is Remedy.LOG_IN and not login_offered():
        return NO_LOGIN
    return REMEDIES[remedy]


def advice(decision: Decision, say: Callable[[Message], str]) -> str:
    """Why not, and what to do next, in one paragraph; ``say`` translates."""
    return f"{say(REASONS[decision.reason])}. {say(remedy_words(decision.remedy))}"
