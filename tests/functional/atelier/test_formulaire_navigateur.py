"""The form editor in a real browser, on a phone and on a desk."""

from carouge.guichet.atelier.formulaire_modele import lire
from carouge.guichet.formulaire.procedure import conditions_de
from chromium import check_accessible
from chromium import close
from chromium import new_context
from playwright.sync_api import expect

import pytest
import transaction


MODEL = """<model xmlns="http://namespaces.plone.org/supermodel/schema"
                  xmlns:guichet="http://carouge.guichet/formulaire">
<schema><fieldset name="logement" label="Logement" description="De l’aide.">
<field name="type" type="zope.schema.Choice"><title>Type de logement</title><values>
<element key="maison">Une maison</element><element key="appart">Un appartement</element>
</values></field>
<field name="naissance" type="zope.schema.Date"><title>Date de naissance</title></field>
</fieldset><fieldset name="vous" label="Vous">
<field name="nom" type="zope.schema.TextLine" guichet:groupe="enfant"><title>Nom</title>
</field>
<field name="total" type="carouge.guichet.formulaire.fields.Calcul"><title>Total</title>
<required>False</required></field>
</fieldset></schema></model>"""
SI = "form.widgets.IAffichage.si"


@pytest.fixture
def demarche(functional):
    demarche = functional["portal"].guichet.dechets["commander-un-conteneur"]
    demarche.fields_model = MODEL
    transaction.commit()
    return demarche


@pytest.fixture(params=[360, 1280])
def page(request, chromium, functional, demarche):
    context = new_context(chromium, request.param, login="editeur")
    page = context.new_page()
    # Plone themes the name, not the number.
    page.base = (
        f"http://localhost:{functional['port']}/plone/guichet/dechets/"
        "commander-un-conteneur"
    )
    yield page
    close(context)


def check(page):
    check_accessible(page, include=".guichet-atelier")


@pytest.mark.parametrize(
    "path",
    [
        "fields",
        "fields/nom",
        "fields/total",
        "question",
        "@@etapes",
        "etape?nom=vous",
        "groupe?nom=enfant",
        "ligne-de-prix",
    ],
)
def test_every_page(page, path):
    page.goto(f"{page.base}/{path}")
    check(page)
    for details in page.locator(".guichet-atelier details").all()[:2]:
        details.locator("summary").click()
    check(page)


def test_a_condition_by_keyboard(page, demarche):
    page.goto(f"{page.base}/fields/nom")
    lines = page.locator("[data-lignes]")
    expect(lines).to_be_hidden()
    page.get_by_label("Si l’une de ces conditions est remplie").focus()
    page.keyboard.press("Space")
    expect(lines).to_be_visible()
    # What only works without script is gone.
    expect(page.get_by_role("button", name="Afficher les réponses")).to_have_count(0)
    page.locator(f'[name="{SI}.0.champ"]').select_option("type")
    expect(page.locator(f'[name="{SI}.0.op"]')).to_have_value("est")
    page.locator(f'[name="{SI}.0.op"]').select_option("est_parmi")
    page.get_by_label("Un appartement").check()
    page.get_by_role("button", name="Ajouter une ligne").press("Enter")
    second = page.locator(f'[name="{SI}.1.champ"]')
    expect(second).to_be_focused()
    second.select_option("naissance")
    page.locator(f'[name="{SI}.1.op"]').select_option("avant")
    check(page)
    # Enter saves; it does not press the first button of the page.
    page.locator('[name="form.widgets.title"]').press("Enter")
    expect(page.get_by_text("Indiquez une date")).to_be_visible()
    check(page)
    day = page.locator(f'[name="{SI}.1.valeur"]')
    day.fill("1.2.2008")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_url("**/fields#champ-nom")
    transaction.begin()
    assert conditions_de(lire(demarche))["nom"] == {
        "si": "une",
        "regles": [
            {"champ": "type", "op": "est_parmi", "valeur": ["appart"]},
            {"champ": "naissance", "op": "avant", "valeur": "2008-02-01"},
        ],
    }


def test_lines_come_and_go(page, demarche):
    page.goto(f"{page.base}/fields/nom")
    page.get_by_label("Si toutes ces conditions sont remplies").check()
    add = page.get_by_role("button", name="Ajouter une ligne")
    page.locator(f'[name="{SI}.0.champ"]').select_option("usager.resident")
    for _number in range(19):
        add.click()
    expect(add).to_be_hidden()
    page.get_by_role("button", name="Retirer cette ligne").first.click()
    expect(page.locator("[data-ligne]")).to_have_count(19)
    add.click()
    last = page.locator("[data-ligne] select").last
    last.select_option("type")
    page.locator("[data-ligne]").last.get_by_label("Réponse").select_option("maison")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_url("**/fields#champ-nom")
    transaction.begin()
    assert conditions_de(lire(demarche))["nom"]["regles"] == [
        {"champ": "type", "op": "est", "valeur": "maison"}
    ]
