"""The receipt of a payment: what was paid, when and how, as an accessible PDF."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.facture.bulletin import lignes_de
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.document import facture_pdf
from carouge.guichet.facture.document import nom_de_fichier as nom_du_document
from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import Source
from carouge.guichet.imprime import Imprime
from carouge.guichet.money import format_chf
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.domain import ENCAISSEES
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.labels import SOURCES
from carouge.guichet.paiement.mouvements import articles_de
from carouge.guichet.regie.service import get_regie
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.globalrequest import getRequest


STYLE = (Path(__file__).with_name("templates") / "quittance.css").read_text("utf-8")

#: The providers' codes of the means of payment, as people know them.
MOYENS = {
    "VIS": "Visa",
    "ECA": "Mastercard",
    "AMX": "American Express",
    "PFC": "PostFinance Card",
    "PAP": "PayPal",
    "TWI": "TWINT",
}


def moyen_en_mots(code: str) -> str:
    """A means of payment as people call it; a code nobody knows as it is."""
    return MOYENS.get(code, code)


class SansQuittance(DomainError):
    """Nothing was taken: there is nothing to confirm."""


@dataclass(frozen=True)
class Quittance:
    """What a receipt confirms; amounts in centimes, moments aware.

    ``articles`` are what was paid: number of the invoice, what it is for, amount.
    ``rendus`` is what has gone back since: moment and amount. ``arrondi`` is what cash
    has added (or, less than zero, left away).
    """

    numero: str
    regie: str
    moment: datetime
    moyen: str
    articles: tuple[tuple[str, str, int], ...]
    rendus: tuple[tuple[datetime, int], ...] = ()
    reference: str = ""
    arrondi: int = 0
    par: str = ""

    @property
    def total(self) -> int:
        return sum(article[2] for article in self.articles)


class DocumentQuittance(Imprime):
    """The HTML of one receipt; ``context`` is the guichet."""

    template = ViewPageTemplateFile("templates/quittance.pt")
    style = STYLE

    def __init__(self, guichet, request, quittance: Quittance) -> None:
        super().__init__(guichet, request)
        self.quittance = quittance
        self.regie = get_regie(quittance.regie)

    @property
    def titre(self) -> str:
        words = self.dire(_("Receipt of payment"))
        return f"{words} {self.quittance.numero}"

    @property
    def commune(self) -> str:
        return self.contact.commune

    @property
    def emetteur(self) -> tuple[str, ...]:
        lignes = lignes_de(self.regie.creancier)
        return lignes[1:] if lignes[0] == self.commune else lignes

    @property
    def faits(self) -> list[tuple[str, str]]:
        quittance = self.quittance
        rows = [
            (_("Paid on"), swisstime.format_time(quittance.moment)),
            (_("Paid by"), quittance.moyen),
            (_("Paid to"), self.regie.titre),
            (_("Reference of the payment"), quittance.reference),
            (_("Received by"), quittance.par),
        ]
        return [(self.dire(label), self.dire(value)) for label, value in rows if value]

    @property
    def articles(self) -> list[tuple[str, str, str]]:
        return [
            (numero, libelle, format_chf(centimes))
            for numero, libelle, centimes in self.quittance.articles
        ]

    @property
    def total(self) -> str:
        return format_chf(self.quittance.total)

    @property
    def arrondi(self) -> str:
        return format_chf(self.quittance.arrondi) if self.quittance.arrondi else ""

    @property
    def verse(self) -> str:
        """What was put on the counter."""
        return format_chf(self.quittance.total + self.quittance.arrondi)

    @property
    def rendus(self) -> list[tuple[str, str]]:
        return [
            (swisstime.format_time(moment), format_chf(-centimes))
            for moment, centimes in self.quittance.rendus
        ]

    @property
    def etabli(self) -> str:
        return swisstime.format_time(swisstime.now())


def quittance_pdf(guichet, paiement: Paiement) -> bytes:
    """The receipt of an online payment, with what has gone back since.

    The caller may see it.

    :raises SansQuittance: nothing of it was taken
    """
    return _pdf(guichet, quittance_de(guichet, paiement))


def quittance_de_caisse(
    guichet, facture: Facture, ecritures: Sequence[Ecriture], *, par: str = ""
) -> bytes:
    """The receipt of what was paid on one invoice at the counter, or came by bank.

    ``ecritures`` are the entries of this payment: the money, and the rounding of cash.
    ``par`` is the name of the cashier, empty when the receipt does not tell it.

    :raises SansQuittance: no money among them
    """
    recues = [
        one
        for one in ecritures
        if one.montant > 0 and one.source not in (Source.ARRONDI, Source.REMBOURSEMENT)
    ]
    if not recues:
        raise SansQuittance(facture.id)
    arrondi = sum(one.montant for one in ecritures if one.source is Source.ARRONDI)
    regle = sum(one.montant for one in recues) + arrondi
    premiere = recues[0]
    quittance = Quittance(
        numero=f"{facture.numero}/{facture.ecritures.index(premiere) + 1}",
        regie=facture.regie,
        moment=max(one.moment for one in recues),
        moyen=SOURCES[premiere.source],
        articles=((facture.numero, facture.libelle, regle),),
        reference=premiere.id_externe
        if premiere.source in (Source.TERMINAL, Source.VIREMENT)
        else "",
        arrondi=-arrondi,
        par=par,
    )
    return _pdf(guichet, quittance)


def quittance_de_facture(guichet, facture: Facture) -> bytes:
    """The receipt of an invoice that is paid, however it was, and of no other.

    :raises SansQuittance: something of it is due, or nothing was ever paid
    """
    if facture.payee_le is None:
        raise SansQuittance(facture.id)
    return quittance_de_caisse(guichet, facture, facture.ecritures)


def document_de(guichet, facture: Facture, nom: str) -> tuple[bytes, str]:
    """``pdf``: an invoice; ``quittance``: its receipt; and the name it is saved under.

    :raises SansQuittance: something of it is due, or nothing was ever paid
    """
    fichier = nom_du_document(facture)
    if nom == "pdf":
        return facture_pdf(guichet, facture), fichier
    receipt = quittance_de_facture(guichet, facture)
    return receipt, fichier.replace("facture-", "quittance-", 1)


def quittance_de(guichet, paiement: Paiement) -> Quittance:
    """What the receipt of a payment says.

    :raises SansQuittance: nothing of it was taken
    """
    moment = encaisse_le(paiement)
    if moment is None:
        raise SansQuittance(paiement.uid)
    articles, rendus = [], Counter()
    for article, facture in articles_de(guichet, paiement):
        siennes = [
            one
            for one in (facture.ecritures if facture else ())
            if one.paiement == paiement.uid
        ]
        for one in siennes:
            if one.montant < 0:
                rendus[one.moment] -= one.montant
        recu = sum(one.montant for one in siennes if one.montant > 0)
        libelle = facture.libelle if facture else ""
        articles.append((article.numero, libelle, recu or article.centimes))
    return Quittance(
        numero=numero_de(paiement),
        regie=paiement.regie,
        moment=moment,
        moyen=moyen_en_mots(paiement.moyen) or SOURCES[Source.CARTE],
        articles=tuple(articles),
        rendus=tuple(sorted(rendus.items())),
        reference=paiement.reference,
    )


def encaisse_le(paiement: Paiement) -> datetime | None:
    """When the money was taken; None when it was not, or somebody has to look first."""
    if paiement.etat not in ENCAISSEES:
        return None
    return next(
        (
            etape.moment
            for etape in paiement.historique
            if Etat(etape.apres) in ENCAISSEES
        ),
        paiement.cree,
    )


def numero_de(paiement: Paiement) -> str:
    """The number of its receipt: the beginning of its uid, to be read out."""
    return f"{paiement.uid[:4]}-{paiement.uid[4:8]}".upper()


def nom_de_fichier(paiement: Paiement) -> str:
    return f"quittance-{numero_de(paiement)}.pdf"


def _pdf(guichet, quittance: Quittance) -> bytes:
    return DocumentQuittance(guichet, getRequest(), quittance).pdf()
