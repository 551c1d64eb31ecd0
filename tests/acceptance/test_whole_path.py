"""One demande from the catalogue to the agent's desk and back, in a real browser."""

from carouge.guichet.demo.content import PASSWORD
from concurrent.futures import ThreadPoolExecutor
from visitor import by_id
from visitor import Visitor

import pytest
import re
import requests


DEMARCHE = "/dechets/signaler-un-depot-sauvage"


def fill_in(page, email):
    page.get_by_label("Adresse ou endroit").fill("devant le 12, rue Vautier")
    page.get_by_label("Trottoir ou chaussée").check()
    page.get_by_label("Quand l'avez-vous vu ?").fill("2026-11-20")
    page.get_by_label("Meubles ou matelas").check()
    page.get_by_role("radio", name="non", exact=True).check()
    page.get_by_label("Décrivez ce que vous voyez").fill("Un canapé rouge")
    page.get_by_label("Nom", exact=False).first.fill("Rochat")
    page.get_by_label("Prénom").fill("Aline")
    page.get_by_label("Adresse électronique").fill(email)
    page.locator("#form-widgets-accord-0").check()


def submit(page):
    page.locator("#form [type=submit]").click()
    page.wait_for_url("**/confirmation?**")
    return page.locator("#numero").inner_text(), page.locator("#code").inner_text()


def follow(page, demo, number, code):
    page.goto(f"{demo.guichet}/suivi?numero={number}")
    page.locator("input[name=code]").fill(code)
    page.locator("form:has(input[name=code]) [type=submit]").click()
    page.wait_for_load_state()


def log_in(page, demo, login):
    page.goto(f"{demo.site}/login")
    page.locator("#__ac_name").fill(login)
    page.locator("#__ac_password").fill(PASSWORD)
    page.locator("#buttons-login").click()
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
    fill_in(citizen, email)
    number, code = submit(citizen)
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
    log_in(agent, demo, "agent-dechets")
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
    assert "L'équipe est passée ce matin." in mails(email, count=2)[0]["text"]


def test_without_javascript(new_page, demo, mails):
    page = new_page(java_script_enabled=False)
    page.goto(demo.guichet)
    page.locator("input[name=q]").first.fill("poubele")
    page.locator("form:has(input[name=q]) [type=submit]").first.click()
    assert page.url.startswith(f"{demo.guichet}/recherche?")
    assert page.locator("main a[href*='/dechets/']").count() >= 1
    page.goto(f"{demo.guichet}{DEMARCHE}/formulaire")
    fill_in(page, "sans-js@example.org")
    number, code = submit(page)
    follow(page, demo, number, code)
    assert "Déposée" in page.locator("main").inner_text()


def test_double_click_reload_and_back_make_one_demande(page, demo, mails):
    email = "double@example.org"
    page.goto(f"{demo.guichet}{DEMARCHE}/formulaire")
    fill_in(page, email)
    page.locator("#form [type=submit]").dblclick()
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
    page.get_by_label("Décrivez ce que vous voyez").fill("Un canapé rouge")
    page.locator("#form [type=submit]").click()
    summary = page.locator("#erreurs")
    summary.wait_for()
    accessible(page, "erreurs")
    assert page.get_by_label("Décrivez ce que vous voyez").input_value() == (
        "Un canapé rouge"
    )
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.id") == "form-widgets-lieu"


def test_search_by_keyboard_alone(page, demo):
    page.goto(demo.guichet)
    search = page.locator("input[name=q]").first
    search.focus()
    page.keyboard.type("macaron", delay=20)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mobilite/macaron-stationnement")


def test_the_mail_server_is_down_at_submission(page, demo, mails):

    requests.post(f"{demo.mailbox}/defauts", json={"smtp": "refuse"}, timeout=5)
    try:
        page.goto(f"{demo.guichet}{DEMARCHE}/formulaire")
        fill_in(page, "panne@example.org")
        number, _code = submit(page)
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
    number, _code = submit(page)
    staff = new_page()
    log_in(staff, demo, login)
    response = staff.goto(f"{demo.guichet}/agents/{number}")
    assert response.status in (401, 403, 404) or "require_login" in staff.url
    assert "Un canapé rouge" not in staff.locator("body").inner_text()


def test_many_visitors_at_once(demo):
    """Forty demandes and eight times the same, from eight clients: all of them once."""
    answers = {
        "lieu": "quai du Cheval-Blanc",
        "terrain": "Trottoir ou chaussée",
        "date_constat": "2026-11-20",
        "nature": ["Meubles ou matelas"],
        "danger": "non",
        "description": "Un canapé",
        "nom": "Rochat",
        "prenom": "Aline",
        "courriel": "foule@example.org",
        "accord": True,
    }

    def fill():
        return Visitor(demo.guichet).open_form(DEMARCHE.lstrip("/")).fill(**answers)

    forms = [fill() for _visitor in range(40)] + [fill()] * 8
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda form: form.submit(), forms))
    assert [response.status_code for response in responses] == [200] * 48
    numbers = [by_id(response, "numero") for response in responses]
    assert len(set(numbers[:40])) == 40
    assert len(set(numbers[40:])) == 1
    assert len(set(numbers)) == 41
