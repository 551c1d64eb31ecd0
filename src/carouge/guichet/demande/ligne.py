"""What the index keeps of a demande: plain values, so that no list wakes one.

The order of the fields is stored. A new one comes last and has a default; defaults at
the end of a line are not written.
"""

from __future__ import annotations

from carouge.guichet.demande.domain import is_late
from carouge.guichet.demande.domain import State
from datetime import date
from typing import NamedTuple
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from carouge.guichet.demande.content import Demande


class Ligne(NamedTuple):
    """One demande in the index; moments are seconds, ``attendu`` is an ordinal."""

    numero: str
    titre: str
    etat: str
    service: str
    demarche: str
    depot: int
    modifie: int
    attendu: int = 0
    par: str = ""
    deposant: str = ""
    organisation: str = ""
    organisation_id: str = ""
    cloture: int = 0
    duree: int | None = None
    agent: str = ""
    suspendu: bool = False
    canal: str = "en_ligne"
    membre: str = ""
    membre_id: str = ""
    a_lire_service: int = 0
    a_lire_usager: int = 0
    attend_pieces: int = 0
    suiveurs: tuple[str, ...] = ()
    archivee: bool = False
    decisions_a_lire: int = 0

    def valeurs(self) -> tuple:
        """What is stored of it."""
        values = tuple(self)
        end = len(values)
        while end > _OBLIGES and values[end - 1] == _DEFAUTS[end - 1 - _OBLIGES]:
            end -= 1
        return values[:end]

    @property
    def etat_final(self) -> bool:
        return State(self.etat).final

    def en_retard(self, jour: date) -> bool:
        """The expected day is over and somebody still waits."""
        attendu = date.fromordinal(self.attendu) if self.attendu else None
        return is_late(attendu, State(self.etat), jour, self.suspendu)


_DEFAUTS = tuple(Ligne._field_defaults.values())
_OBLIGES = len(Ligne._fields) - len(_DEFAUTS)


def ligne_de(demande: Demande) -> Ligne:
    """The line of a demande as it is now."""
    deposant, membre, identite = demande.deposant, demande.membre, demande.identite
    dossier = demande.dossier
    depot = int(demande.depot.timestamp())
    auteurs = [message.auteur for message in dossier.messages if message.lu is None]
    nom = deposant.nom if deposant else ""
    if not nom and identite is not None:
        nom = f"{identite.prenom} {identite.nom}".strip()
    return Ligne(
        numero=demande.numero,
        titre=demande.demarche_titre,
        etat=demande.etat.value,
        service=demande.service_uid or "",
        demarche=demande.demarche_uid,
        depot=depot,
        modifie=int(demande.modifie.timestamp()) if demande.modifie else depot,
        attendu=demande.attendu.toordinal() if demande.attendu else 0,
        par=demande.usager_id or "",
        deposant=nom,
        organisation=deposant.organisation if deposant else "",
        organisation_id=demande.organisation_id or "",
        cloture=int(demande.cloture.timestamp()) if demande.cloture else 0,
        duree=demande.duree_jours,
        agent=dossier.agent,
        suspendu=demande.suspendu,
        canal=demande.canal,
        membre=membre.nom if membre else "",
        membre_id=membre.id if membre else "",
        a_lire_service=auteurs.count("usager"),
        a_lire_usager=auteurs.count("service"),
        attend_pieces=len(demande.pieces_annoncees),
        suiveurs=tuple(dossier.suiveurs),
        archivee=dossier.archivee is not None,
        decisions_a_lire=len(dossier.decisions_a_lire),
    )
