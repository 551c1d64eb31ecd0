"""Debtors and comptes at the desk: what the cashier compares, and what he decides."""

from __future__ import annotations

from carouge.guichet.caisse.domain import lire_jour
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.noms import meme_famille
from carouge.guichet.compte.service import born_on
from carouge.guichet.compte.service import get_compte
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.designation import espace_de
from carouge.guichet.facture.designation import factures_nommees
from carouge.guichet.facture.rattachement import Rattachement
from carouge.guichet.facture.rattachement import rattachements_de
from carouge.guichet.facture.rattachement import Statut
from carouge.guichet.journal.service import record
from dataclasses import dataclass
from itertools import islice


#: Accounts in one answer, and requests on one page.
MOST = 10
MOST_DEMANDES = 50


@dataclass(frozen=True)
class AComparer:
    """A request of a citizen: what he says, and what the books say."""

    lien: Rattachement
    compte: Compte | None
    #: The invoice he has named, when it is one of that debtor: one in each business
    #: application that gives such numbers.
    factures: list[Facture]
    #: Which application's debtor it is; empty: the cashier has to say it.
    espace: str
    #: Links of that debtor to other accounts.
    autres: int


def a_comparer(guichet) -> list[AComparer]:
    """What waits, the oldest first; each is told to the journal."""
    found = []
    for lien in islice(rattachements_de(guichet).a_valider, MOST_DEMANDES):
        record("rattachement.consulter", subject=lien.id, compte=lien.compte)
        espace = espace_de(guichet, lien)
        autres = valides_du_debiteur(guichet, lien.debiteur, espace)
        found.append(
            AComparer(
                lien,
                get_compte(lien.compte),
                factures_nommees(guichet, lien),
                espace,
                len(autres),
            )
        )
    return found


def valides_du_debiteur(guichet, debiteur: str, espace: str = "") -> list[Rattachement]:
    """The links that hold of a debtor; without ``espace``, of all with this number."""
    magasin = rattachements_de(guichet)
    if espace:
        links = magasin.du_debiteur(espace, debiteur)
    else:
        links = magasin.du_numero(debiteur)
    return [lien for lien in links if lien.statut is Statut.VALIDE]


def trouver_comptes(nom: str, naissance: str) -> list[Compte]:
    """Accounts by family name and exact day of birth, never by one of them.

    Told to the journal; at most :data:`MOST`.
    """
    jour = lire_jour(naissance)
    if jour is None or not nom.strip():
        return []
    found = [
        compte
        for compte in born_on(jour)
        if not (compte.local is not None and compte.local.refuse)
        and meme_famille(nom, (compte.value("nom"), compte.value("nom_naissance")))
    ]
    record("comptes.chercher", subject="caisse", trouves=str(len(found)))
    return found[:MOST]
