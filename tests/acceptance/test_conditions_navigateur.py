"""The browser and the server see the same: generated forms and answers, in Chromium."""

from base64 import b64encode
from carouge.guichet.formulaire.calculs import lire_formule
from carouge.guichet.formulaire.calculs import lire_prix
from carouge.guichet.formulaire.calculs import OPERATIONS
from carouge.guichet.formulaire.calculs import prix
from carouge.guichet.formulaire.conditions import ChampPlan
from carouge.guichet.formulaire.conditions import EtapePlan
from carouge.guichet.formulaire.conditions import evaluer
from carouge.guichet.formulaire.conditions import GroupePlan
from carouge.guichet.formulaire.conditions import lire_condition
from carouge.guichet.formulaire.conditions import planifier
from carouge.guichet.formulaire.conditions import Probleme
from dataclasses import asdict
from formes import cas
from formes import DATES
from formes import JOURS
from formes import JUSTES_DATES
from formes import JUSTES_NOMBRES
from formes import JUSTES_TEXTES
from formes import NOMBRES
from formes import OPS
from formes import TEXTES
from hypothesis import given
from hypothesis import Phase
from hypothesis import settings
from itertools import product
from pathlib import Path

import carouge.guichet
import json
import pytest


MODULE = Path(carouge.guichet.__file__).parent / "static" / "conditions.js"
FORMES = 500
LOT = 200
TOUTES_JUSTES = (*JUSTES_TEXTES, *JUSTES_NOMBRES, *JUSTES_DATES)

EVALUER = """async ([adresse, lot]) => {
  const { evaluer, prix } = await import(adresse);
  return JSON.stringify(JSON.parse(lot).map(({ plan, valeurs, contexte }) => {
    const resultat = JSON.parse(JSON.stringify(evaluer(plan, valeurs, contexte)));
    return { ...resultat, prix: prix(plan, resultat, contexte) };
  }));
}"""


@pytest.fixture
def navigateur(page):
    """Evaluate a batch of cases as JSON in the browser."""
    code = b64encode(MODULE.read_bytes()).decode()
    adresse = f"data:text/javascript;base64,{code}"

    def evaluer_lot(lot):
        return json.loads(page.evaluate(EVALUER, [adresse, json.dumps(lot)]))

    return evaluer_lot


def condition(champ, op, valeur):
    regle = {"champ": champ, "op": op}
    if valeur is not None:
        regle["valeur"] = valeur
    return lire_condition({"si": "toutes", "regles": [regle]})


def serveur(plan, valeurs, aujourdhui, usager):
    """What the server sees, in the browser's JSON with its lists sorted."""
    resultat = evaluer(plan, valeurs, aujourdhui=aujourdhui, usager=usager)
    return {
        "etapes": sorted(resultat.etapes),
        "groupes": sorted(resultat.groupes),
        "champs": sorted(resultat.champs),
        "rangs": {
            groupe: {un: sorted(noms) for un, noms in rangs.items()}
            for groupe, rangs in resultat.rangs.items()
        },
        "calculs": resultat.calculs,
        "calculs_rangs": resultat.calculs_rangs,
        "valeurs": {"champs": resultat.vue.champs, "rangs": resultat.vue.rangs},
        "prix": json.loads(json.dumps(asdict(prix(plan.prix, resultat.vue)))),
    }


def trie(vu):
    """The browser's lists follow the plan; their order says nothing."""
    return vu | {
        "etapes": sorted(vu["etapes"]),
        "groupes": sorted(vu["groupes"]),
        "champs": sorted(vu["champs"]),
        "rangs": {
            groupe: {un: sorted(noms) for un, noms in rangs.items()}
            for groupe, rangs in vu["rangs"].items()
        },
    }


def cas_pour(plan, valeurs, aujourdhui, usager):
    """One case, as the browser gets it."""
    contexte = {"aujourdhui": aujourdhui.isoformat(), "usager": usager}
    return {"plan": plan.json(), "valeurs": valeurs, "contexte": contexte}


def desaccords(navigateur, envois, attendus):
    """The cases the browser sees otherwise, the shortest first: it says most."""
    vus = []
    for debut in range(0, len(envois), LOT):
        vus += map(trie, navigateur(envois[debut : debut + LOT]))
    trouves = [
        {"cas": envoi, "serveur": attendu, "navigateur": vu}
        for envoi, attendu, vu in zip(envois, attendus, vus, strict=True)
        if attendu != vu
    ]
    return sorted(trouves, key=lambda un: len(json.dumps(un)))[:1]


def test_generated_forms(navigateur):
    envois, attendus = [], []

    @settings(max_examples=FORMES, phases=[Phase.generate])
    @given(cas())
    def produire(un):
        forme, reponses, aujourdhui, usager = un
        plan = planifier(forme.etapes, forme.groupes, forme.prix)
        for valeurs in reponses:
            attendus.append(serveur(plan, valeurs, aujourdhui, usager))
            envois.append(cas_pour(plan, valeurs, aujourdhui, usager))

    produire()

    assert len(envois) >= FORMES
    assert desaccords(navigateur, envois, attendus) == []


def test_every_operator_on_every_value(navigateur):
    regles = [
        *((op, None) for op in ("rempli", "vide", "oui", "non")),
        *product(("est", "n_est_pas", "contient"), TOUTES_JUSTES),
        *(("est_parmi", [un]) for un in JUSTES_TEXTES),
        *product(OPS["nombre"], JUSTES_NOMBRES),
        *product(("le", "avant", "apres"), JUSTES_DATES),
        *product(("age_au_moins", "age_moins_de"), ("0", "1", "018", "999")),
    ]
    cibles = tuple(
        ChampPlan(f"cible{rang}", None, condition("x", op, valeur))
        for rang, (op, valeur) in enumerate(regles)
    )
    plan = planifier([EtapePlan("default", None, (ChampPlan("x"), *cibles))], ())
    valeurs = [
        None,
        *TEXTES,
        *NOMBRES,
        *([un] for un in TEXTES),
        *([un, "maison"] for un in TEXTES),
    ]
    envois, attendus = [], []
    for valeur, aujourdhui in [*product(valeurs, JOURS[:1]), *product(DATES, JOURS)]:
        attendus.append(serveur(plan, {"x": valeur}, aujourdhui, {}))
        envois.append(cas_pour(plan, {"x": valeur}, aujourdhui, {}))

    assert plan.problemes == ()
    assert desaccords(navigateur, envois, attendus) == []


def test_every_formula_on_every_pair(navigateur):
    x, y = {"champ": "x"}, {"champ": "y"}
    formules = [
        *({"op": op, "termes": [x, y]} for op in sorted(OPERATIONS)),
        *({"op": op, "termes": [x]} for op in ("somme", "produit", "nombre", "age")),
        {"op": "produit", "termes": [x, y, {"valeur": "0.5"}]},
    ]
    cibles = tuple(
        ChampPlan(f"cible{rang}", formule=lire_formule(formule))
        for rang, formule in enumerate(formules)
    )
    lignes = lire_prix(
        [
            {"libelle": "Taxe", "montant": montant, "par": "cible7"}
            for montant in (1, -1, 250, 10**9)
        ]
    )
    champs = (ChampPlan("x"), ChampPlan("y"), *cibles)
    plan = planifier([EtapePlan("default", None, champs)], (), lignes)
    demis = ("0.5", "1.5", "2.5", "0.002", "-1.5")
    paires = [
        *product((None, *NOMBRES, *demis), repeat=2),
        *product(
            (None, *DATES, *map(str, JOURS), "2024-03-01", "2025-12-31"), repeat=2
        ),
        *product((None, "maison", ["maison", "é"], ["", "é"], [""]), repeat=2),
    ]
    envois, attendus = [], []
    for un, autre in paires:
        valeurs = {"x": un, "y": autre}
        attendus.append(serveur(plan, valeurs, JOURS[1], {}))
        envois.append(cas_pour(plan, valeurs, JOURS[1], {}))

    assert plan.problemes == ()
    assert desaccords(navigateur, envois, attendus) == []


def test_rows_seen_from_everywhere(navigateur):
    """Each rule and formula about a group's field, in its row and from elsewhere."""
    genres = {
        "mot": ("est", "n_est_pas", "vide", "rempli"),
        "montant": ("egal", "different", "plus_que", "vide"),
    }
    valeurs = {"mot": "maison", "montant": "2.5"}
    regles = [
        condition(champ, op, None if op in ("vide", "rempli") else valeurs[champ])
        for champ, ops in genres.items()
        for op in ops
    ]
    formules = [
        lire_formule({"op": op, "termes": [{"champ": "montant"}, {"valeur": "3"}]})
        for op in ("somme", "produit", "difference", "nombre")
    ]

    def cibles(prefixe, groupe):
        return (
            *(ChampPlan(f"{prefixe}{i}", groupe, une) for i, une in enumerate(regles)),
            *(
                ChampPlan(f"{prefixe}calcul{i}", groupe, None, une)
                for i, une in enumerate(formules)
            ),
        )

    champs = (
        ChampPlan("mot", "famille"),
        ChampPlan("montant", "famille", condition("mot", "rempli", None)),
        *cibles("meme", "famille"),
        *cibles("autre", "vehicules"),
        *cibles("hors", None),
        ChampPlan("compte", None, condition("famille", "egal", "2")),
        ChampPlan("aucune", None, condition("famille", "vide", None)),
        ChampPlan("quelques", None, condition("famille", "rempli", None)),
    )
    etape = EtapePlan("default", None, (ChampPlan("voir"), *champs))
    groupes = [
        GroupePlan("famille", condition("voir", "oui", None)),
        GroupePlan("vehicules"),
    ]
    lignes = lire_prix(
        [
            {"libelle": "Par membre", "montant": 250, "par": "famille"},
            {"libelle": "Par montant", "montant": 333, "par": "montant"},
        ]
    )
    plan = planifier([etape], groupes, lignes)
    rangs = [
        {"mot": mot, "montant": montant}
        for mot, montant in product(
            (None, "maison", "tente"), (None, "2.50", "-4", "x")
        )
    ]
    envois, attendus = [], []
    for voir, famille in [
        ("oui", ()),
        *(("oui", (un,)) for un in rangs),
        *(("oui", paire) for paire in product(rangs, repeat=2)),
        ("non", rangs[:2]),
    ]:
        reponses = {
            "voir": voir,
            "famille": [un | {"id": f"rang{i}"} for i, un in enumerate(famille)],
            "vehicules": [{"id": "seul"}],
        }
        attendus.append(serveur(plan, reponses, JOURS[0], {}))
        envois.append(cas_pour(plan, reponses, JOURS[0], {}))

    invalides = [
        Probleme(
            "champ", f"{prefixe}calcul{i}", "reference_de_groupe_invalide", "montant"
        )
        for prefixe in ("autre", "hors")
        for i in (1, 2)
    ]
    assert sorted(plan.problemes, key=str) == sorted(invalides, key=str)
    assert desaccords(navigateur, envois, attendus) == []
