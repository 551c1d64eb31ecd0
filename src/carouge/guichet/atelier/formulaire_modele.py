"""What an editor does to the structure of a form: steps, order, groups, price lines.

The functions change a schema that was read for this one request; :func:`enregistrer`
writes it into the démarche. A step is a fieldset; questions outside any fieldset are
the step without a name (``""``), which always comes first.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.formulaire_noms import nom_libre
from carouge.guichet.formulaire.compile import DEBUT
from carouge.guichet.formulaire.procedure import deroulement_de
from carouge.guichet.formulaire.procedure import groupes_de
from carouge.guichet.formulaire.procedure import MAX_LIGNES
from carouge.guichet.formulaire.procedure import set_deroulement
from carouge.guichet.formulaire.procedure import set_groupe
from collections.abc import Collection
from collective.easyform.api import get_schema
from collective.easyform.api import set_fields
from dataclasses import dataclass
from plone.schemaeditor.utils import IEditableSchema
from plone.supermodel.interfaces import FIELDSETS_KEY
from plone.supermodel.model import Fieldset
from zope.interface.interface import InterfaceClass
from zope.schema import getFieldsInOrder


MAX_ETAPES = 40


class Refus(ValueError):
    """The form cannot be changed in this way; ``message`` tells the editor why."""

    def __init__(self, message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True)
class Etape:
    """One step: its questions by name, in order."""

    nom: str
    titre: str
    aide: str
    champs: tuple[str, ...]
    si: dict | None


@dataclass(frozen=True)
class Element:
    """What stands in a step: one question, or a group with all of its questions."""

    groupe: str
    champs: tuple[str, ...]


def lire(demarche) -> InterfaceClass:
    """The working copy of a form, for this request alone."""
    return get_schema(demarche)


def enregistrer(demarche, schema: InterfaceClass) -> None:
    """Write the working copy."""
    set_fields(demarche, schema)


def etapes_de(schema: InterfaceClass) -> list[Etape]:
    """The steps in order; the one without a name only when it has questions."""
    conditions = deroulement_de(schema)["etapes"]
    etapes = [
        Etape(
            nom=fieldset.__name__ if fieldset is not None else "",
            titre=(fieldset.label or "") if fieldset is not None else "",
            aide=(fieldset.description or "") if fieldset is not None else "",
            champs=tuple(champs),
            si=conditions.get(
                fieldset.__name__ if fieldset is not None else DEBUT, {}
            ).get("si"),
        )
        for fieldset, champs in _plan(schema)
    ]
    return [etape for etape in etapes if etape.nom or etape.champs]


def etape_de(schema: InterfaceClass, nom: str) -> Etape:
    """One step by its name.

    :raises KeyError: there is none of this name
    """
    return {etape.nom: etape for etape in etapes_de(schema)}[nom]


def elements_de(schema: InterfaceClass, etape: Etape) -> list[Element]:
    """The questions of a step, those of a group together."""
    groupes = groupes_de(schema)
    elements: list[Element] = []
    for nom in etape.champs:
        groupe = groupes.get(nom, "")
        if groupe and elements and elements[-1].groupe == groupe:
            elements[-1] = Element(groupe, (*elements[-1].champs, nom))
        else:
            elements.append(Element(groupe, (nom,)))
    return elements


# --- steps ---------------------------------------------------------------------


def ajouter_etape(schema: InterfaceClass, titre: str, aide: str, si) -> str:
    """Add a step at the end; returns its name."""
    plan = _plan(schema)
    if len(plan) > MAX_ETAPES:
        raise Refus(_("A form has at most ${max} steps.", mapping={"max": MAX_ETAPES}))
    nom = nom_libre(schema, titre, "etape")
    plan.append((Fieldset(nom, label=titre, description=aide or None), []))
    _write(schema, plan)
    _condition_etape(schema, nom, si)
    return nom


def modifier_etape(schema: InterfaceClass, nom: str, titre: str, aide: str, si) -> str:
    """Change a step; returns its name, which the step without a name gets here."""
    etape_de(schema, nom)
    plan = _plan(schema)
    if not nom:
        nom = nom_libre(schema, titre, "etape")
        plan[:1] = [
            (None, []),
            (Fieldset(nom, label=titre, description=aide or None), plan[0][1]),
        ]
        _condition_etape(schema, DEBUT, None)
    for fieldset, _champs in plan:
        if fieldset is not None and fieldset.__name__ == nom:
            fieldset.label = titre
            fieldset.description = aide or None
    _write(schema, plan)
    _condition_etape(schema, nom, si)
    return nom


def deplacer_etape(schema: InterfaceClass, nom: str, pas: int) -> None:
    """Move a step up (-1) or down (1); at the end of the way nothing happens."""
    etape_de(schema, nom)
    plan = _plan(schema)
    place = next(i for i, (f, _c) in enumerate(plan) if f and f.__name__ == nom)
    autre = place + pas
    if 0 < autre < len(plan):
        plan[place], plan[autre] = plan[autre], plan[place]
    _write(schema, plan)


def supprimer_etape(schema: InterfaceClass, nom: str, vers: str | None) -> None:
    """Delete a step; its questions go to the end of the step ``vers``.

    :raises Refus: it has questions and ``vers`` is no other step
    """
    etape = etape_de(schema, nom)
    plan = _plan(schema)
    place = next(
        i for i, (f, _c) in enumerate(plan) if (f.__name__ if f else "") == nom
    )
    if etape.champs:
        cible = [c for f, c in plan if f and f.__name__ == vers and vers != nom]
        if not cible:
            raise Refus(_("Say to which step the questions of this one go."))
        cible[0].extend(plan[place][1])
    if nom:
        del plan[place]
    else:
        plan[0] = (None, [])
    _write(schema, plan)
    _condition_etape(schema, nom or DEBUT, None)


# --- questions -----------------------------------------------------------------


def deplacer_champ(schema: InterfaceClass, nom: str, pas: int) -> None:
    """Move a question among its neighbours.

    One of a group moves inside the group; another one jumps over a whole group.
    """
    groupe = groupes_de(schema).get(nom, "")
    for etape in etapes_de(schema):
        if nom not in etape.champs:
            continue
        elements = [list(element.champs) for element in elements_de(schema, etape)]
        place = next(i for i, champs in enumerate(elements) if nom in champs)
        if groupe and len(elements[place]) > 1:
            _move(elements[place], elements[place].index(nom), pas)
        else:
            _move(elements, place, pas)
        plan = [
            (f, [champ for element in elements for champ in element])
            if (f.__name__ if f else "") == etape.nom
            else (f, champs)
            for f, champs in _plan(schema)
        ]
        _write(schema, plan)


def deplacer_groupe(schema: InterfaceClass, groupe: str, pas: int) -> None:
    """Move a group as a whole among its neighbours."""
    for etape in etapes_de(schema):
        elements = elements_de(schema, etape)
        places = [i for i, e in enumerate(elements) if e.groupe == groupe]
        if not places:
            continue
        _move(elements, places[0], pas)
        plan = [
            (f, [champ for element in elements for champ in element.champs])
            if (f.__name__ if f else "") == etape.nom
            else (f, champs)
            for f, champs in _plan(schema)
        ]
        _write(schema, plan)
        return


def champ_vers_etape(schema: InterfaceClass, nom: str, vers: str) -> None:
    """Put a question at the end of another step; it leaves its group.

    :raises KeyError: there is no such step
    """
    etape = etape_de(schema, vers)
    if nom in etape.champs:
        return
    plan = _plan(schema)
    for fieldset, champs in plan:
        if nom in champs:
            champs.remove(nom)
        if (fieldset.__name__ if fieldset else "") == vers:
            champs.append(nom)
    set_groupe(schema, nom, None)
    _write(schema, plan)


def supprimer_champ(schema: InterfaceClass, nom: str) -> None:
    """Delete a question; conditions that refer to it stay and are told as problems."""
    IEditableSchema(schema).removeField(nom)
    set_groupe(schema, nom, None)


# --- groups --------------------------------------------------------------------


def enregistrer_groupe(
    schema: InterfaceClass,
    nom: str | None,
    valeurs: dict,
    champs: Collection[str],
) -> str:
    """Make or change a repeatable group of questions; returns its name.

    The questions come to stand one after the other, where the first of them is.

    :param valeurs: titre, ajouter, min, max, si
    :raises Refus: no questions, of several steps, or of another group
    """
    ordre = [champ for etape in etapes_de(schema) for champ in etape.champs]
    choisis = [champ for champ in ordre if champ in champs]
    etapes = {e.nom for e in etapes_de(schema) if set(e.champs) & set(choisis)}
    actuels = groupes_de(schema)
    if not choisis:
        raise Refus(_("Tick at least one question that is asked in each row."))
    if len(etapes) > 1:
        raise Refus(_("The questions of a group have to be in the same step."))
    if any(actuels.get(champ, nom) != nom for champ in choisis):
        raise Refus(_("A question belongs to one group only."))
    if nom is None:
        nom = nom_libre(schema, valeurs["titre"], "groupe")
    groupes = dict(deroulement_de(schema)["groupes"])
    groupes[nom] = {
        **valeurs,
        "min": min(max(valeurs["min"], 0), MAX_LIGNES),
        "max": min(max(valeurs["max"], valeurs["min"], 1), MAX_LIGNES),
    }
    set_deroulement(schema, "groupes", _sans_vides(groupes))
    for champ in ordre:
        if champ in choisis:
            set_groupe(schema, champ, nom)
        elif actuels.get(champ) == nom:
            set_groupe(schema, champ, None)
    plan = _plan(schema)
    for _fieldset, noms in plan:
        if choisis[0] in noms:
            place = noms.index(choisis[0])
            avant = [n for n in noms[:place] if n not in choisis]
            apres = [n for n in noms[place:] if n not in choisis]
            noms[:] = [*avant, *choisis, *apres]
    _write(schema, plan)
    return nom


def supprimer_groupe(schema: InterfaceClass, nom: str) -> None:
    """Ask the questions of a group once again, like all others."""
    for champ, groupe in groupes_de(schema).items():
        if groupe == nom:
            set_groupe(schema, champ, None)
    groupes = dict(deroulement_de(schema)["groupes"])
    groupes.pop(nom, None)
    set_deroulement(schema, "groupes", _sans_vides(groupes))


# --- price lines ---------------------------------------------------------------


def enregistrer_prix(schema: InterfaceClass, lignes: list[dict]) -> None:
    """Replace the price lines."""
    set_deroulement(schema, "prix", [_sans_vide(ligne) for ligne in lignes])


# --- how a schema keeps it -----------------------------------------------------


def _fieldsets(schema) -> list[Fieldset]:
    return schema.queryTaggedValue(FIELDSETS_KEY, [])


def _plan(schema) -> list[tuple[Fieldset | None, list[str]]]:
    """Questions by step; those without a step come first, under None."""
    noms = [nom for nom, _champ in getFieldsInOrder(schema)]
    ranges = {nom for fieldset in _fieldsets(schema) for nom in fieldset.fields}
    plan = [(None, [nom for nom in noms if nom not in ranges])]
    for fieldset in _fieldsets(schema):
        plan.append((fieldset, [nom for nom in fieldset.fields if nom in noms]))
    return plan


def _write(schema, plan) -> None:
    fieldsets = []
    ordre = 0
    for fieldset, noms in plan:
        if fieldset is not None:
            fieldset.fields = list(noms)
            fieldsets.append(fieldset)
        for nom in noms:
            ordre += 1
            schema[nom].order = ordre
    schema.setTaggedValue(FIELDSETS_KEY, fieldsets)


def _condition_etape(schema, nom, si) -> None:
    etapes = {
        autre: valeurs
        for autre, valeurs in deroulement_de(schema)["etapes"].items()
        if autre != nom
    }
    if si:
        etapes[nom] = {"si": si}
    set_deroulement(schema, "etapes", _sans_vides(etapes))


def _move(liste: list, place: int, pas: int) -> None:
    autre = place + pas
    if 0 <= autre < len(liste):
        liste[place], liste[autre] = liste[autre], liste[place]


def _sans_vide(valeurs: dict) -> dict:
    """Without the condition where there is none: absent means always."""
    return {cle: v for cle, v in valeurs.items() if cle != "si" or v}


def _sans_vides(valeurs: dict[str, dict]) -> dict[str, dict]:
    sans = {nom: _sans_vide(valeur) for nom, valeur in valeurs.items()}
    return {nom: valeur for nom, valeur in sans.items() if valeur}
