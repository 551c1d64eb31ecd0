"""Open brouillons and a new version of their form."""

from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.formulaire.compile import compile_model
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.rebase import ARevoir
from carouge.guichet.formulaire.rebase import reprendre_version
from datetime import date
from modeles import champ
from modeles import etape
from modeles import modele

import pytest


LOGEMENT = {"maison": "Maison", "appartement": "Appartement"}


@pytest.fixture
def moved(demo_integration):
    """(saisies, a_revoir) of saisies that go from one form into another."""

    def moved(before, after, saisies, contexte=None):
        old = modele(etape("un", *before), groupes=GROUPES)
        new = compile_model(modele(etape("deux", *after), groupes=GROUPES))
        return reprendre_version(old, new, saisies, contexte)

    return moved


GROUPES = {"enfants": {"titre": "Enfants", "ajouter": "", "min": 0, "max": 5}}


def test_compatible_answers_move_silently(moved):
    before = [champ("nom"), champ("logement", "choix", choix=LOGEMENT), champ("ne")]
    after = [
        champ("logement", "choix", titre="Type de logement", choix=LOGEMENT),
        champ("nom", titre="Nom de famille", requis=True),
        champ("rue"),
        champ("ne"),
    ]
    saisies = {"nom": "Rochat", "logement": "maison", "ne": ""}
    assert moved(before, after, saisies) == (saisies, [])


def test_a_question_that_is_gone(moved):
    saisies = {"nom": "Rochat", "logement": "maison", "vide": ""}
    before = [
        champ("nom"),
        champ("logement", "choix", titre="Logement", choix=LOGEMENT),
        champ("vide"),
    ]
    kept, told = moved(before, [champ("nom")], saisies)
    assert kept == {"nom": "Rochat"}
    assert told == [ARevoir("Logement", "Maison")]
    assert told[0].retiree


def test_a_choice_that_is_gone(moved):
    kept, told = moved(
        [champ("logement", "choix", titre="Logement", choix=LOGEMENT)],
        [champ("logement", "choix", choix={"maison": "Maison", "studio": "Studio"})],
        {"logement": "appartement"},
    )
    assert kept == {}
    assert told == [ARevoir("Logement", "Appartement", "logement", "deux")]
    assert not told[0].retiree


def test_a_text_that_is_too_long_now_stays_to_be_shortened(moved):
    kept, told = moved(
        [champ("motif", titre="Motif")],
        [champ("motif", max_length=5)],
        {"motif": "Déménagement"},
    )
    assert kept == {"motif": "Déménagement"}
    assert told == [ARevoir("Motif", "Déménagement", "motif", "deux")]


@pytest.mark.parametrize(
    "before,after,saisie,kept,said",
    [
        ("texte", "texte_long", "Bonjour", True, None),
        ("nombre", "texte", "12", True, None),
        ("texte", "nombre", "douze", False, "douze"),
        ("oui_non", "texte", "oui", False, "Oui"),
        ("date", "texte", "2026-11-25", False, "25.11.2026"),
    ],
)
def test_another_kind(moved, before, after, saisie, kept, said):
    saisies, told = moved(
        [champ("mot", before, titre="Mot")], [champ("mot", after)], {"mot": saisie}
    )
    assert saisies == ({"mot": saisie} if kept else {})
    assert [one.texte for one in told] == ([said] if said else [])


def test_what_was_wrong_before_stays_as_it_is(moved):
    one = [champ("nombre", "nombre")]
    assert moved(
        one, [champ("nombre", "nombre", titre="Combien")], {"nombre": "x"}
    ) == (
        {"nombre": "x"},
        [],
    )


def test_nobody_has_agreed_to_other_words(moved):
    before = [champ("accord", "consentement", titre="J’accepte")]
    same = moved(before, before, {"accord": "oui"})
    assert same == ({"accord": "oui"}, [])
    kept, told = moved(
        before,
        [champ("accord", "consentement", titre="J’accepte tout")],
        {"accord": "oui"},
    )
    assert kept == {}
    assert [(one.libelle, one.nom) for one in told] == [("J’accepte", "accord")]


def test_rows_of_a_group(moved):
    before = [
        champ("prenom", titre="Prénom", groupe="enfants"),
        champ("classe", titre="Classe", groupe="enfants"),
    ]
    rows = [
        {"id": "aaaa", "prenom": "Lou", "classe": "4P"},
        {"id": "bbbb", "prenom": "Noé", "classe": ""},
    ]
    kept, told = moved(before, before[:1], {"enfants": rows})
    assert kept == {
        "enfants": [{"id": "aaaa", "prenom": "Lou"}, {"id": "bbbb", "prenom": "Noé"}]
    }
    assert told == [ARevoir("Enfants 1, Classe", "4P")]


def test_a_group_that_is_gone(moved):
    before = [champ("prenom", titre="Prénom", groupe="enfants")]
    rows = [{"id": "aaaa", "prenom": "Lou"}]
    kept, told = moved(before, [champ("prenom")], {"enfants": rows})
    assert kept == {}
    assert told == [ARevoir("Enfants 1, Prénom", "Lou")]


def test_files(moved):
    piece = champ("photo", "piece", titre="Photo")
    saisies = {"photo": {"moyen": "", "fichiers": ["f1"]}}
    fichier = Fichier(
        id="f1", nom="chat.png", type="image/png", taille=3, digest="", contenu=None
    )
    contexte = Contexte(None, date(2026, 11, 23), {"f1": fichier})
    assert moved([piece], [piece], saisies, contexte) == (saisies, [])
    kept, told = moved([piece], [champ("nom")], saisies, contexte)
    assert kept == {}
    assert told == [ARevoir("Photo", "chat.png")]


def test_a_form_nobody_knows_any_more(demo_integration):
    new = compile_model(modele(etape("un", champ("nom"))))
    saisies = {"nom": "Rochat", "disparu": "x", "nom2": ["a"]}
    assert reprendre_version(None, new, saisies) == ({"nom": "Rochat"}, [])
