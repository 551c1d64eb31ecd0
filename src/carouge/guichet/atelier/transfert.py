"""Démarches on their way to another site: what is put into a parcel.

What travels is the working copy of each démarche, never its publications. Services and
categories are named by id and title, never by UID.
"""

from __future__ import annotations

from Acquisition import aq_base
from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet.atelier import colis
from carouge.guichet.atelier.colis import ColisRefuse
from carouge.guichet.atelier.colis import Contenu
from carouge.guichet.atelier.controle_modele import canonique
from carouge.guichet.atelier.controle_modele import INTERDITS
from carouge.guichet.atelier.controle_modele import verifier
from carouge.guichet.atelier.fiche import fiche_json
from carouge.guichet.atelier.liaisons import remplacer
from carouge.guichet.atelier.liaisons import remplacer_partout
from carouge.guichet.atelier.scenarios import scenarios_de
from carouge.guichet.demarche.kinds import ANCIENS
from carouge.guichet.demarche.kinds import FIELDS
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.demarche.textes import textes_de_travail
from collections.abc import Iterable
from collections.abc import Mapping
from persistent.mapping import PersistentMapping
from plone.supermodel.interfaces import IFieldExportImportHandler
from typing import Any
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtilitiesFor


#: Name of the annotation of a démarche; stored.
_ORIGINE = "carouge.guichet.origine"


def identifiant_de(demarche) -> str:
    """The id a démarche has on all sites."""
    return aq_base(demarche).__dict__.get("identifiant") or demarche.UID()


def oublier_origine(demarche) -> None:
    """A copy is another démarche: it has an id of its own, and no memory."""
    aq_base(demarche).__dict__.pop("identifiant", None)
    demarche._p_changed = True
    IAnnotations(demarche).pop(_ORIGINE, None)


def demarches_de(guichet) -> list:
    """All démarches of a guichet, published or not."""
    return [
        item
        for categorie in guichet.objectValues()
        if categorie.portal_type == config.CATEGORIE
        for item in categorie.objectValues()
        if item.portal_type == config.DEMARCHE
    ]


def exporter(demarches: Iterable) -> bytes:
    """The parcel of these démarches; the same bytes for the same content.

    :raises ColisRefuse: a form has what no other site would take
    """
    contenus = {}
    for demarche in demarches:
        contenu = _contenu(demarche)
        if contenu.identifiant in contenus:
            raise ColisRefuse(
                _("“${title}” is there twice.", mapping={"title": demarche.title})
            )
        contenus[contenu.identifiant] = contenu
    return colis.ecrire(contenus.values())


def genres_importables() -> dict[str, frozenset[str]]:
    """The kinds of questions by their name in the XML, each with its parts."""
    kinds = {}
    for name, handler in getUtilitiesFor(IFieldExportImportHandler):
        klass = getattr(handler, "klass", None)
        if klass and f"{klass.__module__}.{klass.__name__}" in (*FIELDS, *ANCIENS):
            kinds[name] = frozenset(handler.fieldAttributes) - INTERDITS
            if "vocabularyName" in handler.fieldAttributes:
                kinds[name] |= {"values"}
    return kinds


def origine_de(demarche) -> Mapping[str, Any]:
    """What an imported démarche is called where it comes from.

    By name (``nom``, ``categorie``, ``service``) a pair: what it was here at the import,
    and what it is there. ``courriels``: addresses of there by those of here.
    """
    return IAnnotations(demarche).get(_ORIGINE) or {}


def poser_origine(demarche, **origine) -> None:
    """Remember where a démarche comes from; see :func:`origine_de`."""
    IAnnotations(demarche)[_ORIGINE] = PersistentMapping(origine)


def scenarios_json(demarche) -> dict[str, Any]:
    """The scenarios of a démarche, JSON values by id."""
    return {scenario.id: scenario.to_json() for scenario in scenarios_de(demarche)}


def _contenu(demarche) -> Contenu:
    origine = origine_de(demarche)
    modele = canonique(demarche.fields_model) if demarche.fields_model else ""
    if modele:
        verifier(modele, genres_importables())
    foreign = origine.get("courriels", {})
    fiche = remplacer_partout(fiche_json(demarche), foreign)
    categorie = demarche.__parent__
    service = service_by_uid(categorie.__parent__, demarche.service)
    donnees = {
        "identifiant": identifiant_de(demarche),
        "nom": _remembered(origine, "nom", demarche.getId(), demarche.getId()),
        "categorie": _remembered(
            origine, "categorie", categorie.UID(), _named(categorie)
        ),
        "service": service
        and _remembered(origine, "service", service.UID(), _named(service)),
        "fiche": fiche,
        "textes": remplacer_partout(textes_de_travail(demarche).to_json(), foreign),
    }
    return Contenu(
        identifiant=donnees["identifiant"],
        donnees=donnees,
        modele=remplacer(modele, foreign),
        scenarios=scenarios_json(demarche),
    )


def _named(item) -> dict[str, str]:
    return {"id": item.getId(), "titre": item.title}


def _remembered(origine, name: str, local: str, own):
    """The name of the origin, as long as nothing was changed here."""
    here, there = origine.get(name) or (None, None)
    return there if here == local else own
