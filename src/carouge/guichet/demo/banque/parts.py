"""What the modules of the bank share: its books, its post, and what it does with both."""

from __future__ import annotations

from carouge.guichet.demo.banque.cartes import Carte
from carouge.guichet.demo.banque.cartes import Issue
from carouge.guichet.demo.banque.defauts import Defauts
from carouge.guichet.demo.banque.facteur import Facteur
from carouge.guichet.demo.banque.livre import Livre
from carouge.guichet.demo.banque.livre import nouvel_id
from carouge.guichet.demo.banque.livre import Operation
from carouge.guichet.demo.banque.settings import BankSettings
from carouge.guichet.demo.banque.settings import Marchand
from collections.abc import Callable

import time


#: States in which the payer has not finished.
OUVERTS = ("initialized", "challenge_ongoing")

#: Wrong codes of 3-D Secure before the bank refuses.
MAX_ESSAIS = 3


class Refus(Exception):
    """The bank does not do it; ``code`` is the API's word, the text says why."""

    def __init__(self, code: str, message: str, statut: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.statut = statut


class Banque:
    """One bank. What it does with an operation happens with the books open."""

    def __init__(self, settings: BankSettings) -> None:
        self.settings = settings
        self.defauts = Defauts()
        self.livre = Livre(settings.livre)
        self.facteur = Facteur(settings, self.livre, self.defauts)

    # --- for the merchant ------------------------------------------------------

    def ouvrir(self, marchand: Marchand, values: dict[str, object]) -> Operation:
        """Begin a payment; ``values`` are fields of an :class:`Operation`."""
        now = time.time()
        operation = Operation(
            id=nouvel_id(),
            marchand=marchand.id,
            type="payment",
            etat="initialized",
            cree=now,
            expire=now + self.settings.session,
            **values,
        )
        operation.noter("init", operation.montant)
        self.livre.ecrire(operation)
        return operation

    def debiter(self, operation: Operation, centimes: int, devise: str) -> None:
        """Take the reserved amount, or less of it."""
        if operation.etat != "authorized":
            raise Refus("INVALID_TRANSACTION_STATUS", "not authorized")
        if devise != operation.devise or not 0 < centimes <= operation.autorise:
            raise Refus("INVALID_PROPERTY", "amount or currency")
        self._debiter(operation, centimes)
        self.livre.ecrire(operation)

    def annuler(self, operation: Operation) -> None:
        """Give the reservation back."""
        if operation.etat != "authorized":
            raise Refus("INVALID_TRANSACTION_STATUS", "not authorized")
        operation.etat = "canceled"
        operation.noter("cancel", operation.autorise)
        self.livre.ecrire(operation)

    def rembourser(
        self, operation: Operation, centimes: int, devise: str, refno: str
    ) -> Operation:
        """Give money back; the refund."""
        if operation.etat not in ("settled", "transmitted"):
            raise Refus("INVALID_TRANSACTION_STATUS", "not settled")
        left = operation.debite - operation.credite
        if devise != operation.devise or not 0 < centimes <= left:
            raise Refus("INVALID_PROPERTY", "amount or currency")
        refund = Operation(
            id=nouvel_id(),
            marchand=operation.marchand,
            type="credit",
            refno=refno,
            montant=centimes,
            devise=devise,
            etat="settled",
            cree=time.time(),
            moyen=operation.moyen,
            debite=centimes,
            origine=operation.id,
        )
        refund.noter("credit", centimes)
        self._crediter(operation, centimes, "remboursement")
        self.livre.ecrire(refund)
        return refund

    # --- for the payer ---------------------------------------------------------

    def payer_par_carte(self, operation: Operation, carte: Carte) -> None:
        """A card was typed: accepted, refused, or asked for the code."""
        operation.moyen, operation.masque = carte.marque, carte.masque
        match carte.issue:
            case Issue.ACCEPTEE | Issue.LENTE:
                self.accepter(operation)
            case Issue.TROIS_DS:
                operation.etat = "challenge_ongoing"
                self.livre.ecrire(operation)
            case Issue.TROIS_DS_REFUSE:
                self.refuser(operation, "3D_AUTHENTICATION_FAILED")
            case Issue.REFUSEE:
                self.refuser(operation, "DECLINED")
            case Issue.SANS_PROVISION:
                self.refuser(operation, "INSUFFICIENT_FUNDS")

    def code_faux(self, operation: Operation) -> None:
        """The code of 3-D Secure was wrong."""
        operation.essais += 1
        if operation.essais >= MAX_ESSAIS:
            self.refuser(operation, "3D_AUTHENTICATION_FAILED")
        else:
            self.livre.ecrire(operation)

    def accepter(self, operation: Operation) -> None:
        """The amount is reserved, and taken at once when the merchant wants it."""
        operation.etat = "authorized"
        operation.autorise = operation.montant
        operation.noter("authorize", operation.montant)
        if operation.auto:
            self._debiter(operation, operation.montant)
        self._annoncer(operation)

    def refuser(self, operation: Operation, pourquoi: str) -> None:
        operation.etat = "failed"
        operation.echec = pourquoi
        operation.noter("authorize", operation.montant, success=False)
        self._annoncer(operation)

    def abandonner(self, operation: Operation) -> None:
        """The payer does not want to."""
        operation.etat = "canceled"
        operation.noter("cancel")
        self._annoncer(operation)

    # --- what nobody has asked for ---------------------------------------------

    def expirer(self, operation: Operation) -> None:
        """The payment page has been open for too long."""
        operation.expire = time.time() - 86_400
        self.livre.ecrire(operation)

    def contester(self, operation: Operation) -> None:
        """The payer has the money taken back by his own bank."""
        left = operation.debite - operation.credite
        if left <= 0:
            raise Refus("INVALID_TRANSACTION_STATUS", "nothing to take back")
        self._crediter(operation, left, "litige")
        self._annoncer(operation)

    # ---------------------------------------------------------------------------

    def _debiter(self, operation: Operation, centimes: int) -> None:
        operation.etat = "settled"
        operation.debite = centimes
        operation.noter("settle", centimes)
        self.livre.mouvement(operation, "debit", centimes)

    def _crediter(self, operation: Operation, centimes: int, genre: str) -> None:
        operation.credite += centimes
        operation.noter("credit", centimes)
        self.livre.ecrire(operation)
        self.livre.mouvement(operation, genre, -centimes)

    def _annoncer(self, operation: Operation) -> None:
        self.livre.ecrire(operation)
        self.facteur.annoncer(operation)

    def changer(self, id: str, faire: Callable[[Operation], None]) -> Operation | None:
        """Do something with an operation, with the books open; None if unknown."""
        with self.livre.ouvert() as livre:
            operation = livre.operation(id)
            if operation is not None:
                faire(operation)
        self.facteur.reveiller()
        return operation
