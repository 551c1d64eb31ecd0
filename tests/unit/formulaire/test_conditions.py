"""Conditions: every operator on every kind of answer, references, cycles, hiding."""

from carouge.guichet.formulaire.calculs import lire_formule
from carouge.guichet.formulaire.calculs import lire_prix
from carouge.guichet.formulaire.calculs import prix
from carouge.guichet.formulaire.conditions import ChampPlan
from carouge.guichet.formulaire.conditions import ConditionInvalide
from carouge.guichet.formulaire.conditions import en_json
from carouge.guichet.formulaire.conditions import EtapePlan
from carouge.guichet.formulaire.conditions import evaluer
from carouge.guichet.formulaire.conditions import GroupePlan
from carouge.guichet.formulaire.conditions import lire_condition
from carouge.guichet.formulaire.conditions import OPERATEURS
from carouge.guichet.formulaire.conditions import planifier
from carouge.guichet.formulaire.conditions import Probleme
from dataclasses import replace
from datetime import date
from formes import formes
from formes import JOURS
from formes import reponses
from formes import usagers
from formes import valeurs
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

import pytest


JOUR = date(2026, 11, 25)


def condition(*regles, si="toutes"):
    """A condition of rules written as (champ, op) or (champ, op, valeur)."""
    noms = ("champ", "op", "valeur")
    return lire_condition(
        {"si": si, "regles": [dict(zip(noms, regle, strict=False)) for regle in regles]}
    )


def champ(nom, *regles, groupe=None, formule=None, si="toutes"):
    return ChampPlan(nom, groupe, condition(*regles, si=si), formule)


def somme(*noms):
    return lire_formule({"op": "somme", "termes": [{"champ": nom} for nom in noms]})


def plan(*champs, groupes=(), si=None):
    """A form of one step."""
    return planifier([EtapePlan("default", si, champs)], groupes)


def vus(un_plan, valeurs, usager=(), aujourdhui=JOUR):
    resultat = evaluer(un_plan, valeurs, aujourdhui=aujourdhui, usager=dict(usager))
    return set(resultat.champs)


def tenue(valeur, op, attendu=None, aujourdhui=JOUR):
    """Does a rule about ``x`` hold for this answer?"""
    regle = ("x", op) if attendu is None else ("x", op, attendu)
    un_plan = plan(ChampPlan("x"), champ("cible", regle))
    return "cible" in vus(un_plan, {"x": valeur}, aujourdhui=aujourdhui)


SANS_REPONSE = [None, "", " \t\n", [], ["", " "], {"rue": "x"}, 3, True]
VALEURS = {
    "est_parmi": ["maison"],
    "age_au_moins": "0",
    "age_moins_de": "99",
    "le": "2026-11-25",
    "avant": "2026-11-25",
    "apres": "2026-11-25",
    "rempli": None,
    "vide": None,
    "oui": None,
    "non": None,
    "est": "maison",
    "n_est_pas": "maison",
    "contient": "maison",
}


@pytest.mark.parametrize("rien", SANS_REPONSE, ids=repr)
@pytest.mark.parametrize("op", sorted(OPERATEURS))
def test_where_nothing_was_said_only_vide_holds(op, rien):
    assert tenue(rien, op, VALEURS.get(op, "0")) is (op == "vide")


@pytest.mark.parametrize(
    ("valeur", "op", "attendu", "oui"),
    [
        ("maison", "est", "maison", True),
        (" Maison\t", "est", "mAISON ", True),
        ("maisons", "est", "maison", False),
        ("é", "est", "É", False),
        ("é", "est", "e\u0301", False),
        ("\u00a0maison", "est", "maison", False),
        ("\u212a", "est", "k", False),
        (["maison"], "est", "maison", True),
        (["maison", "tente"], "est", "maison", False),
        ("3.0", "est", "3", False),
        ("tente", "n_est_pas", "maison", True),
        ("MAISON", "n_est_pas", "maison", False),
        (["maison", "tente"], "n_est_pas", "maison", True),
        ("Tente", "est_parmi", ["maison", "tente"], True),
        ("ferme", "est_parmi", ["maison", "tente"], False),
        (["ferme", "tente"], "est_parmi", ["maison", "tente"], True),
        (["ferme"], "est_parmi", ["maison", "tente"], False),
        ("la Maison bleue", "contient", "maISON", True),
        ("la ferme", "contient", "maison", False),
        ("😀😀", "contient", "😀", True),
        ("\ud83d", "contient", "😀", False),
        (["tente", "Maison"], "contient", "maison", True),
        (["maisons"], "contient", "maison", False),
        ("x", "rempli", None, True),
        (["x"], "rempli", None, True),
        ("x", "vide", None, False),
        ("oui", "oui", None, True),
        ("non", "oui", None, False),
        ("Oui", "oui", None, False),
        (["oui"], "oui", None, False),
        ("non", "non", None, True),
        ("oui", "non", None, False),
        ("0.30", "egal", "0.3", True),
        ("003", "egal", "3", True),
        ("-0", "egal", "0", True),
        ("9007199254740993", "egal", "9007199254740992", False),
        ("3", "different", "3.0", False),
        ("3", "different", "3.01", True),
        ("0.1", "plus_que", "0.09999999999999999999", True),
        ("3", "plus_que", "3", False),
        ("-3", "moins_que", "-2.5", True),
        ("3", "moins_que", "3", False),
        ("3", "au_moins", "3", True),
        ("2.999", "au_moins", "3", False),
        ("3", "au_plus", "3.0", True),
        ("3.0001", "au_plus", "3", False),
        ("2026-11-25", "le", "2026-11-25", True),
        ("2026-11-26", "le", "2026-11-25", False),
        ("0999-12-31", "avant", "1000-01-01", True),
        ("2026-11-25", "avant", "2026-11-25", False),
        ("2026-11-26", "apres", "2026-11-25", True),
        ("2026-11-25", "apres", "2026-11-25", False),
    ],
)
def test_operators(valeur, op, attendu, oui):
    assert tenue(valeur, op, attendu) is oui


@pytest.mark.parametrize(
    "op", ["egal", "different", "plus_que", "moins_que", "au_moins", "au_plus"]
)
@pytest.mark.parametrize(
    "illisible",
    ["1e3", "+3", "3.", ".5", "12,5", "1 000", "NaN", "Infinity", "3\n", "٣"]
    + ["9" * 25, "0." + "1" * 25, "maison", ["3"]],
    ids=repr,
)
def test_what_is_no_number_fulfils_no_comparison_of_numbers(op, illisible):
    assert tenue(illisible, op, "0") is False


@pytest.mark.parametrize("op", ["le", "avant", "apres", "age_au_moins", "age_moins_de"])
@pytest.mark.parametrize(
    "illisible",
    ["25.11.2026", "20261125", "2026-W48-3", "2026-02-29", "0000-01-01"]
    + ["2026-11-25T10:00", "2026-11-25\n", "٢٠٢٦-11-25", ["2026-11-25"]],
    ids=repr,
)
def test_what_is_no_day_fulfils_no_comparison_of_days(op, illisible):
    attendu = "18" if op.startswith("age") else "2026-11-25"
    assert tenue(illisible, op, attendu) is False


@pytest.mark.parametrize(
    ("naissance", "aujourdhui", "ans"),
    [
        ("2008-11-25", date(2026, 11, 25), 18),
        ("2008-11-26", date(2026, 11, 25), 17),
        ("2008-02-29", date(2026, 2, 28), 17),
        ("2008-02-29", date(2026, 3, 1), 18),
        ("2008-02-29", date(2028, 2, 28), 19),
        ("2008-02-29", date(2028, 2, 29), 20),
        ("2026-11-25", date(2026, 11, 25), 0),
        ("1926-11-25", date(2026, 11, 25), 100),
    ],
)
def test_ages_are_whole_years(naissance, aujourdhui, ans):
    assert [
        tenue(naissance, "age_au_moins", str(ans), aujourdhui),
        tenue(naissance, "age_au_moins", str(ans + 1), aujourdhui),
        tenue(naissance, "age_moins_de", str(ans), aujourdhui),
        tenue(naissance, "age_moins_de", str(ans + 1), aujourdhui),
    ] == [True, False, False, True]


def test_who_is_not_born_has_no_age():
    assert tenue("2026-11-26", "age_au_moins", "0") is False
    assert tenue("2026-11-26", "age_moins_de", "18") is False


def test_all_rules_or_one():
    regles = [("a", "oui"), ("b", "oui")]
    un_plan = plan(
        ChampPlan("a"),
        ChampPlan("b"),
        champ("toutes", *regles),
        champ("une", *regles, si="une"),
    )

    assert vus(un_plan, {"a": "oui", "b": "oui"}) == {"a", "b", "toutes", "une"}
    assert vus(un_plan, {"a": "non", "b": "oui"}) == {"a", "b", "une"}
    assert vus(un_plan, {"a": "non"}) == {"a", "b"}


def test_the_usager_is_asked_like_a_field():
    un_plan = plan(
        champ("entreprise", ("usager.type", "est", "entreprise")),
        champ("verifie", ("usager.niveau", "est_parmi", ["verifie"])),
        champ("resident", ("usager.resident", "oui")),
        champ("ailleurs", ("usager.resident", "non")),
    )
    entreprise = {"type": "entreprise", "niveau": "verifie", "resident": "non"}

    assert un_plan.problemes == ()
    assert vus(un_plan, {}, entreprise) == {"entreprise", "verifie", "ailleurs"}
    assert vus(un_plan, {"usager.type": "entreprise"}) == set()


@pytest.mark.parametrize(
    "brut",
    [
        [],
        "toutes",
        {},
        {"si": "toutes"},
        {"si": "aucune", "regles": []},
        {"si": ["toutes"], "regles": []},
        {"si": "toutes", "regles": [], "autre": 1},
        {"si": "toutes", "regles": "x"},
        {"si": "toutes", "regles": {"champ": "x", "op": "oui"}},
        {"si": "toutes", "regles": ["x"]},
        {"si": "toutes", "regles": [{"champ": "x", "op": "oui"}] * 51},
        *(
            {"si": "toutes", "regles": [regle]}
            for regle in [
                {"op": "oui"},
                {"champ": "", "op": "oui"},
                {"champ": 3, "op": "oui"},
                {"champ": "\ud83d", "op": "oui"},
                {"champ": "x"},
                {"champ": "x", "op": "ressemble", "valeur": "y"},
                {"champ": "x", "op": ["oui"]},
                {"champ": "x", "op": "oui", "valeur": "oui"},
                {"champ": "x", "op": "oui", "autre": 1},
                {"champ": "x", "op": "est"},
                {"champ": "x", "op": "est", "valeur": " "},
                {"champ": "x", "op": "est", "valeur": 3},
                {"champ": "x", "op": "est", "valeur": "\ud83d"},
                {"champ": "x", "op": "est", "valeur": "x" * 501},
                {"champ": "x", "op": "est", "valeur": ["maison"]},
                {"champ": "x", "op": "est_parmi", "valeur": []},
                {"champ": "x", "op": "est_parmi", "valeur": "maison"},
                {"champ": "x", "op": "est_parmi", "valeur": ["maison", None]},
                {"champ": "x", "op": "est_parmi", "valeur": ["x"] * 201},
                {"champ": "x", "op": "egal", "valeur": "12,5"},
                {"champ": "x", "op": "egal", "valeur": 12},
                {"champ": "x", "op": "avant", "valeur": "2026-02-29"},
                {"champ": "x", "op": "age_au_moins", "valeur": "17.5"},
                {"champ": "x", "op": "age_au_moins", "valeur": "-1"},
            ]
        ),
    ],
    ids=lambda brut: repr(brut)[:60],
)
def test_what_is_no_condition_is_refused(brut):
    with pytest.raises(ConditionInvalide):
        lire_condition(brut)


def test_a_condition_is_written_as_it_was_read():
    brut = {
        "si": "une",
        "regles": [
            {"champ": "logement", "op": "est", "valeur": " Maison"},
            {"champ": "logement", "op": "est_parmi", "valeur": ["a", "b"]},
            {"champ": "enfants", "op": "au_moins", "valeur": "02.50"},
            {"champ": "chien", "op": "oui"},
        ],
    }
    lue = lire_condition(brut)

    assert en_json(lue) == brut
    assert lue.champs == ("logement", "enfants", "chien")
    assert lire_condition(en_json(lue)) == lue


def test_no_rule_is_no_condition():
    assert lire_condition(None) is None
    assert lire_condition({"si": "une", "regles": []}) is None
    assert en_json(None) is None


def test_what_is_hidden_hides_what_depends_on_it():
    un_plan = planifier(
        [
            EtapePlan(
                "qui", None, (ChampPlan("chien"), champ("nom", ("chien", "oui")))
            ),
            EtapePlan("ou", condition(("nom", "rempli")), (ChampPlan("rue"),)),
            EtapePlan("fin", None, (champ("sans", ("rue", "vide")),)),
        ],
        (),
    )
    tout = {"chien": "oui", "nom": "Rex", "rue": "Ancienne"}

    resultat = evaluer(un_plan, tout, aujourdhui=JOUR, usager={})
    assert resultat.etapes == {"qui", "ou", "fin"}
    assert resultat.champs == {"chien", "nom", "rue"}
    sans = evaluer(un_plan, tout | {"chien": "non"}, aujourdhui=JOUR, usager={})
    assert sans.etapes == {"qui", "fin"}
    assert sans.champs == {"chien", "sans"}


FAMILLE = [
    {"id": "aaaa", "naissance": "2020-01-01", "ecole": "primaire"},
    {"id": "bbbb", "naissance": "2000-01-01", "ecole": "primaire"},
]


def test_in_a_group_each_row_sees_itself():
    un_plan = plan(
        ChampPlan("naissance", "enfants"),
        champ("ecole", ("naissance", "age_moins_de", "16"), groupe="enfants"),
        champ("cantine", ("ecole", "rempli"), groupe="enfants"),
        groupes=[GroupePlan("enfants")],
    )

    resultat = evaluer(un_plan, {"enfants": FAMILLE}, aujourdhui=JOUR, usager={})

    assert resultat.groupes == {"enfants"}
    assert resultat.champs == frozenset()
    assert resultat.rangs == {
        "enfants": {
            "aaaa": {"naissance", "ecole", "cantine"},
            "bbbb": {"naissance"},
        }
    }
    # What the second row says of a question it does not ask is not there.
    assert resultat.vue.rangs["enfants"]["bbbb"] == {"naissance": "2000-01-01"}


@pytest.mark.parametrize(
    ("op", "attendu", "rangs", "oui"),
    [
        ("est", "primaire", ["cycle", "primaire"], True),
        ("est", "primaire", ["cycle", "cycle"], False),
        ("n_est_pas", "primaire", ["primaire", "cycle"], True),
        ("n_est_pas", "primaire", ["primaire", None], False),
        ("rempli", None, [None, "cycle"], True),
        ("rempli", None, [None, None], False),
        ("vide", None, [None, "cycle"], False),
        ("vide", None, [None, None], True),
        ("vide", None, [], True),
        ("est", "primaire", [], False),
    ],
)
def test_from_elsewhere_any_row_will_do(op, attendu, rangs, oui):
    regle = ("ecole", op) if attendu is None else ("ecole", op, attendu)
    un_plan = plan(
        ChampPlan("ecole", "enfants"),
        champ("cible", regle),
        champ("autre", regle, groupe="vehicules"),
        groupes=[GroupePlan("enfants"), GroupePlan("vehicules")],
    )
    reponses = {
        "enfants": [{"id": f"{i}", "ecole": un} for i, un in enumerate(rangs)],
        "vehicules": [{"id": "v"}],
    }

    resultat = evaluer(un_plan, reponses, aujourdhui=JOUR, usager={})

    assert ("cible" in resultat.champs) is oui
    assert ("autre" in resultat.rangs["vehicules"]["v"]) is oui


def test_the_name_of_a_group_is_its_number_of_rows():
    un_plan = plan(
        ChampPlan("voir"),
        ChampPlan("ecole", "enfants"),
        champ("deux", ("enfants", "au_moins", "2")),
        champ("zero", ("enfants", "egal", "0")),
        champ("aucun", ("enfants", "vide")),
        champ("un", ("enfants", "rempli")),
        groupes=[GroupePlan("enfants", condition(("voir", "oui")))],
    )
    rangs = [{"id": "aaaa"}, {"id": "bbbb"}]

    def vu(voir, rangs):
        return vus(un_plan, {"voir": voir, "enfants": rangs}) - {"voir"}

    assert vu("oui", rangs) == {"deux", "un"}
    assert vu("oui", rangs[:1]) == {"un"}
    assert vu("oui", []) == {"zero", "aucun"}
    assert vu("oui", "2") == {"zero", "aucun"}
    assert vu("non", rangs) == {"aucun"}


def test_rows_without_an_id_or_with_a_taken_one_are_none():
    un_plan = plan(ChampPlan("ecole", "enfants"), groupes=[GroupePlan("enfants")])
    rangs = [
        None,
        "aaaa",
        {"ecole": "x"},
        {"id": None},
        {"id": "aaaa", "ecole": "1"},
        {"id": "aaaa", "ecole": "2"},
    ]

    resultat = evaluer(un_plan, {"enfants": rangs}, aujourdhui=JOUR, usager={})

    assert resultat.rangs == {"enfants": {"aaaa": {"ecole"}}}
    assert resultat.vue.rangs == {"enfants": {"aaaa": {"ecole": "1"}}}


@pytest.mark.parametrize(
    ("etapes", "groupes", "problemes"),
    [
        (
            [EtapePlan("e", None, (champ("a", ("absent", "oui")),))],
            [],
            {Probleme("champ", "a", "champ_inconnu", "absent")},
        ),
        (
            [EtapePlan("e", None, (champ("a", ("usager.nom", "oui")),))],
            [],
            {Probleme("champ", "a", "champ_inconnu", "usager.nom")},
        ),
        (
            [EtapePlan("e", None, (champ("a", ("e", "oui")),))],
            [],
            {Probleme("champ", "a", "champ_inconnu", "e")},
        ),
        (
            [EtapePlan("e", None, (champ("a", formule=somme("usager.type")),))],
            [],
            {Probleme("champ", "a", "champ_inconnu", "usager.type")},
        ),
        (
            [EtapePlan("e", None, (champ("a", ("a", "oui")),))],
            [],
            {Probleme("champ", "a", "cycle", "a")},
        ),
        (
            [EtapePlan("e", condition(("a", "oui")), (ChampPlan("a"),))],
            [],
            {Probleme("etape", "e", "cycle", "a")},
        ),
        (
            [
                EtapePlan("e", condition(("b", "oui")), (ChampPlan("a"),)),
                EtapePlan("f", condition(("a", "oui")), (ChampPlan("b"),)),
            ],
            [],
            {
                Probleme("etape", "e", "cycle", "b"),
                Probleme("etape", "f", "cycle", "a"),
            },
        ),
        (
            [EtapePlan("e", None, (ChampPlan("a", "g"),))],
            [GroupePlan("g", condition(("a", "oui")))],
            {Probleme("groupe", "g", "reference_de_groupe_invalide", "a")},
        ),
        (
            [EtapePlan("e", None, (ChampPlan("a", "g"),))],
            [GroupePlan("g", condition(("g", "rempli")))],
            {Probleme("groupe", "g", "reference_de_groupe_invalide", "g")},
        ),
        (
            [EtapePlan("e", None, (ChampPlan("a", "inconnu"),))],
            [],
            {Probleme("champ", "a", "groupe_inconnu", "inconnu")},
        ),
        (
            [EtapePlan("e", None, ())],
            [GroupePlan("g")],
            {Probleme("groupe", "g", "groupe_vide")},
        ),
        (
            [
                EtapePlan("e", None, (ChampPlan("a", "g"),)),
                EtapePlan("f", None, (ChampPlan("b", "g"),)),
            ],
            [GroupePlan("g")],
            {Probleme("champ", "b", "groupe_disperse", "g")},
        ),
        (
            [EtapePlan("e", None, (ChampPlan("id", "g"),))],
            [GroupePlan("g")],
            {Probleme("champ", "id", "nom_reserve")},
        ),
        (
            [
                EtapePlan("e", None, (ChampPlan("a"), ChampPlan("g"))),
                EtapePlan("e", None, (ChampPlan("a"), ChampPlan("b", "g"))),
            ],
            [GroupePlan("g"), GroupePlan("g")],
            {
                Probleme("etape", "e", "nom_en_double"),
                Probleme("groupe", "g", "nom_en_double"),
                Probleme("champ", "g", "nom_en_double"),
                Probleme("champ", "a", "nom_en_double"),
            },
        ),
    ],
)
def test_problems_are_told_and_their_targets_shown(etapes, groupes, problemes):
    un_plan = planifier(etapes, groupes)
    resultat = evaluer(un_plan, {}, aujourdhui=JOUR, usager={})

    assert set(un_plan.problemes) == problemes
    assert resultat.etapes == {etape.id for etape in etapes}
    assert resultat.groupes == {groupe.nom for groupe in groupes} | {
        champ.groupe for etape in etapes for champ in etape.champs if champ.groupe
    }


def test_a_cycle_touches_nothing_but_itself():
    un_plan = plan(
        champ("a", ("b", "oui"), ("x", "oui")),
        champ("b", ("c", "oui")),
        champ("c", ("a", "oui")),
        champ("avant", ("x", "oui")),
        champ("apres", ("a", "oui")),
        ChampPlan("x"),
    )

    assert un_plan.problemes == (
        Probleme("champ", "a", "cycle", "b"),
        Probleme("champ", "b", "cycle", "c"),
        Probleme("champ", "c", "cycle", "a"),
    )
    assert vus(un_plan, {}) == {"a", "b", "c", "x"}
    assert vus(un_plan, {"x": "oui", "a": "oui"}) == set("abcx") | {"avant", "apres"}


def test_lines_of_a_price_are_checked_as_well():
    lignes = lire_prix(
        [
            {"libelle": "Taxe", "montant": 1, "par": "a"},
            {"libelle": "Taxe", "montant": 1, "par": "absent"},
            {
                "libelle": "Taxe",
                "montant": 1,
                "si": en_json(condition(("usager.type", "rempli"), ("perdu", "oui"))),
            },
        ]
    )
    un_plan = planifier([EtapePlan("e", None, (ChampPlan("a"),))], (), lignes)

    assert un_plan.prix == lignes
    assert un_plan.problemes == (
        Probleme("prix", "1", "champ_inconnu", "absent"),
        Probleme("prix", "2", "champ_inconnu", "perdu"),
    )


def test_the_plan_of_the_browser_is_ordered_and_healthy():
    un_plan = plan(
        champ("cible", ("total", "au_moins", "3")),
        champ("total", formule=somme("a")),
        champ("a", ("b", "est_parmi", ["x"]), groupe="g"),
        ChampPlan("b", "g"),
        champ("perdu", ("absent", "oui")),
        groupes=[GroupePlan("g")],
    )

    dans = {"genre": "champ", "etape": "default"}
    suite = un_plan.json()["suite"]
    assert un_plan.json()["prix"] == []
    assert sorted(suite, key=lambda pas: pas["nom"]) == [
        dans
        | {
            "nom": "a",
            "groupe": "g",
            "si": {
                "si": "toutes",
                "regles": [{"champ": "b", "op": "est_parmi", "valeur": ["x"]}],
            },
        },
        dans | {"nom": "b", "groupe": "g"},
        dans
        | {
            "nom": "cible",
            "si": {
                "si": "toutes",
                "regles": [{"champ": "total", "op": "au_moins", "valeur": "3"}],
            },
        },
        {"genre": "etape", "nom": "default"},
        {"genre": "groupe", "nom": "g", "etape": "default"},
        dans | {"nom": "perdu"},
        dans
        | {
            "nom": "total",
            "calcul": True,
            "formule": {"op": "somme", "termes": [{"champ": "a"}]},
        },
    ]
    noms = [pas["nom"] for pas in suite]
    ordre = ["default", "g", "b", "a", "total", "cible"]
    assert [nom for nom in noms if nom in ordre] == ordre


def test_a_chain_may_be_as_long_as_it_likes():
    longueur = 2000
    champs = [ChampPlan("c0")]
    champs += [champ(f"c{i}", (f"c{i - 1}", "oui")) for i in range(1, longueur)]
    tout = {f"c{i}": "oui" for i in range(longueur)}
    un_plan = plan(*reversed(champs))

    assert un_plan.problemes == ()
    assert len(vus(un_plan, tout)) == longueur
    assert vus(un_plan, tout | {"c9": "non"}) == {f"c{i}" for i in range(10)}
    boucle = plan(*champs[1:], champ("c0", (f"c{longueur - 1}", "oui")))
    assert len(boucle.problemes) == longueur
    assert len(vus(boucle, {})) == longueur


def vu(un_plan, valeurs, aujourdhui, usager):
    """All that comes out of an evaluation, the price as well."""
    resultat = evaluer(un_plan, valeurs, aujourdhui=aujourdhui, usager=usager)
    return resultat, prix(un_plan.prix, resultat.vue)


def planifiee(forme):
    return planifier(forme.etapes, forme.groupes, forme.prix)


@st.composite
def situations(draw):
    forme = draw(formes())
    jour = draw(st.sampled_from(JOURS))
    return forme, draw(reponses(forme)), jour, draw(usagers)


@settings(max_examples=150)
@given(situations(), st.data())
def test_what_is_hidden_never_influences_anything(situation, data):
    forme, reponses, *contexte = situation
    un_plan = planifiee(forme)
    avant, cout = vu(un_plan, reponses, *contexte)
    calcules = {pas.nom for pas in un_plan.suite if pas.calcul}

    autres = dict(reponses)
    for nom in reponses:
        if nom in un_plan.groupes:
            if nom not in avant.groupes:
                autres[nom] = data.draw(
                    st.lists(st.fixed_dictionaries({"id": st.text(max_size=3)}))
                )
            elif isinstance(reponses[nom], list):
                autres[nom] = [
                    {
                        cle: un
                        if cle == "id"
                        or (cle in avant.rangs[nom][rang["id"]] and cle not in calcules)
                        else data.draw(valeurs)
                        for cle, un in rang.items()
                    }
                    if isinstance(rang, dict) and rang.get("id") in avant.rangs[nom]
                    else rang
                    for rang in reponses[nom]
                    if not (isinstance(rang, dict) and isinstance(rang.get("id"), list))
                ]
        elif nom not in avant.champs or nom in calcules:
            autres[nom] = data.draw(valeurs)

    assert vu(un_plan, autres, *contexte) == (avant, cout)


@settings(max_examples=150)
@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_declaration_does_not_matter(situation, hasard):
    forme, reponses, *contexte = situation
    un_plan = planifiee(forme)

    def melanger(suite):
        return tuple(hasard.sample(suite, len(suite)))

    autre = planifier(
        melanger(
            [replace(etape, champs=melanger(etape.champs)) for etape in forme.etapes]
        ),
        melanger(forme.groupes),
        forme.prix,
    )

    assert set(autre.problemes) == set(un_plan.problemes)
    assert vu(autre, reponses, *contexte) == vu(un_plan, reponses, *contexte)


@settings(max_examples=200)
@given(formes())
def test_the_plan_has_everything_once_after_all_it_depends_on(forme):
    un_plan = planifiee(forme)
    faits = set()
    for pas in un_plan.suite:
        besoins = {pas.groupe or pas.etape} - {None}
        besoins |= set(pas.condition.champs if pas.condition else ())
        besoins |= set(pas.formule.champs if pas.formule else ())
        assert {nom for nom in besoins if not nom.startswith("usager.")} <= faits
        assert pas.nom not in faits or pas.nom in ("constructor", "__proto__")
        faits.add(pas.nom)

    declares = [etape.id for etape in forme.etapes]
    declares += [groupe.nom for groupe in forme.groupes]
    declares += [un.nom for etape in forme.etapes for un in etape.champs]
    assert sorted(pas.nom for pas in un_plan.suite) == sorted(declares)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14))
def test_the_cycles_are_exactly_the_references_that_come_back(liens):
    un_plan = plan(
        *(
            champ(f"c{i}", *((f"c{b}", "oui") for a, b in liens if a == i))
            for i in range(7)
        )
    )
    atteints = {i: {b for a, b in liens if a == i} for i in range(7)}
    for milieu in range(7):
        for depart in range(7):
            if milieu in atteints[depart]:
                atteints[depart] |= atteints[milieu]

    assert set(un_plan.problemes) == {
        Probleme("champ", f"c{a}", "cycle", f"c{b}")
        for a, b in liens
        if a in atteints[b] or a == b
    }
    assert len(vus(un_plan, {})) >= len({a for a, b in liens if a in atteints[a]})


noms_libres = st.sampled_from(["a", "b", "c", "g", "h", "id", ""])
conditions_libres = st.none() | noms_libres.map(
    lambda nom: condition((nom or "z", "oui"))
)


@settings(max_examples=200)
@given(
    st.lists(
        st.builds(
            EtapePlan,
            noms_libres,
            conditions_libres,
            st.lists(
                st.builds(
                    ChampPlan,
                    noms_libres,
                    st.none() | noms_libres,
                    conditions_libres,
                    st.none() | noms_libres.map(lambda nom: somme(nom or "z")),
                ),
                max_size=4,
            ).map(tuple),
        ),
        max_size=3,
    ),
    st.lists(st.builds(GroupePlan, noms_libres, conditions_libres), max_size=3),
    st.dictionaries(noms_libres, valeurs),
)
def test_any_structure_is_planned_and_evaluated(etapes, groupes, reponses):
    un_plan = planifier(etapes, groupes)

    resultat = evaluer(un_plan, reponses, aujourdhui=JOUR, usager={})

    assert resultat.etapes <= {etape.id for etape in etapes}


json_quelconque = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda un: (
        st.lists(un, max_size=3)
        | st.dictionaries(
            st.sampled_from(["si", "regles", "champ", "op", "valeur"]), un, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(json_quelconque)
def test_any_json_is_read_or_refused(brut):
    try:
        lue = lire_condition(brut)
    except ConditionInvalide:
        return
    assert lire_condition(en_json(lue)) == lue
