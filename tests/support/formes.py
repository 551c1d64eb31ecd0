"""Generated forms and answers, for everything that evaluates conditions."""

from carouge.guichet.formulaire.calculs import LignePrix
from carouge.guichet.formulaire.calculs import lire_formule
from carouge.guichet.formulaire.calculs import OPERATIONS
from carouge.guichet.formulaire.conditions import ChampPlan
from carouge.guichet.formulaire.conditions import EtapePlan
from carouge.guichet.formulaire.conditions import GroupePlan
from carouge.guichet.formulaire.conditions import lire_condition
from carouge.guichet.formulaire.conditions import OPERATEURS
from carouge.guichet.formulaire.conditions import USAGER
from dataclasses import dataclass
from datetime import date
from hypothesis import strategies as st


# Names that mean something to JavaScript are names like others. Each is mostly answered,
# compared and computed with as one kind of question.
NOMS = {
    "logement": "texte",
    "constructor": "texte",
    "e": "texte",
    "enfants": "nombre",
    "__proto__": "nombre",
    "a": "nombre",
    "b": "nombre",
    "naissance": "date",
    "toString": "date",
    "c": "date",
    "hasOwnProperty": "choix",
    "d": "choix",
}
ETAPES = ("default", "constructor", "__proto__", "pieces")
GROUPES = ("famille", "valueOf")
INCONNUS = ("absent", "usager.nom", "prototype")

JUSTES_TEXTES = (
    "maison",
    "Maison",
    " MAISON\t",
    "\v\f\r\nmaison\r\f",
    "mai",
    "İstanbul",
    "istanbul",
    "STRASSE",
    "straße",
    "é",
    "É",
    "e\u0301",
    "\u00a0maison",
    "\u2028",
    "😀 maison",
    "😀",
    "K",
    "\u212a",
    "ſ",
    "s",
    "oui",
    "non",
    "Oui",
    "\x00",
    "١٢",
)
TEXTES = (*JUSTES_TEXTES, "", " \n", "\ud83d", "\ude00 maison")
JUSTES_NOMBRES = (
    "0",
    "-0",
    "1",
    "3",
    "3.0",
    "003",
    "-3",
    "0.1",
    "0.2",
    "0.30",
    "12.5",
    "-12.005",
    "0.0000000000000000000001",
    "0.000000000000000000000001",
    "9007199254740993",
    "999999999999999999999999",
    "20",
)
NOMBRES = (
    *JUSTES_NOMBRES,
    "9999999999999999999999999",
    "0.0000000000000000000000001",
    "1e3",
    "+3",
    "3.",
    ".5",
    "1 000",
    "12,5",
    "NaN",
    "Infinity",
    "3\n",
)
JUSTES_DATES = (
    "2026-11-25",
    "2026-11-26",
    "2008-02-29",
    "2008-11-25",
    "2008-11-26",
    "2000-02-29",
    "0001-01-01",
    "9999-12-31",
)
DATES = (
    *JUSTES_DATES,
    "2100-02-29",
    "1900-02-29",
    "0000-12-31",
    "2026-13-01",
    "2026-04-31",
    "20261125",
    "2026-11-25T10:00",
)
# What is no list of rows, and no row.
FAUX_RANGS = (None, "oui", ["k3f9"], {"a": "1"}, {"id": None}, {"id": ["k3f9"]})

JOURS = (date(2026, 11, 25), date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 1))

OPS = {
    "texte": ("est", "n_est_pas", "est_parmi", "contient", "oui", "non"),
    "nombre": ("egal", "different", "plus_que", "moins_que", "au_moins", "au_plus"),
    "date": ("le", "avant", "apres", "age_au_moins", "age_moins_de"),
    "choix": ("est", "n_est_pas", "est_parmi", "contient"),
}
GENRE_DES_OPS = {op: genre for genre, ops in OPS.items() for op in ops}

textes = st.one_of(st.sampled_from(TEXTES), st.text(max_size=6))
nombres = st.one_of(
    st.sampled_from(NOMBRES),
    st.decimals(-10000, 10000, places=3).map(str),
    st.integers(-30, 30).map(str),
)
dates = st.one_of(
    st.sampled_from(DATES), st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(str)
)
valeurs = st.one_of(st.none(), textes, nombres, dates, st.lists(textes, max_size=3))


@dataclass(frozen=True)
class Forme:
    """What ``planifier`` is called with, by name; and values its rules speak of."""

    etapes: tuple[EtapePlan, ...]
    groupes: tuple[GroupePlan, ...]
    prix: tuple
    mots: dict


@st.composite
def vocabulaires(draw):
    """A few values of each kind, so that answers often are what rules ask for."""
    mots = {
        "texte": draw(st.lists(st.sampled_from(JUSTES_TEXTES), min_size=2, max_size=3)),
        "nombre": draw(
            st.lists(st.sampled_from(JUSTES_NOMBRES), min_size=2, max_size=3)
        ),
        "date": draw(st.lists(st.sampled_from(JUSTES_DATES), min_size=2, max_size=3)),
    }
    return mots | {"choix": mots["texte"]}


def souvent(justes, autres):
    """Mostly the first, sometimes the second."""
    return st.integers(0, 5).flatmap(lambda tire: justes if tire else autres)


@st.composite
def regles(draw, noms, mots):
    nom = draw(st.sampled_from(noms))
    genre = NOMS.get(nom, "nombre" if nom in GROUPES else "texte")
    op = draw(
        souvent(
            st.sampled_from([*OPS[genre], "rempli", "vide"]),
            st.sampled_from(sorted(OPERATEURS)),
        )
    )
    if op in ("rempli", "vide", "oui", "non"):
        return {"champ": nom, "op": op}
    if op in ("age_au_moins", "age_moins_de"):
        parmi = st.sampled_from(["0", "1", "16", "17", "018", "18"])
    else:
        parmi = st.sampled_from(mots[GENRE_DES_OPS[op]])
    if op == "est_parmi":
        parmi = st.lists(parmi, min_size=1, max_size=2)
    elif op in ("est", "n_est_pas", "contient") and nom in USAGER:
        parmi = st.sampled_from(["personne", "VERIFIE", "mai"])
    return {"champ": nom, "op": op, "valeur": draw(parmi)}


def conditions(noms, mots):
    """Often none, as in real forms."""
    return st.none() | st.fixed_dictionaries(
        {
            "si": st.sampled_from(["toutes", "une"]),
            "regles": st.lists(regles(noms, mots), min_size=1, max_size=3),
        }
    ).map(lire_condition)


@st.composite
def formules(draw, noms, mots):
    op = draw(st.sampled_from(sorted(OPERATIONS)))
    genre = "date" if op in ("age", "jours") else "nombre"
    justes = [nom for nom in noms if NOMS.get(nom, "nombre") == genre]
    terme = st.one_of(
        souvent(st.sampled_from(justes or noms), st.sampled_from(noms)).map(
            lambda nom: {"champ": nom}
        ),
        st.sampled_from(mots[genre]).map(lambda valeur: {"valeur": valeur}),
    )
    au_moins = 2 if op in ("difference", "jours") else 1
    au_plus = 2 if genre == "date" else 4
    termes = draw(st.lists(terme, min_size=au_moins, max_size=au_plus))
    return lire_formule({"op": op, "termes": termes})


@st.composite
def formes(draw, inconnus=INCONNUS):
    """A form: with cycles, rules about unknown names, and all else that goes wrong."""
    mots = draw(vocabulaires())
    ids = draw(st.lists(st.sampled_from(ETAPES), min_size=1, max_size=3, unique=True))
    noms = draw(
        st.lists(st.sampled_from(list(NOMS)), min_size=1, max_size=9, unique=True)
    )
    groupes = draw(st.sampled_from([(), GROUPES[:1], GROUPES]))
    ou = {groupe: draw(st.sampled_from(ids)) for groupe in groupes}
    connus = [*noms, *groupes]
    # Most references are right.
    cibles = [*connus * 3, *USAGER, *inconnus]
    condition = conditions(cibles, mots)
    etapes = {un: [] for un in ids}
    for nom in noms:
        groupe = draw(st.sampled_from([None, *groupes]))
        formule = draw(st.none() | formules([*connus * 3, *inconnus], mots))
        champ = ChampPlan(nom, groupe, draw(condition), formule)
        etapes[ou[groupe] if groupe else draw(st.sampled_from(ids))].append(champ)
    ligne = st.builds(
        LignePrix,
        libelle=st.sampled_from(["Taxe", "Rabais « été »"]),
        montant=souvent(
            st.integers(-500, 50000), st.sampled_from([10**9, -(10**9), 1, -1])
        ),
        par=st.sampled_from(["", "", *connus, *inconnus]),
        condition=condition,
    )
    return Forme(
        tuple(
            EtapePlan(un, draw(condition), tuple(champs))
            for un, champs in etapes.items()
        ),
        tuple(GroupePlan(un, draw(condition)) for un in groupes),
        tuple(draw(st.lists(ligne, max_size=3))),
        mots,
    )


def reponse(nom, mots):
    """An answer to a question: mostly one its rules speak of."""
    genre = NOMS.get(nom, "texte")
    juste = st.sampled_from(mots[genre])
    if genre == "choix":
        juste = st.lists(juste, min_size=1, max_size=2)
    return souvent(juste, valeurs)


def dictionnaires(noms, mots):
    """Answers by name; some may be missing."""
    choix = {nom: reponse(nom, mots) for nom in noms}
    return souvent(
        st.fixed_dictionaries(choix), st.fixed_dictionaries({}, optional=choix)
    )


@st.composite
def reponses(draw, forme):
    """Answers to a form, and one to a question it does not ask."""
    champs = [champ for etape in forme.etapes for champ in etape.champs]
    seuls = ["absent", *(champ.nom for champ in champs if not champ.groupe)]
    trouves = draw(dictionnaires(seuls, forme.mots))
    for groupe in forme.groupes:
        noms = [champ.nom for champ in champs if champ.groupe == groupe.nom]
        ids = draw(
            souvent(
                st.sampled_from([("k3f9", "7"), ("0007", "7", "zzzz")]),
                st.lists(st.sampled_from(["k3f9", "7"]), max_size=3),
            )
        )
        rangs = [draw(dictionnaires(noms, forme.mots)) | {"id": un} for un in ids]
        trouves[groupe.nom] = draw(
            souvent(
                st.just(rangs), st.sampled_from([*FAUX_RANGS, [*FAUX_RANGS, *rangs]])
            )
        )
    return trouves


usagers = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["anonyme", "personne", "entreprise", "maison"]),
        "niveau": st.sampled_from(["anonyme", "declare", "verifie"]),
        "resident": st.sampled_from(["oui", "non"]),
    },
)


@st.composite
def cas(draw):
    """A form with three people's answers, a day and an usager."""
    forme = draw(formes())
    trouves = tuple(draw(reponses(forme)) for _ in range(3))
    return forme, trouves, draw(st.sampled_from(JOURS)), draw(usagers)
