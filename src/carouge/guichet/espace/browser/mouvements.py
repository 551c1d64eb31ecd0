"""What a citizen can do with one of his demandes, the same with and without account."""

from carouge.guichet import _
from carouge.guichet.espace.service import answer
from carouge.guichet.espace.service import EmptyMessage
from carouge.guichet.espace.service import LongMessage
from carouge.guichet.espace.service import Outcome
from carouge.guichet.espace.service import suivi_of
from carouge.guichet.espace.service import UnusableMessage
from carouge.guichet.espace.service import withdraw
from carouge.guichet.formulaire.bordereau import envoyer
from carouge.guichet.formulaire.bordereau import SansPieceAnnoncee
from carouge.guichet.formulaire.domain import MAX_TEXT
from functools import cached_property
from zExceptions import NotFound


#: Texts beyond that are not even shown again.
MAX_KEPT = 5 * MAX_TEXT

# What is said once after a move, by the word in the address.
NOTICES = {
    "reponse": _("Your answer has been sent to the service."),
    "retrait": _("Your demande has been withdrawn."),
    "rattachement": _("This demande now belongs to your account."),
}


#: Below the address of a demande: its cover sheet.
BORDEREAU = "bordereau"


def cover_sheet(demande, request) -> bytes:
    """The cover sheet of what is still to come by post or to the counter.

    :raises NotFound: there is nothing to come
    """
    try:
        return envoyer(demande, request)
    except SansPieceAnnoncee as error:
        raise NotFound(BORDEREAU) from error


class Mouvements:
    """Answering and withdrawing.

    The page that mixes it in has ``message`` (what was typed), shows the demande by
    ``show_demande()``, goes on by ``done(word)`` and answers by ``unproved()`` to a
    form that we have not made for this very person.
    """

    message = ""
    message_problem = None
    problem = None
    notice = None
    max_text = MAX_TEXT

    @property
    def opened(self):
        """The demande this page is about."""
        raise NotImplementedError

    @cached_property
    def suivi(self):
        return suivi_of(self.opened)

    def touch(self) -> None:
        """Called after each use of the page that was proved."""

    def answer_service(self):
        if not self.proved():
            return self.unproved()
        try:
            outcome = answer(self.opened, self.message)
        except EmptyMessage:
            self.message_problem = _("Please write your answer.")
        except LongMessage:
            self.message_problem = _(
                "Your answer is too long: ${max} characters are possible.",
                mapping={"max": MAX_TEXT},
            )
        except UnusableMessage:
            self.message_problem = _(
                "Your answer contains characters that cannot be kept. Please remove "
                "them."
            )
        else:
            if outcome is not Outcome.TOO_LATE:
                self.touch()
                return self.done("reponse")
            self.message_problem = _(
                "The demande has moved on meanwhile: your answer was not sent."
            )
        self.touch()
        return self.show_demande()

    def withdraw_demande(self):
        if not self.proved():
            return self.unproved()
        self.touch()
        if withdraw(self.opened) is Outcome.TOO_LATE:
            self.problem = _(
                "The demande has moved on meanwhile: it can no longer be withdrawn."
            )
            return self.show_demande()
        return self.done("retrait")
