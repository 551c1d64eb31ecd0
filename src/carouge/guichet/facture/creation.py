"""Makes the invoices of the counter itself: a fee, something billed by hand."""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import DomainError
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.magasin import Factures
from carouge.guichet.facture.service import factures_de
from carouge.guichet.journal.service import record
from carouge.guichet.money import MAX_CENTIMES
from carouge.guichet.regie.controle import CHIFFRES_REFERENCE
from carouge.guichet.regie.controle import reference_complete
from carouge.guichet.regie.domain import Adresse
from carouge.guichet.regie.domain import Regie
from carouge.guichet.regie.service import get_regie
from collections.abc import Sequence
from datetime import date
from datetime import timedelta

import secrets


# Crockford's: no sign that could be taken for another one.
_SIGNES = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class MontantInvalide(DomainError):
    """Nothing is due, or more than a bill can hold."""


def creer_facture(
    guichet,
    *,
    regie: str,
    libelle: str,
    lignes: Sequence[Ligne],
    proprietaires: Sequence[str] = (),
    demande: str = "",
    debiteur: str = "",
    domaine: str = "",
    adresse: Adresse | None = None,
    emise_le: date | None = None,
    echeance: date | None = None,
) -> Facture:
    """Make an invoice of that régie (its code), with a number and a QR reference.

    ``proprietaires`` are the principals who see it (compte.service.owner_ids of whoever
    pays), ``demande`` the number of the demande whose fee it is. Without ``emise_le``
    it is issued today, without ``echeance`` due after the régie's days.

    :raises RegieInconnue: there is no such régie
    :raises MontantInvalide: the lines come to nothing, less, or too much
    """
    de = get_regie(regie)
    montant = sum(ligne.montant for ligne in lignes)
    if not 0 < montant <= MAX_CENTIMES:
        raise MontantInvalide(str(montant))
    jour = emise_le or swisstime.today()
    magasin = factures_de(guichet)
    facture = Facture(
        id=nouvel_id(),
        regie=de.code,
        numero=numero_libre(magasin, de, jour.year),
        debiteur=debiteur,
        domaine=domaine,
        libelle=libelle,
        emise_le=jour,
        echeance=echeance or jour + timedelta(days=de.jours_echeance),
        montant=montant,
        lignes=tuple(lignes),
        reference_qr=reference_libre(magasin, de),
        espace=de.espace_debiteurs,
    )
    facture.proprietaires = tuple(proprietaires)
    facture.demande = demande
    facture.adresse = adresse
    magasin.ajouter(facture)
    record("facture.creer", subject=facture.id, regie=de.code, numero=facture.numero)
    return facture


def nouvel_id(debut: str = "") -> str:
    """A random public id; ``debut`` makes those of one import neighbours in the tree."""
    return debut + secrets.token_hex(10)


def numero_libre(magasin: Factures, regie: Regie, annee: int) -> str:
    """``V-2026-7KQ2M4TX``: random, so that it tells nothing and nobody has to wait."""
    while True:
        hasard = "".join(secrets.choice(_SIGNES) for _n in range(8))
        numero = f"{regie.prefixe_numero}-{annee}-{hasard}"
        if magasin.par_numero(regie.code, numero) is None:
            return numero


def reference_libre(magasin: Factures, regie: Regie, debut: str = "") -> str:
    """A QR reference nobody has: the régie's digits, random ones, the check digit.

    ``debut`` are digits of the random part that those of one import share.
    """
    prefixe = regie.prefixe_reference + debut
    reste = CHIFFRES_REFERENCE - len(prefixe)
    while True:
        hasard = f"{secrets.randbelow(10**reste):0{reste}}"
        reference = reference_complete(prefixe + hasard)
        # All zeros stand for no reference at all.
        if reference.strip("0") and magasin.par_reference(reference) is None:
            return reference
