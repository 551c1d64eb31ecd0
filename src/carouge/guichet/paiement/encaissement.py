"""Money that came otherwise: at the counter, by bank, in the business application."""

from __future__ import annotations

from carouge.guichet.facture import service as factures
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import EcritureDouble
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Source
from carouge.guichet.money import round_cash
from carouge.guichet.paiement.camt import Mouvement
from carouge.guichet.paiement.depot import lire_paiements
from carouge.guichet.paiement.depot import maintenant
from carouge.guichet.paiement.depot import paiements_de
from carouge.guichet.paiement.depot import regies_connues
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.mouvements import inscrire
from carouge.guichet.paiement.registres import MouvementATraiter
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from datetime import datetime

import hashlib


_CAISSE = (Source.ESPECES, Source.TERMINAL)
_ORDINAIRES = (*_CAISSE, Source.VIREMENT, Source.ERP)


class PasAPayer(DomainError):
    """The invoice is not open: paid, cancelled, or being paid online."""


class MontantRefuse(DomainError):
    """Not that amount: nothing, more than is due, or no coins for it."""


class DejaTraite(DomainError):
    """Somebody has dealt with this movement."""


class Collectif(DomainError):
    """Another file tells the payments this sum is made of: they would count twice."""


@dataclass
class RapportMouvements:
    """What became of the movements of a file; each is counted once.

    ``inscrits`` were booked, ``connus`` had been before, ``a_traiter`` wait for a person
    (``nouveaux`` of them are new), ``en_attente`` are not final at the bank,
    ``etrangers`` are on accounts of no régie. ``centimes`` is the sum of ``inscrits``.
    """

    inscrits: int = 0
    connus: int = 0
    a_traiter: int = 0
    nouveaux: int = 0
    en_attente: int = 0
    etrangers: int = 0
    centimes: int = 0
    #: Ids of the invoices that were booked on, and the keys of what waits.
    factures: list[str] = field(default_factory=list)
    cles: list[tuple[str, str]] = field(default_factory=list)


def encaisser(
    guichet,
    facture: Facture,
    centimes: int,
    source: Source | str,
    id_externe: str,
    *,
    par: str = "",
    moment: datetime | None = None,
) -> None:
    """Book money that came otherwise: at the counter, by bank, in the ERP.

    Money on a bank account or in the ERP is there, whatever the invoice says: it is
    booked, also when that is too much. At the counter nothing is taken that is not due.

    :raises EcritureDouble: it is in the books already
    :raises PasAPayer: at the counter, and the invoice is not open
    :raises MontantRefuse: at the counter, and it is not what is due or a part of it
    """
    source = Source(source)
    if source not in _ORDINAIRES or not id_externe:
        raise DomainError(source.value)
    if isinstance(centimes, bool) or not isinstance(centimes, int) or centimes <= 0:
        raise MontantRefuse("amount")
    if source in _CAISSE:
        # A second click on the same page is no refusal.
        _pas_deux_fois(guichet, facture, source, id_externe)
        if not facture.payable:
            raise PasAPayer(facture.id)
    quand = maintenant(moment)
    arrondi = 0
    if source in _CAISSE and centimes != facture.solde:
        rond = round_cash(facture.solde)
        if source is Source.ESPECES and centimes == rond:
            arrondi = facture.solde - rond
        elif centimes > facture.solde:
            raise MontantRefuse("more than is due")
    if source is Source.ESPECES and centimes % 5:
        raise MontantRefuse("no coins")
    if arrondi:
        # The rounding first: the money is what makes the invoice paid.
        _ecrire(
            guichet, facture, arrondi, Source.ARRONDI, id_externe, par=par, moment=quand
        )
    _ecrire(guichet, facture, centimes, source, id_externe, par=par, moment=quand)


def encaisser_mouvements(
    guichet,
    mouvements: Iterable[Mouvement],
    *,
    par: str = "",
    now: datetime | None = None,
) -> RapportMouvements:
    """Book the credits of a bank file; what does not match waits for a person.

    The same movement in another file, or in the same one, changes nothing.
    """
    rapport = RapportMouvements()
    regies = {regie.qr_iban: regie for regie in regies_connues() if regie.qr_iban}
    moment = maintenant(now)
    for mouvement in mouvements:
        regie = regies.get(mouvement.iban) or regies.get(mouvement.compte)
        if regie is None:
            rapport.etrangers += 1
        elif mouvement.statut != "BOOK":
            rapport.en_attente += 1
        else:
            _mouvement(guichet, regie, mouvement, par, moment, rapport)
    return rapport


def a_traiter(guichet, regie: str = "") -> list[MouvementATraiter]:
    """What waits for a person, the oldest first."""
    paiements = lire_paiements(guichet)
    waiting = (paiements.a_traiter[cle] for cle in paiements.mouvements_ouverts)
    found = [one for one in waiting if regie in ("", one.regie)]
    return sorted(found, key=lambda mouvement: (mouvement.recu, mouvement.cle))


def nombre_a_traiter(guichet) -> int:
    """How many movements wait for a person."""
    return len(lire_paiements(guichet).mouvements_ouverts)


def affecter(
    guichet,
    mouvement: MouvementATraiter,
    facture: Facture,
    par: str,
    *,
    now: datetime | None = None,
) -> None:
    """A person says which invoice of the régie a movement belongs to: it is booked.

    :raises DejaTraite: somebody was faster
    :raises Collectif: it stands for several payments, each of which is told by itself
    :raises DomainError: the invoice is of another régie, or it is no money in francs
    """
    _encore(mouvement)
    valeurs = mouvement.valeurs
    if valeurs["collectif"]:
        raise Collectif(mouvement.cle[1])
    if facture.regie != mouvement.regie or valeurs["devise"] != "CHF":
        raise DomainError("not on this invoice")
    # What never came in cannot be taken back.
    if not mouvement.centimes or facture.recu + mouvement.centimes < 0:
        raise DomainError("not that money")
    moment = maintenant(now)
    _ecrire(
        guichet,
        facture,
        mouvement.centimes,
        Source(mouvement.source),
        ":".join(mouvement.cle),
        par=par,
        moment=moment,
    )
    mouvement.facture = facture.id
    _traiter(guichet, mouvement, "affecte", par, moment)


def classer(
    guichet,
    mouvement: MouvementATraiter,
    remarque: str,
    par: str,
    *,
    now: datetime | None = None,
) -> None:
    """Nothing of it concerns an invoice; ``remarque`` says why.

    :raises DejaTraite: somebody was faster
    :raises DomainError: nothing is said
    """
    _encore(mouvement)
    if not remarque.strip():
        raise DomainError("remark")
    mouvement.remarque = remarque.strip()
    _traiter(guichet, mouvement, "classe", par, maintenant(now))


def _mouvement(guichet, regie, mouvement: Mouvement, par, moment, rapport) -> None:
    # One name, whichever file tells of it: a file may name the account by its IBAN or
    # by its QR-IBAN.
    mouvement = replace(mouvement, compte=regie.qr_iban)
    magasin = factures.factures_de(guichet)
    attente = paiements_de(guichet).a_traiter
    double = _autre(magasin, attente, regie, mouvement)
    if double:
        mouvement = replace(mouvement, id_externe=_autre_nom(mouvement))
    id_externe, cle = _noms(mouvement)
    if cle in attente:
        if attente[cle].issue:
            rapport.connus += 1
        else:
            rapport.a_traiter += 1
            rapport.cles.append(cle)
        return
    if magasin.connait(regie.code, Source.VIREMENT.value, id_externe):
        rapport.connus += 1
        return
    facture, raison = _facture_de(magasin, regie, mouvement, double)
    if raison:
        paiements_de(guichet).ranger_mouvement(
            MouvementATraiter(mouvement, regie.code, raison, moment)
        )
        rapport.a_traiter += 1
        rapport.nouveaux += 1
        rapport.cles.append(cle)
        return
    _ecrire(
        guichet,
        facture,
        mouvement.centimes,
        Source.VIREMENT,
        id_externe,
        par=par,
        moment=moment,
    )
    rapport.inscrits += 1
    rapport.centimes += mouvement.centimes
    rapport.factures.append(facture.id)


def _noms(mouvement: Mouvement) -> tuple[str, tuple[str, str]]:
    """Its name in the books, and in the list of what waits."""
    cle = (mouvement.compte, mouvement.id_externe)
    return ":".join(cle), cle


def _autre(magasin, attente, regie, mouvement: Mouvement) -> bool:
    """Another movement has its name: a bank should not do that, and money is money.

    One file may tell less of it than the other: what it does not tell is no difference.
    """
    id_externe, cle = _noms(mouvement)
    reference = mouvement.reference_qr
    if cle in attente:
        avant = attente[cle].valeurs
        if reference and avant["reference_qr"] not in ("", reference):
            return True
        return any(
            avant[nom] != getattr(mouvement, nom)
            for nom in ("centimes", "devise", "credit", "extourne")
        )
    id = magasin.connait(regie.code, Source.VIREMENT.value, id_externe)
    if not id:
        return False
    facture = magasin.get(id)
    inscrit = sum(
        ecriture.montant
        for ecriture in facture.ecritures
        if (ecriture.source, ecriture.id_externe) == (Source.VIREMENT, id_externe)
    )
    return (
        reference not in ("", facture.reference_qr)
        or mouvement.centimes != inscrit
        or (mouvement.devise, mouvement.credit) != ("CHF", True)
        or mouvement.extourne
    )


def _autre_nom(mouvement: Mouvement) -> str:
    """A name for a movement whose own is taken: the same in every file."""
    corps = "\n".join(
        (
            str(mouvement.centimes),
            mouvement.devise,
            "+" if mouvement.credit else "-",
            "extourne" if mouvement.extourne else "",
            mouvement.reference_qr,
        )
    )
    return f"{mouvement.id_externe}#{hashlib.sha256(corps.encode()).hexdigest()[:16]}"


def _facture_de(
    magasin, regie, mouvement: Mouvement, double: bool
) -> tuple[Facture | None, str]:
    """The invoice a movement pays, or why none: a word of paiement.labels.A_TRAITER."""
    if double:
        return None, "double"
    if mouvement.extourne:
        return None, "extourne"
    if not mouvement.credit:
        return None, "debit"
    if mouvement.collectif:
        return None, "collectif"
    if mouvement.devise != "CHF":
        return None, "devise"
    if not mouvement.reference_qr:
        return None, "sans_reference"
    facture = magasin.par_reference(mouvement.reference_qr)
    if facture is None or facture.regie != regie.code:
        return None, "inconnue"
    if facture.etat is EtatFacture.ANNULEE:
        return None, "annulee"
    if facture.etat in (EtatFacture.PAYEE, EtatFacture.SURPAYEE):
        return None, "deja_payee"
    if facture.etat is EtatFacture.A_VERIFIER:
        return None, "en_revue"
    if mouvement.centimes != facture.solde:
        return None, "montant"
    return facture, ""


def _ecrire(guichet, facture, centimes, source, id_externe, *, par, moment) -> None:
    inscrire(
        guichet,
        facture,
        Ecriture(
            source=source,
            id_externe=id_externe,
            montant=centimes,
            moment=moment,
            par=par,
        ),
    )


def _pas_deux_fois(guichet, facture, source, id_externe) -> None:
    magasin = factures.factures_de(guichet)
    if magasin.connait(facture.regie, source.value, id_externe):
        raise EcritureDouble(facture.regie, source.value, id_externe)


def _encore(mouvement: MouvementATraiter) -> None:
    if mouvement.issue:
        raise DejaTraite(mouvement.issue)


def _traiter(guichet, mouvement, issue: str, par: str, moment: datetime) -> None:
    mouvement.issue = issue
    mouvement.par = par
    mouvement.traite = moment
    paiements_de(guichet).ranger_mouvement(mouvement)
