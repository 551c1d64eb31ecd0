"""Large bank files: booked in the background, a few hundred movements in a transaction.

The file is let go with the last of them: it names everybody who has paid.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse.releves import noter_releve
from carouge.guichet.facture.import_depot import Depot
from carouge.guichet.facture.import_depot import depots_de
from carouge.guichet.interfaces import ITravail
from carouge.guichet.paiement.camt import CamtIllisible
from carouge.guichet.paiement.camt import MAX_OCTETS
from carouge.guichet.paiement.releves import lire_releves
from carouge.guichet.paiement.releves import octets_a_lire
from carouge.guichet.paiement.service import encaisser_mouvements
from carouge.guichet.paiement.service import RapportMouvements
from carouge.guichet.travaux.content import Travail
from carouge.guichet.travaux.domain import EtatTravail
from carouge.guichet.travaux.service import commander
from carouge.guichet.travaux.service import travail_commande
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from ZODB.blob import Blob
from zope.interface import implementer

import hashlib


#: Name of the kind of job.
RELEVE = "releve_import"

#: Bytes of a file that is booked while its sender waits: some 500 movements.
MAX_DIRECT = 1024 * 1024

#: Movements that are booked together.
_PAR_PAS = 50

_COMPTES = (
    "inscrits",
    "connus",
    "a_traiter",
    "nouveaux",
    "en_attente",
    "etrangers",
    "centimes",
)


@dataclass(frozen=True)
class CompteRendu:
    """What a job has come to, or how far it has got.

    ``refus`` is a word of paiement.camt.RAISONS, empty when the file was read;
    ``rapport`` has counts only.
    """

    etat: EtatTravail
    nom: str
    refus: str
    rapport: RapportMouvements


def est_petit(flux: BinaryIO) -> bool:
    """Whether it is booked while its sender waits; it stands at its beginning then."""
    taille = octets_a_lire(flux)
    flux.seek(0)
    return taille <= MAX_DIRECT


def deposer(guichet, flux: BinaryIO, *, nom: str, cle: str) -> Travail:
    """Order the booking of a file as a job of the present user.

    ``cle`` is something the page of the order has once: ordered twice it is one job.

    :raises CamtIllisible: it is too large
    """
    avant = travail_commande(guichet, RELEVE, cle)
    if avant is not None:
        return avant
    # One byte more than what is read says that this is too much.
    corps = flux.read(MAX_OCTETS + 1)
    if len(corps) > MAX_OCTETS:
        raise CamtIllisible("grand")
    blob = Blob()
    with blob.open("w") as copie:
        copie.write(corps)
    donnees = {
        "nom": nom[:200],
        "empreinte": hashlib.sha256(corps).hexdigest(),
        "depot": depots_de(guichet).ajouter(Depot(blob, "camt")),
    }
    # An entry without parts is one movement: near enough until the file is read.
    total = max(corps.count(b"<TxDtls>"), corps.count(b"<Ntry>"))
    return commander(guichet, RELEVE, donnees, total=total, cle=cle)


def compte_rendu(travail: Travail) -> CompteRendu:
    """What became of a file."""
    resultat = travail.resultat
    return CompteRendu(
        etat=travail.etat,
        nom=travail.donnees["nom"],
        refus=resultat.get("refus", ""),
        rapport=_rapport(resultat),
    )


@implementer(ITravail)
class Releve:
    """See :class:`carouge.guichet.interfaces.ITravail`."""

    titre = _("Import of a bank statement")
    par_lot = 10

    def etapes(self, guichet, travail: Travail) -> Iterator[int]:
        donnees = travail.donnees
        with depots_de(guichet).get(donnees["depot"]).blob.open("c") as flux:
            corps = flux.read()
        try:
            mouvements = lire_releves(corps)
        except CamtIllisible as error:
            self.oublier(guichet, travail)
            return {"refus": error.raison}
        travail.total = len(mouvements)
        comptes = {nom: getattr(_rapport(travail.resultat), nom) for nom in _COMPTES}
        for debut in range(travail.fait, len(mouvements), _PAR_PAS):
            part = mouvements[debut : debut + _PAR_PAS]
            rapport = encaisser_mouvements(guichet, part, par=travail.auteur)
            for nom in _COMPTES:
                comptes[nom] += getattr(rapport, nom)
            # Stored with what was booked: whoever goes on after a kill counts on.
            travail.resultat = comptes
            yield debut + len(part)
        noter_releve(donnees["empreinte"], len(mouvements), _rapport(comptes))
        self.oublier(guichet, travail)
        return comptes

    def oublier(self, guichet, travail: Travail) -> None:
        depots_de(guichet).oublier(travail.donnees["depot"])


def _rapport(comptes: dict) -> RapportMouvements:
    return RapportMouvements(**{nom: comptes.get(nom, 0) for nom in _COMPTES})
