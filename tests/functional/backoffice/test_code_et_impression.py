"""What the counter does for the person of a demande: a new code, a print."""

from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import IdentiteControlee
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.rattachement import rattacher
from carouge.guichet.demande.service import open_with_code
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.traitement import ecrire_message
from carouge.guichet.demande.traitement import historique
from carouge.guichet.demande.traitement import noter_interne
from carouge.guichet.demande.traitement import revision
from carouge.guichet.demande.traitement import SERVICE
from carouge.guichet.demande.traitement import USAGER
from carouge.guichet.dossier.destinataire import destinataire_de
from comptes import cookies_of
from comptes import make_compte
from lecteur_pdf import Document
from lxml import html
from plone.app.testing import logout
from visitor import by_id
from visitor import Visitor

import os
import pytest
import transaction


PASSWORD = "Guichet-2026!"
CAMILLE = IdentiteControlee(
    "Rochat",
    "Camille",
    "1986-04-12",
    "connu",
    telephone="+41223079111",
    adresse="Rue Ancienne 3\n1227 Carouge",
)


@pytest.fixture
def guichet(functional):
    logout()
    return functional["portal"].guichet


@pytest.fixture
def base(functional):
    return f"http://{functional['host']}:{functional['port']}/plone/guichet"


@pytest.fixture
def agent(base):
    return Visitor(base, ("agent-dechets", PASSWORD))


@pytest.fixture
def made(guichet):
    made = submit_demande(
        guichet=guichet,
        demarche=guichet.dechets["commander-un-conteneur"],
        reponses=[Reponse("rue", "Où", "Rue", "Rue Ancienne 3")],
        pieces=[],
        form_version="1",
        secret=os.urandom(32),
        year=2026,
        canal=Canal.GUICHET,
        saisi_par="agent-dechets",
        identite=CAMILLE,
    )
    transaction.commit()
    return made


def opens(guichet, made, code):
    transaction.begin()
    number = made.demande.numero
    return open_with_code(guichet=guichet, number=number, code=code) is not None


class TestCode:
    def form(self, agent, made):
        page = agent.get(f"/agents/{made.demande.numero}/code")
        assert page.status_code == 200
        [form] = html.fromstring(page.text).xpath("//form[.//input[@name='controle']]")
        return form.get("action"), dict(form.form_values())

    def order(self, agent, made, controle="piece_identite", **changes):
        action, data = self.form(agent, made)
        return agent.session.post(
            action, data={**data, "controle": controle, **changes}
        )

    def test_the_old_one_is_void(self, guichet, agent, made):
        response = self.order(agent, made)
        assert response.status_code == 200
        assert "no-store" in response.headers["Cache-Control"]
        code = by_id(response, "code")
        assert opens(guichet, made, code)
        assert not opens(guichet, made, made.code)
        last = historique(get_demande(guichet, made.demande.numero))[-1]
        assert (last.genre, last.par, last.details) == (
            "code",
            "agent-dechets",
            {"controle": "piece_identite"},
        )

    def test_what_the_old_one_had_opened_is_closed(self, base, agent, made):
        reader = Visitor(base)
        number = made.demande.numero
        data = {"numero": number, "code": made.code, "action": "ouvrir"}
        reader.session.post(f"{base}/suivi", data=data)
        assert 'name="code"' not in reader.get("/suivi").text
        code = by_id(self.order(agent, made), "code")
        assert 'name="code"' in reader.get("/suivi").text
        reader.session.post(f"{base}/suivi", data={**data, "code": code})
        assert 'name="code"' not in reader.get("/suivi").text

    def test_pressed_twice(self, guichet, agent, made):
        action, data = self.form(agent, made)
        data["controle"] = "connu"
        first = agent.session.post(action, data=data)
        second = agent.session.post(action, data=data)
        assert by_id(first, "code") == by_id(second, "code")
        transaction.begin()
        genres = [
            one.genre for one in historique(get_demande(guichet, made.demande.numero))
        ]
        assert genres.count("code") == 1

    def test_another_one(self, guichet, agent, made):
        first = by_id(self.order(agent, made), "code")
        second = by_id(self.order(agent, made), "code")
        assert first != second
        assert opens(guichet, made, second)
        assert not opens(guichet, made, first)

    def test_printed(self, agent, made):
        response = self.order(agent, made)
        [form] = html.fromstring(response.text).xpath("//form[.//input[@name='code']]")
        data = dict(form.form_values()) | {"geste": "recepisse"}
        answer = agent.session.post(form.get("action"), data=data)
        assert answer.headers["Content-Type"] == "application/pdf"
        assert data["code"] in Document(answer.content).text
        answer = agent.session.post(form.get("action"), data=data | {"code": made.code})
        assert answer.status_code == 400

    def test_none_for_what_belongs_to_an_account(self, guichet, agent, made):
        action, data = self.form(agent, made)
        rattacher(made.demande, make_compte(residency=None))
        transaction.commit()
        data["version"] = str(revision(made.demande))
        response = agent.session.post(action, data={**data, "controle": "connu"})
        assert response.status_code == 400
        # The old one opens nothing either, now that it lies in an account.
        assert not opens(guichet, made, made.code)

    @pytest.mark.parametrize("controle", ["", "aucun", "x"])
    def test_nobody_gets_one_without_a_check(self, guichet, agent, made, controle):
        response = self.order(agent, made, controle)
        assert response.status_code == 400
        assert by_id(response, "agents-controle-error") == (
            "Dites comment vous savez qui est la personne."
        )
        assert opens(guichet, made, made.code)

    def test_without_our_token(self, guichet, agent, made):
        assert self.order(agent, made, _authenticator="x").status_code == 403
        assert opens(guichet, made, made.code)

    def test_not_by_a_link(self, guichet, agent, made):
        agent.get(f"/agents/{made.demande.numero}/code?controle=connu")
        assert opens(guichet, made, made.code)

    def test_outdated(self, guichet, agent, made):
        action, data = self.form(agent, made)
        ecrire_message(made.demande, USAGER, "Bonjour")
        transaction.commit()
        response = agent.session.post(action, data={**data, "controle": "connu"})
        assert response.status_code == 409
        assert opens(guichet, made, made.code)


class TestPrint:
    def test_what_the_person_would_see(self, agent, made):
        ecrire_message(made.demande, SERVICE, "Votre conteneur <b>arrive</b>.")
        ecrire_message(made.demande, USAGER, "Merci !")
        noter_interne(made.demande, "Un cas difficile")
        transaction.commit()
        response = agent.get(f"/agents/{made.demande.numero}/imprimer")
        assert response.headers["Content-Type"] == "application/pdf"
        assert "no-store" in response.headers["Cache-Control"]
        document = Document(response.content)
        document.check_accessible()
        text = document.text
        assert f"État de la demande {made.demande.numero}" in text
        assert "Camille Rochat" in text
        assert "Votre conteneur <b>arrive</b>." in text
        assert "Merci !" in text
        assert "difficile" not in text
        assert "Chappuis" not in text


@pytest.mark.parametrize("part", ["code", "imprimer"])
class TestWho:
    @pytest.mark.parametrize("login", ["agent-ecoles", "editeur"])
    def test_nobody_else_of_the_staff(self, base, made, part, login):
        visitor = Visitor(base, (login, PASSWORD))
        path = f"/agents/{made.demande.numero}/{part}"
        assert visitor.get(path).status_code == 404
        assert visitor.post(path, data={"controle": "connu"}).status_code == 404

    def test_no_citizen(self, functional, guichet, base, made, part):
        compte = make_compte()
        visitor = Visitor(base)
        path = f"/agents/{made.demande.numero}/{part}"
        assert visitor.get(path).status_code == 404
        visitor.session.cookies.update(cookies_of(functional, compte))
        assert visitor.get(path).status_code == 404
        assert visitor.post(path, data={"controle": "connu"}).status_code == 404
        assert opens(guichet, made, made.code)

    def test_offered_on_the_page_of_the_demande(self, agent, made, part):
        number = made.demande.numero
        page = html.fromstring(agent.get(f"/agents/{number}").text)
        assert page.xpath(f"//a[contains(@href, '/agents/{number}/{part}')]")


def test_where_letters_go(made):
    """What was said at the counter counts more than the answers."""
    found = destinataire_de(made.demande)
    assert found.lignes == ("Camille Rochat", "Rue Ancienne 3", "1227 Carouge")
    assert found.telephone == "+41223079111"
