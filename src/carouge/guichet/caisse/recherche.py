"""Finding invoices at the desk: by numbers and references, never by names."""

from __future__ import annotations

from carouge.guichet.caisse.domain import Genre
from carouge.guichet.caisse.domain import lire_recherche
from carouge.guichet.caisse.domain import Recherche
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.domain import parse_number
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Resume
from carouge.guichet.facture.magasin import cle_debiteur
from carouge.guichet.facture.magasin import cle_demande
from carouge.guichet.facture.service import lire_factures
from carouge.guichet.journal.service import record
from carouge.guichet.paiement.service import lire_paiements
from carouge.guichet.regie.service import espaces
from carouge.guichet.regie.service import regies
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from itertools import islice


#: Invoices on one page of a list.
PAR_PAGE = 50


@dataclass(frozen=True)
class Trouve:
    """What a search has found: invoices, the newest first, or a payment (uid)."""

    recherche: Recherche
    factures: list[Resume] = field(default_factory=list)
    paiement: str = ""

    @property
    def seule(self) -> Resume | None:
        """The only invoice there is."""
        return self.factures[0] if len(self.factures) == 1 else None


def chercher(guichet, texte: str) -> Trouve:
    """What a number, a reference or a scanned QR-bill leads to; told to the journal."""
    recherche = lire_recherche(texte)
    trouve = Trouve(recherche)
    if recherche.genre is Genre.REFERENCE:
        facture = lire_factures(guichet).par_reference(recherche.valeur)
        found = [facture.resume()] if facture is not None else []
        trouve = Trouve(recherche, found)
    elif recherche.genre is Genre.NUMERO:
        trouve = _par_numero(guichet, recherche)
    if recherche.genre is not Genre.RIEN:
        record(
            "factures.chercher",
            subject=recherche.genre.value,
            trouvees=str(len(trouve.factures)),
        )
    return trouve


def _par_numero(guichet, recherche: Recherche) -> Trouve:
    magasin = lire_factures(guichet)
    valeur = recherche.valeur
    paiement = lire_paiements(guichet).get(valeur.lower())
    if paiement is not None:
        return Trouve(recherche, paiement=paiement.uid)
    by_id = {}
    # A régie that shares debtors now may have invoices of before.
    tous = dict.fromkeys((*espaces(), *regies()))
    for text in dict.fromkeys((valeur, valeur.upper())):
        for code in regies():
            facture = magasin.par_numero(code, text)
            if facture is not None:
                by_id[facture.id] = facture.resume()
        keys = [cle_debiteur(espace, text) for espace in tous]
        by_id |= {resume.id: resume for resume in magasin.resumes_de(keys)}
    try:
        keys = [cle_demande(parse_number(valeur))]
        by_id |= {resume.id: resume for resume in magasin.resumes_de(keys)}
    except InvalidNumber:
        pass
    facture = magasin.get(valeur)
    if facture is not None:
        by_id[facture.id] = facture.resume()
    found = sorted(by_id.values(), key=lambda one: (one.emise_le, one.id), reverse=True)
    return Trouve(recherche, found)


def liste(
    guichet, regie: str, etat: EtatFacture, debut: int = 0
) -> tuple[list[Resume], bool]:
    """A page of a régie's invoices in a state, the newest first; whether more follow."""
    rows: Iterator[Resume] = lire_factures(guichet).par_etat(regie, etat, envers=True)
    found = list(islice(rows, debut, debut + PAR_PAGE + 1))
    return found[:PAR_PAGE], len(found) > PAR_PAGE
