"""The invoice on paper: an accessible PDF with the QR-bill at its foot."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.facture.bulletin import Bulletin
from carouge.guichet.facture.bulletin import bulletin_de
from carouge.guichet.facture.bulletin import lignes_de
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.imprime import Imprime
from carouge.guichet.money import format_chf
from carouge.guichet.regie.domain import Regie
from carouge.guichet.regie.service import get_regie
from functools import cached_property
from pathlib import Path
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.globalrequest import getRequest


STYLE = (Path(__file__).with_name("templates") / "facture.css").read_text("utf-8")


class DocumentFacture(Imprime):
    """The HTML of one invoice; ``context`` is the guichet."""

    template = ViewPageTemplateFile("templates/facture.pt")
    bulletins = ViewPageTemplateFile("templates/bulletin.pt")
    style = STYLE

    def __init__(self, guichet, request, facture: Facture) -> None:
        super().__init__(guichet, request)
        self.facture = facture

    @property
    def macros(self):
        return self.bulletins.macros

    @property
    def titre(self) -> str:
        words = self.dire(_("Invoice"))
        return f"{words} {self.facture.numero}"

    @cached_property
    def regie(self) -> Regie:
        return get_regie(self.facture.regie)

    @property
    def commune(self) -> str:
        return self.contact.commune

    @property
    def emetteur(self) -> tuple[str, ...]:
        lignes = lignes_de(self.regie.creancier)
        return lignes[1:] if lignes[0] == self.commune else lignes

    @property
    def destinataire(self) -> tuple[str, ...]:
        adresse = self.facture.adresse
        return lignes_de(adresse) if adresse else ()

    @cached_property
    def bulletin(self) -> Bulletin | None:
        return bulletin_de(self.facture)

    @property
    def faits(self) -> list[tuple[str, str]]:
        """What identifies the invoice, label and value."""
        facture = self.facture
        rows = [
            (_("Date of issue"), swisstime.format_date(facture.emise_le)),
            (_("To be paid by"), swisstime.format_date(facture.echeance)),
            (_("Debtor number"), facture.debiteur),
            (_("Demande"), facture.demande),
        ]
        return [(self.dire(label), value) for label, value in rows if value]

    @property
    def lignes(self) -> list[tuple[str, str]]:
        return [(one.libelle, format_chf(one.montant)) for one in self.facture.lignes]

    @property
    def total(self) -> str:
        return format_chf(self.facture.montant)

    @property
    def recu(self) -> str:
        """What has come in already; empty for nothing."""
        recu = self.facture.recu
        return format_chf(-recu) if recu else ""

    @property
    def solde(self) -> str:
        return format_chf(max(self.facture.solde, 0))

    @property
    def situation(self) -> str:
        """What the reader has to do, in one sentence."""
        facture = self.facture
        match facture.etat:
            case EtatFacture.OUVERTE:
                words = _(
                    "Please pay ${montant} by ${date}.",
                    mapping={
                        "montant": self.solde,
                        "date": swisstime.format_date(facture.echeance),
                    },
                )
            case EtatFacture.PAYEE | EtatFacture.SURPAYEE if facture.payee_le:
                words = _(
                    "Paid on ${date}. Nothing is due any more.",
                    mapping={"date": swisstime.format_date(facture.payee_le)},
                )
            case EtatFacture.EN_PAIEMENT:
                words = _(
                    "A payment of this invoice is under way: please do not pay it a "
                    "second time."
                )
            case EtatFacture.A_VERIFIER:
                words = _(
                    "A payment of this invoice is being checked: please do not pay it "
                    "a second time."
                )
            case EtatFacture.ANNULEE:
                words = _("This invoice is cancelled. Nothing is due.")
            case _:
                words = _("Nothing is due any more.")
        return self.dire(words)

    @property
    def etabli(self) -> str:
        return swisstime.format_time(swisstime.now())


def facture_pdf(guichet, facture: Facture) -> bytes:
    """The invoice as it stands now, in the language of the request.

    The caller may see it.

    :raises carouge.guichet.regie.service.RegieInconnue: its régie is gone
    """
    return DocumentFacture(guichet, getRequest(), facture).pdf()


def nom_de_fichier(facture: Facture) -> str:
    """``facture-VILLE-2026-000123.pdf``, whatever its number is made of."""
    numero = "".join(
        lettre if lettre.isascii() and lettre.isalnum() else "-"
        for lettre in f"{facture.regie}-{facture.numero}"
    )
    return f"facture-{numero[:80]}.pdf"
