"""The control panel of the login."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Level
from carouge.guichet.identity.browser.page import FAILURES
from carouge.guichet.identity.browser.page import guichet_of_request
from carouge.guichet.identity.connexion import PLUGIN_PATH
from carouge.guichet.identity.domain import identity_of
from carouge.guichet.identity.domain import Problem
from carouge.guichet.identity.domain import Reading
from carouge.guichet.identity.domain import UnusableIdentity
from carouge.guichet.identity.interfaces import IIdentitySettings
from carouge.guichet.identity.interfaces import PREFIX
from carouge.guichet.identity.mapping import parse_mapping
from carouge.guichet.identity.settings import client_secret
from carouge.guichet.identity.settings import guichet_address
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import today
from plone.app.registry.browser.controlpanel import ControlPanelFormWrapper
from plone.app.registry.browser.controlpanel import RegistryEditForm
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from z3c.form import button
from zExceptions import NotFound

import json


LEVELS = {
    Level.DECLARED: _("declared, not verified"),
    Level.VERIFIED: _("verified"),
}
TYPES = {
    AccountType.PERSONNE: _("natural person"),
    AccountType.ENTREPRISE: _("company"),
    AccountType.ASSOCIATION: _("association"),
}
PROBLEMS = {
    Problem.UNKNOWN_VALUE: _("its value is in no table"),
    Problem.NOT_VALID: _("its value is not valid"),
}


class LoginSettingsForm(RegistryEditForm):
    schema = IIdentitySettings
    schema_prefix = PREFIX
    label = _("Guichet: login")
    description = _("How citizens log in with the account of the canton.")
    #: What the example says, once it was tried.
    result: list[tuple] | None = None
    warnings: list[tuple] = []
    refusal = None

    buttons = RegistryEditForm.buttons.copy()
    handlers = RegistryEditForm.handlers.copy()

    @button.buttonAndHandler(_("Try with this example"), name="essayer")
    def attempt(self, action) -> None:
        """Show who the example would be; nothing is saved."""
        data, errors = self.extractData()
        if errors:
            self.status = self.formErrorsMessage
            return
        mapping = parse_mapping(data["correspondance"])
        try:
            reading = identity_of(
                mapping,
                data["issuer"] or "https://issuer.example",
                json.loads(data["exemple"] or "{}"),
                today(),
            )
        except UnusableIdentity as error:
            self.refusal = FAILURES[error.reason][1]
            return
        self._show(reading)

    def _show(self, reading: Reading) -> None:
        who = reading.identite
        organisation = who.organisation
        self.result = [
            (_("Account"), TYPES[who.account_type]),
            (_("Level"), LEVELS[who.level]),
            (_("Given name"), who.given_name),
            (_("Family name"), who.family_name),
            (_("Birth date"), format_date(who.birthdate) if who.birthdate else ""),
            (_("Sex"), who.sex),
            (_("AVS number"), who.avs),
            (_("E-mail"), who.email),
            (_("Telephone"), who.phone),
            (_("Organisation"), organisation.name if organisation else ""),
            (_("Number of the organisation"), organisation.uid if organisation else ""),
            (_("Subject"), who.subject),
        ]
        self.warnings = [
            (warning.field, PROBLEMS[warning.problem]) for warning in reading.warnings
        ]


class LoginControlPanel(ControlPanelFormWrapper):
    form = LoginSettingsForm
    index = ViewPageTemplateFile("../templates/reglages.pt")

    @property
    def secret_known(self) -> bool:
        return bool(client_secret())

    @property
    def addresses(self) -> list[tuple]:
        """What the webmaster has to tell the provider."""
        try:
            url = guichet_address(guichet_of_request(self.request).absolute_url())
        except NotFound:
            return []
        return [
            (
                _("Address after the login (redirect_uri)"),
                f"{url}/{PLUGIN_PATH}/callback",
            ),
            (
                _("Address after the logout (post_logout_redirect_uri)"),
                f"{url}/se-deconnecter",
            ),
            (
                _("Address for logouts by the provider (backchannel_logout_uri)"),
                f"{url}/{PLUGIN_PATH}/backchannel-logout",
            ),
        ]
