"""The settlement of a régie, as the cashier has seen it."""

from __future__ import annotations

from carouge.guichet.caisse.content import deja_fait
from carouge.guichet.caisse.content import noter_ordre
from carouge.guichet.entiers import lire_entier
from carouge.guichet.paiement.cloture import Bilan
from carouge.guichet.paiement.cloture import cloturer
from carouge.guichet.paiement.cloture import en_cours
from carouge.guichet.paiement.cloture import get_cloture
from carouge.guichet.paiement.registres import Cloture
from carouge.guichet.swisstime import now

import hashlib


class AutreContenu(Exception):
    """Something was booked since the page was made; nothing was settled."""


def empreinte_de(bilan: Bilan) -> str:
    """What says which movements a page has shown."""
    digest = hashlib.sha256()
    for ligne in bilan.lignes:
        digest.update(
            f"{ligne.source}\n{ligne.id_externe}\n{ligne.centimes}\n".encode()
        )
    return digest.hexdigest()


def clore(
    guichet,
    regie: str,
    *,
    empreinte: str,
    compte: int | None,
    remarque: str,
    cle: str,
    par: str,
) -> Cloture:
    """Settle what the page has shown; the same order from the same page is one.

    :raises AutreContenu: see there
    :raises carouge.guichet.paiement.domain.DomainError: see paiement.cloture.cloturer
    """
    made = deja_fait(guichet, par, cle)
    if made:
        code, _slash, rang = made.rpartition("/")
        cloture = get_cloture(guichet, code, lire_entier(rang) or 0)
        if cloture is not None and code == regie:
            return cloture
    if empreinte != empreinte_de(en_cours(guichet, regie)):
        raise AutreContenu(regie)
    cloture = cloturer(guichet, regie, par, compte=compte, remarque=remarque)
    noter_ordre(guichet, par, cle, f"{regie}/{cloture.rang}", now())
    return cloture
