"""The door to the invented people and demandes."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet.backoffice.actions import agents_of_service
from carouge.guichet.compte.content import Comptes
from carouge.guichet.compte.service import comptes
from carouge.guichet.demande.catalog import GuichetCatalog
from carouge.guichet.demande.content import Demandes
from carouge.guichet.demande.domain import free_number
from carouge.guichet.demande.ligne import ligne_de
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.service import services_of
from carouge.guichet.generation.demandes import demande_de
from carouge.guichet.generation.demandes import Offre
from carouge.guichet.generation.demandes import Place
from carouge.guichet.generation.personnes import compte_de
from carouge.guichet.generation.personnes import Personne
from carouge.guichet.generation.personnes import personne
from carouge.guichet.generation.reponses import modele_de
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from plone import api
from random import Random
from zope.annotation.interfaces import IAnnotations

import hashlib
import transaction


#: How many demandes of a guichet were invented; the others are somebody's.
_KEY = "carouge.guichet.generation"
#: People or demandes in one transaction; after each, memory is given back.
LOT = 1000


class DemandesReelles(Exception):
    """The guichet has demandes nobody has invented."""


class RienAFaire(Exception):
    """No published démarche with a form, or no service."""


@dataclass(frozen=True)
class Generation:
    """What is asked for. The same one gives the same people and demandes."""

    demandes: int
    personnes: int
    graine: str
    fin: date


@dataclass(frozen=True)
class Lieux:
    """Where things are kept, looked up once."""

    demandes: Demandes
    comptes: Comptes
    index: GuichetCatalog


def generer(
    guichet,
    generation: Generation,
    *,
    force: bool = False,
    dire: Callable[[int, int], None] = lambda fait, total: None,
) -> int:
    """Invent people and demandes, and commit them; returns how many are new.

    Nobody is told of them. What a run that was broken off has left is not made again.
    ``dire`` hears of the progress.

    :raises DemandesReelles: unless ``force``
    :raises RienAFaire: see there
    """
    if not force and reelles(guichet):
        raise DemandesReelles
    offres = _offres(guichet, generation)
    if not offres:
        raise RienAFaire
    for first in range(0, generation.personnes, LOT):
        last = min(first + LOT, generation.personnes)
        for rang in range(first, last):
            compte_de(personne(generation.graine, rang), generation.fin)
        _commit(guichet, generation, f"personnes {last}")
    done = 0
    lieux = Lieux(
        demandes_of(guichet), comptes(), api.portal.get_tool(config.CATALOG_ID)
    )
    for first in range(0, generation.demandes, LOT):
        last = min(first + LOT, generation.demandes)
        made = sum(
            _ajouter(lieux, generation, offres, rang) for rang in range(first, last)
        )
        annotations = IAnnotations(guichet)
        annotations[_KEY] = annotations.get(_KEY, 0) + made
        _commit(guichet, generation, f"demandes {last}")
        done += made
        dire(last, generation.demandes)
    return done


def reelles(guichet) -> int:
    """How many demandes of a guichet nobody has invented."""
    return len(demandes_of(guichet)) - IAnnotations(guichet).get(_KEY, 0)


def _ajouter(
    lieux: Lieux, generation: Generation, offres: list[Offre], rang: int
) -> bool:
    place = Place(generation.graine, rang, generation.demandes, generation.fin)
    store = lieux.demandes
    digest = hashlib.sha256(place.secret).hexdigest()

    def mine(numero: str) -> bool:
        return store.get(numero).jeton_digest == digest

    numero = free_number(place.secret, place.depot.year, store, mine)
    if numero in store:
        return False
    alea = Random(f"{generation.graine}:choix:{rang}")
    # Some démarches are asked for every day, others once a year.
    offre = offres[int(len(offres) * alea.random() ** 2.2)]
    qui = _somebody(generation, alea)
    compte = None
    if qui is not None and (offre.compte or alea.random() < 0.6):
        compte = lieux.comptes.get(qui.id)
    demande = store.add(demande_de(place, numero, offre, qui, compte))
    lieux.index.noter(ligne_de(demande))
    return True


def _somebody(generation: Generation, alea: Random) -> Personne | None:
    if not generation.personnes:
        return None
    return personne(generation.graine, alea.randrange(generation.personnes))


def _offres(guichet, generation: Generation) -> list[Offre]:
    agents = {
        service.UID(): tuple(agents_of_service(service))
        for service in services_of(guichet)
    }
    return [
        Offre(
            uid=fiche.uid,
            titre=fiche.title,
            service=fiche.service_uid,
            delai=fiche.delay,
            compte=not fiche.conditions.open,
            modele=modele_de(demarche, generation.graine, generation.fin),
            agents=agents[fiche.service_uid],
        )
        for fiche, demarche in _published(guichet)
        if fiche.service_uid in agents
    ]


def _published(guichet) -> Iterator[tuple]:
    catalogue = get_catalogue(guichet)
    for path in sorted(catalogue.by_path):
        fiche = catalogue.by_path[path]
        if fiche.has_form and not fiche.external:
            categorie, name = path.split("/")
            yield fiche, guichet[categorie][name]


def _commit(guichet, generation: Generation, words: str) -> None:
    transaction.get().note(f"génération {generation.graine} : {words}")
    transaction.commit()
    guichet._p_jar.cacheGC()
