"""The life of a demande, from the citizen's button to the decision, in real browsers."""

from carouge.guichet.demo.personas import NONRESIDENT
from carouge.guichet.demo.personas import RESIDENT
from datetime import date
from datetime import timedelta
from fichiers import image
from lecteur_pdf import Document
from navigateur import continuer
from navigateur import entrer
from navigateur import entrer_agent
from navigateur import envoyer
from navigateur import question
from navigateur import repondre
from playwright.sync_api import expect

import pytest
import re
import requests
import time


PARASCOLAIRE = "/enfance-ecoles/inscription-parascolaire"
ASSURANCE = "Attestation d'assurance-maladie et accidents de l'enfant"
CONFIRMATION = "Confirmation d'inscription au parascolaire"

#: What the two sides write to each other, and what an agent keeps for the colleagues.
DEMANDE = "Le numéro d'urgence ne répond pas."
MESSAGE = "Nous avons tout reçu, merci."
NOTE = "Appeler la maman, elle hésite encore pour le mardi."


@pytest.fixture
def seen(accessible):
    """Check a page as it stands, on a phone and on a desk, and keep both pictures.

    The rules are gone through where the page is used most: by agents on a desk.
    """

    def check(page, name):
        usual = 360 if name.startswith("usager") else 1280
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            accessible(page, f"vie-{name}", axe=width == usual)

    return check


@pytest.fixture
def sms(demo):
    """Wait for the newest text message to a number that contains some words."""

    def wait(number, words):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            response = requests.get(
                f"{demo.mailbox}/messages.json", params={"to": number}, timeout=5
            )
            for message in response.json()["messages"]:
                if message["kind"] == "sms" and words in message["text"]:
                    return message["text"]
            time.sleep(0.2)
        raise AssertionError(f"no text message to {number} with {words}")

    return wait


def words(page):
    """All words of a page, but for the site around it."""
    return " ".join(page.locator("main").inner_text().split())


def pdf(page, link):
    """The bytes and the document behind a link, as the browser of the page gets it."""
    response = page.context.request.get(link.get_attribute("href"))
    assert response.headers["content-type"].startswith("application/pdf")
    return response.body(), Document(response.body())


def at_desk(new_page, demo, login):
    agent = new_page()
    entrer_agent(agent, demo, login)
    return agent


# --- the citizen ------------------------------------------------------------------


def inscribe(page):
    """All steps of the inscription of a child, sent; a document will come by post."""
    repondre(page, membre="Léa Rochat (08.03.2017)")
    # What the account knows of the child has arrived.
    expect(page.locator("[data-guichet-connu=enfant_prenom]")).to_have_text("Léa")
    repondre(page, ecole="Vigne-Rouge", degre="5P", lien="Mère")
    continuer(page, "Les jours d'accueil")
    first = (date.today() + timedelta(days=30)).isoformat()
    repondre(page, premier_jour=first, accueil="À midi")
    repondre(page, jours_midi=["Lundi", "Mardi"])
    repondre(page, repas="Végétarien", fratrie="Non")
    continuer(page, "La santé")
    repondre(page, allergie="Non")
    continuer(page, "Qui vient chercher l'enfant")
    repondre(page, rentre_seul="Oui", telephone_urgence="079 000 01 01")
    continuer(page, "Les pièces")
    assurance = question(page, "attestation_assurance")
    assurance.get_by_label("Je l’enverrai par la poste").check()
    repondre(page, garde_jugement="Non", tarif_reduit="Non")
    continuer(page, "Vous joindre")
    repondre(page, telephone="079 000 01 01", accord=True)
    continuer(page, "Vérifiez vos réponses")
    return envoyer(page)


def confirm_number(page, demo, sms):
    """Have a number for text messages confirmed with the code from the mailbox."""
    number = f"+4179{time.time_ns() % 10**7:07}"
    page.goto(f"{demo.guichet}/mon-espace/compte")
    page.locator("#sms-adresse").fill(number)
    page.locator("#section-sms button[value=envoyer]").click()
    page.locator("#sms-code").wait_for()
    code = re.search(r"\b\d{6}\b", sms(number, "code")).group()
    page.locator("#sms-code").fill(code)
    page.locator("#section-sms button[value=confirmer]").click()
    expect(page.locator("#sms-actuelle")).to_contain_text("confirmé")
    return number


def prefer(page, demo, canal):
    """Choose in « Mon compte » how one is reached."""
    page.goto(f"{demo.guichet}/mon-espace/compte")
    section = page.locator("#section-preferences")
    section.locator(f"[name=canal][value={canal}]").check()
    section.get_by_role("button").click()
    section.get_by_role("status").wait_for()


def answer(page, seen):
    """Give what the service has asked for: these fields, and no others."""
    asked = page.locator("[data-guichet-question]").evaluate_all(
        "all => all.map(one => one.dataset.guichetQuestion)"
    )
    assert asked[0] == "telephone_urgence"
    assert [re.sub("_[0-9a-f]{16}_1", "", cle) for cle in asked[1:]] == [
        "complement",
        "complement_autres",
        "complement_mots",
    ]
    assert words(page).count(DEMANDE) == 1
    urgence = question(page, "telephone_urgence").get_by_role("textbox")
    expect(urgence).to_have_value("+41 79 000 01 01")
    urgence.fill("079 000 01 09")
    carnet = question(page, asked[1])
    expect(carnet).to_contain_text("Carnet de vaccination")
    carnet.get_by_label("Je le joins maintenant").check()
    carnet.locator("[type=file]").set_input_files(
        {"name": "carnet.png", "mimeType": "image/png", "buffer": image()}
    )
    expect(carnet.get_by_role("link", name="carnet.png")).to_be_visible()
    seen(page, "usager-completer")
    page.locator("#form button.btn-primary[name=envoyer]").click()


def timeline(page):
    """The lines of what has happened, without their time."""
    lines = page.locator("section[aria-labelledby=suivi-historique] .fw-semibold")
    return [" ".join(line.split()) for line in lines.all_inner_texts()]


# --- the agent --------------------------------------------------------------------


def take(agent, demo, number, seen):
    """Find a new demande first in the list, take it in hand, keep a note."""
    agent.goto(f"{demo.guichet}/agents?bannette=a_prendre&tri=recentes")
    first = agent.locator("#agents-lot tbody tr").first
    expect(first).to_contain_text("1 document à venir")
    seen(agent, "agent-a-prendre")
    first.get_by_role("link", name=number).click()
    agent.wait_for_url(f"**/agents/{number}**")
    seen(agent, "agent-deposee")
    agent.locator("#agents-mains button[value=prendre]").click()
    expect(agent.locator("#agents-state")).to_have_text("En cours")
    expect(agent.locator("#agents-agent")).to_have_text("Aline Rochat")
    agent.locator("#agents-note").fill(NOTE)
    agent.locator("#agents-noter button[value=noter]").click()
    expect(agent.locator("#agents-dialogue")).to_contain_text(NOTE)


def ask(agent, seen):
    """Ask for an answer to be corrected, and for a further document."""
    agent.get_by_role("link", name="Demander un complément").click()
    agent.wait_for_url("**/complement")
    agent.get_by_label("Téléphone en cas d'urgence").check()
    agent.locator("#agents-document-1").fill("Carnet de vaccination")
    agent.locator("#agents-message").fill(DEMANDE)
    agent.locator("#agents-complement button[value=apercu]").click()
    agent.locator("#agents-apercu").wait_for()
    seen(agent, "agent-complement")
    agent.locator("#agents-complement button[value=demander]").click()
    agent.wait_for_url("**/agents/2*")
    expect(agent.locator("#agents-state")).to_have_text("À compléter")
    seen(agent, "agent-a-completer")


def receive(agent, demo, number, seen):
    """Read the cover sheet with a scanner, that is a keyboard: the number, and Enter."""
    agent.goto(f"{demo.guichet}/agents/piece")
    # A browser gives the focus when it draws, which may be after the page has loaded.
    expect(agent.locator("#agents-numero")).to_be_focused()
    agent.keyboard.type(number)
    agent.keyboard.press("Enter")
    agent.locator("#agents-trouve").wait_for()
    expect(agent.get_by_label(ASSURANCE)).to_be_checked()
    seen(agent, "agent-piece")
    expect(agent.get_by_role("button", name="Cocher comme reçu")).to_be_focused()
    agent.keyboard.press("Enter")
    expect(agent.locator("#agents-derniers + ul li")).to_have_text([number])
    expect(agent.locator("#agents-numero")).to_be_focused()
    seen(agent, "agent-piece-recue")


def decide(agent, seen):
    """Accept with the document of the démarche's model, filled and read over."""
    agent.get_by_role("link", name=re.compile("^Préparer un document")).click()
    agent.wait_for_url("**/document")
    seen(agent, "agent-document-choix")
    agent.get_by_role("link", name=CONFIRMATION).click()
    agent.wait_for_url("**/document?modele=*")
    text = agent.locator("#agents-corps")
    filled = text.input_value()
    assert "Léa Rochat, Vigne-Rouge, 5P." in filled
    # No child stays in the evening, nobody fetches it: the agent takes these lines out.
    text.fill(re.sub(r"(?m)^.*\$\{.*\n", "", filled))
    expect(agent.locator("#agents-mouvement")).to_have_value("valider")
    seen(agent, "agent-document")
    agent.locator("#agents-ecrire button[value=remettre]").click()
    agent.wait_for_url(re.compile("^[^?]+/agents/[^?]*$"))


def test_from_the_button_to_the_decision(new_page, demo, seen, mails, sms):
    citizen = new_page()
    entrer(citizen, demo, RESIDENT.email, PARASCOLAIRE)
    citizen.goto(f"{demo.guichet}{PARASCOLAIRE}/formulaire")
    number, _code = inscribe(citizen)
    mine = f"{demo.guichet}/mon-espace/demandes/{number}"
    seen(citizen, "usager-confirmation")
    assert mine in mails(RESIDENT.email, subject=number)[0]["text"]
    _data, sheet = pdf(citizen, citizen.locator("#annonces a"))
    assert number in sheet.text
    assert ASSURANCE in sheet.text
    citizen.goto(mine)
    expect(citizen.locator("#suivi-envoyer")).to_contain_text(ASSURANCE)
    seen(citizen, "usager-deposee")

    agent = at_desk(new_page, demo, "agent-ecoles")
    take(agent, demo, number, seen)
    phone = confirm_number(citizen, demo, sms)
    prefer(citizen, demo, "sms")
    seen(citizen, "usager-compte")
    ask(agent, seen)

    # What is expected is told by the channel the citizen prefers, and without a word
    # of it; it stands where the link leads to.
    told = sms(phone, number)
    assert mine in told
    assert DEMANDE not in told
    citizen.goto(f"{demo.guichet}/mon-espace/demandes")
    expect(citizen.locator("#demandes-attendues")).to_be_visible()
    seen(citizen, "usager-demandes")
    citizen.goto(mine)
    expect(citizen.locator("#suivi-etat")).to_have_text("À compléter")
    expect(citizen.locator("#suivi-question")).to_have_text(DEMANDE)
    seen(citizen, "usager-a-completer")
    citizen.locator("#suivi-completer").click()
    citizen.wait_for_url("**/completer")
    answer(citizen, seen)
    citizen.wait_for_url(f"{mine}?**")
    expect(citizen.locator("#suivi-etat")).to_have_text("Complétée")
    seen(citizen, "usager-completee")
    prefer(citizen, demo, "courriel")

    receive(agent, demo, number, seen)
    agent.goto(f"{demo.guichet}/agents/{number}")
    assert "+41 79 000 01 09" in words(agent)
    agent.locator("#agents-texte").fill(MESSAGE)
    agent.locator("#agents-ecrire button[value=ecrire]").click()
    expect(agent.locator("#agents-dialogue")).to_contain_text(MESSAGE)
    seen(agent, "agent-completee")
    decide(agent, seen)
    agent.goto(f"{demo.guichet}/agents/{number}")
    expect(agent.locator("#agents-state")).to_have_text("Validée")
    seen(agent, "agent-validee")

    citizen.goto(mine)
    expect(citizen.locator("#suivi-etat")).to_have_text("Validée")
    seen(citizen, "usager-validee")
    assert timeline(citizen) == [
        "La demande est arrivée.",
        "Le service a pris la demande en charge.",
        "Le service demande un complément.",
        "La réponse est arrivée.",
        f"Un document est arrivé par la poste : {ASSURANCE}.",
        "Le service vous a écrit.",
        "La demande a été acceptée.",
        f"Il y a un document pour vous : {CONFIRMATION}.",
    ]
    expect(citizen.locator("#suivi-messages")).to_contain_text(MESSAGE)
    data, decision = pdf(citizen, citizen.locator("[id^=document-] a"))
    assert "Léa Rochat, Vigne-Rouge, 5P." in decision.text
    _data, receipt = pdf(citizen, citizen.locator("#suivi-recepisse"))
    assert "carnet.png" in receipt.text
    letters = mails(RESIDENT.email, subject=f"inscription {number} confirmée")
    assert mine in letters[0]["text"]

    code = re.search(r"\b[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\b", decision.text).group()
    stranger = new_page()
    stranger.goto(f"{demo.guichet}/verifier/{code}")
    expect(stranger.locator("#genre")).to_have_text("Décision")
    expect(stranger.locator("#numero")).to_have_text(number)
    assert "Rochat" not in words(stranger)
    stranger.locator("#fichier").set_input_files(
        {"name": "decision.pdf", "mimeType": "application/pdf", "buffer": data}
    )
    stranger.locator("#comparaison button").click()
    expect(stranger.locator("#identique")).to_be_visible()
    seen(stranger, "usager-verifier")

    letters = "".join(letter["text"] for letter in mails(RESIDENT.email))
    for text in (words(citizen), decision.text, receipt.text, letters):
        assert "hésite" not in text
    assert MESSAGE not in letters


# --- the counter ------------------------------------------------------------------


def file_for(agent, demo, person, seen):
    """Enter a demande for somebody at the counter whose document one has seen."""
    agent.goto(f"{demo.guichet}/agents")
    agent.locator("#agents-saisir").click()
    agent.wait_for_url("**/agents/saisir")
    seen(agent, "guichet-qui")
    agent.locator("#saisir-nom").fill(person.family_name)
    agent.locator("#saisir-prenom").fill(person.given_name)
    agent.locator("#saisir-date_naissance").fill(f"{person.birthdate:%d.%m.%Y}")
    agent.get_by_role("button", name="Chercher le compte").click()
    agent.locator("#saisir-trouves").wait_for()
    seen(agent, "guichet-trouves")
    agent.locator("button[value=personne]").click()
    # What was looked for needs no typing a second time.
    expect(agent.locator("#saisir-nom")).to_have_value(person.family_name)
    agent.locator("#saisir-telephone").fill("022 800 00 00")
    seen(agent, "guichet-identite")
    agent.get_by_role("button", name="Continuer").click()
    agent.locator("#venue-guichet-piece_identite").check()
    seen(agent, "guichet-demarche")
    agent.get_by_role("button", name=re.compile("Commander un conteneur")).click()
    agent.wait_for_url("**/formulaire/**")
    repondre(
        agent,
        adresse={"rue": "rue Vautier 12", "npa": "1227", "localite": "Carouge"},
        type_immeuble="Maison individuelle",
        qualite="Locataire",
    )
    accord = question(agent, "accord_proprietaire")
    accord.get_by_label("Reçu sur papier, je l’ai vu").check()
    seen(agent, "guichet-formulaire")
    continuer(agent, "Les conteneurs")
    repondre(
        agent,
        motif="Nouveau conteneur",
        type_dechet="Papier et carton",
        taille="240 litres",
        quantite="1",
    )
    continuer(agent, "La livraison")
    repondre(agent, telephone="022 800 00 00", accord=True)
    continuer(agent, "Vérifiez")
    agent.locator("#form button[name=envoyer]").click()
    agent.locator("#code").wait_for()


def claim(page, demo, number, code):
    """Type number and code of a receipt into « Mon espace »."""
    page.goto(f"{demo.guichet}/mon-espace/demandes")
    page.get_by_role("link", name="Ajouter une demande faite au guichet").click()
    page.wait_for_url("**/ajouter")
    page.locator("#ajouter-numero").fill(number)
    page.locator("#ajouter-code").fill(code)
    page.get_by_role("button", name="L’ajouter à mon compte").click()


def test_filed_at_the_counter_and_claimed_online(new_page, demo, seen):
    agent = at_desk(new_page, demo, "agent-dechets")
    file_for(agent, demo, NONRESIDENT, seen)
    seen(agent, "guichet-faite")
    number = agent.locator("#numero").inner_text()
    code = agent.locator("#code").inner_text()
    _data, receipt = pdf(agent, agent.locator("#saisie-recepisse"))
    assert number in receipt.text
    assert code in receipt.text
    assert "Reçu" in receipt.text
    agent.locator("#saisie-dossier").click()
    agent.wait_for_url(f"**/agents/{number}")
    expect(agent.locator("#agents-canal")).to_have_text("Au guichet, Denis Chappuis")
    seen(agent, "agent-guichet")

    # Number and code are not enough: it has to be the same person.
    other = new_page()
    entrer(other, demo, RESIDENT.email)
    claim(other, demo, number, code)
    expect(other.locator("#probleme")).to_contain_text(
        "quelqu’un dont le nom ou la date de naissance ne sont pas ceux de votre compte"
    )
    seen(other, "usager-refuse")
    assert other.goto(f"{demo.guichet}/mon-espace/demandes/{number}").status == 404

    person = new_page()
    entrer(person, demo, NONRESIDENT.email)
    claim(person, demo, number, code)
    person.wait_for_url(f"**/mon-espace/demandes/{number}?**")
    expect(person.locator(".alert-success")).to_have_text(
        "Cette demande fait maintenant partie de votre compte."
    )
    seen(person, "usager-rattachee")
    assert timeline(person) == [
        "La demande a été saisie au guichet.",
        "La demande a été placée dans votre compte.",
    ]
    person.goto(f"{demo.guichet}/mon-espace/demandes?q={number}")
    expect(person.get_by_role("link", name="Commander un conteneur")).to_be_visible()
