"""The door to the catalogue: one prepared snapshot per version of it."""

from __future__ import annotations

from Acquisition import aq_base
from carouge.guichet import config
from carouge.guichet.access.domain import ALLOWED
from carouge.guichet.access.domain import Decision
from carouge.guichet.access.domain import Reason
from carouge.guichet.access.service import check_access
from carouge.guichet.demarche.domain import Availability
from carouge.guichet.demarche.domain import conditions_from
from carouge.guichet.demarche.domain import DemarcheFiche
from carouge.guichet.demarche.search import Fiche
from carouge.guichet.demarche.search import Hit
from carouge.guichet.demarche.search import normalise
from carouge.guichet.demarche.search import SearchIndex
from carouge.guichet.demarche.versions import contenu_publie
from carouge.guichet.swisstime import today
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from plone import api
from plone.uuid.interfaces import ATTRIBUTE_NAME
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
        self._by_id = {categorie.id: categorie for categorie in categories}
        self.by_uid = {fiche.uid: fiche for fiche in self.by_path.values()}

    def category(self, id: str) -> CategorieFiche:
        """The categorie of that id.

        :raises KeyError: there is none
        """
        return self._by_id[id]

    @cached_property
    def index(self) -> SearchIndex:
        return SearchIndex(fiche.search for fiche in self.by_path.values())

    def search(
        self, query: str, limit: int | None = None
    ) -> list[tuple[DemarcheFiche, Hit]]:
        """What a citizen may have meant, best first, ``limit`` démarches at most."""
        return [(self.by_path[hit.key], hit) for hit in self.index.search(query, limit)]


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
        # Not the acquired type: what lies in a guichet would seem to be one.
        if getattr(aq_base(context), "portal_type", None) == config.GUICHET:
            return context
        context = getattr(context, "__parent__", None)
    return None


def guichets() -> list:
    """All guichets of the site, whoever asks."""
    brains = api.portal.get_tool("portal_catalog").unrestrictedSearchResults(
        portal_type=config.GUICHET, sort_on="created"
    )
    return [brain._unrestrictedGetObject() for brain in brains]


def find_demarche(guichet, path: str):
    """The published démarche of that path (``<categorie>/<demarche>``), or None.

    None as well when the caller may not see it.
    """
    if path not in get_catalogue(guichet).by_path:
        return None
    categorie_id, demarche_id = path.split("/")
    demarche = guichet[categorie_id][demarche_id]
    return demarche if api.user.has_permission("View", obj=demarche) else None


def demarche_by_uid(guichet, uid: str):
    """The démarche of that UID in this guichet, published or not, or None."""
    brains = api.portal.get_tool("portal_catalog").unrestrictedSearchResults(
        UID=uid, portal_type=config.DEMARCHE
    )
    found = (brain._unrestrictedGetObject() for brain in brains if uid)
    return next(
        (one for one in found if aq_base(guichet_of(one)) is aq_base(guichet)), None
    )


def fiche_of(demarche) -> DemarcheFiche:
    """The fiche of one démarche, made from its present content, published or not.

    Its form and its fee are those that citizens get.
    """
    categorie = demarche.__parent__
    form = contenu_publie(demarche)
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
        has_form="<field " in form["fields_model"],
        delay=demarche.delai_jours,
        cost=demarche.cout or "",
        fee=form["emolument"],
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


#: What may still be missing when somebody begins: he can prove it before he submits.
PROVED_LATER = frozenset(
    {
        Reason.LOGIN,
        Reason.LEVEL,
        Reason.STALE_LOGIN,
        Reason.RESIDENCE_UNAVAILABLE,
    }
)


@dataclass(frozen=True)
class Gate:
    """Whether the present usager may fill in the form of a démarche today."""

    availability: Availability
    decision: Decision

    @property
    def open(self) -> bool:
        return self.availability is Availability.OPEN and self.decision.allowed

    @property
    def may_begin(self) -> bool:
        """Whether the form can be filled in now, be it to prove the rest later."""
        if self.availability is not Availability.OPEN:
            return False
        return self.decision.allowed or self.decision.reason in PROVED_LATER


def gate_of(demarche) -> Gate:
    """Ask once for period, state and access; the answer holds for this request.

    The page of the démarche, its form and the submission ask here and nowhere else.
    """
    fiche = fiche_of(demarche)
    return Gate(_availability(fiche), check_access(fiche.conditions))


def gate_at_counter(demarche) -> Gate:
    """The same for an agent who files it for somebody: no padlock, but the same days."""
    return Gate(_availability(fiche_of(demarche)), ALLOWED)


def _availability(fiche: DemarcheFiche) -> Availability:
    availability = fiche.availability(today())
    if not fiche.published and availability is Availability.OPEN:
        # Editors see a draft and its form, but nothing can be submitted with it.
        return Availability.SUSPENDED
    return availability


def categorie_of(categorie) -> CategorieFiche:
    """What the catalogue shows of one of its categories."""
    return get_catalogue(guichet_of(categorie)).category(categorie.getId())


def drafts_of(categorie) -> list[DemarcheFiche]:
    """The unpublished démarches of a categorie, sorted by title; for its editors."""
    fiches = [
        fiche_of(demarche)
        for demarche in categorie.objectValues()
        if demarche.portal_type == config.DEMARCHE
    ]
    return _by_title(fiche for fiche in fiches if not fiche.published)


def demarches_of_service(service) -> list[DemarcheFiche]:
    """The published démarches of a service, sorted by title."""
    catalogue = get_catalogue(guichet_of(service))
    uid = service.UID()
    return _by_title(
        fiche for fiche in catalogue.by_path.values() if fiche.service_uid == uid
    )


def services_of(guichet) -> list:
    """The services of a guichet, sorted by title."""
    # Asked for at every check of a role: only what is a service is wrapped.
    services = [
        item.__of__(guichet)
        for item in guichet._tree.values()
        if item.portal_type == config.SERVICE
    ]
    return sorted(services, key=lambda service: service.title)


def service_by_uid(guichet, uid: str | None):
    """The service of that UID, or None."""
    if not uid:
        return None
    # The attribute itself: asked for with each mail, and an adapter is slow to find.
    return next(
        (
            item
            for item in services_of(guichet)
            if getattr(aq_base(item), ATTRIBUTE_NAME, None) == uid
        ),
        None,
    )


def services_of_agent(guichet, user) -> list:
    """The services whose demandes the user works on; all of them for managers.

    A manager is one of the whole site: local roles open no demande.
    """
    services = services_of(guichet)
    if {"Manager", "Site Administrator"} & set(user.getRoles()):
        return services
    principals = {user.getId(), *user.getGroups()}
    return [item for item in services if principals & item.agent_ids]


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
                    _by_title(fiche for fiche in fiches if fiche.published)
                ),
            )
        )
    return Catalogue(tuple(categories))


def _by_title(fiches: Iterable[DemarcheFiche]) -> list[DemarcheFiche]:
    return sorted(fiches, key=lambda fiche: normalise(fiche.title))
