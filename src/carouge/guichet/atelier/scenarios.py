"""Walks through a démarche that were recorded as its tests, and their replay.

A scenario holds what was typed, page by page, by which kind of usager and on which day;
and what came of it: the steps shown, what was refused, the price, the documents asked
for, or that this usager may not begin at all. It is kept as plain JSON.
"""

from __future__ import annotations

from Acquisition import aq_base
from BTrees.OOBTree import OOBTree
from carouge.guichet import swisstime
from carouge.guichet.access.domain import ALLOWED
from carouge.guichet.access.domain import ANONYMOUS
from carouge.guichet.access.domain import decide
from carouge.guichet.access.domain import Decision
from carouge.guichet.access.service import usager_of
from carouge.guichet.atelier.domain import ajouter
from carouge.guichet.atelier.domain import Constat
from carouge.guichet.atelier.domain import Marche
from carouge.guichet.atelier.domain import Scenario
from carouge.guichet.atelier.profils import compte_de
from carouge.guichet.atelier.profils import usager_de
from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.compte.service import acting_as
from carouge.guichet.demande.domain import total_of
from carouge.guichet.demarche.service import fiche_of
from carouge.guichet.formulaire.compile import compile_draft
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.service import prix_of
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from persistent.mapping import PersistentMapping

import secrets


#: Name of the attribute of a démarche; stored.
_STORE = "scenarios_enregistres"

MAX_NOM = 100
#: More scenarios than that are no tests any more, and would slow the gate down.
MAX_SCENARIOS = 50


# --- replay ---------------------------------------------------------------------


class Visite:
    """The state of a walk through the working copy after some pages."""

    def __init__(self, demarche, marche: Marche) -> None:
        self.demarche = demarche
        self.marche = marche
        self.form = compile_draft(demarche)
        self.compte = compte_de(marche.profil)
        self.usager = usager_de(marche.profil)
        self.contexte = Contexte(
            compte=self.compte,
            aujourdhui=marche.jour,
            fichiers={
                id: _fichier(id, one) for id, one in (marche.fichiers or {}).items()
            },
        )

    @cached_property
    def decision(self) -> Decision:
        """Whether this usager may do the démarche; whoever stands at the counter may."""
        if self.marche.profil == "agent":
            return ALLOWED
        now = swisstime.now()
        usager = ANONYMOUS if self.compte is None else usager_of(self.compte, now)
        return decide(usager, fiche_of(self.demarche).conditions, now)

    def parcours(self, saisies: Mapping) -> Parcours:
        """The engine after these saisies."""
        return Parcours(
            self.form, saisies, self.contexte, self.demarche, usager=self.usager
        )

    def constat(self) -> Constat:
        """What the walk comes to."""
        with acting_as(self.compte):
            return self._constat()

    def _constat(self) -> Constat:
        reason = self.decision.reason
        acces = reason.value if reason is not None else ""
        if acces and not self.marche.pages:
            return Constat(acces=acces)
        saisies: dict[str, object] = {}
        refus: list[tuple[str, str]] = []
        for page in self.marche.pages:
            ajouter(saisies, page.saisies)
            parcours = self.parcours(saisies)
            etape = parcours.etape(page.etape)
            if etape is None:
                refus.append((page.etape, ""))
            elif page.valide:
                errors = parcours.erreurs(etape)
                refus += [(page.etape, error.cle) for error in errors]
        parcours = self.parcours(saisies)
        return Constat(
            acces=acces,
            etapes=tuple(etape.id for etape in parcours.etapes),
            refus=tuple(refus),
            prix=self.prix(parcours),
            pieces=tuple(
                dict.fromkeys(
                    question.nom
                    for etape in parcours.etapes
                    for question, _groupe, _rang in parcours.questions(etape)
                    if question.genre.a_des_fichiers
                )
            ),
            complet=parcours.complet,
        )

    def prix(self, parcours: Parcours) -> int:
        """What the demande would cost, in centimes."""
        return total_of(prix_of(parcours, self.demarche.emolument or 0))


def _fichier(id: str, one: Mapping) -> Fichier:
    return Fichier(
        id=id,
        nom=str(one.get("nom", "")),
        type=str(one.get("type", "")),
        taille=int(one.get("taille", 0)),
        digest="",
        contenu=None,
        etat="sain",
    )


def rejouer(demarche, scenario: Scenario) -> Constat:
    """What the working copy makes of a scenario today."""
    return Visite(demarche, scenario.marche).constat()


def rejouer_tous(demarche) -> Iterator[tuple[Scenario, Constat]]:
    """All scenarios with what the working copy makes of them."""
    for scenario in scenarios_de(demarche):
        yield scenario, rejouer(demarche, scenario)


# --- store ----------------------------------------------------------------------


def scenarios_de(demarche) -> list[Scenario]:
    """The scenarios of a démarche by name."""
    store = _store(demarche) or {}
    found = [Scenario.from_json(raw) for raw in store.values()]
    return sorted(found, key=lambda scenario: (scenario.nom.casefold(), scenario.id))


def scenario_de(demarche, id: str) -> Scenario:
    """
    :raises KeyError: there is none of that id
    """
    return Scenario.from_json((_store(demarche) or {})[id])


class TropDeScenarios(ValueError):
    """The démarche has :data:`MAX_SCENARIOS` already."""


def enregistrer(demarche, nom: str, marche: Marche) -> Scenario:
    """Record a walk; what it comes to now is what is expected of it.

    :raises TropDeScenarios: see there
    """
    scenario = Scenario(
        id=secrets.token_hex(4),
        nom=nom[:MAX_NOM],
        marche=marche,
        attendu=Visite(demarche, marche).constat(),
    )
    garder(demarche, scenario)
    return scenario


def garder(demarche, scenario: Scenario) -> None:
    """Store a scenario, in the place of one with the same id.

    :raises TropDeScenarios: see there
    """
    store = _store(demarche)
    if store is None:
        store = OOBTree()
        setattr(aq_base(demarche), _STORE, store)
    if scenario.id not in store and len(store) >= MAX_SCENARIOS:
        raise TropDeScenarios
    store[scenario.id] = PersistentMapping(scenario.to_json())


def renommer(demarche, id: str, nom: str) -> None:
    """
    :raises KeyError: there is none of that id
    """
    garder(demarche, replace(scenario_de(demarche, id), nom=nom[:MAX_NOM]))


def accepter(demarche, id: str) -> None:
    """Take what a scenario comes to now as what is expected of it.

    :raises KeyError: there is none of that id
    """
    scenario = scenario_de(demarche, id)
    garder(demarche, replace(scenario, attendu=rejouer(demarche, scenario)))


def supprimer(demarche, id: str) -> None:
    """
    :raises KeyError: there is none of that id
    """
    del (_store(demarche) or {})[id]


def _store(demarche):
    return getattr(aq_base(demarche), _STORE, None)
