"""A form that is published anew while somebody fills it in."""

from formulaires import etape
from formulaires import lignes
from formulaires import PATH
from formulaires import reponses
from formulaires import texte
from formulaires import valeur
from modeles import champ
from modeles import etape as page
from modeles import modele
from publication import publier
from visitor import errors
from visitor import Form

import pytest
import transaction


def model(*first, second=()):
    return modele(
        page("un", champ("nom", requis=True), *first),
        page("deux", champ("mot"), *second),
    )


BEFORE = model(
    champ("taille", titre="Votre taille"), second=[champ("detail", titre="Détail")]
)
# Other words, another order, one more question that need not be answered.
COMPATIBLE = model(champ("plus"), champ("taille", titre="Taille en cm"))
GONE = model()
NUMBER = model(champ("taille", "nombre", titre="Taille en cm", requis=True))
NEEDED = model(champ("taille"), champ("age", "nombre", requis=True))
MOVED = modele(
    page("un", champ("nom", requis=True)),
    page("trois", champ("taille"), champ("mot")),
)


@pytest.fixture
def form(publie, anonyme):
    """A form with its first step finished, in the version before."""
    publie(BEFORE)
    form = anonyme.open_form(PATH).fill(nom="Rochat", taille="grande", mot="bonjour")
    form.press()
    assert etape(form) == "deux"
    return form


def reload(form):
    return form.show(form.visitor.session.get(form.action))


def a_revoir(form):
    return lignes(form, "guichet-a-revoir")


def test_compatible_answers_move_silently(form, publie, stored, gardes):
    publie(model(champ("plus"), champ("taille", titre="Taille"), second=()))
    reload(form)
    assert (etape(form), a_revoir(form)) == ("deux", [])
    form.submit()
    [demande] = stored()
    assert reponses(demande) == {
        "nom": "Rochat",
        "plus": "",
        "taille": "grande",
        "mot": "bonjour",
    }


def test_the_working_copy_of_an_editor_changes_nothing(form, demarche, stored):
    demarche.fields_model = GONE
    transaction.commit()
    form.submit()
    [demande] = stored()
    assert reponses(demande)["taille"] == "grande"
    publier(demarche)
    transaction.commit()
    assert reponses(stored()[0])["taille"] == "grande"


def test_a_question_that_is_gone_is_told_with_what_was_typed(form, publie, stored):
    publie(GONE)
    reload(form)
    assert a_revoir(form) == ["Votre taille : vous aviez répondu grande"]
    form.submit()
    [demande] = stored()
    assert reponses(demande) == {"nom": "Rochat", "mot": "bonjour"}


def test_an_answer_that_does_not_fit_is_told_and_asked_again(form, publie, stored):
    publie(NUMBER)
    reload(form)
    assert a_revoir(form) == ["Votre taille : vous aviez répondu grande"]
    form.press()
    # The first step is not finished any more.
    assert not form.form.xpath(".//button[@name='envoyer']")
    assert a_revoir(form) == ["Taille en cm"]
    again = form.step("un").fill(taille="180", mot="bonjour")
    assert a_revoir(again) == ["Taille en cm"]
    again.press()
    assert a_revoir(again) == []
    again.submit()
    [demande] = stored()
    assert reponses(demande)["taille"] == "180"


def test_a_new_required_question_is_asked_before_it_is_sent(form, publie, stored):
    form.review()
    publie(NEEDED)
    refused = Form(form.visitor, form.send())
    assert stored() == []
    assert not refused.form.xpath(".//button[@name='envoyer']")
    again = refused.step("un").fill(age="40")
    again.submit()
    [demande] = stored()
    assert reponses(demande)["age"] == "40"


def test_the_page_of_the_version_before_is_read_as_it_was_asked(
    publie, anonyme, stored, gardes
):
    publie(BEFORE)
    form = anonyme.open_form(PATH).fill(nom="Rochat", mot="bonjour")
    form.press()
    form.fill(detail="important")
    publie(model(champ("taille")))
    # The person sends the page she sees, with a question that is gone.
    form.press()
    assert (etape(form), a_revoir(form)) == (
        "deux",
        ["Détail : vous aviez répondu important"],
    )
    assert valeur(form, "mot") == "bonjour"
    form.submit()
    [demande] = stored()
    assert reponses(demande) == {"nom": "Rochat", "taille": "", "mot": "bonjour"}


def test_if_all_of_it_fits_one_goes_on(publie, anonyme):
    publie(BEFORE)
    form = anonyme.open_form(PATH).fill(nom="Rochat", mot="bonjour")
    form.press()
    publie(model(champ("plus"), second=[champ("detail"), champ("encore")]))
    form.press()
    assert form.response.url.endswith("/verifier")


def test_the_very_first_page_as_well(publie, anonyme, gardes):
    publie(BEFORE)
    form = anonyme.open_form(PATH).fill(nom="Rochat", taille="grande")
    publie(GONE)
    form.press()
    assert etape(form) == "un"
    assert a_revoir(form) == ["Votre taille : vous aviez répondu grande"]
    form.press()
    assert etape(form) == "deux"
    assert gardes()[0].saisies == {"nom": "Rochat"}


def test_a_question_of_a_step_that_is_gone_moves_along(form, publie, gardes):
    publie(MOVED)
    form.press()
    # The step the page was made of does not exist any more.
    assert etape(form) == "trois"
    assert (valeur(form, "taille"), valeur(form, "mot")) == ("grande", "bonjour")
    assert gardes()[0].saisies == {
        "nom": "Rochat",
        "taille": "grande",
        "mot": "bonjour",
    }


def test_an_open_page_saves_in_the_words_it_was_made_of(form, publie, gardes):
    data = {**form.hidden, "etape": "deux", "champ.mot": "a", "champ.detail": "b"}
    publie(GONE)
    address = form.form.get("data-guichet-enregistrer")
    answer = form.visitor.session.post(address, data=data)
    assert answer.status_code == 200
    [brouillon] = gardes()
    assert (brouillon.saisies["mot"], brouillon.saisies["detail"]) == ("a", "b")
    reload(form)
    assert a_revoir(form) == [
        "Votre taille : vous aviez répondu grande",
        "Détail : vous aviez répondu b",
    ]


def test_what_is_gone_is_told_before_the_last_button_counts(form, publie, stored):
    form.review()
    publie(GONE)
    again = Form(form.visitor, form.send())
    assert stored() == []
    assert a_revoir(again) == ["Votre taille : vous aviez répondu grande"]
    assert texte(again, "guichet-avis").startswith("Ce formulaire a été modifié")
    assert "/confirmation" in again.send().url
    assert len(stored()) == 1


def test_what_still_fits_is_sent_at_once(form, publie, stored):
    form.review()
    publie(COMPATIBLE.replace('<field name="mot"', '<field name="mot"'))
    response = form.send()
    # « Détail » was never answered: nothing is lost.
    assert errors(response) == []
    assert "/confirmation" in response.url
    assert reponses(stored()[0])["taille"] == "grande"


@pytest.mark.parametrize("version", ["", "x", "000000000000", "é", "1" * 500])
def test_a_forged_version_is_the_present_one(form, gardes, version):
    data = {**form.hidden, "forme": version, "champ.mot": "a", "suivant": "1"}
    response = form.visitor.session.post(form.action, data=data)
    assert response.url.endswith("/verifier")
    assert gardes()[0].saisies["mot"] == "a"
