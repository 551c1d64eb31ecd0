"""The add-on comes, works and goes without a trace."""

from carouge.guichet import config
from carouge.guichet.interfaces import IGuichetLayer
from factures import make_regie
from plone import api
from plone.base.utils import get_installer
from plone.browserlayer.utils import registered_layers
from plone.registry.interfaces import IRegistry
from zope.component import getSiteManager
from zope.component import getUtility

import pytest


@pytest.fixture
def portal(integration):
    return integration["portal"]


@pytest.fixture
def installer(portal):
    return get_installer(portal)


def snapshot(portal):
    """Everything an add-on could leave behind in a site."""
    workflow = portal.portal_workflow
    return {
        "objects": sorted(portal.objectIds()),
        "types": sorted(portal.portal_types.objectIds()),
        "workflows": sorted(workflow.objectIds()),
        "chains": sorted(
            (name, chain) for name, chain in workflow._chains_by_type.items()
        ),
        "registry": sorted(getUtility(IRegistry).records.keys()),
        "types_searched": sorted(
            api.portal.get_registry_record("plone.types_not_searched")
        ),
        "roles": sorted(portal.__ac_roles__),
        "pas_roles": sorted(portal.acl_users.portal_role_manager.listRoleIds()),
        "pas_plugins": sorted(portal.acl_users.objectIds()),
        "permissions": sorted(
            (name, str(value))
            for name, value in vars(portal).items()
            if name.endswith("_Permission")
        ),
        "actions": sorted(
            f"{category.getId()}/{action}"
            for category in portal.portal_actions.objectValues()
            for action in category.objectIds()
        ),
        "configlets": sorted(
            action.getId() for action in portal.portal_controlpanel.listActions()
        ),
        "catalog_indexes": sorted(portal.portal_catalog.indexes()),
        "catalog_columns": sorted(portal.portal_catalog.schema()),
        "utilities": sorted(
            f"{registration.provided.__identifier__} {registration.name}"
            for registration in getSiteManager(portal).registeredUtilities()
        ),
        "adapters": sorted(
            f"{registration.provided.__identifier__} {registration.name}"
            for registration in getSiteManager(portal).registeredAdapters()
        ),
    }


def test_install_gives_a_working_empty_guichet(portal, installer):
    assert installer.is_product_installed("carouge.guichet")
    with api.env.adopt_roles(["Site Administrator"]):
        guichet = api.content.create(portal, config.GUICHET, id="g", title="Guichet")
    assert guichet.objectIds() == []
    assert len(portal[config.CATALOG_ID]) == 0


def test_nothing_of_the_demonstration_is_offered(installer):
    profile = installer.get_install_profile("carouge.guichet")
    assert profile["id"] == "carouge.guichet:default"
    assert installer.is_profile_installed("carouge.guichet:demo") is False


def test_uninstall_leaves_nothing_but_content(portal, installer):
    with api.env.adopt_roles(["Manager"]):
        installer.uninstall_product("carouge.guichet")
        before = snapshot(portal)
        installer.install_product("carouge.guichet")
        between = snapshot(portal)
        installer.uninstall_product("carouge.guichet")
        after = snapshot(portal)
    assert between != before
    assert after == before
    leftovers = [
        name
        for names in after.values()
        for name in names
        if "guichet" in str(name).lower()
    ]
    assert leftovers == []


def test_uninstall_forgets_the_regies(portal, installer):
    make_regie("VILLE")
    installer.uninstall_product("carouge.guichet")
    assert [name for name in getUtility(IRegistry).records if "guichet" in name] == []


def test_layer_is_gone_after_uninstall(portal, installer):
    assert IGuichetLayer in registered_layers()
    installer.uninstall_product("carouge.guichet")
    assert IGuichetLayer not in registered_layers()
