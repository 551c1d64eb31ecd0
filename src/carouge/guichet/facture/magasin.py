"""Where the invoices of a guichet lie, and how they are found. The path is stored."""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from BTrees.OOBTree import OOTreeSet
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import EcritureDouble
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Resume
from carouge.guichet.swisstime import local_date
from collections.abc import Iterator
from persistent import Persistent


class Factures(Persistent):
    """All invoices of a guichet, by id, with what lists and imports look them up by.

    Only :mod:`carouge.guichet.facture.service` writes here. Lists are made of the
    summaries (:class:`~carouge.guichet.facture.domain.Resume`): no invoice is woken.
    """

    def __init__(self) -> None:
        self._par_id = OOBTree()
        #: (régie, number) -> id, and QR reference -> id: both are unique.
        self._par_numero = OOBTree()
        self._par_reference = OOBTree()
        #: "d:" + space + ":" + debtor, "p:" + principal or "n:" + demande -> ids.
        self._par_cle = OOBTree()
        #: id -> values of its summary.
        self._resumes = OOBTree()
        #: (régie, state, day of issue as ordinal, id)
        self._par_etat = OOTreeSet()
        #: (régie, source, external id) -> id of the invoice: nothing is booked twice.
        self._ecritures = OOBTree()
        #: (régie, day, source, external id) -> (invoice id, centimes, payment, by).
        self._livre = OOBTree()

    def ajouter(self, facture: Facture) -> Facture:
        """
        :raises KeyError: its id, its number in the régie or its reference is taken
        """
        if not self._par_id.insert(facture.id, facture):
            raise KeyError(facture.id)
        if not self._par_numero.insert((facture.regie, facture.numero), facture.id):
            raise KeyError(facture.numero)
        reference = facture.reference_qr
        if reference and not self._par_reference.insert(reference, facture.id):
            raise KeyError(reference)
        self._inscrire(facture)
        self.indexer(facture)
        return facture

    def donner(self, facture: Facture, proprietaires: tuple[str, ...]) -> None:
        """It belongs to other principals."""
        for cle in cles_de(facture):
            self._par_cle[cle].remove(facture.id)
        facture.proprietaires = proprietaires
        self._inscrire(facture)

    def _inscrire(self, facture: Facture) -> None:
        for cle in cles_de(facture):
            ids = self._par_cle.get(cle)
            if ids is None:
                ids = self._par_cle[cle] = OOTreeSet()
            ids.insert(facture.id)

    def indexer(self, facture: Facture) -> None:
        """Its summary has changed."""
        avant = self._resumes.get(facture.id)
        if avant is not None:
            ligne = _ligne(_resume(avant))
            if ligne in self._par_etat:
                self._par_etat.remove(ligne)
        resume = facture.resume()
        self._resumes[facture.id] = _valeurs(resume)
        self._par_etat.insert(_ligne(resume))

    def ecrire(self, facture: Facture, ecriture) -> None:
        """Book a movement of money.

        :raises EcritureDouble: it is in the books of this régie already
        """
        cle = (facture.regie, ecriture.source.value, ecriture.id_externe)
        if not self._ecritures.insert(cle, facture.id):
            raise EcritureDouble(*cle)
        jour = local_date(ecriture.moment).isoformat()
        facture.ecrire(ecriture)
        self._livre[(facture.regie, jour, *cle[1:])] = (
            facture.id,
            ecriture.montant,
            ecriture.paiement,
            ecriture.par,
        )
        self.indexer(facture)

    def connait(self, regie: str, source: str, id_externe: str) -> str | None:
        """The id of the invoice on which this movement is booked, if it is."""
        return self._ecritures.get((regie, source, id_externe))

    def a_des_factures(self, regie: str = "") -> bool:
        """Whether there is any invoice, of that régie when one is named."""
        if not regie:
            return bool(self._par_id)
        premiers = self._par_numero.keys(min=(regie, ""))
        return bool(premiers) and premiers[0][0] == regie

    def get(self, id: str) -> Facture | None:
        return self._par_id.get(id)

    def par_numero(self, regie: str, numero: str) -> Facture | None:
        id = self._par_numero.get((regie, numero))
        return None if id is None else self._par_id[id]

    def par_reference(self, reference: str) -> Facture | None:
        id = self._par_reference.get(reference)
        return None if id is None else self._par_id[id]

    def resumes_de(self, cles) -> list[Resume]:
        """The summaries under these keys (see :func:`cle_debiteur` and the others)."""
        return [*self.parcourir(cles)]

    def parcourir(self, cles) -> Iterator[Resume]:
        """The same, one by one, for whoever may stop early."""
        for id in {id for cle in cles for id in self._par_cle.get(cle, ())}:
            yield _resume(self._resumes[id])

    def par_etat(
        self, regie: str, etat: EtatFacture, *, envers: bool = False
    ) -> Iterator[Resume]:
        """The summaries of a régie's invoices in a state, by day of issue."""
        lignes = self._par_etat.keys(
            (regie, etat.value), (regie, etat.value, 10_000_000)
        )
        for ligne in reversed(lignes) if envers else lignes:
            yield _resume(self._resumes[ligne[3]])

    def mouvement(self, cle: tuple[str, str, str, str]) -> tuple[str, int, str, str]:
        """``(invoice id, centimes, payment, by)`` of (régie, day, source, external id).

        :raises KeyError: it is not in the books
        """
        return self._livre[cle]

    def livre(self, regie: str, debut, fin) -> Iterator[tuple]:
        """The movements of a régie from day ``debut`` to ``fin``, both included.

        Yields ``(day, source, external id, invoice id, centimes, payment, by)``.
        """
        first = (regie, debut.isoformat())
        last = (regie, fin.isoformat(), "\U0010ffff")
        for cle, values in self._livre.items(first, last):
            yield (*cle[1:], *values)

    def __len__(self) -> int:
        return len(self._par_id)

    def __iter__(self) -> Iterator[Facture]:
        return iter(self._par_id.values())


def cle_debiteur(espace: str, debiteur: str) -> str:
    """Two business applications may call two households the same."""
    return f"d:{espace}:{debiteur}"


def cle_principal(principal: str) -> str:
    return f"p:{principal}"


def cle_demande(numero: str) -> str:
    return f"n:{numero}"


def cles_de(facture: Facture) -> list[str]:
    """What an invoice is looked up by, beside its own names."""
    cles = [cle_principal(principal) for principal in facture.proprietaires]
    if facture.debiteur:
        cles.append(cle_debiteur(facture.espace, facture.debiteur))
    if facture.demande:
        cles.append(cle_demande(facture.demande))
    return cles


def _ligne(resume: Resume) -> tuple:
    return (resume.regie, resume.etat.value, resume.emise_le.toordinal(), resume.id)


def _valeurs(resume: Resume) -> tuple:
    """Plain values: a stored enumeration would tie the database to its path."""
    # dataclasses.astuple copies deeply, which an import of many would feel.
    return tuple(
        valeur.value if isinstance(valeur, EtatFacture) else valeur
        for valeur in vars(resume).values()
    )


def _resume(valeurs: tuple) -> Resume:
    *avant, etat, payee_le, reference_qr = valeurs
    return Resume(*avant, EtatFacture(etat), payee_le, reference_qr)
