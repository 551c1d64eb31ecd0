"""The sentences of the form page."""

from carouge.guichet import _
from zope.i18nmessageid import Message


NOT_AVAILABLE = _(
    "This démarche cannot be submitted at the moment. Your answers are still on this "
    "page; the description of the démarche says why, and what you can do."
)
LOCKED_CHANGED = _(
    "This is confirmed by the source named here and cannot be changed in the form. The "
    "confirmed value counts."
)
TAKEN_OVER = _(
    "We have filled in what we know of the person you chose. Please check it, then "
    "continue."
)
CHANGED_ELSEWHERE = _(
    "This demande was changed in another window or on another device meanwhile. What "
    "you typed here is still on this page, and nothing was saved. If you continue, "
    "these answers replace the others of this step."
)
GONE = _(
    "This draft does not exist any more: it was deleted, or it has expired. What you "
    "typed here is still on this page; continue to begin a new draft with it."
)
TOO_MANY = _(
    "You have five unfinished demandes of this kind already. What you typed is still on "
    "this page. Finish or delete one of them first, under “My drafts”."
)
INCOMPLETE = _(
    "Some steps are not finished yet. Nothing was submitted; please complete them first."
)
NO_FILE = _("Please choose a file.")
NO_STEP = _("This step does not exist any more. Please reload the page.")
NEW_FORM = _(
    "This form was changed while you were filling it in. Nothing was submitted yet; "
    "please check your answers and send them again."
)
NEW_PRICE = _(
    "The price has changed since you opened this page. Nothing was submitted yet; please "
    "check it and send your demande again."
)
NO_QUESTION = _("No document is asked here any more. Please reload the page.")
TOO_LONG = _("Your answers are too long to be saved. Please shorten them.")
MORE_QUESTIONS = _(
    "Your answers have brought up other questions on this page. Please look at them, "
    "then continue."
)
SAVED_FOR_LATER = _("Your answers are saved. You can close this page and finish later.")

_TOO_OLD = _(
    "This page was open for a long time. Please check your answers and send them again; "
    "nothing was lost."
)
_LOGGED_IN = _(
    "You have logged in meanwhile. Your answers are still here, with what your account "
    "knows of you. Please check them and send them again."
)
_LOGGED_OUT = _(
    "Your login has ended. Nothing was submitted, and your answers are still on this "
    "page. Log in again in a new tab, then come back to this page and send it."
)
_SOMEBODY_ELSE = _(
    "Somebody else has logged in meanwhile in this browser. Nothing was submitted. "
    "Please check in whose name you want to send these answers."
)


def stale_notice(before: str, now: str) -> Message:
    """Why a form cannot be taken as it is.

    ``before`` marks whom the page was made for, ``now`` who sends it; empty marks are
    for nobody.
    """
    if before == now:
        return _TOO_OLD
    if not before:
        return _LOGGED_IN
    return _SOMEBODY_ELSE if now else _LOGGED_OUT


NOT_OF_HOUSEHOLD = _("This person is not in your household. Please choose again.")
