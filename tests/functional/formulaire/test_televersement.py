"""Files that are sent while somebody answers, in a real browser."""

from carouge.guichet.brouillon.service import magasin_de
from carouge.guichet.demarche.versions import publier_version
from carouge.guichet.formulaire import televersement
from carouge.guichet.swisstime import today
from chromium import check_accessible
from chromium import close
from chromium import new_context
from datetime import timedelta
from modeles import champ
from modeles import etape
from modeles import modele
from playwright.sync_api import expect
from zope.i18n import translate

import fichiers
import pytest
import threading
import transaction


PDF = {"name": "bail.pdf", "mimeType": "application/pdf", "buffer": fichiers.pdf()}
PHOTO = {
    "name": "photo de l'été.jpeg",
    "mimeType": "image/jpeg",
    "buffer": fichiers.image("JPEG", (900, 600)),
}
FALSE = {"name": "faux.pdf", "mimeType": "application/pdf", "buffer": b"<html></html>"}
HEAVY = {
    "name": "lourd.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-" + b"x" * 1024 * 1024,
}


def french(words, **values):
    said = translate(words, domain="carouge.guichet", target_language="fr")
    for name, value in values.items():
        said = said.replace(f"{{{name}}}", value)
    return said


@pytest.fixture()
def demarche(functional):
    demarche = functional["portal"].guichet.dechets["signaler-un-depot-sauvage"]
    demarche.fields_model = modele(
        etape(
            "pieces",
            champ("nom", titre="Votre nom"),
            champ("carte", "piece", "Pièces", max_fichiers=2, max_mo=1),
            champ("autre", "piece", "Autre pièce", max_fichiers=1, par_poste=True),
        ),
        etape("suite", champ("remarque", titre="Remarque")),
    )
    publier_version(demarche, "editeur")
    transaction.commit()
    return demarche


@pytest.fixture()
def page(chromium, functional, demarche):
    context = new_context(chromium, 360)
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    # Plone themes the name, not the number.
    base = f"http://localhost:{functional['port']}/plone/guichet"
    page.goto(f"{base}/dechets/signaler-un-depot-sauvage/formulaire")
    yield page
    assert page.errors == []
    close(context)


@pytest.fixture()
def stored(functional):
    """The only brouillon, as it is stored now."""

    def read():
        transaction.begin()
        magasin = magasin_de(functional["portal"].guichet)
        (brouillon,) = magasin.crees_jusqu_au(today() + timedelta(days=1))
        return brouillon

    return read


class Question:
    """A question for documents on the page."""

    def __init__(self, page, name):
        self.page = page
        self.block = page.locator(f"[data-guichet-piece={name}]")
        self.input = self.block.locator("input[type=file]")
        self.items = self.block.locator("li")
        self.links = self.block.locator("li a")

    def choose(self, *files):
        self.input.set_input_files(list(files))

    def button(self, words):
        return self.block.get_by_role("button", name=french(words))


@pytest.fixture()
def carte(page):
    return Question(page, "carte")


@pytest.fixture()
def said(page):
    """What a screen reader is told."""
    return page.locator("#guichet-envoi-etat")


def check(page):
    check_accessible(page, include="#form")


def test_several_files(page, carte, said, stored):
    carte.choose(PDF, PHOTO)
    expect(carte.links).to_have_text(["bail.pdf", "photo de l'été.jpg"])
    expect(said).to_have_text(french("{nom}: received", nom="photo de l'été.jpg"))
    brouillon = stored()
    assert sorted((f.nom, f.contenu.data) for f in brouillon.fichiers.values()) == [
        ("bail.pdf", PDF["buffer"]),
        ("photo de l'été.jpg", PHOTO["buffer"]),
    ]
    # The picture is small and there, the other has none.
    image = carte.block.locator("img")
    expect(image).to_have_count(1)
    page.wait_for_function(
        "document.querySelector('[data-guichet-piece] img').naturalWidth === 320"
    )
    # There is no place for a third one.
    expect(carte.input).to_be_hidden()
    check(page)
    page.reload()
    expect(carte.links).to_have_text(["bail.pdf", "photo de l'été.jpg"])
    expect(carte.input).to_be_hidden()
    with page.expect_download() as download:
        carte.links.first.click()
    assert download.value.suggested_filename == "bail.pdf"


def test_one_more_than_possible(carte, said):
    carte.choose(PDF, PHOTO, {**PDF, "name": "trois.pdf"})
    expect(carte.links).to_have_count(2)
    expect(carte.items).to_have_count(3)
    text = french("At most {n} files can be attached here.", n="2")
    expect(carte.items.filter(has_text="trois.pdf")).to_contain_text(text)
    # When there is place, it goes without being chosen anew.
    carte.block.locator("[data-guichet-retirer]").first.click()
    expect(carte.links).to_have_count(1)
    carte.button("Try again").click()
    expect(carte.links).to_have_text(["photo de l'été.jpg", "trois.pdf"])


def test_taking_away(page, carte, said, stored):
    carte.choose(PDF)
    expect(carte.links).to_have_count(1)
    carte.button("Remove").click()
    expect(carte.items).to_have_count(0)
    expect(said).to_have_text(french("{nom}: removed", nom="bail.pdf"))
    expect(carte.input).to_be_focused()
    assert list(stored().fichiers) == []
    page.reload()
    expect(carte.items).to_have_count(0)


def test_what_the_server_refuses(page, carte, said, stored):
    carte.choose(FALSE, PDF)
    expect(carte.links).to_have_text(["bail.pdf"])
    refused = carte.items.filter(has_text="faux.pdf")
    words = "PDF, JPEG, PNG, GIF, HEIC"
    expect(refused).to_contain_text(words)
    check(page)
    carte.button("Cancel").click()
    expect(carte.items).to_have_count(1)
    assert [f.nom for f in stored().fichiers.values()] == ["bail.pdf"]


def test_infected(carte, said, monkeypatch, stored):
    monkeypatch.setattr(televersement, "examiner", lambda data: "infecte")
    carte.choose(PDF)
    text = french(televersement.INFECTED)
    expect(carte.items).to_contain_text(text)
    expect(said).to_have_text(f"bail.pdf : {text}")
    assert list(stored().fichiers) == []


def test_not_yet_examined(carte, monkeypatch):
    monkeypatch.setattr(televersement, "examiner", lambda data: "a_verifier")
    carte.choose(PDF)
    text = french("Received. It is checked for viruses before anybody opens it.")
    expect(carte.block.get_by_text(text)).to_be_visible()


def test_too_large_is_said_before_it_is_sent(page, carte):
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    carte.choose(HEAVY)
    expect(carte.items).to_contain_text(french("{n} MB", n="1"))
    expect(carte.button("Try again")).to_be_hidden()
    assert not any(url.endswith("/fichiers") for url in sent)


def test_a_bad_connection(page, carte, said):
    page.route("**/fichiers", lambda route: route.abort())
    carte.choose(PDF)
    text = french("The counter cannot be reached. Please try again.")
    expect(carte.items).to_contain_text(text)
    expect(said).to_have_text(f"bail.pdf : {text}")
    page.unroute("**/fichiers")
    carte.button("Try again").click()
    expect(carte.links).to_have_text(["bail.pdf"])


@pytest.mark.parametrize(
    "status, words",
    [
        (413, "This file is too large."),
        (502, "This file could not be sent. Please try again."),
    ],
)
def test_a_proxy_that_answers_itself(page, carte, status, words):
    page.route(
        "**/fichiers",
        lambda route: route.fulfill(status=status, body="<html>no</html>"),
    )
    carte.choose(PDF)
    expect(carte.items).to_contain_text(french(words))


@pytest.fixture()
def slow(monkeypatch):
    """Uploads wait in the server until they are told to go on."""
    go = threading.Event()
    arrived = threading.Event()

    def examine(data):
        arrived.set()
        go.wait(30)
        return "sain"

    monkeypatch.setattr(televersement, "examiner", examine)
    go.arrived = arrived
    yield go
    go.set()


def test_changing_one_s_mind(page, carte, said, slow):
    carte.choose(PDF, PHOTO)
    expect(carte.items).to_have_count(2)
    expect(carte.items.last).to_contain_text(french("Waiting"))
    check(page)
    carte.items.last.get_by_role("button", name=french("Cancel")).click()
    expect(carte.items).to_have_count(1)
    expect(said).to_have_text(french("{nom}: cancelled", nom=PHOTO["name"]))
    slow.set()
    expect(carte.links).to_have_text(["bail.pdf"])


def test_going_on_waits_for_the_files(page, carte, said, slow, stored):
    carte.choose(PDF)
    assert slow.arrived.wait(20)
    page.get_by_label("Votre nom").fill("Rochat")
    page.locator("button[name=suivant]:not(.visually-hidden)").click()
    expect(said).to_have_text(
        french(
            "Your files are still being sent. You go on by yourself as soon as they "
            "have arrived."
        )
    )
    slow.set()
    expect(page.get_by_label("Remarque")).to_be_visible()
    assert [f.nom for f in stored().fichiers.values()] == ["bail.pdf"]
    assert stored().saisies["nom"] == "Rochat"


def test_typing_while_a_file_is_on_its_way(page, carte, stored):
    """Neither is taken for somebody else in another tab."""
    page.get_by_label("Votre nom").fill("Ro")
    carte.choose(PDF)
    page.get_by_label("Votre nom").press_sequentially("chat", delay=300)
    expect(carte.links).to_have_text(["bail.pdf"])
    page.get_by_label("Votre nom").press_sequentially(" Camille", delay=300)
    expect(page.locator("#guichet-enregistre")).to_contain_text("Enregistré")
    page.wait_for_timeout(2500)
    expect(page.locator("#guichet-non-enregistre")).to_be_hidden()
    assert stored().saisies["nom"] == "Rochat Camille"
    assert len(stored().fichiers) == 1


def test_two_questions(page, carte, stored):
    other = Question(page, "autre")
    carte.choose(PDF)
    other.choose(PHOTO)
    expect(carte.links).to_have_text(["bail.pdf"])
    expect(other.links).to_have_text(["photo de l'été.jpg"])
    expect(other.input).to_be_hidden()
    expect(carte.input).to_be_visible()
    saisies = stored().saisies
    assert [len(saisies[name]["fichiers"]) for name in ("carte", "autre")] == [1, 1]
