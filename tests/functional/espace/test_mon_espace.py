"""``/mon-espace`` over HTTP: who gets in, and what he sees."""

from carouge.guichet.compte import residency
from carouge.guichet.compte.domain import Level
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.registre.domain import Status
from comptes import make_association
from comptes import make_company
from comptes import make_compte
from plone import api
from urllib.parse import parse_qs
from urllib.parse import urlsplit

import pytest
import requests
import transaction


@pytest.fixture()
def camille(functional, visit):
    return visit(make_compte(residency=Status.RESIDENT))


def submit(functional, compte, secret=b"1", **values):
    guichet = functional["portal"].guichet
    made = submit_demande(
        guichet=guichet,
        demarche=guichet.dechets["signaler-un-depot-sauvage"],
        reponses=[],
        pieces=[],
        form_version="1",
        secret=secret,
        year=2026,
        courriel="",
        usager_id=compte.id,
        **values,
    )
    transaction.commit()
    return made.demande


# Who gets in


@pytest.mark.parametrize("path", ["", "/compte", "/foyer/ajouter", "/foyer/1/retirer"])
def test_an_anonymous_visitor_is_led_to_the_login_and_back(visit, path):
    visitor = visit()
    url = f"{visitor.base}/mon-espace{path}?a=1&b=%C3%A9"
    response = requests.get(url, allow_redirects=False)
    assert response.status_code == 302
    target = urlsplit(response.headers["Location"])
    assert target.path == "/plone/guichet/se-connecter"
    assert parse_qs(target.query) == {"retour": [url]}
    assert "no-store" in response.headers["Cache-Control"]


def test_the_staff_is_told_that_this_is_not_for_them(visit):
    visitor = visit()
    visitor.session.auth = ("agent-dechets", "Guichet-2026!")
    page = visitor.get()
    assert page.status == 403
    assert page.title == "Cet espace est destiné à la population"


def test_a_page_that_does_not_exist(camille):
    assert camille.session.get(f"{camille.base}/mon-espace/rien").status_code == 404


def test_nobody_keeps_a_copy(camille):
    headers = camille.get().response.headers
    assert headers["Cache-Control"] == "no-store, private"
    assert headers["X-Robots-Tag"] == "noindex"


# The overview


def test_an_empty_space_is_honest(camille):
    page = camille.get()
    assert page.status == 200
    assert page.title == "Mon espace"
    assert page.one("//*[@id='espace-identite']") == (
        "Vous êtes Camille Rochat et agissez en votre nom."
    )
    assert "Rien ne vous attend." in page.one(
        "//section[@aria-labelledby='espace-attente']"
    )
    assert "Vous n’avez encore déposé aucune demande." in page.one(
        "//section[@aria-labelledby='espace-demandes']"
    )
    assert "Vous n’avez pas de brouillon." in page.one(
        "//section[@aria-labelledby='espace-brouillons']"
    )
    assert "Vous n'avez aucune facture à payer." in page.one(
        "//section[@aria-labelledby='espace-factures']"
    )


def test_all_links_of_the_overview_lead_somewhere(camille):
    page = camille.get()
    page.html.make_links_absolute(page.url)
    links = {
        url for url in page.html.xpath("//article//a/@href") if url.startswith("http")
    }
    assert f"{camille.base}/mon-espace/compte" in links
    for url in links:
        assert camille.session.get(url).status_code == 200, url


def test_the_current_page_is_marked(camille):
    path = "//nav[@aria-label='Mon espace']//a[@aria-current='page']"
    assert camille.get().one(path) == "Vue d’ensemble"
    assert camille.get("/compte").one(path) == "Mon compte"


def test_what_waits_and_what_was_filed_last(functional, visit):
    compte = make_compte()
    demandes = [submit(functional, compte, b"%d" % n) for n in range(6)]
    guichet = functional["portal"].guichet
    other = submit(functional, make_compte("G-other"), b"x")
    with api.env.adopt_roles(["Manager"]):
        for demande in (demandes[0], other):
            move_demande(
                demande=demande,
                transition="demander_complement",
                actor=Actor.AGENT,
                message="Où ?",
            )
    transaction.commit()
    page = visit(compte).get()
    waiting = page.html.xpath("//section[@aria-labelledby='espace-attente']//li")
    assert len(waiting) == 1
    assert waiting[0].xpath(".//a/@href") in (
        [],
        [f"{guichet.absolute_url()}/mon-espace/demandes/{demandes[0].numero}"],
    )
    latest = page.words("//section[@aria-labelledby='espace-demandes']//li")
    assert len(latest) == 5
    assert all(line.startswith("Signaler un dépôt sauvage") for line in latest)
    assert other.numero not in page.response.text


def test_colleagues_of_a_company_share_its_demandes(functional, visit):
    laura = make_company("G-laura")
    submit(functional, laura, organisation_id=laura.organisation_principal)
    path = "//section[@aria-labelledby='espace-demandes']//li"
    colleague = visit(make_company("G-paul", prenom="Paul"))
    assert len(colleague.get().words(path)) == 1
    api.portal.set_registry_record("carouge.guichet.collegues_partagent", False)
    transaction.commit()
    assert colleague.get().words(path) == []
    assert len(visit(laura).get().words(path)) == 1


def test_an_account_nobody_has_verified_is_no_colleague(functional, visit):
    laura = make_company("G-laura")
    demande = submit(functional, laura, organisation_id=laura.organisation_principal)
    path = "//section[@aria-labelledby='espace-demandes']//li"
    stranger = make_company("G-paul", prenom="Paul", level=Level.DECLARED)
    assert stranger.organisation_principal is None
    visitor = visit(stranger)
    assert visitor.get().words(path) == []
    answer = visitor.get(f"/demandes/{demande.numero}")
    assert answer.response.status_code == 404


def test_members_of_an_association_without_uid_do_not_share(functional, visit):
    yann = make_association("G-yann")
    submit(functional, yann, organisation_id=yann.organisation_principal)
    path = "//section[@aria-labelledby='espace-demandes']//li"
    assert visit(make_association("G-zoe", prenom="Zoé")).get().words(path) == []


def test_in_whose_name_one_acts(functional, visit):
    page = visit(make_company()).get()
    assert page.one("//*[@id='espace-identite']") == (
        "Vous êtes Laura Keller et agissez pour Boulangerie du Rondeau Sàrl."
    )


# Residence


@pytest.mark.parametrize(
    "status,words",
    [
        (Status.RESIDENT, "Vous habitez la commune."),
        (
            Status.NOT_RESIDENT,
            "Le registre des habitants ne vous trouve pas parmi les habitants "
            "de la commune.",
        ),
        (
            Status.AMBIGUOUS,
            "Le registre des habitants ne dit pas avec certitude qui vous êtes. Le "
            "guichet peut éclaircir cela avec vous.",
        ),
        (
            Status.UNAVAILABLE,
            "Le registre des habitants n’a pas pu être interrogé. Votre compte n’est "
            "pas en cause.",
        ),
        (
            None,
            "Le registre des habitants n’a pas été interrogé : il l’est seulement pour "
            "les comptes vérifiés de personnes physiques.",
        ),
    ],
)
def test_residence_in_words(visit, status, words):
    page = visit(make_compte(residency=status)).get()
    assert page.one("//*[@id='espace-residence-etat']") == words
    buttons = page.words("//section[@id='espace-residence']//button")
    assert buttons == (["Réessayer"] if status is Status.UNAVAILABLE else [])


def test_the_register_is_asked_again(visit, monkeypatch):
    asked = []
    monkeypatch.setattr(residency, "refresh", lambda compte: asked.append(compte.id))
    visitor = visit(make_compte(residency=Status.UNAVAILABLE))
    page = visitor.send(visitor.get(), "action=registre", button="registre")
    assert asked == [visitor.id]
    assert page.notices == []
    assert page.alerts == [
        "Le registre des habitants ne répond toujours pas. Réessayez dans quelques "
        "minutes."
    ]


def test_the_register_answers_again(visit, monkeypatch):
    def refresh(compte):
        compte.residency = Status.RESIDENT

    monkeypatch.setattr(residency, "refresh", refresh)
    visitor = visit(make_compte(residency=Status.UNAVAILABLE))
    page = visitor.send(visitor.get(), "action=registre", button="registre")
    assert page.alerts == []
    assert page.notices == ["Le registre des habitants a été interrogé à nouveau."]
    assert page.one("//*[@id='espace-residence-etat']") == "Vous habitez la commune."


def test_the_register_is_not_asked_without_token(visit, monkeypatch):
    asked = []
    monkeypatch.setattr(residency, "refresh", lambda compte: asked.append(compte.id))
    visitor = visit(make_compte(residency=Status.UNAVAILABLE))
    page = visitor.post("", action="registre")
    assert (page.status, asked) == (403, [])
    assert len(page.alerts) == 1


def test_a_resident_does_not_make_us_ask_again(camille, monkeypatch):
    asked = []
    monkeypatch.setattr(residency, "refresh", lambda compte: asked.append(compte.id))
    token = camille.get("/compte").value("_authenticator")
    camille.post("", action="registre", _authenticator=token)
    assert asked == []
