"""Letters to be printed and calls to be made: notices that no machine can deliver.

They wait here until an agent of the service in charge has done them. The paths of the
classes are stored.
"""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from carouge.guichet import swisstime
from carouge.guichet.compte.domain import Canal
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.dossier import nouvel_id
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.dossier.destinataire import Destinataire
from carouge.guichet.journal.service import record
from collections.abc import Collection
from collections.abc import Iterable
from datetime import datetime
from datetime import timedelta
from persistent import Persistent
from zope.annotation.interfaces import IAnnotations


#: The two genres: what is printed, and what is said by telephone.
LETTRE = Canal.LETTRE.value
TELEPHONE = Canal.TELEPHONE.value

#: For how long something done can be undone, and is remembered at all.
GARDE = timedelta(days=30)

_KEY = "carouge.guichet.courrier"


class Depart(Persistent):
    """One letter or call.

    ``objet`` and ``texte`` are what is said, in the reader's ``langue``: no answers, no
    words of a message. ``destinataire`` is whom it goes to as he was known then. ``fait``
    is when somebody has done it, ``par`` who.
    """

    fait: datetime | None = None
    par = ""
    #: A document was issued with it, and goes into the envelope.
    joindre = False

    def __init__(
        self,
        *,
        genre: str,
        numero: str,
        titre: str,
        service: str,
        occasion: str,
        objet: str,
        texte: str,
        lien: str,
        langue: str,
        destinataire: Destinataire,
        cree: datetime,
    ) -> None:
        self.id = nouvel_id()
        self.genre = genre
        self.numero = numero
        self.titre = titre
        self.service = service
        self.occasion = occasion
        self.objet = objet
        self.texte = texte
        self.lien = lien
        self.langue = langue
        self.nom = destinataire.nom
        self.lignes = destinataire.lignes
        self.telephone = destinataire.telephone
        self.cree = cree
        self.joindre = occasion == "document"


class Courrier(Persistent):
    """All of a guichet's, what waits and what was done lately, by id."""

    def __init__(self) -> None:
        self._attente = OOBTree()
        self._faits = OOBTree()

    def ajouter(self, depart: Depart) -> None:
        self._attente[depart.id] = depart

    def attente(self) -> list[Depart]:
        """What waits, the oldest first."""
        return sorted(self._attente.values(), key=lambda one: (one.cree, one.id))

    def faits(self) -> list[Depart]:
        """What was done lately, the last first."""
        return sorted(
            self._faits.values(), key=lambda one: (one.fait, one.id), reverse=True
        )

    def get(self, id: str) -> Depart | None:
        return self._attente.get(id) or self._faits.get(id)

    def faire(self, depart: Depart, moment: datetime, par: str) -> None:
        depart.fait, depart.par = moment, par
        del self._attente[depart.id]
        self._faits[depart.id] = depart
        for ancien in [
            one.id for one in self._faits.values() if one.fait < moment - GARDE
        ]:
            del self._faits[ancien]

    def oublier(self, numeros: Collection[str]) -> int:
        """Forget what concerns these demandes, waiting or done; how many there were."""
        count = 0
        for tree in (self._attente, self._faits):
            for id in [one.id for one in tree.values() if one.numero in numeros]:
                del tree[id]
                count += 1
        return count

    def defaire(self, depart: Depart) -> None:
        depart.fait, depart.par = None, ""
        del self._faits[depart.id]
        self._attente[depart.id] = depart


def courrier_de(guichet) -> Courrier:
    """The letters and calls of a guichet; empty until there is one."""
    return IAnnotations(guichet).get(_KEY) or Courrier()


def attente_de(guichet, services: Collection[str]) -> list[Depart]:
    """What waits for the agents of these services (UID), the oldest first."""
    return [one for one in courrier_de(guichet).attente() if one.service in services]


def oublier_courrier(guichet, numeros: Collection[str]) -> int:
    """Forget name and address of those who are written to about these demandes."""
    return courrier_de(guichet).oublier({*numeros})


def deposer(demande: Demande, depart: Depart) -> None:
    """Let a letter or a call wait for an agent."""
    annotations = IAnnotations(guichet_of(demande))
    if _KEY not in annotations:
        annotations[_KEY] = Courrier()
    annotations[_KEY].ajouter(depart)


def transmettre_departs(demande: Demande) -> None:
    """What waits for a demande goes with it to its new service."""
    for depart in courrier_de(guichet_of(demande)).attente():
        if depart.numero == demande.numero:
            depart.service = demande.service_uid or ""


def joindre_document(demande: Demande) -> None:
    """A document belongs to what waits for a demande already."""
    for depart in courrier_de(guichet_of(demande)).attente():
        if depart.numero == demande.numero:
            depart.joindre = True


def choisis(
    guichet, ids: Iterable[str], services: Collection[str], *, faits: bool = False
) -> list[Depart]:
    """Those of these ids that belong to these services (UID) and wait, or are done.

    :raises KeyError: one does not exist, or is another service's
    """
    courrier = courrier_de(guichet)
    found = []
    for id in dict.fromkeys(ids):
        depart = courrier.get(id)
        if depart is None or depart.service not in services:
            raise KeyError(id)
        # What somebody else has done in the meantime is no mistake of anybody's.
        if (depart.fait is not None) is faits:
            found.append(depart)
    return found


def marquer_faits(guichet, departs: Iterable[Depart], par: str) -> int:
    """Somebody (user id) has sent these letters or made these calls; how many."""
    courrier, moment, count = courrier_de(guichet), swisstime.now(), 0
    for depart in departs:
        courrier.faire(depart, moment, par)
        record(f"courrier.{depart.genre}", subject=depart.numero, id=depart.id)
        count += 1
    return count


def marquer_a_faire(guichet, departs: Iterable[Depart]) -> int:
    """They were ticked by mistake: they wait again; how many."""
    courrier, count = courrier_de(guichet), 0
    for depart in departs:
        courrier.defaire(depart)
        record("courrier.annuler", subject=depart.numero, id=depart.id)
        count += 1
    return count
