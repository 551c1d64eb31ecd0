"""The control panel of the régies."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.interfaces import IPaiementGateway
from carouge.guichet.layout import keep_private
from carouge.guichet.regie import service
from carouge.guichet.regie.domain import Regie
from carouge.guichet.regie.interfaces import INouvelleRegie
from carouge.guichet.regie.interfaces import IRegieSettings
from carouge.guichet.regie.interfaces import PREFIX
from plone import api
from plone.app.registry.browser.controlpanel import ControlPanelFormWrapper
from plone.app.registry.browser.controlpanel import RegistryEditForm
from plone.autoform.form import AutoExtensibleForm
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from z3c.form import button
from z3c.form.form import Form
from z3c.form.interfaces import WidgetActionExecutionError
from zExceptions import NotFound
from zope.component import queryUtility
from zope.interface import Invalid


LIST = "guichet-regies"
EDIT = "guichet-regie"


class _ParCode:
    """What the pages of one régie have in common: its code is in the address."""

    @property
    def code(self) -> str:
        code = self.request.get("code", "")
        return code if isinstance(code, str) else ""

    @property
    def regie(self) -> Regie:
        """
        :raises NotFound: there is none
        """
        try:
            return service.get_regie(self.code)
        except service.RegieInconnue:
            raise NotFound(self.code) from None

    @property
    def list_url(self) -> str:
        return f"{self.context.absolute_url()}/@@{LIST}"


class Regies(BrowserView):
    """The régies, and whether their provider answers."""

    index = ViewPageTemplateFile("templates/regies.pt")
    #: Code of the one that was tested, and the problems there are.
    tested = ""
    problems: tuple = ()

    def __call__(self):
        keep_private(self.request.response)
        if self.request.method == "POST":
            check_authenticator(self.request)
            self._test()
        return self.index()

    def rows(self) -> list[dict]:
        base = self.context.absolute_url()
        rows = []
        for regie in service.regies().values():
            gateway = self._gateway(regie)
            query = urlencode({"code": regie.code})
            rows.append(
                {
                    "regie": regie,
                    "edit": f"{base}/@@{EDIT}?{query}",
                    "remove": f"{base}/@@guichet-regie-retirer?{query}",
                    "provider": gateway.title if gateway else regie.passerelle,
                    "online": bool(regie.passerelle),
                    "secrets": bool(service.secrets_de(regie.code).mot_de_passe),
                    "variable": service.variable(regie.code),
                    "tested": regie.code == self.tested,
                }
            )
        return rows

    def _test(self) -> None:
        code = self.request.form.get("code", "")
        regie = service.regies().get(code) if isinstance(code, str) else None
        gateway = self._gateway(regie) if regie else None
        if regie is None:
            raise NotFound(code)
        self.tested = regie.code
        self.problems = (
            tuple(gateway.verifier(regie))
            if gateway
            else (_("This payment provider is not installed."),)
        )

    def _gateway(self, regie: Regie):
        return queryUtility(IPaiementGateway, name=regie.passerelle)


def _enregistrer(code: str, data: dict) -> None:
    try:
        service.enregistrer(code, **data)
    except service.CodePris as error:
        raise WidgetActionExecutionError(
            "code",
            Invalid(
                _(
                    "Its secrets would have the names of those of ${code}.",
                    mapping={"code": str(error)},
                )
            ),
        ) from error
    except service.IbanPris as error:
        raise WidgetActionExecutionError(
            "qr_iban",
            Invalid(
                _(
                    "The régie ${code} has this QR-IBAN.",
                    mapping={"code": str(error)},
                )
            ),
        ) from error


class RegieForm(_ParCode, RegistryEditForm):
    schema = IRegieSettings
    buttons = RegistryEditForm.buttons.copy()
    handlers = RegistryEditForm.handlers.copy()

    @property
    def schema_prefix(self) -> str:
        return f"{PREFIX}/{self.regie.code}"

    @property
    def label(self):
        return _("Régie ${code}", mapping={"code": self.code})

    @property
    def action(self) -> str:
        return f"{self.request.getURL()}?{urlencode({'code': self.code})}"

    @button.buttonAndHandler(_("Save"), name="save")
    def handleSave(self, action):
        data, errors = self.extractData()
        if errors:
            self.status = self.formErrorsMessage
            return
        _enregistrer(self.code, data)
        api.portal.show_message(_("The settings are saved."), self.request)
        self.request.response.redirect(self.list_url)

    @button.buttonAndHandler(_("Cancel"), name="cancel")
    def handleCancel(self, action):
        self.request.response.redirect(self.list_url)


class RegiePage(ControlPanelFormWrapper):
    form = RegieForm


class NouvelleRegieForm(_ParCode, AutoExtensibleForm, Form):
    schema = INouvelleRegie
    ignoreContext = True
    label = _("Add a régie")
    description = _(
        "The code names it in imports and in the environment of the server; it never "
        "changes."
    )

    @button.buttonAndHandler(_("Add"), name="add")
    def handleAdd(self, action):
        data, errors = self.extractData()
        if errors:
            self.status = self.formErrorsMessage
            return
        code = data.pop("code")
        if code in service.regies():
            raise WidgetActionExecutionError(
                "code", Invalid(_("There is a régie of this code already."))
            )
        _enregistrer(code, data)
        api.portal.show_message(_("The régie was added."), self.request)
        self.request.response.redirect(self.list_url)

    @button.buttonAndHandler(_("Cancel"), name="cancel")
    def handleCancel(self, action):
        self.request.response.redirect(self.list_url)

    def updateActions(self):
        super().updateActions()
        self.actions["add"].addClass("btn btn-primary")
        self.actions["cancel"].addClass("btn btn-secondary")


class NouvelleRegiePage(ControlPanelFormWrapper):
    form = NouvelleRegieForm


class RegieRetirer(_ParCode, BrowserView):
    """Asks before a régie goes; it goes by POST."""

    index = ViewPageTemplateFile("templates/regie-retirer.pt")

    def __call__(self):
        keep_private(self.request.response)
        self.titre = self.regie.titre
        self.reasons = service.raisons_de_rester(self.code)
        if self.request.method == "POST" and not self.reasons:
            check_authenticator(self.request)
            service.retirer(self.code)
            api.portal.show_message(_("The régie was removed."), self.request)
            return self.request.response.redirect(self.list_url)
        return self.index()
