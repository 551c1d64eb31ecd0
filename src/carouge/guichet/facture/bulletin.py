"""The QR-bill of an invoice: what is printed around the code, word by word as in it."""

from __future__ import annotations

from base64 import b64encode
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.qr import contenu
from carouge.guichet.facture.qr import dessin
from carouge.guichet.facture.qr import lisible
from carouge.guichet.facture.qr import QRInvalide
from carouge.guichet.facture.qr import verifier
from carouge.guichet.facture.qr import verifier_adresse
from carouge.guichet.facture.qr import Versement
from carouge.guichet.money import to_decimal
from carouge.guichet.regie.domain import Adresse
from carouge.guichet.regie.domain import Regie
from carouge.guichet.regie.service import get_regie
from carouge.guichet.regie.service import RegieInconnue
from dataclasses import dataclass
from functools import cached_property
from stdnum import iban
from stdnum import iso11649
from stdnum.ch import esr

import logging


#: Characters that fit on a line of the receipt.
LARGEUR_RECEPISSE = 34

#: Characters on a line of the payment part, and the lines there is room for.
LARGEUR_PAIEMENT = 42
LIGNES_PAIEMENT = 20

#: Lines that the field for the payer takes up.
LIGNES_CHAMP = 7

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bulletin:
    """A QR-bill: ``versement`` is what it says, in the form in which it is encoded.

    ``creancier`` and ``debiteur`` are lines (none of the debtor's when he writes them
    himself), ``montant`` has blanks between the thousands, as the specification has it.
    """

    versement: Versement

    @cached_property
    def contenu(self) -> str:
        """What the QR code holds."""
        return contenu(self.versement)

    @cached_property
    def svg(self) -> str:
        """The code with its cross; 46 mm when it is not scaled."""
        return dessin(self.contenu)

    @property
    def image(self) -> str:
        """The ``data:`` URI of the code, for the ``src`` of a picture."""
        data = b64encode(self.svg.encode()).decode("ascii")
        return f"data:image/svg+xml;base64,{data}"

    @property
    def compte(self) -> str:
        return iban.format(self.versement.compte)

    @property
    def reference(self) -> str:
        reference = self.versement.reference
        if reference.startswith("RF"):
            return iso11649.format(reference)
        return esr.format(reference) if reference else ""

    @property
    def creancier(self) -> tuple[str, ...]:
        return lignes_de(self.versement.creancier)

    @property
    def debiteur(self) -> tuple[str, ...]:
        debiteur = self.versement.debiteur
        return lignes_de(debiteur) if debiteur else ()

    @property
    def creancier_court(self) -> tuple[str, ...]:
        """The same for the receipt, which has room for less."""
        return _court(self.creancier)

    @property
    def debiteur_court(self) -> tuple[str, ...]:
        return _court(self.debiteur)

    @property
    def serre(self) -> bool:
        """So many words that the payment part has to be printed smaller."""
        blocs = (
            (self.compte, *self.creancier),
            (self.reference,),
            (self.communication,),
            self.debiteur,
        )
        lignes = sum(
            # A heading, the lines as they are wrapped (or the field), a blank line.
            2
            + (
                sum(1 + len(ligne) // LARGEUR_PAIEMENT for ligne in bloc)
                or LIGNES_CHAMP
            )
            for bloc in blocs
        )
        return lignes > LIGNES_PAIEMENT

    @property
    def communication(self) -> str:
        return self.versement.communication

    @property
    def devise(self) -> str:
        return self.versement.devise

    @property
    def montant(self) -> str:
        """``1 949.75``; empty when the payer writes it."""
        if self.versement.centimes is None:
            return ""
        francs, _, centimes = to_decimal(self.versement.centimes).partition(".")
        return f"{int(francs):,}.{centimes}".replace(",", " ")


def bulletin_de(facture: Facture) -> Bulletin | None:
    """The QR-bill of what is still due; None when it is not to be paid that way now.

    An invoice is when it is open, has a reference, and its régie an account for such
    references.
    """
    if facture.etat is not EtatFacture.OUVERTE or not facture.reference_qr:
        return None
    try:
        versement = verifier(versement_de(facture, get_regie(facture.regie)))
        bulletin = Bulletin(versement)
        # Too much for a code is found out only when it is drawn.
        bulletin.svg  # noqa: B018
    except (QRInvalide, RegieInconnue) as error:
        logger.warning("no QR-bill for the invoice %s: %s", facture.id, error)
        return None
    return bulletin


def versement_de(facture: Facture, regie: Regie) -> Versement:
    """What the QR-bill of an invoice says."""
    return Versement(
        compte=regie.qr_iban,
        creancier=regie.creancier,
        reference=facture.reference_qr,
        centimes=facture.solde,
        debiteur=_imprimable(facture.adresse),
        communication=lisible(f"{facture.numero} - {facture.libelle}", 140),
    )


def _court(lignes: tuple[str, ...]) -> tuple[str, ...]:
    """Without the street when the lines do not fit (Style Guide QR-bill, 3.6.2)."""
    if len(lignes) == 3 and any(len(ligne) > LARGEUR_RECEPISSE for ligne in lignes):
        return (lignes[0], lignes[2])
    return lignes


def _imprimable(adresse: Adresse | None) -> Adresse | None:
    """The payer, as far as a code may name him; otherwise he writes himself down."""
    try:
        return adresse and verifier_adresse(adresse, "debiteur")
    except QRInvalide:
        return None


def lignes_de(adresse: Adresse) -> tuple[str, ...]:
    """An address line by line; the country before the postal code, when it is abroad."""
    ville = f"{adresse.npa} {adresse.localite}"
    lignes = (
        adresse.nom,
        f"{adresse.rue} {adresse.numero}".strip(),
        ville if adresse.pays == "CH" else f"{adresse.pays}-{ville}",
    )
    return tuple(ligne for ligne in lignes if ligne)
