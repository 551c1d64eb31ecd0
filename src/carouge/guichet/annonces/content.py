"""Consequences that did not succeed yet."""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from collections.abc import Iterator
from datetime import datetime
from datetime import timedelta
from persistent import Persistent

import uuid


#: Between two tries at first, and at most.
_PAUSE = timedelta(minutes=5)
_MAX_PAUSE = timedelta(days=1)


class Annonce(Persistent):
    """One listener that has failed for one event.

    ``classe`` makes the event again: ``classe(objet, guichet, *details)``. ``ecouteur``
    is the dotted name of the listener, ``raison`` the kind of its last error (never its
    text: it may hold what somebody typed), ``essais`` how often it was tried.
    """

    #: When the tasks try it again (aware); None: the next time.
    prochaine: datetime | None = None

    def __init__(
        self,
        classe: type,
        objet: Persistent,
        details: tuple,
        ecouteur: str,
        raison: str,
        moment: datetime,
    ) -> None:
        self.id = uuid.uuid4().hex[:16]
        self.classe = classe
        self.objet = objet
        self.details = details
        self.ecouteur = ecouteur
        self.raison = raison
        self.moment = moment
        self.essais = 1

    def echouer(self, raison: str, moment: datetime) -> None:
        """It has failed once more: the next time is a little later each time."""
        self.raison = raison
        self.prochaine = moment + min(_PAUSE * 2 ** min(self.essais, 10), _MAX_PAUSE)
        self.essais += 1

    def due(self, moment: datetime) -> bool:
        """Whether the tasks try it again."""
        return self.prochaine is None or self.prochaine <= moment


class Annonces(Persistent):
    """Those of a guichet, by id."""

    def __init__(self) -> None:
        self._annonces = OOBTree()

    def ajouter(self, annonce: Annonce) -> None:
        self._annonces[annonce.id] = annonce

    def retirer(self, annonce: Annonce) -> None:
        self._annonces.pop(annonce.id, None)

    def get(self, id: str) -> Annonce | None:
        return self._annonces.get(id)

    def __iter__(self) -> Iterator[Annonce]:
        return iter(self._annonces.values())

    def __len__(self) -> int:
        return len(self._annonces)
