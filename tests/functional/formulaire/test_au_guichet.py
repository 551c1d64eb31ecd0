"""An agent files a démarche for somebody: from the search to the receipt."""

from carouge.guichet.compte.domain import Level
from carouge.guichet.demande.service import open_with_code
from carouge.guichet.registre.domain import Status
from comptes import make_company
from comptes import make_compte
from datetime import date
from fichiers import pdf
from formulaires import connus
from formulaires import etape
from formulaires import id_de
from formulaires import PATH
from formulaires import reponses
from formulaires import texte
from formulaires import valeur
from lxml import html
from modeles import champ
from modeles import etape as page
from modeles import modele
from modeles import regle
from modeles import si
from visitor import by_id
from visitor import errors
from visitor import Form
from visitor import Visitor

import json
import logging
import pytest
import transaction


PASSWORD = "Guichet-2026!"
MODEL = modele(
    page(
        "vous",
        champ("nom", fait="nom", requis=True),
        champ("prenom", fait="prenom", requis=True),
        champ("naissance", "date", fait="date_naissance"),
        champ("telephone", fait="telephone"),
        champ("mail", "courriel", fait="courriel", requis=True),
        champ("agent", si=si(regle("usager.type", "est", "agent"))),
        champ("habitant", si=si(regle("usager.resident", "oui"))),
    ),
    page("pieces", champ("preuve", "piece", requis=True)),
)
PADLOCK = {"niveau": "verifie", "residents_seulement": True}
CAMILLE = {"nom": "rochat", "prenom": "CAMILLE", "date_naissance": "12.4.1986"}
SOFIA = {
    "nom": "Moreno",
    "prenom": "Sofía",
    "date_naissance": "15.7.1992",
    "courriel": "sofia@example.ch",
    "telephone": "079 555 44 33",
    "rue": "Rue Ancienne 3",
    "npa": "1227",
    "localite": "Carouge",
}


@pytest.fixture(autouse=True)
def a_form(publie):
    publie(MODEL)


@pytest.fixture
def journal():
    """The lines of the journal: (actor, action, subject)."""
    lines = []

    class Handler(logging.Handler):
        def emit(self, record):
            line = json.loads(record.getMessage())
            lines.append((line["actor"], line["action"], line["subject"]))

    logger = logging.getLogger("carouge.guichet.journal")
    handler, level = Handler(), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture
def guichetier(base):
    return Guichetier(base)


class Guichetier(Visitor):
    """An agent at the counter."""

    def __init__(self, base, login="agent-dechets"):
        super().__init__(base, (login, PASSWORD))

    def saisir(self, etape, **data):
        return self.post("/agents/saisir", data={"etape": etape, **data})

    def chercher(self, **data):
        return self.saisir("chercher", **data)

    def choisir(self, compte, **data):
        """The page with the démarches, for somebody with an account."""
        return self.saisir("choisir", compte=compte.id, **data)

    def sans_compte(self, **data):
        return self.saisir("identite", qui="personne", **data)

    def press(self, response, demarche, venue):
        """Begin a démarche on the page that offers them."""
        [form] = html.fromstring(response.text).xpath("//form[.//input[@name='etat']]")
        data = dict(form.form_values())
        data |= {"etape": "commencer", "demarche": demarche, "venue": venue}
        return self.post("/agents/saisir", data=data)

    def commencer(self, response, demarche, venue="guichet-piece_identite"):
        response = self.press(response, demarche.UID(), venue)
        assert response.status_code == 200, response.text
        assert "/formulaire/" in response.url, texte_de(response)
        return Form(self, response)


def texte_de(response):
    page = html.fromstring(response.text)
    return " ".join(page.xpath("//main|//body")[0].text_content().split())


def found(response):
    """The accounts on the page, as (person, remark)."""
    return [
        " ".join(item.xpath("./span")[0].text_content().split())
        for item in html.fromstring(response.text).xpath("//form//li")
        if item.xpath(".//button[@name='compte']")
    ]


def field_errors(response):
    return {
        item.xpath("./../..//input/@name")[0]: " ".join(item.text_content().split())
        for item in html.fromstring(response.text).xpath(
            "//p[contains(@class, 'invalid-feedback')]"
        )
    }


class TestWho:
    def test_not_for_citizens(self, connecte):
        visitor = connecte(make_compte())
        assert visitor.get("/agents/saisir").status_code == 404
        assert visitor.post("/agents/saisir", data=CAMILLE).status_code == 404
        assert visitor.get("/agents/saisie").status_code == 404

    def test_not_for_editors(self, base):
        editor = Guichetier(base, "editeur")
        assert editor.get("/agents/saisir").status_code == 404
        assert editor.chercher(**CAMILLE).status_code == 404

    def test_not_for_anybody(self, anonyme):
        response = anonyme.get("/agents/saisir")
        assert response.status_code == 404
        [login] = html.fromstring(response.text).xpath(
            "//main//a[contains(@href, 'came_from')]/@href"
        )
        assert login.endswith("%2Fguichet%2Fagents%2Fsaisir")

    def test_the_list_leads_there(self, guichetier):
        page = html.fromstring(guichetier.get("/agents").text)
        [link] = page.xpath("//a[@id='agents-saisir']/@href")
        assert guichetier.session.get(link).status_code == 200


class TestSearch:
    @pytest.fixture(autouse=True)
    def people(self, functional):
        make_compte()
        make_compte("G-autre", prenom="Claude", nom="Rochat")
        make_compte("G-jour", date_naissance=date(1986, 4, 13))
        make_compte(
            "G-double", prenom="Éva Marie", nom="Müller-Rochat", avs="", courriel=""
        )
        transaction.commit()

    def test_name_and_day(self, guichetier, journal):
        response = guichetier.chercher(**CAMILLE)
        assert found(response) == ["Camille Rochat 12.04.1986 – e-démarches, vérifié"]
        assert journal == [("agent-dechets", "compte.chercher", "1")]

    def test_tolerant_of_accents_and_double_names(self, guichetier):
        response = guichetier.chercher(
            nom="MULLER", prenom="eva", date_naissance="1986-04-12"
        )
        assert [row.partition(" 12")[0] for row in found(response)] == [
            "Éva Marie Müller-Rochat"
        ]

    def test_the_first_name_may_be_left_out(self, guichetier):
        response = guichetier.chercher(nom="Rochat", date_naissance="12.04.1986")
        names = sorted(row.partition(" 12")[0] for row in found(response))
        assert names == ["Camille Rochat", "Claude Rochat", "Éva Marie Müller-Rochat"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"date_naissance": "12.04.1987"},
            {"prenom": "Camill"},
            {"nom": "Roch"},
            {"nom": "Favre"},
        ],
    )
    def test_nobody_else(self, guichetier, changes, journal):
        response = guichetier.chercher(**CAMILLE | changes)
        assert response.status_code == 200
        assert found(response) == []
        assert by_id(response, "saisir-trouves").startswith("Aucun compte")
        assert journal == [("agent-dechets", "compte.chercher", "0")]

    def test_both_are_needed(self, guichetier, journal):
        response = guichetier.chercher(nom="", date_naissance="31.2.1986")
        assert response.status_code == 400
        assert field_errors(response) == {
            "nom": "Veuillez remplir ce champ.",
            "date_naissance": ("Ce n’est pas une date. Écrivez-la ainsi : 8.3.2017."),
        }
        assert journal == []

    def test_an_account_that_was_not_looked_for(self, guichetier, journal):
        other = make_compte("G-marc", prenom="Marc", nom="Dubois")
        transaction.commit()
        response = guichetier.choisir(other, **CAMILLE)
        assert response.status_code == 400
        assert ("agent-dechets", "compte.consulter", other.id) not in journal
        assert "Dubois" not in response.text

    def test_an_organisation_is_another_account(self, guichetier):
        make_company(date_naissance=date(1980, 1, 2))
        make_compte(
            "G-laura",
            prenom="Laura",
            nom="Keller",
            avs="",
            date_naissance=date(1980, 1, 2),
        )
        transaction.commit()
        response = guichetier.chercher(nom="Keller", date_naissance="2.1.1980")
        assert [row.partition(" 02")[0] for row in found(response)] == [
            "Laura Keller",
            "Laura Keller agit pour Boulangerie du Rondeau Sàrl",
        ]


class TestWithAccount:
    @pytest.fixture
    def camille(self, functional):
        compte = make_compte(residency=Status.NOT_RESIDENT)
        transaction.commit()
        return compte

    @pytest.fixture
    def choix(self, guichetier, camille):
        return guichetier.choisir(camille, **CAMILLE)

    def test_the_whole_way(
        self, journal, guichetier, camille, demarche, publie, stored, choix
    ):
        publie(MODEL, **PADLOCK)
        form = guichetier.commencer(choix, demarche)
        assert texte(form, "guichet-saisie").startswith(
            "Vous saisissez pour Camille Rochat (Au guichet)."
        )
        assert texte(form, "guichet-saisie-acces") == (
            "En ligne, cette personne serait refusée : le registre des habitants ne "
            "connaît pas cette personne comme habitante. Assurez-vous que rien ne s’y "
            "oppose."
        )
        # What the account knows for certain cannot be changed here either.
        assert set(connus(form)) == {"nom", "prenom", "naissance"}
        assert "agent" not in form.asked
        assert "habitant" not in form.asked
        form.press()
        assert etape(form) == "pieces"
        assert texte(form, "guichet-saisie") != ""
        form.fill(preuve="x").press()
        form.fill(**{"preuve.moyen": "Reçu sur papier, je l’ai vu"}).press()
        page = html.fromstring(form.response.text)
        assert page.xpath("//main//input[@id='garder']") == []
        response = form.send()
        assert "/agents/saisie?" in response.url
        [demande] = stored()
        assert by_id(response, "numero") == demande.numero
        assert open_with_code(
            guichet=demarche.__parent__.__parent__,
            number=demande.numero,
            code=by_id(response, "code"),
        )
        assert (demande.usager_id, demande.canal, demande.saisi_par) == (
            camille.id,
            "guichet",
            "agent-dechets",
        )
        identite = demande.identite
        assert (identite.nom, identite.prenom, identite.naissance) == (
            "Rochat",
            "Camille",
            "1986-04-12",
        )
        assert identite.controle == "piece_identite"
        assert demande.deposant.nom == "Camille Rochat"
        assert demande.deposant.acr == ""
        assert demande.courriel == "camille@example.ch"
        assert reponses(demande)["preuve"] == "Reçu sur papier"
        [piece] = demande.pieces
        assert (piece.moyen, piece.annoncee, piece.recue_par) == (
            "guichet",
            False,
            "agent-dechets",
        )
        assert [line for line in journal if line[0] != "test_user_1_"][:3] == [
            ("agent-dechets", "compte.consulter", camille.id),
            ("agent-dechets", "brouillon.saisir", id_de(form.action)),
            ("agent-dechets", "demande.deposer", demande.numero),
        ]
        assert camille.id not in {actor for actor, _action, _subject in journal}

    def test_it_is_hers(self, guichetier, connecte, camille, demarche, stored, choix):
        form = guichetier.commencer(choix, demarche)
        form.fill(**{"preuve.moyen": "Arrivera par la poste"}).submit()
        [demande] = stored()
        visitor = connecte(camille)
        page = visitor.get(f"/mon-espace/demandes/{demande.numero}")
        assert page.status_code == 200
        # And nobody's draft was left or is offered to her.
        assert visitor.get("/mon-espace/brouillons").text.count("/formulaire/") == 0

    def test_nobody_is_spoken_for_without_a_check(
        self, guichetier, demarche, gardes, choix
    ):
        page = html.fromstring(choix.text)
        assert page.xpath("//input[@name='venue'][contains(@value, 'aucun')]") == []
        response = guichetier.press(choix, demarche.UID(), "telephone-aucun")
        assert response.status_code == 400
        assert by_id(response, "saisir-venue-erreur").startswith(
            "Pour quelqu’un qui a un compte, l’identité doit être vérifiée"
        )
        response = guichetier.press(choix, demarche.UID(), "")
        assert response.status_code == 400
        assert gardes() == []

    @pytest.mark.parametrize(
        "venue", ["telephone-signature", "guichet-questions", "en_ligne-connu", "x"]
    )
    def test_a_check_that_does_not_fit(
        self, guichetier, demarche, gardes, choix, venue
    ):
        assert guichetier.press(choix, demarche.UID(), venue).status_code == 400
        assert gardes() == []

    def test_the_page_of_another_agent(self, base, demarche, choix, gardes):
        other = Guichetier(base, "agent-ecoles")
        response = other.press(choix, demarche.UID(), "guichet-connu")
        assert response.status_code == 400
        assert gardes() == []

    def test_an_account_erased_meanwhile(
        self, guichetier, demarche, camille, stored, choix
    ):
        from carouge.guichet.compte.service import comptes

        form = guichetier.commencer(choix, demarche)
        comptes().remove(camille.id)
        transaction.commit()
        form = Form(guichetier, guichetier.session.get(form.response.url))
        assert "Le compte de cette personne a été effacé" in texte(
            form, "guichet-saisie"
        )
        form.fill(
            nom="Rochat", prenom="Camille", **{"preuve.moyen": "Arrivera par la poste"}
        ).submit()
        [demande] = stored()
        assert demande.usager_id is None
        assert demande.identite.naissance == "1986-04-12"


class TestWithoutAccount:
    def test_by_telephone(self, guichetier, demarche, stored):
        response = guichetier.sans_compte(**SOFIA)
        form = guichetier.commencer(response, demarche, "telephone-aucun")
        assert texte(form, "guichet-saisie").startswith(
            "Vous saisissez pour Sofía Moreno (Par téléphone). Naissance : 15.07.1992."
        )
        assert connus(form) == {}
        assert [valeur(form, name) for name in ("nom", "prenom", "mail")] == [
            "Moreno",
            "Sofía",
            "sofia@example.ch",
        ]
        assert "agent" in form.asked
        form.press()
        # Nobody hands a paper over by telephone.
        labels = [
            " ".join(label.text_content().split())
            for label in form.page.xpath("//label[@class='form-check-label']")
        ]
        assert labels == [
            "Numérisé, téléversé maintenant",
            "Arrivera par la poste",
            "Sera apporté au guichet",
        ]
        form.fill(**{"preuve.moyen": "Arrivera par la poste"})
        response = form.submit()
        [demande] = stored()
        assert (demande.usager_id, demande.deposant) == (None, None)
        assert demande.courriel == "sofia@example.ch"
        assert demande.identite.telephone == "+41795554433"
        assert demande.identite.adresse == "Rue Ancienne 3\n1227 Carouge"
        assert (demande.canal, demande.identite.controle) == ("telephone", "aucun")
        assert [piece.annoncee for piece in demande.pieces] == [True]
        assert "Moreno" in by_id(response, "pour")
        cover = html.fromstring(response.text).xpath("//*[@id='pieces']//a/@href")[0]
        answer = guichetier.session.get(cover)
        assert answer.headers["Content-Type"] == "application/pdf"

    def test_from_a_letter_without_any_address(self, guichetier, demarche, stored):
        person = {name: SOFIA[name] for name in ("nom", "prenom", "date_naissance")}
        response = guichetier.sans_compte(**person)
        form = guichetier.commencer(response, demarche, "courrier-signature")
        form.fill(**{"preuve.moyen": "Reçu sur papier, je l’ai vu"})
        # The e-mail address is asked of citizens; whoever writes a letter may have none.
        form.submit()
        [demande] = stored()
        assert demande.courriel is None
        [piece] = demande.pieces
        assert (piece.moyen, piece.annoncee) == ("poste", False)

    def test_a_scan(self, guichetier, demarche, stored):
        form = guichetier.commencer(guichetier.sans_compte(**SOFIA), demarche)
        form.fill(preuve=("scan.pdf", pdf(), "application/pdf")).submit()
        [demande] = stored()
        assert [piece.file.filename for piece in demande.pieces] == ["scan.pdf"]

    def test_an_organisation(self, guichetier, demarche, stored):
        response = guichetier.saisir(
            "identite",
            qui="organisation",
            raison_sociale="Boulangerie du Rondeau Sàrl",
            ide="CHE-107.482.617",
        )
        form = guichetier.commencer(response, demarche)
        form.fill(nom="Keller", prenom="Laura").press()
        form.fill(**{"preuve.moyen": "Arrivera par la poste"}).submit()
        [demande] = stored()
        identite = demande.identite
        assert (identite.nom, identite.ide, identite.naissance) == (
            "Boulangerie du Rondeau Sàrl",
            "CHE107482617",
            "",
        )

    def test_a_padlock_wants_a_check(self, guichetier, demarche, publie, gardes):
        publie(MODEL, **PADLOCK)
        page = guichetier.sans_compte(**SOFIA)
        response = guichetier.press(page, demarche.UID(), "telephone-aucun")
        assert response.status_code == 400
        assert by_id(response, "saisir-venue-erreur").startswith(
            "En ligne, cette démarche demande un compte."
        )
        assert gardes() == []
        form = guichetier.commencer(response, demarche, "telephone-questions")
        form.fill(**{"preuve.moyen": "Arrivera par la poste"})
        assert "/agents/saisie?" in form.submit().url

    def test_what_is_missing(self, guichetier):
        response = guichetier.sans_compte(
            nom="Moreno", courriel="sofia", telephone="12", rue="Rue Ancienne 3"
        )
        assert response.status_code == 400
        assert set(field_errors(response)) == {
            "prenom",
            "date_naissance",
            "courriel",
            "telephone",
        }
        response = guichetier.sans_compte(**SOFIA | {"npa": "", "localite": ""})
        assert set(field_errors(response)) == {"npa", "localite"}

    def test_scripts_in_a_name(self, guichetier, demarche):
        name = "<script>alert(1)</script>"
        form = guichetier.commencer(
            guichetier.sans_compte(**SOFIA | {"nom": name}), demarche
        )
        assert name not in form.response.text
        assert name in texte(form, "guichet-saisie")


class TestDemarches:
    def offered(self, response):
        return [
            item.xpath(".//strong")[0].text_content()
            for item in html.fromstring(response.text).xpath("//form//li")
        ]

    def test_those_of_the_service_then_all(self, guichetier):
        response = guichetier.sans_compte(**SOFIA)
        own = self.offered(response)
        assert "Commander un conteneur" in own
        [form] = html.fromstring(response.text).xpath("//form[.//input[@name='etat']]")
        data = dict(form.form_values()) | {"etape": "demarches", "q": "chien"}
        response = guichetier.post("/agents/saisir", data=data)
        others = self.offered(response)
        assert others and not set(others) & set(own)
        assert "vous ne pourrez pas l’ouvrir ensuite" in response.text

    def test_closed(self, guichetier, demarche, publie, gardes):
        publie(MODEL, fermeture=date(2020, 1, 1))
        page = guichetier.sans_compte(**SOFIA)
        response = guichetier.press(page, demarche.UID(), "guichet-connu")
        assert response.status_code == 400
        assert by_id(response, "agents-alert") == (
            "Cette démarche ne peut pas être déposée aujourd’hui."
        )
        assert gardes() == []
        publie(MODEL, fermeture=None)

    def test_closed_while_it_was_filled_in(self, guichetier, demarche, publie, gardes):
        form = guichetier.commencer(guichetier.sans_compte(**SOFIA), demarche)
        form.fill(**{"preuve.moyen": "Arrivera par la poste"}).review()
        publie(MODEL, fermeture=date(2020, 1, 1))
        response = form.send()
        assert "/verifier" in response.url
        assert len(gardes()) == 1
        publie(MODEL, fermeture=None)

    def test_no_such_demarche(self, guichetier):
        page = guichetier.sans_compte(**SOFIA)
        assert guichetier.press(page, "x", "guichet-connu").status_code == 400

    def test_without_our_token(self, guichetier, demarche, gardes):
        [form] = html.fromstring(guichetier.sans_compte(**SOFIA).text).xpath(
            "//form[.//input[@name='etat']]"
        )
        data = dict(form.form_values())
        data |= {"etape": "commencer", "demarche": demarche.UID()}
        data |= {"venue": "guichet-connu", "_authenticator": "x"}
        response = guichetier.post("/agents/saisir", data=data)
        assert response.status_code == 403
        assert gardes() == []

    def test_pressed_twice(self, guichetier, demarche, gardes):
        page = guichetier.sans_compte(**SOFIA)
        guichetier.commencer(page, demarche)
        guichetier.commencer(page, demarche)
        assert len(gardes()) == 1


class TestTheEntry:
    @pytest.fixture
    def form(self, guichetier, demarche):
        form = guichetier.commencer(guichetier.sans_compte(**SOFIA), demarche)
        form.fill(telephone="022 307 91 11").press()
        return form

    def test_gone_on_with_later(self, guichetier, form):
        page = html.fromstring(guichetier.get("/agents/saisir").text)
        [row] = page.xpath("//*[@id='saisies']//li")
        words = " ".join(row.text_content().split())
        assert words.startswith("Commander un conteneur Sofía Moreno – Au guichet")
        [link] = row.xpath(".//a[contains(@class, 'btn-primary')]/@href")
        again = Form(guichetier, guichetier.session.get(link))
        assert etape(again) == "pieces"
        assert valeur(again.step("vous"), "telephone") == "022 307 91 11"

    @pytest.mark.parametrize("login", ["agent-ecoles", "admin"])
    def test_not_by_a_colleague(self, base, form, login):
        other = Guichetier(base, login)
        if login == "admin":
            other.session.auth = ("admin", "secret")
        response = other.session.get(form.response.url)
        assert response.status_code == 404
        assert "Moreno" not in response.text
        response = other.session.post(form.action, data={"champ.nom": "x"})
        assert "Moreno" not in response.text

    def test_not_by_a_citizen_nor_without_login(self, connecte, anonyme, form):
        for visitor in (anonyme, connecte(make_compte())):
            response = visitor.session.get(form.response.url)
            assert response.status_code == 404
            assert "Moreno" not in response.text

    def test_a_browser_that_says_it_is_the_agent(self, base, connecte, form):
        """Whoever has a compte is a citizen, whatever else he is."""
        visitor = connecte(make_compte("agent-dechets"))
        assert visitor.session.get(form.response.url).status_code == 404

    def test_saved_while_typing(self, guichetier, form, gardes):
        values = dict(form.hidden) | {"etape": "pieces", "champ.preuve.moyen": "poste"}
        [address] = form.page.xpath("//form/@data-guichet-enregistrer")
        response = guichetier.session.post(address, data=values)
        assert response.status_code == 200
        [brouillon] = gardes()
        assert brouillon.saisies["preuve"]["moyen"] == "poste"

    def test_the_session_has_ended(self, anonyme, form, gardes):
        [address] = form.page.xpath("//form/@data-guichet-enregistrer")
        response = anonyme.session.post(
            address, data=dict(form.hidden) | {"etape": "pieces"}
        )
        assert response.status_code == 401
        assert "/plone/login?came_from=" in response.json()["connexion"]
        response = anonyme.session.post(form.action, data=form.hidden)
        page = html.fromstring(response.text)
        assert page.xpath("//*[@id='guichet-avis']//a/@href")[0].startswith(
            f"{anonyme.base.removesuffix('/guichet')}/login?came_from="
        )

    def test_abandoned(self, guichetier, form, gardes, journal):
        [link] = form.page.xpath(
            "//*[@id='guichet-saisie']//a[contains(@href, 'supprimer')]/@href"
        )
        guichetier.session.get(link)
        assert len(gardes()) == 1
        response = guichetier.session.post(link)
        assert response.status_code == 200
        assert gardes() == []
        assert journal[-1][:2] == ("agent-dechets", "brouillon.abandonner")
        assert html.fromstring(response.text).xpath(
            "//main//a[contains(@href, '/agents/saisir')]"
        )

    def test_rest_does_not_know_it(self, guichetier, form, gardes):
        [brouillon] = gardes()
        base = guichetier.base.replace("/plone/", "/plone/++api++/")
        response = guichetier.session.get(
            f"{base}/@brouillons/{brouillon.id}", headers={"Accept": "application/json"}
        )
        assert response.status_code == 404


class TestTheEnd:
    @pytest.fixture
    def form(self, guichetier, demarche):
        form = guichetier.commencer(guichetier.sans_compte(**SOFIA), demarche)
        return form.fill(**{"preuve.moyen": "Arrivera par la poste"})

    @pytest.fixture
    def end(self, form):
        return form.submit()

    def test_sent_twice(self, form, stored):
        form.review()
        first, second = form.send(), form.send()
        assert first.url == second.url
        assert by_id(first, "code") == by_id(second, "code")
        assert len(stored()) == 1

    def test_for_this_agent_only(self, base, anonyme, connecte, end):
        others = (
            Guichetier(base, "agent-ecoles"),
            anonyme,
            connecte(make_compte()),
        )
        for visitor in others:
            response = visitor.session.get(end.url)
            assert response.status_code == 404
            assert "Moreno" not in response.text

    def test_the_citizens_page_leads_here(self, guichetier, end):
        address = end.url.partition("brouillon=")[2]
        response = guichetier.get(f"/{PATH}/confirmation?brouillon={address}")
        assert response.url == end.url

    def test_the_receipt(self, guichetier, end):
        [link] = html.fromstring(end.text).xpath("//a[@id='saisie-recepisse']/@href")
        response = guichetier.session.get(link)
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF")

    def test_another_one_for_the_same_person(self, guichetier, end, demarche, stored):
        [form] = html.fromstring(end.text).xpath("//form[@id='saisie-encore']")
        response = guichetier.session.post(
            form.get("action"), data=dict(form.form_values())
        )
        assert "Sofía Moreno" in by_id(response, "saisir-pour")
        page = html.fromstring(response.text)
        assert page.xpath("//input[@name='venue'][@checked]/@value") == [
            "guichet-piece_identite"
        ]
        form = guichetier.commencer(response, demarche)
        assert valeur(form, "telephone") == "+41 79 555 44 33"
        form.fill(**{"preuve.moyen": "Arrivera par la poste"}).submit()
        first, second = stored()
        assert first.identite == second.identite
        assert first.courriel == second.courriel

    def test_the_code_of_a_new_one(self, guichetier, end, stored, demarche):
        from carouge.guichet.demande.domain import Controle
        from carouge.guichet.demande.rattachement import renouveler_code

        [demande] = stored()
        renouveler_code(demande, b"x" * 32, Controle.CONNU)
        transaction.commit()
        response = guichetier.session.get(end.url)
        assert html.fromstring(response.text).xpath("//*[@id='code']") == []

    def test_the_desk_says_who_entered_it(self, guichetier, end, stored):
        [demande] = stored()
        page = guichetier.get(f"/agents/{demande.numero}")
        assert page.status_code == 200
        assert "Au guichet" in page.text


def test_errors_as_for_everybody(guichetier, demarche):
    form = guichetier.commencer(guichetier.sans_compte(**SOFIA), demarche)
    response = form.fill(nom="").press()
    assert errors(response) == [("champ-nom", "Veuillez répondre à cette question.")]
    assert texte(form, "guichet-saisie") != ""


def test_a_level_is_read_of_the_person(guichetier, demarche, publie):
    publie(MODEL, **PADLOCK)
    compte = make_compte(level=Level.DECLARED)
    transaction.commit()
    form = guichetier.commencer(guichetier.choisir(compte, **CAMILLE), demarche)
    assert "le compte n’est pas vérifié" in texte(form, "guichet-saisie-acces")
