"""``/agents/caisse/cloture``: the daily settlement of a régie."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse.browser.page import CaissePage
from carouge.guichet.caisse.browser.page import IMPOSSIBLE
from carouge.guichet.caisse.browser.page import outdated
from carouge.guichet.caisse.browser.page import Refused
from carouge.guichet.caisse.cloture import AutreContenu
from carouge.guichet.caisse.cloture import clore
from carouge.guichet.caisse.cloture import empreinte_de
from carouge.guichet.caisse.journal import total_de
from carouge.guichet.entiers import lire_entier
from carouge.guichet.money import format_chf
from carouge.guichet.money import InvalidAmount
from carouge.guichet.money import read_amount
from carouge.guichet.money import to_centimes
from carouge.guichet.paiement.cloture import clotures_de
from carouge.guichet.paiement.cloture import en_cours
from carouge.guichet.paiement.cloture import get_cloture
from carouge.guichet.paiement.cloture import LivresDivergents
from carouge.guichet.paiement.cloture import RienACloturer
from collections.abc import Callable
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


UNE_CLOTURE = "agents-caisse-une-cloture"

#: Settlements in the list, and movements on one page.
MOST = 60
PAR_PAGE = 200


class _Livre(CaissePage):
    """What both pages show of movements."""

    section = "cloture"

    @cached_property
    def debut(self) -> int:
        """How many movements stand on the pages before."""
        return lire_entier(self.request.form.get("debut")) or 0

    def part_of(self, lignes) -> list[dict]:
        """The movements of the page that is asked for."""
        return self.movements_of(lignes[self.debut : self.debut + PAR_PAGE])

    def pages_of(self, lignes, url: Callable[..., str]) -> dict:
        """The addresses of the neighbours, None for none; ``url`` takes the query."""
        count, debut = len(lignes), self.debut
        return {
            "first": min(debut + 1, count),
            "last": min(debut + PAR_PAGE, count),
            "count": count,
            "previous": url(debut=str(max(0, debut - PAR_PAGE))) if debut else None,
            "next": url(debut=str(debut + PAR_PAGE))
            if debut + PAR_PAGE < count
            else None,
        }

    def totals_of(self, totaux) -> list[dict]:
        return [
            {
                "title": self.source_labels[source],
                "count": count,
                "amount": format_chf(total),
            }
            for source, count, total in totaux
        ]

    def movements_of(self, lignes) -> list[dict]:
        return [
            {
                "numero": ligne.numero,
                "url": self.facture_url(ligne.facture),
                "source": self.source_labels[ligne.source],
                "amount": format_chf(ligne.centimes),
                "time": self.moment(ligne.moment),
                "person": self.name_of(ligne.par),
            }
            for ligne in lignes
        ]


@implementer(IPublishTraverse)
class Clotures(_Livre):
    """What the next settlement holds, and those there are."""

    template = ViewPageTemplateFile("../templates/cloture.pt")
    page_title = _("Daily settlement")
    regie_part = None
    words_counted = _("Counted in the till, in francs")
    words_remark = _("Remark (needed when the till differs)")

    def publishTraverse(self, request, name):
        if self.regie_part is None:
            self.regie_part = name
            return self
        rang = lire_entier(name)
        if rang is None:
            raise NotFound(name)
        page = getMultiAdapter((self.context, request), name=UNE_CLOTURE)
        page.code, page.rang = self.regie_part, rang
        return page

    def read(self) -> None:
        if self.regie_part is not None:
            raise NotFound(self.regie_part)

    def act(self):
        if not self.regie:
            raise Refused(IMPOSSIBLE)
        counted, remark = self._counted(), self.text("remarque")
        try:
            cloture = clore(
                self.context,
                self.regie,
                empreinte=self.typed("version", 70),
                compte=counted,
                remarque=remark,
                cle=self.key,
                par=self.me,
            )
        except RienACloturer as error:
            raise Refused(_("Nothing was booked since the last settlement.")) from error
        except LivresDivergents as error:
            raise Refused(DIVERGENT, status=409) from error
        except AutreContenu as error:
            raise outdated() from error
        return self.done(
            _(
                "The settlement number ${number} is made.",
                mapping={"number": str(cloture.rang)},
            ),
            self.url("cloture", cloture.regie, str(cloture.rang)),
        )

    def _counted(self) -> int | None:
        typed = self.typed("compte")
        if not typed:
            if self.bilan.especes:
                raise Refused(_("Please count the till."), "compte")
            return None
        value = read_amount(typed)
        try:
            # An empty till is counted as well.
            counted = 0 if value is not None and not value else to_centimes(value)
        except (InvalidAmount, TypeError) as error:
            raise Refused(
                _("Please write an amount in francs, such as 187.35."), "compte"
            ) from error
        if counted != self.bilan.especes and not self.text("remarque"):
            raise Refused(
                _(
                    "The till differs by ${amount}. Please count again, or say why.",
                    mapping={"amount": format_chf(counted - self.bilan.especes)},
                ),
                "remarque",
            )
        return counted

    # What is shown

    @cached_property
    def bilan(self):
        return en_cours(self.context, self.regie)

    @property
    def here(self) -> str:
        return self.url("cloture", regie=self.regie) if self.regie else super().here

    @property
    def version(self) -> str:
        return empreinte_de(self.bilan)

    @property
    def totals(self) -> list[dict]:
        return self.totals_of(self.bilan.totaux)

    @property
    def movements(self) -> list[dict]:
        return self.part_of(self.bilan.lignes)

    @property
    def pages(self) -> dict:
        def url(**query: str) -> str:
            return self.url("cloture", regie=self.regie, **query)

        return self.pages_of(self.bilan.lignes, url)

    @property
    def gaps(self) -> list[dict]:
        return [
            {"uid": uid, "url": self.paiement_url(uid)} for uid in self.bilan.ecarts
        ]

    @cached_property
    def made(self) -> list[dict]:
        return [
            {
                "rank": one.rang,
                "url": self.url("cloture", one.regie, str(one.rang)),
                "time": self.moment(one.moment),
                "person": self.name_of(one.par),
                "total": format_chf(one.total),
                "gap": format_chf(one.ecart) if one.ecart else "",
            }
            for one in clotures_de(self.context, self.regie)[:MOST]
        ]


class UneCloture(_Livre):
    """``/cloture/<régie>/<rank>``: a settlement as it was made."""

    template = ViewPageTemplateFile("../templates/une-cloture.pt")
    exact = False
    code = ""
    rang = 0

    def read(self) -> None:
        self.cloture = get_cloture(self.context, self.code, self.rang)
        if self.cloture is None:
            raise NotFound(str(self.rang))
        self.page_title = _(
            "Settlement number ${number}", mapping={"number": str(self.rang)}
        )

    @property
    def here(self) -> str:
        return self.url("cloture", self.code, str(self.rang))

    @property
    def back(self) -> str:
        return self.url("cloture", regie=self.code)

    @cached_property
    def lignes(self) -> list:
        return self.cloture.lignes

    @property
    def totals(self) -> list[dict]:
        return self.totals_of(self.cloture.totaux)

    @property
    def movements(self) -> list[dict]:
        return self.part_of(self.lignes)

    @property
    def pages(self) -> dict:
        def url(**query: str) -> str:
            return self.url("cloture", self.code, str(self.rang), **query)

        return self.pages_of(self.lignes, url)

    @property
    def sum(self) -> str:
        """The sum of all lines, counted anew: it is the total, or nothing balances."""
        return format_chf(total_de(self.lignes))


DIVERGENT = _(
    "The books do not agree: nothing is settled. Please look at the payments named below "
    "and call the administrator."
)
