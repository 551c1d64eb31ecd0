"""The form page of a démarche and the page after the button."""

from carouge.guichet import _
from carouge.guichet.controlpanel.service import sender
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.formulaire import turnstile
from carouge.guichet.formulaire.accessible import described_by
from carouge.guichet.formulaire.accessible import dress
from carouge.guichet.formulaire.accessible import input_id
from carouge.guichet.formulaire.accessible import kind_of
from carouge.guichet.formulaire.answers import reponses_of
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.domain import InvalidJeton
from carouge.guichet.formulaire.requests import drop_odd_values
from carouge.guichet.formulaire.service import deposit
from carouge.guichet.formulaire.service import find_deposit
from carouge.guichet.formulaire.service import new_jeton
from carouge.guichet.formulaire.service import NotAvailable
from carouge.guichet.formulaire.service import open_jeton
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from collective.easyform.browser.view import EasyFormForm
from plone.z3cform.layout import FormWrapper
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from z3c.form import button


JETON = "jeton"


class DemarcheForm(EasyFormForm):
    """The form of a démarche. Its data are written by one service call only."""

    form_template = ViewPageTemplateFile("templates/form.pt")
    ignoreContext = True
    # The jeton is bound to the démarche and to the person, and told to nobody else.
    enableCSRFProtection = False
    method = "post"
    notice = None

    @property
    def compiled(self):
        return compile_form(self.context)

    @property
    def schema(self):
        return self.compiled.schema

    def action(self):
        return f"{self.context.absolute_url()}/formulaire"

    def update(self):
        self.jeton = self.request.form.get(JETON)
        drop_odd_values(self.request.form, self.schema)
        # A link on another site must not put words into a citizen's mouth.
        self.ignoreRequest = self.request.method != "POST"
        # easyform's own update() would validate again and show its thanks page.
        super(EasyFormForm, self).update()
        for group in (self, *self.groups):
            for widget in group.widgets.values():
                dress(widget)
        self.template = self.form_template
        if self.request.method != "POST" or not self._verified():
            self.jeton = new_jeton(self.context)

    def updateActions(self):
        super(EasyFormForm, self).updateActions()

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
        data, errors = self.extractData()
        try:
            jeton = open_jeton(self.context, str(self.jeton or ""))
        except InvalidJeton:
            # The page was open too long, or the person logged in or out meanwhile.
            self.notice = _(
                "This page was open for a long time. Please check your answers and "
                "send them again; nothing was lost."
            )
            return
        if errors:
            self.status = self.formErrorsMessage
            return
        values = self.updateServerSideData(data)
        turnstile.enter()
        try:
            submission = deposit(self.context, values, jeton)
        except NotAvailable:
            # Closed or suspended while somebody was typing: the page of the démarche
            # says why, and what was typed stays here.
            self.notice = _(
                "This démarche cannot be submitted at the moment. Your answers are "
                "still on this page; the description of the démarche says why, and "
                "what you can do."
            )
            return
        query = {JETON: self.jeton}
        if not submission.created and submission.demande.reponses != reponses_of(
            self.compiled, values
        ):
            query["deja"] = "1"
        self.request.response.redirect(
            f"{self.context.absolute_url()}/confirmation?{urlencode(query)}"
        )

    kind_of = staticmethod(kind_of)
    input_id = staticmethod(input_id)
    described_by = staticmethod(described_by)

    def summary(self) -> list[dict]:
        """The errors, in the order of the fields, with a link target each."""
        groups = [self, *self.groups]
        return [
            {
                "id": input_id(widget),
                "label": widget.field.title,
                "message": widget.error.message,
            }
            for group in groups
            for widget in group.widgets.values()
            if widget.error
        ]


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
    def guichet_url(self) -> str:
        return guichet_of(self.context).absolute_url()
