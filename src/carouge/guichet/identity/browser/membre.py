"""Plone's own pages about a user, which a compte must not use.

They belong to the site's staff, who see them as ever.
"""

from carouge.guichet.compte.service import current_compte
from carouge.guichet.compte.service import get_compte
from carouge.guichet.identity.browser.page import guichet_of_request
from importlib.resources import files
from plone.app.users.browser.passwordpanel import PasswordPanel
from plone.app.users.browser.personalpreferences import PersonalPreferencesPanel
from plone.app.users.browser.userdatapanel import UserDataPanel
from Products.CMFPlone.browser.login.login_help import LoginHelpForm
from Products.CMFPlone.browser.login.mail_password import MailPasswordView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


_TEMPLATES = files("Products.CMFPlone") / "browser" / "login" / "templates"


class _StaffOnly:
    """Sends a compte to its own page of the espace."""

    def __call__(self, *args, **kw):
        if current_compte() is None:
            return super().__call__(*args, **kw)
        guichet = guichet_of_request(self.request)
        return self.request.response.redirect(
            f"{guichet.absolute_url()}/mon-espace/compte"
        )


class PersonalInformation(_StaffOnly, UserDataPanel):
    pass


class PersonalPreferences(_StaffOnly, PersonalPreferencesPanel):
    pass


class ChangePassword(_StaffOnly, PasswordPanel):
    pass


class MailPassword(MailPasswordView):
    """No mail for a compte: it has no password to forget here."""

    def __call__(self):
        name = self.request.form.get("userid", "")
        if isinstance(name, str) and get_compte(name.strip()) is not None:
            # As for a name nobody has.
            self.request.form["userid"] = "-"
        return super().__call__()


class LoginHelp(LoginHelpForm):
    """The help with a forgotten password, for the staff."""

    index = ViewPageTemplateFile(str(_TEMPLATES / "login_help.pt"))
    _field = "form.widgets.reset_password"

    def update(self):
        name = self.request.form.get(self._field, "")
        if isinstance(name, str) and get_compte(name.strip()) is not None:
            self.request.form[self._field] = "-"
        super().update()
