"""``/mon-espace/securite``: password, personal question, open sessions."""

from carouge.guichet import _
from carouge.guichet.access.page import ComptePage
from carouge.guichet.controlpanel.service import local_accounts
from carouge.guichet.identity.service import end_other_sessions
from carouge.guichet.identity.service import open_sessions
from carouge.guichet.inscription import labels
from carouge.guichet.inscription.browser.page import make_champ
from carouge.guichet.inscription.connexion import TooManyAttempts
from carouge.guichet.inscription.motdepasse import MAX_LENGTH
from carouge.guichet.inscription.securite import change_password
from carouge.guichet.inscription.securite import change_question
from carouge.guichet.inscription.securite import WeakPassword
from carouge.guichet.inscription.securite import WeakQuestion
from carouge.guichet.inscription.securite import WrongPassword
from carouge.guichet.swisstime import format_time
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


_DONE = {
    "mot-de-passe": _("Your password is changed. All other sessions have been closed."),
    "question": _("Your personal question is kept."),
    "sans-question": _("Your personal question is removed."),
    "sessions": _("All other sessions have been closed."),
}


class Securite(ComptePage):
    """A compte of the canton sees its sessions only: it has no password here."""

    page_title = _("Security")
    template = ViewPageTemplateFile("../templates/securite.pt")
    keeps_input = False
    alert = None
    notice = None

    def __call__(self):
        if not local_accounts():
            raise NotFound("securite")
        return super().__call__()

    def show(self):
        self.problems = {}
        self.wrong = ""
        if not self.posted:
            self.notice = _DONE.get(self.text("fait"))
            return self.template()
        if not self.proved():
            self._refuse(
                403,
                _(
                    "This page was open for a long time, or somebody else has logged in "
                    "meanwhile. Nothing was changed; please send again."
                ),
            )
            return self.template()
        action = {
            "mot-de-passe": self._password,
            "question": self._question,
            "sessions": self._sessions,
        }.get(self.text("action"))
        done = action() if action else ""
        if not done:
            if self.alert is None:
                self.request.response.setStatus(400)
            return self.template()
        return self.request.response.redirect(f"{self.url}?fait={done}", status=303)

    @property
    def url(self) -> str:
        return f"{self.espace_url}/securite"

    def _password(self) -> str:
        if self.local is None:
            return ""
        try:
            change_password(
                self.compte,
                self.text("actuel", MAX_LENGTH + 1),
                self.text("nouveau", MAX_LENGTH + 1),
                guichet=self.context,
                request=self.request,
            )
        except WeakPassword as error:
            self.problems["nouveau"] = error.weakness
        except (WrongPassword, TooManyAttempts) as error:
            self._not_proved(error, "mot-de-passe")
        else:
            return "mot-de-passe"
        return ""

    def _question(self) -> str:
        if self.local is None:
            return ""
        question = self.text("question", 500)
        if self.text("retirer"):
            question = ""
        try:
            change_question(
                self.compte,
                self.text("actuel", MAX_LENGTH + 1),
                question,
                self.text("reponse", 500),
                guichet=self.context,
            )
        except WeakQuestion as error:
            self.problems[error.field] = error.weakness
        except (WrongPassword, TooManyAttempts) as error:
            self._not_proved(error, "question")
        else:
            return "question" if question.strip() else "sans-question"
        return ""

    def _sessions(self) -> str:
        end_other_sessions(self.request, self.compte)
        return "sessions"

    def _not_proved(self, error: Exception, form: str) -> None:
        self.wrong = form
        if isinstance(error, TooManyAttempts):
            self.request.response.setHeader("Retry-After", str(error.seconds))
            self._refuse(429, labels.wait_text(error.seconds))
        else:
            self._refuse(
                400, _("This is not your present password. Nothing was changed.")
            )

    def _refuse(self, status: int, alert) -> None:
        self.request.response.setStatus(status)
        self.alert = alert

    # What is shown

    @property
    def local(self):
        return self.compte.local

    @property
    def sessions(self) -> list[dict]:
        return [
            {"time": format_time(start), "mine": mine}
            for start, mine in open_sessions(self.request, self.compte)
        ]

    @property
    def password_champs(self):
        return [
            make_champ("actuel", kind="password", prefix="mdp-"),
            make_champ(
                "nouveau", kind="password", problem=self.problems.get("nouveau")
            ),
        ]

    @property
    def question_champs(self):
        asked = self.posted and self.text("action") == "question"
        shown = self.text("question", 500) if asked else self.local.question
        return [
            make_champ("question", value=shown, problem=self.problems.get("question")),
            make_champ("reponse", problem=self.problems.get("reponse")),
            make_champ("actuel", kind="password", prefix="question-"),
        ]
