"""Looks into the database of a demonstration that is stopped: one command at a time.

    base.py <zope.conf> preparer <citizens> <seed>   invents people, invoices, sessions
    base.py <zope.conf> rapprocher                   one reconciliation, hours later, with
                                                     the books before and after it
    base.py <zope.conf> demandes <address>           the demandes whose address ends so,
                                                     and what their files hold now

Prints JSON on the last line.
"""

from carouge.guichet.compte.service import owner_ids
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demo.settings import SITE_ID
from carouge.guichet.demo.site import login_as_admin
from carouge.guichet.demo.site import open_application
from carouge.guichet.facture.creation import creer_facture
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.service import factures_de
from carouge.guichet.identity import service as identity
from carouge.guichet.interfaces import IGuichetLayer
from carouge.guichet.paiement.service import paiements_de
from carouge.guichet.paiement.service import rapprocher
from carouge.guichet.swisstime import now
from comptes import make_compte
from datetime import timedelta
from hashlib import sha256
from zope.component.hooks import setSite
from zope.interface import alsoProvides

import json
import random
import sys
import time
import transaction


def preparer(guichet, citoyens: str, graine: str) -> list[dict]:
    """People with invoices of one régie each, and the cookies of their browsers."""
    hasard = random.Random(int(graine))
    people = []
    for number in range(int(citoyens)):
        compte = make_compte(f"F-{number}", courriel=f"f{number}@demo.example")
        regie = hasard.choice(("VILLE", "VILLE", "CCAS"))
        factures = [
            creer_facture(
                guichet,
                regie=regie,
                libelle=f"Essai {number}",
                lignes=(Ligne(f"Essai {number}", hasard.randrange(5, 60_000)),),
                proprietaires=owner_ids(compte),
            )
            for _facture in range(hasard.choice((1, 1, 2, 3)))
        ]
        request = guichet.REQUEST.clone()
        alsoProvides(request, IGuichetLayer)
        identity.open_session(request, compte)
        name = identity.cookie_name()
        people.append(
            {
                "cookie": {name: request.response.cookies[name]["value"]},
                "factures": [facture.id for facture in factures],
            }
        )
    transaction.commit()
    return people


def rapprochement(guichet) -> dict[str, object]:
    """One reconciliation, three hours later."""
    avant = livre(guichet)
    start = time.monotonic()
    comptes = rapprocher(
        guichet,
        now() + timedelta(hours=3),
        commit=transaction.commit,
        abort=transaction.abort,
    )
    transaction.commit()
    comptes["secondes"] = round(time.monotonic() - start, 1)
    return {"avant": avant, "comptes": comptes, "apres": livre(guichet)}


def livre(guichet) -> dict[str, list]:
    """Payments and invoices, with their movements of money."""
    paiements = [
        {
            "uid": one.uid,
            "regie": one.regie,
            "reference": one.reference,
            "etat": one.etat.value,
            "total": one.total,
            "revue": one.revue,
            "attendent": [
                refund.rang
                for refund in one.remboursements
                if refund.statut not in ("fait", "refuse")
            ],
        }
        for one in paiements_de(guichet)
    ]
    factures = [
        {
            "id": one.id,
            "regie": one.regie,
            "montant": one.montant,
            "etat": one.etat.value,
            "verrou": one.verrou,
            "ecritures": [
                {"paiement": e.paiement, "montant": e.montant, "source": e.source.value}
                for e in one.ecritures
            ],
        }
        for one in factures_de(guichet)
    ]
    return {"paiements": paiements, "factures": factures}


def demandes(guichet, fin: str) -> list[dict]:
    """The demandes of people whose e-mail address ends with ``fin``, each with a digest
    of all that was filed. The files are read, not what was noted about them."""
    found = []
    for demande in demandes_of(guichet):
        if not (demande.courriel or "").endswith(fin):
            continue
        pieces = [
            sha256(piece.file.data).hexdigest()
            for piece in demande.pieces
            if piece.file is not None
        ]
        filed = [
            demande.numero,
            demande.jeton_digest,
            demande.depot.isoformat(),
            [[one.name, one.text] for one in demande.reponses],
            pieces,
        ]
        found.append(
            {
                "numero": demande.numero,
                "courriel": demande.courriel,
                "pieces": pieces,
                "empreinte": sha256(json.dumps(filed).encode()).hexdigest(),
            }
        )
        # So many files are not kept in memory.
        guichet._p_jar.cacheGC()
    return found


COMMANDES = {
    "preparer": preparer,
    "rapprocher": rapprochement,
    "demandes": demandes,
}


def main(conf: str, commande: str, *arguments: str) -> None:
    app = open_application(conf)
    login_as_admin(app)
    setSite(app[SITE_ID])
    guichet = app[SITE_ID]["guichet"]
    try:
        print(json.dumps(COMMANDES[commande](guichet, *arguments)))
    finally:
        setSite(None)
        transaction.abort()
        app._p_jar.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
