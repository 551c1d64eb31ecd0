"""Which debtor of the business applications is which compte.

Nothing but the cashier's decision ties them: never a name. The citizen asks with two
numbers of a paper invoice, and is not told whether they fit: that would let him guess.
The paths of the persistent classes are stored: they never move.
"""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from BTrees.OOBTree import OOTreeSet
from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.service import get_compte
from carouge.guichet.facture.designation import espace_de
from carouge.guichet.facture.designation import factures_nommees
from carouge.guichet.facture.designation import seul
from carouge.guichet.facture.domain import DomainError
from carouge.guichet.facture.events import RattachementDecide
from carouge.guichet.journal.service import record
from carouge.guichet.regie.service import espaces
from collections.abc import Iterable
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from persistent import Persistent
from zope.annotation.interfaces import IAnnotations
from zope.event import notify

import re
import secrets


_KEY = "carouge.guichet.rattachements"

#: Requests of one compte that wait for the cashier.
MAX_DEMANDES = 3

_DEBITEUR = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,39}")


class NumeroInvalide(DomainError):
    """No debtor of any business application has such a number."""


class DejaDemande(DomainError):
    """The compte has asked for this debtor, or has it already."""


class TropDeDemandes(DomainError):
    """Too many requests of this compte wait for the cashier."""


class DejaDecide(DomainError):
    """The cashier has decided already."""


class EspaceInconnu(DomainError):
    """Nothing says which business application's debtor it is."""


class Statut(str, Enum):
    """Where a link stands."""

    A_VALIDER = "a_valider"
    VALIDE = "valide"
    REFUSE = "refuse"
    #: It was valid; it ties nothing any more.
    DELIE = "delie"


class Rattachement(Persistent):
    """That compte is this debtor, or says so.

    ``compte`` is its id, ``debiteur`` the business application's id, ``facture`` the
    number of the invoice the citizen has named (empty: linked by hand). ``espace`` is
    that business application (see regie.domain.Regie.espace_debiteurs), empty until the
    cashier has decided. ``motif`` is what the citizen is told of a refusal. Moments are
    aware, in UTC.
    """

    espace = ""
    decide_le: datetime | None = None
    decide_par = ""
    motif = ""
    _statut = Statut.A_VALIDER.value

    def __init__(
        self, *, compte: str, debiteur: str, facture: str, moment: datetime
    ) -> None:
        self.id = secrets.token_hex(10)
        self.compte = compte
        self.debiteur = debiteur
        self.facture = facture
        self.demande_le = moment

    @property
    def statut(self) -> Statut:
        return Statut(self._statut)

    def decider(
        self, statut: Statut, *, par: str, moment: datetime, motif: str = ""
    ) -> None:
        """Only the functions of this module call it."""
        self._statut = statut.value
        self.decide_le = moment
        self.decide_par = par
        self.motif = motif


class Rattachements(Persistent):
    """All links of a guichet."""

    def __init__(self) -> None:
        self._par_id = OOBTree()
        self._par_compte = OOBTree()
        #: (debtor, space) -> ids.
        self._par_debiteur = OOBTree()
        self._a_valider = OOTreeSet()

    def ajouter(self, lien: Rattachement) -> Rattachement:
        self._par_id[lien.id] = lien
        for index, cle in self._cles(lien):
            ids = index.get(cle)
            if ids is None:
                ids = index[cle] = OOTreeSet()
            ids.insert(lien.id)
        self.indexer(lien)
        return lien

    def indexer(self, lien: Rattachement) -> None:
        """It was decided upon."""
        if lien.statut is Statut.A_VALIDER:
            self._a_valider.insert(lien.id)
        elif lien.id in self._a_valider:
            self._a_valider.remove(lien.id)

    def situer(self, lien: Rattachement, espace: str) -> None:
        """It is known which business application's debtor it is."""
        self.retirer(lien)
        lien.espace = espace
        self.ajouter(lien)

    def retirer(self, lien: Rattachement) -> None:
        for index, cle in self._cles(lien):
            index[cle].remove(lien.id)
            if not index[cle]:
                del index[cle]
        if lien.id in self._a_valider:
            self._a_valider.remove(lien.id)
        del self._par_id[lien.id]

    def get(self, id: str) -> Rattachement | None:
        return self._par_id.get(id)

    def du_compte(self, compte: str) -> list[Rattachement]:
        """Those of a compte, the oldest first."""
        return self._tries(self._par_compte.get(compte, ()))

    def du_debiteur(self, espace: str, debiteur: str) -> list[Rattachement]:
        """Those of a debtor, the oldest first."""
        return self._tries(self._par_debiteur.get((debiteur, espace), ()))

    def du_numero(self, debiteur: str) -> list[Rattachement]:
        """Those of all debtors of this number, whoever has given it."""
        found = self._par_debiteur.values((debiteur, ""), (debiteur, "\U0010ffff"))
        return self._tries(id for ids in found for id in ids)

    @property
    def a_valider(self) -> list[Rattachement]:
        """What waits for the cashier, the oldest first."""
        return self._tries(self._a_valider)

    def __iter__(self) -> Iterator[Rattachement]:
        return iter(self._par_id.values())

    def __len__(self) -> int:
        return len(self._par_id)

    def _cles(self, lien: Rattachement):
        return (
            (self._par_compte, lien.compte),
            (self._par_debiteur, (lien.debiteur, lien.espace)),
        )

    def _tries(self, ids: Iterable[str]) -> list[Rattachement]:
        return sorted((self._par_id[id] for id in ids), key=lambda one: one.demande_le)


def rattachements_de(guichet) -> Rattachements:
    """The links of a guichet; empty, and kept nowhere, until the first one."""
    kept = IAnnotations(guichet).get(_KEY)
    # Not « or »: the truth of a container is its length, and that counts all of it.
    return kept if kept is not None else Rattachements()


def debiteurs_de(guichet, compte: Compte) -> list[str]:
    """The debtors this compte is, as the cashier has found."""
    return [
        lien.debiteur
        for lien in rattachements_de(guichet).du_compte(compte.id)
        if lien.statut is Statut.VALIDE
    ]


def demander(
    guichet, compte: Compte, debiteur: str, facture: str, now: datetime | None = None
) -> Rattachement:
    """The citizen says which debtor he is, and names one of its invoices.

    :raises NumeroInvalide: one of the two cannot be a number
    :raises DejaDemande: he has said so before
    :raises TropDeDemandes: others of his wait for the cashier
    """
    facture = " ".join(facture.split())
    if not 0 < len(facture) <= 60 or not facture.isprintable():
        raise NumeroInvalide("facture")
    debiteur = _numero(debiteur)
    siens = rattachements_de(guichet).du_compte(compte.id)
    ouverts = [lien for lien in siens if lien.statut is Statut.A_VALIDER]
    lien = Rattachement(
        compte=compte.id,
        debiteur=debiteur,
        facture=facture,
        moment=now or swisstime.now(),
    )
    # What waits is compared by the number alone: whether it is taken for another one
    # would say that somebody has such an invoice.
    if any(one.debiteur == debiteur for one in ouverts) or _tient(
        siens, espace_de(guichet, lien), debiteur
    ):
        raise DejaDemande(compte.id)
    if len(ouverts) >= MAX_DEMANDES:
        raise TropDeDemandes(compte.id)
    _ouvrir(guichet).ajouter(lien)
    record("rattachement.demander", subject=lien.id, compte=compte.id)
    return lien


def lier(
    guichet,
    compte: Compte,
    debiteur: str,
    *,
    par: str,
    espace: str = "",
    now: datetime | None = None,
) -> Rattachement:
    """The cashier ties them by hand; a request for the same is settled by it.

    ``espace`` says whose debtor it is; it may be left out where there is only one.

    :raises NumeroInvalide: no debtor has such a number
    :raises EspaceInconnu: no régie uses such debtors, or several could be meant
    :raises DejaDemande: they are tied already
    """
    debiteur = _numero(debiteur)
    connus = {*espaces()}
    espace = espace or seul(connus)
    if espace not in connus:
        raise EspaceInconnu(espace)
    moment = now or swisstime.now()
    magasin = _ouvrir(guichet)
    siens = magasin.du_compte(compte.id)
    if _tient(siens, espace, debiteur):
        raise DejaDemande(compte.id)
    lien = None
    for one in siens:
        ouvert = one.debiteur == debiteur and one.statut is Statut.A_VALIDER
        # Another application's, when an invoice of it is named.
        if ouvert and espace_de(guichet, one) in ("", espace):
            lien = one
    if lien is None:
        lien = magasin.ajouter(
            Rattachement(compte=compte.id, debiteur=debiteur, facture="", moment=moment)
        )
    magasin.situer(lien, espace)
    _decider(guichet, lien, Statut.VALIDE, par=par, now=moment)
    return lien


def valider(
    guichet,
    lien: Rattachement,
    *,
    par: str,
    espace: str = "",
    now: datetime | None = None,
) -> None:
    """The cashier has compared: the compte is this debtor.

    ``espace`` says whose; it may be left out when the invoice that is named says it.

    :raises DejaDecide: somebody has decided before
    :raises EspaceInconnu: no régie uses such debtors, or several could be meant
    :raises DejaDemande: the compte has been tied to it in another way
    """
    _encore(lien, Statut.A_VALIDER)
    nommes = {facture.espace for facture in factures_nommees(guichet, lien)}
    espace = espace or espace_de(guichet, lien)
    if espace not in nommes | {*espaces()}:
        raise EspaceInconnu(espace)
    magasin = _ouvrir(guichet)
    if _tient(magasin.du_compte(lien.compte), espace, lien.debiteur):
        raise DejaDemande(lien.compte)
    magasin.situer(lien, espace)
    _decider(guichet, lien, Statut.VALIDE, par=par, now=now)


def refuser(
    guichet,
    lien: Rattachement,
    *,
    par: str,
    motif: str = "",
    now: datetime | None = None,
) -> None:
    """The cashier has compared: the compte is not this debtor.

    :raises DejaDecide: somebody has decided before
    """
    _encore(lien, Statut.A_VALIDER)
    _decider(guichet, lien, Statut.REFUSE, par=par, motif=motif, now=now)


def delier(
    guichet, lien: Rattachement, *, par: str, now: datetime | None = None
) -> None:
    """The compte is this debtor no more.

    :raises DejaDecide: it is not tied
    """
    _encore(lien, Statut.VALIDE)
    _decider(guichet, lien, Statut.DELIE, par=par, now=now)


def oublier_compte(guichet, compte_id: str) -> None:
    """The compte is erased, and with it what it is tied to."""
    magasin = rattachements_de(guichet)
    for lien in magasin.du_compte(compte_id):
        magasin.retirer(lien)


def vider(guichet) -> None:
    """Forget all links of a guichet: a copy begins anew."""
    IAnnotations(guichet).pop(_KEY, None)


def _numero(debiteur: str) -> str:
    debiteur = debiteur.strip()
    if not _DEBITEUR.fullmatch(debiteur):
        raise NumeroInvalide("debiteur")
    return debiteur


def _tient(liens: Iterable[Rattachement], espace: str, debiteur: str) -> bool:
    return any(
        lien.statut is Statut.VALIDE
        and (lien.espace, lien.debiteur) == (espace, debiteur)
        for lien in liens
    )


def _encore(lien: Rattachement, statut: Statut) -> None:
    if lien.statut is not statut:
        raise DejaDecide(lien.id)


def _decider(
    guichet,
    lien: Rattachement,
    statut: Statut,
    *,
    par: str,
    now: datetime | None,
    motif: str = "",
) -> None:
    lien.decider(statut, par=par, moment=now or swisstime.now(), motif=motif)
    rattachements_de(guichet).indexer(lien)
    record(
        "rattachement.decider",
        subject=lien.id,
        compte=lien.compte,
        statut=statut.value,
    )
    compte = get_compte(lien.compte)
    if compte is not None:
        notify(RattachementDecide(lien, guichet, compte))


def _ouvrir(guichet) -> Rattachements:
    annotations = IAnnotations(guichet)
    if _KEY not in annotations:
        annotations[_KEY] = Rattachements()
    return annotations[_KEY]
