"""The comptes as users of Plone."""

from carouge.guichet import config
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.service import get_compte
from carouge.guichet.identity import service
from carouge.guichet.identity.interfaces import IEDemarchesPlugin
from carouge.guichet.registre.domain import Status
from comptes import log_in
from comptes import log_out
from comptes import make_association
from comptes import make_company
from comptes import make_compte
from pas.plugins.oidc.plugins import IOIDCPlugin
from pas.plugins.oidc.plugins import OAuth2ConnectionException
from plone import api
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import TEST_USER_ID
from Products.PluggableAuthService.interfaces.plugins import IChallengePlugin
from Products.PluggableAuthService.interfaces.plugins import IPropertiesPlugin

import pytest


@pytest.fixture
def portal(demo_integration):
    return demo_integration["portal"]


@pytest.fixture
def plugin(portal):
    return portal.acl_users[config.PLUGIN_ID]


def test_it_is_a_plugin_of_its_own_kind(plugin, portal):
    assert IEDemarchesPlugin.providedBy(plugin)
    assert IOIDCPlugin.providedBy(plugin)
    plugins = portal.acl_users.plugins
    assert plugins.listPluginIds(IPropertiesPlugin)[0] == config.PLUGIN_ID
    assert config.PLUGIN_ID not in plugins.listPluginIds(IChallengePlugin)


@pytest.mark.parametrize(
    ("make", "values", "roles"),
    [
        (make_compte, {"level": Level.DECLARED}, []),
        (make_compte, {}, [config.ROLE_COMPTE_VERIFIE]),
        (
            make_compte,
            {"residency": Status.RESIDENT},
            [config.ROLE_COMPTE_VERIFIE, config.ROLE_RESIDENT],
        ),
        (
            make_compte,
            {"residency": Status.NOT_RESIDENT},
            [config.ROLE_COMPTE_VERIFIE],
        ),
        (make_company, {}, [config.ROLE_COMPTE_VERIFIE, config.ROLE_ORGANISATION]),
        (make_association, {}, [config.ROLE_COMPTE_VERIFIE, config.ROLE_ORGANISATION]),
    ],
)
def test_roles_follow_from_the_compte(portal, make, values, roles):
    compte = make(**values)
    user = portal.acl_users.getUserById(compte.id)
    assert set(user.getRoles()) == {"Authenticated", config.ROLE_COMPTE, *roles}


def test_name_and_address_are_read_only(portal):
    compte = make_compte()
    member = api.user.get(userid=compte.id)
    member.setMemberProperties({"fullname": "Quelqu'un", "email": "x@example.ch"})
    member = api.user.get(userid=compte.id)
    assert member.getProperty("fullname") == "Camille Rochat"
    assert member.getProperty("email") == "camille@example.ch"
    assert member.canWriteProperty("email") is False


def test_who_acts_for_a_company_is_in_its_group(portal):
    compte = make_company()
    user = portal.acl_users.getUserById(compte.id)
    assert "org-CHE107482617" in user.getGroups()
    assert user.getProperty("fullname") == "Boulangerie du Rondeau Sàrl"
    alone = portal.acl_users.getUserById(make_compte().id)
    assert [group for group in alone.getGroups() if group.startswith("org-")] == []


def test_a_compte_is_found_by_id_only(portal, demo_integration):
    compte = make_compte()
    search = portal.acl_users.searchUsers
    assert [found["id"] for found in search(id=compte.id)] == [compte.id]
    assert search(fullname="camille") == ()
    with api.env.adopt_roles(["Site Administrator"]):
        assert [found["id"] for found in search(fullname="camille")] == [compte.id]
        assert [found["id"] for found in search(email="camille@")] == [compte.id]
        # Two letters find members of staff only.
        assert compte.id not in [found["id"] for found in search(fullname="ca")]


def test_no_password_whatever_one_tries(portal):
    compte = make_compte()
    with pytest.raises(RuntimeError):
        portal.acl_users.userSetPassword(compte.id, "Motdepasse-2026!")
    assert portal.acl_users.authenticate(compte.id, "Motdepasse-2026!", None) is None
    assert api.user.get(userid=compte.id).canPasswordSet() is False


def test_staff_erase_a_compte(portal, demo_integration):
    compte = make_compte()
    log_in(demo_integration, compte)
    log_out(demo_integration)
    login(demo_integration["app"], SITE_OWNER_NAME)
    api.user.delete(username=compte.id)
    assert get_compte(compte.id) is None
    assert portal.acl_users.getUserById(compte.id) is None


def test_nobody_comes_in_through_the_base_class(plugin, portal):
    before = sorted(portal.acl_users.source_users.listUserIds())
    with pytest.raises(NotImplementedError):
        plugin.rememberIdentity({"sub": TEST_USER_ID})
    with pytest.raises(NotImplementedError):
        plugin._create_user("x")
    with pytest.raises(NotImplementedError):
        plugin._create_update_groups(None, "x", {"groups": ["Administrators"]})
    with pytest.raises(OAuth2ConnectionException):
        plugin.get_oauth2_client()
    assert plugin.doAddUser("x", "y") is False
    assert sorted(portal.acl_users.source_users.listUserIds()) == before


def test_the_moment_of_proof_belongs_to_the_session(demo_integration):
    compte = make_compte()
    other = make_compte("G-other")
    assert service.proved_at(compte) is None
    log_in(demo_integration, compte)
    assert service.proved_at(compte) == compte.last_login
    assert service.proved_at(other) is None
    log_out(demo_integration)
    assert service.proved_at(compte) is None


def test_many_sessions_do_not_pile_up(demo_integration):
    compte = make_compte()
    for _ in range(14):
        service.open_session(demo_integration["request"].clone(), compte)
    assert len(compte.sessions) == 10
