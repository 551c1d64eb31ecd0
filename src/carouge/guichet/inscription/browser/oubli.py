"""``/mot-de-passe-oublie``: a letter, perhaps a question, a new password."""

from carouge.guichet import _
from carouge.guichet.inscription import labels
from carouge.guichet.inscription import oubli
from carouge.guichet.inscription.browser.page import LocalPage
from carouge.guichet.inscription.browser.page import make_champ
from carouge.guichet.inscription.connexion import TooManyAttempts
from carouge.guichet.inscription.securite import WeakPassword
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class MotDePasseOublie(LocalPage):
    """Whoever asks hears the same, whether or not there is an account."""

    page = "mot-de-passe-oublie"
    page_title = _("Forgotten password")
    ask_template = ViewPageTemplateFile("../templates/oubli.pt")
    question_template = ViewPageTemplateFile("../templates/oubli-question.pt")
    password_template = ViewPageTemplateFile("../templates/oubli-nouveau.pt")
    unusable_template = ViewPageTemplateFile("../templates/oubli-lien.pt")

    problem = None
    proof = ""
    sent = False

    def show(self):
        self.token = self.text("lien")
        if self.token:
            try:
                return self._with_link()
            except oubli.Unusable:
                self.request.response.setStatus(404)
                return self.unusable_template()
        self.identifiant = self.text("identifiant")
        if self.posted:
            return self._ask()
        self.sent = "envoye" in self.request.form
        return self.ask_template()

    def _ask(self):
        if not self.identifiant.strip():
            self.refuse(400, _("Please enter your identifier or your e-mail address."))
            return self.ask_template()
        try:
            oubli.ask(self.identifiant, guichet=self.context, client=self.client)
        except oubli.TooOften:
            self.request.response.setHeader("Retry-After", "3600")
            self.refuse(
                429,
                _(
                    "Several messages were asked for from here. Please try again in one "
                    "hour, or ask the counter."
                ),
            )
            return self.ask_template()
        return self.redirect(envoye="1")

    def _with_link(self):
        self.compte = oubli.account_of(self.token)
        self.proof = self.text("preuve", 1000)
        if self.posted and self.text("action") == "repondre":
            return self._answer()
        if not oubli.answered(self.token, self.proof):
            return self.question_template()
        if self.posted:
            return self._choose()
        return self.password_template()

    def _answer(self):
        try:
            self.proof = oubli.answer(self.token, self.text("reponse"))
        except oubli.WrongAnswer as error:
            if not error.left:
                raise oubli.Unusable from error
            self.refuse(
                400,
                _(
                    "This is not the answer you had given. You can try ${left} more "
                    "times.",
                    mapping={"left": error.left},
                ),
            )
            return self.question_template()
        except TooManyAttempts as error:
            self.request.response.setHeader("Retry-After", str(error.seconds))
            self.refuse(429, labels.wait_text(error.seconds))
            return self.question_template()
        return self.password_template()

    def _choose(self):
        try:
            oubli.choose(
                self.token, self.proof, self.text("nouveau"), guichet=self.context
            )
        except oubli.NotAnswered:
            return self.question_template()
        except WeakPassword as error:
            self.problem = error.weakness
            self.request.response.setStatus(400)
            return self.password_template()
        target = f"{self.context.absolute_url()}/connexion?fait=mot-de-passe"
        return self.request.response.redirect(target, status=303)

    # What is shown

    @property
    def question(self) -> str:
        return self.compte.local.question

    @property
    def champs(self):
        return [make_champ("identifiant", value=self.identifiant)]

    @property
    def answer_champs(self):
        return [make_champ("reponse")]

    @property
    def password_champs(self):
        return [make_champ("nouveau", kind="password", problem=self.problem)]
