"""Démarches that come from another site: first a dry run, then the import.

A démarche becomes a draft, or the working copy of the one that has the same identifiant
here. Nothing is ever published by an import.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet.atelier import colis
from carouge.guichet.atelier.colis import ColisRefuse
from carouge.guichet.atelier.colis import Contenu
from carouge.guichet.atelier.controle_modele import canonique
from carouge.guichet.atelier.controle_modele import verifier
from carouge.guichet.atelier.fiche import lire_textes
from carouge.guichet.atelier.fiche import valeurs_de
from carouge.guichet.atelier.importation_differences import autre_service
from carouge.guichet.atelier.importation_differences import Difference
from carouge.guichet.atelier.importation_differences import differences_de
from carouge.guichet.atelier.importation_differences import differences_de_textes
from carouge.guichet.atelier.liaisons import CREER
from carouge.guichet.atelier.liaisons import demander
from carouge.guichet.atelier.liaisons import ID_COURT
from carouge.guichet.atelier.liaisons import Liaison
from carouge.guichet.atelier.liaisons import objets_locaux
from carouge.guichet.atelier.liaisons import Reference
from carouge.guichet.atelier.liaisons import reference
from carouge.guichet.atelier.liaisons import remplacer
from carouge.guichet.atelier.liaisons import remplacer_partout
from carouge.guichet.atelier.liaisons import retenir
from carouge.guichet.atelier.scenarios import garder
from carouge.guichet.atelier.scenarios import MAX_SCENARIOS
from carouge.guichet.atelier.scenarios import Scenario
from carouge.guichet.atelier.scenarios import supprimer
from carouge.guichet.atelier.transfert import demarches_de
from carouge.guichet.atelier.transfert import genres_importables
from carouge.guichet.atelier.transfert import identifiant_de
from carouge.guichet.atelier.transfert import poser_origine
from carouge.guichet.atelier.transfert import scenarios_json
from carouge.guichet.demarche.textes import Textes
from carouge.guichet.demarche.versions import PUBLISHED_STATES
from carouge.guichet.formulaire.compile import compile_model
from carouge.guichet.journal.service import record
from carouge.guichet.transactions import tout_ou_rien
from collections.abc import Mapping
from dataclasses import dataclass
from plone import api
from typing import Any
from zExceptions import BadRequest
from zope.event import notify
from zope.interface import Invalid
from zope.lifecycleevent import ObjectModifiedEvent

import hashlib


@dataclass(frozen=True)
class Projet:
    """What becomes of one démarche of a parcel.

    ``cible`` is the démarche that is changed, None when one is made. ``textes`` are the
    notices and models, None when the parcel does not speak of them.
    """

    contenu: Contenu
    valeurs: Mapping[str, Any]
    modele: str
    textes: Textes | None
    cible: object
    differences: tuple[Difference, ...]
    avertissements: tuple[object, ...]
    questions: int
    etapes: int

    @property
    def titre(self) -> str:
        return self.valeurs["title"]

    @property
    def action(self) -> str:
        """``creer``, ``modifier`` or ``identique``."""
        if self.cible is None:
            return "creer"
        return "modifier" if self.differences else "identique"


@dataclass(frozen=True)
class Plan:
    """What an import would do; nothing is done yet.

    ``manquantes`` have to be answered first.
    """

    projets: tuple[Projet, ...]
    liaisons: Mapping[str, str]
    manquantes: tuple[Liaison, ...]

    @property
    def empreinte(self) -> str:
        """Says whether two plans would do the same."""
        text = repr(
            [
                (projet.contenu.identifiant, projet.action, projet.differences)
                for projet in self.projets
            ]
            + sorted(self.liaisons.items())
        )
        return hashlib.sha256(text.encode()).hexdigest()


def analyser(guichet, data: bytes, reponses: Mapping[str, str]) -> Plan:
    """Say what importing a parcel would do.

    ``reponses`` are the answers of this time to what has to be asked, by key.

    :raises ColisRefuse: damaged, hostile, or of another format
    """
    contenus = colis.lire(data)
    liaisons, manquantes = demander(guichet, contenus, reponses)
    present = {identifiant_de(demarche): demarche for demarche in demarches_de(guichet)}
    kinds = genres_importables()
    projets = [
        _projet(guichet, contenu, present.get(contenu.identifiant), liaisons, kinds)
        for contenu in contenus
    ]
    return Plan(tuple(projets), liaisons, tuple(manquantes))


def appliquer(guichet, plan: Plan) -> list:
    """Do what a plan says; returns the démarches that were made or changed.

    :raises ValueError: something has not been answered yet
    :raises ColisRefuse: something cannot be stored; nothing is changed then
    """
    if plan.manquantes:
        raise ValueError(plan.manquantes)
    try:
        # What no check above has seen must not leave half an import behind.
        with tout_ou_rien():
            return _do(guichet, plan)
    except (BadRequest, Invalid) as error:
        raise ColisRefuse(
            _("A démarche of this file cannot be stored here. Nothing was changed.")
        ) from error


# --- from the parcel to a plan --------------------------------------------------


_DONNEES = {"identifiant", "nom", "categorie", "service", "fiche"}


def _projet(guichet, contenu: Contenu, cible, liaisons, kinds) -> Projet:
    # Exports of the first releases have no texts.
    if set(contenu.donnees) - {"textes"} != _DONNEES:
        raise _unreadable(contenu)
    nom = contenu.donnees["nom"]
    if not isinstance(nom, str) or not ID_COURT.fullmatch(nom):
        raise _unreadable(contenu)
    ours = {
        cle.removeprefix("courriel:"): address
        for cle, address in liaisons.items()
        if cle.startswith("courriel:")
    }
    _check_scenarios(contenu)
    valeurs = valeurs_de(remplacer_partout(contenu.donnees["fiche"], ours))
    textes = lire_textes(contenu, ours)
    modele = ""
    questions = etapes = 0
    warnings = []
    if contenu.modele:
        verifier(contenu.modele, kinds)
        modele = remplacer(canonique(contenu.modele), ours)
        try:
            form = compile_model(modele)
        except Exception as error:
            # A model may be broken in any way of any kind of field.
            raise ColisRefuse(
                _(
                    "The form of “${title}” cannot be read.",
                    mapping={"title": valeurs["title"]},
                )
            ) from error
        questions, etapes = len(form.questions), len(form.etapes)
        if form.problemes:
            warnings.append(
                _("The form has faults that have to be corrected before publication.")
            )
    if "resolveuid" in contenu.modele + repr(contenu.donnees):
        warnings.append(_("A text has links to pages of the other site."))
    differences: tuple[Difference, ...] = ()
    if cible is not None:
        differences = (
            *differences_de(cible, contenu, valeurs, modele),
            *differences_de_textes(cible, textes),
            *autre_service(guichet, cible, contenu, liaisons),
        )
        categorie = liaisons.get(reference(contenu, "categorie").cle)
        if categorie not in (None, cible.__parent__.UID()):
            warnings.append(
                _(
                    "It stays in its category “${title}”.",
                    mapping={"title": cible.__parent__.title},
                )
            )
        if differences and api.content.get_state(cible, "") in PUBLISHED_STATES:
            warnings.append(
                _(
                    "It is published: its description changes at once, its form with "
                    "the next publication."
                )
            )
    return Projet(
        contenu,
        valeurs,
        modele,
        textes,
        cible,
        differences,
        tuple(warnings),
        questions,
        etapes,
    )


def _check_scenarios(contenu: Contenu) -> None:
    for name, raw in contenu.scenarios.items():
        try:
            # What is left over, or of another type, would be lost or fail later.
            sound = Scenario.from_json(raw).to_json() == raw and raw["id"] == name
        except (ValueError, TypeError, KeyError, AttributeError):
            sound = False
        if not sound or len(contenu.scenarios) > MAX_SCENARIOS:
            raise _unreadable(contenu, f"scenarios/{name}.json")


# --- from the plan to the site --------------------------------------------------


def _do(guichet, plan: Plan) -> list:
    liaisons = dict(plan.liaisons)
    for projet in plan.projets:
        for genre in ("service", "categorie"):
            found = reference(projet.contenu, genre)
            if found is not None and liaisons[found.cle] == CREER:
                liaisons[found.cle] = _new(guichet, found)
    done = [
        _apply(guichet, projet, liaisons)
        for projet in plan.projets
        if projet.action != "identique"
    ]
    retenir(guichet, liaisons)
    return done


def _new(guichet, ref: Reference) -> str:
    """Make a service or a categorie of that name, or find the one just made."""
    for uid, item in objets_locaux(guichet, ref.genre).items():
        if (item.getId(), item.title) == (ref.id, ref.titre):
            return uid
    kind = config.SERVICE if ref.genre == "service" else config.CATEGORIE
    made = api.content.create(guichet, kind, id=ref.id, title=ref.titre, safe_id=True)
    return made.UID()


def _apply(guichet, projet: Projet, liaisons: Mapping[str, str]):
    contenu = projet.contenu
    service_ref = reference(contenu, "service")
    service = liaisons[service_ref.cle] if service_ref else None
    categorie_ref = reference(contenu, "categorie")
    values = {**projet.valeurs, "service": service}
    if projet.modele:
        values["fields_model"] = projet.modele
    demarche = projet.cible
    if demarche is None:
        home = objets_locaux(guichet, "categorie")[liaisons[categorie_ref.cle]]
        demarche = api.content.create(
            home,
            config.DEMARCHE,
            id=contenu.donnees["nom"],
            safe_id=True,
            **values,
        )
        if demarche.UID() != contenu.identifiant:
            demarche.identifiant = contenu.identifiant
    else:
        for name, value in values.items():
            setattr(demarche, name, value)
    if projet.textes is not None:
        demarche.correspondance = projet.textes.to_json()
    _remember(demarche, contenu, service_ref, categorie_ref, service, liaisons)
    for id in scenarios_json(demarche):
        supprimer(demarche, id)
    for raw in contenu.scenarios.values():
        garder(demarche, Scenario.from_json(raw))
    notify(ObjectModifiedEvent(demarche))
    record("demarche.importer", subject=contenu.identifiant, effet=projet.action)
    return demarche


def _remember(demarche, contenu, service_ref, categorie_ref, service, liaisons):
    poser_origine(
        demarche,
        nom=(demarche.getId(), contenu.donnees["nom"]),
        categorie=(demarche.__parent__.UID(), categorie_ref.json),
        service=(service, service_ref.json) if service_ref else (None, None),
        courriels={
            address: cle.removeprefix("courriel:")
            for cle, address in sorted(liaisons.items())
            if cle.startswith("courriel:") and cle != f"courriel:{address}"
        },
    )


def _unreadable(contenu: Contenu, file: str = "demarche.json") -> ColisRefuse:
    return ColisRefuse(
        _(
            "“${name}” in this file cannot be read.",
            mapping={"name": f"demarches/{contenu.identifiant}/{file}"},
        )
    )
