"""Régies, invoices and links to debtors for tests."""

from __future__ import annotations

from carouge.guichet.compte.content import Compte
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.creation import nouvel_id
from carouge.guichet.facture.creation import reference_libre
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.domain import Resume
from carouge.guichet.facture.rattachement import lier
from carouge.guichet.facture.rattachement import Rattachement
from carouge.guichet.facture.service import factures_de
from carouge.guichet.facture.visibilite import resumes_visibles
from carouge.guichet.facture.visibilite import visibilite_de
from carouge.guichet.regie import service as regies
from carouge.guichet.regie.domain import Adresse
from carouge.guichet.regie.domain import Regie
from carouge.guichet.swisstime import now
from carouge.guichet.swisstime import today
from datetime import date
from datetime import datetime
from datetime import timedelta
from stdnum.iban import calc_check_digits

import itertools
import zlib


#: QR-IBANs that exist nowhere, with right check digits (IID 31999 is for examples).
QR_IBANS = {
    "VILLE": "CH4431999123000889012",
    "CCAS": "CH1731999123000889013",
}

#: The debtor of whoever is linked without another number.
DEBITEUR = "M-004512"

#: The business application whose debtors the régies of the tests share.
ESPACE = "foyers"

_numeros = itertools.count(1)


def make_regie(code: str = "VILLE", **values) -> Regie:
    """A régie with all it needs; ``values`` are settings of IRegieSettings.

    It shares the debtors of ESPACE, as all that are made here.

    Nothing is paid online unless ``passerelle`` is given. Nothing is committed.
    """
    return regies.enregistrer(
        code,
        **{
            "titre": {"VILLE": "Ville de Carouge", "CCAS": "Action sociale"}.get(
                code, code.title()
            ),
            "budget": f"Budget {code}",
            "compte_comptable": "1100.01",
            "creancier_nom": "Ville de Carouge",
            "creancier_rue": "Place du Marché",
            "creancier_numero": "14",
            "creancier_npa": "1227",
            "creancier_localite": "Carouge",
            "qr_iban": QR_IBANS.get(code) or _qr_iban(code),
            "prefixe_reference": {"VILLE": "210000", "CCAS": "220000"}.get(code, ""),
            "prefixe_numero": code.replace("-", "").replace("_", "")[:8],
            "marchand": "1110001" + str(len(code)),
            "espace_debiteurs": ESPACE,
            **values,
        },
    )


def _qr_iban(code: str) -> str:
    """One of its own for each régie."""
    bban = f"31999{zlib.crc32(code.encode()):012}"
    return f"CH{calc_check_digits('CH00' + bban)}{bban}"


def make_facture(
    guichet,
    *,
    regie: str = "VILLE",
    numero: str = "",
    montant: int | None = None,
    lignes: tuple[Ligne, ...] = (),
    debiteur: str = DEBITEUR,
    domaine: str = "periscolaire",
    libelle: str = "Restaurant scolaire",
    emise_le: date | None = None,
    echeance: date | None = None,
    reference_qr: str = "",
    proprietaires: tuple[str, ...] = (),
    demande: str = "",
    adresse: Adresse | None = None,
) -> Facture:
    """An open invoice as an import makes it; amounts in centimes, CHF 187.35 if none.

    With ``proprietaires`` or ``demande`` it is one of the counter's own: give
    ``debiteur=""`` then. The régie must exist. Nothing is committed.
    """
    if not lignes:
        lignes = (Ligne(libelle, 18735 if montant is None else montant),)
    magasin = factures_de(guichet)
    emise_le = emise_le or today()
    facture = Facture(
        id=nouvel_id(),
        regie=regie,
        numero=numero or f"{emise_le.year}-{next(_numeros):06}",
        debiteur=debiteur,
        domaine=domaine,
        libelle=libelle,
        emise_le=emise_le,
        echeance=echeance or emise_le + timedelta(days=30),
        montant=sum(ligne.montant for ligne in lignes),
        lignes=lignes,
        reference_qr=reference_qr or reference_libre(magasin, regies.get_regie(regie)),
        espace=regies.get_regie(regie).espace_debiteurs,
    )
    facture.proprietaires = proprietaires
    facture.demande = demande
    facture.adresse = adresse
    return magasin.ajouter(facture)


def rattacher(
    guichet,
    compte: Compte,
    debiteur: str = DEBITEUR,
    *,
    espace: str = ESPACE,
    jours: int = 30,
) -> Rattachement:
    """Tie the compte to a debtor, and let it have been opened so many days ago."""
    compte.created = now() - timedelta(days=jours)
    return lier(guichet, compte, debiteur, par="caisse", espace=espace)


def factures_vues(guichet, compte: Compte, now: datetime | None = None) -> list[Resume]:
    """The invoices a compte sees, the last issued first."""
    return resumes_visibles(guichet, visibilite_de(guichet, compte, now))
