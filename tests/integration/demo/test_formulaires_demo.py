"""The forms of the demonstration: nothing wrong in any, and something of everything."""

from carouge.guichet.atelier.controle import controler
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.reglages import IJustificatif

import pytest


@pytest.fixture
def demarches(demo_integration):
    guichet = demo_integration["portal"].guichet
    return [
        demarche
        for categorie in guichet.objectValues()
        if categorie.portal_type == "Categorie"
        for demarche in categorie.objectValues()
    ]


@pytest.fixture
def forms(demarches):
    forms = {demarche.getId(): compile_form(demarche) for demarche in demarches}
    return {id: form for id, form in forms.items() if form.questions}


def test_the_gate_finds_nothing(demarches):
    found = {
        demarche.getId(): [
            (probleme.niveau, probleme.cle) for probleme in controler(demarche)
        ]
        for demarche in demarches
    }
    assert {id: problems for id, problems in found.items() if problems} == {}


def test_enough_of_everything(forms):
    conditional = [
        id
        for id, form in forms.items()
        if any(question.condition for question in form.questions.values())
        or any(etape.condition for etape in form.etapes)
    ]
    by_post = [
        id
        for id, form in forms.items()
        if any(
            IJustificatif.providedBy(question.champ)
            and (question.champ.par_poste or question.champ.au_guichet)
            for question in form.questions.values()
        )
    ]
    assert len(forms) >= 60
    assert len(conditional) >= 12
    assert len(by_post) >= 8
    assert len([id for id, form in forms.items() if form.groupes]) >= 3
    assert len([id for id, form in forms.items() if form.plan.prix]) >= 3


def test_every_kind_of_question_is_asked_somewhere(forms):
    kinds = {
        question.genre.nom
        for form in forms.values()
        for question in form.questions.values()
    }
    assert kinds >= {
        "adresse",
        "calcul",
        "choice",
        "choices",
        "consent",
        "date",
        "iban",
        "ide",
        "information",
        "integer",
        "membre",
        "montant",
        "piece",
        "telephone",
    }


def test_the_parascolaire_has_what_a_family_needs(forms):
    form = forms["inscription-parascolaire"]
    assert len(form.etapes) >= 4
    assert form.membres == ("membre",)
    assert list(form.groupes) == ["personnes"]
    assert form.questions["allergies"].condition is not None
    pieces = [
        question.champ
        for question in form.questions.values()
        if IJustificatif.providedBy(question.champ)
    ]
    assert len([champ for champ in pieces if champ.par_poste]) >= 2


def test_the_macaron_still_costs_40_francs(demarches):
    [macaron] = [one for one in demarches if one.getId() == "macaron-stationnement"]
    assert macaron.emolument == 4000
    assert compile_form(macaron).plan.prix == ()
