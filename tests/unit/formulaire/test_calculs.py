"""Computed fields and prices: exact, and nothing where something is missing."""

from carouge.guichet.formulaire.calculs import formule_en_json
from carouge.guichet.formulaire.calculs import FormuleInvalide
from carouge.guichet.formulaire.calculs import LigneCalculee
from carouge.guichet.formulaire.calculs import lire_formule
from carouge.guichet.formulaire.calculs import lire_prix
from carouge.guichet.formulaire.calculs import Prix
from carouge.guichet.formulaire.calculs import prix
from carouge.guichet.formulaire.calculs import prix_en_json
from carouge.guichet.formulaire.calculs import PrixInvalide
from carouge.guichet.formulaire.conditions import ChampPlan
from carouge.guichet.formulaire.conditions import EtapePlan
from carouge.guichet.formulaire.conditions import evaluer
from carouge.guichet.formulaire.conditions import GroupePlan
from carouge.guichet.formulaire.conditions import lire_condition
from carouge.guichet.formulaire.conditions import planifier
from carouge.guichet.formulaire.conditions import Probleme
from datetime import date
from fractions import Fraction
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

import pytest


JOUR = date(2026, 11, 25)
ENORME = "9" * 24


def formule(op, *termes):
    """A formula; a term is the name of a field, or ("valeur", text)."""
    return lire_formule(
        {
            "op": op,
            "termes": [
                {"valeur": terme[1]} if isinstance(terme, tuple) else {"champ": terme}
                for terme in termes
            ],
        }
    )


def evaluee(champs, valeurs, groupes=(), lignes=()):
    plan = planifier([EtapePlan("default", None, tuple(champs))], groupes, lignes)
    return evaluer(plan, valeurs, aujourdhui=JOUR, usager={})


def calculee(op, *valeurs):
    """The value of a formula over fields with these values."""
    noms = [f"c{i}" for i in range(len(valeurs))]
    champs = [*map(ChampPlan, noms), ChampPlan("calcul", formule=formule(op, *noms))]
    resultat = evaluee(champs, dict(zip(noms, valeurs, strict=True)))
    return resultat.calculs["calcul"]


@pytest.mark.parametrize(
    ("op", "valeurs", "attendu"),
    [
        ("somme", ["0.1", "0.2"], "0.3"),
        ("somme", ["1.50", "1.50"], "3"),
        ("somme", ["100"], "100"),
        ("somme", ["-0"], "0"),
        ("somme", ["0.5", "-0.5"], "0"),
        ("somme", [None, "2"], "2"),
        ("somme", ["maison", "2"], "2"),
        ("somme", [None], "0"),
        ("somme", [["3"]], "0"),
        ("somme", [ENORME, "1"], None),
        ("somme", [ENORME, "1", "-1"], ENORME),
        ("somme", [ENORME, "0.000000000000000000000001"], f"{ENORME}.{'0' * 23}1"),
        ("produit", ["0.1", "0.2"], "0.02"),
        ("produit", ["-2.5", "4"], "-10"),
        ("produit", ["-2.5", "0"], "0"),
        ("produit", ["3"], "3"),
        ("produit", ["3", None], None),
        ("produit", ["3", "maison"], None),
        ("produit", [ENORME, "10"], None),
        ("produit", [ENORME, ENORME, "0"], "0"),
        ("produit", ["0.0000000000001", "0.0000000000001"], None),
        ("produit", [ENORME] * 49 + ["0"], "0"),
        ("difference", ["3", "0.1"], "2.9"),
        ("difference", ["3", "1", "5"], "-3"),
        ("difference", ["3", None], None),
        ("difference", [None, "3"], None),
        ("nombre", ["x", None, "", "y"], "2"),
        ("nombre", [["a", "b"], "y"], "3"),
        ("nombre", [None], "0"),
        ("age", ["2008-11-25"], "18"),
        ("age", ["2008-11-26"], "17"),
        ("age", ["2026-11-26"], None),
        ("age", ["maison"], None),
        ("age", ["2008-02-29", "2026-02-28"], "17"),
        ("age", ["2008-02-29", "2026-03-01"], "18"),
        ("age", ["2008-02-29", None], None),
        ("jours", ["2026-11-25", "2026-11-25"], "0"),
        ("jours", ["2024-02-28", "2024-03-01"], "2"),
        ("jours", ["1900-02-28", "1900-03-01"], "1"),
        ("jours", ["2026-11-25", "2026-11-20"], "-5"),
        ("jours", ["0001-01-01", "9999-12-31"], "3652058"),
        ("jours", ["2026-11-25", None], None),
    ],
)
def test_formulas(op, valeurs, attendu):
    assert calculee(op, *valeurs) == attendu


def test_constants():
    champs = [
        ChampPlan("prix"),
        ChampPlan("tva", formule=formule("produit", "prix", ("valeur", "1.081"))),
        ChampPlan("rentree", formule=formule("age", "ne", ("valeur", "2026-07-31"))),
        ChampPlan("ne"),
    ]

    resultat = evaluee(champs, {"prix": "12.50", "ne": "2022-08-01"})

    assert resultat.calculs == {"tva": "13.5125", "rentree": "3"}


def test_computed_fields_build_on_each_other_and_show_others():
    champs = [
        ChampPlan(
            "reduction",
            condition=lire_condition(
                {
                    "si": "toutes",
                    "regles": [{"champ": "total", "op": "plus_que", "valeur": "10"}],
                }
            ),
        ),
        ChampPlan("total", formule=formule("somme", "double", "a")),
        ChampPlan("double", formule=formule("produit", "a", ("valeur", "2"))),
        ChampPlan("a"),
    ]

    quatre = evaluee(champs, {"a": "4", "total": "99", "double": "99"})
    trois = evaluee(champs, {"a": "3"})

    assert (quatre.calculs, "reduction" in quatre.champs) == (
        {"total": "12", "double": "8"},
        True,
    )
    assert (trois.calculs, "reduction" in trois.champs) == (
        {"total": "9", "double": "6"},
        False,
    )


def test_a_hidden_computed_field_has_no_value():
    si = {"si": "toutes", "regles": [{"champ": "a", "op": "au_moins", "valeur": "3"}]}
    champs = [
        ChampPlan("a"),
        ChampPlan("b", None, lire_condition(si), formule("somme", "a")),
        ChampPlan("c", formule=formule("somme", "b")),
    ]

    assert evaluee(champs, {"a": "2"}).calculs == {"b": None, "c": "0"}
    assert evaluee(champs, {"a": "3"}).calculs == {"b": "3", "c": "3"}


GROUPES = [GroupePlan("enfants"), GroupePlan("vehicules")]
RANGS = {
    "taux": "10",
    "enfants": [
        {"id": "aaaa", "jours": "3", "cours": ["judo", "chant"]},
        {"id": "bbbb", "jours": "2.5", "prix": "999"},
        {"id": "cccc"},
    ],
    "vehicules": [{"id": "v"}],
}


def test_rows_are_computed_one_by_one_and_together():
    champs = [
        ChampPlan("taux"),
        ChampPlan("jours", "enfants"),
        ChampPlan("cours", "enfants"),
        ChampPlan("prix", "enfants", formule=formule("produit", "jours", "taux")),
        ChampPlan("part", "enfants", formule=formule("nombre", "enfants")),
        ChampPlan("tout", formule=formule("somme", "prix")),
        ChampPlan("combien", formule=formule("nombre", "jours")),
        ChampPlan("cours_pris", formule=formule("nombre", "cours")),
        ChampPlan("rangs", formule=formule("produit", "enfants", ("valeur", "2"))),
        ChampPlan("voisins", "vehicules", formule=formule("somme", "jours")),
    ]

    resultat = evaluee(champs, RANGS, GROUPES)

    assert resultat.calculs == {
        "tout": "55",
        "combien": "2",
        "cours_pris": "2",
        "rangs": "6",
    }
    assert resultat.calculs_rangs == {
        "enfants": {
            "aaaa": {"prix": "30", "part": "1"},
            "bbbb": {"prix": "25", "part": "1"},
            "cccc": {"prix": None, "part": "1"},
        },
        "vehicules": {"v": {"voisins": "5.5"}},
    }


@pytest.mark.parametrize("op", ["produit", "difference", "age", "jours"])
def test_one_value_cannot_come_from_several_rows(op):
    termes = ("jours",) if op in ("produit", "age") else ("jours", "taux")
    champs = (
        ChampPlan("taux"),
        ChampPlan("jours", "enfants"),
        ChampPlan("dehors", formule=formule(op, *termes)),
        ChampPlan("ailleurs", "vehicules", formule=formule(op, *termes)),
        ChampPlan("dedans", "enfants", formule=formule(op, *termes)),
    )
    plan = planifier([EtapePlan("default", None, champs)], GROUPES)
    un_rang = RANGS | {"enfants": RANGS["enfants"][:1], "dehors": "1"}

    assert plan.problemes == (
        Probleme("champ", "dehors", "reference_de_groupe_invalide", "jours"),
        Probleme("champ", "ailleurs", "reference_de_groupe_invalide", "jours"),
    )
    resultat = evaluer(plan, un_rang, aujourdhui=JOUR, usager={})
    # Whatever is sent in its name, it has no value.
    assert resultat.calculs == {"dehors": None}


def test_formulas_that_need_each_other_have_no_value():
    champs = (
        ChampPlan("a", formule=formule("somme", "b", "x")),
        ChampPlan("b", formule=formule("somme", "a")),
        ChampPlan("x"),
    )
    plan = planifier([EtapePlan("default", None, champs)], ())

    assert plan.problemes == (
        Probleme("champ", "a", "cycle", "b"),
        Probleme("champ", "b", "cycle", "a"),
    )
    resultat = evaluer(plan, {"x": "1", "a": "5"}, aujourdhui=JOUR, usager={})
    assert resultat.calculs == {"a": None, "b": None}
    assert resultat.champs == {"a", "b", "x"}


@pytest.mark.parametrize(
    "brut",
    [
        None,
        [],
        "pas du JSON",
        "[" * 100_000,
        "{}",
        {"op": "somme"},
        {"op": "somme", "termes": [], "autre": 1},
        {"op": "somme", "termes": []},
        {"op": "racine", "termes": [{"champ": "a"}]},
        {"op": ["somme"], "termes": [{"champ": "a"}]},
        {"op": "somme", "termes": {"champ": "a"}},
        {"op": "somme", "termes": ["a"]},
        {"op": "somme", "termes": [{}]},
        {"op": "somme", "termes": [{"champ": ""}]},
        {"op": "somme", "termes": [{"champ": 3}]},
        {"op": "somme", "termes": [{"champ": "a", "valeur": "1"}]},
        {"op": "somme", "termes": [{"valeur": "12,5"}]},
        {"op": "somme", "termes": [{"valeur": 12}]},
        {"op": "somme", "termes": [{"valeur": "2026-11-25"}]},
        {"op": "somme", "termes": [{"champ": "a"}] * 51},
        {"op": "difference", "termes": [{"champ": "a"}]},
        {"op": "age", "termes": [{"champ": "a"}] * 3},
        {"op": "age", "termes": [{"valeur": "18"}]},
        {"op": "jours", "termes": [{"champ": "a"}]},
    ],
    ids=lambda brut: repr(brut)[:60],
)
def test_what_is_no_formula_is_refused(brut):
    with pytest.raises(FormuleInvalide):
        lire_formule(brut)


def test_a_formula_is_written_as_it_was_read():
    brut = {"op": "produit", "termes": [{"champ": "a"}, {"valeur": "12.50"}]}
    texte = '{"op": "produit", "termes": [{"champ": "a"}, {"valeur": "12.50"}]}'

    assert formule_en_json(lire_formule(brut)) == brut
    assert lire_formule(texte) == lire_formule(brut)
    assert lire_formule(brut).champs == ("a",)


# Prices

MAISON = {
    "si": "toutes",
    "regles": [{"champ": "logement", "op": "est", "valeur": "maison"}],
}


def cout(lignes, valeurs, groupes=()):
    champs = [
        ChampPlan("logement"),
        ChampPlan("quantite"),
        ChampPlan("cache", condition=lire_condition(MAISON)),
        ChampPlan("double", formule=formule("produit", "quantite", ("valeur", "2"))),
        ChampPlan("repas", "enfants"),
    ]
    lignes = lire_prix(lignes)
    resultat = evaluee(champs, valeurs, [GroupePlan("enfants")], lignes)
    return prix(lignes, resultat.vue)


def test_a_price_of_several_lines():
    lignes = [
        {"libelle": "Taxe", "montant": 4000},
        {"libelle": "Par pièce", "montant": 250, "par": "quantite", "si": None},
        {"libelle": "Par double", "montant": 100, "par": "double"},
        {"libelle": "Par enfant", "montant": 1000, "par": "enfants"},
        {"libelle": "Par repas", "montant": 900, "par": "repas"},
        {"libelle": "Maison", "montant": 500, "par": "", "si": MAISON},
        {"libelle": "Rabais", "montant": -1000, "par": "", "si": MAISON},
    ]
    enfants = [{"id": "aaaa", "repas": "2"}, {"id": "bbbb", "repas": "0.5"}]

    assert cout(lignes, {"quantite": "3", "enfants": enfants}) == Prix(
        (
            LigneCalculee("Taxe", "1", 4000, 4000),
            LigneCalculee("Par pièce", "3", 250, 750),
            LigneCalculee("Par double", "6", 100, 600),
            LigneCalculee("Par enfant", "2", 1000, 2000),
            LigneCalculee("Par repas", "2.5", 900, 2250),
        ),
        9600,
    )
    assert cout(lignes, {"logement": "maison"}) == Prix(
        (
            LigneCalculee("Taxe", "1", 4000, 4000),
            LigneCalculee("Maison", "1", 500, 500),
            LigneCalculee("Rabais", "1", -1000, -1000),
        ),
        3500,
    )


@pytest.mark.parametrize(
    ("montant", "quantite", "total"),
    [
        (1, "0.5", 1),
        (1, "0.49999999999999", 0),
        (1, "1.5", 2),
        (1, "2.5", 3),
        (-1, "0.5", -1),
        (-1, "2.5", -3),
        (333, "0.1", 33),
        (335, "0.1", 34),
        (10**9, ENORME, 10**13),
        (-(10**9), ENORME, -(10**13)),
    ],
)
def test_lines_are_rounded_to_the_centime_halves_away_from_zero(
    montant, quantite, total
):
    lignes = [{"libelle": "Taxe", "montant": montant, "par": "quantite"}]

    assert cout(lignes, {"quantite": quantite}) == Prix(
        (LigneCalculee("Taxe", quantite, montant, total),), max(0, total)
    )


@pytest.mark.parametrize("quantite", [None, "", "0", "-0", "-3", "x", ["3"], "1e3"])
def test_a_line_without_quantity_is_left_out(quantite):
    lignes = [
        {"libelle": "Taxe", "montant": 1000},
        {"libelle": "Par pièce", "montant": 250, "par": "quantite"},
    ]

    assert cout(lignes, {"quantite": quantite}) == Prix(
        (LigneCalculee("Taxe", "1", 1000, 1000),), 1000
    )


def test_a_row_below_zero_takes_nothing_from_the_others():
    lignes = [{"libelle": "Par repas", "montant": 900, "par": "repas"}]
    enfants = [{"id": "aaaa", "repas": "5"}, {"id": "bbbb", "repas": "-4"}]

    assert cout(lignes, {"enfants": enfants}) == Prix(
        (LigneCalculee("Par repas", "5", 900, 4500),), 4500
    )


def test_a_hidden_quantity_costs_nothing():
    lignes = [{"libelle": "Taxe", "montant": 250, "par": "cache"}]

    assert cout(lignes, {"cache": "3"}) == Prix((), 0)
    assert cout(lignes, {"cache": "3", "logement": "maison"}).total == 750


def test_a_price_is_never_below_zero():
    lignes = [
        {"libelle": "Taxe", "montant": 1000},
        {"libelle": "Rabais", "montant": -1500},
    ]

    assert cout(lignes, {}).total == 0


@pytest.mark.parametrize(
    "brut",
    [
        None,
        {},
        "x",
        ["x"],
        [{"libelle": "Taxe"}],
        [{"montant": 100}],
        [{"libelle": " ", "montant": 100}],
        [{"libelle": 3, "montant": 100}],
        [{"libelle": "x" * 501, "montant": 100}],
        [{"libelle": "Taxe", "montant": "100"}],
        [{"libelle": "Taxe", "montant": 1.5}],
        [{"libelle": "Taxe", "montant": True}],
        [{"libelle": "Taxe", "montant": 10**9 + 1}],
        [{"libelle": "Taxe", "montant": 100, "par": None}],
        [{"libelle": "Taxe", "montant": 100, "si": {"si": "jamais"}}],
        [{"libelle": "Taxe", "montant": 100, "autre": 1}],
        [{"libelle": "Taxe", "montant": 100}] * 101,
    ],
    ids=lambda brut: repr(brut)[:60],
)
def test_what_is_no_price_is_refused(brut):
    with pytest.raises(PrixInvalide):
        lire_prix(brut)


def test_a_price_is_written_as_it_was_read():
    brut = [
        {"libelle": "Taxe", "montant": 4000, "par": "", "si": None},
        {"libelle": "Rabais", "montant": -500, "par": "quantite", "si": MAISON},
    ]

    assert prix_en_json(lire_prix(brut)) == brut


chiffres = st.decimals(-(10**8), 10**8, places=6).map(lambda lu: format(lu, "f"))


@settings(max_examples=200)
@given(st.lists(chiffres, min_size=2, max_size=5))
def test_arithmetic_is_exact(nombres):
    exacts = [Fraction(nombre) for nombre in nombres]
    ecart = exacts[0] - sum(exacts[1:])

    assert Fraction(calculee("somme", *nombres)) == sum(exacts)
    assert Fraction(calculee("difference", *nombres)) == ecart
    assert Fraction(calculee("produit", *nombres[:2])) == exacts[0] * exacts[1]


json_quelconque = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda un: (
        st.lists(un, max_size=3)
        | st.dictionaries(
            st.sampled_from(["op", "termes", "champ", "valeur", "libelle", "montant"]),
            un,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(json_quelconque)
def test_any_json_is_read_or_refused(brut):
    try:
        lue = lire_formule(brut)
    except FormuleInvalide:
        pass
    else:
        assert lire_formule(formule_en_json(lue)) == lue
    try:
        lignes = lire_prix(brut)
    except PrixInvalide:
        pass
    else:
        assert lire_prix(prix_en_json(lignes)) == lignes
