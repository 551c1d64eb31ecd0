"""An invoice that is made by hand at the desk."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse.content import deja_fait
from carouge.guichet.caisse.content import noter_ordre
from carouge.guichet.caisse.domain import lire_jour
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.domain import parse_number
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.creation import creer_facture
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.qr import QRInvalide
from carouge.guichet.facture.qr import verifier_adresse
from carouge.guichet.facture.reception import MAX_TEXTE
from carouge.guichet.facture.service import get_facture
from carouge.guichet.money import InvalidAmount
from carouge.guichet.money import MAX_CENTIMES
from carouge.guichet.money import read_amount
from carouge.guichet.money import to_centimes
from carouge.guichet.regie.domain import Adresse
from carouge.guichet.regie.service import regies
from carouge.guichet.swisstime import now
from carouge.guichet.swisstime import today
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from datetime import timedelta

import re
import unicodedata


#: Lines of an invoice that can be typed at once.
LIGNES = 6

#: Nobody is given longer to pay.
MAX_JOURS = 366

CHAMPS_ADRESSE = ("nom", "rue", "numero", "npa", "localite")

_DEBITEUR = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,39}")
_DOMAINE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_REDUCTION = ("-", "\u2212", "\u2013")


@dataclass(frozen=True)
class Commande:
    """The invoice to be made; ``lignes`` in centimes."""

    regie: str
    libelle: str
    lignes: tuple[Ligne, ...]
    debiteur: str
    domaine: str
    demande: str
    echeance: date | None
    adresse: Adresse | None
    proprietaires: tuple[str, ...]


@dataclass
class Lecture:
    """What was typed, read: the messages by field, and the order when there are none."""

    fautes: dict[str, object] = field(default_factory=dict)
    commande: Commande | None = None


def lire(guichet, form: Mapping[str, str]) -> Lecture:
    """Read the form; ``form`` holds the trimmed text of each field."""
    lecture = Lecture()
    fautes = lecture.fautes
    regie = form.get("regie", "")
    if regie not in regies():
        fautes["regie"] = _("Please choose a régie.")
    libelle = _texte(form.get("libelle", ""))
    if not libelle:
        fautes["libelle"] = _(
            "Please write what it is for, in ${count} characters at most.",
            mapping={"count": MAX_TEXTE},
        )
    lignes = _lignes(form, libelle or "", fautes)
    debiteur, domaine, numero = (
        form.get(name, "") for name in ("debiteur", "domaine", "demande")
    )
    if debiteur and not _DEBITEUR.fullmatch(debiteur):
        fautes["debiteur"] = _("No debtor has such a number.")
    if domaine and not _DOMAINE.fullmatch(domaine):
        fautes["domaine"] = _(
            "A domain is one word of small letters, such as periscolaire."
        )
    proprietaires: tuple[str, ...] = ()
    if numero:
        numero, proprietaires = _demande(guichet, numero, fautes)
    if not debiteur and not numero:
        fautes.setdefault(
            "debiteur",
            _("Please say whose invoice it is: a debtor, or a demande."),
        )
    echeance = _echeance(form.get("echeance", ""), fautes)
    adresse = _adresse(form, fautes)
    if not fautes:
        lecture.commande = Commande(
            regie=regie,
            libelle=libelle or "",
            lignes=lignes,
            debiteur=debiteur,
            domaine=domaine,
            demande=numero,
            echeance=echeance,
            adresse=adresse,
            proprietaires=proprietaires,
        )
    return lecture


def creer(guichet, commande: Commande, *, cle: str, par: str) -> Facture:
    """Make it; the same one when the order of that page was carried out already."""
    made = deja_fait(guichet, par, cle)
    facture = get_facture(guichet, made) if made else None
    if facture is not None:
        return facture
    facture = creer_facture(
        guichet,
        regie=commande.regie,
        libelle=commande.libelle,
        lignes=commande.lignes,
        proprietaires=commande.proprietaires,
        demande=commande.demande,
        debiteur=commande.debiteur,
        domaine=commande.domaine,
        adresse=commande.adresse,
        echeance=commande.echeance,
    )
    noter_ordre(guichet, par, cle, facture.id, now())
    return facture


def _texte(texte: str) -> str | None:
    """A line that can be shown and printed; None for what is none."""
    texte = unicodedata.normalize("NFC", texte).strip()
    bad = any(
        unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn")
        for char in texte
    )
    return texte if texte and not bad and len(texte) <= MAX_TEXTE else None


def _lignes(form, libelle: str, fautes: dict) -> tuple[Ligne, ...]:
    lignes = []
    for rang in range(1, LIGNES + 1):
        words = form.get(f"ligne-{rang}", "")
        amount = form.get(f"montant-{rang}", "")
        if not words and not amount:
            continue
        text = _texte(words or libelle)
        if text is None:
            fautes[f"ligne-{rang}"] = _(
                "Please write what it is for, in ${count} characters at most.",
                mapping={"count": MAX_TEXTE},
            )
        centimes = _centimes(amount)
        if centimes is None:
            fautes[f"montant-{rang}"] = _(
                "Please write an amount in francs, such as 187.35."
            )
        else:
            lignes.append(Ligne(text or "", centimes))
    total = sum(ligne.montant for ligne in lignes)
    named = any(name.startswith("montant-") for name in fautes)
    if not named and not 0 < total <= MAX_CENTIMES:
        fautes["montant-1"] = _("The lines must come to more than nothing.")
    return tuple(lignes)


def _centimes(texte: str) -> int | None:
    sign = 1
    if texte.startswith(_REDUCTION):
        sign, texte = -1, texte[1:]
    value = read_amount(texte)
    try:
        return None if value is None else sign * to_centimes(value)
    except InvalidAmount:
        return None


def _demande(guichet, typed: str, fautes: dict) -> tuple[str, tuple[str, ...]]:
    try:
        numero = parse_number(typed)
    except InvalidNumber:
        numero = ""
    demande = get_demande(guichet, numero) if numero else None
    if demande is None:
        fautes["demande"] = _("No demande has this number.")
        return typed, ()
    return numero, tuple(demande.owner_ids)


def _echeance(texte: str, fautes: dict) -> date | None:
    if not texte:
        return None
    jour = lire_jour(texte)
    if jour is None or not today() <= jour <= today() + timedelta(days=MAX_JOURS):
        fautes["echeance"] = _(
            "Please write a day from today on, within a year: 31.12.2026."
        )
    return jour


def _adresse(form, fautes: dict) -> Adresse | None:
    values = {name: form.get(f"adresse-{name}", "") for name in CHAMPS_ADRESSE}
    if not any(values.values()):
        return None
    try:
        return verifier_adresse(Adresse(**values, pays="CH"))
    except QRInvalide as error:
        name = error.champ.rpartition(".")[2]
        wrong = name if name in CHAMPS_ADRESSE else "nom"
        fautes[f"adresse-{wrong}"] = _(
            "A bill cannot be sent to this address: name, postcode and town, in plain "
            "characters."
        )
        return None
