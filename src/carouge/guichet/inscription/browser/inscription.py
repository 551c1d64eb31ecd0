"""``/inscription``: from the name to the letter with the link, and the link itself."""

from carouge.guichet import _
from carouge.guichet.inscription import labels
from carouge.guichet.inscription import service
from carouge.guichet.inscription.browser.page import LocalPage
from carouge.guichet.inscription.browser.page import make_champ
from carouge.guichet.inscription.domain import first_open_step
from carouge.guichet.inscription.domain import OPTIONAL
from carouge.guichet.inscription.domain import Step
from carouge.guichet.inscription.domain import TYPED
from carouge.guichet.inscription.humain import new_challenge
from carouge.guichet.inscription.humain import NotProved
from carouge.guichet.inscription.humain import patience_left
from carouge.guichet.inscription.service import Confirmation
from carouge.guichet.swisstime import today
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


COOKIE = "guichet_inscription"
SOLUTION_LENGTH = 4000

_KINDS = {"courriel": "email", "telephone": "tel"}

#: What is typed in each step and never shown again.
_SECRETS = {Step.CONTACT: "mot_de_passe", Step.QUESTION: "reponse"}


class Inscription(LocalPage):
    """The steps have addresses of their own: back and forth is the browser's as well."""

    page = "inscription"
    page_title = _("Open an account")
    step_template = ViewPageTemplateFile("../templates/inscription.pt")
    sent_template = ViewPageTemplateFile("../templates/envoye.pt")
    confirm_template = ViewPageTemplateFile("../templates/confirmer.pt")

    #: The button was pressed before the script was there: the script of the answer
    #: sends as soon as its sum is done, nobody has to press again.
    sent_without_proof = False

    step_titles = labels.STEP_TITLES
    field_labels = labels.FIELD_LABELS

    def show(self):
        if "lien" in self.request.form:
            return self._confirm()
        self.state = service.read_state(self.cookie(COOKIE))
        self.problems = {}
        if self.posted:
            action = {
                "suite": self._next,
                "retour": self._back,
                "envoyer": self._send,
                "abandonner": self._give_up,
            }.get(self.text("action"), self._next)
            return action()
        if "envoye" in self.request.form:
            return self.sent_template()
        self.step = self._asked_step()
        # Nobody reaches a step whose earlier ones are not filled in.
        reachable = first_open_step(self.state, today())
        if self.step > reachable:
            if self.text("etape") != "1" and not self.state.typed:
                self.notice = _(
                    "Your registration begins here: what you had typed is no longer "
                    "kept. If this happens again, allow cookies for this site in your "
                    "browser."
                )
            self.step = reachable
        elif "erreurs" in self.request.form:
            self.problems = service.noted_problems(self.state)
        return self._show_step()

    # The steps

    def _asked_step(self) -> Step:
        text = self.text("etape")
        return Step(int(text)) if text in ("1", "2", "3", "4") else Step.IDENTITE

    def _show_step(self):
        if self.step is Step.RESUME:
            self.state = service.show_summary(self.state)
            self._keep()
        return self.step_template()

    def _next(self):
        self.step = self._asked_step()
        state, problems = self._take()
        self.state = service.note_problems(state, problems)
        self._keep()
        # To an address of its own even so: the browser's back button never has to ask
        # whether it should send anything again.
        if problems:
            return self.redirect(etape=str(int(self.step)), erreurs="1")
        return self.redirect(etape=str(int(self.step.next)))

    def _back(self):
        self.step = self._asked_step()
        if self.step is not Step.RESUME:
            # What is not right yet is kept as well: nothing is lost on the way back.
            self.state, _problems = self._take()
            self._keep()
        return self.redirect(etape=str(int(self.step.previous)))

    def _take(self):
        names = [*TYPED[self.step], "mot_de_passe", "reponse"]
        form = {name: self.text(name) for name in names}
        return service.take_step(self.state, self.step, form)

    def _keep(self) -> None:
        self.set_cookie(COOKIE, service.seal_state(self.state))

    def _give_up(self):
        self.set_cookie(COOKIE, "", max_age=0)
        return self.request.response.redirect(self.context.absolute_url(), status=303)

    # The end

    def _send(self):
        self.step = Step.RESUME
        if service.is_finished(self.text("inscription")):
            # A double click, or the page once more out of the browser's memory.
            return self.redirect(envoye="1")
        try:
            service.finish(
                self.state,
                self.text("epreuve", SOLUTION_LENGTH + 1),
                guichet=self.context,
                client=self.client,
            )
        except service.Incomplete as error:
            return self.redirect(etape=str(int(error.step)))
        except NotProved:
            self.refuse(
                400,
                _(
                    "The automatic check had expired. It is being made anew: please send "
                    "again. Nothing was lost."
                ),
            )
        except service.Patience as error:
            self.sent_without_proof = True
            self.refuse(
                400,
                _(
                    "Please wait ${seconds} more seconds, then send again. Nothing was "
                    "lost.",
                    mapping={"seconds": error.seconds},
                ),
            )
        except service.TooOften:
            self.request.response.setHeader("Retry-After", "3600")
            self.refuse(
                429,
                _(
                    "Several registrations were sent from here or with this address. "
                    "Please try again in one hour, or ask the counter."
                ),
            )
        else:
            # Only the address stays, for the page that says where the letter is.
            self.state = service.after_sending(self.state)
            self._keep()
            return self.redirect(envoye="1")
        return self._show_step()

    def _confirm(self):
        token = self.text("lien")
        self.result = None
        self.token = token
        if self.posted:
            self.result, self.courriel = service.confirm(token, guichet=self.context)
        else:
            self.result, self.courriel = service.look_at_link(token)
        if self.result is Confirmation.UNUSABLE:
            self.request.response.setStatus(404)
        return self.confirm_template()

    Confirmation = Confirmation

    # What is shown

    @property
    def can_register(self) -> bool:
        return service.can_register()

    @property
    def steps(self) -> list[dict]:
        """The progress: title, number, and whether it is the present one."""
        return [
            {
                "number": int(step),
                "title": labels.STEP_TITLES[step],
                "current": step is self.step,
                "done": step < self.step,
            }
            for step in Step
        ]

    @property
    def champs(self):
        champs = [
            make_champ(
                name,
                value=self.state.value(name),
                kind=_KINDS.get(name, "text"),
                problem=self.problems.get(name),
                required=name not in OPTIONAL,
            )
            for name in TYPED[self.step]
        ]
        secret = _SECRETS.get(self.step)
        if secret == "mot_de_passe":
            chosen = bool(self.state.mot_de_passe)
            help = labels.PASSWORD_KEPT if chosen else labels.PASSWORD_RULES
            champs.append(
                make_champ(
                    secret,
                    kind="password",
                    problem=self.problems.get(secret),
                    required=not chosen,
                    help=labels.PASSWORD_RULES if secret in self.problems else help,
                )
            )
        elif secret == "reponse":
            options = {"help": labels.ANSWER_KEPT} if self.state.reponse else {}
            champs.append(
                make_champ(
                    secret,
                    problem=self.problems.get(secret),
                    required=False,
                    **options,
                )
            )
        return champs

    @property
    def summary(self) -> list[dict]:
        """What was typed, step by step."""
        chosen = [
            (Step.IDENTITE, [*TYPED[Step.IDENTITE]]),
            (Step.CONTACT, [*TYPED[Step.CONTACT], "mot_de_passe"]),
            (Step.QUESTION, ["question", "reponse"]),
        ]
        return [
            {
                "title": labels.STEP_TITLES[step],
                "url": f"{self.url}?etape={int(step)}",
                "rows": [
                    (labels.FIELD_LABELS[name], self._said(name)) for name in names
                ],
            }
            for step, names in chosen
        ]

    def _said(self, name: str):
        if name == "mot_de_passe":
            return _("Chosen; it is shown nowhere")
        if name == "reponse":
            return _("Given; it is shown nowhere") if self.state.reponse else None
        return self.state.value(name) or None

    @property
    def challenge(self) -> str:
        return new_challenge(self.state.id)

    @property
    def patience(self) -> int:
        """Seconds to wait without JavaScript."""
        return patience_left(self.state.resume_at)

    @property
    def script_url(self) -> str:
        portal = self.context.absolute_url()
        return f"{portal}/++resource++carouge.guichet/humain.js"
