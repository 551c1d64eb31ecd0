"""The plan of a form: what is evaluated after what, and what cannot be evaluated.

Pure Python, done once per version of a form.
"""

from __future__ import annotations

from carouge.guichet.formulaire.calculs import Formule
from carouge.guichet.formulaire.calculs import formule_en_json
from carouge.guichet.formulaire.calculs import LignePrix
from carouge.guichet.formulaire.calculs import prix_en_json
from carouge.guichet.formulaire.calculs import SUR_LES_RANGS
from carouge.guichet.formulaire.regles import Condition
from carouge.guichet.formulaire.regles import en_json
from carouge.guichet.formulaire.regles import USAGER
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace


#: Kinds of targets; each stands in the ones before it.
GENRES = ("etape", "groupe", "champ")

#: A target: its kind and its name.
Cle = tuple[str, str]

_TOUJOURS = Condition("toutes", ())


@dataclass(frozen=True)
class ChampPlan:
    """A question: its group, what shows it, and how it is computed, if it is."""

    nom: str
    groupe: str | None = None
    condition: Condition | None = None
    formule: Formule | None = None


@dataclass(frozen=True)
class GroupePlan:
    """A repeatable group. It stands in the step of its first field."""

    nom: str
    condition: Condition | None = None


@dataclass(frozen=True)
class EtapePlan:
    """A step and its questions, those of groups as well."""

    id: str
    condition: Condition | None
    champs: tuple[ChampPlan, ...]


@dataclass(frozen=True)
class Probleme:
    """Why a form cannot be published as it is.

    ``cible_genre`` is ``etape``, ``groupe``, ``champ`` or ``prix`` (whose ``cible_nom``
    is the number of the line, from 0). ``champ`` is the name that is wrong there, or "".

    ``cycle``
        the target depends on ``champ``, and ``champ`` on the target
    ``champ_inconnu``
        there is no field, group or ``usager.…`` of that name
    ``reference_de_groupe_invalide``
        a group depends on itself or its own fields; or a formula that wants one value
        is given a field of a group from outside of it
    ``groupe_inconnu``
        the field stands in a group nobody declared; shown as one without condition
    ``groupe_vide``
        the group has no field
    ``groupe_disperse``
        the field stands in another step than the first field of its group
    ``nom_en_double``
        the name is taken; the second bearer is not evaluated
    ``nom_reserve``
        a field of a group has the name of the rows' ids
    """

    cible_genre: str
    cible_nom: str
    code: str
    champ: str = ""


@dataclass(frozen=True)
class Pas:
    """One target, evaluated after all it depends on.

    ``calcul`` tells a computed field, even one whose formula cannot be used: what comes
    from outside is never its value.
    """

    genre: str
    nom: str
    etape: str | None = None
    groupe: str | None = None
    condition: Condition | None = None
    formule: Formule | None = None
    calcul: bool = False

    def json(self) -> dict:
        brut = {
            "genre": self.genre,
            "nom": self.nom,
            "etape": self.etape,
            "groupe": self.groupe,
            "si": en_json(self.condition),
            "formule": self.formule and formule_en_json(self.formule),
            "calcul": self.calcul,
        }
        return {cle: valeur for cle, valeur in brut.items() if valeur or cle == "nom"}


@dataclass(frozen=True)
class Plan:
    """A form's targets in the order of evaluation, without the conditions that cannot be.

    ``prix`` are the lines of its price.
    """

    suite: tuple[Pas, ...]
    groupe_de: Mapping[str, str]
    groupes: frozenset[str]
    prix: tuple[LignePrix, ...]
    problemes: tuple[Probleme, ...]

    def json(self) -> dict:
        """The plan as ``static/conditions.js`` wants it."""
        return {
            "suite": [pas.json() for pas in self.suite],
            "prix": prix_en_json(self.prix),
        }


def planifier(
    etapes: Sequence[EtapePlan],
    groupes: Sequence[GroupePlan],
    prix: Sequence[LignePrix] = (),
) -> Plan:
    """Put the targets of a form in the order of evaluation, and find what is wrong.

    A condition that depends on its own target, or refers to what does not exist, is left
    out: the target is always shown. A formula like that never has a value. The lines of
    the price are checked and kept as they are: an unknown field is an empty one.
    """
    problemes: list[Probleme] = []
    cibles = _cibles(etapes, groupes, problemes)
    noms = {cle[1]: cle for cle in cibles if cle[0] != "etape"}
    liens = {cle: _liens(pas, noms) for cle, pas in cibles.items()}
    suite: list[Pas] = []
    for composante in _composantes(liens):
        # What is left of a cycle is that fields stand in groups, and groups in steps.
        for cle in sorted(composante, key=lambda cle: GENRES.index(cle[0])):
            suite.append(_saine(cibles[cle], cibles, noms, composante, problemes))
    problemes += _prix_faux(prix, noms)
    return Plan(
        tuple(suite),
        {
            pas.nom: pas.groupe
            for pas in cibles.values()
            if pas.genre == "champ" and pas.groupe
        },
        frozenset(nom for genre, nom in cibles if genre == "groupe"),
        tuple(prix),
        _ranges(problemes, cibles),
    )


def _cibles(
    etapes: Sequence[EtapePlan],
    groupes: Sequence[GroupePlan],
    problemes: list[Probleme],
) -> dict[Cle, Pas]:
    places: dict[str, str] = {}
    for etape in etapes:
        for champ in etape.champs:
            if champ.groupe and places.setdefault(champ.groupe, etape.id) != etape.id:
                problemes.append(
                    Probleme("champ", champ.nom, "groupe_disperse", champ.groupe)
                )
    cibles: dict[Cle, Pas] = {}

    def ajouter(pas: Pas) -> None:
        pris = {("groupe", pas.nom), ("champ", pas.nom)}
        cle = (pas.genre, pas.nom)
        if cle in cibles or (pas.genre == "champ" and pris & cibles.keys()):
            problemes.append(Probleme(*cle, "nom_en_double"))
        else:
            cibles[cle] = pas

    for etape in etapes:
        ajouter(Pas("etape", etape.id, condition=etape.condition))
    for groupe in groupes:
        place = places.get(groupe.nom)
        if place is None:
            problemes.append(Probleme("groupe", groupe.nom, "groupe_vide"))
        ajouter(Pas("groupe", groupe.nom, place, condition=groupe.condition))
    declares = {groupe.nom for groupe in groupes}
    for nom, place in places.items():
        if nom not in declares:
            ajouter(Pas("groupe", nom, place))
    for etape in etapes:
        for champ in etape.champs:
            if champ.groupe and champ.groupe not in declares:
                problemes.append(
                    Probleme("champ", champ.nom, "groupe_inconnu", champ.groupe)
                )
            if champ.groupe and champ.nom == "id":
                problemes.append(Probleme("champ", champ.nom, "nom_reserve"))
            ajouter(
                Pas(
                    "champ",
                    champ.nom,
                    etape.id,
                    champ.groupe or None,
                    champ.condition,
                    champ.formule,
                    champ.formule is not None,
                )
            )
    return cibles


def _liens(pas: Pas, noms: Mapping[str, Cle]) -> list[Cle]:
    liens = [noms[nom] for nom in _references(pas) if nom in noms]
    if pas.groupe:
        return [*liens, ("groupe", pas.groupe)]
    return liens if pas.etape is None else [*liens, ("etape", pas.etape)]


def _references(pas: Pas) -> tuple[str, ...]:
    return (pas.condition.champs if pas.condition else ()) + (
        pas.formule.champs if pas.formule else ()
    )


def _saine(
    pas: Pas,
    cibles: Mapping[Cle, Pas],
    noms: Mapping[str, Cle],
    composante: Sequence[Cle],
    problemes: list[Probleme],
) -> Pas:
    """The target without what cannot be evaluated, which is noted."""
    boucle = set(composante)

    def fautes(
        champs: Sequence[str], connus: Sequence[str], une: bool
    ) -> Iterator[Probleme]:
        for nom in champs:
            cle = noms.get(nom)
            groupe = cibles[cle].groupe if cle else None
            if cle is None:
                if nom not in connus:
                    yield Probleme(pas.genre, pas.nom, "champ_inconnu", nom)
            elif (pas.genre == "groupe" and pas.nom in (nom, groupe)) or (
                une and groupe and groupe != pas.groupe
            ):
                yield Probleme(pas.genre, pas.nom, "reference_de_groupe_invalide", nom)
            elif cle in boucle:
                yield Probleme(pas.genre, pas.nom, "cycle", nom)

    if pas.condition and (
        trouves := list(fautes(pas.condition.champs, USAGER, une=False))
    ):
        problemes += trouves
        pas = replace(pas, condition=None)
    if pas.formule:
        une = pas.formule.op not in SUR_LES_RANGS
        if trouves := list(fautes(pas.formule.champs, (), une)):
            problemes += trouves
            pas = replace(pas, formule=None)
    return pas


def _prix_faux(prix: Sequence[LignePrix], noms: Mapping[str, Cle]) -> list[Probleme]:
    return [
        Probleme("prix", str(rang), "champ_inconnu", nom)
        for rang, ligne in enumerate(prix)
        for nom, connus in (
            *((nom, USAGER) for nom in (ligne.condition or _TOUJOURS).champs),
            *([(ligne.par, ())] if ligne.par else []),
        )
        if nom not in noms and nom not in connus
    ]


def _ranges(
    problemes: Sequence[Probleme], cibles: Mapping[Cle, Pas]
) -> tuple[Probleme, ...]:
    """Each problem once, in the order of the targets; those of the price at the end."""
    places = {cle: place for place, cle in enumerate(cibles)}
    return tuple(
        sorted(
            dict.fromkeys(problemes),
            key=lambda un: places.get((un.cible_genre, un.cible_nom), len(places)),
        )
    )


def _composantes(liens: Mapping[Cle, Sequence[Cle]]) -> Iterator[list[Cle]]:
    """The targets in the order of evaluation; those of a cycle come together.

    Tarjan's algorithm, without recursion: a form may be as deep as it likes.
    """
    numero: dict[Cle, int] = {}
    bas: dict[Cle, int] = {}
    pile: list[Cle] = []
    ouverts: set[Cle] = set()
    for depart in liens:
        chemin = [] if depart in numero else [(depart, iter(liens[depart]))]
        while chemin:
            cle, reste = chemin[-1]
            if cle not in numero:
                numero[cle] = bas[cle] = len(numero)
                pile.append(cle)
                ouverts.add(cle)
            for autre in reste:
                if autre not in numero:
                    chemin.append((autre, iter(liens[autre])))
                    break
                if autre in ouverts:
                    bas[cle] = min(bas[cle], numero[autre])
            else:
                chemin.pop()
                if chemin:
                    parent = chemin[-1][0]
                    bas[parent] = min(bas[parent], bas[cle])
                if bas[cle] == numero[cle]:
                    composante = []
                    while cle in ouverts:
                        composante.append(pile.pop())
                        ouverts.remove(composante[-1])
                    yield composante
