"""What the counter knows of somebody stands in his forms, and what is locked stays."""

from carouge.guichet.compte.domain import Fact
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.service import get_compte
from carouge.guichet.demande.domain import FaitUtilise
from carouge.guichet.demande.domain import MembreConcerne
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.registre.domain import Status
from comptes import cookies_of
from comptes import make_company
from comptes import make_compte
from datetime import date
from datetime import datetime
from datetime import timezone
from lxml import html
from publication import publier
from visitor import by_id
from visitor import errors
from visitor import Form
from visitor import Visitor

import pytest
import transaction


SINCE = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
DEPOT = "dechets/signaler-un-depot-sauvage"
DEPOT_ANSWERS = {
    "lieu": "devant le 12, rue Vautier",
    "terrain": "Trottoir ou chaussée",
    "date_constat": "2026-11-20",
    "nature": ["Meubles ou matelas"],
    "danger": "non",
    "description": "Un canapé rouge",
    "accord": True,
}
PARASCOLAIRE = "enfance-ecoles/inscription-parascolaire"
PDF = ("attestation.pdf", b"%PDF-1.4 attestation", "application/pdf")
PARASCOLAIRE_ANSWERS = {
    "lien": "Mère",
    "premier_jour": "2026-12-01",
    "repas": "Végétarien",
    "allergie": "non",
    "rentre_seul": "non",
    "telephone_urgence": "079 000 01 01",
    "telephone": "079 000 01 01",
    "attestation_assurance": PDF,
    "accord": True,
}
CORRECTION = "etat-civil/corriger-mes-donnees"


def member(id, prenom, **values):
    defaults = {
        "role": Role.ENFANT,
        "nom": "Rochat",
        "date_naissance": date(2017, 3, 8),
        "source": Source.REGISTRE,
        "at": SINCE,
    }
    return Membre(id=id, prenom=prenom, **{**defaults, **values})


@pytest.fixture
def base(functional):
    return f"http://{functional['host']}:{functional['port']}/plone/guichet"


@pytest.fixture
def camille(functional):
    """A resident with a household, whose names the register holds."""
    compte = make_compte(residency=Status.RESIDENT)
    compte.set_facts(
        Source.REGISTRE,
        {
            "prenom": "Camille",
            "nom": "Rochat",
            "rue": "rue Saint-Joseph",
            "numero": "12",
        },
        SINCE,
    )
    compte.put_membre(
        member("noe", "Noé", date_naissance=date(2020, 9, 21), ecole="Pervenches")
    )
    compte.put_membre(member("lea", "Léa", ecole="Vigne-Rouge", classe="4P"))
    compte.put_membre(
        member("dominique", "Dominique", role=Role.ADULTE, date_naissance=None)
    )
    compte.put_membre(
        member("zoe", "Zoé", source=Source.DECLARE, ecole="Tambourine", classe="")
    )
    transaction.commit()
    return compte


@pytest.fixture
def logged_in(functional, base):
    def log_in(compte):
        visitor = Visitor(base)
        visitor.session.cookies.update(cookies_of(functional, compte))
        return visitor

    return log_in


@pytest.fixture
def visitor(camille, logged_in):
    return logged_in(camille)


@pytest.fixture
def stored(functional):
    def read():
        transaction.begin()
        return list(demandes_of(functional["portal"].guichet))

    return read


def known(form):
    """The values that are text, by name of the question."""
    return {
        element.get("data-guichet-connu"): element.text_content()
        for element in form.page.xpath("//*[@data-guichet-connu]")
    }


def value(form, name):
    return form.page.get_element_by_id(f"form-widgets-{name}").value


def answers_of(demande):
    return {reponse.name: reponse.text for reponse in demande.reponses}


def block(form, name):
    element = form.page.get_element_by_id(f"champ-form-widgets-{name}")
    return " ".join(element.text_content().split())


class TestPrefill:
    def test_locked_facts_are_text_with_source_and_date(self, visitor):
        form = visitor.open_form(DEPOT)
        assert known(form) == {"nom": "Rochat", "prenom": "Camille"}
        assert "form.widgets.nom" not in form.form.fields
        assert "Registre de test" in block(form, "nom")
        assert "02.03.2026" in block(form, "nom")

    def test_open_facts_can_be_changed(self, visitor):
        form = visitor.open_form(DEPOT)
        assert value(form, "courriel") == "camille@example.ch"
        assert value(form, "telephone") == "+41 79 000 01 01"

    def test_nothing_is_known_of_nobody(self, base):
        form = Visitor(base).open_form(DEPOT)
        assert known(form) == {}
        assert value(form, "nom") in (None, "")
        assert not form.page.xpath("//*[@id='garder']")

    def test_an_unknown_fact_locks_nothing(self, functional, logged_in):
        compte = make_compte("G-sans-nom", nom="", prenom="")
        form = logged_in(compte).open_form(DEPOT)
        assert known(form) == {}
        assert value(form, "nom") in (None, "")

    def test_a_link_puts_no_words_into_a_form(self, visitor):
        page = visitor.get(
            f"/{DEPOT}/formulaire",
            params={
                "form.widgets.nom": "Autre",
                "form.widgets.telephone": "1",
                "form.widgets.lieu": "ailleurs",
            },
        )
        form = Form(visitor, page)
        assert known(form)["nom"] == "Rochat"
        assert value(form, "telephone") == "+41 79 000 01 01"
        assert value(form, "lieu") in (None, "")


class TestSubmission:
    def test_locked_facts_are_in_the_demande_with_their_source(self, visitor, stored):
        visitor.open_form(DEPOT).fill(**DEPOT_ANSWERS, telephone="022 1").submit()
        [demande] = stored()
        assert answers_of(demande)["nom"] == "Rochat"
        assert answers_of(demande)["prenom"] == "Camille"
        faits = {fait.champ: fait for fait in demande.faits}
        assert faits["nom"] == FaitUtilise(
            champ="nom",
            fait="nom",
            valeur="Rochat",
            source="registre",
            origine="Registre de test",
            date="2026-03-02T09:00:00+00:00",
            verrouille=True,
        )
        assert faits["telephone"].source == "declare"
        assert faits["courriel"].source == "edemarches"

    def test_the_demande_belongs_to_the_compte(self, visitor, stored, camille):
        response = visitor.open_form(DEPOT).fill(**DEPOT_ANSWERS).submit()
        [demande] = stored()
        assert demande.owner_ids == (camille.id,)
        assert demande.deposant.type == "personne"
        assert demande.deposant.niveau == "verifie"
        assert demande.deposant.nom == "Camille Rochat"
        assert demande.deposant.residence == "resident"
        links = html.fromstring(response.text).xpath("//a/@href")
        assert f"{visitor.base}/mon-espace/demandes/{demande.numero}" in links

    @pytest.mark.parametrize("other", ["Autre", "ROCHAT", "Rochat2", "<b>Rochat</b>"])
    def test_a_locked_fact_cannot_be_changed(self, visitor, stored, other):
        form = visitor.open_form(DEPOT).fill(**DEPOT_ANSWERS)
        response = form.add("form.widgets.nom", other).submit()
        assert stored() == []
        assert [target for target, _text in errors(response)] == [
            "champ-form-widgets-nom"
        ]
        again = Form(visitor, response)
        assert known(again)["nom"] == "Rochat"
        assert value(again, "lieu") == DEPOT_ANSWERS["lieu"]
        again.submit()
        [demande] = stored()
        assert answers_of(demande)["nom"] == "Rochat"

    def test_the_locked_value_itself_may_be_sent(self, visitor, stored):
        form = visitor.open_form(DEPOT).fill(**DEPOT_ANSWERS)
        form.add("form.widgets.nom", "Rochat").submit()
        [demande] = stored()
        assert answers_of(demande)["nom"] == "Rochat"

    def test_the_mail_goes_to_the_compte_when_the_form_asks_for_none(
        self, functional, visitor, stored
    ):
        demarche = functional["portal"].guichet.dechets["commander-un-conteneur"]
        demarche.fields_model = (
            '<model xmlns="http://namespaces.plone.org/supermodel/schema"><schema>'
            '<field name="mot" type="zope.schema.TextLine"><title>Mot</title>'
            "<required>True</required></field></schema></model>"
        )
        publier(demarche)
        transaction.commit()
        form = visitor.open_form("dechets/commander-un-conteneur")
        form.fill(mot="bonjour").submit()
        [demande] = stored()
        assert demande.courriel == "camille@example.ch"

    def test_a_company_owns_what_is_filed_for_it(self, logged_in, stored):
        laura = make_company()
        logged_in(laura).open_form(DEPOT).fill(**DEPOT_ANSWERS).submit()
        [demande] = stored()
        assert demande.owner_ids == (laura.id, "org-CHE107482617")
        assert demande.deposant.nom == "Laura Keller"
        assert demande.deposant.organisation == "Boulangerie du Rondeau Sàrl"
        assert demande.deposant.ide == "CHE107482617"


class TestKeep:
    def test_nothing_is_kept_unasked(self, visitor, stored, camille):
        visitor.open_form(DEPOT).fill(**DEPOT_ANSWERS, telephone="022 307 91 11")
        visitor.open_form(DEPOT).fill(
            **DEPOT_ANSWERS, telephone="022 307 91 11"
        ).submit()
        assert len(stored()) == 1
        assert get_compte(camille.id).value("telephone") == "+41790000101"

    def test_kept_when_the_box_is_ticked(self, visitor, stored, camille):
        form = visitor.open_form(DEPOT).fill(**DEPOT_ANSWERS, telephone="022 307 91 11")
        response = form.add("garder", "1").submit()
        assert len(stored()) == 1
        assert get_compte(camille.id).fact("telephone").value == "+41223079111"
        assert "garde=oui" in response.url

    def test_what_cannot_be_kept_does_not_stop_the_demande(
        self, visitor, stored, camille
    ):
        form = visitor.open_form(DEPOT).fill(**DEPOT_ANSWERS, telephone="rue 7")
        response = form.add("garder", "1").submit()
        assert len(stored()) == 1
        assert "garde=non" in response.url
        assert get_compte(camille.id).value("telephone") == "+41790000101"

    def test_only_open_facts_are_offered(self, visitor):
        form = visitor.open_form(DEPOT)
        text = " ".join(
            form.page.get_element_by_id("garder-aide").text_content().split()
        )
        assert text.endswith(": Téléphone .") or text.endswith(": Téléphone.")


class TestMembre:
    def choose(self, form, label, **answers):
        form.fill(**answers, membre=label)
        data = [*form.form.form_values(), ("reprendre", "1")]
        response = form.visitor.session.post(
            form.form.get("action"), data=data, files={"": ("", b"")}
        )
        return Form(form.visitor, response)

    def test_only_the_children_of_the_own_household(
        self, functional, visitor, logged_in
    ):
        other = make_compte("G-autre")
        other.put_membre(member("max", "Max"))
        transaction.commit()
        options = visitor.open_form(PARASCOLAIRE).form.xpath(
            ".//select[@id='form-widgets-membre']/option"
        )
        assert [option.text_content().strip() for option in options][1:] == [
            "Léa Rochat (08.03.2017)",
            "Zoé Rochat (08.03.2017)",
            "Noé Rochat (21.09.2020)",
        ]

    def test_choosing_fills_the_questions(self, visitor):
        form = self.choose(
            visitor.open_form(PARASCOLAIRE),
            "Léa Rochat (08.03.2017)",
            telephone="022 307 91 11",
        )
        assert {name: known(form)[name] for name in known(form)} == {
            "enfant_nom": "Rochat",
            "enfant_prenom": "Léa",
            "enfant_naissance": "08.03.2017",
        }
        assert value(form, "ecole") == "Vigne-Rouge"
        assert value(form, "degre") == "4P"
        assert value(form, "telephone") == "022 307 91 11"
        assert errors_of(form) == []

    def test_choosing_somebody_else_replaces_all(self, visitor):
        form = self.choose(visitor.open_form(PARASCOLAIRE), "Léa Rochat (08.03.2017)")
        form = self.choose(form, "Zoé Rochat (08.03.2017)")
        assert known(form) == {}
        assert value(form, "enfant_prenom") == "Zoé"
        assert value(form, "enfant_naissance") == "2017-03-08"
        assert value(form, "ecole") == "Tambourine"
        assert value(form, "degre") != "4P"

    def test_the_demande_says_whom_it_is_about(self, visitor, stored):
        form = self.choose(visitor.open_form(PARASCOLAIRE), "Léa Rochat (08.03.2017)")
        response = form.fill(**PARASCOLAIRE_ANSWERS).submit()
        assert errors(response) == []
        [demande] = stored()
        assert demande.membre == MembreConcerne("lea", "Léa Rochat")
        answers = answers_of(demande)
        assert answers["membre"] == "Léa Rochat (08.03.2017)"
        assert answers["enfant_naissance"] == "08.03.2017"
        assert answers["ecole"] == "Vigne-Rouge"

    def test_without_the_button_nothing_has_to_be_typed_twice(self, visitor, stored):
        form = visitor.open_form(PARASCOLAIRE)
        response = form.fill(
            **PARASCOLAIRE_ANSWERS, membre="Zoé Rochat (08.03.2017)"
        ).submit()
        assert stored() == []
        again = Form(visitor, response)
        assert errors_of(again) == []
        assert value(again, "enfant_prenom") == "Zoé"
        assert again.page.get_element_by_id("guichet-avis") is not None
        again.fill(degre="4P", attestation_assurance=PDF).submit()
        [demande] = stored()
        assert answers_of(demande)["enfant_prenom"] == "Zoé"

    def test_a_locked_member_cannot_be_renamed(self, visitor, stored):
        form = self.choose(visitor.open_form(PARASCOLAIRE), "Léa Rochat (08.03.2017)")
        form.fill(**PARASCOLAIRE_ANSWERS)
        response = form.add("form.widgets.enfant_prenom", "Lola").submit()
        assert stored() == []
        assert [target for target, _text in errors(response)] == [
            "champ-form-widgets-enfant_prenom"
        ]
        assert known(Form(visitor, response))["enfant_prenom"] == "Léa"

    @pytest.mark.parametrize("id", ["max", "dominique", "lea' OR 1", "--", "é" * 50])
    def test_nobody_elses_child(self, functional, visitor, stored, id):
        other = make_compte("G-autre")
        other.put_membre(member("max", "Max"))
        transaction.commit()
        form = visitor.open_form(PARASCOLAIRE).fill(
            **PARASCOLAIRE_ANSWERS,
            enfant_nom="Rochat",
            enfant_prenom="Max",
            enfant_naissance="2017-03-08",
            ecole="Vigne-Rouge",
            degre="4P",
        )
        select = form.form.get_element_by_id("form-widgets-membre")
        select.getparent().remove(select)
        response = form.add("form.widgets.membre:list", id).submit()
        assert stored() == []
        assert [target for target, _text in errors(response)] == ["form-widgets-membre"]

    def test_an_empty_household_is_explained(self, logged_in, stored):
        sofia = make_compte("G-sofia", prenom="Sofia", nom="Moreno")
        visitor = logged_in(sofia)
        form = visitor.open_form(PARASCOLAIRE)
        assert not form.form.xpath(".//select[@id='form-widgets-membre']")
        links = form.page.xpath("//*[@id='champ-form-widgets-membre']//a/@href")
        assert links == [f"{visitor.base}/mon-espace/compte"]
        form.fill(**PARASCOLAIRE_ANSWERS).submit()
        assert stored() == []


def errors_of(form):
    return form.page.xpath("//div[@id='erreurs']//li")


class TestLogin:
    def test_the_login_ends_while_somebody_writes(
        self, functional, base, camille, stored
    ):
        visitor = Visitor(base)
        cookies = cookies_of(functional, camille)
        visitor.session.cookies.update(cookies)
        form = visitor.open_form(DEPOT).fill(**DEPOT_ANSWERS)
        visitor.session.cookies.clear()
        response = form.submit()
        assert stored() == []
        again = Form(visitor, response)
        assert value(again, "lieu") == DEPOT_ANSWERS["lieu"]
        login = again.page.xpath("//*[@id='guichet-avis']//a")[0]
        assert "/se-connecter?retour=" in login.get("href")
        assert login.get("target") == "_blank"
        # The same person logs in in another tab and sends this page.
        visitor.session.cookies.update(cookies)
        done = again.submit()
        [demande] = stored()
        assert by_id(done, "numero") == demande.numero
        assert demande.usager_id == camille.id
        assert answers_of(demande)["nom"] == "Rochat"

    def test_or_submits_without_an_account(self, functional, base, camille, stored):
        visitor = Visitor(base)
        visitor.session.cookies.update(cookies_of(functional, camille))
        form = visitor.open_form(DEPOT).fill(**DEPOT_ANSWERS)
        visitor.session.cookies.clear()
        again = Form(visitor, form.submit())
        again.fill(nom="Rochat", prenom="Camille")
        button = again.form.xpath(".//button[@name='sans_compte']")[0]
        data = [*again.form.form_values(), ("sans_compte", button.get("value"))]
        visitor.session.post(again.form.get("action"), data=data, files={"": ("", b"")})
        [demande] = stored()
        assert demande.usager_id is None
        assert demande.deposant is None

    def test_the_chosen_child_waits_for_the_login(
        self, functional, base, camille, stored
    ):
        visitor = Visitor(base)
        cookies = cookies_of(functional, camille)
        visitor.session.cookies.update(cookies)
        form = TestMembre().choose(
            visitor.open_form(PARASCOLAIRE), "Léa Rochat (08.03.2017)"
        )
        form.fill(**PARASCOLAIRE_ANSWERS)
        visitor.session.cookies.clear()
        again = Form(visitor, form.submit())
        assert stored() == []
        assert not again.form.xpath(".//button[@name='sans_compte']")
        visitor.session.cookies.update(cookies)
        again.fill(attestation_assurance=PDF).submit()
        [demande] = stored()
        assert demande.membre == MembreConcerne("lea", "Léa Rochat")

    def test_an_anonymous_page_is_not_sent_in_somebodys_name(
        self, functional, base, camille, stored
    ):
        visitor = Visitor(base)
        form = visitor.open_form(DEPOT)
        form.fill(**DEPOT_ANSWERS, nom="Anonyme", prenom="A", courriel="a@example.org")
        visitor.session.cookies.update(cookies_of(functional, camille))
        response = form.submit()
        assert stored() == []
        again = Form(visitor, response)
        assert known(again)["nom"] == "Rochat"
        again.submit()
        [demande] = stored()
        assert demande.usager_id == camille.id

    def test_nor_somebodys_page_in_another_name(
        self, functional, base, camille, stored
    ):
        visitor = Visitor(base)
        visitor.session.cookies.update(cookies_of(functional, camille))
        form = visitor.open_form(DEPOT).fill(**DEPOT_ANSWERS)
        visitor.session.cookies.clear()
        marc = make_compte("G-marc", prenom="Marc", nom="Dubois")
        visitor.session.cookies.update(cookies_of(functional, marc))
        response = form.submit()
        assert stored() == []
        assert known(Form(visitor, response))["nom"] == "Dubois"


class TestCorrection:
    def test_the_fact_comes_from_the_address_and_its_value_from_the_compte(
        self, visitor, stored
    ):
        page = visitor.get(
            f"/{CORRECTION}/formulaire",
            params={
                "donnee": "rue",
                "valeur_actuelle": "x",
                "form.widgets.source": "x",
            },
        )
        form = Form(visitor, page)
        assert known(form) | {"nom": "", "prenom": ""} == {
            "donnee": "Rue",
            "valeur_actuelle": "rue Saint-Joseph",
            "source": "Registre de test, 02.03.2026",
            "nom": "",
            "prenom": "",
        }
        form.fill(valeur_correcte="rue Vautier", accord=True).submit()
        [demande] = stored()
        answers = answers_of(demande)
        assert answers["donnee"] == "Rue"
        assert answers["valeur_actuelle"] == "rue Saint-Joseph"
        assert answers["valeur_correcte"] == "rue Vautier"

    @pytest.mark.parametrize(
        "name", ["", "inconnu", "membre.nom", "rue et autre", "<b>", "__class__"]
    )
    def test_anything_else_in_the_address_is_nothing(self, visitor, name):
        page = visitor.get(f"/{CORRECTION}/formulaire", params={"donnee": name})
        form = Form(visitor, page)
        assert set(known(form)) == {"nom", "prenom"}
        assert value(form, "donnee") in (None, "")


def test_a_fact_of_a_source_the_person_is_not(camille):
    assert camille.fact("nom") == Fact("nom", "Rochat", Source.REGISTRE, SINCE)


def test_the_agent_reads_who_filed_it_and_where_answers_come_from(
    functional, visitor, stored, base
):
    form = TestMembre().choose(
        visitor.open_form(PARASCOLAIRE), "Léa Rochat (08.03.2017)"
    )
    form.fill(**PARASCOLAIRE_ANSWERS).submit()
    [demande] = stored()
    agent = Visitor(base, ("agent-ecoles", "Guichet-2026!"))
    page = agent.get(f"/agents/{demande.numero}")
    assert by_id(page, "agents-deposant") == (
        "Camille Rochat, Personne physique, Identité vérifiée, "
        "Habitait la commune à ce moment-là"
    )
    assert by_id(page, "agents-membre") == "Léa Rochat"
    origins = [
        " ".join(element.text_content().split())
        for element in html.fromstring(page.text).xpath(
            "//dd[contains(@class,'small')]"
        )
    ]
    assert origins[0] == "Confirmé : Registre de test, 02.03.2026"
    assert {origin.partition(",")[0] for origin in origins} == {
        "Confirmé : Registre de test",
        "Compte e-démarches",
        "Indication de la personne",
    }


def test_the_login_ends_before_somebody_is_chosen(functional, base, camille, stored):
    visitor = Visitor(base)
    cookies = cookies_of(functional, camille)
    visitor.session.cookies.update(cookies)
    form = visitor.open_form(PARASCOLAIRE)
    visitor.session.cookies.clear()
    again = TestMembre().choose(form, "Léa Rochat (08.03.2017)")
    assert again.page.get_element_by_id("guichet-avis") is not None
    assert again.form.fields["form.widgets.membre:list"] == "lea"
    visitor.session.cookies.update(cookies)
    data = [*again.form.form_values(), ("reprendre", "1")]
    response = visitor.session.post(
        again.form.get("action"), data=data, files={"": ("", b"")}
    )
    assert known(Form(visitor, response))["enfant_prenom"] == "Léa"


def test_no_answer_is_chosen_by_accident(visitor):
    form = visitor.open_form(PARASCOLAIRE)
    assert value(form, "degre") == "--NOVALUE--"
