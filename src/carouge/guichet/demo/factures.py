"""The demonstration's régies, invoices, and the citizens they belong to.

The invoices come through the same door as those of a business application. They are made
once; addresses that follow from ports are written at each start on other ports.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.service import connect
from carouge.guichet.compte.service import owner_ids
from carouge.guichet.demo.personas import ENTREPRISE
from carouge.guichet.demo.personas import NONRESIDENT
from carouge.guichet.demo.personas import Organisation
from carouge.guichet.demo.personas import Persona
from carouge.guichet.demo.personas import RESIDENT
from carouge.guichet.demo.settings import MARCHANDS
from carouge.guichet.facture.creation import creer_facture
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.importation import Importation
from carouge.guichet.facture.importation import MAUVAIS
from carouge.guichet.facture.rattachement import debiteurs_de
from carouge.guichet.facture.rattachement import demander
from carouge.guichet.facture.rattachement import lier
from carouge.guichet.facture.rattachement import rattachements_de
from carouge.guichet.facture.regles import rappels_dus
from carouge.guichet.facture.service import a_des_factures
from carouge.guichet.facture.service import lire_factures
from carouge.guichet.identity.domain import identity_of
from carouge.guichet.identity.mapping import DEFAULT
from carouge.guichet.identity.mapping import parse_mapping
from carouge.guichet.money import to_centimes
from carouge.guichet.money import to_decimal
from carouge.guichet.regie import service as regies
from carouge.guichet.regie.controle import CHIFFRES_REFERENCE
from carouge.guichet.regie.controle import reference_complete
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import timezone
from functools import cache
from importlib.resources import files

import yaml


#: The household of resident@demo.example in the business applications.
DEBITEUR = "M-004512"

#: The business application both régies have their debtors from.
ESPACE = "foyers"

#: How long ago the personas have opened their accounts, in days.
ANCIENNETE = 45

PASSERELLE = "datatrans"

_MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def encaisser_a(bank_port: int) -> None:
    """Let the régies be merchants of the bank on ``bank_port`` of this machine."""
    for code, values in _contenu()["regies"].items():
        regies.enregistrer(
            code,
            **values,
            passerelle=PASSERELLE,
            adresse_passerelle=f"http://localhost:{bank_port}",
            marchand=MARCHANDS[code][0],
        )


def facturer(guichet, issuer: str, now: datetime | None = None) -> None:
    """Make the invoices unless there are any, and tie them to who logs in at ``issuer``.

    The régies exist already.
    """
    now = now or swisstime.now()
    premiere_fois = not a_des_factures(guichet)
    resident = compte_de(RESIDENT, None, issuer, now)
    if DEBITEUR not in debiteurs_de(guichet, resident):
        lier(
            guichet,
            resident,
            DEBITEUR,
            par="caisse",
            espace=ESPACE,
            now=resident.created,
        )
    societe = compte_de(ENTREPRISE, ENTREPRISE.organisations[0], issuer, now)
    if premiere_fois:
        _importer(guichet, now)
        _factures_de_la_societe(guichet, societe, now)
        _rappels_envoyes(guichet, now)
    ailleurs = compte_de(NONRESIDENT, None, issuer, now)
    if not rattachements_de(guichet).du_compte(ailleurs.id):
        numero = f"{(now - timedelta(days=26)).year}-{402:06}"
        demander(
            guichet, ailleurs, "M-005120", numero, now=now - timedelta(days=1, hours=3)
        )


def compte_de(
    persona: Persona, organisation: Organisation | None, issuer: str, now: datetime
) -> Compte:
    """The compte of a persona, as if he had logged in for the first time weeks ago."""
    debut = now - timedelta(days=ANCIENNETE)
    claims = persona.claims(organisation) | {
        "acr": persona.acr,
        "auth_time": int(debut.timestamp()),
    }
    lecture = identity_of(
        parse_mapping(DEFAULT), issuer, claims, swisstime.local_date(now)
    )
    return connect(lecture.identite, now=debut)


def _importer(guichet, now: datetime) -> None:
    """What the business applications have sent, each day what was new."""
    jour = swisstime.local_date(now)
    arrivees: dict[date, list[dict[str, object]]] = {}
    for spec in _contenu()["factures"]:
        emise_le = jour - timedelta(days=spec["il_y_a"])
        ouverte = _facture(spec, emise_le)
        arrivees.setdefault(emise_le, []).append(ouverte)
        suites = (("payee", spec.get("payee_apres")), ("annulee", spec.get("annulee")))
        for etat, apres in suites:
            if apres:
                le = emise_le + timedelta(days=int(apres))
                arrivees.setdefault(le, []).append(ouverte | {"etat": etat})
    for le, factures in sorted(arrivees.items()):
        # It may be earlier today.
        importation = Importation(guichet, par="erp", now=min(_matin(le), now))
        for rang, facture in enumerate(factures, 1):
            ligne = importation.traiter(rang, facture, suisse=False)
            if ligne.sort in MAUVAIS:
                raise ValueError(ligne)


def _facture(spec, emise_le: date) -> dict[str, object]:
    """One invoice in the form ``carouge.facture/1``."""
    lignes = [
        (f"{qui}, {quoi}", centimes(montant)) for qui, quoi, montant in spec["lignes"]
    ]
    facture = {
        "regie": spec["regie"],
        "numero": f"{emise_le.year}-{spec['rang']:06}",
        "debiteur": spec["debiteur"],
        "emise_le": emise_le.isoformat(),
        "echeance": (emise_le + timedelta(days=spec["delai"])).isoformat(),
        "montant": to_decimal(sum(montant for _libelle, montant in lignes)),
        "devise": "CHF",
        "domaine": spec["domaine"],
        "libelle": spec["libelle"].format(mois=_mois_avant(emise_le)),
        "reference_qr": reference(spec["regie"], spec["rang"]),
        "lignes": [
            {"libelle": libelle, "montant": to_decimal(montant)}
            for libelle, montant in lignes
        ],
    }
    adresse = _contenu()["adresses"].get(spec["debiteur"])
    return facture | ({"adresse": adresse} if adresse else {})


def _factures_de_la_societe(guichet, societe: Compte, now: datetime) -> None:
    """What the commune has billed the company by hand."""
    jour = swisstime.local_date(now)
    for libelle, montant, il_y_a in (
        ("Terrasse, taxe d’empiètement de la saison", 61200, 24),
        ("Enseigne lumineuse, émolument d’autorisation", 15000, 38),
    ):
        creer_facture(
            guichet,
            regie="VILLE",
            domaine="domaine_public",
            libelle=libelle,
            lignes=(Ligne(libelle, montant),),
            proprietaires=owner_ids(societe),
            emise_le=jour - timedelta(days=il_y_a),
        )


def _rappels_envoyes(guichet, now: datetime) -> None:
    """What was due weeks ago was asked for then: no letters leave at the first start."""
    jour = swisstime.local_date(now)
    for facture in lire_factures(guichet):
        delais = regies.get_regie(facture.regie).rappels
        envoyes = rappels_dus(facture.echeance, jour, delais) if facture.payable else 0
        facture.rappels = tuple(
            min(now, _matin(facture.echeance + timedelta(days=delai)))
            for delai in delais[:envoyes]
        )


def _matin(jour: date) -> datetime:
    """When the business applications work, in UTC."""
    return datetime.combine(jour, time(6, 30), swisstime.ZURICH).astimezone(
        timezone.utc
    )


def reference(code: str, rang: int) -> str:
    """The QR reference of an invoice of the demonstration; the sample camt has them."""
    prefixe = _contenu()["regies"][code]["prefixe_reference"]
    return reference_complete(f"{prefixe}{rang:0{CHIFFRES_REFERENCE - len(prefixe)}}")


def centimes(montant: str) -> int:
    """``-9.37`` in centimes: -937."""
    if montant.startswith("-"):
        return -to_centimes(montant[1:])
    return to_centimes(montant)


def _mois_avant(jour: date) -> str:
    dernier = jour.replace(day=1) - timedelta(days=1)
    return f"{_MOIS[dernier.month - 1]} {dernier.year}"


@cache
def _contenu() -> dict:
    source = files("carouge.guichet.demo") / "contenu" / "factures.yaml"
    return yaml.safe_load(source.read_text("utf-8"))
