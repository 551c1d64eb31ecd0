"""Conditions, groups, computed fields and prices, as a citizen meets them."""

from carouge.guichet.demande.domain import LigneDePrix
from comptes import make_company
from formulaires import etape
from formulaires import PATH
from formulaires import reponses
from formulaires import texte
from formulaires import valeur
from modeles import champ
from modeles import etape as page
from modeles import modele
from modeles import regle
from modeles import si
from visitor import by_id
from visitor import errors
from visitor import Form

import json
import pytest


CHOIX = {"oui": "Oui, volontiers", "non": "Non merci"}
CONDITIONS = modele(
    page(
        "un",
        champ("veut", "choix", choix=CHOIX, requis=True),
        champ("combien", "nombre", requis=True, si=si(regle("veut", "est", "oui"))),
        champ(
            "pourquoi",
            requis=True,
            si=si(regle("combien", "plus_que", "10")),
        ),
    ),
    page("deux", champ("mot")),
)

REQUIRED = "Veuillez répondre à cette question."


FACULTATIVES = modele(
    page(
        "un",
        champ("veut", "choix", choix=CHOIX, requis=True),
        champ("remarque", si=si(regle("veut", "est", "oui"))),
    ),
    page("deux", champ("mot")),
)


class TestOptionalQuestions:
    @pytest.fixture(autouse=True)
    def form_with_an_optional_question(self, publie):
        publie(FACULTATIVES)

    def test_one_that_appears_is_shown_before_one_goes_on(self, anonyme, stored):
        form = anonyme.open_form(PATH).fill(veut="Oui, volontiers")
        response = form.press()
        assert errors(response) == []
        assert by_id(response, "guichet-nouvelle") == (
            "Vos réponses ont fait apparaître d'autres questions sur cette page. "
            "Regardez-les, puis continuez."
        )
        assert form.asked == ["veut", "remarque"]
        form.press()
        assert etape(form) == "deux"
        form.submit()
        [demande] = stored()
        assert reponses(demande) == {
            "veut": "Oui, volontiers",
            "remarque": "",
            "mot": "",
        }

    def test_a_script_has_shown_it_already(self, anonyme):
        form = anonyme.open_form(PATH).fill(veut="Oui, volontiers")
        form.add("miroir", "1").press()
        assert etape(form) == "deux"


class TestConditions:
    @pytest.fixture(autouse=True)
    def form_with_conditions(self, publie):
        publie(CONDITIONS)

    def test_a_hidden_required_question_never_blocks(self, anonyme, stored):
        form = anonyme.open_form(PATH).fill(veut="Non merci")
        assert form.asked == ["veut"]
        form.submit()
        [demande] = stored()
        assert reponses(demande) == {"veut": "Non merci", "mot": ""}

    def test_a_question_that_appears_is_asked_before_one_goes_on(self, anonyme):
        form = anonyme.open_form(PATH).fill(veut="Oui, volontiers")
        response = form.press()
        assert errors(response) == [("champ-combien", REQUIRED)]
        assert form.asked == ["veut", "combien"]
        response = form.fill(combien="12").press()
        assert errors(response) == [("champ-pourquoi", REQUIRED)]
        assert form.asked == ["veut", "combien", "pourquoi"]
        form.fill(pourquoi="parce que").press()
        assert etape(form) == "deux"

    def test_a_hidden_input_is_disabled_with_its_question(self, anonyme):
        form = anonyme.open_form(PATH)
        [block] = form.page.xpath("//*[@data-guichet-question='combien']")
        assert (block.tag, block.get("hidden"), block.get("disabled")) == (
            "fieldset",
            "hidden",
            "disabled",
        )

    def test_a_value_that_is_hidden_again_is_forgotten(self, anonyme, stored, gardes):
        form = anonyme.open_form(PATH)
        form.fill(veut="Oui, volontiers", combien="12").press()
        form.fill(pourquoi="parce que").press()
        form.press()
        form.press("precedent")
        form.fill(veut="Non merci").press()
        [brouillon] = gardes()
        assert brouillon.saisies == {"veut": "non", "mot": ""}
        form.submit()
        [demande] = stored()
        assert list(reponses(demande)) == ["veut", "mot"]

    def test_a_hidden_wrong_value_never_blocks(self, anonyme, stored):
        form = anonyme.open_form(PATH)
        form.fill(veut="Oui, volontiers").press()
        response = form.fill(combien="beaucoup").press()
        assert [target for target, _text in errors(response)] == ["champ-combien"]
        form.answers.clear()
        form.fill(veut="Non merci").submit()
        assert len(stored()) == 1

    def test_a_forged_hidden_value_is_left_out(self, anonyme, stored, gardes):
        form = anonyme.open_form(PATH).fill(veut="Non merci")
        form.add("champ.combien", "12").add("champ.pourquoi", "forgé").press()
        assert etape(form) == "deux"
        [brouillon] = gardes()
        assert brouillon.saisies == {"veut": "non"}
        form.submit()
        [demande] = stored()
        assert list(reponses(demande)) == ["veut", "mot"]

    def test_nor_does_it_show_anything(self, anonyme):
        form = anonyme.open_form(PATH).fill(veut="Non merci")
        # The hidden number would show the last question.
        form.add("champ.combien", "12").press("plus_tard")
        assert form.asked == ["veut"]

    def test_a_value_a_script_has_shown_comes_in_one_go(self, anonyme):
        form = anonyme.open_form(PATH).fill(veut="Oui, volontiers")
        # A browser with scripts shows the question at once, and sends its answer.
        form.add("champ.combien", "3").add("miroir", "1").press()
        assert etape(form) == "deux"

    def test_the_browser_gets_the_plan_and_its_own_answers_only(self, anonyme):
        form = anonyme.open_form(PATH).fill(veut="Oui, volontiers", combien="3")
        form.press()
        form.review()
        mirror = json.loads(
            form.step("deux").page.get_element_by_id("guichet-miroir").text
        )
        assert mirror["valeurs"] == {"veut": "oui", "combien": "3"}
        assert mirror["champs"] == {}
        assert [
            one["nom"] for one in mirror["plan"]["suite"] if one["genre"] == "champ"
        ] == ["veut", "combien", "pourquoi", "mot"]


def test_script_shaped_text_ends_no_script(anonyme, publie):
    publie(
        modele(
            page("un", champ("mot", requis=True)),
            page("deux", champ("suite", si=si(regle("mot", "rempli")))),
        )
    )
    form = anonyme.open_form(PATH).fill(mot="</script><script>alert(1)//")
    form.press()
    assert "<script>alert(1)" not in form.response.text
    mirror = json.loads(form.page.get_element_by_id("guichet-miroir").text)
    assert mirror["valeurs"] == {"mot": "</script><script>alert(1)//"}


def test_a_condition_about_who_fills_it_in(anonyme, connecte, publie):
    publie(
        modele(
            page("un", champ("mot")),
            page("pro", champ("branche", requis=True)),
            etapes={"pro": {"si": si(regle("usager.type", "est", "entreprise"))}},
        )
    )
    form = anonyme.open_form(PATH)
    form.press()
    assert form.response.url.endswith("/verifier")
    laura = connecte(make_company()).open_form(PATH)
    laura.press()
    assert etape(laura) == "pro"


GROUPES = modele(
    page(
        "famille",
        champ("nom", requis=True),
        champ("prenom", groupe="enfants", requis=True),
        champ("ecole", "choix", choix=CHOIX, groupe="enfants", requis=True),
        champ(
            "degre",
            groupe="enfants",
            requis=True,
            si=si(regle("ecole", "est", "oui")),
        ),
    ),
    page(
        "cantine",
        champ("repas", requis=True, si=si(regle("ecole", "est", "oui"))),
        champ("grande", si=si(regle("enfants", "au_moins", "3"))),
    ),
    groupes={
        "enfants": {
            "titre": "Enfant",
            "ajouter": "Ajouter un enfant",
            "min": 1,
            "max": 3,
            "si": None,
        }
    },
)


def rows(form, groupe="enfants"):
    return [one for one in form.hidden[f"rangs.{groupe}"].split(",") if one]


class TestGroupes:
    @pytest.fixture(autouse=True)
    def form_with_a_group(self, publie):
        publie(GROUPES)

    def fill(self, form, number, **answers):
        row = rows(form)[number]
        return form.path({f"enfants.{row}.{nom}": one for nom, one in answers.items()})

    def test_rows_come_and_go(self, anonyme, gardes, stored):
        form = anonyme.open_form(PATH).fill(nom="Rochat")
        assert len(rows(form)) == 1
        self.fill(form, 0, prenom="Léa", ecole="Non merci").press("ajouter", "enfants")
        assert len(rows(form)) == 2
        # The page opens at the new row, and what was typed is there.
        new = rows(form)[1]
        assert form.response.url.endswith(f"/etape/famille#rang-enfants-{new}")
        assert valeur(form, f"enfants.{rows(form)[0]}.prenom") == "Léa"
        self.fill(form, 1, prenom="Noé", ecole="Non merci").press("ajouter", "enfants")
        assert len(rows(form)) == 3
        # Three are enough.
        assert not form.form.xpath(".//button[@name='ajouter']")
        self.fill(form, 2, prenom="Zoé", ecole="Non merci")
        form.press("retirer", f"enfants.{new}")
        assert new not in rows(form)
        [brouillon] = gardes()
        assert [row["prenom"] for row in brouillon.saisies["enfants"]] == ["Léa", "Zoé"]
        form.submit()
        [demande] = stored()
        ids = [row["id"] for row in brouillon.saisies["enfants"]]
        assert reponses(demande) == {
            "nom": "Rochat",
            f"enfants.{ids[0]}.prenom": "Léa",
            f"enfants.{ids[0]}.ecole": "Non merci",
            f"enfants.{ids[1]}.prenom": "Zoé",
            f"enfants.{ids[1]}.ecole": "Non merci",
        }
        assert [one.label for one in demande.reponses if "prenom" in one.name] == [
            "Prenom (Enfant 1)",
            "Prenom (Enfant 2)",
        ]

    def test_the_needed_rows_cannot_be_taken_away(self, anonyme):
        form = anonyme.open_form(PATH).fill(nom="Rochat")
        assert not form.form.xpath(".//button[@name='retirer']")
        form.press("retirer", f"enfants.{rows(form)[0]}")
        response = form.press()
        assert errors(response) == [("champ-enfants", "Il en faut au moins 1.")]

    def test_not_more_rows_than_possible(self, anonyme, gardes):
        form = anonyme.open_form(PATH).fill(nom="Rochat")
        forged = ",".join(f"rang{number}" for number in range(50))
        response = anonyme.session.post(
            form.action,
            data={**form.hidden, "rangs.enfants": forged, "suivant": "1"},
        )
        found = errors(response)
        assert found[1] == ("champ-enfants", "Il peut y en avoir 3 au plus.")
        [brouillon] = gardes()
        assert len(brouillon.saisies["enfants"]) == 4

    @pytest.mark.parametrize(
        "sent", ["../..", "a b", "A" * 5, "x" * 13, "é" * 4, "__class__", "'; --", "ab"]
    )
    def test_forged_ids_of_rows_are_no_rows(self, anonyme, gardes, sent):
        form = anonyme.open_form(PATH)
        anonyme.session.post(
            form.action,
            data={**form.hidden, "rangs.enfants": f"{sent},bon1", "suivant": "1"},
        )
        [brouillon] = gardes()
        assert [row["id"] for row in brouillon.saisies["enfants"]] == ["bon1"]

    def test_the_same_row_twice_is_one(self, anonyme, gardes):
        form = anonyme.open_form(PATH)
        data = {**form.hidden, "rangs.enfants": "bon1,bon1", "suivant": "1"}
        anonyme.session.post(
            form.action, data={**data, "champ.enfants.bon1.prenom": "L"}
        )
        [brouillon] = gardes()
        assert [row["prenom"] for row in brouillon.saisies["enfants"]] == ["L"]

    def test_a_group_or_row_that_is_not_there_changes_nothing(self, anonyme, gardes):
        form = anonyme.open_form(PATH).fill(nom="Rochat")
        for name, value in (
            ("ajouter", "rien"),
            ("ajouter", "nom"),
            ("retirer", "rien.0001"),
            ("retirer", "enfants.absent"),
            ("retirer", ""),
        ):
            form.press(name, value)
            assert len(rows(form)) == 1

    def test_a_condition_inside_a_row_is_about_that_row(self, anonyme):
        form = anonyme.open_form(PATH).fill(nom="Rochat")
        self.fill(form, 0, prenom="Léa", ecole="Oui, volontiers")
        form.press("ajouter", "enfants")
        self.fill(form, 1, prenom="Noé", ecole="Non merci")
        response = form.press()
        first, second = rows(form)
        assert errors(response) == [(f"champ-enfants-{first}-degre", REQUIRED)]
        assert texte(form, "erreurs").endswith(f"Enfant 1 Degre : {REQUIRED}")
        assert f"enfants.{first}.degre" in form.asked
        assert f"enfants.{second}.degre" not in form.asked

    def test_from_outside_one_row_is_enough(self, anonyme):
        form = anonyme.open_form(PATH).fill(nom="Rochat")
        self.fill(form, 0, prenom="Léa", ecole="Non merci").press("ajouter", "enfants")
        self.fill(form, 1, prenom="Noé", ecole="Non merci").press()
        # Nothing is asked there.
        assert form.response.url.endswith("/verifier")
        form = form.step("famille")
        self.fill(form, 1, ecole="Oui, volontiers", degre="4P")
        form.press()
        form.path({f"enfants.{rows(form)[1]}.degre": "4P"}).press()
        assert (etape(form), form.asked) == ("cantine", ["repas"])

    def test_the_number_of_rows_counts(self, anonyme):
        form = anonyme.open_form(PATH).fill(nom="Rochat")
        for number in range(3):
            self.fill(form, number, prenom="x", ecole="Non merci")
            if number < 2:
                form.press("ajouter", "enfants")
        form.press()
        assert (etape(form), form.asked) == ("cantine", ["grande"])

    def test_a_hidden_group_is_neither_asked_nor_kept(self, anonyme, publie, stored):
        publie(
            modele(
                page(
                    "un",
                    champ("veut", "choix", choix=CHOIX, requis=True),
                    champ("marque", groupe="voitures", requis=True),
                ),
                groupes={
                    "voitures": {
                        "titre": "Voiture",
                        "ajouter": "",
                        "min": 1,
                        "max": 2,
                        "si": si(regle("veut", "est", "oui")),
                    }
                },
            )
        )
        form = anonyme.open_form(PATH).fill(veut="Oui, volontiers")
        form.press()
        form.path({f"voitures.{rows(form, 'voitures')[0]}.marque": "Fiat"}).press()
        form = form.step("un").fill(veut="Non merci")
        form.submit()
        [demande] = stored()
        assert reponses(demande) == {"veut": "Non merci"}


PRIX = modele(
    page(
        "commande",
        champ("grands", "nombre", requis=True),
        champ("petits", "nombre"),
        champ(
            "total",
            "calcul",
            titre="Nombre de conteneurs",
            formule=json.dumps(
                {
                    "op": "somme",
                    "termes": [{"champ": "grands"}, {"champ": "petits"}],
                }
            ),
        ),
        champ("livraison", "choix", choix=CHOIX, requis=True),
    ),
    prix=[
        {"libelle": "Grand conteneur", "montant": 4550, "par": "grands", "si": None},
        {
            "libelle": "Livraison",
            "montant": 2000,
            "par": "",
            "si": si(regle("livraison", "est", "oui")),
        },
    ],
)


class TestPrix:
    @pytest.fixture(autouse=True)
    def form_with_a_price(self, publie):
        publie(PRIX, emolument=1000)

    def test_price_and_computed_field_are_frozen_on_the_demande(
        self, anonyme, stored, publie
    ):
        form = anonyme.open_form(PATH)
        assert texte(form, "guichet-prix") == "Prix : CHF 10.00"
        form.fill(grands="2", petits="3", livraison="Oui, volontiers").review()
        rows = form.page.xpath("//table[@id='guichet-prix']//tr")
        assert [" ".join(row.text_content().split()) for row in rows] == [
            "Émolument CHF 10.00",
            "Grand conteneur CHF 91.00",
            "Livraison CHF 20.00",
            "Total CHF 121.00",
        ]
        form.send()
        publie(PRIX, emolument=99900)
        [demande] = stored()
        assert reponses(demande)["total"] == "5"
        assert list(demande.prix) == [
            LigneDePrix("Émolument", 1000),
            LigneDePrix("Grand conteneur", 9100),
            LigneDePrix("Livraison", 2000),
        ]

    def test_a_forged_result_is_left_out(self, anonyme, stored):
        form = anonyme.open_form(PATH)
        form.fill(grands="1", livraison="Non merci")
        form.add("champ.total", "1000").add("prix", "1").press()
        assert form.response.url.endswith("/verifier")
        form.send()
        [demande] = stored()
        assert reponses(demande)["total"] == "1"
        assert sum(ligne.montant for ligne in demande.prix) == 5550

    def test_a_price_that_rises_before_the_last_button_is_told(
        self, anonyme, stored, publie
    ):
        form = anonyme.open_form(PATH)
        form.fill(grands="1", livraison="Non merci").review()
        publie(PRIX, emolument=3000)
        again = Form(anonyme, form.send())
        assert stored() == []
        assert texte(again, "guichet-avis").startswith("Le prix a changé")
        again.send()
        [demande] = stored()
        assert sum(ligne.montant for ligne in demande.prix) == 7550

    def test_a_free_form_shows_no_price(self, anonyme, publie):
        publie(CONDITIONS)
        form = anonyme.open_form(PATH).fill(veut="Non merci")
        assert texte(form, "guichet-prix") == ""
        form.review()
        assert texte(form, "guichet-prix") == ""
