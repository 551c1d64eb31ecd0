"""Persistent classes of the payments. Their paths are stored: they never move."""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from BTrees.OOBTree import OOTreeSet
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import Observation
from carouge.guichet.paiement.domain import StatutRemboursement
from carouge.guichet.swisstime import local_date
from collections.abc import Iterator
from dataclasses import astuple
from dataclasses import dataclass
from datetime import datetime
from persistent import Persistent

import uuid


@dataclass(frozen=True)
class Article:
    """One invoice of a payment, as it stood when the payment began (centimes)."""

    facture: str
    numero: str
    centimes: int
    version: int


@dataclass(frozen=True)
class Etape:
    """One line of a payment's history; ``moment`` is aware, in UTC.

    ``cause`` is a word of ours (``depart``, ``retour``, ``notification``,
    ``rapprochement``, ``caisse``), ``observe`` the provider's own word for the state.
    """

    moment: datetime
    avant: str
    apres: str
    cause: str
    observe: str = ""
    par: str = ""


@dataclass(frozen=True)
class Vu:
    """What a provider has said at that (aware) moment; see paiement.domain.Observation."""

    moment: datetime
    statut: str
    centimes: int
    devise: str
    marchand: str
    moyen: str = ""
    brut: str = ""
    rembourse: int = 0


class Remboursement(Persistent):
    """Money that goes back. ``rang`` counts from 1 within the payment, ``suite`` among
    those that may be ordered (0: not yet). ``statut`` is a value of StatutRemboursement.
    ``par`` is the user id of who ordered it, empty when the provider has made it alone.
    """

    reference = ""
    approuve_par = ""
    refuse_par = ""
    suite = 0
    fait: datetime | None = None
    #: Ids of the invoices it is meant for, the first of them first; empty: any.
    factures: tuple[str, ...] = ()

    def __init__(
        self, *, rang: int, centimes: int, raison: str, par: str, moment: datetime
    ) -> None:
        self.rang = rang
        self.centimes = centimes
        self.raison = raison
        self.par = par
        self.moment = moment
        self.statut = StatutRemboursement.A_APPROUVER.value


class Paiement(Persistent):
    """One payment of one or more invoices of a régie at its provider.

    ``uid`` is public. ``payeur`` is the id of the compte, empty for somebody who pays
    the fee of a demande with its tracking code (``demande`` is its number then).
    ``reference`` is the provider's name for it.
    """

    reference = ""
    adresse = ""
    moyen = ""
    fin: datetime | None = None
    #: When the provider is asked next, and how often it was.
    prochaine: datetime | None = None
    demandes_etat = 0
    demande = ""
    #: Why a person has to look, a word of paiement.labels.REVUES.
    revue = ""
    #: What was taken, in centimes, as it stands in the ledger.
    encaisse = 0
    #: What a person has taken out of the ledger again, in centimes.
    repris = 0
    #: Who has decided, by hand, that nothing comes of it any more: nothing is taken then.
    clos_par = ""
    #: Who has decided, by hand, that the money was taken as the provider says.
    resolu = ""
    #: What that person has said.
    motif = ""
    #: When it is asked about once more although it is over (hours since 1970), and how
    #: often it was.
    suivi: int | None = None
    suivis = 0
    #: The day it was over without money, as it stands in the register; None: it is not.
    termine: str | None = None
    _vu: tuple | None = None

    def __init__(
        self,
        *,
        payeur: str,
        regie: str,
        passerelle: str,
        articles: tuple[Article, ...],
        devise: str,
        moment: datetime,
        uid: str = "",
    ) -> None:
        self.uid = uid or uuid.uuid4().hex
        self.payeur = payeur
        self.regie = regie
        self.passerelle = passerelle
        self._articles = tuple(astuple(article) for article in articles)
        self.devise = devise
        self.cree = moment
        self._etat = Etat.CREEE.value
        self._historique: tuple[tuple, ...] = ()
        self.evenements: tuple[str, ...] = ()
        self.remboursements: tuple[Remboursement, ...] = ()

    @property
    def etat(self) -> Etat:
        return Etat(self._etat)

    @property
    def vu(self) -> Vu | None:
        """What the provider said last, as far as it was something new."""
        return None if self._vu is None else Vu(*self._vu)

    def voir(self, observation: Observation, moment: datetime) -> None:
        """Keep what the provider says; written only when it is something new."""
        _statut, *values = astuple(observation)
        dit = (observation.statut.value, *values)
        if self._vu is None or self._vu[1:] != dit:
            self._vu = (moment, *dit)

    @property
    def articles(self) -> list[Article]:
        return [Article(*values) for values in self._articles]

    @property
    def total(self) -> int:
        """Centimes, as they were shown, locked and ordered."""
        return sum(values[2] for values in self._articles)

    @property
    def historique(self) -> list[Etape]:
        return [Etape(*values) for values in self._historique]

    @property
    def rembourse(self) -> int:
        """Centimes that have gone back, or are on their way."""
        return sum(
            remboursement.centimes
            for remboursement in self.remboursements
            if remboursement.statut != "refuse"
        )

    @property
    def rendu(self) -> int:
        """Centimes that have left the ledger again."""
        return self.repris + sum(
            remboursement.centimes
            for remboursement in self.remboursements
            if remboursement.statut == "fait"
        )

    def passer(self, etat: Etat, moment: datetime, cause: str, **values: str) -> None:
        """Go to a state; only carouge.guichet.paiement.service calls it."""
        etape = Etape(moment, self._etat, etat.value, cause, **values)
        self._historique = (*self._historique, astuple(etape))
        self._etat = etat.value
        if etat is not Etat.EN_ATTENTE:
            # Whoever has the address of the provider's page could look at it.
            self.adresse = ""


class Paiements(Persistent):
    """All payments of a guichet, by uid."""

    _lots_ouverts: OOTreeSet | None = None
    _mouvements_ouverts: OOTreeSet | None = None
    _payeurs_connus: OOTreeSet | None = None
    _termines: OOTreeSet | None = None
    #: The last of ``termines`` that was looked at; None: from the first on.
    purge_jusque: tuple[str, str] | None = None

    def __init__(self) -> None:
        self._par_uid = OOBTree()
        #: (régie, provider, its reference) -> uid
        self._par_reference = OOBTree()
        #: payer or demande -> uids
        self._par_payeur = OOBTree()
        #: uids of those that are not over; of those a person has to look into.
        self.vivants = OOTreeSet()
        self.a_verifier = OOTreeSet()
        #: (hours since 1970, uid): those that are over and asked about once more.
        self.suivis = OOTreeSet()
        #: uids of those with a refund that is neither done nor refused.
        self.remboursements = OOTreeSet()
        #: (régie, day, source, external id) of what is in the ledger and not yet in a
        #: settlement, not yet in an export batch.
        self.a_cloturer = OOTreeSet()
        self.a_exporter = OOTreeSet()
        #: (régie, rank) -> Cloture, and -> Lot: paiement.registres.
        self.clotures = OOBTree()
        self.lots = OOBTree()
        #: (IBAN, the bank's id) -> MouvementATraiter: paiement.registres.
        self.a_traiter = OOBTree()
        self.indexer()

    def indexer(self) -> None:
        """Make anew what is found in the registers of the cash desk without reading all
        of them; each payment is to be put in its place then (:meth:`ranger`)."""
        self._lots_ouverts = OOTreeSet(self._cles_des_lots())
        self._mouvements_ouverts = OOTreeSet(self._cles_des_mouvements())
        self._payeurs_connus = OOTreeSet(self._cles_des_payeurs())
        self._termines = OOTreeSet()

    # Without these sets the database is from before version 1001 of the profile: as long
    # as that is so they are made for whoever asks.

    @property
    def lots_ouverts(self) -> OOTreeSet:
        """(régie, rank) of the batches nobody has acknowledged."""
        found = self._lots_ouverts
        return OOTreeSet(self._cles_des_lots()) if found is None else found

    @property
    def mouvements_ouverts(self) -> OOTreeSet:
        """The keys of the movements that wait for a person."""
        found = self._mouvements_ouverts
        return OOTreeSet(self._cles_des_mouvements()) if found is None else found

    @property
    def payeurs_connus(self) -> OOTreeSet:
        """(day of the treatment, key) of the treated movements that name their payer."""
        found = self._payeurs_connus
        return OOTreeSet(self._cles_des_payeurs()) if found is None else found

    @property
    def termines(self) -> OOTreeSet:
        """(day of the end, uid) of the payments that are over without money."""
        return OOTreeSet() if self._termines is None else self._termines

    def _cles_des_lots(self) -> list:
        return [cle for cle, lot in self.lots.items() if lot.acquitte is None]

    def _cles_des_mouvements(self) -> list:
        return [cle for cle, one in self.a_traiter.items() if not one.issue]

    def _cles_des_payeurs(self) -> list:
        return [one.cle_payeur for one in self.a_traiter.values() if one.cle_payeur]

    def ranger_mouvement(self, mouvement) -> None:
        """A movement waits, or was treated."""
        self.a_traiter.setdefault(mouvement.cle, mouvement)
        porter(self.mouvements_ouverts, mouvement.cle, not mouvement.issue)
        if mouvement.cle_payeur:
            self.payeurs_connus.insert(mouvement.cle_payeur)

    def ranger_lot(self, lot) -> None:
        """A batch was made, or acknowledged."""
        cle = (lot.regie, lot.rang)
        self.lots.setdefault(cle, lot)
        porter(self.lots_ouverts, cle, lot.acquitte is None)

    def ajouter(self, paiement: Paiement) -> Paiement:
        """
        :raises KeyError: the uid is taken
        """
        if not self._par_uid.insert(paiement.uid, paiement):
            raise KeyError(paiement.uid)
        for cle in (paiement.payeur, paiement.demande):
            if cle:
                uids = self._par_payeur.get(cle)
                if uids is None:
                    uids = self._par_payeur[cle] = OOTreeSet()
                uids.insert(paiement.uid)
        self.vivants.insert(paiement.uid)
        return paiement

    def referencer(self, paiement: Paiement) -> None:
        """The provider has given it a name.

        :raises KeyError: another payment has that name
        """
        cle = (paiement.regie, paiement.passerelle, paiement.reference)
        if self._par_reference.setdefault(cle, paiement.uid) != paiement.uid:
            raise KeyError(paiement.reference)

    def ranger(self, paiement: Paiement) -> None:
        """Its state has changed, or that of a refund of it."""
        porter(self.vivants, paiement.uid, paiement.etat.vivante)
        porter(self.a_verifier, paiement.uid, paiement.etat is Etat.A_VERIFIER)
        ouverts = any(
            remboursement.statut not in ("fait", "refuse")
            for remboursement in paiement.remboursements
        )
        porter(self.remboursements, paiement.uid, ouverts)
        self._dater(paiement)

    def _dater(self, paiement: Paiement) -> None:
        """Keep the day on which it was over without money."""
        jour = None
        if paiement.etat.sans_argent:
            jour = local_date(paiement.historique[-1].moment).isoformat()
        if self._termines is None:
            return
        if paiement.termine not in (None, jour):
            porter(self._termines, (paiement.termine, paiement.uid), False)
        if jour is not None:
            porter(self._termines, (jour, paiement.uid), True)
        if paiement.termine != jour:
            paiement.termine = jour

    def garder(self, paiement: Paiement) -> None:
        """It is over without money and stays nevertheless; see paiement.purge."""
        porter(self.termines, (paiement.termine, paiement.uid), False)

    def oublier(self, paiement: Paiement) -> None:
        """There was nothing to it; see paiement.purge."""
        self.suivre(paiement, None)
        porter(self.termines, (paiement.termine, paiement.uid), False)
        # Written, so that whoever writes it at the same moment has a conflict.
        paiement.termine = None
        for cle in filter(None, (paiement.payeur, paiement.demande)):
            uids = self._par_payeur.get(cle, ())
            if paiement.uid in uids:
                uids.remove(paiement.uid)
            if cle in self._par_payeur and not uids:
                del self._par_payeur[cle]
        cle = (paiement.regie, paiement.passerelle, paiement.reference)
        if self._par_reference.get(cle) == paiement.uid:
            del self._par_reference[cle]
        del self._par_uid[paiement.uid]

    def suivre(self, paiement: Paiement, heure: int | None) -> None:
        """Ask about it again in that hour (since 1970); None: no more."""
        if paiement.suivi == heure:
            return
        if paiement.suivi is not None:
            porter(self.suivis, (paiement.suivi, paiement.uid), False)
        if heure is not None:
            self.suivis.insert((heure, paiement.uid))
        paiement.suivi = heure

    def oublier_payeur(self, compte: str) -> None:
        """That compte is erased: its payments stay in the books, without a payer."""
        for uid in self._par_payeur.pop(compte, ()):
            self._par_uid[uid].payeur = ""

    def get(self, uid: str) -> Paiement | None:
        return self._par_uid.get(uid)

    def par_reference(self, regie: str, passerelle: str, ref: str) -> Paiement | None:
        uid = self._par_reference.get((regie, passerelle, ref))
        return None if uid is None else self._par_uid[uid]

    def de(self, payeur: str) -> list[Paiement]:
        """The payments of a compte, or of a demande paid for with its code."""
        return [self._par_uid[uid] for uid in self._par_payeur.get(payeur, ())]

    def __iter__(self) -> Iterator[Paiement]:
        return iter(self._par_uid.values())

    def __len__(self) -> int:
        return len(self._par_uid)


def porter(uids: OOTreeSet, cle, present: bool) -> None:
    """Written only when something changes: what is not written does not conflict."""
    if present and cle not in uids:
        uids.insert(cle)
    elif not present and cle in uids:
        uids.remove(cle)
