"""What waits at the desk of the cashier: numbers, from small sets."""

from __future__ import annotations

from carouge.guichet.annonces.service import nombre_en_panne
from carouge.guichet.caisse.paiements import a_approuver
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Resume
from carouge.guichet.facture.rattachement import rattachements_de
from carouge.guichet.facture.service import lire_factures
from carouge.guichet.paiement.lots import nombre_ouverts
from carouge.guichet.paiement.service import bloques
from carouge.guichet.paiement.service import lire_paiements
from carouge.guichet.paiement.service import nombre_a_traiter
from carouge.guichet.regie.service import regies
from itertools import islice


#: Invoices on which too much has come in, in one list.
MOST = 100


def attentes(guichet) -> dict[str, int]:
    """How many things wait on the pages of the desk, by name of the page."""
    return {
        "paiements": len(lire_paiements(guichet).a_verifier) + len(bloques(guichet)),
        "rattachements": len(rattachements_de(guichet).a_valider),
        "a-traiter": nombre_a_traiter(guichet),
        "remboursements": a_approuver(guichet),
        "lots": nombre_ouverts(guichet),
        "suites": nombre_en_panne(guichet),
    }


def surpayees(guichet) -> list[Resume]:
    """Summaries of the invoices on which too much has come in."""
    magasin = lire_factures(guichet)
    return [
        resume
        for code in regies()
        for resume in islice(magasin.par_etat(code, EtatFacture.SURPAYEE), MOST)
    ]
