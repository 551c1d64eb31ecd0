"""What a business application sends of an invoice, and whether it can be taken; pure.

The form is ``carouge.facture/1`` (docs/factures-import.md). Everything is text, amounts
as well: a number of JSON is a float to most programs.
"""

from __future__ import annotations

from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.qr import QRInvalide
from carouge.guichet.facture.qr import verifier_adresse
from carouge.guichet.money import CURRENCY
from carouge.guichet.money import InvalidAmount
from carouge.guichet.money import to_centimes
from carouge.guichet.regie.controle import est_code
from carouge.guichet.regie.controle import est_reference_qr
from carouge.guichet.regie.domain import Adresse
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import hashlib
import json
import re
import unicodedata


#: Name and version of the form.
SCHEMA = "carouge.facture/1"

#: Longest text of an invoice and of one of its lines, and most lines.
MAX_TEXTE = 140
MAX_LIGNES = 200

#: What may become of an invoice outside.
OUVERTE = "ouverte"
PAYEE = "payee"
ANNULEE = "annulee"

_CHAMPS = frozenset(
    {
        "regie",
        "numero",
        "debiteur",
        "emise_le",
        "echeance",
        "montant",
        "devise",
        "domaine",
        "libelle",
        "reference_qr",
        "etat",
        "lignes",
        "adresse",
    }
)
_CHAMPS_ADRESSE = frozenset({"nom", "rue", "numero", "npa", "localite", "pays"})
_INVISIBLES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NUMERO = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
_DOMAINE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SUISSE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


class Defaut(ValueError):
    """The invoice cannot be taken.

    ``champ`` is the name of the field, ``raison`` a word that
    :mod:`carouge.guichet.facture.import_labels` has a sentence for.
    """

    def __init__(self, raison: str, champ: str = "") -> None:
        super().__init__(raison, champ)
        self.raison = raison
        self.champ = champ


@dataclass(frozen=True)
class Recue:
    """One invoice as it was sent; ``montant`` in centimes, days in Geneva.

    ``reference_qr`` may be empty. ``etat`` is ``ouverte``, ``payee`` (at the counter or
    by bank, says the business application) or ``annulee``.
    """

    regie: str
    numero: str
    debiteur: str
    emise_le: date
    echeance: date
    montant: int
    domaine: str
    libelle: str
    lignes: tuple[Ligne, ...]
    reference_qr: str = ""
    etat: str = OUVERTE
    adresse: Adresse | None = None

    @property
    def cle(self) -> tuple[str, str]:
        """What makes it the same invoice."""
        return self.regie, self.numero

    @property
    def empreinte(self) -> str:
        """Digest of all but the state: the same means that nothing has changed."""
        valeurs = (
            self.regie,
            self.numero,
            self.debiteur,
            self.emise_le.isoformat(),
            self.echeance.isoformat(),
            self.montant,
            self.domaine,
            self.libelle,
            self.reference_qr,
            [(ligne.libelle, ligne.montant) for ligne in self.lignes],
            None if self.adresse is None else [*vars(self.adresse).values()],
        )
        texte = json.dumps(valeurs, ensure_ascii=False)
        return hashlib.sha256(texte.encode()).hexdigest()[:32]


def lire(valeurs: Mapping[str, object], jour: date, *, suisse: bool = False) -> Recue:
    """One invoice of a file. ``jour`` is today; ``suisse``: days may be 31.10.2026.

    :raises Defaut: with the first reason against it
    """
    inconnus = sorted(str(nom) for nom in valeurs if nom not in _CHAMPS)
    if inconnus:
        raise Defaut("champ_inconnu", inconnus[0][:40])
    montant = _montant(valeurs)
    libelle = _texte(valeurs, "libelle")
    emise_le = _jour(valeurs, "emise_le", suisse)
    echeance = _jour(valeurs, "echeance", suisse)
    if emise_le > jour:
        raise Defaut("futur", "emise_le")
    if echeance < emise_le:
        raise Defaut("avant_emission", "echeance")
    if valeurs.get("devise", CURRENCY) != CURRENCY:
        raise Defaut("devise", "devise")
    etat = valeurs.get("etat") or OUVERTE
    if etat not in (OUVERTE, PAYEE, ANNULEE):
        raise Defaut("etat", "etat")
    return Recue(
        regie=_numero(valeurs, "regie"),
        numero=_numero(valeurs, "numero"),
        debiteur=_numero(valeurs, "debiteur"),
        emise_le=emise_le,
        echeance=echeance,
        montant=montant,
        domaine=_domaine(valeurs),
        libelle=libelle,
        lignes=_lignes(valeurs, montant, libelle),
        reference_qr=_reference(valeurs),
        etat=etat,
        adresse=_adresse(valeurs),
    )


def nommer(valeurs: object) -> tuple[str, str]:
    """Régie and number as far as they can be read, for the report."""
    if not isinstance(valeurs, Mapping):
        return "", ""
    found = []
    for nom in ("regie", "numero"):
        valeur = valeurs.get(nom)
        propre = isinstance(valeur, str) and valeur.isprintable()
        found.append(valeur.strip()[:40] if propre else "")
    return found[0], found[1]


def _chaine(valeurs: Mapping[str, object], nom: str, *, vide: bool = False) -> str:
    valeur = valeurs.get(nom, "")
    if valeur is None or valeur == "":
        if vide:
            return ""
        raise Defaut("manque", nom)
    if not isinstance(valeur, str):
        raise Defaut("texte", nom)
    return valeur


def _numero(valeurs: Mapping[str, object], nom: str) -> str:
    numero = _chaine(valeurs, nom)
    correct = est_code(numero) if nom == "regie" else _NUMERO.fullmatch(numero)
    if not correct or ".." in numero:
        raise Defaut("numero", nom)
    return numero


def _domaine(valeurs: Mapping[str, object]) -> str:
    domaine = _chaine(valeurs, "domaine")
    if not _DOMAINE.fullmatch(domaine):
        raise Defaut("domaine", "domaine")
    return domaine


def _texte(valeurs: Mapping[str, object], nom: str) -> str:
    """One line of text that can be shown and printed."""
    texte = unicodedata.normalize("NFC", _chaine(valeurs, nom)).strip()
    if not texte:
        raise Defaut("manque", nom)
    if len(texte) > MAX_TEXTE:
        raise Defaut("long", nom)
    # Controls, surrogates, signs that turn the direction of the text, line breaks; hard
    # spaces are no such thing.
    if not texte.isprintable() and any(
        unicodedata.category(lettre) in _INVISIBLES for lettre in texte
    ):
        raise Defaut("caractere", nom)
    return texte


def _montant(valeurs: Mapping[str, object]) -> int:
    try:
        return to_centimes(_chaine(valeurs, "montant"))
    except InvalidAmount:
        raise Defaut("montant", "montant") from None


def _signe(valeurs: Mapping[str, object]) -> int:
    """The amount of a line: a reduction has a minus, what was free is 0.00."""
    texte = _chaine(valeurs, "montant")
    signe, chiffres = (-1, texte[1:]) if texte.startswith("-") else (1, texte)
    if re.fullmatch("0+([.,]0{1,2})?", chiffres, re.ASCII):
        return 0
    try:
        return signe * to_centimes(chiffres)
    except InvalidAmount:
        raise Defaut("montant", "lignes") from None


def _lignes(
    valeurs: Mapping[str, object], montant: int, libelle: str
) -> tuple[Ligne, ...]:
    recues = valeurs.get("lignes") or []
    if not isinstance(recues, list):
        raise Defaut("liste", "lignes")
    if len(recues) > MAX_LIGNES:
        raise Defaut("long", "lignes")
    if not recues:
        return (Ligne(libelle, montant),)
    lignes = []
    for recue in recues:
        if not isinstance(recue, Mapping) or set(recue) != {"libelle", "montant"}:
            raise Defaut("ligne", "lignes")
        try:
            lignes.append(Ligne(_texte(recue, "libelle"), _signe(recue)))
        except Defaut as defaut:
            raise Defaut(defaut.raison, "lignes") from None
    if sum(ligne.montant for ligne in lignes) != montant:
        raise Defaut("somme", "lignes")
    return tuple(lignes)


def _jour(valeurs: Mapping[str, object], nom: str, suisse: bool) -> date:
    texte = _chaine(valeurs, nom)
    found = _ISO.fullmatch(texte)
    parts = found.groups() if found else ()
    if not found and suisse and (found := _SUISSE.fullmatch(texte)):
        parts = found.groups()[::-1]
    try:
        annee, mois, jour = (int(part) for part in parts)
        lu = date(annee, mois, jour)
    except ValueError:
        raise Defaut("date", nom) from None
    if not 2000 <= lu.year < 2100 or not texte.isascii():
        raise Defaut("date", nom)
    return lu


def _reference(valeurs: Mapping[str, object]) -> str:
    reference = _chaine(valeurs, "reference_qr", vide=True)
    if reference and not est_reference_qr(reference):
        raise Defaut("reference", "reference_qr")
    return reference


def _adresse(valeurs: Mapping[str, object]) -> Adresse | None:
    recue = valeurs.get("adresse")
    if recue is None:
        return None
    if not isinstance(recue, Mapping) or not set(recue) <= _CHAMPS_ADRESSE:
        raise Defaut("adresse", "adresse")
    if not all(isinstance(valeur, str) for valeur in recue.values()):
        raise Defaut("adresse", "adresse")
    vide = dict.fromkeys(_CHAMPS_ADRESSE, "")
    try:
        return verifier_adresse(Adresse(**{**vide, "pays": "CH", **recue}))
    except QRInvalide as error:
        raise Defaut("adresse", error.champ) from None
