"""Logging in with the canton's account, in a real browser, as each of the six people."""

from carouge.guichet.demo.personas import SMS_CODE
from carouge.guichet.demo.settings import PASSWORD
from navigateur import entrer
from navigateur import prouver

import pytest
import re
import requests


SEARCH = "/recherche?q=parking"


def open_menu(page):
    """The account menu, opened; returns it."""
    menu = page.locator("details.guichet-menu")
    menu.locator("summary").click()
    return menu


def sentence(page):
    """Who one is and in whose name one acts, as the menu says it."""
    return page.locator("details.guichet-menu .guichet-menu-panel p").text_content()


def texts_to(demo, number):
    """The text messages to a number, newest first."""
    response = requests.get(
        f"{demo.mailbox}/messages.json", params={"to": number}, timeout=5
    )
    return [message["text"] for message in response.json()["messages"]]


@pytest.mark.parametrize("width", [360, 1280])
def test_login_leads_back_and_shows_what_the_register_knows(
    new_page, demo, accessible, width
):
    page = new_page(width)
    page.goto(f"{demo.guichet}{SEARCH}")
    page.get_by_role("link", name="Se connecter", exact=True).first.click()
    page.wait_for_url(f"{demo.idp}/connexion/**")
    accessible(page, "canton-connexion")
    page.locator("input[name=email]").fill("resident@demo.example")
    page.locator("input[name=password]").fill("faux")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text() == (
        "L’adresse électronique ou le mot de passe n’est pas juste."
    )
    accessible(page, "canton-refus")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/code")
    accessible(page, "canton-code")
    assert SMS_CODE in texts_to(demo, "+41790000101")[0]
    page.locator("input[name=code]").fill(SMS_CODE)
    page.keyboard.press("Enter")

    # The very page, its query string included; the menu is where the link was.
    page.wait_for_url(f"{demo.guichet}{SEARCH}")
    assert page.get_by_role("link", name="Se connecter", exact=True).count() == 0
    menu = open_menu(page)
    assert "Camille Rochat" in menu.locator("summary").inner_text()
    assert sentence(page) == "Vous êtes Camille Rochat et agissez en votre nom."
    accessible(page, "menu")
    for label in ("Mon espace", "Mes demandes", "Mon compte"):
        assert menu.get_by_role("link", name=label, exact=True).is_visible()

    menu.get_by_role("link", name="Mon compte", exact=True).click()
    page.wait_for_url("**/mon-espace/compte")
    accessible(page, "compte")
    shown = page.locator("#main-container, #content").first.inner_text()
    for value in ("12.04.1986", "756.1234.5678.97", "rue Saint-Joseph", "Léa Rochat"):
        assert value in shown
    # Locked facts name their source and offer to correct it, and have no field.
    assert "Registre des habitants" in shown
    assert page.get_by_role("link", name="Ce n’est pas exact").count() >= 5
    assert page.locator("input[name*=date_naissance]").count() == 0
    page.goto(f"{demo.guichet}/mon-espace")
    accessible(page, "mon-espace")


#: What each of the six may begin, and what the others are told.
COMPANIES = "Cette démarche n’est pas prévue pour votre type de compte"
TO_VERIFY = "Cette démarche demande un compte vérifié"
FOR_RESIDENTS = "Cette démarche est réservée aux habitants de la commune"
PEOPLE = {
    "resident@demo.example": (
        None,
        "Vous êtes Camille Rochat et agissez en votre nom.",
        {"residents": None, "companies": COMPANIES, "associations": COMPANIES},
    ),
    "nonresident@demo.example": (
        None,
        "Vous êtes Marc Dubois et agissez en votre nom.",
        {"residents": FOR_RESIDENTS, "companies": COMPANIES, "associations": COMPANIES},
    ),
    "nonverifie@demo.example": (
        None,
        "Vous êtes Sofia Moreno et agissez en votre nom.",
        {
            "residents": TO_VERIFY,
            "companies": COMPANIES,
            "associations": COMPANIES,
        },
    ),
    "homonyme@demo.example": (
        None,
        "Vous êtes Jean Martin et agissez en votre nom.",
        {
            "residents": (
                "Le registre des habitants ne permet pas de vous identifier avec "
                "certitude"
            ),
            "companies": COMPANIES,
            "associations": COMPANIES,
        },
    ),
    "entreprise@demo.example": (
        "Boulangerie",
        "Vous êtes Laura Keller et agissez pour Boulangerie du Rondeau Sàrl.",
        {"residents": COMPANIES, "companies": None, "associations": COMPANIES},
    ),
    "association@demo.example": (
        None,
        "Vous êtes Yann Pittet et agissez pour Chœur du Vieux-Carouge.",
        {"residents": COMPANIES, "companies": COMPANIES, "associations": None},
    ),
}
DEMARCHES = {
    "residents": "/dechets/rendez-vous-encombrants",
    "companies": "/commerces/autorisation-terrasse",
    "associations": "/culture/subvention-association",
}


@pytest.mark.parametrize("email", PEOPLE)
def test_who_may_begin_what_and_why_not(new_page, demo, accessible, email):
    acting_for, expected, outcomes = PEOPLE[email]
    page = new_page()
    entrer(page, demo, email, DEMARCHES["residents"], acting_for)
    assert page.url == demo.guichet + DEMARCHES["residents"]
    assert sentence(page) == expected
    for kind, reason in outcomes.items():
        page.goto(demo.guichet + DEMARCHES[kind])
        begin = page.get_by_role("link", name="Commencer", exact=True)
        told = page.locator(".guichet-aside").inner_text()
        if reason is None:
            begin.click()
            page.wait_for_url("**/formulaire")
            assert page.locator("#form [type=submit]").count() >= 1
        else:
            assert begin.count() == 0
            assert reason in told
            page.goto(f"{demo.guichet}{DEMARCHES[kind]}/formulaire")
            # Who can prove it later may fill it in already, and is told what is missing.
            later = 1 if reason == TO_VERIFY else 0
            assert page.locator("#form").count() == later
            assert page.locator("#guichet-preuve").count() == later
    page.goto(demo.guichet + DEMARCHES["residents"])
    accessible(page, f"encombrants-{email.partition('@')[0]}")


@pytest.mark.parametrize("width", [360, 1280])
def test_acting_for_the_company_after_acting_for_oneself(
    new_page, demo, accessible, width
):
    page = new_page(width)
    entrer(page, demo, "entreprise@demo.example", acting_for="À titre privé")
    assert sentence(page) == "Vous êtes Laura Keller et agissez en votre nom."
    page.goto(demo.guichet + DEMARCHES["companies"])
    open_menu(page).get_by_role("link", name=re.compile("Changer de compte")).click()
    page.wait_for_url(f"{demo.idp}/connexion/**")
    page.locator("input[name=email]").fill("entreprise@demo.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/code")
    page.locator("input[name=code]").fill(SMS_CODE)
    page.keyboard.press("Enter")
    page.wait_for_url("**/agir")
    accessible(page, "canton-agir")
    page.get_by_role("button", name=re.compile("Boulangerie")).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(demo.guichet + DEMARCHES["companies"])
    menu = open_menu(page)
    assert "Boulangerie du Rondeau Sàrl" in menu.locator("summary").inner_text()
    assert page.get_by_role("link", name="Commencer", exact=True).count() == 1


def test_logout_ends_every_copy_and_the_session_at_the_provider(
    new_page, demo, accessible
):
    page = new_page()
    entrer(page, demo, "resident@demo.example")
    copy = new_page()
    copy.context.add_cookies(page.context.cookies(demo.guichet))
    copy.goto(demo.guichet)
    assert sentence(copy) == "Vous êtes Camille Rochat et agissez en votre nom."

    open_menu(page).get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{demo.guichet}/se-deconnecter**")
    assert page.locator("h1:visible").inner_text() == "Vous êtes déconnecté"
    accessible(page, "deconnecte")

    copy.goto(f"{demo.guichet}/mon-espace")
    copy.wait_for_url(f"{demo.idp}/connexion/**")
    copy.goto(demo.guichet)
    assert copy.get_by_role("link", name="Se connecter", exact=True).count() >= 1
    # The provider has forgotten both as well: it asks for the password.
    page.goto(f"{demo.idp}/")
    assert "Personne n’est connecté" in page.locator("main").inner_text()
    entrer(page, demo, "nonresident@demo.example")
    assert sentence(page) == "Vous êtes Marc Dubois et agissez en votre nom."


def test_cancelling_says_what_still_works(new_page, demo, accessible):
    page = new_page(360)
    page.goto(f"{demo.guichet}/aide")
    page.get_by_role("link", name="Se connecter", exact=True).first.click()
    page.wait_for_url(f"{demo.idp}/connexion/**")
    page.get_by_role("link", name="Annuler").click()
    page.wait_for_url(f"{demo.guichet}/**")
    accessible(page, "connexion-annulee")
    assert page.get_by_role("link", name="Se connecter", exact=True).count() >= 1


def test_a_provider_in_trouble_is_explained_once(new_page, demo, accessible):
    page = new_page()
    page.goto(demo.guichet)
    page.get_by_role("link", name="Se connecter", exact=True).first.click()
    page.wait_for_url(f"{demo.idp}/connexion/**")
    requests.post(
        f"{demo.idp}/defauts", json={"mode": "userinfo_500", "times": 1}, timeout=5
    ).raise_for_status()
    prouver(page, demo, "resident@demo.example")
    assert page.url.startswith(f"{demo.guichet}/acl_users/edemarches/callback?")
    accessible(page, "connexion-en-panne")
    # Nobody is logged in, and the next attempt works without another password.
    page.goto(demo.guichet)
    page.get_by_role("link", name="Se connecter", exact=True).first.click()
    page.locator("details.guichet-menu").wait_for()
    assert sentence(page) == "Vous êtes Camille Rochat et agissez en votre nom."
