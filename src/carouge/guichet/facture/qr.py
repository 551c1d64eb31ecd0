"""The Swiss QR code of a bill (IG QR-bill v2.3): what is in it, and its drawing.

``qrbill`` puts the content together. What it lets pass is refused here before: addresses
that are not structured, characters outside the set of the specification, line breaks that
would shift the fields, codes too large to be printed in 46 mm.
"""

from __future__ import annotations

from carouge.guichet.facture.domain import DomainError
from carouge.guichet.money import CURRENCY
from carouge.guichet.money import MAX_CENTIMES
from carouge.guichet.money import to_decimal
from carouge.guichet.regie.controle import est_qr_iban
from carouge.guichet.regie.controle import est_reference_qr
from carouge.guichet.regie.domain import Adresse
from dataclasses import dataclass
from stdnum import iban
from stdnum import iso11649
from stdnum.exceptions import ValidationError

import re
import unicodedata


#: Side of the printed code and of the Swiss cross in it, in millimetres.
COTE = 46.0
CROIX = 7.0

#: Most bytes of content, and the largest version of the code.
MAX_OCTETS = 997
MAX_VERSION = 25

# IG QR-bill v2.3, 4.1.1: Basic Latin, Latin-1 Supplement, Latin Extended-A, and five.
_PERMIS = re.compile("[\x20-\x7e\xa0-\xff\u0100-\u017f\u0218-\u021b\u20ac]*")
# What typography has beyond that, in plain characters.
_TYPOGRAPHIE = str.maketrans(
    {
        "\u2019": "'",
        "\u2018": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u202f": " ",
    }
)
_PAYS = re.compile("[A-Z]{2}")
_DEVISES = (CURRENCY, "EUR")

#: The fields of an address, with the most characters of each.
_LONGUEURS = {"nom": 70, "rue": 70, "numero": 16, "npa": 16, "localite": 35}


class QRInvalide(DomainError):
    """No QR code may be made of this.

    ``champ`` is the field (``creancier.nom``, ``reference``, ``montant``), ``raison`` a
    word: ``vide``, ``long``, ``caractere``, ``ligne``, ``faux``, ``compte``, ``grand``.
    """

    def __init__(self, champ: str, raison: str) -> None:
        super().__init__(champ, raison)
        self.champ = champ
        self.raison = raison


@dataclass(frozen=True)
class Versement:
    """What a QR code says: who is paid, how much, by whom, with which reference.

    ``centimes`` and ``debiteur`` may be None: the payer writes them. ``communication`` is
    for the payer's eyes, ``facturation`` for his books (``//S1/…``), ``alternatives`` are
    the lines of alternative schemes (eBill).
    """

    compte: str
    creancier: Adresse
    reference: str = ""
    centimes: int | None = None
    devise: str = CURRENCY
    debiteur: Adresse | None = None
    communication: str = ""
    facturation: str = ""
    alternatives: tuple[str, ...] = ()


def verifier_texte(texte: str, longueur: int, champ: str = "texte") -> str:
    """The text as a QR code has it, without blanks around it.

    :raises QRInvalide: more than ``longueur`` characters, a line break, or a character
        that the specification does not know
    """
    # What was typed with combining accents is the same word.
    texte = unicodedata.normalize("NFC", texte).strip(" ")
    if "\n" in texte or "\r" in texte:
        raise QRInvalide(champ, "ligne")
    if not _PERMIS.fullmatch(texte):
        raise QRInvalide(champ, "caractere")
    if len(texte) > longueur:
        raise QRInvalide(champ, "long")
    return texte


def lisible(texte: str, longueur: int) -> str:
    """What a QR code can carry of any text, for what is only there to be read."""
    texte = unicodedata.normalize("NFC", texte).translate(_TYPOGRAPHIE)
    permis = "".join(lettre if _PERMIS.fullmatch(lettre) else " " for lettre in texte)
    return " ".join(permis.split())[:longueur].rstrip()


def verifier_adresse(adresse: Adresse, champ: str = "adresse") -> Adresse:
    """The address as a QR code has it (type ``S``); the street may be missing.

    :raises QRInvalide: with the name of the first field that does not fit
    """
    valeurs = {
        nom: verifier_texte(getattr(adresse, nom), longueur, f"{champ}.{nom}")
        for nom, longueur in _LONGUEURS.items()
    }
    for nom in ("nom", "npa", "localite"):
        if not valeurs[nom]:
            raise QRInvalide(f"{champ}.{nom}", "vide")
    if not est_pays(adresse.pays):
        raise QRInvalide(f"{champ}.pays", "faux")
    return Adresse(**valeurs, pays=adresse.pays)


def est_pays(code: str) -> bool:
    """An ISO 3166-1 code of two capital letters."""
    # Here, because few processes ever make a QR code.
    from iso3166 import countries_by_alpha2

    return bool(_PAYS.fullmatch(code)) and code in countries_by_alpha2


def verifier(versement: Versement) -> Versement:
    """The same, in the form in which it is encoded.

    :raises QRInvalide: it breaks a rule of the specification
    """
    compte = _compte(versement.compte)
    centimes = versement.centimes
    if centimes is not None and (
        isinstance(centimes, bool)
        or not isinstance(centimes, int)
        or not 0 < centimes <= MAX_CENTIMES
    ):
        raise QRInvalide("montant", "faux")
    if versement.devise not in _DEVISES:
        raise QRInvalide("devise", "faux")
    communication = verifier_texte(versement.communication, 140, "communication")
    facturation = verifier_texte(versement.facturation, 140, "facturation")
    if facturation and not facturation.startswith("//"):
        raise QRInvalide("facturation", "faux")
    if len(communication) + len(facturation) > 140:
        raise QRInvalide("communication", "long")
    if len(versement.alternatives) > 2:
        raise QRInvalide("alternatives", "long")
    return Versement(
        compte=compte,
        creancier=verifier_adresse(versement.creancier, "creancier"),
        reference=_reference(versement.reference, compte),
        centimes=centimes,
        devise=versement.devise,
        debiteur=versement.debiteur
        and verifier_adresse(versement.debiteur, "debiteur"),
        communication=communication,
        facturation=facturation,
        alternatives=tuple(
            verifier_texte(ligne, 100, "alternatives")
            for ligne in versement.alternatives
        ),
    )


def _compte(compte: str) -> str:
    try:
        compact = iban.validate(compte)
    except ValidationError:
        raise QRInvalide("compte", "faux") from None
    if compact[:2] not in ("CH", "LI"):
        raise QRInvalide("compte", "faux")
    return compact


def _reference(reference: str, compte: str) -> str:
    """Its form decides which account it goes with (4.2.2 and 4.3.3)."""
    compact = reference.replace(" ", "")
    qr_iban = est_qr_iban(compte)
    if not compact:
        if qr_iban:
            raise QRInvalide("reference", "vide")
        return ""
    if qr_iban:
        if not est_reference_qr(compact):
            raise QRInvalide("reference", "faux")
        return compact
    if est_reference_qr(compact):
        raise QRInvalide("reference", "compte")
    if not (compact.isascii() and iso11649.is_valid(compact)):
        raise QRInvalide("reference", "faux")
    return compact


def contenu(versement: Versement) -> str:
    """What the QR code holds, line by line.

    :raises QRInvalide: it breaks a rule of the specification
    """
    # Here, because few processes ever make a QR code.
    from qrbill import QRBill

    bon = verifier(versement)
    texte = QRBill(
        account=bon.compte,
        creditor=_pour_qrbill(bon.creancier),
        amount=None if bon.centimes is None else to_decimal(bon.centimes),
        currency=bon.devise,
        debtor=bon.debiteur and _pour_qrbill(bon.debiteur),
        reference_number=bon.reference or None,
        additional_information=bon.communication,
        billing_information=bon.facturation,
        alt_procs=bon.alternatives,
        language="fr",
    ).qr_data()
    if len(texte.encode()) > MAX_OCTETS:
        raise QRInvalide("contenu", "grand")
    return texte


def _pour_qrbill(adresse: Adresse) -> dict[str, str]:
    return {
        "name": adresse.nom,
        "street": adresse.rue,
        "house_num": adresse.numero,
        "pcode": adresse.npa,
        "city": adresse.localite,
        "country": adresse.pays,
    }


def dessin(texte: str) -> str:
    """The code as SVG, 46 mm square with the Swiss cross, without the white around it.

    :raises QRInvalide: the text needs a larger code than may be printed
    """
    from qrcode import constants
    from qrcode import QRCode
    from qrcode.exceptions import DataOverflowError

    code = QRCode(error_correction=constants.ERROR_CORRECT_M, border=0)
    code.add_data(texte.encode(), optimize=0)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise QRInvalide("contenu", "grand") from error
    if code.version > MAX_VERSION:
        raise QRInvalide("contenu", "grand")
    cote = len(code.modules)
    chemin = "".join(
        f"M{debut} {y}h{fin - debut}v1h-{fin - debut}z"
        for y, ligne in enumerate(code.modules)
        for debut, fin in _suites(ligne)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{COTE:g}mm" '
        f'height="{COTE:g}mm" viewBox="0 0 {cote} {cote}" '
        'shape-rendering="crispEdges">'
        f'<rect width="{cote}" height="{cote}" fill="#fff"/>'
        f'<path d="{chemin}" fill="#000"/>{_croix(cote)}</svg>'
    )


def _suites(ligne: list[bool]):
    """From where to where the modules of a line are dark."""
    debut = None
    for x, sombre in enumerate([*ligne, False]):
        if sombre and debut is None:
            debut = x
        elif not sombre and debut is not None:
            yield debut, x
            debut = None


def _croix(cote: int) -> str:
    """The cross of 7 mm: black with a white edge, in the proportions of the flag."""
    mm = cote / COTE
    milieu = cote / 2

    def rectangle(largeur: float, hauteur: float, couleur: str) -> str:
        x, y = milieu - largeur * mm / 2, milieu - hauteur * mm / 2
        return (
            f'<rect x="{x:.3f}" y="{y:.3f}" width="{largeur * mm:.3f}" '
            f'height="{hauteur * mm:.3f}" fill="{couleur}"/>'
        )

    noir = CROIX - 1
    court, long = noir * 6 / 32, noir * 20 / 32
    return (
        rectangle(CROIX, CROIX, "#fff")
        + rectangle(noir, noir, "#000")
        + rectangle(court, long, "#fff")
        + rectangle(long, court, "#fff")
    )
