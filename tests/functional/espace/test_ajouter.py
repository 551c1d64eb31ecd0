"""A demande that an agent has entered is claimed online, with number and code."""

from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Organisation
from carouge.guichet.compte.domain import Source
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import IdentiteControlee
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.traitement import historique
from carouge.guichet.espace import service
from carouge.guichet.swisstime import now
from comptes import cookies_of
from comptes import make_association
from comptes import make_company
from comptes import make_compte
from datetime import date
from lxml import html
from visitor import by_id
from visitor import Visitor

import json
import logging
import os
import pytest
import transaction


CAMILLE = IdentiteControlee("Rochat", "Camille", "1986-04-12", "piece_identite")
NOT_VERIFIED = "Cette demande a été faite avec vous au guichet."
ANOTHER = "Cette demande a été faite au guichet pour quelqu’un dont le nom"
TAKEN = "Cette demande appartient déjà à un autre compte : rien n’a été modifié."


@pytest.fixture
def guichet(functional):
    service.limiter._guessers.clear()
    yield functional["portal"].guichet
    service.limiter._guessers.clear()


@pytest.fixture
def entered(guichet):
    """Enter a demande for somebody; the submission."""

    def enter(identite=CAMILLE, **values):
        made = submit_demande(
            guichet=guichet,
            demarche=guichet.dechets["commander-un-conteneur"],
            reponses=[],
            pieces=[],
            form_version="1",
            secret=os.urandom(32),
            year=2026,
            canal=Canal.GUICHET,
            saisi_par="agent-dechets",
            identite=identite,
            **values,
        )
        transaction.commit()
        return made

    return enter


@pytest.fixture
def journal():
    lines = []

    class Handler(logging.Handler):
        def emit(self, record):
            line = json.loads(record.getMessage())
            lines.append((line["action"], line["subject"], line.get("motif", "")))

    logger = logging.getLogger("carouge.guichet.journal")
    handler, level = Handler(), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture
def claim(functional, guichet):
    """Send number and code as a compte; the page one arrives at."""

    def send(compte, numero, code, token=None):
        visitor = Visitor(
            f"http://{functional['host']}:{functional['port']}/plone/guichet"
        )
        visitor.session.cookies.update(cookies_of(functional, compte))
        page = html.fromstring(visitor.get("/mon-espace/ajouter").text)
        [form] = page.xpath("//form[contains(@action, '/mon-espace/ajouter')]")
        data = dict(form.form_values()) | {"numero": numero, "code": code}
        if token is not None:
            data["_authenticator"] = token
        return visitor.session.post(form.get("action"), data=data)

    return send


def owner(guichet, made):
    transaction.begin()
    return get_demande(guichet, made.demande.numero).usager_id


class TestHers:
    @pytest.mark.parametrize(
        ("nom", "prenom"),
        [
            ("Rochat", "Camille"),
            ("RÖCHAT", "camille"),
            ("Rochat-Favre", "Camille"),
            ("Favre Rochat", "Camille Anne"),
        ],
    )
    def test_of_the_same_identity(self, guichet, entered, claim, nom, prenom, journal):
        made = entered(IdentiteControlee(nom, prenom, "1986-04-12", "connu"))
        compte = make_compte()
        response = claim(compte, made.demande.numero.lower(), made.code)
        number = made.demande.numero
        assert response.url.endswith(f"/mon-espace/demandes/{number}?fait=rattachement")
        assert response.status_code == 200
        assert "Cette demande fait maintenant partie de votre compte." in response.text
        assert owner(guichet, made) == compte.id
        demande = get_demande(guichet, number)
        last = historique(demande)[-1]
        assert (last.genre, last.par) == ("rattacher", compte.id)
        assert ("demande.rattacher", number, "") in journal

    def test_a_name_at_birth_the_register_knows(self, guichet, entered, claim):
        made = entered(IdentiteControlee("Pittet", "Camille", "1986-04-12", "connu"))
        compte = make_compte()
        compte.set_facts(Source.DECLARE, {"nom_naissance": "Pittet"}, now())
        # What she says herself proves nothing.
        assert claim(compte, made.demande.numero, made.code).status_code == 400
        compte.set_facts(Source.REGISTRE, {"nom_naissance": "Pittet"}, now())
        claim(compte, made.demande.numero, made.code)
        assert owner(guichet, made) == compte.id

    def test_twice(self, guichet, entered, claim):
        made = entered()
        compte = make_compte()
        first = claim(compte, made.demande.numero, made.code)
        second = claim(compte, made.demande.numero, made.code)
        assert first.url == second.url
        events = [
            one.genre for one in historique(get_demande(guichet, made.demande.numero))
        ]
        assert events.count("rattacher") == 1

    def test_one_made_online_without_account(self, guichet, entered, claim):
        made = entered(None)
        compte = make_compte(level=Level.DECLARED)
        claim(compte, made.demande.numero, made.code)
        assert owner(guichet, made) == compte.id


class TestRefused:
    def refused(self, guichet, made, response, words):
        assert response.status_code == 400
        assert by_id(response, "probleme").startswith(words)
        assert owner(guichet, made) is None

    def test_not_verified(self, guichet, entered, claim, journal):
        made = entered()
        response = claim(
            make_compte(level=Level.DECLARED), made.demande.numero, made.code
        )
        self.refused(guichet, made, response, NOT_VERIFIED)
        assert journal[-1] == (
            "demande.rattacher_refuse",
            made.demande.numero,
            "pas_verifie",
        )

    @pytest.mark.parametrize(
        "values",
        [
            {"prenom": "Dominique"},
            {"nom": "Favre"},
            {"date_naissance": date(1986, 4, 13)},
            {"date_naissance": None},
        ],
    )
    def test_somebody_else(self, guichet, entered, claim, values, journal):
        made = entered()
        compte = make_compte("G-autre", **values)
        response = claim(compte, made.demande.numero, made.code)
        self.refused(guichet, made, response, ANOTHER)
        assert journal[-1][2] == "autre_identite"
        # The one it is for still gets it.
        camille = make_compte()
        claim(camille, made.demande.numero, made.code)
        assert owner(guichet, made) == camille.id

    def test_a_birth_date_of_her_own_saying(self, guichet, entered, claim):
        made = entered()
        compte = make_compte(date_naissance=None)
        compte.set_facts(Source.DECLARE, {"date_naissance": "1986-04-12"}, now())
        response = claim(compte, made.demande.numero, made.code)
        self.refused(guichet, made, response, ANOTHER)

    def test_a_namesake_comes_first_only_with_the_code(self, guichet, entered, claim):
        made = entered()
        namesake = make_compte("G-homonyme", avs="")
        response = claim(namesake, made.demande.numero, "AAAAA-AAAAA")
        self.refused(guichet, made, response, "Ce numéro et ce code ne vont pas")
        claim(namesake, made.demande.numero, made.code)
        response = claim(make_compte(), made.demande.numero, made.code)
        assert by_id(response, "probleme") == TAKEN
        assert owner(guichet, made) == namesake.id

    def test_what_was_entered_for_an_account(self, guichet, entered, claim):
        camille = make_compte()
        made = entered(usager_id=camille.id)
        namesake = make_compte("G-homonyme", avs="")
        response = claim(namesake, made.demande.numero, made.code)
        assert by_id(response, "probleme") == TAKEN
        assert owner(guichet, made) == camille.id

    def test_the_organisation_she_acts_for(self, guichet, entered, claim):
        made = entered()
        company = make_company(
            prenom="Camille", nom="Rochat", date_naissance=date(1986, 4, 12)
        )
        response = claim(company, made.demande.numero, made.code)
        self.refused(
            guichet,
            made,
            response,
            "Cette demande a été faite au guichet pour une pers",
        )

    @pytest.mark.parametrize("number", ["", "2026-AAAA-AAAA"])
    def test_no_number(self, claim, entered, number):
        response = claim(make_compte(), number, entered().code)
        assert response.status_code == 400
        assert by_id(response, "ajouter-numero-erreur")

    def test_guessing_is_slowed_down(self, guichet, claim, entered):
        made, compte = entered(), make_compte()
        for _attempt in range(5):
            assert claim(compte, made.demande.numero, "x").status_code == 400
        response = claim(compte, made.demande.numero, made.code)
        assert response.status_code == 429
        assert owner(guichet, made) is None

    def test_a_page_of_another_site(self, guichet, claim, entered):
        made = entered()
        response = claim(make_compte(), made.demande.numero, made.code, token="x")
        assert response.status_code == 403
        assert owner(guichet, made) is None

    def test_without_login(self, functional, guichet):
        base = f"http://{functional['host']}:{functional['port']}/plone/guichet"
        response = Visitor(base).get("/mon-espace/ajouter", allow_redirects=False)
        assert "/se-connecter?retour=" in response.headers["Location"]


class TestOrganisations:
    COMPANY = IdentiteControlee(
        "Boulangerie du Rondeau", "", "", "connu", ide="CHE107482617"
    )
    ASSOCIATION = IdentiteControlee("CHOEUR DU VIEUX CAROUGE", "", "", "connu")

    def test_by_its_uid(self, guichet, entered, claim):
        made = entered(self.COMPANY)
        company = make_company()
        claim(company, made.demande.numero, made.code)
        assert owner(guichet, made) == company.id
        demande = get_demande(guichet, made.demande.numero)
        assert demande.organisation_id == "org-CHE107482617"

    def test_by_its_name(self, guichet, entered, claim):
        made = entered(self.ASSOCIATION)
        association = make_association()
        claim(association, made.demande.numero, made.code)
        assert owner(guichet, made) == association.id

    def test_another_one(self, guichet, entered, claim):
        made = entered(self.COMPANY)
        other = make_company(name="Boulangerie du Rondeau", uid="CHE109322551")
        response = claim(other, made.demande.numero, made.code)
        assert by_id(response, "probleme").startswith(ANOTHER)
        response = claim(make_association(), made.demande.numero, made.code)
        assert response.status_code == 400
        assert owner(guichet, made) is None

    def test_a_person(self, guichet, entered, claim):
        made = entered(self.COMPANY)
        response = claim(make_compte(), made.demande.numero, made.code)
        assert by_id(response, "probleme").startswith(
            "Cette demande a été faite au guichet pour une organisation."
        )
        assert owner(guichet, made) is None

    def test_an_account_that_is_not_verified(self, guichet, entered, claim):
        made = entered(self.COMPANY)
        company = make_compte(
            "G-faux",
            account_type=AccountType.ENTREPRISE,
            level=Level.DECLARED,
            organisation=Organisation("O-x", "Boulangerie du Rondeau", "CHE107482617"),
        )
        response = claim(company, made.demande.numero, made.code)
        assert by_id(response, "probleme").startswith(NOT_VERIFIED)
        assert owner(guichet, made) is None


def test_the_same_words_on_the_follow_up(functional, guichet, entered):
    made = entered()
    compte = make_compte(level=Level.DECLARED)
    visitor = Visitor(f"http://{functional['host']}:{functional['port']}/plone/guichet")
    visitor.session.cookies.update(cookies_of(functional, compte))
    page = visitor.post(
        "/suivi",
        data={"action": "ouvrir", "numero": made.demande.numero, "code": made.code},
    )
    [form] = html.fromstring(page.text).xpath("//section[@id='suivi-compte']//form")
    data = {**dict(form.form_values()), "action": "rattacher"}
    response = visitor.session.post(form.get("action"), data=data)
    assert NOT_VERIFIED in " ".join(
        html.fromstring(response.text).text_content().split()
    )
    assert owner(guichet, made) is None


def test_the_list_leads_there(functional, guichet):
    visitor = Visitor(f"http://{functional['host']}:{functional['port']}/plone/guichet")
    visitor.session.cookies.update(cookies_of(functional, make_compte()))
    page = html.fromstring(visitor.get("/mon-espace/demandes").text)
    [link] = page.xpath("//main//a[contains(@href, '/mon-espace/ajouter')]/@href")
    assert visitor.session.get(link).status_code == 200
