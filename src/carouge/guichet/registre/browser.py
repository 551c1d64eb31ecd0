"""The control panel of the residents' register, and its trial."""

from carouge.guichet import _
from carouge.guichet.layout import keep_private
from carouge.guichet.registre.domain import ResidentQuery
from carouge.guichet.registre.domain import Status
from carouge.guichet.registre.interfaces import IRegistreSettings
from carouge.guichet.registre.interfaces import NULL
from carouge.guichet.registre.interfaces import PREFIX
from carouge.guichet.registre.service import check_config
from carouge.guichet.registre.service import lookup
from carouge.guichet.registre.service import register_name
from carouge.guichet.registre.values import birthdate
from carouge.guichet.registre.values import Malformed
from datetime import date
from plone import api
from plone.app.registry.browser.controlpanel import ControlPanelFormWrapper
from plone.app.registry.browser.controlpanel import RegistryEditForm
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from stdnum.ch import ssn
from z3c.form import button
from z3c.form.interfaces import IErrorViewSnippet
from zope.component import getMultiAdapter
from zope.i18n import translate
from zope.i18nmessageid import Message
from zope.interface import Invalid


TRIAL = "guichet-registre-essai"

#: What the chosen client cannot do without; more is told by its own check.
NEEDED = {
    "http": ("http_url", "http_correspondance"),
    "sql": ("sql_requete",),
    "csv": ("csv_chemin",),
}

#: The answer of a trial, in words.
STATUS_LABELS = {
    Status.RESIDENT: _("Found: lives in the commune."),
    Status.NOT_RESIDENT: _("Not found, or does not live in the commune."),
    Status.AMBIGUOUS: _("Ambiguous: several people, or contradictory particulars."),
    Status.UNAVAILABLE: _("No trustworthy answer: the log of the server says why."),
    Status.NOT_CONFIGURED: _("No register is connected."),
}


class RegistreSettingsForm(RegistryEditForm):
    schema = IRegistreSettings
    schema_prefix = PREFIX
    label = _("Guichet: residents' register")
    description = _(
        "Which register confirms that somebody lives in the commune. Passwords and "
        "certificates come from the environment of the server."
    )
    default_fieldset_label = _("Register")
    buttons = RegistryEditForm.buttons.copy()
    handlers = RegistryEditForm.handlers.copy()

    @button.buttonAndHandler(_("Save"), name="save")
    def handleSave(self, action):
        self._save(self.request.getURL())

    @button.buttonAndHandler(_("Save and test the configuration"), name="test")
    def handleTest(self, action):
        self._save(f"{self.context.absolute_url()}/@@{TRIAL}")

    def _save(self, address: str) -> None:
        data, errors = self.extractData()
        errors = errors or self._lacking(data)
        if errors:
            # The fields stand on several tabs, of which one is seen.
            labels = dict.fromkeys(
                translate(error.widget.label, context=self.request)
                for error in errors
                if error.widget is not None
            )
            self.formErrorsMessage = _(
                "Nothing was saved. To be corrected: ${fields}.",
                mapping={"fields": ", ".join(labels)},
            )
            self.status = self.formErrorsMessage
            return
        self.applyChanges(data)
        api.portal.show_message(_("The settings are saved."), self.request)
        self.request.response.redirect(address)

    def _lacking(self, data) -> list:
        """What the chosen connection lacks: the errors, said at the fields as well."""
        needed = [
            (name, _("This is needed for the chosen connection."))
            for name in NEEDED.get(data["client"], ())
        ]
        if data["client"] == "http" and data["http_methode"] == "POST":
            needed.append(("http_corps", _("POST needs a document to send.")))
        return [
            error
            for name, message in needed
            if not data.get(name)
            for error in self._object(name, message)
        ]

    def _object(self, name: str, message: Message):
        for part in (self, *self.groups):
            if name in part.widgets:
                widget = part.widgets[name]
                error = getMultiAdapter(
                    (
                        Invalid(message),
                        self.request,
                        widget,
                        widget.field,
                        part,
                        self.getContent(),
                    ),
                    IErrorViewSnippet,
                )
                error.update()
                widget.error = error
                part.widgets.errors += (error,)
                yield error

    def updateWidgets(self):
        super().updateWidgets()
        # A number that is a name has no thousands.
        number = self.widgets["commune_ofs"]
        number.value = "".join(filter(str.isdigit, number.value))

    def updateActions(self):
        super().updateActions()
        self.actions["test"].addClass("btn btn-secondary")


class RegistreControlPanel(ControlPanelFormWrapper):
    form = RegistreSettingsForm


class RegistreEssai(BrowserView):
    """Tests the saved settings: the client's own check, and the status of one person.

    What is typed is asked and forgotten; of the answer only the status is shown.
    """

    index = ViewPageTemplateFile("templates/essai.pt")
    answer = None
    error = None

    def __call__(self):
        keep_private(self.request.response)
        if self.request.method == "POST":
            check_authenticator(self.request)
            self._ask()
        return self.index()

    @property
    def register(self) -> str:
        return register_name()

    @property
    def problems(self):
        return check_config()

    @property
    def connected(self) -> bool:
        return api.portal.get_registry_record(f"{PREFIX}.client") != NULL

    def typed(self, name: str) -> str:
        value = self.request.form.get(name, "")
        return value.strip()[:200] if isinstance(value, str) else ""

    def _ask(self) -> None:
        born = self._birthdate()
        number = self.typed("avs")
        if born is None:
            self.error = ("date_naissance", _("Please give the full birth date."))
        elif number and not ssn.is_valid(number):
            self.error = ("avs", _("This is no AVS number."))
        if self.error is not None:
            return
        query = ResidentQuery(
            family_name=self.typed("nom"),
            given_names=self.typed("prenom"),
            birthdate=born,
            avs=ssn.compact(number) if number else "",
        )
        result = lookup(
            query,
            (),
            purpose="essai",
            subject=api.user.get_current().getId(),
            trial=True,
        )
        self.answer = STATUS_LABELS[result.status]

    def _birthdate(self) -> date | None:
        try:
            return birthdate("date_naissance", self.typed("date_naissance"))
        except Malformed:
            return None
