"""``/agents/caisse/paiements/<uid>``: one payment, all that is known of it, decisions."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse import labels
from carouge.guichet.caisse import paiements
from carouge.guichet.caisse.browser.page import CaissePage
from carouge.guichet.caisse.browser.page import IMPOSSIBLE
from carouge.guichet.caisse.browser.page import outdated
from carouge.guichet.caisse.browser.page import Refused
from carouge.guichet.caisse.browser.preuves import Preuves
from carouge.guichet.compte.service import get_compte
from carouge.guichet.entiers import lire_entier
from carouge.guichet.journal.service import record
from carouge.guichet.layout import keep_private
from carouge.guichet.money import format_chf
from carouge.guichet.money import to_decimal
from carouge.guichet.paiement import service
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import StatutRemboursement
from carouge.guichet.paiement.labels import CAUSES
from carouge.guichet.paiement.labels import REMBOURSEMENTS
from carouge.guichet.paiement.labels import REVUES
from carouge.guichet.paiement.quittance import moyen_en_mots
from carouge.guichet.paiement.quittance import nom_de_fichier
from carouge.guichet.paiement.quittance import quittance_pdf
from carouge.guichet.paiement.quittance import SansQuittance
from contextlib import contextmanager
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


#: A decided refund that is not with the bank yet: the page asks at once.
ENVOYER = "envoyer"

_RENDU = (Etat.CAPTUREE, Etat.REMBOURSEE_EN_PARTIE)
#: Decided on what was shown, and on nothing else; a refund looks at it by itself.
_SUR_VERSION = ("approuver", "refuser", "encaisse", "rien")
_ABANDONNABLES = (Etat.CREEE, Etat.EN_ATTENTE, Etat.AUTORISEE)

#: What the books do not let happen, by the exception of paiement.service.
REFUS: dict[type[DomainError], object] = {
    service.TropRembourse: _("No more than what was taken can go back."),
    service.RemboursementImpossible: _(
        "This provider does not send that back. Pay it back by the bank."
    ),
    service.MemePersonne: _("A second person has to approve, not who has ordered it."),
    service.RienChezPrestataire: _(
        "The provider has never said that it has taken money in francs: this payment "
        "cannot be booked as taken."
    ),
    service.ArgentChezPrestataire: _(
        "The provider says that it has the money. Book it as taken, then send it back."
    ),
    service.PaiementEnCours: _(
        "Another payment of one of the invoices is under way: wait for its end."
    ),
}


@implementer(IPublishTraverse)
class PaiementPage(Preuves, CaissePage):
    """One payment; ``/quittance`` below it is its receipt."""

    template = ViewPageTemplateFile("../templates/paiement.pt")
    section = "paiements"
    exact = False
    uid = ""
    part = None
    words_refund = _("Why is it sent back?")

    def publishTraverse(self, request, name):
        if self.part is not None or name != "quittance":
            raise NotFound(name)
        self.part = name
        return self

    def __call__(self):
        if self.part is not None:
            return self.receipt()
        return super().__call__()

    def read(self) -> None:
        try:
            self.paiement = paiements.ouvrir(self.context, self.uid)
        except paiements.PaiementInconnu as error:
            raise NotFound(self.uid) from error
        self.page_title = _(
            "Payment ${number}", mapping={"number": self.paiement.uid[:8]}
        )

    def receipt(self):
        keep_private(self.request.response)
        self.read()
        try:
            body = quittance_pdf(self.context, self.paiement)
        except SansQuittance as error:
            raise NotFound(self.part) from error
        record("paiement.quittance", subject=self.paiement.uid)
        return self.file(body, nom_de_fichier(self.paiement), "application/pdf")

    def act(self):
        orders = {
            "interroger": self._ask,
            "abandonner": self._give_up,
            "encaisse": self._taken,
            "rien": self._not_taken,
            "liberer": self._release,
            "rembourser": self._refund,
            "approuver": self._approve,
            "refuser": self._refuse,
        }
        geste = self.request.form.get("geste")
        if not isinstance(geste, str) or geste not in orders:
            raise Refused(IMPOSSIBLE)
        with self._told():
            if geste in _SUR_VERSION:
                paiements.verifier_revision(self.paiement, self.typed("version", 20))
            return orders[geste]()

    @contextmanager
    def _told(self):
        try:
            yield
        except PasserelleIndisponible as error:
            raise Refused(
                _("The provider does not answer. Please try again later."), status=503
            ) from error
        except DomainError as error:
            for kind, message in REFUS.items():
                if isinstance(error, kind):
                    raise Refused(message, status=409) from error
            raise outdated() from error

    def _ask(self):
        before, given = self.paiement.etat, self.paiement.rendu
        after = service.demander_etat(self.context, self.paiement, "caisse").etat
        if self.paiement.rendu > given:
            return self.done(
                _(
                    "The provider has sent back ${amount}.",
                    mapping={"amount": format_chf(self.paiement.rendu - given)},
                )
            )
        if after is before:
            return self.done(
                _("The provider was asked. The state of the payment is the same.")
            )
        return self.done(
            _(
                "The provider was asked. The state of the payment is now: ${state}.",
                mapping={"state": self.say(self.paiement_labels[after])},
            )
        )

    def _give_up(self):
        service.demander_annulation(self.context, self.paiement, "caisse")
        if self.paiement.etat.sans_argent:
            return self.done(_("The payment is given up; its invoices are open again."))
        return self.done(_("The provider does not let this payment be given up now."))

    def _taken(self):
        service.resoudre(
            self.context,
            self.paiement,
            encaisse=True,
            raison=self.reason(),
            par=self.me,
        )
        return self.done(_("The payment is booked as taken."))

    def _not_taken(self):
        service.resoudre(
            self.context,
            self.paiement,
            encaisse=False,
            raison=self.reason(),
            par=self.me,
        )
        return self.done(_("The payment is closed: nothing was taken."))

    def _release(self):
        service.liberer_de_force(
            self.context, self.paiement, self.reason("raison"), self.me
        )
        return self.done(_("The payment is ended; its invoices are open again."))

    def _refund(self):
        amount, reason = self.amount(), self.reason("raison-remboursement")
        chosen = self.typed("facture", 60)
        refund = paiements.ordonner_remboursement(
            self.context,
            self.paiement,
            amount,
            reason,
            cle=self.key,
            par=self.me,
            version=self.typed("version", 20),
            factures=(chosen,) if chosen else (),
        )
        if refund.statut == StatutRemboursement.A_APPROUVER.value:
            return self.done(
                _(
                    "The refund of ${amount} waits for a second person.",
                    mapping={"amount": format_chf(refund.centimes)},
                )
            )
        return self._ordered(refund)

    def _approve(self):
        return self._ordered(
            service.approuver(self.context, self.paiement, self._rank(), self.me)
        )

    def _ordered(self, refund):
        # It goes to the bank in a transaction that begins after this one is stored.
        return self.done(
            _(
                "The refund of ${amount} is ordered.",
                mapping={"amount": format_chf(refund.centimes)},
            ),
            f"{self.here}?{ENVOYER}=1",
        )

    def _refuse(self):
        service.refuser(self.context, self.paiement, self._rank(), self.me)
        return self.done(_("The refund is refused; nothing goes back."))

    def _rank(self) -> int:
        rank = lire_entier(self.typed("rang", 4))
        if rank is None:
            raise Refused(IMPOSSIBLE)
        return rank

    # What is shown

    @property
    def here(self) -> str:
        return self.paiement_url(self.paiement.uid)

    @property
    def version(self) -> str:
        return paiements.revision(self.paiement)

    @property
    def etat(self) -> dict:
        etat = self.paiement.etat
        return {
            "title": self.paiement_labels[etat],
            "css": self.paiement_colours[etat],
        }

    @property
    def review(self) -> bool:
        return self.paiement.etat is Etat.A_VERIFIER

    @property
    def why(self):
        """Why a person has to look."""
        return REVUES.get(self.paiement.revue, self.paiement.revue)

    @property
    def payer(self) -> dict:
        paiement = self.paiement
        compte = get_compte(paiement.payeur) if paiement.payeur else None
        return {
            "name": compte.nom_affiche if compte is not None else "",
            "id": paiement.payeur,
            "demande": paiement.demande,
        }

    @cached_property
    def lines(self) -> list[dict]:
        """The invoices as they were when the payment began, and as they are."""
        paiement = self.paiement
        return [
            {
                "id": article.facture,
                "numero": article.numero,
                "url": self.facture_url(article.facture) if now else None,
                "amount": format_chf(article.centimes),
                "balance": format_chf(now.solde) if now else "",
                "etat": self.facture_labels[now.etat] if now else None,
                "css": self.facture_colours[now.etat] if now else "",
                # Its own money has changed it once the payment is over.
                "changed": paiement.etat.vivante
                and now is not None
                and now.version != article.version,
                "ours": now is not None and now.verrou == paiement.uid,
            }
            for article, now in paiements.articles_de(self.context, paiement)
        ]

    @cached_property
    def history(self) -> list[dict]:
        """The steps, oldest first."""
        return [
            {
                "title": self.paiement_labels[Etat(step.apres)],
                "cause": CAUSES.get(step.cause, step.cause),
                "observed": step.observe,
                "time": self.moment(step.moment),
                "machine_time": step.moment.isoformat(),
                "person": self.name_of(step.par) if step.par else None,
            }
            for step in self.paiement.historique
        ]

    @cached_property
    def refunds(self) -> list[dict]:
        found = []
        for one in self.paiement.remboursements:
            statut = StatutRemboursement(one.statut)
            waits = statut is StatutRemboursement.A_APPROUVER
            found.append(
                {
                    "rank": one.rang,
                    "amount": format_chf(one.centimes),
                    "statut": REMBOURSEMENTS[statut],
                    "css": labels.REMBOURSEMENT_COLOURS.get(
                        statut, "text-bg-secondary"
                    ),
                    "reason": one.raison,
                    "person": self.name_of(one.par),
                    "second": self.name_of(one.approuve_par)
                    if one.approuve_par
                    else None,
                    "time": self.moment(one.moment),
                    "waits": waits,
                    "mine": waits and one.par == self.me,
                }
            )
        return found

    @property
    def to_send(self) -> bool:
        """A refund was decided and is not with the provider yet."""
        wanted = StatutRemboursement.A_ENVOYER.value
        return any(one.statut == wanted for one in self.paiement.remboursements)

    @property
    def send_now(self) -> bool:
        """The script of the page asks the provider at once."""
        return self.to_send and self.request.form.get(ENVOYER) == "1"

    @property
    def refundable(self) -> int:
        if self.paiement.etat not in _RENDU:
            return 0
        return service.remboursable(self.paiement)

    @property
    def moyen(self) -> str:
        return moyen_en_mots(self.paiement.moyen)

    @property
    def amount_value(self) -> str:
        return self.typed("montant") or to_decimal(self.refundable)

    @property
    def askable(self) -> bool:
        return bool(self.paiement.reference) or self.paiement.etat is Etat.CREEE

    @property
    def may_give_up(self) -> bool:
        return self.paiement.etat in _ABANDONNABLES

    @cached_property
    def stuck(self) -> bool:
        return any(one is self.paiement for one in service.bloques(self.context))

    @property
    def has_receipt(self) -> bool:
        return bool(self.paiement.encaisse) and not self.review
