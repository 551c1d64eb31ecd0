"""What of a site must survive an upgrade: plain values, equal before and after.

Runs with the code of this version and, when an archive is made, with that of an earlier
one (``scripts/archiver-version``): it uses what both have.
"""

from __future__ import annotations

from carouge.guichet.compte.service import comptes
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.facture.service import lire_factures
from carouge.guichet.paiement.lots import csv_de
from carouge.guichet.paiement.service import lire_paiements
from plone.registry.interfaces import IRegistry
from zope.component import getUtility

import hashlib
import json


def etat_de(site) -> dict:
    """The state of the guichet of that site, as JSON can say it."""
    guichet = site.guichet
    paiements = lire_paiements(guichet)
    found = {
        "contenu": [_contenu(brain) for brain in _brains(site)],
        "demarches": {
            "/".join(demarche.getPhysicalPath()[-2:]): _digest(demarche.fields_model)
            for demarche in _objets(site, "Demarche")
        },
        "reglages": {
            name: _plain(record.value)
            for name, record in getUtility(IRegistry).records.items()
            if name.startswith("carouge.guichet")
        },
        "comptes": sorted(
            [one.id, one.nom_affiche, sorted(one.facts), _plain(one.created)]
            for one in comptes()
        ),
        "demandes": sorted(_demande(one) for one in demandes_of(guichet)),
        "factures": sorted(_facture(one) for one in lire_factures(guichet)),
        "paiements": sorted(_paiement(one) for one in paiements),
        "clotures": [
            [*cle, one.par, one.total, one.attendu, one.ecart, one.remarque]
            + [
                [_plain(values) for values in vars(ligne).values()]
                for ligne in one.lignes
            ]
            for cle, one in paiements.clotures.items()
        ],
        "lots": [
            [*cle, one.numero, len(one), one.total, one.reference, _digest(csv_de(one))]
            for cle, one in paiements.lots.items()
        ],
        "mouvements": [
            [*cle, one.regie, one.raison, one.issue, one.centimes, one.facture, one.par]
            for cle, one in paiements.a_traiter.items()
        ],
        "a_exporter": [[*cle] for cle in paiements.a_exporter],
    }
    return json.loads(json.dumps(found))


def _brains(site):
    return site.portal_catalog.unrestrictedSearchResults(
        path="/".join(site.guichet.getPhysicalPath()), sort_on="path"
    )


def _objets(site, portal_type):
    return [
        brain._unrestrictedGetObject()
        for brain in _brains(site)
        if brain.portal_type == portal_type
    ]


def _contenu(brain) -> list:
    return [brain.getPath(), brain.portal_type, brain.Title, brain.review_state]


def _demande(demande) -> list:
    return [
        demande.numero,
        demande.etat.value,
        demande.demarche_titre,
        demande.courriel,
        [[*map(_plain, vars(one).values())] for one in demande.reponses],
        [
            [one.label, one.digest, _digest(one.file.data) if one.file else None]
            for one in demande.pieces
        ],
    ]


def _facture(facture) -> list:
    return [
        facture.id,
        facture.regie,
        facture.numero,
        facture.etat.value,
        facture.montant,
        facture.solde,
        facture.verrou,
        facture.reference_qr,
        [
            [one.source.value, one.id_externe, one.montant, one.paiement]
            for one in facture.ecritures
        ],
    ]


def _paiement(paiement) -> list:
    return [
        paiement.uid,
        paiement.etat.value,
        paiement.payeur,
        paiement.reference,
        paiement.total,
        paiement.encaisse,
        paiement.rendu,
        [[one.avant, one.apres, one.cause] for one in paiement.historique],
    ]


def _digest(data) -> str:
    data = data or b""
    return hashlib.sha256(
        data if isinstance(data, bytes) else data.encode()
    ).hexdigest()


def _plain(value):
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(one) for one in value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return (
        value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
    )
