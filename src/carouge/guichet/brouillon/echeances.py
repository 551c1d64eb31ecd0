"""What time does to the brouillons: the door for the scheduled task."""

from __future__ import annotations

from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.domain import a_rappeler
from carouge.guichet.brouillon.domain import est_navigateur
from carouge.guichet.brouillon.domain import RAPPEL_JOURS
from carouge.guichet.brouillon.events import BrouillonRappele
from carouge.guichet.brouillon.service import est_fini
from carouge.guichet.brouillon.service import expire_le
from carouge.guichet.brouillon.service import magasin_de
from carouge.guichet.brouillon.service import retirer
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.service import get_compte
from carouge.guichet.controlpanel.service import browser_draft_days
from carouge.guichet.controlpanel.service import draft_days
from carouge.guichet.journal.service import record
from carouge.guichet.swisstime import local_date
from collections.abc import Iterator
from datetime import date
from datetime import datetime
from datetime import timedelta
from zope.event import notify


def expirer(guichet, now: datetime) -> int:
    """Delete what has not been touched for its time; how many."""
    finis = [*_finis(guichet, local_date(now))]
    magasin = magasin_de(guichet)
    for brouillon in finis:
        retirer(magasin, brouillon)
    if finis:
        record("brouillon.expirer", subject=guichet.getId(), nombre=str(len(finis)))
    return len(finis)


def rappeler(guichet, now: datetime) -> int:
    """Tell the owners of what will soon be deleted, once; how many were told.

    Browsers cannot be told, nor can a compte without a confirmed address.
    """
    aujourdhui = local_date(now)
    trouves = [*_a_rappeler(guichet, aujourdhui)]
    for brouillon, adresse in trouves:
        brouillon.rappele = aujourdhui
        notify(BrouillonRappele(brouillon, guichet, adresse, expire_le(brouillon)))
    return len(trouves)


def _finis(guichet, aujourdhui: date) -> Iterator[Brouillon]:
    jeune = timedelta(days=min(draft_days(), browser_draft_days()))
    for brouillon in _plus_vieux_que(guichet, aujourdhui, jeune):
        if est_fini(brouillon, aujourdhui):
            yield brouillon


def _a_rappeler(guichet, aujourdhui: date) -> Iterator[tuple[Brouillon, str]]:
    jeune = timedelta(days=draft_days() - RAPPEL_JOURS)
    for brouillon in _plus_vieux_que(guichet, aujourdhui, jeune):
        if est_navigateur(brouillon.proprietaire):
            continue
        if not a_rappeler(aujourdhui, expire_le(brouillon), brouillon.rappele):
            continue
        compte = get_compte(brouillon.proprietaire)
        adresse = "" if compte is None else _adresse(compte)
        if adresse:
            yield brouillon, adresse


def _plus_vieux_que(guichet, aujourdhui: date, age: timedelta) -> Iterator[Brouillon]:
    magasin = magasin_de(guichet)
    if magasin is not None:
        # Days of creation are in UTC, which is never ahead of the counter's clock.
        yield from magasin.crees_jusqu_au(aujourdhui - age)


def _adresse(compte: Compte) -> str:
    """An address that the person has confirmed, here or to the canton."""
    return compte.courriel_verifie or compte.values_from(Source.EDEMARCHES).get(
        "courriel", ""
    )
