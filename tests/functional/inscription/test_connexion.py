"""The login with an account of the commune's own, over HTTP."""

from argon2 import PasswordHasher
from carouge.guichet.compte.local import decide
from carouge.guichet.compte.service import get_compte
from carouge.guichet.inscription import hachage
from carouge.guichet.limiter import FIRST_PAUSE
from carouge.guichet.limiter import MAX_FAILURES
from comptes_locaux import PASSWORD
from datetime import timedelta

import pytest
import transaction


WRONG = "ce n'est pas le bon mot de passe"


@pytest.fixture()
def verifications(monkeypatch):
    """How many hashes were verified."""
    count = []

    class Counter:
        def __init__(self, hasher):
            self.hasher = hasher

        def __getattr__(self, name):
            return getattr(self.hasher, name)

        def verify(self, *args):
            count.append(args)
            return self.hasher.verify(*args)

    monkeypatch.setattr(hachage, "hasher", Counter(hachage.hasher))
    return count


def fresh(compte):
    transaction.begin()
    return get_compte(compte.id)


@pytest.mark.parametrize(
    "typed",
    [
        "amélie.lire",
        "  AMÉLIE.LIRE ",
        "ame\u0301lie.lire",
        "ａｍélie.lire",
        "amelie@example.org",
        "Amelie@EXAMPLE.org",
    ],
)
def test_identifier_or_address_and_password_open_the_space(browser, make_local, typed):
    compte = make_local()
    page = browser.log_in(typed)
    assert page.status == 200
    assert page.url.startswith("/mon-espace")
    assert len(fresh(compte).sessions) == 1
    assert browser.get("mon-espace/securite").status == 200


def test_a_password_is_the_same_from_every_keyboard(browser, make_local):
    make_local(password="un été à Genève, le soir")
    page = browser.log_in(
        "amélie.lire", "un e\u0301te\u0301 a\u0300 Gene\u0300ve, le soir"
    )
    assert page.url.startswith("/mon-espace")


@pytest.mark.parametrize(
    "typed, password",
    [
        ("amélie.lire", WRONG),
        ("amélie.lire", ""),
        ("amélie.lire", PASSWORD + " "),
        ("amelie.lire", PASSWORD),
        ("nobody.atall", PASSWORD),
        ("nobody@example.org", PASSWORD),
        ("", ""),
        ("\x00", "\x00"),
        ("a" * 10_000, "b" * 10_000),
        ("admin", "secret"),
    ],
)
def test_one_answer_and_one_verification_whatever_is_wrong(
    browser, make_local, verifications, typed, password
):
    compte = make_local()
    page = browser.log_in(typed, password)
    assert page.status == 400
    assert page.alert == (
        "Cet identifiant et ce mot de passe ne vont pas ensemble. Vérifiez les deux."
    )
    assert len(verifications) == 1
    assert len(fresh(compte).sessions) == 0
    assert browser.session.cookies.get("guichet_appareil") is None


def test_the_right_password_costs_as_much(browser, make_local, verifications):
    make_local()
    browser.log_in("amélie.lire")
    assert len(verifications) == 1


def test_a_password_is_never_shown_again(browser, make_local):
    make_local()
    page = browser.log_in("amélie.lire", WRONG)
    assert WRONG not in page.response.text
    assert page.form().values["identifiant"] == "amélie.lire"


@pytest.mark.parametrize("typed", ["amélie.lire", "nobody.atall"])
def test_who_guesses_is_slowed_down_account_or_not(
    browser, make_local, verifications, clock, typed
):
    make_local()
    for _number in range(MAX_FAILURES):
        assert browser.log_in(typed, WRONG).status == 400
    verifications.clear()
    page = browser.log_in(typed, WRONG)
    assert page.status == 429
    assert page.response.headers["Retry-After"] == "60"
    assert "dans une minute" in page.alert
    # The right password is not looked at either.
    assert browser.log_in(typed).status == 429
    assert verifications == []
    clock.now += FIRST_PAUSE
    assert browser.log_in(typed, WRONG).status == 400


def test_after_the_pause_the_owner_gets_in(browser, make_local, clock):
    make_local()
    for _number in range(MAX_FAILURES):
        browser.log_in("amélie.lire", WRONG)
    clock.now += FIRST_PAUSE
    assert browser.log_in("amélie.lire").url.startswith("/mon-espace")


def test_a_known_browser_does_not_wait_for_the_guesser(
    browser, other_browser, make_local
):
    make_local()
    browser.log_in("amélie.lire")
    device = browser.session.cookies["guichet_appareil"]
    for _number in range(MAX_FAILURES + 1):
        other_browser.log_in("amélie.lire", WRONG)
    assert other_browser.log_in("amélie.lire").status == 429
    browser.session.cookies.clear()
    assert browser.log_in("amélie.lire").status == 429
    browser.session.cookies.set(
        "guichet_appareil", device, path="/plone/guichet/connexion"
    )
    assert browser.log_in("amélie.lire").url.startswith("/mon-espace")


def test_a_known_browser_is_known_for_its_own_account_only(
    browser, other_browser, make_local
):
    make_local()
    make_local("Zoé", "Muller", "zoe@example.org")
    other_browser.log_in("zoé.muller")
    for _number in range(MAX_FAILURES):
        browser.log_in("amélie.lire", WRONG)
    for cookie in [*other_browser.session.cookies]:
        if cookie.name == "__ac":
            other_browser.session.cookies.clear(cookie.domain, cookie.path, "__ac")
    assert other_browser.log_in("amélie.lire").status == 429


def test_the_owner_is_told_and_let_in_by_mail(browser, make_local, mails):
    make_local()
    for _number in range(MAX_FAILURES):
        browser.log_in("amélie.lire", WRONG)
    [mail] = mails()
    assert mail.to == "amelie@example.org"
    assert mail.subject == "Plusieurs mots de passe faux pour votre compte"
    page = browser.get(mail.link)
    # Looking at it is not using it.
    assert browser.log_in("amélie.lire").status == 429
    page = page.form().send()
    assert page.notice == "Vous pouvez de nouveau vous connecter avec ce navigateur."
    assert browser.log_in("amélie.lire").url.startswith("/mon-espace")
    # Once.
    assert browser.get(mail.link).status == 404
    assert (
        browser.post("connexion", {"lien": mail.link.rpartition("=")[2]}).status == 404
    )


def test_guessing_does_not_flood_the_owners_mailbox(browser, make_local, clock, mails):
    make_local()
    for _number in range(20):
        browser.log_in("amélie.lire", WRONG)
        clock.now += 4000
        for _again in range(MAX_FAILURES):
            browser.log_in("amélie.lire", WRONG)
    assert len(mails()) == 3


def test_a_release_link_ends_after_an_hour(browser, make_local, mails, later):
    make_local()
    for _number in range(MAX_FAILURES):
        browser.log_in("amélie.lire", WRONG)
    [mail] = mails()
    later.by = timedelta(minutes=61)
    assert browser.get(mail.link).status == 404


def test_nobody_logs_another_browser_in(browser, other_browser, make_local):
    compte = make_local()
    form = other_browser.get("connexion").form()
    page = browser.post(
        "connexion",
        {**form.values, "identifiant": "amélie.lire", "mot_de_passe": PASSWORD},
    )
    assert page.status == 400
    assert len(fresh(compte).sessions) == 0
    page = browser.post(
        "connexion", {"identifiant": "amélie.lire", "mot_de_passe": PASSWORD}
    )
    assert page.status == 400
    assert len(fresh(compte).sessions) == 0


@pytest.mark.parametrize(
    "retour, arrival",
    [
        ("{base}/aide", "/aide"),
        ("{base}/recherche?q=chien", "/recherche?q=chien"),
        ("https://evil.example/", "/mon-espace"),
        ("{host}/plone/%2e%2e/%2e%2e/", "/mon-espace"),
        ("//evil.example/", "/mon-espace"),
        ("https:evil.example", "/mon-espace"),
        ("{host}.evil.example/plone", "/mon-espace"),
        ("{host}@evil.example/plone", "/mon-espace"),
        ("javascript:alert(1)", "/mon-espace"),
        ("\\\\evil.example", "/mon-espace"),
        ("", "/mon-espace"),
    ],
)
def test_the_way_back_stays_in_the_site(browser, make_local, retour, arrival):
    make_local()
    host = browser.base.partition("/plone")[0]
    retour = retour.format(base=browser.base, host=host)
    page = browser.get("connexion", params={"retour": retour})
    page = page.form().send(
        identifiant="amélie.lire", mot_de_passe=PASSWORD, allow_redirects=False
    )
    assert page.status == 303
    assert page.response.headers["Location"] == f"{browser.base}{arrival}"


def test_who_is_logged_in_goes_on(browser, make_local):
    make_local()
    browser.log_in("amélie.lire")
    page = browser.get("connexion")
    assert page.url.startswith("/mon-espace")


def test_a_proof_that_is_asked_for_again(browser, make_local):
    compte = make_local()
    browser.log_in("amélie.lire")
    before = fresh(compte).last_login
    page = browser.get("connexion?nouveau=1")
    assert page.h1 == "Se connecter"
    page.form().send(identifiant="amélie.lire", mot_de_passe=PASSWORD)
    compte = fresh(compte)
    assert compte.last_login > before
    # The session of before has ended.
    assert len(compte.sessions) == 1


def test_a_refused_account_is_told_only_to_who_has_the_password(browser, make_local):
    compte = make_local()
    decide(compte, accept=False, motif="Adresse inconnue", by="agent-dechets")
    transaction.commit()
    assert "n’a pas accepté" in browser.log_in("amélie.lire").alert
    assert "ne vont pas ensemble" in browser.log_in("amélie.lire", WRONG).alert
    assert len(fresh(compte).sessions) == 0


def test_a_hash_of_earlier_parameters_is_made_anew(browser, make_local):
    compte = make_local()
    compte.local.mot_de_passe = PasswordHasher(
        time_cost=1, memory_cost=8, parallelism=1
    ).hash(PASSWORD)
    transaction.commit()
    browser.log_in("amélie.lire")
    stored = fresh(compte).local.mot_de_passe
    assert not hachage.outdated(stored)
    assert hachage.verify(stored, PASSWORD)


def test_no_password_of_plone(functional, browser, make_local):
    """The account is no user of Plone's own login, and has no address for a reset."""
    compte = make_local()
    users = functional["portal"].acl_users
    assert compte.id not in users.source_users.listUserIds()
    assert users.authenticate(compte.id, PASSWORD, functional["request"]) is None
    assert users.authenticate("amélie.lire", PASSWORD, functional["request"]) is None


def test_the_pages_are_kept_by_nobody(browser):
    for path in ("connexion", "inscription", "mot-de-passe-oublie"):
        headers = browser.get(path).response.headers
        assert headers["Cache-Control"] == "no-store, private"
        assert headers["Referrer-Policy"] == "no-referrer"
