"""One demande from the catalogue to the agent's desk and back, in a real browser."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from datetime import timedelta
from navigateur import continuer
from navigateur import entrer_agent
from navigateur import envoyer
from navigateur import question
from navigateur import repondre
from playwright.sync_api import expect
from visitor import by_id
from visitor import Visitor

import pytest
import re
import requests


DEMARCHE = "/dechets/signaler-un-depot-sauvage"


def yesterday():
    return (date.today() - timedelta(days=1)).isoformat()


def fill_in(page, email, accessible=None):
    """All steps, up to the review."""
    repondre(
        page,
        lieu="devant le 12, rue Vautier",
        terrain="Trottoir ou chaussée",
        date_constat=yesterday(),
    )
    continuer(page, "Le dépôt")
    repondre(
        page,
        nature=["Meubles ou matelas"],
        danger="Non",
        description="Un canapé rouge",
    )
    if accessible:
        accessible(page, "formulaire-2")
    continuer(page, "Vos coordonnées")
    repondre(page, nom="Rochat", prenom="Aline", courriel=email, accord=True)
    continuer(page, "Vérifiez vos réponses")


def follow(page, demo, number, code):
    page.goto(f"{demo.guichet}/suivi?numero={number}")
    page.locator("input[name=code]").fill(code)
    page.locator("form:has(input[name=code]) [type=submit]").click()
    page.wait_for_load_state()


@pytest.mark.parametrize("width", [360, 1280])
def test_from_the_catalogue_to_the_desk_and_back(
    new_page, demo, mails, accessible, width
):
    citizen = new_page(width)
    email = f"aline{width}@example.org"
    citizen.goto(demo.guichet)
    accessible(citizen, "accueil")
    search = citizen.locator("input[name=q]").first
    search.press_sequentially("contenneur")
    option = citizen.get_by_role("option", name=re.compile("conteneur"))
    option.first.wait_for()
    accessible(citizen, "suggestions")
    search.press("Enter")
    citizen.wait_for_url("**/recherche?**")
    accessible(citizen, "recherche")
    citizen.get_by_role("link", name=re.compile("Commander un conteneur")).first.click()
    citizen.wait_for_url("**/dechets/commander-un-conteneur")
    accessible(citizen, "refus")

    citizen.goto(f"{demo.guichet}/dechets")
    accessible(citizen, "categorie")
    citizen.goto(f"{demo.guichet}{DEMARCHE}")
    accessible(citizen, "demarche")
    citizen.get_by_role("link", name="Commencer").click()
    citizen.wait_for_url("**/formulaire")
    accessible(citizen, "formulaire")
    fill_in(citizen, email, accessible)
    accessible(citizen, "verifier")
    number, code = envoyer(citizen)
    accessible(citizen, "confirmation")

    [mail] = mails(email)
    assert number in mail["text"]
    assert code in mail["text"]
    assert "canapé" not in mail["text"]
    assert "ne-pas-repondre@carouge.example" in mail["from"]
    assert number in mails("voirie@carouge.example", subject=number)[0]["subject"]

    follow(citizen, demo, number, code)
    assert "Déposée" in citizen.locator("main").inner_text()
    accessible(citizen, "suivi")

    agent = new_page(width)
    entrer_agent(agent, demo, "agent-dechets")
    agent.goto(f"{demo.guichet}/agents")
    accessible(agent, "bureau")
    agent.get_by_role("link", name=number).click()
    agent.wait_for_url(f"**/agents/{number}")
    assert "Un canapé rouge" in agent.locator("main").inner_text()
    accessible(agent, "demande")
    agent.locator("textarea[name=message]").fill("L'équipe est passée ce matin.")
    agent.get_by_role("button", name=re.compile("^Valider")).click()
    agent.wait_for_load_state()
    assert "Validée" in agent.locator("main").inner_text()

    citizen.goto(f"{demo.guichet}/suivi")
    text = citizen.locator("main").inner_text()
    assert "Validée" in text
    assert "L'équipe est passée ce matin." in text
    assert "agent-dechets" not in text
    # A notice holds the number and the link, never what was written.
    told = mails(email, count=2)[0]["text"]
    assert "Votre demande est acceptée." in told
    assert number in told
    assert "L'équipe" not in told


def test_without_javascript(new_page, demo, mails):
    page = new_page(java_script_enabled=False)
    page.goto(demo.guichet)
    page.locator("input[name=q]").first.fill("poubele")
    page.locator("form:has(input[name=q]) [type=submit]").first.click()
    assert page.url.startswith(f"{demo.guichet}/recherche?")
    assert page.locator("main a[href*='/dechets/']").count() >= 1
    page.goto(f"{demo.guichet}{DEMARCHE}/formulaire")
    fill_in(page, "sans-js@example.org")
    number, code = envoyer(page)
    follow(page, demo, number, code)
    assert "Déposée" in page.locator("main").inner_text()


def test_double_click_reload_and_back_make_one_demande(page, demo, mails):
    email = "double@example.org"
    page.goto(f"{demo.guichet}{DEMARCHE}/formulaire")
    fill_in(page, email)
    page.locator("#form button[name=envoyer]").dblclick()
    page.wait_for_url("**/confirmation?**")
    number = page.locator("#numero").inner_text()
    page.reload()
    assert page.locator("#numero").inner_text() == number
    page.go_back()
    page.go_forward()
    assert page.locator("#numero").inner_text() == number
    assert len(mails(email)) == 1


def test_errors_are_summed_up_and_nothing_is_lost(page, demo, accessible):
    page.goto(f"{demo.guichet}{DEMARCHE}/formulaire")
    repondre(page, terrain="Parc ou place")
    page.locator("#form button.btn-primary[name=suivant]").click()
    summary = page.locator("#erreurs")
    summary.wait_for()
    accessible(page, "erreurs")
    expect(question(page, "terrain").get_by_label("Parc ou place")).to_be_checked()
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.id") == "champ-lieu"


def test_back_and_forth_loses_nothing(page, demo):
    page.goto(f"{demo.guichet}{DEMARCHE}/formulaire")
    fill_in(page, "retour@example.org")
    page.get_by_role("link", name="Modifier : Le dépôt").click()
    repondre(page, danger="Oui")
    expect(question(page, "info_danger")).to_be_visible()
    page.get_by_role("button", name="Retour", exact=True).click()
    page.locator("#etape", has_text="L'endroit").wait_for()
    expect(question(page, "lieu").get_by_role("textbox")).to_have_value(
        "devant le 12, rue Vautier"
    )
    page.locator(".guichet-etapes").get_by_role("link", name="Le dépôt").click()
    expect(question(page, "danger").get_by_label("Oui")).to_be_checked()
    continuer(page, "Vos coordonnées")
    continuer(page, "Vérifiez vos réponses")
    envoyer(page)


def test_search_by_keyboard_alone(page, demo):
    page.goto(demo.guichet)
    search = page.locator("input[name=q]").first
    search.focus()
    with page.expect_response(lambda response: "q=macaron" in response.url) as answer:
        page.keyboard.type("macaron", delay=20)
    # The answer to a part of the word may stand there before, and go when this one comes.
    answer.value.finished()
    option = page.get_by_role("option").first
    option.wait_for()
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mobilite/macaron-stationnement")


def test_the_mail_server_is_down_at_submission(page, demo, mails):

    requests.post(f"{demo.mailbox}/defauts", json={"smtp": "refuse"}, timeout=5)
    try:
        page.goto(f"{demo.guichet}{DEMARCHE}/formulaire")
        fill_in(page, "panne@example.org")
        number, _code = envoyer(page)
    finally:
        requests.post(f"{demo.mailbox}/defauts", json={"smtp": "ok"}, timeout=5)
    assert number in mails("panne@example.org")[0]["text"]


@pytest.mark.parametrize(
    "path", ["/aide", "/suivi", "/recherche?q=xyzzyq", "/recherche"]
)
@pytest.mark.parametrize("width", [360, 1280])
def test_other_pages_are_accessible(new_page, demo, accessible, path, width):
    page = new_page(width)
    page.goto(f"{demo.guichet}{path}")
    name = re.sub(r"\W+", "-", path).strip("-")
    accessible(page, name)


@pytest.mark.parametrize("login", ["agent-ecoles", "editeur"])
def test_staff_of_other_services_do_not_see_the_demande(page, new_page, demo, login):
    page.goto(f"{demo.guichet}{DEMARCHE}/formulaire")
    fill_in(page, f"{login}@example.org")
    number, _code = envoyer(page)
    staff = new_page()
    entrer_agent(staff, demo, login)
    response = staff.goto(f"{demo.guichet}/agents/{number}")
    assert response.status in (401, 403, 404) or "require_login" in staff.url
    assert "Un canapé rouge" not in staff.locator("body").inner_text()


def test_many_visitors_at_once(demo):
    """Forty demandes and eight times the same, from eight clients: all of them once."""
    answers = {
        "lieu": "quai du Cheval-Blanc",
        "terrain": "Trottoir ou chaussée",
        "date_constat": yesterday(),
        "nature": ["Meubles ou matelas"],
        "danger": "Non",
        "description": "Un canapé",
        "nom": "Rochat",
        "prenom": "Aline",
        "courriel": "foule@example.org",
        "accord": True,
    }

    def fill():
        return Visitor(demo.guichet).open_form(DEMARCHE.lstrip("/")).fill(**answers)

    forms = [fill() for _visitor in range(40)]
    same = fill()
    same.review()
    with ThreadPoolExecutor(8) as pool:
        responses = list(
            pool.map(
                lambda send: send(), [form.submit for form in forms] + [same.send] * 8
            )
        )
    assert [response.status_code for response in responses] == [200] * 48
    numbers = [by_id(response, "numero") for response in responses]
    assert len(set(numbers[:40])) == 40
    assert len(set(numbers[40:])) == 1
    assert len(set(numbers)) == 41
