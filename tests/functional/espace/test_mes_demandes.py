"""``/mon-espace/demandes``: what one has filed, and nothing of anybody else."""

from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Level
from carouge.guichet.demande.catalog import Indexed
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import history
from carouge.guichet.demande.service import move_demande
from comptes import cookies_of
from comptes import make_association
from comptes import make_company
from comptes import make_compte
from lxml import html
from plone import api
from visitor import by_id
from visitor import Visitor

import pytest
import transaction


DEMARCHE = "dechets/signaler-un-depot-sauvage"
ANSWERS = {
    "lieu": "devant le 12, rue Vautier",
    "terrain": "Trottoir ou chaussée",
    "date_constat": "2026-11-20",
    "nature": ["Meubles ou matelas"],
    "danger": "Non",
    "description": "Un canapé rouge",
    "accord": True,
}


@pytest.fixture
def logged_in(functional):
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet"

    def log_in(compte):
        visitor = Visitor(base)
        visitor.session.cookies.update(cookies_of(functional, compte))
        return visitor

    return log_in


@pytest.fixture
def guichet(functional):
    return functional["portal"].guichet


def file(visitor, **answers):
    """Submit one demande; returns its number."""
    return by_id(
        visitor.open_form(DEMARCHE).fill(**{**ANSWERS, **answers}).submit(), "numero"
    )


def numbers(visitor, **params):
    page = visitor.get("/mon-espace/demandes", params=params)
    assert page.status_code == 200
    return html.fromstring(page.text).xpath(
        "//ul[@id='demandes']//span[contains(@class, 'font-monospace')]/text()"
    )


def move(guichet, number, transition, message=""):
    transaction.begin()
    with api.env.adopt_roles(["Manager"]):
        move_demande(
            demande=get_demande(guichet, number),
            transition=transition,
            actor=Actor.AGENT,
            message=message,
        )
    transaction.commit()


def state(guichet, number):
    transaction.begin()
    return get_demande(guichet, number).etat


def send(visitor, number, action, **fields):
    """Press a button of the page of a demande, with the token of that page."""
    path = f"/mon-espace/demandes/{number}"
    query = {"etape": "retirer"} if action == "retirer" else {}
    page = html.fromstring(visitor.get(path, params=query).text)
    button = page.xpath(f"//button[@value='{action}']")[0]
    form = button.xpath("ancestor::form")[0]
    fields = {**dict(form.form_values()), **fields, "action": action}
    return visitor.post(path, data=fields)


class TestList:
    def test_newest_first_and_only_mine(self, logged_in):
        camille = logged_in(make_compte())
        marc = logged_in(make_compte("G-marc", prenom="Marc", nom="Dubois"))
        first, second = file(camille), file(camille)
        theirs = file(marc)
        assert set(numbers(camille)) == {first, second}
        assert numbers(marc) == [theirs]

    def test_by_state(self, logged_in, guichet):
        camille = logged_in(make_compte())
        first, second = file(camille), file(camille)
        move(guichet, first, "prendre_en_charge")
        assert numbers(camille, etat="en_cours") == [first]
        assert numbers(camille, etat="deposee") == [second]
        assert numbers(camille, etat="refusee") == []
        assert set(numbers(camille, etat="inconnu")) == {first, second}

    def test_twenty_on_a_page(self, logged_in, functional):
        compte = make_compte()
        camille = logged_in(compte)
        number = file(camille)
        transaction.begin()
        guichet = functional["portal"].guichet
        catalog = api.portal.get_tool("guichet_catalog")
        # Many entries of one demande are enough for the pages of the list.
        demande = get_demande(guichet, number)
        for index in range(24):
            catalog.catalog_object(Indexed(demande), f"2026-{index:04}-0000")
        transaction.commit()
        assert len(numbers(camille)) == 20
        assert len(numbers(camille, page="2")) == 5
        assert camille.get("/mon-espace/demandes?page=3").status_code == 404
        assert len(numbers(camille, page="x")) == 20

    def test_empty(self, logged_in):
        page = logged_in(make_compte()).get("/mon-espace/demandes")
        assert page.status_code == 200
        assert not html.fromstring(page.text).xpath("//ul[@id='demandes']")

    def test_nobody_is_led_to_the_login(self, logged_in, functional):
        visitor = Visitor(
            f"http://{functional['host']}:{functional['port']}/plone/guichet"
        )
        page = visitor.get("/mon-espace/demandes", allow_redirects=False)
        assert page.status_code == 302
        assert "/se-connecter?retour=" in page.headers["Location"]
        assert "demandes" in page.headers["Location"]

    def test_is_kept_by_nobody(self, logged_in):
        page = logged_in(make_compte()).get("/mon-espace/demandes")
        assert page.headers["Cache-Control"] == "no-store, private"


class TestColleagues:
    def test_a_company_shares(self, logged_in):
        laura = logged_in(make_company())
        paul = logged_in(make_company("G-paul", prenom="Paul", nom="Blanc"))
        number = file(laura)
        assert numbers(paul) == [number]
        text = paul.get("/mon-espace/demandes").text
        assert "Laura Keller" in text
        assert (
            "Laura Keller"
            not in laura.get("/mon-espace/demandes")
            .text.split('id="demandes"')[1]
            .split("</ul>")[0]
        )
        assert paul.get(f"/mon-espace/demandes/{number}").status_code == 200

    def test_unless_the_commune_says_no(self, logged_in):
        api.portal.set_registry_record("carouge.guichet.collegues_partagent", False)
        transaction.commit()
        laura = logged_in(make_company())
        paul = logged_in(make_company("G-paul", prenom="Paul", nom="Blanc"))
        number = file(laura)
        assert numbers(laura) == [number]
        assert numbers(paul) == []
        assert paul.get(f"/mon-espace/demandes/{number}").status_code == 404

    def test_an_association_without_uid_does_not(self, logged_in):
        yann = logged_in(make_association())
        other = logged_in(make_association("G-anne", prenom="Anne", nom="Roy"))
        file(yann)
        assert numbers(other) == []

    def test_the_person_does_not_see_what_the_company_filed(self, logged_in):
        company = logged_in(make_company("G-laura"))
        person = logged_in(make_compte("G-laura", prenom="Laura", nom="Keller"))
        number = file(company)
        assert numbers(person) == []
        assert person.get(f"/mon-espace/demandes/{number}").status_code == 404


class TestOne:
    def test_what_was_sent_and_where_it_stands(self, logged_in, guichet):
        camille = logged_in(make_compte())
        number = file(camille)
        move(guichet, number, "prendre_en_charge")
        page = camille.get(f"/mon-espace/demandes/{number}")
        assert by_id(page, "suivi-numero") == number
        assert by_id(page, "suivi-etat") == "En cours"
        assert "Un canapé rouge" in page.text
        assert len(html.fromstring(page.text).xpath("//h1")) == 1

    @pytest.mark.parametrize(
        "number", ["2026-K7QM-4TXC", "x", "absolute_url", "%00", "é", "2026" * 40]
    )
    def test_unknown(self, logged_in, number):
        page = logged_in(make_compte()).get(f"/mon-espace/demandes/{number}/")
        assert page.status_code == 404

    def test_somebody_elses(self, logged_in, guichet):
        number = file(logged_in(make_compte()))
        marc = logged_in(make_compte("G-marc", prenom="Marc", nom="Dubois"))
        assert marc.get(f"/mon-espace/demandes/{number}").status_code == 404
        response = marc.post(
            f"/mon-espace/demandes/{number}", data={"action": "retirer"}
        )
        assert response.status_code == 404
        assert state(guichet, number) is State.DEPOSEE

    def test_answer(self, logged_in, guichet):
        camille = logged_in(make_compte())
        number = file(camille)
        move(guichet, number, "demander_complement", "Quelle rue ?")
        page = camille.get(f"/mon-espace/demandes/{number}")
        assert by_id(page, "suivi-question") == "Quelle rue ?"
        done = send(camille, number, "repondre", message="Rue Vautier")
        assert done.url.endswith("?fait=reponse")
        assert state(guichet, number) is State.COMPLETEE
        assert history(get_demande(guichet, number))[-1].message == "Rue Vautier"

    def test_an_empty_answer_is_asked_again(self, logged_in, guichet):
        camille = logged_in(make_compte())
        number = file(camille)
        move(guichet, number, "demander_complement", "Quelle rue ?")
        page = send(camille, number, "repondre", message="  ")
        assert html.fromstring(page.text).xpath("//*[@id='suivi-message-erreur']")
        assert state(guichet, number) is State.A_COMPLETER

    def test_withdraw(self, logged_in, guichet):
        camille = logged_in(make_compte())
        number = file(camille)
        done = send(camille, number, "retirer")
        assert done.url.endswith("?fait=retrait")
        assert state(guichet, number) is State.RETIREE

    def test_nothing_without_a_token(self, logged_in, guichet):
        camille = logged_in(make_compte())
        number = file(camille)
        response = camille.post(
            f"/mon-espace/demandes/{number}", data={"action": "retirer"}
        )
        assert response.status_code == 403
        assert state(guichet, number) is State.DEPOSEE

    def test_an_upgrade_keeps_the_demandes(self, logged_in):
        number = file(logged_in(make_compte(level=Level.DECLARED)))
        verified = make_compte(level=Level.VERIFIED)
        assert verified.account_type is AccountType.PERSONNE
        assert numbers(logged_in(verified)) == [number]
