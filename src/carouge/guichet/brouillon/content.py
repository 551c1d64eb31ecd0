"""Persistent classes of the brouillons. Their paths are stored: they never move."""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from BTrees.OOBTree import OOTreeSet
from carouge.guichet.brouillon.domain import PourAutrui
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import date
from datetime import datetime
from persistent import Persistent
from persistent.mapping import PersistentMapping
from typing import Any


class Fichier(Persistent):
    """One file somebody has attached to a brouillon.

    ``contenu`` is a NamedBlobFile, ``digest`` the SHA-256 of it (hex), ``taille`` in
    bytes; ``type`` was found in the content, never said by the browser. ``etat`` is
    ``sain``, ``a_verifier`` or ``non_controle`` (no antivirus configured): infected
    files are not kept.
    """

    def __init__(
        self,
        *,
        id: str,
        nom: str,
        type: str,
        taille: int,
        digest: str,
        contenu,
        etat: str = "non_controle",
    ) -> None:
        self.id = id
        self.nom = nom
        self.type = type
        self.taille = taille
        self.digest = digest
        self.contenu = contenu
        self.etat = etat


class Brouillon(Persistent):
    """A demande not yet submitted.

    A save writes this one object and nothing else: two saves at the same moment
    conflict, so that the second is made again and meets the first one's ``revision``.
    ``saisies`` is therefore a plain dictionary that is replaced whole, never changed in
    place; the same holds for the other values here. Files and labels lie apart: they
    are not written again at each save.
    """

    #: The step where the person stopped.
    etape: str | None = None
    #: Ids of the steps that were found complete.
    faites: frozenset[str] = frozenset()
    #: (label of the question, typed, confirmed) for what the register knew better.
    remplacements: tuple[tuple[str, str, str], ...] = ()
    #: Names whose answers are to be looked at again: the form has a new version.
    a_revoir: tuple[str, ...] = ()
    #: The fact of the compte that a request for correction is about.
    donnee = ""
    #: For whom an agent fills it in, as a tuple of the fields of ``PourAutrui``.
    _pour: tuple | None = None
    #: It was begun before a login; True until the form page has said what that changed.
    adopte = False
    #: The day its owner was told that it will be deleted.
    rappele: date | None = None
    #: The first save, and the seconds somebody has been active since.
    debut: datetime | None = None
    secondes = 0
    revision = 0

    def __init__(
        self,
        *,
        id: str,
        proprietaire: str,
        demarche_uid: str,
        demarche_titre: str,
        version: str,
        cree: datetime,
        questions: Mapping[str, str] | None = None,
        etapes: Mapping[str, str] | None = None,
    ) -> None:
        self.id = id
        self.proprietaire = proprietaire
        self.demarche_uid = demarche_uid
        self.demarche_titre = demarche_titre
        self.version = version
        self.cree = cree
        self.modifie = cree
        self.saisies: dict[str, Any] = {}
        # A BTree: files that arrive at the same moment do not meet.
        self.fichiers = OOBTree()
        self._libelles = PersistentMapping()
        self.nommer(questions or {}, etapes or {})

    @property
    def pour(self) -> PourAutrui | None:
        """For whom an agent fills it in; None for what somebody fills in himself."""
        return None if self._pour is None else PourAutrui(*self._pour)

    def nommer(self, questions: Mapping[str, str], etapes: Mapping[str, str]) -> None:
        """Keep the words of the form, for when it is gone."""
        self._libelles.update(questions=dict(questions), etapes=dict(etapes))

    @property
    def questions(self) -> Mapping[str, str]:
        """Labels of the questions by name, as the form had them."""
        return self._libelles["questions"]

    @property
    def etapes(self) -> Mapping[str, str]:
        """Titles of the steps by id, in their order."""
        return self._libelles["etapes"]

    @property
    def octets(self) -> int:
        """The size of the files altogether."""
        return sum(fichier.taille for fichier in self.fichiers.values())


#: Before all other keys, and no id.
_TEMOIN = ""


class Brouillons(Persistent):
    """All brouillons of one guichet.

    Three flat trees, no tree within a tree: the last brouillon of somebody can go while
    his next one comes, and neither is lost. They are written when a brouillon comes,
    goes or changes hands, never by a save.

    In each of them something stays for good: the last key cannot go while somebody else
    adds one, which would make him begin again.
    """

    def __init__(self) -> None:
        self._par_id = OOBTree({_TEMOIN: None})
        # "<owner> <démarche> <place>" -> id. The place is the lowest free number: two
        # brouillons of one person for one démarche, begun at the same moment, want the
        # same key and conflict, and only these.
        self._places = OOBTree({_TEMOIN: ""})
        # "<day of creation> <id>"
        self._jours = OOTreeSet([_TEMOIN])

    def ajouter(self, brouillon: Brouillon) -> None:
        """
        :raises KeyError: the id is taken
        """
        if not self._par_id.insert(brouillon.id, brouillon):
            raise KeyError(brouillon.id)
        self._jours.insert(_jour(brouillon))
        self._placer(brouillon)

    def get(self, id: str) -> Brouillon | None:
        return self._par_id.get(id)

    def retirer(self, brouillon: Brouillon) -> None:
        """
        :raises KeyError: it is not there
        """
        del self._par_id[brouillon.id]
        self._jours.remove(_jour(brouillon))
        del self._places[self._place(brouillon)]

    def donner(self, brouillon: Brouillon, proprietaire: str) -> None:
        """Change the owner.

        :raises KeyError: it is not there
        """
        del self._places[self._place(brouillon)]
        brouillon.proprietaire = proprietaire
        self._placer(brouillon)

    def de(self, proprietaire: str, demarche_uid: str = "") -> list[Brouillon]:
        """The brouillons of an owner, of one démarche or of all; in no order."""
        prefixe = f"{proprietaire} {demarche_uid} " if demarche_uid else proprietaire
        return [self._par_id[id] for id in self._ids(prefixe)]

    def crees_jusqu_au(self, jour: date) -> Iterator[Brouillon]:
        """The brouillons created on that day or before, the oldest first.

        Nothing may be added or removed on the way.
        """
        cles = self._jours.keys(
            min=_TEMOIN, max=f"{jour.isoformat()} ~", excludemin=True
        )
        for cle in cles:
            yield self._par_id[cle.partition(" ")[2]]

    def __len__(self) -> int:
        return len(self._par_id) - (_TEMOIN in self._par_id)

    def _ids(self, prefixe: str) -> list[str]:
        prefixe = prefixe.rstrip(" ") + " "
        return [*self._places.values(min=prefixe, max=f"{prefixe}~")]

    def _placer(self, brouillon: Brouillon) -> None:
        debut = f"{brouillon.proprietaire} {brouillon.demarche_uid}"
        place = 0
        while not self._places.insert(f"{debut} {place:03d}", brouillon.id):
            place += 1

    def _place(self, brouillon: Brouillon) -> str:
        prefixe = f"{brouillon.proprietaire} {brouillon.demarche_uid} "
        for cle, id in self._places.items(min=prefixe, max=f"{prefixe}~"):
            if id == brouillon.id:
                return cle
        raise KeyError(brouillon.id)


def _jour(brouillon: Brouillon) -> str:
    return f"{brouillon.cree.date().isoformat()} {brouillon.id}"
