"""Persistent classes of the invoices. Their paths are stored: they never move.

An invoice is a record, not content (docs/decisions/0012): state, balance and lock lie in
this one object, because only what is one object is protected when two requests meet.
"""

from __future__ import annotations

from carouge.guichet.facture.domain import Changement
from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import etat_de
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.domain import Resume
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.domain import Verrouillee
from carouge.guichet.money import to_decimal
from carouge.guichet.regie.domain import Adresse
from carouge.guichet.swisstime import local_date
from dataclasses import astuple
from datetime import date
from datetime import datetime
from persistent import Persistent


class Facture(Persistent):
    """One invoice; ``id`` is random and public, amounts are centimes.

    ``regie``, ``numero`` and ``debiteur`` never change. ``debiteur`` is the business
    application's id of whoever has to pay (never a name), ``espace`` that application
    (regie.domain.Regie.espace_debiteurs, as it was when the invoice was made);
    ``proprietaires`` are the
    principals an invoice made here belongs to, ``demande`` the number of the demande
    whose fee it is. ``version`` grows with each change of what is due.
    """

    annulee: datetime | None = None
    annulee_par = ""
    annulee_raison = ""
    #: The uid of the payment under way, and since when; empty for none.
    verrou = ""
    verrou_depuis: datetime | None = None
    #: That payment is being looked into.
    en_revue = False
    #: When reminders went out (aware, UTC).
    rappels: tuple[datetime, ...] = ()
    proprietaires: tuple[str, ...] = ()
    demande = ""
    #: Whom a bill is made out to, as values of regie.domain.Adresse; None: unknown.
    _adresse: tuple[str, ...] | None = None
    #: Digest of what the business application has sent last.
    empreinte = ""
    version = 1
    _ecritures: tuple[tuple, ...] = ()
    _historique: tuple[tuple, ...] = ()

    def __init__(
        self,
        *,
        id: str,
        regie: str,
        numero: str,
        debiteur: str,
        domaine: str,
        libelle: str,
        emise_le: date,
        echeance: date,
        montant: int,
        lignes: tuple[Ligne, ...],
        reference_qr: str,
        espace: str = "",
    ) -> None:
        self.id = id
        self.regie = regie
        self.numero = numero
        self.debiteur = debiteur
        self.espace = espace or regie
        self.domaine = domaine
        self.libelle = libelle
        self.emise_le = emise_le
        self.echeance = echeance
        self.montant = montant
        self._lignes = tuple(astuple(ligne) for ligne in lignes)
        self.reference_qr = reference_qr

    @property
    def lignes(self) -> list[Ligne]:
        return [Ligne(*values) for values in self._lignes]

    @property
    def adresse(self) -> Adresse | None:
        """Whom the bill is made out to; None: unknown."""
        return None if self._adresse is None else Adresse(*self._adresse)

    @adresse.setter
    def adresse(self, adresse: Adresse | None) -> None:
        self._adresse = None if adresse is None else astuple(adresse)

    @property
    def ecritures(self) -> list[Ecriture]:
        """The ledger, oldest first."""
        return [
            Ecriture(Source(source), *values) for source, *values in self._ecritures
        ]

    @property
    def historique(self) -> list[Changement]:
        """What was changed of it, oldest first."""
        return [Changement(*values) for values in self._historique]

    @property
    def recu(self) -> int:
        """What has come in less what went back, in centimes."""
        return sum(values[2] for values in self._ecritures)

    @property
    def solde(self) -> int:
        """What is still due, in centimes; less than zero when too much has come in."""
        return (0 if self.annulee else self.montant) - self.recu

    @property
    def etat(self) -> EtatFacture:
        return etat_de(
            montant=self.montant,
            recu=self.recu,
            annulee=self.annulee is not None,
            verrou=self.verrou,
            en_revue=self.en_revue,
        )

    @property
    def payable(self) -> bool:
        """Somebody may begin to pay it now."""
        return self.etat is EtatFacture.OUVERTE

    @property
    def payee_le(self) -> date | None:
        """The day of the last money that came in, once all is paid."""
        if self.etat not in (EtatFacture.PAYEE, EtatFacture.SURPAYEE):
            return None
        moments = [values[3] for values in self._ecritures if values[2] > 0]
        return local_date(max(moments)) if moments else None

    def verrouiller(self, paiement: str, moment: datetime) -> None:
        """A payment takes it: nobody else may begin one.

        :raises Verrouillee: it is not open
        """
        if not self.payable:
            raise Verrouillee(self.id)
        self.verrou = paiement
        self.verrou_depuis = moment

    def liberer(self, paiement: str) -> None:
        """That payment is over; nothing to do when it is not the one that has it."""
        if self.verrou == paiement:
            self.verrou = ""
            self.verrou_depuis = None
            self.en_revue = False

    def mettre_en_revue(self, paiement: str) -> None:
        """That payment is being looked into; nothing to do for another one's lock."""
        if self.verrou == paiement:
            self.en_revue = True

    def annuler(self, moment: datetime, raison: str, par: str) -> None:
        """Nothing is due any more.

        :raises Verrouillee: a payment of it is under way
        """
        if self.verrou:
            raise Verrouillee(self.id)
        self.annulee = moment
        self.annulee_raison = raison
        self.annulee_par = par
        self.version += 1

    def modifier(
        self, valeurs: dict[str, object], moment: datetime, par: str = ""
    ) -> list[str]:
        """Change what is still open; the names of what was different.

        ``valeurs`` may name domaine, libelle, emise_le, echeance, montant, lignes,
        adresse.

        :raises Verrouillee: it is not open, somebody relies on what it says
        """
        if not self.payable:
            raise Verrouillee(self.id)
        changes = {
            champ: valeur
            for champ, valeur in valeurs.items()
            if getattr(self, champ) != valeur
        }
        for champ, valeur in changes.items():
            avant = getattr(self, champ)
            if champ == "lignes":
                self._lignes = tuple(astuple(ligne) for ligne in valeur)
            else:
                setattr(self, champ, valeur)
            changement = Changement(moment, champ, _mots(avant), _mots(valeur), par)
            self._historique = (*self._historique, astuple(changement))
        if changes:
            self.version += 1
        return [*changes]

    def ecrire(self, ecriture: Ecriture) -> None:
        """Add to the ledger; only carouge.guichet.facture.service calls it."""
        self._ecritures = (*self._ecritures, _values(ecriture))
        # What is due is another amount now: a page that shows the former one is old.
        self.version += 1

    def resume(self) -> Resume:
        """What lists show of it."""
        return Resume(
            id=self.id,
            regie=self.regie,
            numero=self.numero,
            debiteur=self.debiteur,
            demande=self.demande,
            domaine=self.domaine,
            libelle=self.libelle,
            emise_le=self.emise_le,
            echeance=self.echeance,
            montant=self.montant,
            solde=self.solde,
            etat=self.etat,
            payee_le=self.payee_le,
            reference_qr=self.reference_qr,
        )


def _values(ecriture: Ecriture) -> tuple:
    """Plain values: a stored enumeration would tie the database to its path."""
    return (ecriture.source.value, *astuple(ecriture)[1:])


def _mots(valeur: object) -> str:
    """A value as the history keeps it."""
    if isinstance(valeur, bool) or valeur is None:
        return ""
    if isinstance(valeur, int):
        return to_decimal(valeur)
    if isinstance(valeur, list):
        return "; ".join(f"{one.libelle} {to_decimal(one.montant)}" for one in valeur)
    if isinstance(valeur, Adresse):
        return ", ".join(part for part in astuple(valeur) if part)
    return str(valeur)
