"""A démarche travels to another guichet and comes back the same."""

from carouge.guichet import config
from carouge.guichet.atelier import colis
from carouge.guichet.atelier.colis import ColisRefuse
from carouge.guichet.atelier.importation import analyser
from carouge.guichet.atelier.importation import appliquer
from carouge.guichet.atelier.liaisons import CREER
from carouge.guichet.atelier.transfert import demarches_de
from carouge.guichet.atelier.transfert import exporter
from carouge.guichet.atelier.transfert import identifiant_de
from carouge.guichet.demarche.interfaces import IDemarche
from carouge.guichet.demarche.service import fiche_of
from dataclasses import replace
from datetime import date
from plone import api
from plone.app.testing import login
from plone.app.textfield.value import RichTextValue

import json
import pytest


@pytest.fixture
def portal(demo_integration):
    return demo_integration["portal"]


@pytest.fixture
def guichet(portal):
    login(portal, "editeur")
    return portal.guichet


@pytest.fixture
def ailleurs(portal, guichet):
    """Another guichet with nothing in it."""
    with api.env.adopt_roles(["Manager"]):
        return api.content.create(portal, config.GUICHET, id="autre", title="Autre")


@pytest.fixture
def benne(guichet):
    return guichet.dechets["commander-un-conteneur"]


def importer(guichet, data, reponses=None):
    """Import with new services and categories, addresses as they are."""
    plan = analyser(guichet, data, reponses or {})
    answers = {
        liaison.cle: CREER if liaison.choix is not None else liaison.proposition
        for liaison in plan.manquantes
    } | (reponses or {})
    return appliquer(guichet, analyser(guichet, data, answers))


def changed(data, **changes):
    """A parcel with other data in its one démarche."""
    (contenu,) = colis.lire(data)
    donnees = json.loads(json.dumps(contenu.donnees))
    scenarios = changes.pop("scenarios", contenu.scenarios)
    modele = changes.pop("modele", contenu.modele)
    if isinstance(changes.get("fiche"), dict):
        donnees["fiche"] |= changes.pop("fiche")
    donnees |= changes
    return colis.ecrire(
        [replace(contenu, donnees=donnees, modele=modele, scenarios=scenarios)]
    )


def refusal(guichet, data, reponses=None) -> str:
    before = snapshot(guichet)
    with pytest.raises(ColisRefuse) as refused:
        importer(guichet, data, reponses)
    assert snapshot(guichet) == before
    message = refused.value.message
    return api.portal.translate(message, lang="en")


def snapshot(guichet):
    return (
        sorted(guichet.objectIds()),
        [(d.absolute_url(), d.title, d.fields_model) for d in demarches_de(guichet)],
        guichet.catalogue_version,
    )


def test_the_whole_catalogue_there_and_back(guichet, ailleurs):
    """Export, import into an empty guichet, export again: the same bytes."""
    data = exporter(demarches_de(guichet))
    done = importer(ailleurs, data)
    assert len(done) == len(demarches_de(guichet)) >= 60
    assert {api.content.get_state(demarche) for demarche in done} == {"brouillon"}
    assert exporter(demarches_de(ailleurs)) == data
    again = analyser(guichet, exporter(demarches_de(ailleurs)), {})
    assert [p.titre for p in again.projets if p.action != "identique"] == []
    assert again.manquantes == ()


def test_what_arrives(guichet, ailleurs, benne):
    benne.formPrologue = RichTextValue("<p>Bonjour</p>", "text/html", "text/html")
    benne.ouverture = date(2026, 1, 1)
    benne.types_compte = {"personne", "entreprise"}
    (copie,) = importer(ailleurs, exporter([benne]))
    assert copie.getId() == "commander-un-conteneur"
    assert copie.__parent__.getId() == "dechets"
    assert copie.__parent__.title == "Déchets"
    assert fiche_of(copie) == replace(
        fiche_of(benne),
        uid=copie.UID(),
        service_uid=copie.service,
        suspended=False,
        published=False,
    )
    assert (
        api.content.get(UID=copie.service).title
        == api.content.get(UID=benne.service).title
    )
    assert copie.formPrologue.raw == "<p>Bonjour</p>"
    assert copie.formPrologue.outputMimeType == "text/x-html-safe"
    assert copie.types_compte == {"personne", "entreprise"}
    assert identifiant_de(copie) == benne.UID() != copie.UID()


def test_every_field_of_the_schema_travels(benne):
    (contenu,) = colis.lire(exporter([benne]))
    own = {name for name in IDemarche.names() if not name.startswith("_")}
    # Each site has its own services and régies.
    travelling = set(contenu.donnees["fiche"]) | {"service", "regie"}
    assert {name for name in own if name in IDemarche} - travelling == {"period"} & own


def test_no_uid_in_a_parcel(guichet, benne):
    data = exporter([benne])
    assert benne.service.encode() not in data
    assert guichet.dechets.UID().encode() not in data


def test_an_own_name_of_the_service_here(guichet, ailleurs, benne):
    service = api.content.create(ailleurs, config.SERVICE, title="Travaux")
    data = exporter([benne])
    plan = analyser(ailleurs, data, {})
    assert [liaison.cle for liaison in plan.manquantes] == [
        "categorie:dechets",
        "service:service-voirie",
    ]
    answers = {"categorie:dechets": CREER, "service:service-voirie": "travaux"}
    (copie,) = appliquer(ailleurs, analyser(ailleurs, data, answers))
    assert copie.service == service.UID()
    # What stands for it is not exported: the parcel stays the same.
    assert exporter([copie]) == data
    # Asked once.
    assert analyser(ailleurs, data, {}).manquantes == ()
    # Once the service is another one, it is that one that is exported.
    copie.service = api.content.create(ailleurs, config.SERVICE, title="Parcs").UID()
    (contenu,) = colis.lire(exporter([copie]))
    assert contenu.donnees["service"] == {"id": "parcs", "titre": "Parcs"}


def test_addresses_in_texts(guichet, ailleurs, benne):
    benne.pour_qui = "Écrivez à bennes@carouge.example."
    benne.fields_model = benne.fields_model.replace(
        "</description>", " (bennes@carouge.example)</description>", 1
    )
    data = exporter([benne])
    (copie,) = importer(
        ailleurs, data, {"courriel:bennes@carouge.example": "dechets@lancy.example"}
    )
    assert copie.pour_qui == "Écrivez à dechets@lancy.example."
    assert "dechets@lancy.example" in copie.fields_model
    assert "bennes@carouge.example" not in copie.fields_model
    assert exporter([copie]) == data
    assert analyser(ailleurs, data, {}).manquantes == ()


def test_a_second_import_changes_the_working_copy(guichet, ailleurs, benne):
    (copie,) = importer(ailleurs, exporter([benne]))
    benne.title = "Commander une benne"
    benne.delai_jours = 7
    benne.fields_model = benne.fields_model.replace("<title>", "<title>Votre ", 1)
    data = exporter([benne])
    (projet,) = analyser(ailleurs, data, {}).projets
    assert projet.action == "modifier"
    words = [(str(d.libelle), d.avant, d.apres) for d in projet.differences]
    assert words[0] == ("Title", "Commander un conteneur", "Commander une benne")
    assert words[1][1:] == ("10", "7")
    assert words[2][2] == f"Votre {words[2][1]}"
    assert importer(ailleurs, data) == [copie]
    assert (copie.title, copie.getId()) == (
        "Commander une benne",
        "commander-un-conteneur",
    )
    assert exporter([copie]) == data
    assert analyser(ailleurs, data, {}).projets[0].action == "identique"


def test_a_published_one_stays_as_it_is_published(guichet, benne):
    (contenu,) = colis.lire(exporter([benne]))
    data = changed(
        exporter([benne]), modele=contenu.modele.replace("<title>", "<title>Votre ", 1)
    )
    (projet,) = analyser(guichet, data, {}).projets
    assert len(projet.avertissements) == 1
    importer(guichet, data)
    assert api.content.get_state(benne) == "publiee"


def test_the_id_is_taken(guichet, ailleurs, benne):
    data = exporter([benne])
    (copie,) = importer(ailleurs, data)
    copie.identifiant = "0" * 32
    (other,) = importer(ailleurs, data)
    assert other.getId() == "commander-un-conteneur-1"
    assert exporter([other]) == data


def test_a_copy_is_another_demarche(guichet, ailleurs, benne):
    (copie,) = importer(ailleurs, exporter([benne]))
    with api.env.adopt_roles(["Manager"]):
        twin = api.content.copy(copie, copie.__parent__, id="jumelle")
    assert identifiant_de(twin) == twin.UID()
    (contenu,) = colis.lire(exporter([twin]))
    assert contenu.donnees["nom"] == "jumelle"


def test_twice_the_same_in_one_parcel(benne):
    with pytest.raises(ColisRefuse):
        exporter([benne, benne])


@pytest.mark.parametrize(
    "changes",
    [
        {"fiche": {"titre": ""}},
        {"fiche": {"titre": None}},
        {"fiche": {"titre": 5}},
        {"fiche": {"titre": "Deux\nlignes"}},
        {"fiche": {"niveau": "administrateur"}},
        {"fiche": {"types_compte": ["robot"]}},
        {"fiche": {"types_compte": "personne"}},
        {"fiche": {"delai_jours": -1}},
        {"fiche": {"delai_jours": True}},
        {"fiche": {"emolument": "gratuit"}},
        {"fiche": {"emolument": 1.5}},
        {"fiche": {"residents_seulement": 1}},
        {"fiche": {"ouverture": "demain"}},
        {"fiche": {"ouverture": "2026-02-01", "fermeture": "2026-01-01"}},
        {"fiche": {"lien_externe": "javascript:alert(1)\n"}},
        {"fiche": {"etapes": [1]}},
        {"fiche": {"formPrologue": "<script>"}},
        {"fiche": {"formPrologue": {"texte": "x", "type": "text/x-python"}}},
        {"fiche": {"fields_model": "<model/>"}},
        {"fiche": {"portal_type": "Folder"}},
        {"fiche": {"pour_qui": "x" * 100_001}},
        {"fiche": []},
        {"nom": "../x"},
        {"nom": "_private"},
        {"nom": None},
        {"service": {"id": "voirie"}},
        {"service": {"id": "voirie", "titre": "Voirie", "uid": "1"}},
        {"service": "voirie"},
        {"categorie": None},
        {"categorie": {"id": "@@x", "titre": "X"}},
        {"etat": "publiee"},
        {"scenarios": {"abc": {"nom": "x"}}},
        {"scenarios": {"abc": []}},
        {"modele": "<model/>"},
        {"modele": "texte"},
    ],
)
def test_refused_and_nothing_changed(ailleurs, benne, changes):
    refusal(ailleurs, changed(exporter([benne]), **changes))


@pytest.mark.parametrize(
    "attribute, words",
    [
        (
            'easyform:TDefault="python:1"',
            "The question “courriel” has a setting that only a site administrator can "
            "make, and that is not imported: “easyform:TDefault”.",
        ),
        (
            'type="zope.schema.Password"',
            "The question “courriel” is of a kind this guichet does not have: "
            "“zope.schema.Password”.",
        ),
    ],
)
def test_expressions_and_unknown_kinds(ailleurs, benne, attribute, words):
    (contenu,) = colis.lire(exporter([benne]))
    modele = contenu.modele.replace(
        'name="courriel" type="plone.schema.email.Email"',
        'name="courriel" '
        + (attribute if attribute.startswith("type") else "")
        + (
            ""
            if attribute.startswith("type")
            else f'xmlns:easyform="http://namespaces.plone.org/supermodel/easyform" '
            f'{attribute} type="plone.schema.email.Email"'
        ),
    )
    assert modele != contenu.modele
    assert refusal(ailleurs, changed(exporter([benne]), modele=modele)) == words


def test_an_expression_is_not_exported_either(benne):
    benne.fields_model = benne.fields_model.replace(
        'name="courriel"', 'name="courriel" easyform:TDefault="python:1"'
    )
    with pytest.raises(ColisRefuse):
        exporter([benne])


@pytest.mark.parametrize(
    "answers",
    [
        {"service:service-voirie": "nonsense"},
        {"courriel:bennes@carouge.example": "pas une adresse"},
        {"courriel:bennes@carouge.example": "a@b.ch\nBcc: c@d.ch"},
    ],
)
def test_answers_that_cannot_be(ailleurs, benne, answers):
    benne.pour_qui = "Écrivez à bennes@carouge.example."
    refusal(ailleurs, exporter([benne]), answers)


def test_two_demarches_and_one_bad_one(guichet, ailleurs, benne):
    good, bad = colis.lire(
        exporter([benne, guichet.dechets["rendez-vous-encombrants"]])
    )
    bad.donnees["fiche"]["niveau"] = "x"
    refusal(ailleurs, colis.ecrire([good, bad]))


def test_of_another_guichet_nothing_is_touched(guichet, ailleurs, benne):
    before = snapshot(guichet)
    importer(ailleurs, changed(exporter([benne]), fiche={"titre": "Autre"}))
    assert snapshot(guichet) == before
