"""The only door to the carts: whoever calls it is the owner of the compte.

A cart locks nothing and decides nothing: each invoice in it is looked at anew, and a
payment looks once more.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.service import get_facture
from carouge.guichet.facture.visibilite import facture_visible
from carouge.guichet.facture.visibilite import visibilite_de
from carouge.guichet.facture.visibilite import voit
from carouge.guichet.panier.content import Panier
from carouge.guichet.panier.content import Paniers
from carouge.guichet.panier.domain import abandonne
from carouge.guichet.panier.domain import ArticleDuPanier
from carouge.guichet.panier.domain import MAX_ARTICLES
from carouge.guichet.panier.domain import PanierRefuse
from carouge.guichet.panier.domain import PAYABLES
from carouge.guichet.panier.domain import prochaines
from carouge.guichet.panier.domain import Refus
from carouge.guichet.panier.domain import REPORTES
from carouge.guichet.panier.domain import Situation
from carouge.guichet.regie.service import get_regie
from carouge.guichet.regie.service import RegieInconnue
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zope.annotation.interfaces import IAnnotations


_KEY = "carouge.guichet.paniers"

_PAYEES = (EtatFacture.PAYEE, EtatFacture.SURPAYEE)
_PRISES = {
    EtatFacture.EN_PAIEMENT: Situation.EN_PAIEMENT,
    EtatFacture.A_VERIFIER: Situation.A_VERIFIER,
}


@dataclass(frozen=True)
class LigneDuPanier:
    """One invoice of a cart as it stands now.

    ``facture`` is None when the compte does not see it (any more). ``version`` is that
    of this very moment: what is shown is what may be paid.
    """

    id: str
    situation: Situation
    facture: Facture | None = None

    @property
    def payable(self) -> bool:
        return self.situation in PAYABLES

    @property
    def version(self) -> int:
        return self.facture.version if self.facture is not None else 0

    @property
    def centimes(self) -> int:
        """What would be paid for it."""
        return self.facture.solde if self.facture is not None and self.payable else 0


@dataclass(frozen=True)
class Contenu:
    """A cart with its invoices; ``regie`` is a code, empty for an empty cart.

    ``ensuite`` are those that wait for the payment after this one.
    """

    regie: str = ""
    lignes: tuple[LigneDuPanier, ...] = ()
    ensuite: tuple[LigneDuPanier, ...] = ()

    @property
    def total(self) -> int:
        """Centimes of all that can be paid now."""
        return sum(ligne.centimes for ligne in self.lignes)

    @property
    def payable(self) -> bool:
        """All that lies in it can be paid together."""
        return bool(self.lignes) and all(ligne.payable for ligne in self.lignes)

    @property
    def verrou(self) -> str:
        """The uid of the payment that has invoices of this cart; empty for none."""
        for ligne in self.lignes:
            if ligne.facture is not None and ligne.facture.verrou:
                return ligne.facture.verrou
        return ""

    @property
    def attendues(self) -> list[tuple[str, int]]:
        """Id and version of each invoice, for a payment of what is shown."""
        return [(ligne.id, ligne.version) for ligne in self.lignes]


def paniers_de(guichet) -> Paniers:
    """The carts of a guichet; empty, and kept nowhere, until the first one."""
    return IAnnotations(guichet).get(_KEY) or Paniers()


def panier_de(guichet, compte: Compte, *, now: datetime | None = None) -> Panier | None:
    """The cart of a citizen; None as long as there is none, or it was idle too long."""
    panier = paniers_de(guichet).get(compte.id)
    if panier is None or abandonne(panier.modifie, now or swisstime.now()):
        return None
    return panier


def contenu_de(guichet, compte: Compte, *, now: datetime | None = None) -> Contenu:
    """What lies in the cart of a citizen, each invoice as it stands now."""
    panier = panier_de(guichet, compte, now=now)
    if panier is None:
        return Contenu()
    visibilite = visibilite_de(guichet, compte, now)

    def ligne(id: str, version: int | None) -> LigneDuPanier:
        facture = get_facture(guichet, id)
        if facture is None or not voit(visibilite, facture):
            return LigneDuPanier(id, Situation.DISPARUE)
        return LigneDuPanier(id, _situation(facture, version), facture)

    return Contenu(
        regie=panier.regie,
        lignes=tuple(ligne(one.facture, one.version) for one in panier.articles),
        ensuite=tuple(ligne(id, None) for id in panier.ensuite),
    )


def nombre(guichet, compte: Compte) -> int:
    """How many invoices lie in the cart; none of them is woken."""
    panier = panier_de(guichet, compte)
    return len(panier.articles) if panier is not None else 0


def ajouter(
    guichet, compte: Compte, facture_id: str, *, now: datetime | None = None
) -> Panier:
    """Put an invoice into the cart. One of another régie is kept for the next payment,
    and so is one that comes while the cart is being paid.

    :raises PanierRefuse: it does not go in, with the reason
    """
    moment = now or swisstime.now()
    facture = facture_visible(guichet, compte, facture_id, now)
    if facture is None:
        raise PanierRefuse(Refus.INCONNUE)
    panier = panier_de(guichet, compte, now=moment)
    articles = panier.articles if panier is not None else []
    refus = _refus(guichet, facture, panier)
    if refus in REPORTES:
        if facture.id not in panier.ensuite:
            panier.ensuite = (*panier.ensuite, facture.id)[:MAX_ARTICLES]
        panier.modifie = moment
    if refus is not None:
        raise PanierRefuse(refus)
    if panier is None:
        panier = _ouvrir(guichet, compte)
    panier.mettre(
        [*articles, ArticleDuPanier(facture.id, facture.version)],
        facture.regie,
        moment,
    )
    panier.ensuite = tuple(id for id in panier.ensuite if id != facture.id)
    return panier


def retirer(
    guichet, compte: Compte, facture_id: str, *, now: datetime | None = None
) -> Panier | None:
    """Take it out, or out of what is to be paid next; nothing when it is not there.

    Once the cart is empty, what waited for the next payment comes in.
    """
    panier = panier_de(guichet, compte, now=now)
    if panier is not None:
        _oter(guichet, panier, [facture_id], now or swisstime.now())
    return panier


def payee(
    guichet, compte_id: str, factures: Sequence[str], *, now: datetime | None = None
) -> None:
    """These were paid: they leave the cart, and what waited for it comes in."""
    panier = paniers_de(guichet).get(compte_id)
    if panier is not None:
        _oter(guichet, panier, factures, now or swisstime.now())


def oublier(guichet, compte_id: str) -> None:
    """The compte is erased, and its cart with it."""
    paniers_de(guichet).oublier(compte_id)


def oublier_abandonnes(guichet, now: datetime) -> int:
    """Delete the carts nobody has touched for a day; how many there were."""
    paniers = paniers_de(guichet)
    idle = [id for id, panier in paniers.items() if abandonne(panier.modifie, now)]
    for id in idle:
        paniers.oublier(id)
    return len(idle)


def vider(guichet) -> None:
    """Forget all carts: the guichet is a copy, or the add-on goes."""
    IAnnotations(guichet).pop(_KEY, None)


def _ouvrir(guichet, compte: Compte) -> Panier:
    annotations = IAnnotations(guichet)
    if _KEY not in annotations:
        annotations[_KEY] = Paniers()
    panier = annotations[_KEY].ouvrir(compte.id)
    # What lay in it was forgotten with the day.
    panier.ensuite = ()
    return panier


def _oter(guichet, panier: Panier, factures: Sequence[str], moment: datetime) -> None:
    avant = panier.articles
    articles = [article for article in avant if article.facture not in factures]
    ensuite = tuple(id for id in panier.ensuite if id not in factures)
    if len(articles) == len(avant) and ensuite == panier.ensuite:
        return
    regie = panier.regie
    if not articles:
        articles, regie = _suivantes(guichet, ensuite)
        dedans = {article.facture for article in articles}
        ensuite = tuple(id for id in ensuite if id not in dedans)
    panier.mettre(articles, regie, moment)
    panier.ensuite = ensuite


def _suivantes(guichet, ensuite: Sequence[str]) -> tuple[list[ArticleDuPanier], str]:
    factures = [get_facture(guichet, id) for id in ensuite]
    par_id = {one.id: one for one in factures if one is not None and one.payable}
    ids, regie = prochaines([(one.id, one.regie) for one in par_id.values()])
    return [ArticleDuPanier(id, par_id[id].version) for id in ids], regie


def _refus(guichet, facture: Facture, panier: Panier | None) -> Refus | None:
    """Why it does not go into the cart; None when it does."""
    if facture.etat in _PAYEES:
        return Refus.PAYEE
    articles = panier.articles if panier is not None else []
    if facture.etat is EtatFacture.ANNULEE:
        return Refus.IMPOSSIBLE
    if any(article.facture == facture.id for article in articles):
        return Refus.DOUBLON
    if not facture.payable:
        return Refus.VERROU
    if not _en_ligne(facture.regie):
        return Refus.IMPOSSIBLE
    if not articles:
        return None
    if panier.regie != facture.regie:
        return Refus.REGIE
    if len(articles) >= MAX_ARTICLES:
        return Refus.PLEIN
    return Refus.EN_COURS if _en_cours(guichet, articles) else None


def _en_cours(guichet, articles: Sequence[ArticleDuPanier]) -> bool:
    factures = (get_facture(guichet, article.facture) for article in articles)
    return any(facture is not None and facture.verrou for facture in factures)


def _situation(facture: Facture, version: int | None) -> Situation:
    etat = facture.etat
    if etat in _PAYEES:
        return Situation.PAYEE
    if etat is EtatFacture.ANNULEE:
        return Situation.ANNULEE
    if etat in _PRISES:
        return _PRISES[etat]
    if not _en_ligne(facture.regie):
        return Situation.HORS_LIGNE
    changee = version is not None and version != facture.version
    return Situation.CHANGEE if changee else Situation.PRETE


def _en_ligne(code: str) -> bool:
    """Whether that régie takes payments online."""
    try:
        return bool(get_regie(code).passerelle)
    except RegieInconnue:
        return False
