"""The only door to the invoices: whoever calls it may do so.

Ledger and lock are written for :mod:`carouge.guichet.paiement.service` alone, which is
the only writer of payments.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.annonces.service import annoncer
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.events import FacturePayee
from carouge.guichet.facture.events import FactureRouverte
from carouge.guichet.facture.magasin import cle_demande
from carouge.guichet.facture.magasin import Factures
from carouge.guichet.journal.service import record
from datetime import datetime
from zope.annotation.interfaces import IAnnotations


_KEY = "carouge.guichet.factures"


def factures_de(guichet) -> Factures:
    """All invoices of a guichet; made at the first call that writes."""
    annotations = IAnnotations(guichet)
    if _KEY not in annotations:
        annotations[_KEY] = Factures()
    return annotations[_KEY]


def lire_factures(guichet) -> Factures:
    """All invoices of a guichet, to read: without any, an empty store of no one's."""
    found = IAnnotations(guichet).get(_KEY)
    return Factures() if found is None else found


def a_des_factures(guichet, regie: str = "") -> bool:
    """Whether there is any invoice, of that régie when one is named; writes nothing."""
    magasin = IAnnotations(guichet).get(_KEY)
    return magasin is not None and magasin.a_des_factures(regie)


def vider(guichet) -> None:
    """Forget all invoices of a guichet: a copy begins anew."""
    IAnnotations(guichet).pop(_KEY, None)


def get_facture(guichet, id: str) -> Facture | None:
    """The invoice of that id, whoever asks; None when there is none."""
    return lire_factures(guichet).get(id)


def ecrire(guichet, facture: Facture, ecriture: Ecriture) -> EtatFacture:
    """Book a movement of money, and tell whoever waits for it.

    :raises EcritureDouble: it is in the books of the régie already
    """
    avant = facture.etat
    factures_de(guichet).ecrire(facture, ecriture)
    record(
        "facture.ecrire",
        subject=facture.id,
        source=ecriture.source.value,
        centimes=str(ecriture.montant),
        paiement=ecriture.paiement,
    )
    _annoncer(guichet, facture, avant)
    return facture.etat


def verrouiller(
    guichet, facture: Facture, paiement: str, moment: datetime | None = None
) -> None:
    """A payment takes the invoice.

    :raises Verrouillee: it is not open
    """
    facture.verrouiller(paiement, moment or swisstime.now())
    factures_de(guichet).indexer(facture)


def liberer(guichet, facture: Facture, paiement: str) -> None:
    """That payment has the invoice no more."""
    facture.liberer(paiement)
    factures_de(guichet).indexer(facture)


def mettre_en_revue(guichet, facture: Facture, paiement: str) -> None:
    """That payment is being looked into."""
    facture.mettre_en_revue(paiement)
    factures_de(guichet).indexer(facture)


def donner(guichet, facture: Facture, proprietaires: tuple[str, ...]) -> None:
    """The invoice belongs to these principals from now on."""
    if facture.proprietaires != proprietaires:
        factures_de(guichet).donner(facture, proprietaires)


def de_demande(guichet, numero: str) -> list[Facture]:
    """The invoices of the fee of a demande, oldest first."""
    magasin = lire_factures(guichet)
    found = magasin.resumes_de([cle_demande(numero)])
    found.sort(key=lambda resume: (resume.emise_le, resume.numero))
    return [magasin.get(resume.id) for resume in found]


def annuler(guichet, facture: Facture, raison: str, par: str) -> None:
    """Nothing is due any more.

    :raises Verrouillee: a payment of it is under way
    """
    facture.annuler(swisstime.now(), raison, par)
    factures_de(guichet).indexer(facture)
    record("facture.annuler", subject=facture.id)


def _annoncer(guichet, facture: Facture, avant: EtatFacture) -> None:
    payee = (EtatFacture.PAYEE, EtatFacture.SURPAYEE)
    if facture.solde <= 0 and avant not in payee:
        annoncer(FacturePayee(facture, guichet))
    elif facture.solde > 0 and avant in payee:
        annoncer(FactureRouverte(facture, guichet))
