"""The PAS plugin of the comptes.

It answers who they are, what they are called and which roles they have, and recognises
their sessions. It never asks anybody for a login by itself: the site's own login form
stays the answer to a forbidden page. Passwords, and writing, it refuses.
"""

from __future__ import annotations

from AccessControl import ClassSecurityInfo
from AccessControl.class_init import InitializeClass
from AccessControl.SecurityManagement import getSecurityManager
from carouge.guichet import config
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.residency import current_residency
from carouge.guichet.compte.service import comptes
from carouge.guichet.compte.service import get_compte
from carouge.guichet.identity import service
from carouge.guichet.identity.content import SessionIndex
from carouge.guichet.identity.interfaces import IEDemarchesPlugin
from carouge.guichet.journal.service import record
from carouge.guichet.registre.domain import Status
from carouge.guichet.swisstime import now
from collections.abc import Iterator
from itertools import islice
from pas.plugins.oidc.plugins import OAuth2ConnectionException
from pas.plugins.oidc.plugins import OIDCPlugin
from pas.plugins.oidc.plugins import safe_write
from Products.PlonePAS.interfaces.capabilities import IDeleteCapability
from Products.PlonePAS.interfaces.plugins import IUserManagement
from Products.PluggableAuthService.interfaces.plugins import IAuthenticationPlugin
from Products.PluggableAuthService.interfaces.plugins import ICredentialsResetPlugin
from Products.PluggableAuthService.interfaces.plugins import IGroupsPlugin
from Products.PluggableAuthService.interfaces.plugins import IPropertiesPlugin
from Products.PluggableAuthService.interfaces.plugins import IRolesPlugin
from Products.PluggableAuthService.interfaces.plugins import IUserEnumerationPlugin
from Products.PluggableAuthService.UserPropertySheet import UserPropertySheet
from Products.PluggableAuthService.utils import classImplements
from zope.interface import implementer_only


#: The plugin types it is activated for, and whether it comes first in their order.
#: It never challenges.
ACTIVE = {
    IAuthenticationPlugin: False,
    # Before plone.session's, which does not know our tickets.
    ICredentialsResetPlugin: True,
    IUserEnumerationPlugin: False,
    # Before the site's own properties: what is said here cannot be written.
    IPropertiesPlugin: True,
    IRolesPlugin: False,
    IGroupsPlugin: False,
    IUserManagement: False,
}

MANAGE_USERS = "Plone Site Setup: Users and Groups"

#: A search by name looks at every compte: not for one letter.
_SHORTEST_TERM = 3
_MOST_RESULTS = 100


def install(portal) -> None:
    """Put the plugin into the site's user folder, active; leaves an existing one."""
    acl_users = portal.acl_users
    if config.PLUGIN_ID not in acl_users.objectIds():
        acl_users._setObject(
            config.PLUGIN_ID, EDemarchesPlugin(config.PLUGIN_ID, "e-démarches")
        )
    for plugin_type, first in ACTIVE.items():
        active = acl_users.plugins.listPluginIds(plugin_type)
        if config.PLUGIN_ID not in active:
            acl_users.plugins.activatePlugin(plugin_type, config.PLUGIN_ID)
        if first:
            acl_users.plugins.movePluginsTop(plugin_type, [config.PLUGIN_ID])


def uninstall(portal) -> None:
    """Take the plugin away; the comptes stay, their sessions end."""
    acl_users = portal.acl_users
    if config.PLUGIN_ID in acl_users.objectIds():
        acl_users._delObject(config.PLUGIN_ID)


@implementer_only(IEDemarchesPlugin)
class EDemarchesPlugin(OIDCPlugin):
    """The comptes as users of Plone; the login itself is in ``identity/login.py``."""

    meta_type = "e-démarches Plugin"
    security = ClassSecurityInfo()

    # Nothing of the base class can be set here: settings are in the control panel, the
    # secret is in the environment.
    _properties = ({"id": "title", "type": "string", "mode": "w", "label": "Title"},)

    def __init__(self, id, title=None) -> None:
        super().__init__(id, title)
        self._sessions = SessionIndex()

    @security.private
    def session_index(self) -> SessionIndex:
        return self._sessions

    # Who they are

    @security.private
    def enumerateUsers(
        self,
        id=None,
        login=None,
        exact_match=False,
        sort_by=None,
        max_results=None,
        **criteria,
    ):
        """Comptes by id; by name or e-mail only for those who manage users."""
        wanted = [
            name
            for given in (id, login)
            if given
            for name in ([given] if isinstance(given, str) else given)
        ]
        found = [compte for name in wanted if (compte := get_compte(name)) is not None]
        if not found and not exact_match:
            found = self._search(
                [*wanted, *(value for value in criteria.values() if value)],
                max_results or _MOST_RESULTS,
            )
        return tuple(
            {"id": compte.id, "login": compte.id, "pluginid": self.getId()}
            for compte in {compte.id: compte for compte in found}.values()
        )

    def _search(self, terms: list, limit: int) -> list[Compte]:
        terms = [term.strip().casefold() for term in terms if isinstance(term, str)]
        if not any(len(term) >= _SHORTEST_TERM for term in terms):
            return []
        if not getSecurityManager().checkPermission(MANAGE_USERS, self):
            return []
        return list(islice(self._matches(terms), limit))

    def _matches(self, terms: list[str]) -> Iterator[Compte]:
        for compte in comptes():
            words = (compte.nom_affiche, compte.nom_personne, compte.value("courriel"))
            text = " ".join(words).casefold()
            if any(len(term) >= _SHORTEST_TERM and term in text for term in terms):
                yield compte

    @security.private
    def getPropertiesForUser(self, user, request=None):
        """Name and address, read-only."""
        compte = get_compte(user.getId())
        if compte is None:
            return None
        return UserPropertySheet(
            self.getId(),
            schema=[("fullname", "string"), ("email", "string")],
            fullname=compte.nom_affiche or compte.nom_personne,
            email=compte.value("courriel"),
        )

    @security.private
    def getRolesForPrincipal(self, principal, request=None):
        """Roles that follow from the compte; never Member, never one of the staff's."""
        compte = get_compte(principal.getId())
        if compte is None:
            return ()
        roles = [config.ROLE_COMPTE]
        if compte.level >= Level.VERIFIED:
            roles.append(config.ROLE_COMPTE_VERIFIE)
        if current_residency(compte, now()) is Status.RESIDENT:
            roles.append(config.ROLE_RESIDENT)
        if compte.organisation is not None:
            roles.append(config.ROLE_ORGANISATION)
        return tuple(roles)

    @security.private
    def getGroupsForPrincipal(self, principal, request=None):
        """The organisation acted for, so that colleagues can share what is its own."""
        compte = get_compte(principal.getId())
        if compte is None or compte.organisation_principal is None:
            return ()
        return (compte.organisation_principal,)

    # Their sessions

    @security.private
    def authenticateCredentials(self, credentials):
        """The compte whose open session the ticket of plone.session belongs to."""
        if credentials.get("source") != "plone.session":
            return None
        compte = service.recognise(credentials.get("cookie") or b"", self.REQUEST)
        return None if compte is None else (compte.id, compte.id)

    @security.private
    def resetCredentials(self, request, response) -> None:
        """End the session whichever logout of Plone is used."""
        # Plone's own is a link, without a token that shows it was meant.
        with safe_write(request):
            service.close_session(request)

    # What staff may do

    @security.private
    def doDeleteUser(self, login) -> bool:
        """Erase a compte; its demandes stay."""
        if get_compte(login) is None:
            return False
        service.forget(login)
        comptes().remove(login)
        record("compte.supprimer", subject=login)
        return True

    @security.public
    def allowDeletePrincipal(self, id) -> bool:
        return get_compte(id) is not None

    @security.private
    def doChangeUser(self, user_id, password, **kw):
        raise RuntimeError("a compte has no password here")

    @security.private
    def doAddUser(self, login, password):
        """Never: a compte begins with a proof of identity."""
        return False

    # What the base class could do

    @security.private
    def challenge(self, request, response) -> bool:
        """Never asks for a login: the pages of the guichet offer it themselves."""
        return False

    @security.private
    def rememberIdentity(self, userinfo):
        raise NotImplementedError("only the callback of e-démarches logs anybody in")

    @security.private
    def get_oauth2_client(self):
        raise OAuth2ConnectionException("the login of e-démarches has its own client")

    _create_user = rememberIdentity

    @security.private
    def _create_update_groups(self, user, user_id, userinfo):
        raise NotImplementedError("no group comes from a claim")


InitializeClass(EDemarchesPlugin)
classImplements(EDemarchesPlugin, *ACTIVE, IDeleteCapability)
