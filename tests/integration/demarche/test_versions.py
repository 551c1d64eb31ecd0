"""Publications of a démarche: what is kept, and what citizens get."""

from carouge.guichet.demarche import versions
from carouge.guichet.demarche.service import fiche_of
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.versions import Accepte
from carouge.guichet.formulaire.compile import compile_draft
from carouge.guichet.formulaire.compile import compile_form
from datetime import datetime
from datetime import timezone
from plone import api
from plone.app.testing import login
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from plone.app.textfield.value import RichTextValue

import pytest


@pytest.fixture
def guichet(demo_integration):
    portal = demo_integration["portal"]
    setRoles(portal, TEST_USER_ID, ["Manager"])
    return portal.guichet


@pytest.fixture
def demarche(guichet):
    return guichet.dechets["commander-un-conteneur"]


def rename(demarche, new="Autre remarque"):
    """Change one title of the form."""
    model = demarche.fields_model
    title = model[model.index("<title>") + 7 : model.index("</title>")]
    demarche.fields_model = model.replace(title, new, 1)
    return title


def test_the_demonstration_is_published(demarche):
    (version,) = versions.versions_de(demarche)
    assert version.numero == 1
    assert version.contenu["fields_model"] == demarche.fields_model
    assert version.contenu["emolument"] == demarche.emolument
    assert not versions.modifiee(demarche)


def test_a_draft_has_no_version(guichet):
    draft = api.content.create(guichet.dechets, "Demarche", title="Brouillon")
    assert versions.versions_de(draft) == []
    assert versions.version_publiee(draft) is None
    assert not versions.modifiee(draft)
    assert versions.modele_publie(draft) == draft.fields_model
    versions.oublier_versions(draft)
    with pytest.raises(KeyError):
        versions.restaurer(draft, 1)


def test_citizens_keep_the_published_form(demarche):
    before = demarche.fields_model
    title = rename(demarche)
    assert versions.modifiee(demarche)
    assert versions.modele_publie(demarche) == before
    titles = [question.titre for question in compile_form(demarche).questions.values()]
    assert title in titles
    draft = [question.titre for question in compile_draft(demarche).questions.values()]
    assert title not in draft and "Autre remarque" in draft


def test_publishing_the_changes(demarche, demo_integration):
    login(demo_integration["portal"], "editeur")
    rename(demarche)
    api.content.transition(demarche, "publier_modifications", comment="Plus clair")
    first, second = versions.versions_de(demarche)
    assert (second.numero, second.auteur, second.note) == (2, "editeur", "Plus clair")
    assert second.date >= first.date
    assert not versions.modifiee(demarche)
    assert versions.modele_publie(demarche) == demarche.fields_model
    assert versions.version_par_hash(demarche, first.hash) == first
    assert versions.version_par_hash(demarche, "0" * 12) is None
    assert api.content.get_state(demarche) == "publiee"


def test_suspended_is_as_it_was_published(demarche):
    before = demarche.fields_model
    api.content.transition(demarche, "suspendre")
    rename(demarche)
    assert versions.modele_publie(demarche) == before
    api.content.transition(demarche, "publier")
    assert len(versions.versions_de(demarche)) == 2
    assert versions.modele_publie(demarche) != before


def test_taken_back_it_is_the_working_copy_again(demarche):
    rename(demarche)
    api.content.transition(demarche, "depublier")
    assert versions.modele_publie(demarche) == demarche.fields_model


def test_nothing_changed_makes_no_version(demarche):
    api.content.transition(demarche, "suspendre")
    api.content.transition(demarche, "publier")
    assert len(versions.versions_de(demarche)) == 1


def test_catalogue_texts_count_at_once(demarche, guichet):
    demarche.title = "Un autre titre"
    demarche.delai_jours = 77
    assert not versions.modifiee(demarche)
    fiche = fiche_of(demarche)
    assert (fiche.title, fiche.delay) == ("Un autre titre", 77)


def test_the_fee_is_part_of_the_form(demarche, guichet):
    demarche.emolument = 1234
    assert versions.modifiee(demarche)
    assert fiche_of(demarche).fee == 0
    api.content.transition(demarche, "publier_modifications")
    path = "dechets/commander-un-conteneur"
    assert get_catalogue(guichet).by_path[path].fee == 1234


def test_texts_are_part_of_the_form(demarche):
    demarche.formPrologue = RichTextValue("<p>Bonjour</p>", "text/html", "text/html")
    assert versions.modifiee(demarche)
    assert versions.contenu_publie(demarche)["formPrologue"] is None
    api.content.transition(demarche, "publier_modifications")
    assert versions.contenu_publie(demarche)["formPrologue"].raw == "<p>Bonjour</p>"
    demarche.formPrologue = RichTextValue("<p>Bonjour</p>", "text/html", "text/html")
    assert not versions.modifiee(demarche)


def test_restoring(demarche):
    before = demarche.fields_model
    rename(demarche)
    api.content.transition(demarche, "publier_modifications")
    versions.restaurer(demarche, 1)
    assert demarche.fields_model == before
    assert versions.modifiee(demarche)
    assert len(versions.versions_de(demarche)) == 2
    api.content.transition(demarche, "publier_modifications")
    assert versions.version_publiee(demarche).numero == 3
    assert versions.version_par_hash(demarche, versions.hash_of(before)).numero == 3


def test_what_is_kept(demarche):
    rename(demarche)
    date = datetime(2026, 11, 23, tzinfo=timezone.utc)
    accepted = Accepte("sans_delai", "Le délai manque.", "Il dépend du canton.")
    version = versions.publier_version(
        demarche, "editeur", "Note", [accepted], date=date
    )
    assert version == versions.version_publiee(demarche)
    assert version.acceptes == (accepted,)
    assert version.date == date


def test_a_copy_has_no_publications(demarche, guichet):
    copy = api.content.copy(demarche, guichet.dechets, id="copie")
    assert versions.versions_de(copy) == []
    assert len(versions.versions_de(demarche)) == 1


def test_published_before_there_were_versions(demarche):
    versions.oublier_versions(demarche)
    rename(demarche)
    assert versions.modele_publie(demarche) == demarche.fields_model
