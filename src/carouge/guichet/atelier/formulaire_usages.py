"""Who depends on a question: what an editor should know before deleting it."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.formulaire_modele import etapes_de
from carouge.guichet.formulaire.calculs import FormuleInvalide
from carouge.guichet.formulaire.calculs import lire_formule
from carouge.guichet.formulaire.procedure import conditions_de
from carouge.guichet.formulaire.procedure import deroulement_de
from carouge.guichet.formulaire.reglages import ICalcul
from collections.abc import Iterator
from zope.interface.interface import InterfaceClass
from zope.schema import getFieldsInOrder


def usages_de(schema: InterfaceClass) -> dict[str, list]:
    """By name of question or group: titles (text or message) of what refers to it."""
    usages: dict[str, list] = {}
    for titre, noms in _references(schema):
        for nom in noms:
            usages.setdefault(nom, []).append(titre)
    return usages


def _references(schema) -> Iterator[tuple[object, list[str]]]:
    conditions = conditions_de(schema)
    for nom, champ in getFieldsInOrder(schema):
        noms = _champs(conditions.get(nom)) + _termes(champ)
        yield champ.title or nom, list(dict.fromkeys(noms))
    for etape in etapes_de(schema):
        yield (
            _("the step “${title}”", mapping={"title": etape.titre or etape.nom}),
            _champs(etape.si),
        )
    procedure = deroulement_de(schema)
    for groupe in procedure["groupes"].values():
        yield (
            _("the group “${title}”", mapping={"title": groupe["titre"]}),
            _champs(groupe["si"]),
        )
    for ligne in procedure["prix"]:
        if isinstance(ligne, dict):
            par = [ligne["par"]] if isinstance(ligne["par"], str) else []
            yield (
                _("the price “${title}”", mapping={"title": str(ligne.get("libelle"))}),
                [nom for nom in par if nom] + _champs(ligne["si"]),
            )


def _champs(condition: object) -> list[str]:
    regles = condition.get("regles") if isinstance(condition, dict) else None
    return [
        regle["champ"]
        for regle in (regles if isinstance(regles, list) else [])
        if isinstance(regle, dict) and isinstance(regle.get("champ"), str)
    ]


def _termes(champ) -> list[str]:
    if not ICalcul.providedBy(champ):
        return []
    try:
        return list(lire_formule(champ.formule or "").champs)
    except FormuleInvalide:
        return []
