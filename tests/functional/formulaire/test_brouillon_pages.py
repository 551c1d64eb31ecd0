"""Whose draft it is, what two windows do to it, and what a login changes."""

from carouge.guichet.brouillon import service
from carouge.guichet.compte.domain import Source
from carouge.guichet.registre.domain import Status
from comptes import make_compte
from datetime import datetime
from datetime import timezone
from formulaires import connus
from formulaires import etape
from formulaires import id_de
from formulaires import lignes
from formulaires import PATH
from formulaires import reponses
from formulaires import texte
from formulaires import valeur
from modeles import champ
from modeles import etape as page
from modeles import modele
from modeles import regle
from modeles import si
from plone import api
from visitor import by_id
from visitor import errors
from visitor import Form
from visitor import Visitor

import pytest
import transaction


SINCE = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
GENRES = {"chien": "Chien", "chat": "Chat"}
MODEL = modele(
    page(
        "vous",
        champ("nom", fait="nom", requis=True),
        champ("telephone", fait="telephone"),
    ),
    page("animal", champ("genre", "choix", choix=GENRES, requis=True)),
    page(
        "details",
        champ("race", si=si(regle("genre", "est", "chien")), requis=True),
        champ("couleur"),
    ),
)
ANSWERS = {"nom": "Typé", "genre": "Chien", "race": "Braque", "couleur": "gris"}


@pytest.fixture(autouse=True)
def form_of_three_steps(publie):
    publie(MODEL)


@pytest.fixture
def camille(functional):
    """A resident whose name the register holds."""
    compte = make_compte(residency=Status.RESIDENT)
    compte.set_facts(Source.REGISTRE, {"nom": "Rochat", "prenom": "Camille"}, SINCE)
    transaction.commit()
    return compte


@pytest.fixture
def marc(functional):
    compte = make_compte("G-marc", prenom="Marc", nom="Dubois")
    transaction.commit()
    return compte


@pytest.fixture
def adopte(functional, connecte, gardes):
    """Log in where something was begun without a login, which goes along.

    The login itself does the same, see ``test_adoption``.
    """

    def log_in(visitor, compte):
        for owner in {one.proprietaire for one in gardes()}:
            service.adopter(functional["portal"].guichet, owner, compte.id)
        visitor.session.cookies.clear()
        connecte(compte, visitor)

    return log_in


def begun(visitor, **answers):
    """A form with its first step finished."""
    form = visitor.open_form(PATH).fill(**{**ANSWERS, **answers})
    form.press()
    assert etape(form) == "animal"
    return form


def window(form):
    """The same page in another window."""
    return Form(form.visitor, form.visitor.session.get(form.action))


class TestWhose:
    @pytest.mark.parametrize(
        "rest", ["", "/etape/vous", "/etape/rien", "/verifier", "/supprimer"]
    )
    def test_a_strangers_draft_is_not_there(self, anonyme, base, rest):
        form = begun(anonyme, nom="Secret")
        start = form.action.removesuffix("/etape/animal")
        other = Visitor(base)
        answer = other.session.get(start + rest)
        never = other.session.get(start.replace(id_de(start), "0" * 32) + rest)
        assert (answer.status_code, never.status_code) == (404, 404)
        for word in ("Secret", "Genre", "Animal"):
            assert word not in answer.text
        # Nothing tells it from a draft that never was.
        seen = Form(other, answer), Form(other, never)
        first, second = (texte(one, "content-core") for one in seen)
        assert first == second

    @pytest.mark.parametrize("rest", ["enregistrer", "etape/vous", "verifier"])
    def test_nor_can_it_be_written(self, anonyme, base, gardes, stored, rest):
        form = begun(anonyme)
        start = form.action.removesuffix("etape/animal")
        other = Visitor(base)
        data = {"champ.nom": "Voleur", "etape": "vous", "revision": "1", "envoyer": "1"}
        other.session.post(start + rest, data=data)
        [brouillon] = gardes()
        assert brouillon.saisies["nom"] == "Typé"
        assert stored() == []

    def test_nor_deleted(self, anonyme, base, gardes):
        form = begun(anonyme)
        start = form.action.removesuffix("etape/animal")
        assert Visitor(base).session.post(f"{start}supprimer").status_code == 404
        assert len(gardes()) == 1

    def test_nor_by_somebody_who_is_logged_in(self, connecte, camille, marc, gardes):
        form = begun(connecte(camille))
        answer = connecte(marc).session.get(form.action)
        assert answer.status_code == 404
        assert "Typé" not in answer.text

    def test_a_draft_is_not_one_of_another_demarche(self, functional, anonyme, stored):
        form = begun(anonyme)
        form.review()
        other = "dechets/signaler-un-depot-sauvage"
        address = form.action.replace(PATH, other)
        assert anonyme.session.get(address).status_code == 404
        data = [*form.hidden.items(), ("envoyer", "1")]
        assert anonyme.session.post(address, data=data).status_code == 404
        assert stored() == []

    def test_a_deleted_demarche_takes_its_form_along(self, functional, anonyme):
        form = begun(anonyme)
        with api.env.adopt_roles(["Manager"]):
            demarche = functional["portal"].guichet.unrestrictedTraverse(PATH)
            api.content.delete(demarche, check_linkintegrity=False)
        transaction.commit()
        assert anonyme.session.get(form.action).status_code == 404
        assert anonyme.session.post(form.action, data=form.hidden).status_code == 404

    def test_it_can_be_deleted(self, anonyme, gardes):
        form = begun(anonyme)
        start = form.action.removesuffix("etape/animal")
        question = anonyme.session.get(f"{start}supprimer")
        assert "Typé" not in question.text
        assert len(gardes()) == 1
        answer = anonyme.session.post(f"{start}supprimer")
        assert "Votre brouillon est effacé" in answer.text
        assert gardes() == []
        assert anonyme.session.get(form.action).status_code == 404


class TestTwoWindows:
    def test_the_second_is_told_and_overwrites_only_on_purpose(self, anonyme, gardes):
        first = begun(anonyme)
        second = window(first)
        first.fill(genre="Chien").press()
        second.fill(genre="Chat").press()
        assert texte(second, "guichet-avis").startswith(
            "Cette demande a été modifiée entre-temps dans une autre fenêtre"
        )
        assert (etape(second), valeur(second, "genre")) == ("animal", "chat")
        [brouillon] = gardes()
        assert brouillon.saisies["genre"] == "chien"
        second.press()
        [brouillon] = gardes()
        assert brouillon.saisies["genre"] == "chat"

    def test_the_same_answer_twice_is_no_quarrel(self, anonyme):
        first = begun(anonyme)
        second = window(first)
        first.fill(genre="Chien").press()
        second.fill(genre="Chien").press()
        assert etape(second) == "details"
        assert texte(second, "guichet-avis") == ""

    def test_other_steps_keep_what_the_other_window_said(self, anonyme, gardes):
        first = begun(anonyme)
        second = first.step("vous")
        first.fill(genre="Chat").press()
        second.fill(nom="Autre").press()
        second.press()
        [brouillon] = gardes()
        assert (brouillon.saisies["nom"], brouillon.saisies["genre"]) == (
            "Autre",
            "chat",
        )

    def test_a_double_click_on_the_first_button_makes_one_draft(self, anonyme, gardes):
        form = anonyme.open_form(PATH).fill(**ANSWERS)
        address, hidden = form.action, form.hidden
        data = {**hidden, "champ.nom": "Typé", "suivant": "1"}
        answers = [anonyme.session.post(address, data=data) for _ in range(2)]
        assert len({answer.url for answer in answers}) == 1
        assert len(gardes()) == 1

    def test_the_back_button_and_another_answer(self, anonyme, gardes):
        form = anonyme.open_form(PATH).fill(**ANSWERS)
        old = Form(anonyme, form.response)
        form.press()
        # The very first page is sent once more, changed.
        old.fill(nom="Corrigé").press()
        assert etape(old) == "animal"
        [brouillon] = gardes()
        assert brouillon.saisies["nom"] == "Corrigé"

    def test_the_first_page_of_a_submitted_demande_is_a_new_one(
        self, anonyme, stored, gardes
    ):
        form = anonyme.open_form(PATH).fill(**ANSWERS)
        old = Form(anonyme, form.response)
        form.submit()
        assert gardes() == []
        old.fill(**{**ANSWERS, "nom": "Corrigé"}).press()
        assert etape(old) == "animal"
        assert [one.saisies["nom"] for one in gardes()] == ["Corrigé"]
        old.submit()
        assert [reponses(one)["nom"] for one in stored()] in (
            ["Corrigé", "Typé"],
            ["Typé", "Corrigé"],
        )

    def test_a_later_page_of_it_leads_to_the_confirmation(self, anonyme, stored):
        form = begun(anonyme)
        old = window(form)
        done = form.submit()
        response = old.fill(genre="Chat").press()
        assert response.url == done.url
        assert len(stored()) == 1

    def test_a_draft_that_was_deleted_elsewhere(self, anonyme, gardes, stored):
        form = begun(anonyme)
        form.press()
        assert etape(form) == "details"
        anonyme.session.post(form.action.replace("etape/details", "supprimer"))
        response = form.fill(couleur="gris").press()
        assert texte(form, "guichet-avis").startswith("Ce brouillon n'existe plus")
        # Also what was typed in a question that another step had shown.
        assert (etape(form), valeur(form, "race"), valeur(form, "couleur")) == (
            "details",
            "Braque",
            "gris",
        )
        assert errors(response) == []
        assert gardes() == []
        form.press()
        [brouillon] = gardes()
        assert brouillon.saisies == {"couleur": "gris"}
        form = form.step("vous").fill(nom="Typé", genre="Chien", race="Braque")
        form.submit()
        [demande] = stored()
        assert reponses(demande) == {
            "nom": "Typé",
            "telephone": "",
            "genre": "Chien",
            "race": "Braque",
            "couleur": "gris",
        }


class TestFive:
    def test_not_more_than_five_of_a_demarche(self, anonyme, gardes):
        for number in range(5):
            begun(anonyme, nom=f"Nom {number}")
        page = Form(anonyme, anonyme.get(f"/{PATH}/formulaire"))
        assert len(page.page.xpath("//a[normalize-space()='Continuer']")) == 5
        assert not page.page.xpath("//a[contains(@href, 'nouveau')]")
        # Not by its address either.
        again = anonyme.get(f"/{PATH}/formulaire", params={"nouveau": "1"})
        assert not Form(anonyme, again).form
        assert len(gardes()) == 5

    def test_a_sixth_that_was_open_already_keeps_what_was_typed(self, anonyme, gardes):
        sixth = anonyme.open_form(PATH).fill(nom="Sixième")
        for number in range(5):
            begun(anonyme, nom=f"Nom {number}")
        sixth.press()
        assert texte(sixth, "guichet-avis").startswith("Vous avez déjà cinq demandes")
        assert valeur(sixth, "nom") == "Sixième"
        assert len(gardes()) == 5
        first = gardes()[0].id
        anonyme.post(f"/{PATH}/formulaire/{first}/supprimer")
        sixth.press()
        assert etape(sixth) == "animal"
        assert "Sixième" in [one.saisies["nom"] for one in gardes()]


class TestLogin:
    def test_an_expired_login_loses_nothing(self, connecte, camille, stored, gardes):
        visitor = connecte(camille)
        form = begun(visitor)
        form.press()
        assert etape(form) == "details"
        visitor.session.cookies.clear()
        form.fill(race="Braque", couleur="gris").press()
        assert texte(form, "guichet-avis").startswith("Votre connexion a pris fin.")
        [login] = form.page.xpath("//*[@id='guichet-avis']//a")
        assert (login.get("target"), login.get("rel")) == ("_blank", "noopener")
        assert "/se-connecter?retour=" in login.get("href")
        # Nothing of the other steps is told to whoever sits there now.
        assert "Rochat" not in form.response.text
        assert "Chien" not in form.response.text
        # What another step had shown is still there.
        assert (valeur(form, "race"), valeur(form, "couleur")) == ("Braque", "gris")
        assert form.asked == ["race", "couleur"]
        # Pressed again without a login, it is still there.
        form.press()
        assert (valeur(form, "race"), valeur(form, "couleur")) == ("Braque", "gris")
        [brouillon] = gardes()
        assert "race" not in brouillon.saisies
        connecte(camille, visitor)
        form.press()
        assert form.response.url.endswith(f"/formulaire/{brouillon.id}/verifier")
        [brouillon] = gardes()
        assert brouillon.saisies["race"] == "Braque"
        done = form.submit()
        [demande] = stored()
        assert by_id(done, "numero") == demande.numero
        assert demande.usager_id == camille.id

    def test_before_the_first_save(self, connecte, camille, gardes):
        visitor = connecte(camille)
        form = visitor.open_form(PATH).fill(telephone="022 307 91 11")
        visitor.session.cookies.clear()
        form.press()
        assert texte(form, "guichet-avis").startswith("Votre connexion a pris fin.")
        assert valeur(form, "telephone") == "022 307 91 11"
        assert gardes() == []
        connecte(camille, visitor)
        form.press()
        assert etape(form) == "animal"
        [brouillon] = gardes()
        assert brouillon.proprietaire == camille.id
        assert brouillon.saisies["telephone"] == "022 307 91 11"

    def test_somebody_else_has_logged_in_meanwhile(
        self, connecte, camille, marc, gardes
    ):
        visitor = connecte(camille)
        form = begun(visitor, telephone="022 307 91 11")
        form = form.step("vous").fill(telephone="022 307 91 12")
        visitor.session.cookies.clear()
        connecte(marc, visitor)
        form.press()
        assert texte(form, "guichet-avis").startswith("Un autre compte s’est connecté")
        assert connus(form) == {"nom": "Dubois"}
        assert valeur(form, "telephone") == "022 307 91 12"
        assert "Rochat" not in form.response.text
        [brouillon] = gardes()
        assert brouillon.proprietaire == camille.id
        assert brouillon.saisies["telephone"] == "022 307 91 11"
        # Sent on purpose, it is a draft of his own.
        form.press()
        assert sorted(one.proprietaire for one in gardes()) == sorted(
            [camille.id, marc.id]
        )

    def test_the_end_of_a_login_before_the_last_button(self, connecte, camille, stored):
        visitor = connecte(camille)
        form = begun(visitor)
        form.review()
        visitor.session.cookies.clear()
        answer = form.send()
        assert answer.status_code == 404
        assert "Se connecter" in answer.text
        assert stored() == []
        connecte(camille, visitor)
        assert "/confirmation" in form.send().url


class TestAdoption:
    def test_begun_without_a_login_and_finished_with_one(
        self, adopte, anonyme, camille, stored, gardes
    ):
        form = begun(anonyme, nom="Rocha", telephone="022 1")
        adopte(anonyme, camille)
        form.show(anonyme.session.get(form.action))
        assert lignes(form, "guichet-remplacements") == ["Nom : Rocha devient Rochat"]
        form.press()
        # The page that says so was enough: nothing has changed elsewhere.
        assert (etape(form), texte(form, "guichet-avis")) == ("details", "")
        assert lignes(form, "guichet-remplacements") == ["Nom : Rocha devient Rochat"]
        [brouillon] = gardes()
        assert brouillon.proprietaire == camille.id
        assert "nom" not in brouillon.saisies
        form.submit()
        [demande] = stored()
        assert demande.usager_id == camille.id
        assert reponses(demande)["nom"] == "Rochat"
        # What the register does not know is as it was typed.
        assert reponses(demande)["telephone"] == "022 1"

    def test_the_page_that_was_open_during_the_login(
        self, adopte, anonyme, camille, gardes
    ):
        form = begun(anonyme, nom="Rocha")
        adopte(anonyme, camille)
        form.press()
        assert (etape(form), texte(form, "guichet-avis")) == ("details", "")
        assert lignes(form, "guichet-remplacements") == ["Nom : Rocha devient Rochat"]

    def test_what_is_the_same_is_not_listed(self, adopte, anonyme, camille):
        form = begun(anonyme, nom="Rochat")
        adopte(anonyme, camille)
        form.show(anonyme.session.get(form.action))
        assert lignes(form, "guichet-remplacements") == []

    def test_a_locked_answer_cannot_be_forged_afterwards(
        self, adopte, anonyme, camille, stored, gardes
    ):
        form = begun(anonyme, nom="Rocha")
        adopte(anonyme, camille)
        form = form.step("vous")
        assert connus(form) == {"nom": "Rochat"}
        response = form.add("champ.nom", "Rocha").press()
        assert [target for target, _text in errors(response)] == ["champ-nom"]
        form.extra.clear()
        form.fill(**ANSWERS).submit()
        [demande] = stored()
        assert reponses(demande)["nom"] == "Rochat"
