"""Whose account it is, and that nobody gets another one, or more than his own."""

from carouge.guichet import config
from carouge.guichet.compte.domain import compte_id
from carouge.guichet.compte.domain import Level
from carouge.guichet.demo.content import PASSWORD
from carouge.guichet.demo.personas import Persona
from carouge.guichet.demo.personas import RESIDENT
from lxml import html
from plone import api

import pytest
import requests
import transaction


@pytest.fixture
def personas(monkeypatch):
    """Change what the provider says of a person."""

    def change(**changes):
        original = Persona.claims

        def claims(self, organisation):
            found = original(self, organisation) | changes
            return {name: value for name, value in found.items() if value is not None}

        monkeypatch.setattr(Persona, "claims", claims)

    return change


@pytest.fixture
def subject(monkeypatch):
    def change(value):
        monkeypatch.setattr(Persona, "sub", property(lambda self: value))

    return change


def test_two_people_with_one_address(browser, new_browser, stored, personas):
    personas(email="famille@example.ch")
    browser.log_in("resident@demo.example")
    new_browser().log_in("nonresident@demo.example")
    assert sorted(compte.nom_personne for compte in stored()) == [
        "Camille Rochat",
        "Marc Dubois",
    ]
    assert {compte.value("courriel") for compte in stored()} == {"famille@example.ch"}


def test_a_new_address_is_the_same_person(browser, new_browser, stored, personas):
    browser.log_in()
    [before] = [compte.id for compte in stored()]
    personas(email="nouvelle@example.ch")
    new_browser().log_in()
    [compte] = stored()
    assert compte.id == before
    assert compte.value("courriel") == "nouvelle@example.ch"


def test_one_person_has_one_account_per_organisation(browser, new_browser, stored):
    browser.log_in("entreprise@demo.example", acting_for="Boulangerie")
    new_browser().log_in("entreprise@demo.example", acting_for="Laura")
    assert len({compte.id for compte in stored()}) == 2
    assert len({compte.subject for compte in stored()}) == 1


@pytest.mark.parametrize("sub", ["agent-dechets", "admin", "editeur", "admin-site"])
def test_the_subject_of_a_member_of_staff(browser, stored, subject, sub):
    subject(sub)
    browser.log_in()
    [compte] = stored()
    assert compte.id == compte_id(browser.provider.issuer, sub)
    assert browser.get("/agents").url.endswith("/insufficient-privileges")
    transaction.begin()
    staff = api.user.get(userid="agent-dechets")
    assert staff.getProperty("email") == "agent-dechets@carouge.example"
    assert staff.getProperty("fullname") == "Denis Chappuis"


def test_no_privilege_comes_from_a_claim(functional, browser, stored, personas):
    personas(
        groups=["Administrators"],
        roles=["Manager"],
        realm_access={"roles": ["Manager"]},
        resource_access={"guichet": {"roles": ["Site Administrator"]}},
    )
    browser.log_in()
    [compte] = stored()
    user = functional["portal"].acl_users.getUserById(compte.id)
    assert {"Manager", "Site Administrator", "Member"} & set(user.getRoles()) == set()
    assert "Administrators" not in user.getGroups()
    site = browser.guichet.rpartition("/")[0]
    panel = browser.get(f"{site}/@@overview-controlpanel")
    assert panel.url == f"{site}/insufficient-privileges"


def test_an_id_another_part_of_the_site_knows(functional, browser, stored, log):
    """Somebody else's user has the id the account would get."""
    taken = compte_id(browser.provider.issuer, RESIDENT.sub)
    api.user.create(username=taken, email="x@example.ch", password=PASSWORD)
    transaction.commit()
    page = browser.log_in()
    assert page.status_code == 403
    assert log.login == ["answer id taken"]
    assert stored() == []
    assert browser.ticket == ""


def test_level_and_type_are_read_anew_at_each_login(
    browser, new_browser, stored, personas
):
    browser.log_in("nonverifie@demo.example")
    assert [compte.level for compte in stored()] == [Level.DECLARED]
    personas(verified=True)
    new_browser().log_in("nonverifie@demo.example")
    assert [compte.level for compte in stored()] == [Level.VERIFIED]
    personas(verified="true")
    new_browser().log_in("nonverifie@demo.example")
    [compte] = stored()
    assert compte.level is Level.DECLARED


def test_an_organisation_without_anybody_who_acts(browser, stored, personas, log):
    personas(given_name=None, family_name=None)
    page = browser.log_in("association@demo.example")
    assert page.status_code == 403
    assert log.login == ["person"]
    assert stored() == []


def test_a_company_without_valid_number(browser, stored, personas, log):
    personas(
        organisation={"id": "O-1", "name": "X", "kind": "company", "uid": "CHE-1"},
        account_type="legal",
    )
    assert browser.log_in().status_code == 403
    assert log.login[-1] == "uid"
    assert stored() == []


# --- other entrances ------------------------------------------------------------


@pytest.fixture
def member_page(browser, guichet):
    browser.log_in()
    return lambda name: browser.get(
        f"{guichet.rpartition('/')[0]}/{name}", allow_redirects=False
    )


@pytest.mark.parametrize(
    "name", ["@@personal-information", "@@personal-preferences", "@@change-password"]
)
def test_plone_s_pages_of_a_member(member_page, guichet, name):
    answer = member_page(name)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{guichet}/mon-espace/compte"


@pytest.mark.parametrize(
    "name", ["@@personal-information", "@@personal-preferences", "@@change-password"]
)
def test_the_staff_have_them_as_ever(provider, site, name):
    answer = requests.get(
        f"{site}/{name}", auth=("agent-dechets", PASSWORD), timeout=60
    )
    assert answer.status_code == 200


def test_a_changed_name_or_address_is_not_taken(browser, site, stored):
    browser.log_in()
    browser.session.post(
        f"{site}/@@personal-information",
        data={
            "form.widgets.email": "voleur@example.ch",
            "form.widgets.fullname": "Voleur",
            "form.buttons.save": "Save",
        },
        timeout=60,
    )
    [compte] = stored()
    user = api.user.get(userid=compte.id)
    assert user.getProperty("email") == "resident@demo.example"
    assert user.getProperty("fullname") == "Camille Rochat"


def test_no_password_can_be_asked_for(functional, browser, site, stored):
    browser.log_in()
    [compte] = stored()
    answers = [
        requests.post(f"{site}/mail_password", data={"userid": compte.id}, timeout=60),
        requests.post(
            f"{site}/login-help",
            data={
                "form.widgets.reset_password": compte.id,
                "form.buttons.reset": "Reset",
            },
            timeout=60,
        ),
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    # The mail would hold a key that is noted here first.
    transaction.begin()
    assert dict(functional["portal"].portal_password_reset._requests) == {}


def test_no_token_of_plone_s_own_rest_login(browser, site, stored):
    browser.log_in()
    [compte] = stored()
    answer = requests.post(
        f"{site}/@login",
        json={"login": compte.id, "password": ""},
        headers={"Accept": "application/json"},
        timeout=60,
    )
    assert answer.status_code in (400, 401)


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("GET", f"@login-oidc/{config.PLUGIN_ID}"),
        ("POST", f"@login-oidc/{config.PLUGIN_ID}"),
        ("GET", f"@logout-oidc/{config.PLUGIN_ID}"),
    ],
)
def test_the_stock_services_do_not_know_the_plugin(
    provider, site, stored, method, name
):
    answer = requests.request(
        method,
        f"{site}/{name}",
        json={"qs": "?code=x&state=y"} if method == "POST" else None,
        headers={"Accept": "application/json"},
        timeout=60,
    )
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers
    assert provider.requests_to("/token") == []
    assert stored() == []


def test_a_forbidden_page_leads_to_the_site_s_own_login(provider, site):
    answer = requests.get(f"{site}/@@overview-controlpanel", timeout=60)
    assert "acl_users" not in answer.url
    assert provider.requests_to("/authorize") == []


def test_the_town_s_own_login_is_untouched(provider, site):
    page = requests.get(f"{site}/login", timeout=60)
    form = html.fromstring(page.text).xpath("//input[@name='__ac_name']")
    assert len(form) == 1
    session = requests.Session()
    session.post(
        f"{site}/login",
        data={
            "__ac_name": "agent-dechets",
            "__ac_password": PASSWORD,
            "buttons.login": "Log in",
        },
        timeout=60,
    )
    assert session.get(f"{site}/guichet/agents", timeout=60).status_code == 200


JSON = {"Accept": "application/json"}


@pytest.mark.parametrize(
    "name",
    [
        "acl_users/credentials_cookie_auth/login",
        "portal_membership/loginUser",
        "guichet/acl_users/credentials_cookie_auth/login",
    ],
)
def test_no_cookie_that_plone_signs_by_itself(browser, guichet, site, name):
    browser.log_in()
    browser.session.get(f"{site}/{name}", timeout=60)
    # The browser has plone.session's own ticket for the compte now.
    answer = browser.session.get(
        f"{guichet}/@compte", headers=JSON, allow_redirects=False, timeout=60
    )
    assert answer.status_code == 401
    assert "Camille" not in answer.text
    # It has lost that ticket: it is nobody, and can go on.
    assert "__ac" not in browser.session.cookies
    assert browser.session.get(guichet, timeout=60).status_code == 200


def test_a_page_for_such_a_cookie(browser, guichet, site):
    browser.log_in()
    browser.session.get(f"{site}/portal_membership/loginUser", timeout=60)
    answer = browser.session.get(guichet, allow_redirects=False, timeout=60)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
        302,
        f"{site}/acl_users/credentials_cookie_auth/require_login",
    )
    assert "__ac" not in browser.session.cookies
    assert browser.session.get(guichet, timeout=60).status_code == 200


def test_no_token_for_a_session(browser, site):
    browser.log_in()
    answer = browser.session.post(f"{site}/@login-renew", headers=JSON, timeout=60)
    assert answer.status_code == 403
    assert "token" not in answer.json()


def test_a_token_lets_nobody_in_as_a_compte(functional, browser, guichet, site, stored):
    browser.log_in()
    [compte] = stored()
    token = functional["portal"].acl_users.jwt_auth.create_token(compte.id)
    transaction.commit()
    bearer = JSON | {"Authorization": f"Bearer {token}"}
    for address in (f"{guichet}/@compte", f"{site}/@users/{compte.id}", guichet):
        answer = requests.get(address, headers=bearer, timeout=60)
        assert answer.status_code == 401
        assert "Camille" not in answer.text
    # Beside the session it stands for, it does no harm.
    answer = browser.session.get(f"{guichet}/@compte", headers=bearer, timeout=60)
    assert answer.json()["nom"] == "Camille Rochat"


@pytest.mark.parametrize(
    "values", [{"password": PASSWORD}, {"fullname": "Voleur"}, {"portrait": {}}]
)
def test_a_compte_is_not_changed_as_a_user(browser, site, stored, values):
    browser.log_in()
    [compte] = stored()
    answer = browser.session.patch(
        f"{site}/@users/{compte.id}", json=values, headers=JSON, timeout=60
    )
    assert answer.status_code == 403


def test_no_password_can_be_asked_for_by_rest(functional, browser, site, stored):
    browser.log_in()
    [compte] = stored()
    answer = requests.post(
        f"{site}/@users/{compte.id}/reset-password", json={}, headers=JSON, timeout=60
    )
    assert answer.status_code == 404
    transaction.begin()
    assert dict(functional["portal"].portal_password_reset._requests) == {}


def test_the_staff_s_tokens_are_untouched(functional, provider, site):
    acl_users = functional["portal"].acl_users
    acl_users.userFolderAddUser("agent", PASSWORD, ["Member"], [])
    transaction.commit()
    credentials = {"login": "agent", "password": PASSWORD}
    answer = requests.post(
        f"{site}/@login", json=credentials, headers=JSON, timeout=60
    ).json()
    bearer = JSON | {"Authorization": f"Bearer {answer['token']}"}
    renewed = requests.post(f"{site}/@login-renew", headers=bearer, timeout=60)
    assert renewed.status_code == 200
    answer = requests.patch(
        f"{site}/@users/agent",
        json={"fullname": "Alain Agent"},
        headers=JSON | {"Authorization": f"Bearer {renewed.json()['token']}"},
        timeout=60,
    )
    assert answer.status_code == 204
