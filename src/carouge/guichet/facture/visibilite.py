"""Who sees which invoice: the one place that decides.

List, detail, PDF, cart and REST ask here. What belongs to a demande of one's own is
always seen; what the business applications have sent, only when the cashier has found
that the compte is the debtor, the account is old enough, and the household was billed
for a service this is for.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.service import get_compte
from carouge.guichet.compte.service import owner_ids
from carouge.guichet.demande.horloge import geneva_holidays
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Resume
from carouge.guichet.facture.magasin import cle_debiteur
from carouge.guichet.facture.magasin import cle_principal
from carouge.guichet.facture.magasin import cles_de
from carouge.guichet.facture.rattachement import rattachements_de
from carouge.guichet.facture.rattachement import Statut
from carouge.guichet.facture.reglages import reglages
from carouge.guichet.facture.regles import debut_fenetre
from carouge.guichet.facture.regles import Raison
from carouge.guichet.facture.regles import visible_des
from carouge.guichet.facture.service import get_facture
from carouge.guichet.facture.service import lire_factures
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from datetime import datetime


@dataclass(frozen=True)
class Visibilite:
    """What a compte sees.

    ``cles`` are the keys of the invoices it sees (carouge.guichet.facture.magasin).
    ``raison`` says why those of the business applications are not among them,
    ``depuis`` from which day they will be when the account is too young, ``motif`` what
    the cashier has said of a refusal.
    """

    cles: tuple[str, ...]
    raison: Raison = Raison.AUCUNE
    depuis: date | None = None
    motif: str = ""


def visibilite_de(guichet, compte: Compte, now: datetime | None = None) -> Visibilite:
    """What this compte sees, and why not more."""
    propres = tuple(cle_principal(owner) for owner in owner_ids(compte))
    if compte.local is not None and not compte.local.valide:
        return Visibilite(propres, Raison.COMPTE_A_VALIDER)
    liens = rattachements_de(guichet).du_compte(compte.id)
    tenus = [lien for lien in liens if lien.statut is Statut.VALIDE]
    if not tenus:
        raison, motif = _sans_lien(liens)
        return Visibilite(propres, raison, motif=motif)
    regles = reglages()
    jour = swisstime.local_date(now or swisstime.now())
    depuis = None
    if compte.created is not None:
        depuis = visible_des(compte.created, regles.jours_ouvres, geneva_holidays())
    if depuis is None or jour < depuis:
        return Visibilite(propres, Raison.TROP_RECENT, depuis)
    debiteurs = tuple(cle_debiteur(lien.espace, lien.debiteur) for lien in tenus)
    if not _prestations(guichet, debiteurs, regles.domaines):
        return Visibilite(propres, Raison.SANS_PRESTATION)
    return Visibilite((*propres, *debiteurs))


def resumes_visibles(guichet, visibilite: Visibilite) -> list[Resume]:
    """The invoices those are, in any state, the last issued first."""
    return sorted(
        lire_factures(guichet).resumes_de(visibilite.cles),
        key=lambda resume: (resume.emise_le, resume.numero),
        reverse=True,
    )


def facture_visible(
    guichet, compte: Compte, id: str, now: datetime | None = None
) -> Facture | None:
    """The invoice of that id; None when there is none, or not for this compte."""
    facture = get_facture(guichet, id)
    if facture is None:
        return None
    return facture if voit(visibilite_de(guichet, compte, now), facture) else None


def voit(visibilite: Visibilite, facture: Facture) -> bool:
    """Whether the invoice is among those; for whoever looks at several."""
    return not set(visibilite.cles).isdisjoint(cles_de(facture))


def comptes_de(guichet, facture: Facture, now: datetime | None = None) -> list[Compte]:
    """The comptes that see the invoice, and may be written to about it."""
    ids = [*facture.proprietaires]
    if facture.debiteur:
        liens = rattachements_de(guichet)
        ids += [
            lien.compte
            for lien in liens.du_debiteur(facture.espace, facture.debiteur)
            if lien.statut is Statut.VALIDE
        ]
    found = [get_compte(id) for id in dict.fromkeys(ids)]
    return [
        compte
        for compte in found
        if compte is not None and voit(visibilite_de(guichet, compte, now), facture)
    ]


def partager(
    resumes: Iterable[Resume], jour: date | None = None
) -> tuple[list[Resume], list[Resume]]:
    """The recent ones and the older ones, by the day of issue; the order stays."""
    debut = debut_fenetre(jour or swisstime.today(), reglages().mois_recents)
    recentes: list[Resume] = []
    anciennes: list[Resume] = []
    for resume in resumes:
        (recentes if resume.emise_le >= debut else anciennes).append(resume)
    return recentes, anciennes


def _sans_lien(liens) -> tuple[Raison, str]:
    if any(lien.statut is Statut.A_VALIDER for lien in liens):
        return Raison.A_VALIDER, ""
    if liens and liens[-1].statut is Statut.REFUSE:
        return Raison.REFUSE, liens[-1].motif
    return Raison.SANS_RATTACHEMENT, ""


def _prestations(guichet, cles: tuple[str, ...], domaines: frozenset[str]) -> bool:
    return any(
        (not domaines or resume.domaine in domaines)
        and resume.etat is not EtatFacture.ANNULEE
        for resume in lire_factures(guichet).parcourir(cles)
    )
