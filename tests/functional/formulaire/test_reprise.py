"""What the counter knows of somebody stands in his forms, and what is locked stays."""

from carouge.guichet.compte.domain import Fact
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.service import get_compte
from carouge.guichet.demande.domain import FaitUtilise
from carouge.guichet.demande.domain import MembreConcerne
from carouge.guichet.registre.domain import Status
from comptes import make_company
from comptes import make_compte
from datetime import date
from datetime import datetime
from datetime import timezone
from fichiers import pdf
from formulaires import connus
from formulaires import etape
from formulaires import PATH
from formulaires import reponses
from formulaires import texte
from formulaires import valeur
from lxml import html
from modeles import champ
from modeles import etape as page
from modeles import modele
from visitor import by_id
from visitor import errors
from visitor import Form
from visitor import Visitor

import pytest
import transaction


SINCE = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
DEPOT = modele(
    champ("lieu", requis=True),
    champ("nom", fait="nom", requis=True),
    champ("prenom", fait="prenom", requis=True),
    champ("courriel", "courriel", fait="courriel"),
    champ("telephone", fait="telephone", titre="Téléphone"),
)
ECOLES = ["Pervenches", "Tambourine", "Vigne-Rouge"]
DEGRES = ["1P", "2P", "3P", "4P"]
PARASCOLAIRE = modele(
    page(
        "enfant",
        champ("membre", "membre", personnes="enfants", requis=True),
        champ("enfant_nom", fait="membre.nom", requis=True),
        champ("enfant_prenom", fait="membre.prenom", requis=True),
        champ("enfant_naissance", "date", fait="membre.date_naissance", requis=True),
        champ(
            "ecole",
            "choix",
            fait="membre.ecole",
            choix={nom: nom for nom in ECOLES},
            requis=True,
        ),
        champ(
            "degre",
            "choix",
            fait="membre.classe",
            choix={nom: nom for nom in DEGRES},
            requis=True,
        ),
        champ("telephone", fait="telephone"),
    ),
    page(
        "pieces",
        champ("attestation", "piece", requis=True),
        champ("accord", "consentement", requis=True),
    ),
)
PDF = ("attestation.pdf", pdf(), "application/pdf")
REST = {"attestation": PDF, "accord": True}
LEA = "Léa Rochat (08.03.2017)"
ZOE = "Zoé Rochat (08.03.2017)"
CORRECTION = modele(
    champ("donnee", fait="correction.donnee", requis=True),
    champ("valeur_actuelle", fait="correction.valeur"),
    champ("source", fait="correction.source"),
    champ("valeur_correcte", requis=True),
    champ("nom", fait="nom", requis=True),
)


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
def visitor(camille, connecte):
    return connecte(camille)


def block(form, name):
    return texte(form, f"champ-{name}")


@pytest.fixture
def depot(publie):
    publie(DEPOT)


@pytest.fixture
def parascolaire(publie):
    publie(PARASCOLAIRE)


def choose(form, label, **answers):
    """Choose a child and press the button that takes over what is known."""
    form.fill(membre=label, **answers).press("reprendre", "membre")
    form.answers.clear()
    return form


@pytest.mark.usefixtures("depot")
class TestPrefill:
    def test_locked_facts_are_text_with_source_and_date(self, visitor):
        form = visitor.open_form(PATH)
        assert connus(form) == {"nom": "Rochat", "prenom": "Camille"}
        assert "champ.nom" not in form.form.fields
        assert block(form, "nom") == (
            "Nom Rochat Source : Registre de test, 02.03.2026. Ce n’est pas exact : Nom"
        )

    def test_open_facts_can_be_changed(self, visitor):
        form = visitor.open_form(PATH)
        assert valeur(form, "courriel") == "camille@example.ch"
        assert valeur(form, "telephone") == "+41 79 000 01 01"

    def test_nothing_is_known_of_nobody(self, anonyme):
        form = anonyme.open_form(PATH)
        assert connus(form) == {}
        assert valeur(form, "nom") in (None, "")
        form.fill(lieu="ici", nom="A", prenom="B").review()
        assert not form.page.xpath("//*[@id='garder']")

    def test_an_unknown_fact_locks_nothing(self, connecte):
        compte = make_compte("G-sans-nom", nom="", prenom="")
        form = connecte(compte).open_form(PATH)
        assert connus(form) == {}
        assert valeur(form, "nom") in (None, "")

    def test_a_link_puts_no_words_into_a_form(self, visitor):
        page = visitor.get(
            f"/{PATH}/formulaire",
            params={
                "champ.nom": "Autre",
                "champ.telephone": "1",
                "champ.lieu": "ailleurs",
            },
        )
        form = Form(visitor, page)
        assert connus(form)["nom"] == "Rochat"
        assert valeur(form, "telephone") == "+41 79 000 01 01"
        assert valeur(form, "lieu") in (None, "")


@pytest.mark.usefixtures("depot")
class TestSubmission:
    def test_locked_facts_are_in_the_demande_with_their_source(self, visitor, stored):
        visitor.open_form(PATH).fill(lieu="ici", telephone="022 1").submit()
        [demande] = stored()
        assert reponses(demande) == {
            "lieu": "ici",
            "nom": "Rochat",
            "prenom": "Camille",
            "courriel": "camille@example.ch",
            "telephone": "022 1",
        }
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
        response = visitor.open_form(PATH).fill(lieu="ici").submit()
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
        form = visitor.open_form(PATH).fill(lieu="ici").add("champ.nom", other)
        assert errors(form.press()) == [
            (
                "champ-nom",
                "Cette donnée est confirmée par la source indiquée et ne se change pas "
                "dans le formulaire. C’est la valeur confirmée qui compte.",
            )
        ]
        assert connus(form)["nom"] == "Rochat"
        assert valeur(form, "lieu") == "ici"
        form.extra.clear()
        form.submit()
        [demande] = stored()
        assert reponses(demande)["nom"] == "Rochat"

    def test_the_locked_value_itself_may_be_sent(self, visitor, stored):
        form = visitor.open_form(PATH).fill(lieu="ici")
        form.add("champ.nom", "Rochat").submit()
        [demande] = stored()
        assert reponses(demande)["nom"] == "Rochat"

    def test_the_mail_goes_to_the_compte_when_the_form_asks_for_none(
        self, publie, visitor, stored
    ):
        publie(modele(champ("mot", requis=True)))
        visitor.open_form(PATH).fill(mot="bonjour").submit()
        [demande] = stored()
        assert demande.courriel == "camille@example.ch"

    def test_a_company_owns_what_is_filed_for_it(self, connecte, stored):
        laura = make_company()
        connecte(laura).open_form(PATH).fill(lieu="ici").submit()
        [demande] = stored()
        assert demande.owner_ids == (laura.id, "org-CHE107482617")
        assert demande.deposant.nom == "Laura Keller"
        assert demande.deposant.organisation == "Boulangerie du Rondeau Sàrl"
        assert demande.deposant.ide == "CHE107482617"


@pytest.mark.usefixtures("depot")
class TestKeep:
    """What goes into the compte is asked on the review."""

    def review(self, visitor, telephone="022 307 91 11"):
        form = visitor.open_form(PATH).fill(lieu="ici", telephone=telephone)
        form.review()
        return form

    def keep(self, form):
        form.form.get_element_by_id("garder").set("checked", "checked")
        return form.send()

    def test_nothing_is_kept_unasked(self, visitor, stored, camille):
        self.review(visitor)
        self.review(visitor).send()
        assert len(stored()) == 1
        assert get_compte(camille.id).value("telephone") == "+41790000101"

    def test_kept_when_the_box_is_ticked(self, visitor, stored, camille):
        response = self.keep(self.review(visitor))
        assert len(stored()) == 1
        assert get_compte(camille.id).fact("telephone").value == "+41223079111"
        assert "garde=oui" in response.url

    def test_what_cannot_be_kept_does_not_stop_the_demande(
        self, visitor, stored, camille
    ):
        response = self.keep(self.review(visitor, telephone="rue 7"))
        assert len(stored()) == 1
        assert "garde=non" in response.url
        assert get_compte(camille.id).value("telephone") == "+41790000101"

    def test_only_open_facts_are_offered(self, visitor):
        words = texte(self.review(visitor), "garder-aide").replace(" .", ".")
        assert words.endswith(": Téléphone.")


@pytest.mark.usefixtures("parascolaire")
class TestMembre:
    def test_only_the_children_of_the_own_household(self, visitor):
        other = make_compte("G-autre")
        other.put_membre(member("max", "Max"))
        transaction.commit()
        options = visitor.open_form(PATH).form.xpath(
            ".//select[@id='champ-membre']/option"
        )
        assert [option.text_content().strip() for option in options][1:] == [
            LEA,
            ZOE,
            "Noé Rochat (21.09.2020)",
        ]

    def test_choosing_fills_the_questions(self, visitor):
        form = choose(visitor.open_form(PATH), LEA, telephone="022 307 91 11")
        assert connus(form) == {
            "enfant_nom": "Rochat",
            "enfant_prenom": "Léa",
            "enfant_naissance": "08.03.2017",
        }
        assert valeur(form, "ecole") == "Vigne-Rouge"
        assert valeur(form, "degre") == "4P"
        assert valeur(form, "telephone") == "022 307 91 11"
        assert errors(form.response) == []
        assert texte(form, "guichet-nouvelle").startswith("Nous avons rempli")

    def test_choosing_somebody_else_replaces_all(self, visitor):
        form = choose(visitor.open_form(PATH), LEA)
        form = choose(form, ZOE)
        assert connus(form) == {}
        assert valeur(form, "enfant_prenom") == "Zoé"
        assert valeur(form, "enfant_naissance") == "2017-03-08"
        assert valeur(form, "ecole") == "Tambourine"
        assert valeur(form, "degre") in ("", None)

    def test_the_demande_says_whom_it_is_about(self, visitor, stored):
        form = choose(visitor.open_form(PATH), LEA)
        response = form.fill(**REST).submit()
        assert errors(response) == []
        [demande] = stored()
        assert demande.membre == MembreConcerne("lea", "Léa Rochat")
        answers = reponses(demande)
        assert answers["membre"] == LEA
        assert answers["enfant_naissance"] == "08.03.2017"
        assert answers["ecole"] == "Vigne-Rouge"

    def test_without_the_button_nothing_has_to_be_typed_twice(self, visitor, stored):
        form = visitor.open_form(PATH).fill(membre=ZOE, **REST)
        form.press()
        # The step is shown once more, filled in, before one goes on.
        assert etape(form) == "enfant"
        assert errors(form.response) == []
        assert valeur(form, "enfant_prenom") == "Zoé"
        assert texte(form, "guichet-nouvelle").startswith("Nous avons rempli")
        form.fill(degre="4P").submit()
        [demande] = stored()
        assert reponses(demande)["enfant_prenom"] == "Zoé"

    def test_what_was_typed_already_is_not_replaced_without_it(self, visitor):
        form = visitor.open_form(PATH).fill(
            membre=ZOE, enfant_prenom="Zoé-Anne", ecole="Pervenches"
        )
        form.press()
        assert valeur(form, "enfant_prenom") == "Zoé-Anne"
        assert valeur(form, "ecole") == "Pervenches"
        assert valeur(form, "enfant_nom") == "Rochat"

    def test_a_locked_member_cannot_be_renamed(self, visitor, stored):
        form = choose(visitor.open_form(PATH), LEA).fill(**REST)
        response = form.add("champ.enfant_prenom", "Lola").press()
        assert [target for target, _text in errors(response)] == ["champ-enfant_prenom"]
        assert connus(form)["enfant_prenom"] == "Léa"
        form.extra.clear()
        form.submit()
        [demande] = stored()
        assert reponses(demande)["enfant_prenom"] == "Léa"

    @pytest.mark.parametrize("id", ["max", "dominique", "lea' OR 1", "--", "é" * 50])
    def test_nobody_elses_child(self, visitor, stored, id):
        other = make_compte("G-autre")
        other.put_membre(member("max", "Max"))
        transaction.commit()
        form = visitor.open_form(PATH).fill(
            enfant_nom="Rochat",
            enfant_prenom="Max",
            enfant_naissance="2017-03-08",
            ecole="Vigne-Rouge",
            degre="4P",
            **REST,
        )
        select = form.form.get_element_by_id("champ-membre")
        select.getparent().remove(select)
        response = form.add("champ.membre", id).press()
        assert errors(response) == [
            (
                "champ-membre",
                "Cette personne ne fait pas partie de votre foyer. Veuillez choisir à "
                "nouveau.",
            )
        ]
        assert stored() == []

    def test_an_empty_household_is_explained(self, connecte, stored):
        sofia = make_compte("G-sofia", prenom="Sofia", nom="Moreno")
        visitor = connecte(sofia)
        form = visitor.open_form(PATH)
        assert not form.form.xpath(".//select[@id='champ-membre']")
        links = form.page.xpath("//*[@data-guichet-question='membre']//a/@href")
        assert links == [f"{visitor.base}/mon-espace/compte"]
        form.fill(**REST).submit()
        assert stored() == []

    def test_nobody_asks_somebody_unknown_for_his_household(self, anonyme):
        form = anonyme.open_form(PATH)
        assert "membre" not in form.asked
        assert "enfant_prenom" in form.asked

    def test_a_child_in_each_row_of_a_group(self, visitor, publie, stored):
        publie(
            modele(
                page(
                    "enfants",
                    champ(
                        "membre",
                        "membre",
                        personnes="enfants",
                        groupe="enfants",
                        requis=True,
                    ),
                    champ("prenom", fait="membre.prenom", groupe="enfants"),
                ),
                groupes={
                    "enfants": {
                        "titre": "Enfant",
                        "ajouter": "",
                        "min": 2,
                        "max": 3,
                        "si": None,
                    }
                },
            )
        )
        form = visitor.open_form(PATH)
        one, two = form.hidden["rangs.enfants"].split(",")
        form.path({f"enfants.{one}.membre": LEA, f"enfants.{two}.membre": ZOE})
        form.press()
        # Shown once more, with what is known of each.
        assert connus(form) == {f"enfants.{one}.prenom": "Léa"}
        assert valeur(form, f"enfants.{two}.prenom") == "Zoé"
        # The button of one row leaves the others alone.
        form.path({f"enfants.{two}.prenom": "Zouzou"})
        form.press("reprendre", f"enfants.{one}.membre")
        assert valeur(form, f"enfants.{two}.prenom") == "Zouzou"
        form.press("reprendre", f"enfants.{two}.membre")
        form.answers.clear()
        form.show(form.response)
        form.submit()
        [demande] = stored()
        assert reponses(demande) == {
            f"enfants.{one}.membre": LEA,
            f"enfants.{one}.prenom": "Léa",
            f"enfants.{two}.membre": ZOE,
            f"enfants.{two}.prenom": "Zoé",
        }


class TestLogin:
    """More of it in ``test_brouillon_pages``."""

    def test_the_chosen_child_waits_for_the_login(
        self, parascolaire, visitor, connecte, camille, stored
    ):
        form = choose(visitor.open_form(PATH), LEA)
        form.fill(**REST).press()
        visitor.session.cookies.clear()
        form.press()
        assert stored() == []
        connecte(camille, visitor)
        # A browser never sends a file twice by itself.
        form.fill(attestation=PDF).submit()
        [demande] = stored()
        assert demande.membre == MembreConcerne("lea", "Léa Rochat")

    def test_the_login_ends_before_somebody_is_chosen(
        self, parascolaire, visitor, connecte, camille
    ):
        form = visitor.open_form(PATH).fill(membre=LEA)
        visitor.session.cookies.clear()
        form.press("reprendre", "membre")
        assert texte(form, "guichet-avis").startswith("Votre connexion a pris fin.")
        connecte(camille, visitor)
        # Who is nobody has no household: the child is chosen again.
        form.press()
        form.fill(membre=LEA).press("reprendre", "membre")
        assert connus(form)["enfant_prenom"] == "Léa"

    def test_an_anonymous_page_is_not_sent_in_somebodys_name(
        self, depot, anonyme, connecte, camille, stored
    ):
        form = anonyme.open_form(PATH)
        form.fill(lieu="ici", nom="Anonyme", prenom="A", courriel="a@example.org")
        connecte(camille, anonyme)
        form.press()
        assert texte(form, "guichet-avis").startswith("Vous vous êtes connecté")
        assert connus(form)["nom"] == "Rochat"
        assert valeur(form, "lieu") == "ici"
        form.submit()
        [demande] = stored()
        assert demande.usager_id == camille.id

    def test_a_demande_without_an_account_is_made_without_the_login(
        self, depot, visitor, anonyme, stored
    ):
        form = visitor.open_form(PATH).fill(lieu="ici")
        visitor.session.cookies.clear()
        form.press()
        assert stored() == []
        # Nothing is sent in no name by accident: one begins anew for that.
        anonyme.open_form(PATH).fill(lieu="ici", nom="A", prenom="B").submit()
        [demande] = stored()
        assert (demande.usager_id, demande.deposant) == (None, None)


class TestCorrection:
    @pytest.fixture(autouse=True)
    def form_of_a_correction(self, publie):
        publie(CORRECTION)

    def test_the_fact_comes_from_the_address_and_its_value_from_the_compte(
        self, visitor, stored
    ):
        page = visitor.get(
            f"/{PATH}/formulaire",
            params={"donnee": "rue", "valeur_actuelle": "x", "champ.source": "x"},
        )
        form = Form(visitor, page)
        assert connus(form) == {
            "donnee": "Rue",
            "valeur_actuelle": "rue Saint-Joseph",
            "source": "Registre de test, 02.03.2026",
            "nom": "Rochat",
        }
        form.fill(valeur_correcte="rue Vautier").submit()
        [demande] = stored()
        assert reponses(demande) == {
            "donnee": "Rue",
            "valeur_actuelle": "rue Saint-Joseph",
            "source": "Registre de test, 02.03.2026",
            "valeur_correcte": "rue Vautier",
            "nom": "Rochat",
        }

    @pytest.mark.parametrize(
        "name", ["", "inconnu", "membre.nom", "rue et autre", "<b>", "__class__"]
    )
    def test_anything_else_in_the_address_is_nothing(self, visitor, name):
        page = visitor.get(f"/{PATH}/formulaire", params={"donnee": name})
        form = Form(visitor, page)
        assert connus(form) == {"nom": "Rochat"}
        assert valeur(form, "donnee") in (None, "")


def test_a_fact_of_a_source_the_person_is_not(camille):
    assert camille.fact("nom") == Fact("nom", "Rochat", Source.REGISTRE, SINCE)


def test_the_agent_reads_who_filed_it_and_where_answers_come_from(
    parascolaire, visitor, stored, base
):
    choose(visitor.open_form(PATH), LEA).fill(**REST).submit()
    [demande] = stored()
    agent = Visitor(base, ("agent-dechets", "Guichet-2026!"))
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


def test_no_answer_is_chosen_by_accident(parascolaire, visitor):
    assert valeur(visitor.open_form(PATH), "degre") in ("", None)
