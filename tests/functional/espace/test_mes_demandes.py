"""``/mon-espace/demandes``: what one has filed, and nothing of anybody else."""

from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Level
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.ligne import ligne_de
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.traitement import ecrire_message
from comptes import cookies_of
from comptes import make_association
from comptes import make_company
from comptes import make_compte
from datetime import date
from depot_sauvage import CONSTAT
from lxml import html
from plone import api
from visitor import by_id
from visitor import Visitor
from zope.i18n import translate

import pytest
import transaction


DEMARCHE = "dechets/signaler-un-depot-sauvage"


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
        visitor.open_form(DEMARCHE).fill(**{**CONSTAT, **answers}).submit(), "numero"
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
            numero = f"2026-{index:04}-0000"
            catalog.noter(ligne_de(demande)._replace(numero=numero))
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


def french(message, **values):
    said = translate(message, domain="carouge.guichet", target_language="fr")
    for name, value in values.items():
        said = said.replace(f"${{{name}}}", value)
    return said


def article(visitor, **params):
    page = visitor.get("/mon-espace/demandes", params=params)
    assert page.status_code == 200
    return html.fromstring(page.text).xpath("//article")[0]


def words(element):
    return " ".join(element.text_content().split())


def lines(visitor, **params):
    """The texts of the items of the list."""
    return [
        words(one)
        for one in article(visitor, **params).xpath(".//ul[@id='demandes']/li")
    ]


def write(guichet, number, texte="Une question ?"):
    transaction.begin()
    with api.env.adopt_roles(["Manager"]):
        ecrire_message(get_demande(guichet, number), "service", texte)
    transaction.commit()


class TestWhatIsExpected:
    def test_in_words_and_on_top(self, logged_in, guichet):
        camille = logged_in(make_compte())
        first, second, third = (file(camille) for _time in range(3))
        move(guichet, first, "demander_complement", "Où ?")
        write(guichet, second)
        move(guichet, third, "valider")
        said = {
            numero: line
            for line in lines(camille)
            for numero in (first, second, third)
            if numero in line
        }
        assert french("Answer the question of the service.") in said[first]
        assert french("Read 1 new message.") in said[second]
        assert french("Nothing: this demande is finished.") in said[third]
        (link,) = article(camille).xpath(".//*[@id='demandes-attendues']//a")
        assert words(link) == french(
            "${count} demandes wait for something from you", count="2"
        )
        assert link.get("href").endswith("/mon-espace/demandes?etat=attendu")
        assert set(numbers(camille, etat="attendu")) == {first, second}
        assert not article(camille, etat="attendu").xpath(
            ".//*[@id='demandes-attendues']"
        )

    def test_reading_it_is_enough(self, logged_in, guichet):
        camille = logged_in(make_compte())
        number = file(camille)
        write(guichet, number)
        assert numbers(camille, etat="attendu") == [number]
        camille.get(f"/mon-espace/demandes/{number}")
        assert numbers(camille, etat="attendu") == []
        (line,) = lines(camille)
        assert french("Nothing: the service is working.") in line

    def test_when_it_is_late(self, logged_in, guichet):
        camille = logged_in(make_compte())
        number = file(camille)
        transaction.begin()
        demande = get_demande(guichet, number)
        demande.attendu = date(2026, 1, 5)
        demande.reindexObject()
        transaction.commit()
        (line,) = lines(camille)
        late = "The answer was expected by ${date}: it is late."
        assert french(late, date="05.01.2026") in line


class TestLookingFor:
    def test_groups_of_states(self, logged_in, guichet):
        camille = logged_in(make_compte())
        open_one, over = file(camille), file(camille)
        move(guichet, over, "refuser", "Non")
        assert numbers(camille, etat="ouvertes") == [open_one]
        assert numbers(camille, etat="terminees") == [over]
        (chosen,) = article(camille, etat="terminees").xpath(
            ".//select[@name='etat']/option[@selected]/@value"
        )
        assert chosen == "terminees"

    def test_by_number_as_people_type_it(self, logged_in):
        camille = logged_in(make_compte())
        first, _second = file(camille), file(camille)
        typed = f" {first.replace('-', ' ').lower()} "
        assert numbers(camille, q=typed) == [first]
        assert numbers(camille, q=first[5:9]) == [first]
        assert len(numbers(camille, q="depot")) == 2
        assert numbers(camille, q="terrasse") == []

    def test_a_typing_error_in_a_number_is_told(self, logged_in):
        camille = logged_in(make_compte())
        number = file(camille)
        last = "0" if number[-1] != "0" else "1"
        page = article(camille, q=number[:-1] + last)
        (field,) = page.xpath(".//input[@name='q']")
        assert field.get("aria-invalid") == "true"
        assert words(page.get_element_by_id("demandes-q-erreur")) == french(
            "This number contains a typing error. Please compare it with the "
            "confirmation of your demande."
        )
        assert not page.xpath(".//ul[@id='demandes']")

    def test_the_number_of_somebody_else_leads_to_the_follow_up(self, logged_in):
        camille = logged_in(make_compte())
        file(camille)
        theirs = file(logged_in(make_compte("G-marc", prenom="Marc", nom="Dubois")))
        for number in (theirs, "2026-7059-YBHV"):
            page = article(camille, q=number)
            assert words(page.get_element_by_id("demandes-vide").xpath("p")[0]) == (
                french("None of your demandes has this number.")
            )
            (link,) = page.xpath(".//*[@id='demandes-vide']//a/@href")
            assert link.endswith(f"/suivi?numero={number}")

    def test_for_whom_and_in_which_order(self, logged_in, guichet):
        laura = logged_in(make_company())
        first, second = file(laura), file(laura)
        transaction.begin()
        # Two of the same second have no order.
        line = ligne_de(get_demande(guichet, first))
        api.portal.get_tool("guichet_catalog").noter(
            line._replace(depot=line.depot - 9)
        )
        transaction.commit()
        assert numbers(laura, tri="anciennes") == [first, second]
        assert numbers(laura, tri="recentes") == [second, first]
        options = article(laura).xpath(".//select[@name='concerne']/option/@value")
        (organisation,) = [one for one in options if one.startswith("organisation:")]
        assert set(numbers(laura, concerne=organisation)) == {first, second}
        assert numbers(laura, concerne="moi") == []
        assert numbers(laura, concerne="organisation:autre") == []
        for odd in ({"tri": "x"}, {"concerne": "x"}, {"etat": "<b>"}):
            assert len(numbers(laura, **odd)) == 2

    def test_what_was_looked_for_is_text(self, logged_in):
        camille = logged_in(make_compte())
        file(camille)
        script = "<script>alert(1)</script>"
        page = camille.get("/mon-espace/demandes", params={"q": script})
        assert script not in page.text
        assert html.fromstring(page.text).xpath("//input[@name='q']/@value") == [script]

    def test_pages_keep_what_was_chosen(self, logged_in, guichet):
        camille = logged_in(make_compte())
        number = file(camille)
        transaction.begin()
        catalog = api.portal.get_tool("guichet_catalog")
        line = ligne_de(get_demande(guichet, number))
        for index in range(24):
            catalog.noter(line._replace(numero=f"2026-{index:04}-0000"))
        transaction.commit()
        page = article(camille, etat="ouvertes", tri="anciennes")
        (link,) = page.xpath(".//a[@rel='next']/@href")
        assert link.endswith("/mon-espace/demandes?etat=ouvertes&tri=anciennes&page=2")

    def test_nothing_found_and_nothing_there(self, logged_in):
        camille = logged_in(make_compte())
        empty = article(camille)
        assert not empty.xpath(".//form")
        assert words(empty.get_element_by_id("demandes-vide").xpath("p")[0]) == french(
            "You have not submitted any demande yet."
        )
        file(camille)
        page = article(camille, etat="terminees")
        assert words(page.get_element_by_id("demandes-vide")) == french(
            "None of your demandes is like that."
        )
        (all_of_them,) = page.xpath(".//form//a/@href")
        assert all_of_them.endswith("/mon-espace/demandes")

    def test_drafts_are_mentioned(self, logged_in):
        camille = logged_in(make_compte())
        assert not article(camille).xpath(".//*[@id='demandes-brouillons']")
        camille.open_form(DEMARCHE).fill(lieu="rue Vautier").press()
        (link,) = article(camille).xpath(".//*[@id='demandes-brouillons']/a")
        assert words(link) == french("You have begun 1 demande that is not sent yet")
        assert link.get("href").endswith("/mon-espace/brouillons")


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

    def test_what_was_asked_leads_to_its_page(self, logged_in, guichet):
        camille = logged_in(make_compte())
        number = file(camille)
        move(guichet, number, "demander_complement", "Quelle rue ?")
        page = camille.get(f"/mon-espace/demandes/{number}")
        assert by_id(page, "suivi-question") == "Quelle rue ?"
        (link,) = html.fromstring(page.text).xpath("//*[@id='suivi-completer']/@href")
        assert link.endswith(f"/mon-espace/demandes/{number}/completer")

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
