"""REST services about users and logins, closed for the comptes.

They are the site's staff's: for them, and with other plugins, they still work.
"""

from carouge.guichet.compte.service import current_compte
from carouge.guichet.compte.service import get_compte
from carouge.guichet.identity.interfaces import IEDemarchesPlugin
from pas.plugins.oidc.services.oidc import oidc
from plone.restapi.services.auth.renew import Renew
from plone.restapi.services.users.add import UsersPost
from plone.restapi.services.users.update import UsersPatch
from zExceptions import Forbidden
from zExceptions import NotFound


class _OthersOnly:
    """The plugin that is asked for, unless it is ours: then none, and a 404."""

    @property
    def plugin(self):
        plugin = super().plugin
        return None if IEDemarchesPlugin.providedBy(plugin) else plugin


class LoginGet(_OthersOnly, oidc.Get):
    pass


class LoginPost(_OthersOnly, oidc.Post):
    pass


class LogoutGet(_OthersOnly, oidc.LogoutGet):
    pass


class _StaffOnly:
    """What a compte has services of its own for (``@compte``), or must not have."""

    def reply(self):
        if current_compte() is not None:
            raise Forbidden
        return super().reply()


class RenewToken(_StaffOnly, Renew):
    """A token would outlive the session it was made with."""


class ChangeUser(_StaffOnly, UsersPatch):
    pass


class AddUser(_StaffOnly, UsersPost):
    """``@users`` and ``@users/<name>/reset-password``."""

    def reply(self):
        # No mail either: a compte has no password to forget here.
        if self.params and get_compte(self.params[0]) is not None:
            raise NotFound
        return super().reply()
