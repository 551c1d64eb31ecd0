"""What the citizen was told of a demande: when, of what, by which way. No words of it.

It is no part of the history: what an agent's own move sends must not make his next page
look out of date.
"""

from __future__ import annotations

from Acquisition import aq_base
from carouge.guichet.demande.content import Demande
from dataclasses import astuple
from dataclasses import dataclass
from datetime import datetime
from persistent.list import PersistentList
from ZODB.utils import z64


@dataclass(frozen=True)
class Envoi:
    """One notice.

    ``date`` is aware, in UTC; ``occasion`` a key of
    :data:`carouge.guichet.demarche.textes.OCCASIONS`; ``canal`` a value of
    :class:`carouge.guichet.compte.domain.Canal`: a letter or a call is meant to be done
    at that moment, see :mod:`carouge.guichet.dossier.courrier`.
    """

    date: datetime
    occasion: str
    canal: str


def noter_envoi(demande: Demande, envoi: Envoi) -> None:
    """Keep that a notice has left."""
    base = aq_base(demande)
    if base._dossier is None and base._p_serial == z64:
        # It is being made: written with it, it costs nothing.
        base._envois = (*base._envois, astuple(envoi))
        return
    dossier = demande.ouvrir_dossier()
    if dossier._envois is None:
        dossier._envois = PersistentList()
    dossier._envois.append(astuple(envoi))


def envois(demande: Demande) -> list[Envoi]:
    """All notices, the oldest first."""
    return [
        Envoi(*values)
        for values in (*demande._envois, *(demande.dossier._envois or ()))
    ]
