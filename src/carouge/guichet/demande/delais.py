"""Counts how long the demandes of each démarche take, for the catalogue."""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import durees
from carouge.guichet.demarche.delais import constate_le
from carouge.guichet.demarche.delais import constater
from carouge.guichet.demarche.delais import garder_delais
from carouge.guichet.demarche.service import get_catalogue
from datetime import datetime
from datetime import timedelta


#: What counts is what was decided; who gave up, or was turned away, measures nothing.
DECIDEES = frozenset({State.VALIDEE, State.REFUSEE})
PERIODE = timedelta(days=365)


def compter_delais(guichet, moment: datetime | None = None) -> int:
    """Count the last twelve months, once a day; how many démarches have a figure.

    One démarche after the other, from the index: no demande is woken.
    """
    moment = moment or swisstime.now()
    jour = swisstime.local_date(moment)
    if constate_le(guichet) == jour:
        return 0
    found = {
        uid: constater(durees(uid, depuis=moment - PERIODE, etats=DECIDEES))
        for uid in get_catalogue(guichet).by_uid
    }
    known = {uid: delai for uid, delai in found.items() if delai is not None}
    garder_delais(guichet, known, jour)
    return len(known)
