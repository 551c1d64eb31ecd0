"""Persistent classes of the background jobs. Their paths are stored: they never move."""

from __future__ import annotations

from BTrees.IOBTree import IOBTree
from BTrees.OOBTree import OOBTree
from BTrees.OOBTree import OOTreeSet
from carouge.guichet.bail import Bail
from carouge.guichet.travaux.domain import EtatTravail
from carouge.guichet.travaux.domain import Issue
from carouge.guichet.travaux.domain import Ligne
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from persistent import Persistent
from ZODB.blob import Blob

import json
import secrets


class Donnees(Persistent):
    """What a job was told; apart from it, because it never changes."""

    def __init__(self, valeurs: dict) -> None:
        self.texte = json.dumps(valeurs, ensure_ascii=False)


class Resultat(Persistent):
    """A file a job has made. ``type`` is a MIME type, ``taille`` in bytes."""

    def __init__(self, nom: str, type: str, taille: int, blob: Blob) -> None:
        self.nom = nom
        self.type = type
        self.taille = taille
        self.blob = blob


class Travail(Persistent):
    """One job. Whoever works on it writes it in each of its transactions.

    That is what keeps two workers apart: of two transactions, one has a conflict.
    ``genre`` is the name of an :class:`~carouge.guichet.interfaces.ITravail`, ``auteur``
    a user id (empty: the counter itself), ``adresse`` what links of it begin with (see
    :mod:`carouge.guichet.travaux.seance`). ``fait`` of ``total`` bits are done.
    ``debut`` and ``fin`` are None until it has begun and ended.
    """

    debut: datetime | None = None
    fin: datetime | None = None
    fait = 0
    essais = 0
    pas_avant: datetime | None = None
    annulation = False
    erreur = ""
    fichier: Resultat | None = None
    _etat = EtatTravail.EN_ATTENTE.value
    _bail: tuple | None = None
    _resultat = "{}"

    def __init__(
        self,
        genre: str,
        donnees: dict,
        *,
        auteur: str,
        cree: datetime,
        total: int,
        id: str = "",
    ) -> None:
        self.id = id or secrets.token_hex(10)
        self.genre = genre
        self.auteur = auteur
        self.cree = cree
        self.total = total
        self.adresse: tuple | None = None
        self._donnees = Donnees(donnees)
        self._lignes = IOBTree()

    @property
    def donnees(self) -> dict:
        """What it was told; a copy."""
        return json.loads(self._donnees.texte)

    @property
    def etat(self) -> EtatTravail:
        return EtatTravail(self._etat)

    @etat.setter
    def etat(self, etat: EtatTravail) -> None:
        self._etat = etat.value

    @property
    def bail(self) -> Bail | None:
        return None if self._bail is None else Bail(*self._bail)

    @bail.setter
    def bail(self, bail: Bail | None) -> None:
        self._bail = None if bail is None else (bail.jeton, bail.fin)

    @property
    def resultat(self) -> dict:
        """What it has come to; plain values, empty before the end."""
        return json.loads(self._resultat)

    @resultat.setter
    def resultat(self, valeurs: dict) -> None:
        self._resultat = json.dumps(valeurs, ensure_ascii=False)

    def noter(self, ligne: Ligne) -> None:
        """Say what became of one subject."""
        rang = self._lignes.maxKey() + 1 if self._lignes else 0
        self._lignes[rang] = (
            ligne.sujet,
            ligne.issue.value,
            ligne.raison,
            ligne.details,
        )

    def recommencer(self) -> None:
        """Forget what was done: it begins anew."""
        self.fait = 0
        self._lignes = IOBTree()

    @property
    def lignes(self) -> Iterator[Ligne]:
        """What became of each subject, in the order of the work."""
        for sujet, issue, raison, details in self._lignes.values():
            yield Ligne(sujet, Issue(issue), raison, details)

    def compter(self) -> dict[Issue, int]:
        """How many subjects had which issue."""
        counts = dict.fromkeys(Issue, 0)
        for values in self._lignes.values():
            counts[Issue(values[1])] += 1
        return counts

    def deposer(self, path: Path, nom: str, type: str) -> None:
        """Keep a file as the result; it is taken away from where it lies."""
        taille = path.stat().st_size
        blob = Blob()
        blob.consumeFile(str(path))
        self.fichier = Resultat(nom, type, taille, blob)


class Travaux(Persistent):
    """All jobs of a guichet, by random ids: two that are made at once do not meet."""

    def __init__(self) -> None:
        self._par_id = OOBTree()
        self._par_auteur = OOBTree()
        self._ouverts = OOTreeSet()

    def ajouter(self, travail: Travail) -> None:
        self._par_id[travail.id] = travail
        siens = self._par_auteur.get(travail.auteur)
        if siens is None:
            siens = self._par_auteur[travail.auteur] = OOTreeSet()
        siens.insert(travail.id)
        self._ouverts.insert(travail.id)

    def get(self, id: str) -> Travail | None:
        return self._par_id.get(id)

    def de(self, auteur: str) -> list[Travail]:
        """The jobs of a user, the newest first."""
        ids = self._par_auteur.get(auteur, ())
        found = [self._par_id[id] for id in ids]
        return sorted(found, key=lambda travail: travail.cree, reverse=True)

    @property
    def ouverts(self) -> list[str]:
        """Ids of what is not ended."""
        return [*self._ouverts]

    def fermer(self, travail: Travail) -> None:
        """It is ended."""
        if travail.id in self._ouverts:
            self._ouverts.remove(travail.id)

    def oublier(self, travail: Travail) -> None:
        self.fermer(travail)
        del self._par_id[travail.id]
        siens = self._par_auteur[travail.auteur]
        siens.remove(travail.id)

    def __iter__(self) -> Iterator[Travail]:
        return iter(list(self._par_id.values()))
