"""What a change of a payment does to its invoices: locks and ledger."""

from __future__ import annotations

from carouge.guichet.annonces.service import annoncer
from carouge.guichet.facture import service as factures
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Source
from carouge.guichet.paiement.content import Article
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.depot import noter
from carouge.guichet.paiement.depot import paiements_de
from carouge.guichet.paiement.domain import ENCAISSEES
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.events import PaiementChange
from carouge.guichet.paiement.events import RevueNecessaire
from carouge.guichet.swisstime import local_date
from collections.abc import Callable
from collections.abc import Iterator
from datetime import datetime
from datetime import timedelta


#: When a payment that is over is asked about once more: money that comes late, money
#: that is taken back. Days after its end.
SUIVIS_SANS_ARGENT = (timedelta(hours=1), timedelta(days=1), timedelta(days=8))
SUIVIS_ENCAISSES = (timedelta(days=1), timedelta(days=8), timedelta(days=40))

#: The word of the providers for TWINT.
TWINT = ("TWI", "TWINT")


def articles_de(
    guichet, paiement: Paiement
) -> Iterator[tuple[Article, Facture | None]]:
    """The invoices of a payment as they were, and as they are."""
    for article in paiement.articles:
        yield article, factures.get_facture(guichet, article.facture)


def libres(guichet, paiement: Paiement) -> bool:
    """Every invoice is to be paid just as when the payment began, by nobody else."""
    return not paiement.clos_par and all(
        facture is not None
        and facture.verrou in ("", paiement.uid)
        and facture.solde == article.centimes
        for article, facture in articles_de(guichet, paiement)
    )


def inscrire(guichet, facture: Facture, ecriture: Ecriture) -> EtatFacture:
    """Book a movement; from now on it waits for the settlement and for the export.

    What the business application says it has got was paid outside of us: it is in the
    ledger of the invoice, and no business of our settlements and batches.

    :raises EcritureDouble: it is in the books of the régie already
    """
    factures.ecrire(guichet, facture, ecriture)
    if ecriture.source is not Source.ERP:
        paiements = paiements_de(guichet)
        cle = (
            facture.regie,
            local_date(ecriture.moment).isoformat(),
            ecriture.source.value,
            ecriture.id_externe,
        )
        paiements.a_cloturer.insert(cle)
        paiements.a_exporter.insert(cle)
    # What went back may have opened it again.
    _retenir(guichet, facture, ecriture.moment)
    return facture.etat


def passer(
    guichet,
    paiement: Paiement,
    etat: Etat,
    moment: datetime,
    cause: str,
    *,
    observe: str = "",
    par: str = "",
    revue: str = "",
    comptabiliser: Callable[[], None] | None = None,
) -> None:
    """Go to a state with all that belongs to it; ``comptabiliser`` writes the ledger."""
    avant = paiement.etat
    if etat is avant:
        return
    paiement.passer(etat, moment, cause, observe=observe, par=par)
    paiement.revue = revue if etat is Etat.A_VERIFIER else ""
    _verrous(guichet, paiement, moment)
    if comptabiliser is not None:
        comptabiliser()
    if not etat.vivante:
        for _article, facture in articles_de(guichet, paiement):
            if facture is not None:
                _retenir(guichet, facture, moment)
    if etat is Etat.REMBOURSEE or etat.sans_argent:
        # Nothing is left that could still go back.
        for remboursement in paiement.remboursements:
            if remboursement.statut in ("a_approuver", "a_envoyer"):
                remboursement.statut = "refuse"
    paiements = paiements_de(guichet)
    paiements.ranger(paiement)
    paiement.suivis = 0
    suivre(guichet, paiement, moment)
    noter("changer", paiement, avant=avant.value, apres=etat.value, cause=cause)
    annoncer(PaiementChange(paiement, guichet, avant, etat))
    if etat is Etat.A_VERIFIER:
        annoncer(RevueNecessaire(paiement, guichet))


def suivre(guichet, paiement: Paiement, moment: datetime) -> None:
    """Choose when a payment that is over is asked about next."""
    delais: tuple[timedelta, ...] = ()
    if paiement.reference and paiement.etat.sans_argent:
        delais = SUIVIS_SANS_ARGENT
    elif paiement.reference and paiement.etat in ENCAISSEES:
        delais = SUIVIS_ENCAISSES
    heure = None
    if paiement.suivis < len(delais):
        heure = int((moment + delais[paiement.suivis]).timestamp()) // 3600
    paiements_de(guichet).suivre(paiement, heure)


def encaisser_paiement(
    guichet, paiement: Paiement, centimes: int, moment: datetime, par: str = ""
) -> None:
    """Book what the provider has taken: each invoice its share, the last one the rest.

    Nothing happens a second time.
    """
    source = Source.TWINT if paiement.moyen.upper() in TWINT else Source.CARTE
    reste = centimes
    lignes = list(articles_de(guichet, paiement))
    for rang, (article, facture) in enumerate(lignes, 1):
        part = reste if rang == len(lignes) else min(reste, article.centimes)
        reste -= part
        if part:
            inscrire(
                guichet,
                facture,
                Ecriture(
                    source=source,
                    id_externe=f"{paiement.uid}:{article.facture}",
                    montant=part,
                    moment=moment,
                    paiement=paiement.uid,
                    par=par,
                ),
            )
    paiement.encaisse = centimes


def net(facture: Facture, paiement: Paiement) -> int:
    """What of this payment is on the invoice, less what has gone back."""
    return sum(
        ecriture.montant
        for ecriture in facture.ecritures
        if ecriture.paiement == paiement.uid
    )


def rendre(
    guichet,
    paiement: Paiement,
    centimes: int,
    cle: str,
    moment: datetime,
    par: str = "",
    prefere: tuple[str, ...] = (),
) -> None:
    """Book money that went back: where too much is first, then in their order.

    ``cle`` names the movement within the payment; ``prefere`` are the ids of the
    invoices it is meant for.
    """
    lignes = [facture for _a, facture in articles_de(guichet, paiement) if facture]
    lignes.sort(
        key=lambda facture: (
            prefere.index(facture.id) if facture.id in prefere else len(prefere),
            facture.solde >= 0,
        )
    )
    parts = {facture.id: 0 for facture in lignes}
    reste = centimes
    # First what is too much, then the rest.
    for seulement_trop in (True, False):
        for facture in lignes:
            place = net(facture, paiement) - parts[facture.id]
            if seulement_trop:
                place = min(place, max(0, -facture.solde - parts[facture.id]))
                if prefere and facture.id not in prefere:
                    place = 0
            part = min(reste, max(0, place))
            parts[facture.id] += part
            reste -= part
    for facture in lignes:
        if parts[facture.id]:
            inscrire(
                guichet,
                facture,
                Ecriture(
                    source=Source.REMBOURSEMENT,
                    id_externe=f"{paiement.uid}:{cle}:{facture.id}",
                    montant=-parts[facture.id],
                    moment=moment,
                    paiement=paiement.uid,
                    par=par,
                ),
            )


def _verrous(guichet, paiement: Paiement, moment: datetime) -> None:
    """A live payment has its invoices, one that is over has none."""
    etat = paiement.etat
    for _article, facture in articles_de(guichet, paiement):
        if facture is None:
            continue
        if not etat.vivante:
            if facture.verrou == paiement.uid:
                factures.liberer(guichet, facture, paiement.uid)
            continue
        # Late money: nobody may begin to pay meanwhile what is still to be paid.
        if facture.payable:
            factures.verrouiller(guichet, facture, paiement.uid, moment)
        if etat is not Etat.A_VERIFIER:
            continue
        if facture.verrou == paiement.uid:
            factures.mettre_en_revue(guichet, facture, paiement.uid)
        else:
            # Whoever frees or opens it at the same moment has to know: they meet here.
            facture._p_changed = True


def _retenir(guichet, facture: Facture, moment: datetime) -> None:
    """Nobody begins to pay an invoice while money for it is being looked into.

    That money had found it locked or paid; it is neither any more.
    """
    if not facture.payable:
        return
    paiements = paiements_de(guichet)
    for uid in paiements.a_verifier:
        paiement = paiements.get(uid)
        if (
            paiement.etat is Etat.A_VERIFIER
            and not paiement.encaisse
            and any(article.facture == facture.id for article in paiement.articles)
        ):
            factures.verrouiller(guichet, facture, uid, moment)
            factures.mettre_en_revue(guichet, facture, uid)
            return
