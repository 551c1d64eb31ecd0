"""What the profiles cannot say in XML."""

from carouge.guichet import config
from carouge.guichet.compte.service import index_births
from carouge.guichet.demande.catalog import GuichetCatalog
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.identity import plugin
from carouge.guichet.regie.service import oublier_toutes
from plone import api
from plone.base.interfaces import INonInstallable
from zope.interface import implementer


# How AccessControl names the roles of our permissions on the site object.
PERMISSION_PREFIX = "_carouge_guichet_"


@implementer(INonInstallable)
class HiddenProfiles:
    """The add-ons control panel offers the default profile only."""

    def getNonInstallableProfiles(self):
        return ["carouge.guichet:uninstall", "carouge.guichet:demo"]

    def getNonInstallableProducts(self):
        return []


def guichets(portal) -> list:
    """All guichets of the site."""
    brains = portal.portal_catalog.unrestrictedSearchResults(portal_type=config.GUICHET)
    return [brain._unrestrictedGetObject() for brain in brains]


def post_install(tool) -> None:
    """Give the site its index of demandes, filled if there were demandes before."""
    portal = api.portal.get()
    if config.CATALOG_ID not in portal.objectIds():
        portal._setObject(config.CATALOG_ID, GuichetCatalog())
    for guichet in guichets(portal):
        for demande in demandes_of(guichet):
            demande.indexObject()
    index_births()
    plugin.install(portal)


def post_uninstall(tool) -> None:
    """Take away what the profile has no handler for: régies, index, roles, permissions."""
    portal = api.portal.get()
    oublier_toutes()
    plugin.uninstall(portal)
    if config.CATALOG_ID in portal.objectIds():
        portal._delObject(config.CATALOG_ID)
    roles = [
        config.ROLE_AGENT,
        config.ROLE_CAISSIER,
        config.ROLE_COMPTE,
        config.ROLE_COMPTE_VERIFIE,
        config.ROLE_EDITEUR,
        config.ROLE_ORGANISATION,
        config.ROLE_RESIDENT,
        config.ROLE_USAGER,
    ]
    portal._delRoles([role for role in roles if role in portal.__ac_roles__])
    role_manager = portal.acl_users.portal_role_manager
    for role in roles:
        if role in role_manager.listRoleIds():
            role_manager.removeRole(role)
    for name in [name for name in vars(portal) if name.startswith(PERMISSION_PREFIX)]:
        delattr(portal, name)
