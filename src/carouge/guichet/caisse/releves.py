"""Bank files at the desk, and the movements somebody has to look into."""

from __future__ import annotations

from carouge.guichet.facture.content import Facture
from carouge.guichet.journal.service import record
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.registres import MouvementATraiter
from carouge.guichet.paiement.releves import lire_releves
from carouge.guichet.paiement.service import a_traiter
from carouge.guichet.paiement.service import affecter
from carouge.guichet.paiement.service import classer
from carouge.guichet.paiement.service import Collectif
from carouge.guichet.paiement.service import DejaTraite
from carouge.guichet.paiement.service import encaisser_mouvements
from carouge.guichet.paiement.service import RapportMouvements

import hashlib


class PasDeCetteRegie(ValueError):
    """The movement cannot be booked on that invoice."""


def importer_releve(guichet, corps: bytes, *, par: str) -> RapportMouvements:
    """Book the credits of a bank file, or of those in a ZIP archive.

    The same file again changes nothing.

    :raises carouge.guichet.paiement.camt.CamtIllisible: nothing of it was taken
    """
    mouvements = lire_releves(corps)
    rapport = encaisser_mouvements(guichet, mouvements, par=par)
    noter_releve(hashlib.sha256(corps).hexdigest(), len(mouvements), rapport)
    return rapport


def noter_releve(empreinte: str, mouvements: int, rapport: RapportMouvements) -> None:
    """Tell the journal what was booked of the file with that digest."""
    record(
        "releve.importer",
        subject=empreinte[:20],
        mouvements=str(mouvements),
        inscrits=str(rapport.inscrits),
        a_traiter=str(rapport.a_traiter),
    )


def id_de(mouvement: MouvementATraiter) -> str:
    """A name of a movement for addresses and fields."""
    return hashlib.sha256("\n".join(mouvement.cle).encode()).hexdigest()[:20]


def mouvement_de(guichet, id: str) -> MouvementATraiter | None:
    """The movement of that name, if it waits."""
    return next((one for one in a_traiter(guichet) if id_de(one) == id), None)


def affecter_mouvement(
    guichet, mouvement: MouvementATraiter, facture: Facture, *, par: str
) -> None:
    """Book a movement on the invoice a person has chosen.

    :raises DejaTraite: somebody was faster
    :raises Collectif: it stands for several payments
    :raises PasDeCetteRegie: see there
    """
    try:
        affecter(guichet, mouvement, facture, par)
    except (DejaTraite, Collectif):
        raise
    except DomainError as error:
        raise PasDeCetteRegie(facture.id) from error
    record("mouvement.affecter", subject=id_de(mouvement), facture=facture.id)


def classer_mouvement(
    guichet, mouvement: MouvementATraiter, remarque: str, *, par: str
) -> None:
    """Nothing of it concerns an invoice.

    :raises DejaTraite: somebody was faster
    """
    classer(guichet, mouvement, remarque, par)
    record("mouvement.classer", subject=id_de(mouvement))
