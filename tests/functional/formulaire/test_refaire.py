"""A demande made again: its answers in a new brouillon."""

from carouge.guichet.brouillon.domain import MAX_BROUILLONS
from comptes import make_compte
from datetime import date
from formulaires import connus
from formulaires import id_de
from formulaires import lignes
from formulaires import PATH
from formulaires import reponses
from formulaires import valeur
from lxml import html
from modeles import champ
from modeles import etape
from modeles import modele
from visitor import Form

import fichiers
import pytest
import transaction


MODELE = modele(
    etape(
        "un",
        champ("prenom", fait="prenom"),
        champ("rue", fait="rue"),
        champ("taille", requis=True, titre="Votre taille"),
        champ("plan", "piece", "Plan", max_fichiers=2),
        champ("accord", "consentement", "J'accepte"),
    ),
)
NOUVEAU = modele(etape("un", champ("prenom", fait="prenom"), champ("accord")))
ANSWERS = {
    "rue": "rue Vautier",
    "taille": "grande",
    "plan": ("plan.pdf", fichiers.pdf(), "application/pdf"),
    "accord": True,
}


@pytest.fixture
def camille(connecte):
    return connecte(make_compte())


@pytest.fixture
def made(publie, camille, stored):
    publie(MODELE)
    camille.open_form(PATH).fill(**ANSWERS).submit()
    (demande,) = stored()
    return demande


def copy(visitor, url, **changes):
    """Press the button of the page; the page of the form one arrives at."""
    page = html.fromstring(visitor.session.get(url).text)
    (form,) = page.xpath("//form[.//input[@name='jeton']]")
    data = dict(form.form_values()) | changes
    data = {name: value for name, value in data.items() if value is not None}
    return visitor.session.post(form.get("action"), data=data)


def url_of(visitor, demande):
    return f"{visitor.base}/mon-espace/demandes/{demande.numero}/refaire"


def text(response):
    return " ".join(
        html.fromstring(response.text).xpath("//article")[0].text_content().split()
    )


def test_answers_and_files_stand_in_a_new_brouillon(camille, made, gardes, stored):
    response = copy(camille, url_of(camille, made))
    assert [step.status_code for step in response.history][0] == 303
    (brouillon,) = gardes()
    assert id_de(response.url) == brouillon.id
    form = Form(camille, response)
    assert valeur(form, "taille") == "grande"
    assert [fichier.nom for fichier in brouillon.fichiers.values()] == ["plan.pdf"]
    # Nobody agrees by a copy; what the compte knows is not what was typed once.
    assert "accord" not in brouillon.saisies
    assert "prenom" not in brouillon.saisies
    assert connus(form)["prenom"]
    assert form.fill(taille="petite", accord=True).submit().status_code == 200
    demandes = stored()
    assert len(demandes) == 2
    new = next(one for one in demandes if one.numero != made.numero)
    assert reponses(new)["taille"] == "petite"
    assert reponses(new)["rue"] == "rue Vautier"
    assert [piece.digest for piece in new.pieces] == [
        piece.digest for piece in made.pieces
    ]
    assert new.pieces[0].file.data == fichiers.pdf()
    assert reponses(made)["taille"] == "grande"


def test_a_double_click_begins_one(camille, made, gardes):
    url = url_of(camille, made)
    page = html.fromstring(camille.session.get(url).text)
    data = dict(page.xpath("//form[.//input[@name='jeton']]")[0].form_values())
    first = camille.session.post(url, data=data)
    second = camille.session.post(url, data=data)
    assert first.url == second.url
    assert len(gardes()) == 1


def test_a_reload_of_the_page_makes_nothing(camille, made, gardes):
    for _time in range(2):
        assert camille.session.get(url_of(camille, made)).status_code == 200
    assert gardes() == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"_authenticator": None}, 403),
        ({"_authenticator": "x"}, 403),
        ({"jeton": None}, 400),
        ({"jeton": "x"}, 400),
    ],
)
def test_a_form_that_is_not_ours_makes_nothing(camille, made, gardes, changes, status):
    assert copy(camille, url_of(camille, made), **changes).status_code == status
    assert gardes() == []


def test_enough_brouillons_are_enough(camille, made, gardes):
    for _time in range(MAX_BROUILLONS):
        copy(camille, url_of(camille, made))
    response = copy(camille, url_of(camille, made))
    assert response.status_code == 409
    assert html.fromstring(response.text).xpath("//*[@id='refaire-trop']//a")
    assert len(gardes()) == MAX_BROUILLONS


def test_a_new_version_tells_what_is_gone(camille, made, gardes, publie):
    publie(NOUVEAU)
    response = copy(camille, url_of(camille, made))
    told = lignes(Form(camille, response), "guichet-a-revoir")
    assert len(told) == 3
    assert any("Votre taille" in line and "grande" in line for line in told)


def test_the_access_is_asked_again(camille, made, gardes, publie):
    publie(MODELE, types_compte={"entreprise"})
    response = camille.session.get(url_of(camille, made))
    page = html.fromstring(response.text)
    assert page.xpath("//*[@id='refaire-refus']")
    assert not page.xpath("//input[@name='jeton']")
    assert gardes() == []


def test_what_is_refused_meanwhile_makes_nothing(camille, made, gardes, publie):
    url = url_of(camille, made)
    page = html.fromstring(camille.session.get(url).text)
    data = dict(page.xpath("//form[.//input[@name='jeton']]")[0].form_values())
    publie(MODELE, ouverture=None, fermeture=date(2020, 1, 1))
    assert camille.session.post(url, data=data).status_code == 403
    assert gardes() == []


def test_an_infected_file_is_not_copied(camille, made, gardes):
    made.pieces[0].controle = "infecte"
    transaction.commit()
    copy(camille, url_of(camille, made))
    (brouillon,) = gardes()
    assert dict(brouillon.fichiers) == {}
    assert brouillon.saisies["plan"]["fichiers"] == []


def test_by_number_and_code_it_belongs_to_the_browser(publie, anonyme, stored, gardes):
    publie(MODELE)
    page = anonyme.open_form(PATH).fill(prenom="Aline", **ANSWERS).submit()
    (demande,) = stored()
    code = html.fromstring(page.text).get_element_by_id("code").text_content().strip()
    url = f"{anonyme.base}/suivi"
    anonyme.session.post(url, data={"numero": demande.numero, "code": code})
    response = copy(anonyme, f"{url}/refaire")
    form = Form(anonyme, response)
    assert valeur(form, "taille") == "grande"
    assert valeur(form, "prenom") == "Aline"
    (brouillon,) = gardes()
    assert brouillon.proprietaire.startswith("nav-")


def test_nobody_copies_what_is_not_his(made, connecte, gardes):
    marc = connecte(make_compte("G-marc", prenom="Marc", nom="Dubois"))
    url = url_of(marc, made)
    assert marc.session.get(url).status_code == 404
    assert marc.session.post(url, data={"jeton": "x"}).status_code == 404
    assert gardes() == []
