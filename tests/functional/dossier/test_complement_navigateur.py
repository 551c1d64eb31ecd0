"""What the service asks for again, in a real browser, on a phone and on a desk."""

from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.dossier import complement as complements
from carouge.guichet.formulaire.compile import compile_form
from chromium import check_accessible
from chromium import close
from chromium import headers_of
from chromium import new_context
from comptes import cookies_of
from comptes import make_compte
from formulaires import PATH
from modeles import champ
from modeles import etape
from modeles import modele
from playwright.sync_api import expect
from plone import api
from plone.app.testing import logout
from publication import publier

import pytest
import transaction


MODEL = modele(
    etape(
        "vous",
        champ("nom", requis=True, titre="Votre nom"),
        champ("telephone", "telephone", titre="Téléphone"),
        champ("naissance", "date", titre="Date de naissance"),
        champ("prenom", groupe="enfants", titre="Prénom"),
    ),
    etape("pieces", champ("bail", "piece", titre="Bail", par_poste=True)),
    groupes={
        "enfants": {"titre": "Enfant", "ajouter": "", "min": 0, "max": 3, "si": None}
    },
)


@pytest.fixture
def asked(functional):
    """A demande of Camille of which something is asked: (number, code, cookies)."""
    guichet = functional["portal"].guichet
    demarche = guichet.unrestrictedTraverse(PATH)
    demarche.fields_model = MODEL
    demarche.niveau, demarche.types_compte = "ouvert", set()
    demarche.residents_seulement = False
    publier(demarche)
    camille = make_compte()
    logout()
    made = submit_demande(
        guichet=guichet,
        demarche=demarche,
        reponses=[
            Reponse("nom", "Vous", "Votre nom", "Rochat", "Rochat"),
            Reponse("telephone", "Vous", "Téléphone", "079 123 45 67", "+41791234567"),
            Reponse("naissance", "Vous", "Naissance", "12.04.1986", "1986-04-12"),
            Reponse("enfants.0001.prenom", "Vous", "Prénom (Enfant 1)", "Léa", "Léa"),
        ],
        pieces=[],
        form_version=compile_form(demarche).version,
        secret=b"complement",
        year=2026,
        usager_id=camille.id,
    )
    with api.env.adopt_user("admin"), api.env.adopt_roles(["Agent de guichet"]):
        complements.demander(
            get_demande(guichet, made.demande.numero),
            message="Merci de corriger.",
            questions=["nom", "telephone", "naissance", "enfants", "bail"],
            documents=["Extrait du registre"],
            par="agent-dechets",
        )
    transaction.commit()
    return made.demande.numero, made.code, cookies_of(functional, camille)


@pytest.fixture(params=[360, 1280])
def page(chromium, functional, asked, request):
    context = new_context(chromium, request.param)
    base = f"http://localhost:{functional['port']}/plone/guichet"
    context.add_cookies(
        [
            {"name": name, "value": value, "url": base}
            for name, value in asked[2].items()
        ]
    )
    page = context.new_page()
    page.base = base
    yield page
    close(context)


def test_every_box_says_what_it_is_for(page, asked):
    page.goto(f"{page.base}/mon-espace/demandes/{asked[0]}/completer")
    # A number is written here as everywhere else.
    expect(page.get_by_label("Téléphone")).to_have_value("+41 79 123 45 67")
    assert unlabelled(page) == []
    check_accessible(page, include="article.guichet")


def test_the_boxes_of_the_agent_as_well(page, functional, asked):
    guichet = functional["portal"].guichet
    with api.env.adopt_user("admin"), api.env.adopt_roles(["Agent de guichet"]):
        move_demande(
            demande=get_demande(guichet, asked[0]),
            transition="completer",
            actor=Actor.AGENT,
            message="Merci",
        )
    transaction.commit()
    page.context.clear_cookies()
    page.set_extra_http_headers(headers_of("agent-dechets"))
    page.goto(f"{page.base}/agents/{asked[0]}/complement")
    assert unlabelled(page) == []
    fields = page.locator("#agents-document input:visible")
    expect(fields).to_have_count(1)
    check_accessible(page)
    page.get_by_label("Autre document 1").fill("Bail")
    page.locator("#agents-documents-suite summary").click()
    expect(fields).to_have_count(6)
    assert unlabelled(page) == []
    page.get_by_label("Autre document 4").fill("Plan")
    page.locator("button[value=apercu]").click()
    expect(page.locator("#agents-apercu")).to_be_visible()
    # What is in use moves up, and one more is open.
    expect(fields).to_have_count(3)
    assert [field.input_value() for field in fields.all()] == ["Bail", "Plan", ""]
    check_accessible(page)


def unlabelled(page):
    """Boxes one sees, and beside which one sees no words."""
    return page.locator("article input:visible, article textarea:visible").evaluate_all(
        """all => all.filter(one => ![...(one.labels || [])].some(label =>
            label.innerText.trim() && label.getBoundingClientRect().width > 2
        )).map(one => one.outerHTML)"""
    )
