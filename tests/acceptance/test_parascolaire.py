"""A family inscribes its child: begun before the login, finished in another browser."""

from datetime import date
from datetime import timedelta
from navigateur import continuer
from navigateur import entrer
from navigateur import entrer_agent
from navigateur import envoyer
from navigateur import prouver
from navigateur import question
from navigateur import rang
from navigateur import repondre
from playwright.sync_api import expect
from pypdf import PdfReader

import io
import PIL.Image
import pytest


PARASCOLAIRE = "/enfance-ecoles/inscription-parascolaire"
PISCINE = "/sports/abonnement-piscine"
DEPOT = "/dechets/signaler-un-depot-sauvage"
RESIDENT = "resident@demo.example"


def in_days(days):
    return (date.today() + timedelta(days=days)).isoformat()


def picture(name):
    content = io.BytesIO()
    PIL.Image.new("RGB", (640, 480), "seagreen").save(content, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": content.getvalue()}


def summary(page):
    """The errors of a step, as they are read."""
    return [" ".join(t.split()) for t in page.locator("#erreurs li").all_inner_texts()]


def begin_as_nobody(page, demo):
    """The first step, typed before any login."""
    page.goto(f"{demo.guichet}{PARASCOLAIRE}")
    page.get_by_role("link", name="Commencer maintenant, prouver plus tard").click()
    page.wait_for_url("**/formulaire")
    repondre(
        page,
        enfant_nom="Rochat",
        enfant_prenom="Lea",
        enfant_naissance="2017-03-09",
        ecole="Vigne-Rouge",
        degre="5P",
        nom="Rochat-Favre",
        prenom="Camille",
        lien="Mère",
    )
    expect(page.locator("#guichet-enregistre")).to_contain_text("Enregistré à")


def choose_days(page):
    """The second step: questions, computed numbers and price follow the answers."""
    page.evaluate("window.samePage = true")
    expect(question(page, "jours_midi")).to_be_hidden()
    repondre(page, premier_jour=in_days(30), accueil="À midi")
    expect(question(page, "jours_midi")).to_be_visible()
    expect(question(page, "jours_soir")).to_be_hidden()
    expect(question(page, "repas")).to_be_hidden()
    repondre(page, jours_midi=["Lundi", "Mardi"])
    expect(question(page, "repas")).to_be_visible()
    expect(page.locator('[data-guichet-calcul="midis"]')).to_have_text("2")
    expect(page.locator("#guichet-prix strong")).to_have_text("CHF 120.00")
    repondre(page, repas="Végétarien", accueil="À midi et en fin d'après-midi")
    repondre(page, jours_soir=["Jeudi"], gouter="Oui", fratrie="Oui")
    expect(page.locator('[data-guichet-calcul="accueils"]')).to_have_text("3")
    expect(page.locator("#guichet-prix strong")).to_have_text("CHF 133.00")
    assert page.evaluate("window.samePage")


@pytest.mark.parametrize("width", [360, 1280])
def test_begun_before_the_login_and_finished_in_another_browser(
    new_page, demo, accessible, mails, width
):
    here = new_page(width)
    begin_as_nobody(here, demo)
    accessible(here, "parascolaire-anonyme")
    here.locator("#guichet-preuve").get_by_role("link", name="Se connecter").click()
    prouver(here, demo, RESIDENT)

    # What the register confirms counts, and is told.
    here.wait_for_url("**/etape/etape1")
    assert [
        " ".join(item.split())
        for item in here.locator("#guichet-remplacements li").all_inner_texts()
    ] == ["Votre nom : Rochat-Favre devient Rochat"]
    accessible(here, "parascolaire-remplacements")
    repondre(here, membre="Léa Rochat (08.03.2017)")
    known = here.locator("[data-guichet-connu=enfant_prenom]")
    expect(known).to_have_text("Léa")
    expect(here.locator("[data-guichet-connu=enfant_naissance]")).to_have_text(
        "08.03.2017"
    )
    expect(question(here, "degre").get_by_role("combobox")).to_have_value("5P")

    continuer(here, "Les jours d'accueil")
    choose_days(here)
    accessible(here, "parascolaire-jours")
    continuer(here, "La santé")
    expect(question(here, "allergies")).to_be_hidden()
    repondre(here, allergie="Oui")
    repondre(
        here,
        allergies=["Arachides ou fruits à coque"],
        sante_precisions="Le stylo d'adrénaline est dans son sac.",
    )
    question(here, "projet_accueil").get_by_label("Je l’apporterai au guichet").check()
    continuer(here, "Qui vient chercher l'enfant")

    persons = here.locator("[data-guichet-groupe=personnes]")
    expect(persons).to_be_hidden()
    repondre(here, rentre_seul="Non", telephone_urgence="079 000 01 01")
    rang(here, "personnes", 1, personne_nom="Dominique Favre", personne_lien="Parent")
    rang(here, "personnes", 1, personne_telephone="12")
    here.locator("#form button.btn-primary[name=suivant]").click()
    here.locator("#erreurs").wait_for()
    assert [line.partition(" : ")[0] for line in summary(here)] == [
        "Personne autorisée 1 Téléphone"
    ]
    accessible(here, "parascolaire-erreurs")
    rang(here, "personnes", 1, personne_telephone="079 000 01 02")
    here.get_by_role("button", name="Ajouter une personne").click()
    expect(persons.locator("[data-guichet-rang]")).to_have_count(2)
    rang(
        here,
        "personnes",
        2,
        personne_nom="Anne Favre",
        personne_lien="Autre",
        personne_telephone="+33 4 50 12 34 56",
    )
    rang(here, "personnes", 2, personne_autre="Voisine")
    accessible(here, "parascolaire-personnes")
    continuer(here, "Les pièces")

    assurance = question(here, "attestation_assurance")
    assurance.locator("[type=file]").set_input_files(picture("assurance.jpg"))
    expect(assurance.get_by_role("link", name="assurance.jpg")).to_be_visible()
    repondre(here, garde_jugement="Non", tarif_reduit="Oui")
    question(here, "attestation_rdu").get_by_label("Je l’enverrai par la poste").check()
    accessible(here, "parascolaire-pieces")
    here.get_by_role("button", name="Enregistrer et finir plus tard").click()
    here.locator("#guichet-nouvelle").wait_for()
    accessible(here, "parascolaire-plus-tard")

    # Another browser, the same person: exactly where she stopped, the file included.
    there = new_page(width)
    there.goto(f"{demo.guichet}/mon-espace/brouillons")
    prouver(there, demo, RESIDENT)
    there.wait_for_url("**/mon-espace/brouillons")
    assert "Les pièces" in there.locator("main").inner_text()
    accessible(there, "brouillons")
    there.goto(f"{demo.guichet}{PARASCOLAIRE}/formulaire")
    accessible(there, "parascolaire-reprendre")
    there.get_by_role("link", name="Continuer", exact=True).click()
    there.locator("#etape", has_text="Les pièces").wait_for()
    assurance = question(there, "attestation_assurance")
    expect(assurance.get_by_role("link", name="assurance.jpg")).to_be_visible()
    expect(
        question(there, "attestation_rdu").get_by_label("Je l’enverrai par la poste")
    ).to_be_checked()
    continuer(there, "Vous joindre")
    repondre(there, telephone="079 000 01 01", accord=True)
    continuer(there, "Vérifiez vos réponses")
    review = there.locator("main").inner_text()
    for text in ("Léa Rochat", "Dominique Favre", "Voisine", "assurance.jpg"):
        assert text in review
    assert "Par la poste" in review
    assert "CHF 133.00" in there.locator("#guichet-prix").inner_text()
    accessible(there, "parascolaire-verifier")
    number, _code = envoyer(there)
    accessible(there, "parascolaire-confirmation")
    assert there.locator("#prix").inner_text() == "CHF 133.00"

    sheet = there.context.request.get(
        there.locator("#annonces").get_by_role("link").get_attribute("href")
    )
    assert sheet.headers["content-type"].startswith("application/pdf")
    text = PdfReader(io.BytesIO(sheet.body())).pages[0].extract_text()
    for expected in (number, "Camille Rochat", "Attestation RDU", "Projet d'accueil"):
        assert expected in text
    assert mails(RESIDENT, subject=number)

    agent = new_page(width)
    entrer_agent(agent, demo, "agent-ecoles")
    agent.goto(f"{demo.guichet}/agents/{number}")
    desk = agent.locator("main").inner_text()
    for expected in ("assurance.jpg", "Attestation RDU", "Voisine", "CHF 133.00"):
        assert expected in desk
    accessible(agent, "parascolaire-agent")

    # Nothing is left of the draft.
    there.goto(f"{demo.guichet}{PARASCOLAIRE}/formulaire")
    expect(question(there, "membre")).to_be_visible()


def test_a_failed_save_says_why_and_keeps_the_text(page, demo, accessible):
    page.goto(f"{demo.guichet}{DEPOT}/formulaire")
    page.route("**/enregistrer", lambda route: route.abort())
    repondre(page, lieu="devant le 12, rue Vautier")
    alarm = page.locator("#guichet-non-enregistre")
    expect(alarm).to_contain_text("le guichet est injoignable")
    accessible(page, "non-enregistre")
    # The page is loaded anew: the text was kept in the browser.
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    lieu = question(page, "lieu").get_by_role("textbox")
    expect(lieu).to_have_value("devant le 12, rue Vautier")
    expect(alarm).to_contain_text("retrouvé")
    page.unroute("**/enregistrer")
    lieu.fill("devant le 12 bis, rue Vautier")
    expect(page.locator("#guichet-enregistre")).to_contain_text("Enregistré à")
    expect(alarm).to_be_hidden()
    page.reload()
    expect(lieu).to_have_value("devant le 12 bis, rue Vautier")


def test_without_javascript(new_page, demo):
    page = new_page(java_script_enabled=False)
    entrer(page, demo, "nonresident@demo.example", PISCINE)
    page.goto(f"{demo.guichet}{PISCINE}/formulaire")
    repondre(page, adultes="1", reduits="1", habitant="Non")
    continuer(page, "Les personnes")
    rang(page, "personnes", 1, titulaire="Marc Dubois")
    rang(page, "personnes", 1, titulaire_naissance="1979-01-23")
    page.get_by_role("button", name="Ajouter une personne").click()
    rang(page, "personnes", 2, titulaire="Nina Dubois")
    rang(page, "personnes", 2, titulaire_naissance="2005-06-01")
    question(page, "photos").locator("[type=file]").set_input_files(
        [picture("marc.jpg"), picture("nina.jpg")]
    )
    # A missing answer: the photos stay, and what is missing is named.
    page.locator("#form button.btn-primary[name=suivant]").click()
    page.locator("#erreurs").wait_for()
    assert [line.partition(" : ")[0] for line in summary(page)] == [
        "Justificatif pour le prix réduit"
    ]
    expect(page.get_by_role("link", name="nina.jpg")).to_be_visible()
    question(page, "justificatif").get_by_label("Je l’apporterai au guichet").check()
    continuer(page, "Retrait")
    repondre(page, accord=True)
    continuer(page, "Vérifiez vos réponses")
    assert "CHF 150.00" in page.locator("#guichet-prix").inner_text()
    envoyer(page)
    assert "Justificatif pour le prix réduit" in (
        page.locator("#annonces").inner_text()
    )
