"""The REST services of pas.plugins.oidc, closed for the plugin of the comptes.

A site may use them with another plugin, for its staff: those still work.
"""

from carouge.guichet.identity.interfaces import IEDemarchesPlugin
from pas.plugins.oidc.services.oidc import oidc


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
