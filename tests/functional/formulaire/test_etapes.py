"""The steps of a form: in order, out of order, back, forth, and later."""

from formulaires import etape
from formulaires import id_de
from formulaires import PATH
from formulaires import reponses
from formulaires import texte
from formulaires import valeur
from modeles import champ
from modeles import etape as page
from modeles import modele
from modeles import regle
from modeles import si
from visitor import errors
from visitor import Form
from visitor import Visitor

import pytest


LOGEMENTS = {"maison": "Maison", "appartement": "Appartement"}
MODEL = modele(
    page("vous", champ("nom", requis=True), champ("remarque")),
    page("logement", champ("type", "choix", choix=LOGEMENTS, requis=True)),
    page("jardin", champ("surface", "nombre", requis=True)),
    page("fin", champ("accord", "consentement", requis=True)),
    etapes={"jardin": {"si": si(regle("type", "est", "maison"))}},
)
ANSWERS = {"nom": "Rochat", "type": "Maison", "surface": "120", "accord": True}


@pytest.fixture(autouse=True)
def form_of_four_steps(publie):
    publie(MODEL)


def pages(form):
    """The steps shown on the page: title, and whether it is a link."""
    return [
        (" ".join(step.text_content().split()), step.get("href") is not None)
        for step in form.page.xpath("//nav[contains(@class,'guichet-etapes')]//li/a")
    ]


def titles(form):
    return [
        words.split(". ")[1].removesuffix(" (terminée)") for words, _ in pages(form)
    ]


def test_each_step_has_an_address_of_its_own(anonyme, gardes):
    form = anonyme.open_form(PATH).fill(**ANSWERS)
    assert (etape(form), form.response.url) == (
        "vous",
        f"{anonyme.base}/{PATH}/formulaire?nouveau=1",
    )
    assert gardes() == []
    form.press()
    [brouillon] = gardes()
    start = f"{anonyme.base}/{PATH}/formulaire/{brouillon.id}"
    assert form.response.url == f"{start}/etape/logement"
    form.press()
    assert form.response.url == f"{start}/etape/jardin"
    form.press()
    assert form.response.url == f"{start}/etape/fin"
    form.press()
    assert form.response.url == f"{start}/verifier"


def test_the_progress_names_the_steps_of_this_person(anonyme):
    form = anonyme.open_form(PATH).fill(**ANSWERS)
    # Nobody knows yet whether there is a garden.
    assert titles(form) == ["Vous", "Logement", "Fin"]
    form.press()
    assert pages(form) == [
        ("✓ 1. Vous (terminée)", True),
        ("2 2. Logement", True),
        ("3 3. Fin", False),
    ]
    form.press()
    assert titles(form) == ["Vous", "Logement", "Jardin", "Fin"]
    assert texte(form, "etape") == "Étape 3 sur 4 : Jardin"


def test_back_and_forth_loses_nothing_right_or_wrong(anonyme, gardes):
    form = anonyme.open_form(PATH).fill(nom="Rochat", type="Maison")
    form.press()
    form.press()
    form.fill(surface="beaucoup").press("precedent")
    assert etape(form) == "logement"
    form.press("precedent")
    assert (etape(form), valeur(form, "nom")) == ("vous", "Rochat")
    form.press()
    form.press()
    assert (etape(form), valeur(form, "surface")) == ("jardin", "beaucoup")
    [brouillon] = gardes()
    assert brouillon.saisies == {
        "nom": "Rochat",
        "remarque": "",
        "type": "maison",
        "surface": "beaucoup",
    }


def test_a_step_with_an_error_is_shown_again_and_saved(anonyme, gardes):
    form = anonyme.open_form(PATH).fill(remarque="sans nom")
    response = form.press()
    assert errors(response) == [("champ-nom", "Veuillez répondre à cette question.")]
    assert etape(form) == "vous"
    assert valeur(form, "remarque") == "sans nom"
    [brouillon] = gardes()
    assert brouillon.saisies == {"nom": "", "remarque": "sans nom"}
    assert brouillon.faites == frozenset()


def test_a_later_step_can_be_filled_in_first_but_nothing_is_sent(anonyme, stored):
    form = anonyme.open_form(PATH).fill(nom="Rochat").press("plus_tard")
    form = Form(anonyme, form)
    later = form.step("fin").fill(accord=True)
    assert etape(later) == "fin"
    later.press()
    assert later.response.url.endswith("/verifier")
    assert not later.form.xpath(".//button[@name='envoyer']")
    unfinished = later.page.xpath(
        '//section[@class="card mb-3"][contains(., "est pas terminée")]//h3'
    )
    assert [title.text_content() for title in unfinished] == ["Vous", "Logement"]
    # A forged last button changes nothing.
    refused = Form(anonyme, later.send())
    assert texte(refused, "guichet-avis").startswith("Certaines étapes ne sont pas")
    assert stored() == []
    done = refused.step("vous").fill(**ANSWERS).submit()
    assert "/confirmation" in done.url
    assert len(stored()) == 1


@pytest.mark.parametrize("step", ["rien", "..", "nom", "é", "x" * 300, "debut"])
def test_an_unknown_step_leads_to_the_first_unfinished_one(anonyme, step):
    form = anonyme.open_form(PATH).fill(nom="Rochat")
    form.press()
    if step == "..":
        step = "%2e%2e"
    again = form.step(step)
    assert etape(again) == "logement"


def test_what_is_sent_to_an_unknown_step_changes_nothing(anonyme, gardes):
    form = anonyme.open_form(PATH).fill(nom="Rochat")
    form.press()
    response = anonyme.session.post(
        form.action.replace("/etape/logement", "/etape/rien"),
        data={**form.hidden, "champ.nom": "Autre", "champ.type": "maison"},
    )
    assert etape(Form(anonyme, response)) == "logement"
    [brouillon] = gardes()
    assert brouillon.saisies == {"nom": "Rochat", "remarque": ""}


def test_a_step_that_is_not_asked_cannot_be_opened(anonyme):
    form = anonyme.open_form(PATH).fill(nom="Rochat", type="Appartement")
    form.press()
    form.press()
    assert etape(form) == "fin"
    assert etape(form.step("jardin")) == "fin"


def test_what_is_sent_to_a_step_that_is_not_asked_is_never_submitted(
    anonyme, stored, gardes
):
    form = anonyme.open_form(PATH).fill(nom="Rochat", type="Appartement", accord=True)
    form.press()
    form.press()
    forged = anonyme.session.post(
        form.action.replace("/etape/fin", "/etape/jardin"),
        data={**form.hidden, "champ.surface": "120", "suivant": "1"},
    )
    form.show(forged)
    assert etape(form) == "fin"
    done = form.submit()
    assert "/confirmation" in done.url
    [demande] = stored()
    assert reponses(demande) == {
        "nom": "Rochat",
        "remarque": "",
        "type": "Appartement",
        "accord": "Oui",
    }
    assert gardes() == []


def test_a_changed_answer_takes_a_whole_step_away(anonyme, stored, gardes):
    form = anonyme.open_form(PATH).fill(**ANSWERS)
    form.review()
    changed = form.step("logement").fill(type="Appartement")
    changed.press()
    assert titles(changed) == ["Vous", "Logement", "Fin"]
    # The answers of a step that is not asked any more are forgotten.
    [brouillon] = gardes()
    assert "surface" not in brouillon.saisies
    changed.fill(accord=True).submit()
    [demande] = stored()
    assert list(reponses(demande)) == ["nom", "remarque", "type", "accord"]


def test_and_brings_it_with_its_required_question(anonyme, stored):
    form = anonyme.open_form(PATH).fill(nom="Rochat", type="Appartement", accord=True)
    form.review()
    changed = form.step("logement").fill(type="Maison")
    changed.press()
    assert etape(changed) == "jardin"
    review = Form(anonyme, anonyme.session.get(form.action))
    assert not review.form.xpath(".//button[@name='envoyer']")
    changed.fill(surface="12").submit()
    [demande] = stored()
    assert reponses(demande)["surface"] == "12"


def test_save_and_finish_later(anonyme, gardes):
    form = anonyme.open_form(PATH).fill(nom="Rochat")
    form.press()
    # Not even a required answer is needed.
    form.press("plus_tard")
    assert etape(form) == "logement"
    assert texte(form, "guichet-nouvelle") == (
        "Vos réponses sont enregistrées. Vous pouvez fermer cette page et finir plus "
        "tard."
    )
    assert texte(form, "guichet-enregistre").startswith("Enregistré à ")
    [brouillon] = gardes()
    assert (brouillon.etape, brouillon.faites) == ("logement", {"vous"})


def test_somebody_who_comes_back_is_offered_what_he_began(anonyme, gardes):
    form = anonyme.open_form(PATH).fill(nom="Rochat", type="Maison")
    form.press()
    form.press()
    form.fill(surface="12").press("plus_tard")
    page = anonyme.get(f"/{PATH}/formulaire")
    offer = Form(anonyme, page)
    [go_on] = offer.page.xpath("//a[normalize-space()='Continuer']/@href")
    assert id_de(go_on) == gardes()[0].id
    again = Form(anonyme, anonyme.session.get(go_on))
    assert (etape(again), valeur(again, "surface")) == ("jardin", "12")


def test_a_finished_step_is_not_where_somebody_goes_on(anonyme):
    form = anonyme.open_form(PATH).fill(nom="Rochat", type="Maison")
    form.press()
    start = form.action.removesuffix("/etape/logement")
    assert etape(Form(anonyme, anonyme.session.get(start))) == "logement"
    form.press()
    form.fill(surface="3", accord=True).review()
    assert anonyme.session.get(start).url == f"{start}/verifier"


def test_the_review_shows_all_answers_and_a_way_back_to_each_step(anonyme):
    form = anonyme.open_form(PATH).fill(**ANSWERS)
    form.review()
    sections = form.page.xpath("//section[contains(@class,'card')]")
    seen = {
        section.xpath(".//h3")[0].text_content(): {
            term.text_content().strip(): " ".join(term.getnext().text_content().split())
            for term in section.xpath(".//dt")
        }
        for section in sections
    }
    assert seen == {
        "Vous": {"Nom": "Rochat", "Remarque": "sans réponse"},
        "Logement": {"Type": "Maison"},
        "Jardin": {"Surface": "120"},
        "Fin": {"Accord": "Oui"},
    }
    links = form.page.xpath("//section//a[contains(., 'Modifier')]/@href")
    assert [link.rpartition("/")[2] for link in links] == [
        "vous",
        "logement",
        "jardin",
        "fin",
    ]


def test_the_last_step_before_the_review_says_so(anonyme):
    form = anonyme.open_form(PATH).fill(**ANSWERS)
    form.press()
    form.press()
    form.press()
    [button] = form.form.xpath(".//button[@name='suivant' and not(@aria-hidden)]")
    assert " ".join(button.text_content().split()) == "Vérifier mes réponses"


def test_an_address_deeper_than_any_page_is_not_found(anonyme):
    form = anonyme.open_form(PATH).fill(nom="Rochat")
    form.press()
    start = form.action.removesuffix("/etape/logement")
    for path in (
        "/etape",
        "/etape/vous/x",
        "/etape/vous/x/y/z",
        "/rien",
        "/verifier/x",
    ):
        assert anonyme.session.get(f"{start}{path}").status_code == 404


def test_a_form_with_nothing_to_ask_leads_back(anonyme, publie):
    publie(
        modele(
            page("pro", champ("ide")),
            etapes={"pro": {"si": si(regle("usager.type", "est", "entreprise"))}},
        )
    )
    assert anonyme.get(f"/{PATH}/formulaire").url == f"{anonyme.base}/{PATH}"


def test_a_form_without_fieldsets_is_one_step(base, publie, stored):
    publie(modele(champ("mot", requis=True)))
    form = Visitor(base).open_form(PATH).fill(mot="bonjour")
    assert (etape(form), pages(form)) == ("debut", [])
    form.submit()
    [demande] = stored()
    assert reponses(demande) == {"mot": "bonjour"}
