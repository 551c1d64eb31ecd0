"""The citizen's invoices: which part of the list, and each line in words."""

from __future__ import annotations

from carouge.guichet.compte.content import Compte
from carouge.guichet.espace import cadence
from carouge.guichet.espace.mots_factures import AU_PANIER
from carouge.guichet.espace.mots_factures import ENSUITE
from carouge.guichet.espace.mots_factures import ETAT_COLOURS
from carouge.guichet.espace.mots_factures import ETAT_LABELS
from carouge.guichet.espace.mots_factures import RAISONS
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Resume
from carouge.guichet.facture.visibilite import partager
from carouge.guichet.facture.visibilite import resumes_visibles
from carouge.guichet.facture.visibilite import Visibilite
from carouge.guichet.facture.visibilite import visibilite_de
from carouge.guichet.formulaire.limites import compter
from carouge.guichet.money import format_chf
from carouge.guichet.paiement.quittance import document_de
from carouge.guichet.panier.content import Panier
from carouge.guichet.panier.service import nombre
from carouge.guichet.panier.service import panier_de
from carouge.guichet.regie.service import regies
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import today
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from zope.i18nmessageid import Message


PAGE_SIZE = 20


class Rubrique(str, Enum):
    """The two parts of the invoices."""

    A_PAYER = "a_payer"
    #: What is paid, or not to be paid any more.
    RELEVE = "releve"


_DUES = (EtatFacture.OUVERTE, EtatFacture.EN_PAIEMENT, EtatFacture.A_VERIFIER)


def rubrique_de(etat: EtatFacture) -> Rubrique:
    return Rubrique.A_PAYER if etat in _DUES else Rubrique.RELEVE


@dataclass(frozen=True)
class Ligne:
    """One invoice of the list, in words."""

    id: str
    numero: str
    libelle: str
    regie: str
    montant: str
    solde: str
    emise_le: str
    echeance: str
    payee_le: str
    etat: Message
    colour: str
    late: bool
    en_partie: bool
    ouverte: bool
    #: It can be put into the cart.
    en_ligne: bool
    #: Where it lies in the cart; None when it does not.
    place: Message | None
    ancienne: bool


@dataclass(frozen=True)
class Vue:
    """A page of one part of the invoices.

    ``du`` is what is open altogether, in centimes, and ``ouvertes`` how many that are;
    ``anciennes`` how many older ones this part has, shown or not.
    """

    visibilite: Visibilite
    rubrique: Rubrique
    lignes: tuple[Ligne, ...]
    total: int
    anciennes: int
    du: int
    ouvertes: int
    en_retard: int
    nombres: dict[Rubrique, int]


def vue_de(
    guichet,
    compte: Compte,
    rubrique: Rubrique,
    *,
    anciennes: bool = False,
    page: int = 1,
) -> Vue:
    """What somebody sees of his invoices; a page that does not exist is empty."""
    visibilite = visibilite_de(guichet, compte)
    resumes = resumes_visibles(guichet, visibilite)
    siens = [one for one in resumes if rubrique_de(one.etat) is rubrique]
    recentes, vieilles = partager(siens)
    montrees = [*recentes, *vieilles] if anciennes else recentes
    debut = (page - 1) * PAGE_SIZE
    places = _places(panier_de(guichet, compte))
    jour, connues = today(), regies()
    ages = {one.id for one in vieilles}
    ouvertes = [one for one in resumes if one.etat is EtatFacture.OUVERTE]
    return Vue(
        visibilite=visibilite,
        rubrique=rubrique,
        lignes=tuple(
            _ligne(one, jour, connues, places, one.id in ages)
            for one in montrees[debut : debut + PAGE_SIZE]
        ),
        total=len(montrees),
        anciennes=len(vieilles),
        du=sum(one.solde for one in ouvertes),
        ouvertes=len(ouvertes),
        en_retard=sum(one.echeance < jour for one in ouvertes),
        nombres={
            one: sum(rubrique_de(resume.etat) is one for resume in resumes)
            for one in Rubrique
        },
    )


@dataclass(frozen=True)
class Bref:
    """What the overview says of the invoices; ``raison`` only when there are none."""

    ouvertes: int
    en_retard: int
    du: str
    au_panier: int
    raison: Message | None


def bref_de(guichet, compte: Compte) -> Bref:
    """What is due, in short."""
    visibilite = visibilite_de(guichet, compte)
    resumes = resumes_visibles(guichet, visibilite)
    ouvertes = [one for one in resumes if one.etat is EtatFacture.OUVERTE]
    jour = today()
    return Bref(
        ouvertes=len(ouvertes),
        en_retard=sum(one.echeance < jour for one in ouvertes),
        du=format_chf(sum(one.solde for one in ouvertes)),
        au_panier=nombre(guichet, compte),
        raison=None if resumes else RAISONS.get(visibilite.raison),
    )


def ligne_de(guichet, compte: Compte, resume: Resume) -> Ligne:
    """One invoice in words, for its own page."""
    places = _places(panier_de(guichet, compte))
    return _ligne(resume, today(), regies(), places, False)


def _places(panier: Panier | None) -> dict[str, Message]:
    """Where the invoices of a cart lie in it, by id."""
    if panier is None:
        return {}
    return dict.fromkeys(panier.ensuite, ENSUITE) | {
        article.facture: AU_PANIER for article in panier.articles
    }


def _ligne(
    resume: Resume,
    jour: date,
    connues,
    places: Mapping[str, Message],
    ancienne: bool,
) -> Ligne:
    regie = connues.get(resume.regie)
    ouverte = resume.etat is EtatFacture.OUVERTE
    return Ligne(
        id=resume.id,
        numero=resume.numero,
        libelle=resume.libelle,
        regie=regie.titre if regie else resume.regie,
        montant=format_chf(resume.montant),
        solde=format_chf(max(resume.solde, 0)),
        emise_le=format_date(resume.emise_le),
        echeance=format_date(resume.echeance),
        payee_le=format_date(resume.payee_le) if resume.payee_le else "",
        etat=ETAT_LABELS[resume.etat],
        colour=ETAT_COLOURS[resume.etat],
        late=ouverte and resume.echeance < jour,
        en_partie=ouverte and resume.solde != resume.montant,
        ouverte=ouverte,
        en_ligne=ouverte and bool(regie and regie.passerelle),
        place=places.get(resume.id),
        ancienne=ancienne,
    )


def document(guichet, facture: Facture, nom: str) -> tuple[bytes, str]:
    """See paiement.quittance.document_de, for the citizen of the invoice.

    :raises carouge.guichet.formulaire.limites.TropVite: too many PDF were made
    :raises carouge.guichet.paiement.quittance.SansQuittance: there is no receipt
    """
    compter(cadence.documents)
    return document_de(guichet, facture, nom)
