"""The form page of a démarche and the page after the button."""

from carouge.guichet import _
from carouge.guichet.compte.domain import FACTS
from carouge.guichet.controlpanel.service import sender
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.formulaire import turnstile
from carouge.guichet.formulaire.accessible import Complaint
from carouge.guichet.formulaire.accessible import described_by
from carouge.guichet.formulaire.accessible import dress
from carouge.guichet.formulaire.accessible import input_id
from carouge.guichet.formulaire.accessible import kind_of
from carouge.guichet.formulaire.answers import reponses_of
from carouge.guichet.formulaire.base import CounterForm
from carouge.guichet.formulaire.domain import InvalidJeton
from carouge.guichet.formulaire.given import chosen_ids
from carouge.guichet.formulaire.given import forget
from carouge.guichet.formulaire.given import given
from carouge.guichet.formulaire.given import same_answer
from carouge.guichet.formulaire.prefill import reprise_of
from carouge.guichet.formulaire.prefill import savable
from carouge.guichet.formulaire.requests import drop_odd_values
from carouge.guichet.formulaire.requests import PREFIX
from carouge.guichet.formulaire.service import deposit
from carouge.guichet.formulaire.service import find_deposit
from carouge.guichet.formulaire.service import keep_in_compte
from carouge.guichet.formulaire.service import new_jeton
from carouge.guichet.formulaire.service import NotAvailable
from carouge.guichet.formulaire.service import open_jeton
from carouge.guichet.formulaire.service import person_mark
from carouge.guichet.formulaire.texts import CHOOSE
from carouge.guichet.formulaire.texts import LOCKED_CHANGED
from carouge.guichet.formulaire.texts import NOT_AVAILABLE
from carouge.guichet.formulaire.texts import NOT_OF_HOUSEHOLD
from carouge.guichet.formulaire.texts import stale_notice
from carouge.guichet.formulaire.texts import TAKEN_OVER
from carouge.guichet.identity.service import login_address
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from collective.easyform.browser.view import EasyFormForm
from plone.protect.interfaces import IDisableCSRFProtection
from plone.z3cform.layout import FormWrapper
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from z3c.form import button
from z3c.form.interfaces import ISelectWidget
from zope.interface import alsoProvides


JETON = "jeton"
#: Names of the inputs that are no questions.
PERSON = "pour"
FACT = "donnee"
KEEP = "garder"
TAKE = "reprendre"
WITHOUT_ACCOUNT = "sans_compte"
SUBMIT = "form.buttons.submit"


class DemarcheForm(CounterForm):
    """The form of a démarche. Its data are written by one service call only."""

    form_template = ViewPageTemplateFile("templates/form.pt")
    notice = None
    expired = False

    def action(self):
        return f"{self.context.absolute_url()}/formulaire"

    def update(self):
        form = self.request.form
        self.posted = self.request.method == "POST"
        self.jeton = self._text(WITHOUT_ACCOUNT) or form.get(JETON)
        if self._text(WITHOUT_ACCOUNT):
            form[SUBMIT] = "1"
        self.complaints = {}
        drop_odd_values(form, self.schema)
        self._look_up(form)
        self.ignoreRequest = not self.posted
        # easyform's own update() would validate again and show its thanks page.
        super(EasyFormForm, self).update()
        for widget in self._widgets():
            if widget.__name__ in self.complaints:
                widget.error = Complaint(self.complaints[widget.__name__])
            if ISelectWidget.providedBy(widget):
                # Nothing is answered, and nobody chosen, by accident.
                widget.prompt, widget.promptMessage = True, CHOOSE
            dress(widget)
        self.template = self.form_template
        if self.posted and TAKE in form and not self._verified():
            self._refuse_stale()
        if not self.expired and (not self.posted or not self._verified()):
            self.jeton = new_jeton(self.context)

    def updateActions(self):
        super(EasyFormForm, self).updateActions()

    # What is known already

    def _look_up(self, form: dict) -> None:
        """Find what the compte knows, and what was sent against it."""
        self.donnee = self._text(FACT) if self._text(FACT) in FACTS else ""
        chosen = chosen_ids(form, self.compiled) if self.posted else {}
        self.reprise = reprise_of(self.compiled, self.compte, chosen, self.donnee)
        if not self.posted:
            return
        for name in chosen if self.asks_for_membre else ():
            if name not in self.reprise.membres:
                self.complaints[name] = NOT_OF_HOUSEHOLD
                forget(form, name)
        for name, known in self.reprise.locked.items():
            text = given(form, name)
            if text and not same_answer(self.schema[name], known, text):
                self.complaints[name] = LOCKED_CHANGED
            forget(form, name)
        if TAKE in form:
            for name in self._of_membres():
                forget(form, name)
            # Nobody has said yet that this is what he wants to send.
            self.complaints = {}

    def _of_membres(self) -> list[str]:
        """The questions that take their answer from a member who is chosen."""
        return [
            name
            for name, source in self.compiled.sources.items()
            if source.startswith("membre.")
            and self.compiled.membre_of(name) in self.reprise.membres
        ]

    def _take_over_missing(self) -> bool:
        """Fill what was left empty of a chosen member; True when there was something.

        Somebody without JavaScript may not have pressed the button for it.
        """
        form = self.request.form
        missing = [
            name
            for name in self._of_membres()
            if self.schema[name].required
            and not given(form, name)
            and name in self.reprise.propositions
            and not self.reprise.propositions[name].locked
        ]
        for name in missing:
            forget(form, name)
        return bool(missing)

    # The button

    def _verified(self) -> bool:
        try:
            open_jeton(self.context, str(self.jeton or ""))
        except InvalidJeton:
            return False
        return True

    buttons = button.Buttons()
    handlers = button.Handlers()

    @button.buttonAndHandler(_("Submit the demande"), name="submit")
    def handle_submit(self, action):
        try:
            jeton = open_jeton(self.context, str(self.jeton or ""))
        except InvalidJeton:
            self.extractData()
            self._refuse_stale()
            return
        if self._take_over_missing():
            self.notice = TAKEN_OVER
            for group in (self, *self.groups):
                group.updateWidgets()
            return
        data, errors = self.extractData()
        if errors or self.complaints:
            self.status = self.formErrorsMessage
            return
        values = self.updateServerSideData(data)
        # Our own jeton is bound to this very person; a page shown while his login had
        # ended carries no token of plone.protect.
        alsoProvides(self.request, IDisableCSRFProtection)
        turnstile.enter()
        try:
            submission = deposit(self.context, values, jeton, donnee=self.donnee)
        except NotAvailable:
            # Closed or suspended while somebody was typing: the page of the démarche
            # says why, and what was typed stays here.
            self.notice = NOT_AVAILABLE
            return
        query = {JETON: self.jeton}
        if submission.created and self._text(KEEP):
            unkept = keep_in_compte(self.context, values)
            query["garde"] = "non" if unkept else "oui"
        if not submission.created and submission.demande.reponses != reponses_of(
            self.compiled, {**values, **self.reprise.locked_values}
        ):
            query["deja"] = "1"
        self.request.response.redirect(
            f"{self.context.absolute_url()}/confirmation?{urlencode(query)}"
        )

    def _refuse_stale(self) -> None:
        """The page was open too long, or the person logged in or out meanwhile."""
        before, now = self._text(PERSON), person_mark()
        self.notice = stale_notice(before, now)
        self.complaints = {}
        # The jeton of whoever has to log in again is his once more when he has.
        self.expired = bool(before) and not now

    # What the template asks for

    kind_of = staticmethod(kind_of)
    input_id = staticmethod(input_id)
    described_by = staticmethod(described_by)

    def locked(self, widget):
        """What the counter knows and nobody changes here, or None."""
        return self.reprise.locked.get(widget.__name__)

    def is_membre(self, widget) -> bool:
        return widget.__name__ in self.compiled.membres

    def nobody(self, widget) -> bool:
        """A question for a household member, to somebody who has none."""
        return self.is_membre(widget) and not list(widget.terms)

    def of_membre(self, widget) -> str | None:
        """The id of the question whose choice fills this one."""
        source = self.compiled.sources.get(widget.__name__, "")
        if not source.startswith("membre."):
            return None
        name = self.compiled.membre_of(widget.__name__)
        return f"form-widgets-{name}" if name else None

    @property
    def chooses_membre(self) -> bool:
        return bool(self.compiled.membres) and self.asks_for_membre

    @property
    def person(self) -> str:
        """Whom the page was made for; tells nothing to anybody else."""
        return self._text(PERSON) if self.expired else person_mark()

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Choices of somebody whose login has ended, for when he is back."""
        if not self.expired:
            return []
        ids = chosen_ids(self.request.form, self.compiled)
        return [(f"{PREFIX}{name}:list", value) for name, value in ids.items()]

    @property
    def keeps(self) -> bool:
        return bool(self._text(KEEP))

    @property
    def savable(self) -> list[str]:
        """Titles of the questions whose answers can go into the compte."""
        return [
            self.schema[name].title for name in savable(self.compiled, self.reprise)
        ]

    @property
    def login_url(self) -> str:
        return login_address(guichet_of(self.context).absolute_url(), self.action())

    @property
    def compte_url(self) -> str:
        return f"{guichet_of(self.context).absolute_url()}/mon-espace/compte"

    @property
    def may_go_without(self) -> bool:
        """Whether somebody whose login has ended may submit without one."""
        return self.expired and gate_of(self.context).open

    def jeton_without(self) -> str:
        return new_jeton(self.context)

    def summary(self) -> list[dict]:
        """The errors, in the order of the fields, with a link target each."""
        return [
            {
                "id": f"champ-{widget.id}"
                if self.locked(widget) or self.nobody(widget)
                else input_id(widget),
                "label": widget.field.title,
                "message": widget.error.message,
            }
            for widget in self._widgets()
            if widget.error
        ]

    def _widgets(self):
        for group in (self, *self.groups):
            yield from group.widgets.values()

    def _text(self, name: str) -> str:
        value = self.request.form.get(name)
        return value if isinstance(value, str) else ""


class DemarcheFormPage(FormWrapper):
    """``/<demarche>/formulaire``: the form, or the way back to the démarche's page."""

    form = DemarcheForm
    index = ViewPageTemplateFile("templates/formulaire.pt")

    def __call__(self):
        if self.request.method != "POST" and not gate_of(self.context).open:
            # The page of the démarche says why, and what to do next.
            return self.request.response.redirect(self.context.absolute_url())
        keep_private(self.request.response)
        single_column(self.request)
        return super().__call__()


class Confirmation(BrowserView):
    """``/<demarche>/confirmation``: number, code, what happens next."""

    template = ViewPageTemplateFile("templates/confirmation.pt")
    format_date = staticmethod(format_date)
    format_time = staticmethod(format_time)

    def __call__(self):
        response = self.request.response
        keep_private(response)
        single_column(self.request)
        self.submission = None
        try:
            jeton = open_jeton(self.context, str(self.request.form.get(JETON) or ""))
        except InvalidJeton:
            response.setStatus(404)
            return self.template()
        self.submission = find_deposit(self.context, jeton)
        if self.submission is None:
            response.setStatus(404)
        return self.template()

    @property
    def demande(self):
        return self.submission.demande

    @property
    def mail_expected(self) -> bool:
        """Whether a mail can leave at all: somewhere to go, and a sender."""
        return bool(self.demande.courriel and sender()[1])

    @property
    def ignored_changes(self) -> bool:
        """The same form was sent again with other answers."""
        return self.request.form.get("deja") == "1"

    @property
    def kept(self) -> str:
        """Whether answers went into the compte: ``oui``, ``non``, or empty."""
        value = self.request.form.get("garde")
        return value if value in ("oui", "non") else ""

    @property
    def own(self) -> bool:
        """The demande stands in the space of whoever looks at this page."""
        return self.demande.deposant is not None

    @property
    def guichet_url(self) -> str:
        return guichet_of(self.context).absolute_url()
