"""``/mon-espace/foyer`` over HTTP: add, change, remove members of the household."""

from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.foyer import MAX_MEMBRES
from comptes import make_company
from comptes import make_compte
from datetime import date
from datetime import datetime
from datetime import timezone
from plone import api

import pytest
import transaction


AT = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
LEA = Membre(
    id="lea",
    role=Role.ENFANT,
    prenom="Léa",
    nom="Rochat",
    date_naissance=date(2017, 3, 8),
    sexe="f",
    source=Source.REGISTRE,
    at=AT,
)
ANA = {
    "role": "enfant",
    "prenom": "Ana",
    "nom": "Rochat",
    "date_naissance": "2019-02-01",
}


@pytest.fixture()
def camille(functional, visit):
    compte = make_compte()
    compte.put_membre(LEA)
    return visit(compte)


def add(citizen, **values):
    page = citizen.get("/foyer/ajouter")
    return citizen.send(page, "prenom", **{**ANA, **values})


def names(citizen):
    return [membre.nom_complet for membre in citizen.compte.foyer]


def test_the_list(camille):
    page = camille.get("/compte")
    line = page.one("//li[@id='membre-lea']")
    assert line.startswith(
        "Léa Rochat enfant, naissance le 8 mars 2017 Registre des habitants, le 22 "
        "novembre 2026"
    )
    # The register's members are not removed here.
    assert (
        page.html.xpath("//li[@id='membre-lea']//a[contains(@href, 'retirer')]") == []
    )


def test_somebody_is_added(camille):
    page = add(camille, ecole="Pinchat", classe="3P", representant="1")
    assert page.url.endswith("/compte?fait=foyer-ajoute#section-foyer")
    assert page.one("//section[@id='section-foyer']//*[@role='status']") == (
        "Cette personne fait maintenant partie de votre foyer."
    )
    ana = next(membre for membre in camille.compte.foyer if membre.prenom == "Ana")
    assert (ana.role, ana.date_naissance, ana.ecole, ana.classe, ana.representant) == (
        Role.ENFANT,
        date(2019, 2, 1),
        "Pinchat",
        "3P",
        True,
    )
    assert (ana.source, ana.sexe) == (Source.DECLARE, "")


def test_a_double_click_adds_one(camille):
    page = camille.get("/foyer/ajouter")
    for _click in range(2):
        assert "fait=foyer-ajoute" in camille.send(page, "prenom", **ANA).url
    assert names(camille) == ["Léa Rochat", "Ana Rochat"]


def test_nobody_is_there_twice(camille):
    page = add(camille, prenom="LEA", date_naissance="8.3.2017")
    assert page.status == 400
    assert page.alerts == [
        "Léa Rochat, avec la même date de naissance, fait déjà partie de votre foyer."
    ]
    assert page.value("prenom") == "LEA"
    assert names(camille) == ["Léa Rochat"]


def test_errors_lose_nothing(camille):
    page = add(camille, role="", nom="", date_naissance="8.3.2050", representant="1")
    assert page.status == 400
    assert page.errors == [
        ("membre-role", "Veuillez remplir ce champ."),
        ("membre-nom", "Veuillez remplir ce champ."),
        ("membre-date_naissance", "Cette date est dans le futur."),
    ]
    assert page.value("prenom") == "Ana"
    assert page.value("date_naissance", "prenom") == "8.3.2050"
    assert page.html.xpath("//*[@id='membre-representant']/@checked")
    page = camille.send(page, "prenom", role="enfant", date_naissance="8.3.2019")
    assert page.errors == [("membre-nom", "Veuillez remplir ce champ.")]


def test_schools_of_the_control_panel(camille):
    api.portal.set_registry_record("carouge.guichet.ecoles", "Pinchat\n\nVal d’Arve\n")
    transaction.commit()
    page = camille.get("/foyer/ajouter")
    assert page.words("//select[@name='ecole']/option") == [
        "Sans réponse",
        "Pinchat",
        "Val d’Arve",
    ]
    refused = add(camille, ecole="Poudlard")
    assert refused.errors == [("membre-ecole", "Veuillez choisir une des réponses.")]
    add(camille, ecole="Pinchat")
    assert camille.compte.foyer[-1].ecole == "Pinchat"


def test_of_the_registers_child_only_school_class_and_representation_change(camille):
    page = camille.get("/foyer/lea")
    assert page.title == "Léa Rochat"
    assert page.html.xpath("//*[@name='prenom' or @name='date_naissance']") == []
    page = camille.send(page, "ecole", ecole="Pinchat", classe="4P", representant="1")
    lea = camille.compte.membre("lea")
    assert (lea.ecole, lea.classe, lea.representant, lea.source) == (
        "Pinchat",
        "4P",
        True,
        Source.REGISTRE,
    )


def test_what_the_register_says_is_not_changed_by_a_forged_form(camille):
    page = camille.get("/foyer/lea")
    refused = camille.send(page, "ecole", prenom="Pirate", classe="4P")
    assert refused.status == 400
    assert refused.alerts == [
        "Certaines de ces données viennent du registre des habitants et ne se modifient "
        "pas ici. Rien n’a été enregistré."
    ]
    assert camille.compte.membre("lea") == LEA


def test_a_declared_member_is_changed(camille):
    add(camille)
    ana = camille.compte.foyer[-1]
    page = camille.get(f"/foyer/{ana.id}")
    assert page.value("date_naissance", "prenom") == "2019-02-01"
    camille.send(page, "prenom", prenom="Anna", role="adulte")
    changed = camille.compte.membre(ana.id)
    assert (changed.prenom, changed.role) == ("Anna", Role.ADULTE)


def test_somebody_is_removed_after_a_page_that_says_what_it_means(camille):
    add(camille)
    ana = camille.compte.foyer[-1]
    page = camille.get(f"/foyer/{ana.id}/retirer")
    assert page.title == "Retirer Ana Rochat de mon foyer ?"
    assert len(page.words("//article/ul/li")) == 3
    assert ana.id in {membre.id for membre in camille.compte.foyer}
    for _click in range(2):
        done = camille.send(page, "action=retirer", button="retirer")
        assert done.url.endswith("/compte?fait=foyer-retire#section-foyer")
    assert names(camille) == ["Léa Rochat"]
    assert (
        camille.session.get(f"{camille.base}/mon-espace/foyer/{ana.id}").status_code
        == 404
    )


def test_the_registers_child_is_not_removed(camille):
    page = camille.get("/foyer/lea/retirer")
    assert page.html.xpath("//button[@value='retirer']") == []
    token = camille.get("/compte").value("_authenticator")
    page = camille.post("/foyer/lea/retirer", action="retirer", _authenticator=token)
    assert page.status == 400
    assert names(camille) == ["Léa Rochat"]


@pytest.mark.parametrize("path", ["/foyer/noe", "/foyer/noe/retirer", "/foyer/lea/x"])
def test_somebody_elses_child_does_not_exist(camille, visit, path):
    other = make_compte("G-other")
    other.put_membre(Membre("noe", Role.ENFANT, "Noé", "Autre", date(2020, 1, 1)))
    stranger = visit(other)
    token = camille.get("/compte").value("_authenticator")
    url = f"{camille.base}/mon-espace{path}"
    assert camille.session.get(url).status_code == 404
    data = {"_authenticator": token, "prenom": "X", "action": "retirer"}
    assert camille.session.post(url, data=data).status_code in (404, 200)
    assert stranger.compte.membre("noe").prenom == "Noé"


def test_an_organisation_has_no_household(visit):
    laura = visit(make_company())
    assert (
        laura.session.get(f"{laura.base}/mon-espace/foyer/ajouter").status_code == 404
    )


def test_a_household_has_limits(functional, visit):
    compte = make_compte()
    for number in range(MAX_MEMBRES):
        compte.put_membre(Membre(str(number), Role.ADULTE, f"P{number}", "Nom", None))
    citizen = visit(compte)
    page = citizen.get("/foyer/ajouter")
    assert page.html.xpath("//*[@name='prenom']") == []
    token = citizen.get("/compte").value("_authenticator")
    refused = citizen.post("/foyer/ajouter", _authenticator=token, **ANA)
    assert refused.status == 400
    assert refused.value("prenom") == "Ana"
    assert len(citizen.compte.foyer) == MAX_MEMBRES


def test_nothing_is_written_without_the_token(camille):
    page = camille.post("/foyer/ajouter", **ANA)
    assert page.status == 403
    assert page.value("prenom") == "Ana"
    assert names(camille) == ["Léa Rochat"]
    camille.send(page, "prenom")
    assert names(camille) == ["Léa Rochat", "Ana Rochat"]
