"""The door to the catalogue: one prepared snapshot per version of it."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet.demarche.domain import conditions_from
from carouge.guichet.demarche.domain import DemarcheFiche
from carouge.guichet.demarche.search import Fiche
from carouge.guichet.demarche.search import Hit
from carouge.guichet.demarche.search import SearchIndex
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from plone import api
from threading import Lock
from uuid import uuid4


@dataclass(frozen=True)
class CategorieFiche:
    """A shelf as the catalogue shows it, with its démarches sorted by title."""

    id: str
    title: str
    summary: str
    icon: str
    demarches: tuple[DemarcheFiche, ...]


class Catalogue:
    """The published démarches of a guichet, prepared once per version."""

    def __init__(self, categories: tuple[CategorieFiche, ...]) -> None:
        self.categories = categories
        self.by_path = {
            fiche.path: fiche
            for categorie in categories
            for fiche in categorie.demarches
        }
        self.by_uid = {fiche.uid: fiche for fiche in self.by_path.values()}

    @cached_property
    def index(self) -> SearchIndex:
        return SearchIndex(fiche.search for fiche in self.by_path.values())

    def search(self, query: str) -> list[tuple[DemarcheFiche, Hit]]:
        """What a citizen may have meant, best first."""
        return [(self.by_path[hit.key], hit) for hit in self.index.search(query)]


# A process keeps the last versions only: a request that began before an edit may still
# ask for the version it sees.
_KEPT = 8
_snapshots: OrderedDict[tuple[str, str], Catalogue] = OrderedDict()
_lock = Lock()


def get_catalogue(guichet) -> Catalogue:
    """The catalogue as the database connection of this request sees it."""
    key = (guichet.UID(), guichet.catalogue_version)
    with _lock:
        catalogue = _snapshots.get(key)
        if catalogue is not None:
            _snapshots.move_to_end(key)
            return catalogue
    catalogue = _build(guichet)
    with _lock:
        _snapshots[key] = catalogue
        while len(_snapshots) > _KEPT:
            _snapshots.popitem(last=False)
    return catalogue


def touch_catalogue(guichet) -> None:
    """Say that something in the catalogue changed.

    The version is random, not counted: a transaction that is aborted must not leave
    behind a snapshot under a name that the next one will use for something else.
    """
    guichet.catalogue_version = uuid4().hex


def guichet_of(context):
    """The guichet an object lies in, or None."""
    while context is not None:
        if getattr(context, "portal_type", None) == config.GUICHET:
            return context
        context = getattr(context, "__parent__", None)
    return None


def fiche_of(demarche) -> DemarcheFiche:
    """The fiche of one démarche, made from its present content, published or not."""
    categorie = demarche.__parent__
    state = api.content.get_state(demarche, default="publiee")
    path = f"{categorie.getId()}/{demarche.getId()}"
    return DemarcheFiche(
        uid=demarche.UID(),
        path=path,
        title=demarche.title,
        summary=demarche.description or "",
        categorie_id=categorie.getId(),
        categorie_title=categorie.title,
        service_uid=demarche.service or "",
        conditions=conditions_from(
            niveau=demarche.niveau,
            types_compte=demarche.types_compte,
            residents_seulement=demarche.residents_seulement,
            connexion_minutes=demarche.connexion_minutes,
        ),
        account_recommended=bool(demarche.compte_recommande),
        suspended=state == "suspendue",
        published=state in ("publiee", "suspendue"),
        opens=demarche.ouverture,
        closes=demarche.fermeture,
        external=demarche.lien_externe or None,
        has_form="<field " in (demarche.fields_model or ""),
        delay=demarche.delai_jours,
        cost=demarche.cout or "",
        fee=demarche.emolument or 0,
        search=Fiche(
            key=path,
            title=demarche.title,
            summary=demarche.description or "",
            category=categorie.title,
            keywords=tuple(demarche.mots_cles or ()),
            synonyms=tuple(demarche.synonymes or ()),
            audience=demarche.pour_qui or "",
            details="\n".join(
                [*(demarche.etapes or ()), *(demarche.pieces_requises or ())]
            ),
        ),
    )


def services_of(guichet) -> list:
    """The services of a guichet, sorted by title."""
    services = [
        item for item in guichet.objectValues() if item.portal_type == config.SERVICE
    ]
    return sorted(services, key=lambda service: service.title)


def service_by_uid(guichet, uid: str | None):
    """The service of that UID, or None."""
    if not uid:
        return None
    return next((item for item in services_of(guichet) if item.UID() == uid), None)


def services_of_agent(guichet, user) -> list:
    """The services whose demandes the user works on; all of them for managers."""
    services = services_of(guichet)
    if {"Manager", "Site Administrator"} & set(user.getRolesInContext(guichet)):
        return services
    principals = {user.getId(), *user.getGroups()}
    return [item for item in services if principals & set(item.agents or ())]


def _build(guichet) -> Catalogue:
    categories = []
    for categorie in guichet.objectValues():
        if categorie.portal_type != config.CATEGORIE:
            continue
        fiches = (
            fiche_of(demarche)
            for demarche in categorie.objectValues()
            if demarche.portal_type == config.DEMARCHE
        )
        categories.append(
            CategorieFiche(
                id=categorie.getId(),
                title=categorie.title,
                summary=categorie.description or "",
                icon=categorie.icone or "folder",
                demarches=tuple(
                    sorted(
                        (fiche for fiche in fiches if fiche.published),
                        key=lambda fiche: fiche.title.casefold(),
                    )
                ),
            )
        )
    return Catalogue(tuple(categories))
