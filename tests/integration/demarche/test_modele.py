"""A new démarche begins with a sensible form, or as the copy of another."""

from carouge.guichet import config
from carouge.guichet.demarche.modele import create_draft
from carouge.guichet.demarche.modele import modeles_of
from carouge.guichet.demarche.modele import NO_ACTIONS
from carouge.guichet.demarche.service import fiche_of
from carouge.guichet.demarche.textes import enregistrer_textes
from carouge.guichet.demarche.textes import Textes
from carouge.guichet.demarche.textes import textes_de_travail
from carouge.guichet.formulaire.compile import compile_form
from datetime import date
from plone import api
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID

import pytest


@pytest.fixture
def guichet(demo_integration):
    portal = demo_integration["portal"]
    setRoles(portal, TEST_USER_ID, ["Manager"])
    return portal.guichet


def names(demarche) -> list[str]:
    return [*compile_form(demarche).questions]


def test_default_form_asks_for_contact_and_consent(guichet):
    demarche = create_draft(guichet.dechets, "Réserver une benne", None)
    form = compile_form(demarche)
    assert [etape.titre for etape in form.etapes] == ["Vos coordonnées"]
    assert names(demarche) == ["nom", "prenom", "courriel", "telephone", "accord"]
    assert form.contact == "courriel"
    assert demarche.actions_model == NO_ACTIONS
    assert fiche_of(demarche).has_form


def test_easyforms_own_default_is_never_used(guichet):
    """However a démarche is made, without a form it gets ours, and no mailer."""
    demarche = api.content.create(guichet.dechets, config.DEMARCHE, title="Sans rien")
    assert names(demarche)[-1] == "accord"
    assert "mailer" not in demarche.actions_model


def test_a_form_that_was_given_stays(guichet):
    model = guichet.dechets["commander-un-conteneur"].fields_model
    demarche = api.content.create(
        guichet.dechets, config.DEMARCHE, title="Avec", fields_model=model
    )
    assert demarche.fields_model == model


def test_copy(guichet):
    model = guichet.dechets["rendez-vous-encombrants"]
    model.ouverture = date(2026, 1, 1)
    model.lien_externe = "https://example.org"
    draft = create_draft(guichet.culture, "Prêter un chariot", model.UID())
    assert draft.getId() == "preter-un-chariot"
    assert draft.title == "Prêter un chariot"
    assert api.content.get_state(draft) == "brouillon"
    assert draft.fields_model == model.fields_model
    assert draft.pieces_requises == model.pieces_requises
    assert draft.pieces_requises is not model.pieces_requises
    assert draft.etapes == model.etapes
    assert (draft.niveau, draft.residents_seulement) == ("verifie", True)
    assert draft.service == model.service
    assert draft.ouverture is None
    assert draft.lien_externe is None
    assert draft.description == ""
    assert list(draft.synonymes) == []


def test_a_copy_begins_with_the_notices_and_models(guichet):
    model = guichet.dechets["commander-un-conteneur"]
    draft = create_draft(guichet.culture, "Prêter un chariot", model.UID())
    assert not textes_de_travail(model).vide
    assert textes_de_travail(draft) == textes_de_travail(model)
    enregistrer_textes(draft, Textes())
    assert not textes_de_travail(model).vide


@pytest.mark.parametrize("uid", ["nonsense", "categorie", "service"])
def test_only_demarches_are_models(guichet, uid):
    others = {
        "categorie": guichet.dechets.UID(),
        "service": guichet["service-voirie"].UID(),
    }
    with pytest.raises(LookupError):
        create_draft(guichet.dechets, "Titre", others.get(uid, uid))


def test_models_with_their_size(guichet):
    modele = next(
        modele
        for modele in modeles_of(guichet)
        if modele.title == "Signaler un dépôt sauvage"
    )
    assert (modele.categorie, modele.fields, modele.steps) == ("Déchets", 14, 3)


def test_who_makes_a_demarche_is_no_owner(guichet):
    """easyform gives owners tools that are not for editors."""
    demarche = create_draft(guichet.dechets, "À personne", None)
    assert demarche.get_local_roles() == ()
