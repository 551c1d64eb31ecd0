"""An editor changes a form that citizens are filling in, and takes it to another site."""

from carouge.guichet.demo.settings import PASSWORD
from navigateur import entrer_agent
from navigateur import question
from navigateur import repondre
from pathlib import Path
from playwright.sync_api import expect

import pytest
import re
import requests


CATEGORIE = "/enfance-ecoles"
SOURCE = "inscription-parascolaire"
WIDTHS = (360, 1280)
NOUVELLE = "Votre lien avec l'enfant"
CHAMP = "votre_lien_avec_lenfant"


@pytest.fixture
def admin(demo):
    """The site administrator, by REST."""
    session = requests.Session()
    session.auth = ("admin", PASSWORD)
    session.headers["Accept"] = "application/json"
    return session


@pytest.fixture
def copie(demo, admin):
    """Address of a copy of the démarche: the others need the original as it is."""
    response = admin.post(
        f"{demo.guichet}{CATEGORIE}/@copy",
        json={"source": f"{demo.guichet}{CATEGORIE}/{SOURCE}"},
        timeout=60,
    )
    response.raise_for_status()
    [made] = response.json()
    yield made["target"]
    admin.delete(made["target"], timeout=60).raise_for_status()


@pytest.fixture
def second(demo, admin):
    """Address of a second, empty guichet."""
    made = {"@type": "Guichet", "id": "second", "title": "Guichet de Veyrier"}
    admin.post(demo.site, json=made, timeout=60).raise_for_status()
    yield f"{demo.site}/second"
    admin.delete(f"{demo.site}/second", timeout=60).raise_for_status()


@pytest.fixture
def look(accessible):
    """Check a page as it stands, on a phone and on a desk."""

    def look(page, name):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            accessible(page, f"editeur-{name}")

    return look


def said(page, text):
    """Wait for what the site says after something was done."""
    expect(page.locator(".portalMessage", has_text=text)).to_be_visible()


def save(page):
    page.locator("main").get_by_role(
        "button", name="Enregistrer", exact=True
    ).last.click()


def publish(page):
    page.get_by_role("button", name="Publier", exact=True).click()


def lines(locator):
    return [" ".join(text.split()) for text in locator.all_inner_texts()]


def export(page) -> Path:
    """The file « Exporter » gives for the démarche one is at."""
    with page.expect_download() as download:
        page.locator("#edit-zone").get_by_role("link", name="Exporter").click()
    return download.value.path()


def begin(page, address):
    """A citizen begins without an account; returns to the same draft later."""
    page.goto(f"{address}/formulaire")
    expect(question(page, "enfant_nom")).to_be_visible()


def add_question(editor, copie, look):
    """In the first step, asked of other representatives only."""
    editor.goto(f"{copie}/fields")
    look(editor, "questions")
    editor.get_by_role(
        "link", name="Ajouter une question Vous et votre enfant", exact=True
    ).click()
    editor.wait_for_url("**/question?**")
    editor.get_by_role("button", name="Ajouter la question").click()
    expect(editor.get_by_text("Choisissez un type de réponse.")).to_be_visible()
    look(editor, "question-erreurs")
    editor.get_by_label("Question", exact=True).fill(NOUVELLE)
    editor.get_by_label("Texte court").check()
    editor.get_by_label("La réponse est obligatoire").check()
    editor.get_by_role("button", name="Ajouter la question").click()
    said(editor, "La question est ajoutée")
    editor.get_by_label("Si toutes ces conditions sont remplies").check()
    line = editor.locator("[data-ligne]").first
    line.locator("select").first.select_option(label="Vous êtes")
    line.get_by_label("Réponse").select_option("Autre représentant légal")
    look(editor, "question-condition")
    save(editor)
    said(editor, "Vos modifications sont enregistrées.")
    expect(editor.locator(f"#champ-{CHAMP} .guichet-atelier-si")).to_contain_text(
        "« Vous êtes » est « Autre représentant légal »"
    )


def delete_what_it_depends_on(editor, copie, look):
    block = editor.locator("#champ-lien")
    block.locator("summary").click()
    assert lines(block.locator("details li")) == [NOUVELLE]
    look(editor, "question-supprimer")
    block.get_by_role("button", name="Supprimer cette question").click()
    said(editor, "La question est supprimée.")


def refused(editor, copie, look):
    editor.goto(f"{copie}/@@publication")
    assert lines(editor.locator("#erreurs li")) == [
        f"Erreur : « {NOUVELLE} » se réfère à une question qui n’existe plus (lien)."
    ]
    expect(editor.get_by_role("button", name="Publier", exact=True)).to_have_count(0)
    look(editor, "publication-refusee")


def mend(editor, copie):
    """By the link of the error; a step that is still empty is a warning only."""
    editor.locator("#erreurs").get_by_role("link").click()
    editor.wait_for_url(f"**/fields/{CHAMP}")
    editor.get_by_label("Toujours").check()
    save(editor)
    said(editor, "Vos modifications sont enregistrées.")
    editor.goto(f"{copie}/etape")
    editor.get_by_label("Titre de l’étape").fill("À venir")
    save(editor)
    said(editor, "L’étape est enregistrée.")


def accepted(editor, copie, look):
    editor.goto(f"{copie}/@@publication")
    editor.get_by_label("Note pour vos collègues").fill("Pour la rentrée")
    publish(editor)
    expect(editor.get_by_role("alert")).to_have_text(
        "Veuillez dire pour chaque avertissement pourquoi vous publiez malgré tout."
    )
    look(editor, "publication-sans-raison")
    expect(editor.get_by_label("Note pour vos collègues")).to_have_value(
        "Pour la rentrée"
    )
    editor.get_by_label("Pourquoi vous publiez malgré tout").fill("Remplie lundi")
    publish(editor)
    said(editor, "La démarche est publiée.")
    editor.goto(f"{copie}/@@versions")
    newest = editor.locator("#versions > li").first
    for text in ("Version 2", "Édith Éditrice", "Pour la rentrée", "Remplie lundi"):
        expect(newest).to_contain_text(text)
    changes = lines(newest.locator("li"))
    assert "Question retirée : « Vous êtes »" in changes
    assert f"Question ajoutée : « {NOUVELLE} » (obligatoire)" in changes
    look(editor, "versions")


def record(editor, copie, look):
    """A walk as a resident who answers nothing, kept as a scenario."""
    editor.goto(f"{copie}/@@voir-comme")
    look(editor, "voir-comme-choix")
    editor.get_by_label("Personne vérifiée qui habite la commune").check()
    editor.get_by_role("button", name="Commencer").click()
    expect(question(editor, CHAMP)).to_be_visible()
    editor.locator("#form button.btn-primary[name=suivant]").click()
    expect(editor.locator("#erreurs")).to_contain_text(NOUVELLE)
    look(editor, "voir-comme")
    editor.locator("summary", has_text="Enregistrer ce parcours").click()
    editor.get_by_label("Nom du scénario").fill("Sans réponse")
    editor.locator("button[name=enregistrer]").click()
    editor.get_by_role("button", name="Tout rejouer").click()
    expect(editor.get_by_role("status")).to_have_text(
        "Tous les scénarios se terminent comme attendu."
    )
    look(editor, "scenarios")


def test_a_change_is_refused_then_published(new_page, demo, copie, look):
    editor = new_page()
    entrer_agent(editor, demo, "editeur")
    editor.goto(f"{copie}/@@publication")
    publish(editor)
    said(editor, "La démarche est publiée.")

    citizen = new_page()
    begin(citizen, copie)
    repondre(citizen, enfant_nom="Rochat", lien="Mère")
    expect(citizen.locator("#guichet-enregistre")).to_contain_text("Enregistré à")

    add_question(editor, copie, look)
    delete_what_it_depends_on(editor, copie, look)
    refused(editor, copie, look)

    # Nothing of that reaches who is filling in the form, nor who begins now.
    citizen.reload()
    name = question(citizen, "enfant_nom").get_by_role("textbox")
    expect(name).to_have_value("Rochat")
    expect(question(citizen, "lien").get_by_label("Mère")).to_be_checked()
    another = new_page()
    begin(another, copie)
    expect(question(another, "lien")).to_be_visible()
    expect(question(another, CHAMP)).to_have_count(0)

    mend(editor, copie)
    accepted(editor, copie, look)

    for page in (another, new_page()):
        begin(page, copie)
        expect(question(page, CHAMP)).to_be_visible()
        expect(question(page, "lien")).to_have_count(0)
    # The draft has moved to the new form, with what still fits.
    citizen.reload()
    expect(name).to_have_value("Rochat")
    expect(question(citizen, CHAMP)).to_be_visible()
    expect(question(citizen, "lien")).to_have_count(0)

    record(editor, copie, look)


def test_from_one_guichet_to_another(new_page, demo, copie, second, look):
    editor = new_page()
    entrer_agent(editor, demo, "editeur")
    editor.goto(copie)
    parcel = export(editor)
    editor.goto(f"{demo.guichet}/exporter")
    look(editor, "exporter")

    editor.goto(second)
    editor.locator("#edit-zone").get_by_role("link", name="Importer").click()
    editor.wait_for_url("**/second/importer**")
    damaged = parcel.read_bytes()[:-40]
    editor.locator("#colis").set_input_files(
        {"name": "demarche.zip", "mimeType": "application/zip", "buffer": damaged}
    )
    editor.get_by_role("button", name="Voir ce qui changerait").click()
    expect(editor.get_by_role("alert")).to_contain_text("Le fichier est endommagé")
    look(editor, "importer-refuse")

    editor.locator("#colis").set_input_files(
        {
            "name": "demarche.zip",
            "mimeType": "application/zip",
            "buffer": parcel.read_bytes(),
        }
    )
    editor.get_by_role("button", name="Voir ce qui changerait").click()
    expect(editor.get_by_label("Catégorie « Enfance et écoles »")).to_be_visible()
    look(editor, "importer-liaisons")
    editor.get_by_role("button", name="Continuer").click()
    expect(editor.locator("main .card")).to_contain_text("Nouveau brouillon")
    look(editor, "importer-differences")
    editor.get_by_role("button", name="Importer", exact=True).click()
    expect(editor.get_by_role("status")).to_contain_text("Rien n’a été publié.")
    look(editor, "importer-fait")
    editor.get_by_role("status").get_by_role("link").click()
    editor.wait_for_url(re.compile(f"{second}{CATEGORIE}/[a-z_-]+$"))
    imported = editor.url

    assert export(editor).read_bytes() == parcel.read_bytes()
    citizen = new_page()
    citizen.goto(f"{imported}/formulaire")
    citizen.wait_for_url("**/login?**")
    editor.goto(f"{imported}/@@publication")
    publish(editor)
    said(editor, "La démarche est publiée.")
    begin(citizen, imported)
