"""Brings what the business applications send into the books, invoice by invoice.

``(régie, number)`` says which invoice it is, a digest of its content whether anything
has changed. What somebody relies on, because it is being paid or was paid, is never
changed: it is reported. Nothing follows from what a file does not mention.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.facture import reception
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.creation import nouvel_id
from carouge.guichet.facture.creation import reference_libre
from carouge.guichet.facture.domain import EcritureDouble
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.reception import Defaut
from carouge.guichet.facture.reception import Recue
from carouge.guichet.facture.service import annuler
from carouge.guichet.facture.service import factures_de
from carouge.guichet.facture.service import lire_factures
from carouge.guichet.interfaces import IEncaisser
from carouge.guichet.regie.service import regies
from collections import Counter
from dataclasses import dataclass
from dataclasses import field
from datetime import datetime
from enum import Enum
from zope.component import getUtility

import secrets


class Sort(str, Enum):
    """What became, or would become, of one invoice of a file."""

    CREEE = "creee"
    INCHANGEE = "inchangee"
    MODIFIEE = "modifiee"
    PAYEE = "payee"
    ANNULEE = "annulee"
    #: Books and file contradict each other; nothing was changed, somebody has to look.
    ANOMALIE = "anomalie"
    #: The invoice in the file is not one.
    REFUSEE = "refusee"


#: What a strict import stops at.
MAUVAIS = frozenset({Sort.ANOMALIE, Sort.REFUSEE})

#: The modes: all or nothing, and what can be taken.
STRICT = "strict"
PARTIEL = "partiel"
MODES = (STRICT, PARTIEL)


@dataclass(frozen=True)
class LigneRapport:
    """What became of one invoice.

    ``rang`` is its line in a CSV file, or its rank in a JSON file, from 1. ``raison`` is
    a word that import_labels has a sentence for, ``champ`` the field it is about.
    """

    rang: int
    regie: str
    numero: str
    sort: Sort
    raison: str = ""
    champ: str = ""


@dataclass
class Rapport:
    """What became of a file. ``centimes``: what the created invoices come to."""

    comptes: Counter = field(default_factory=Counter)
    lignes: list[LigneRapport] = field(default_factory=list)
    centimes: int = 0

    @property
    def mauvaises(self) -> int:
        """How many were refused, or contradict the books."""
        return sum(self.comptes[sort] for sort in MAUVAIS)


class Importation:
    """One pass over a file: with ``essai`` it only says what would become of it."""

    def __init__(
        self,
        guichet,
        *,
        essai: bool = False,
        par: str = "",
        now: datetime | None = None,
    ) -> None:
        self.guichet = guichet
        self.essai = essai
        self.par = par
        self.moment = now or swisstime.now()
        self.jour = swisstime.local_date(self.moment)
        self.centimes = 0
        self._regies = regies()
        self._magasin = lire_factures(guichet) if essai else factures_de(guichet)
        self._vues: set[tuple[str, str]] = set()
        self._references: set[str] = set()
        self.voisins()

    def voisins(self) -> None:
        """Ids and references that are made from now on are neighbours: a batch writes
        few buckets."""
        self._debut = secrets.token_hex(4)
        self._chiffres = f"{secrets.randbelow(10**6):06}"

    def passer(self, valeurs: object) -> None:
        """An invoice that was dealt with in an earlier transaction."""
        regie, numero = reception.nommer(valeurs)
        self._vues.add((regie, numero))
        if isinstance(valeurs, dict) and isinstance(valeurs.get("reference_qr"), str):
            self._references.add(valeurs["reference_qr"])

    def traiter(self, rang: int, valeurs: object, *, suisse: bool) -> LigneRapport:
        """Deal with one invoice of the file; ``suisse``: days may be 31.10.2026."""
        regie, numero = reception.nommer(valeurs)
        try:
            if not isinstance(valeurs, dict):
                raise Defaut("colonnes" if suisse else "objet")
            recue = reception.lire(valeurs, self.jour, suisse=suisse)
            facture = self._trouver(recue)
            if facture is None:
                return LigneRapport(rang, regie, numero, self._creer(recue))
            sort, raison, champ = self._rapprocher(facture, recue)
        except Defaut as defaut:
            return LigneRapport(
                rang, regie, numero, Sort.REFUSEE, defaut.raison, defaut.champ
            )
        return LigneRapport(rang, regie, numero, sort, raison, champ)

    def _trouver(self, recue: Recue) -> Facture | None:
        """
        :raises Defaut: it names a régie there is not, or somebody else's names
        """
        if recue.regie not in self._regies:
            raise Defaut("regie", "regie")
        if recue.cle in self._vues:
            raise Defaut("double", "numero")
        self._vues.add(recue.cle)
        facture = self._magasin.par_numero(*recue.cle)
        reference = recue.reference_qr
        if reference:
            autre = self._magasin.par_reference(reference)
            prise = autre is not None and autre is not facture
            if prise or reference in self._references:
                raise Defaut("reference_prise", "reference_qr")
            self._references.add(reference)
        return facture

    # An invoice we do not have

    def _creer(self, recue: Recue) -> Sort:
        if recue.etat == reception.ANNULEE:
            # Nobody has ever seen it.
            return Sort.INCHANGEE
        self.centimes += recue.montant
        if self.essai:
            return Sort.CREEE
        regie = self._regies[recue.regie]
        facture = Facture(
            id=nouvel_id(self._debut),
            regie=recue.regie,
            numero=recue.numero,
            debiteur=recue.debiteur,
            domaine=recue.domaine,
            libelle=recue.libelle,
            emise_le=recue.emise_le,
            echeance=recue.echeance,
            montant=recue.montant,
            lignes=recue.lignes,
            reference_qr=recue.reference_qr
            or reference_libre(self._magasin, regie, self._chiffres),
            espace=regie.espace_debiteurs,
        )
        facture.adresse = recue.adresse
        facture.empreinte = recue.empreinte
        self._magasin.ajouter(facture)
        if recue.etat == reception.PAYEE:
            self._encaisser(facture)
        return Sort.CREEE

    # An invoice we have

    def _rapprocher(self, facture: Facture, recue: Recue) -> tuple[Sort, str, str]:
        change = facture.empreinte != recue.empreinte
        if change:
            contre = _contre(facture, recue)
            if contre:
                return Sort.ANOMALIE, *contre
        if recue.etat == reception.ANNULEE:
            return self._annuler(facture)
        if recue.etat == reception.OUVERTE and facture.annulee is not None:
            return Sort.ANOMALIE, "annulee_ici", "etat"
        due = facture.solde > 0 and recue.etat == reception.PAYEE
        if change and not self.essai:
            self._modifier(facture, recue)
        if due:
            if not self.essai:
                try:
                    self._encaisser(facture)
                except EcritureDouble:
                    return Sort.ANOMALIE, "encaissee_avant", "etat"
            return Sort.PAYEE, "paiement_en_cours" if facture.verrou else "", ""
        return (Sort.MODIFIEE if change else Sort.INCHANGEE), "", ""

    def _modifier(self, facture: Facture, recue: Recue) -> None:
        facture.modifier(
            {
                "domaine": recue.domaine,
                "libelle": recue.libelle,
                "emise_le": recue.emise_le,
                "echeance": recue.echeance,
                "montant": recue.montant,
                "lignes": [*recue.lignes],
                "adresse": recue.adresse,
            },
            self.moment,
            self.par,
        )
        facture.empreinte = recue.empreinte
        self._magasin.indexer(facture)

    def _annuler(self, facture: Facture) -> tuple[Sort, str, str]:
        if facture.annulee is not None:
            return Sort.INCHANGEE, "", ""
        if facture.verrou:
            return Sort.ANOMALIE, "verrouillee", "etat"
        if facture.recu:
            return Sort.ANOMALIE, "annulee_apres_paiement", "etat"
        if not self.essai:
            annuler(self.guichet, facture, "import", self.par)
        return Sort.ANNULEE, "", ""

    def _encaisser(self, facture: Facture) -> None:
        """The business application has the money; a payment may be under way as well."""
        getUtility(IEncaisser)(
            self.guichet,
            facture,
            facture.solde,
            Source.ERP,
            facture.numero,
            par=self.par,
            moment=self.moment,
        )


def _contre(facture: Facture, recue: Recue) -> tuple[str, str] | None:
    """Why an invoice that was changed outside stays as it is here; None: it may change."""
    if facture.debiteur != recue.debiteur:
        return "debiteur", "debiteur"
    if recue.reference_qr and facture.reference_qr != recue.reference_qr:
        return "reference_change", "reference_qr"
    if facture.verrou:
        return "verrouillee", ""
    if facture.recu:
        montant = facture.montant != recue.montant
        return (
            ("montant_apres_paiement", "montant") if montant else ("apres_paiement", "")
        )
    if facture.etat is not EtatFacture.OUVERTE:
        return "annulee_ici", "etat"
    return None
