"""What has changed between two states of a form, in the words of an editor."""

from carouge.guichet.atelier.differences import Difference
from carouge.guichet.atelier.differences import differences
from functools import partial
from modeles import champ
from modeles import etape
from modeles import modele
from modeles import regle
from modeles import si
from plone.app.textfield.value import RichTextValue
from zope.i18n import translate

import pytest


LOGEMENT = {"maison": "Maison", "appartement": "Appartement"}
MAISON = si(regle("logement", "est", "maison"))

NOM = champ("nom", titre="Nom", requis=True)
LOGE = champ("logement", "choix", titre="Logement", choix=LOGEMENT)
JARDIN = champ("jardin", "oui_non", titre="Jardin")


@pytest.fixture
def said(demo_integration):
    """The differences in English, as (where, text)."""

    def state(model, prologue=None, emolument=0, textes=None):
        return {
            "fields_model": model,
            "formPrologue": prologue and RichTextValue(prologue),
            "formEpilogue": None,
            "emolument": emolument,
            "correspondance": textes or {},
        }

    def said(before, after, **settings):
        old = settings.pop("avant", {})
        found = differences(
            state(before, **old),
            state(after, **settings),
            partial(translate, target_language="en"),
        )
        assert all(isinstance(one, Difference) for one in found)
        return [(one.ou, one.texte) for one in found]

    return said


def form(*champs, **procedure):
    return modele(etape("un", *champs, titre="Vous"), **procedure)


def test_nothing(said):
    assert said(form(NOM), form(NOM)) == []


@pytest.mark.parametrize(
    "before,after,expected",
    [
        ([NOM], [NOM, JARDIN], ["Question added: “Jardin”"]),
        ([JARDIN], [JARDIN, NOM], ["Question added: “Nom” (required)"]),
        ([NOM, JARDIN], [NOM], ["Question removed: “Jardin”"]),
        (
            [NOM],
            [champ("nom", titre="Nom de famille", requis=True)],
            ["“Nom” is now called “Nom de famille”."],
        ),
        ([NOM], [champ("nom", titre="Nom")], ["“Nom” is not required any more."]),
        ([champ("nom", titre="Nom")], [NOM], ["“Nom” is required now."]),
        (
            [NOM],
            [champ("nom", titre="Nom", requis=True, aide="Comme au registre")],
            ["The help of “Nom” was rewritten."],
        ),
        (
            [NOM],
            [champ("nom", titre="Nom", requis=True, max_length=20)],
            ["“Nom”: Maximum length is 20 (before: empty)."],
        ),
        (
            [NOM],
            [champ("nom", "texte_long", titre="Nom", requis=True)],
            ["“Nom” is now of the kind “Long text” (before: “Short text”)."],
        ),
        (
            [LOGE],
            [
                champ(
                    "logement",
                    "choix",
                    titre="Logement",
                    choix={"maison": "Villa", "studio": "Studio"},
                )
            ],
            [
                "“Logement”: the answer “Appartement” was removed.",
                "“Logement”: the answer “Maison” is now called “Villa”.",
                "“Logement”: the answer “Studio” was added.",
            ],
        ),
        (
            [LOGE],
            [
                champ(
                    "logement",
                    "choix",
                    titre="Logement",
                    choix=dict(reversed(LOGEMENT.items())),
                )
            ],
            ["“Logement”: the answers come in another order."],
        ),
        (
            [NOM],
            [champ("nom", titre="Nom", requis=True, fait="nom")],
            ["“Nom” is filled in from: Account: family name."],
        ),
        (
            [LOGE, JARDIN],
            [LOGE, champ("jardin", "oui_non", titre="Jardin", si=MAISON)],
            ["“Jardin” is only shown if “Logement” is “Maison”."],
        ),
        (
            [LOGE, champ("jardin", "oui_non", titre="Jardin", si=MAISON)],
            [LOGE, JARDIN],
            ["“Jardin” is always shown now."],
        ),
        (
            [LOGE, champ("jardin", "oui_non", titre="Jardin", si=MAISON)],
            [
                LOGE,
                champ(
                    "jardin",
                    "oui_non",
                    titre="Jardin",
                    si=si(regle("logement", "rempli")),
                ),
            ],
            [
                "“Jardin” is shown if “Logement” is answered (before: if “Logement” is "
                "“Maison”)."
            ],
        ),
        (
            [NOM, LOGE, JARDIN],
            [LOGE, JARDIN, NOM],
            ["“Nom” stands in another place."],
        ),
    ],
)
def test_questions(said, before, after, expected):
    assert said(form(*before), form(*after)) == [("Vous", text) for text in expected]


def test_steps(said):
    before = modele(
        etape("un", NOM, titre="Vous"),
        etape("deux", LOGE, titre="Logement"),
        etape("trois", JARDIN, titre="Fin"),
    )
    after = modele(
        etape("un", NOM, JARDIN, titre="Votre identité", aide="Qui êtes-vous ?"),
        etape("quatre", champ("rue", titre="Rue"), titre="Adresse"),
        etape("deux", LOGE, titre="Logement"),
        etapes={"deux": {"si": si(regle("jardin", "oui"))}},
    )
    assert said(before, after) == [
        ("Steps", "Step removed: “Fin”"),
        ("Steps", "The step “Vous” is now called “Votre identité”."),
        ("Steps", "The help of the step “Votre identité” was rewritten."),
        ("Steps", "Step added: “Adresse”"),
        ("Steps", "“Logement” is only shown if “Jardin”: yes."),
        ("Votre identité", "“Jardin” was in the step “Fin”."),
        ("Adresse", "Question added: “Rue”"),
    ]


def test_order_of_steps(said):
    steps = [etape(nom, champ(f"c{nom}"), titre=nom) for nom in ("a", "b", "c", "d")]
    moved = [steps[3], *steps[:3]]
    assert said(modele(*steps), modele(*moved)) == [
        ("Steps", "The step “d” was moved.")
    ]


def test_groups(said):
    def group(**settings):
        return {"enfants": {"titre": "Enfants", "ajouter": "", "min": 0, "max": 5}} | {
            "enfants": {
                "titre": "Enfants",
                "ajouter": "",
                "min": 0,
                "max": 5,
                **settings,
            }
        }

    inside = champ("prenom", titre="Prénom", groupe="enfants")
    outside = champ("prenom", titre="Prénom")
    assert said(form(outside), form(inside, groupes=group())) == [
        ("Groups", "Group added: “Enfants”"),
        ("Vous", "“Prénom” is now in the group “Enfants”."),
    ]
    assert said(form(inside, groupes=group()), form(outside)) == [
        ("Groups", "Group removed: “Enfants”"),
        ("Vous", "“Prénom” is in no group any more."),
    ]
    changed = form(inside, groupes=group(titre="Enfants inscrits", min=1))
    assert said(form(inside, groupes=group()), changed) == [
        ("Groups", "The group “Enfants” is now called “Enfants inscrits”."),
        ("Groups", "“Enfants inscrits”: 1 to 5 rows instead of 0 to 5."),
    ]


def test_prices(said):
    line = {"libelle": "Conteneur", "montant": 4000, "par": "nombre", "si": None}
    number = champ("nombre", "nombre", titre="Nombre")
    dearer = form(number, prix=[{**line, "montant": 4500}])
    assert said(form(number, prix=[line]), dearer) == [
        ("Price", "Price line removed: Conteneur, CHF 40.00 times “Nombre”"),
        ("Price", "Price line added: Conteneur, CHF 45.00 times “Nombre”"),
    ]
    assert said(form(NOM), form(NOM), emolument=2500) == [
        ("Price", "The fee is CHF 25.00 instead of CHF 0.00.")
    ]


def test_texts(said):
    assert said(form(NOM), form(NOM), prologue="<p>Bonjour</p>") == [
        ("Texts", "“Text before the form” was added.")
    ]
    kept = {"avant": {"prologue": "<p>Bonjour</p>"}}
    assert said(form(NOM), form(NOM), **kept) == [
        ("Texts", "“Text before the form” was removed.")
    ]
    assert said(form(NOM), form(NOM), prologue="<p>Bonsoir</p>", **kept) == [
        ("Texts", "“Text before the form” was rewritten.")
    ]


def test_from_and_to_nothing(said):
    assert said("", form(NOM)) == [
        ("Steps", "Step added: “Vous”"),
        ("Vous", "Question added: “Nom” (required)"),
    ]
    assert said(form(NOM), "") == [
        ("Steps", "Step removed: “Vous”"),
        ("Vous", "Question removed: “Nom”"),
    ]


def test_what_nobody_sees(said):
    assert said(form(NOM), form(NOM) + " ") == [
        ("Form", "Details nobody sees were changed.")
    ]
