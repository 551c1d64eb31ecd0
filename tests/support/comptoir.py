"""The payments without a site: a guichet in a ZODB of its own, a bank in memory.

The bank keeps books of its own, can be told to lose answers and to have its
notifications lost, doubled or late. Several clients have a connection each, as the
threads of a server have.
"""

from __future__ import annotations

from carouge.guichet.facture import service as factures
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.interfaces import IPaiementGateway
from carouge.guichet.paiement import depot
from carouge.guichet.paiement import service
from carouge.guichet.paiement.domain import Notification
from carouge.guichet.paiement.domain import NotificationInvalide
from carouge.guichet.paiement.domain import Observation
from carouge.guichet.paiement.domain import Ordre
from carouge.guichet.paiement.domain import Ouverture
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.domain import ReferenceInconnue
from carouge.guichet.paiement.domain import RemboursementObserve
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.domain import StatutRemboursement
from carouge.guichet.regie.domain import Adresse
from carouge.guichet.regie.domain import Regie
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from persistent import Persistent
from transaction.interfaces import TransientError
from unittest import mock
from ZODB.DB import DB
from ZODB.DemoStorage import DemoStorage
from zope.annotation.attribute import AttributeAnnotations
from zope.annotation.interfaces import IAttributeAnnotatable
from zope.component import getGlobalSiteManager
from zope.interface import implementer

import itertools
import json
import transaction


MIDI = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)

SESSION = timedelta(minutes=15)


def regie_de_test(code: str = "VILLE", **values) -> Regie:
    """A régie that is paid at the bank in memory."""
    return Regie(
        **{
            "code": code,
            "titre": code.title(),
            "budget": f"Budget {code}",
            "compte_comptable": "1100.01",
            "creancier": Adresse("Ville", "Place du Marché", "14", "1227", "Carouge"),
            "qr_iban": {"VILLE": "CH4431999123000889012"}.get(
                code, "CH1731999123000889013"
            ),
            "prefixe_reference": "210000",
            "prefixe_numero": code[:1],
            "passerelle": "memoire",
            "marchand": "1110001",
            **values,
        }
    )


@dataclass
class Compte:
    """A payment as the bank has it."""

    reference: str
    ordre: Ordre
    fin: datetime
    statut: Statut = Statut.EN_ATTENTE
    moyen: str = ""
    #: What the bank has taken altogether, and what it has given back.
    pris: int = 0
    rendu: int = 0


@implementer(IPaiementGateway)
@dataclass
class Banque:
    """Speaks the interface; ``pannes`` are what happens to the next calls, in order.

    A breakdown is ``avant`` (nothing was done), ``apres`` (done, the answer is lost) or
    a callable that gets the answer and gives another one; None is no breakdown.
    """

    title = "Banque en mémoire"
    capacites = frozenset(
        {
            "capture_differee",
            "remboursement",
            "remboursement_partiel",
            "notification_signee",
            "interrogation",
        }
    )
    attente: int | None = 0
    session = int(SESSION.total_seconds())

    maintenant: datetime = MIDI
    comptes: dict[str, Compte] = field(default_factory=dict)
    credits: dict[str, tuple[str, int]] = field(default_factory=dict)
    #: The answers by idempotency key, with what was asked for.
    cles: dict[str, tuple[tuple, object]] = field(default_factory=dict)
    pannes: list = field(default_factory=list)
    appels: list[tuple[str, str]] = field(default_factory=list)
    #: What was to be told to us, not delivered yet: (reference, event).
    courrier: list[tuple[str, str]] = field(default_factory=list)
    #: Called with our name of a payment before it is taken.
    avant_capture: Callable[[str], None] | None = None
    numeros: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # --- what we ask ---------------------------------------------------------

    def ouvrir(self, regie, ordre, cle):
        return self._repondre("ouvrir", cle, (ordre,), lambda: self._ouvrir(ordre))

    def consulter(self, regie, reference):
        return self._repondre("consulter", reference, None, self._etat, reference)

    def capturer(self, regie, reference, centimes, cle):
        return self._repondre(
            "capturer", cle, (reference, centimes), self._capturer, reference, centimes
        )

    def annuler(self, regie, reference, cle):
        return self._repondre("annuler", cle, None, self._annuler, reference)

    def rembourser(self, regie, reference, centimes, cle):
        return self._repondre(
            "rembourser",
            cle,
            (reference, centimes),
            self._rembourser,
            reference,
            centimes,
        )

    def consulter_remboursement(self, regie, reference):
        return self._repondre(
            "consulter_remboursement", reference, None, self._credit, reference
        )

    def lire_notification(self, regie, headers, corps):
        if headers.get("x-preuve") != regie.code:
            raise NotificationInvalide("proof")
        lu = json.loads(corps)
        return Notification(lu["reference"], lu["evenement"])

    def lire_liste(self, corps):
        raise NotImplementedError

    def verifier(self, regie):
        return []

    # --- what the payer does, and what happens at the bank -------------------

    def de(self, uid: str) -> Compte:
        """The payment with our name ``uid``."""
        return next(c for c in self.comptes.values() if c.ordre.uid == uid)

    def autoriser(self, reference: str, moyen: str = "VIS") -> None:
        self._changer(reference, Statut.AUTORISEE, moyen=moyen)

    def payer(self, reference: str, moyen: str = "VIS") -> None:
        """Authorised and taken at once, as some means of payment do."""
        compte = self.comptes[reference]
        compte.pris = compte.ordre.centimes
        self._changer(reference, Statut.CAPTUREE, moyen=moyen)

    def refuser(self, reference: str) -> None:
        self._changer(reference, Statut.ECHOUEE)

    def renoncer(self, reference: str) -> None:
        self._changer(reference, Statut.ANNULEE)

    def expirer(self, reference: str) -> None:
        self._changer(reference, Statut.EXPIREE)

    def renvoyer(self, reference: str, centimes: int) -> None:
        """Money goes back without us: by hand, in the bank's own pages."""
        compte = self.comptes[reference]
        compte.rendu += centimes
        total = compte.rendu >= compte.pris
        self._changer(reference, Statut.REMBOURSEE if total else Statut.CAPTUREE)

    def reprendre(self, reference: str) -> None:
        """A chargeback: the money is gone."""
        self.comptes[reference].rendu = self.comptes[reference].pris
        self._changer(reference, Statut.ANNULEE)

    @property
    def solde(self) -> int:
        """What the bank has of ours, in centimes."""
        return sum(compte.pris - compte.rendu for compte in self.comptes.values())

    # --- inside --------------------------------------------------------------

    def _repondre(self, nom, cle, demande, faire, *args):
        self.appels.append((nom, cle))
        panne = self.pannes.pop(0) if self.pannes else None
        if panne == "avant":
            raise PasserelleIndisponible("avant")
        if demande is not None and cle in self.cles:
            connue, reponse = self.cles[cle]
            if connue != demande:
                raise PasserelleRefuse("409")
        else:
            reponse = faire(*args)
            if demande is not None:
                self.cles[cle] = (demande, reponse)
        if panne == "apres":
            raise PasserelleIndisponible("apres")
        return panne(reponse) if callable(panne) else reponse

    def _ouvrir(self, ordre):
        reference = f"B{next(self.numeros)}"
        fin = self.maintenant + SESSION
        self.comptes[reference] = Compte(reference, ordre, fin)
        return Ouverture(reference, f"https://banque.example/{reference}", fin)

    def _etat(self, reference) -> Observation:
        compte = self.comptes.get(reference)
        if compte is None:
            raise ReferenceInconnue("404")
        return Observation(
            statut=compte.statut,
            centimes=compte.ordre.centimes,
            devise=compte.ordre.devise,
            marchand=compte.ordre.uid,
            moyen=compte.moyen,
            brut=f"b:{compte.statut.value}",
            rembourse=compte.rendu,
        )

    def _capturer(self, reference, centimes) -> Observation:
        compte = self.comptes[reference]
        if compte.statut is Statut.AUTORISEE:
            if self.avant_capture is not None:
                self.avant_capture(compte.ordre.uid)
            compte.pris = centimes
            self._changer(reference, Statut.CAPTUREE)
        elif compte.statut is not Statut.CAPTUREE:
            raise PasserelleRefuse("400 not authorised")
        return self._etat(reference)

    def _annuler(self, reference) -> Observation:
        compte = self.comptes[reference]
        if compte.statut is Statut.AUTORISEE:
            self._changer(reference, Statut.ANNULEE)
        elif compte.statut is not Statut.ANNULEE:
            raise PasserelleRefuse("400 nothing to give back")
        return self._etat(reference)

    def _rembourser(self, reference, centimes) -> RemboursementObserve:
        compte = self.comptes[reference]
        if centimes > compte.pris - compte.rendu:
            raise PasserelleRefuse("400 too much")
        compte.rendu += centimes
        if compte.rendu == compte.pris:
            compte.statut = Statut.REMBOURSEE
        credit = f"C{next(self.numeros)}"
        self.credits[credit] = (reference, centimes)
        return self._credit(credit)

    def _credit(self, credit) -> RemboursementObserve:
        if credit not in self.credits:
            raise ReferenceInconnue("404")
        return RemboursementObserve(
            credit, StatutRemboursement.FAIT, self.credits[credit][1]
        )

    def _changer(self, reference, statut: Statut, moyen: str = "") -> None:
        compte = self.comptes[reference]
        compte.statut = statut
        compte.moyen = moyen or compte.moyen
        self.courrier.append((reference, f"E{next(self.numeros)}"))


@implementer(IAttributeAnnotatable)
class GuichetDeTest(Persistent):
    """What the payments need of a guichet."""


class Client:
    """A connection of its own, as a thread of the server has."""

    def __init__(self, database: DB) -> None:
        self.manager = transaction.TransactionManager()
        self.connection = database.open(self.manager)

    @property
    def guichet(self) -> GuichetDeTest:
        return self.connection.root()["guichet"]

    def begin(self) -> None:
        self.manager.begin()

    def abort(self) -> None:
        self.manager.abort()

    def commit(self) -> None:
        self.manager.commit()

    def essayer(self) -> bool:
        """Commit; False after a conflict, with everything undone."""
        try:
            self.manager.commit()
        except TransientError:
            self.manager.abort()
            return False
        return True

    def facture(self, id: str) -> Facture:
        return factures.get_facture(self.guichet, id)

    def paiement(self, uid: str):
        return service.get_paiement(self.guichet, uid)

    def faire(self, operation: Callable, essais: int = 4):
        """Do it as Zope does a request: once more after a conflict."""
        for essai in range(essais):
            self.begin()
            try:
                resultat = operation(self)
                self.commit()
                return resultat
            except TransientError:
                self.abort()
                if essai == essais - 1:
                    raise
            except Exception:
                self.abort()
                raise
        raise AssertionError("unreachable")


class Comptoir:
    """A guichet, its bank, its régies, and as many clients as a test wants."""

    def __init__(self, storage=None) -> None:
        self.banque = Banque()
        self.regies = {code: regie_de_test(code) for code in ("VILLE", "CCAS")}
        self.database = DB(storage or DemoStorage(), pool_size=12)
        self.journal: list[str] = []
        self.evenements: list[object] = []
        #: All guichets of the site, for tests with several.
        self.guichets: list[GuichetDeTest] = []
        self._numeros = itertools.count(1)
        client = self.client()
        client.connection.root()["guichet"] = guichet = GuichetDeTest()
        factures.factures_de(guichet)
        service.paiements_de(guichet)
        client.commit()

    def client(self) -> Client:
        return Client(self.database)

    def regie(self, code: str, **values) -> None:
        """Change a régie."""
        self.regies[code] = replace(self.regies[code], **values)

    def facture(self, guichet, montant: int = 18735, regie: str = "VILLE") -> str:
        """An open invoice; its id."""
        rang = next(self._numeros)
        facture = Facture(
            id=f"f{rang}",
            regie=regie,
            numero=f"2026-{rang:06}",
            debiteur="M-004512",
            domaine="periscolaire",
            libelle="Restaurant scolaire",
            emise_le=date(2026, 11, 1),
            echeance=date(2026, 12, 1),
            montant=montant,
            lignes=(Ligne("Repas", montant),),
            reference_qr=f"{rang:027}",
        )
        return factures.factures_de(guichet).ajouter(facture).id

    def ordre(self, paiement) -> Ordre:
        return Ordre(
            uid=paiement.uid,
            centimes=paiement.total,
            devise="CHF",
            libelle="Factures",
            retour="http://localhost/retour",
            notification="http://localhost/notification",
        )

    def partir(self, client: Client, ids: list[str], payeur: str = "c1", now=MIDI):
        """Prepare a payment and go to the bank, as two requests; its uid."""
        uid = client.faire(
            lambda c: (
                service.preparer(
                    c.guichet,
                    service.Payeur(payeur),
                    [(id, c.facture(id).version) for id in ids],
                    now=now,
                ).uid
            )
        )
        client.faire(
            lambda c: service.demander_depart(
                c.guichet, c.paiement(uid), self.ordre, now=now
            )
        )
        return uid

    def notifier(self, client: Client, reference: str, evenement: str) -> bool:
        """Deliver a notification, as the bank does."""
        paiement = self.banque.comptes[reference].ordre.uid
        regie = client.paiement(paiement).regie
        corps = json.dumps({"reference": reference, "evenement": evenement}).encode()
        return service.recevoir_notification(
            client.guichet,
            regie,
            {"x-preuve": regie},
            corps,
            now=self.banque.maintenant,
        )


@contextmanager
def comptoir(storage=None) -> Iterator[Comptoir]:
    """A :class:`Comptoir` for the time of a test."""
    manager = getGlobalSiteManager()
    with ExitStack() as stack:
        journal: list[str] = []

        def noter(action, *, subject, **details):
            journal.append(action)

        for module in (
            "facture.service",
            "paiement.depot",
            "paiement.cloture",
            "paiement.lots",
        ):
            stack.enter_context(mock.patch(f"carouge.guichet.{module}.record", noter))
        manager.registerAdapter(AttributeAnnotations)
        stack.callback(manager.unregisterAdapter, AttributeAnnotations)
        found = Comptoir(storage)
        found.journal = journal
        stack.callback(found.database.close)
        stack.enter_context(
            mock.patch.object(depot, "get_regie", lambda code: found.regies[code])
        )
        stack.enter_context(mock.patch.object(depot, "regies", lambda: found.regies))
        stack.enter_context(
            mock.patch.object(depot, "guichets", lambda: found.guichets)
        )
        manager.registerUtility(found.banque, IPaiementGateway, name="memoire")
        stack.callback(
            manager.unregisterUtility, found.banque, IPaiementGateway, name="memoire"
        )
        yield found
