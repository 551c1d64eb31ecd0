"""``/mon-espace/factures``: what is to be paid, what is paid, and each invoice."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.access.page import ComptePage
from carouge.guichet.dossier.remise import remettre_pdf
from carouge.guichet.entiers import lire_entier
from carouge.guichet.espace.cadence import trop_souvent
from carouge.guichet.espace.factures import document
from carouge.guichet.espace.factures import ligne_de
from carouge.guichet.espace.factures import PAGE_SIZE
from carouge.guichet.espace.factures import Rubrique
from carouge.guichet.espace.factures import rubrique_de
from carouge.guichet.espace.factures import Vue
from carouge.guichet.espace.factures import vue_de
from carouge.guichet.espace.mots_factures import ETAT_MEANINGS
from carouge.guichet.espace.mots_factures import NOTICES
from carouge.guichet.espace.mots_factures import OUTDATED
from carouge.guichet.espace.mots_factures import RAISONS
from carouge.guichet.espace.paiements import mon_paiement
from carouge.guichet.facture.bulletin import bulletin_de
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.rattachement import DejaDemande
from carouge.guichet.facture.rattachement import demander
from carouge.guichet.facture.rattachement import NumeroInvalide
from carouge.guichet.facture.rattachement import TropDeDemandes
from carouge.guichet.facture.reglages import reglages
from carouge.guichet.facture.regles import Raison
from carouge.guichet.facture.visibilite import facture_visible
from carouge.guichet.formulaire.limites import TropVite
from carouge.guichet.money import format_chf
from carouge.guichet.paiement.quittance import SansQuittance
from carouge.guichet.paiement.service import Payeur
from carouge.guichet.swisstime import format_date
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from zExceptions import NotFound
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


FACTURE_PAGE = "mon-espace-une-facture"
DEBITEUR_PAGE = "mon-espace-debiteur"
#: Much more pages than anybody has invoices.
MAX_PAGE = 10_000

#: Reasons against which the person can do something himself.
_DEMANDABLES = (Raison.SANS_RATTACHEMENT, Raison.REFUSE)


_MISSING = {
    "debiteur": _("Please enter the debtor number as it stands on your invoice."),
    "numero": _("Please enter the number of one of your invoices."),
}


@implementer(IPublishTraverse)
class MesFactures(ComptePage):
    """The list; ``releve`` below it is the other part, ``<id>`` one invoice."""

    page_title = _("My invoices")
    template = ViewPageTemplateFile("../templates/factures.pt")
    rubrique = Rubrique.A_PAYER

    def publishTraverse(self, request, name):
        if self.rubrique is Rubrique.RELEVE:
            raise NotFound(name)
        if name == "releve":
            self.rubrique = Rubrique.RELEVE
            return self
        if name == "debiteur":
            return getMultiAdapter((self.context, request), name=DEBITEUR_PAGE)
        page = getMultiAdapter((self.context, request), name=FACTURE_PAGE)
        page.id = name
        return page

    def show(self):
        return self.template()

    @property
    def url(self) -> str:
        return f"{self.espace_url}/factures"

    @property
    def notice(self):
        return NOTICES.get(self.text("fait", 40))

    @property
    def is_releve(self) -> bool:
        return self.rubrique is Rubrique.RELEVE

    @property
    def anciennes(self) -> bool:
        """Whether the older ones are asked for."""
        return self.text("anciennes", 2) == "1"

    @property
    def number(self) -> int:
        return lire_entier(self.text("page", 6), plus=MAX_PAGE) or 1

    @cached_property
    def vue(self) -> Vue:
        return vue_de(
            self.context,
            self.compte,
            self.rubrique,
            anciennes=self.anciennes,
            page=self.number,
        )

    @property
    def raison(self):
        """Why the services' invoices are not among them; None when they are."""
        return RAISONS.get(self.vue.visibilite.raison)

    @property
    def motif(self) -> str:
        return self.vue.visibilite.motif

    @property
    def depuis(self) -> str:
        depuis = self.vue.visibilite.depuis
        return format_date(depuis) if depuis else ""

    @property
    def demandable(self) -> bool:
        return self.vue.visibilite.raison in _DEMANDABLES

    @property
    def relie(self) -> bool:
        """Whether the services' invoices are shown."""
        return self.vue.visibilite.raison is Raison.AUCUNE

    @property
    def du(self) -> str:
        return format_chf(self.vue.du)

    @property
    def mois(self) -> int:
        return reglages().mois_recents

    @property
    def last(self) -> int:
        return max(1, -(-self.vue.total // PAGE_SIZE))

    def _page(self, number: int) -> str:
        query = {"anciennes": "1"} if self.anciennes else {}
        if number > 1:
            query["page"] = str(number)
        base = f"{self.url}/releve" if self.is_releve else self.url
        return f"{base}?{urlencode(query)}" if query else base

    @property
    def previous(self) -> str:
        return self._page(min(self.number - 1, self.last)) if self.number > 1 else ""

    @property
    def next(self) -> str:
        return self._page(self.number + 1) if self.number < self.last else ""

    @property
    def anciennes_url(self) -> str:
        base = f"{self.url}/releve" if self.is_releve else self.url
        return f"{base}?anciennes=1"


@implementer(IPublishTraverse)
class MaFacture(ComptePage):
    """``/mon-espace/factures/<id>``, with ``pdf`` and ``quittance`` below it."""

    page_title = _("My invoices")
    template = ViewPageTemplateFile("../templates/facture.pt")
    id = ""
    part = ""
    problem = None

    def publishTraverse(self, request, name):
        if self.part or name not in ("pdf", "quittance"):
            raise NotFound(name)
        self.part = name
        return self

    def show(self):
        facture = facture_visible(self.context, self.compte, self.id)
        if facture is None:
            raise NotFound(self.id)
        self.facture = facture
        if not self.part:
            return self.template()
        try:
            pdf, name = document(self.context, facture, self.part)
        except SansQuittance:
            raise NotFound(self.part) from None
        except TropVite as error:
            self.problem = trop_souvent(self.request.response, error)
            return self.template()
        return remettre_pdf(self.request.response, pdf, name)

    @property
    def list_url(self) -> str:
        return f"{self.espace_url}/factures"

    @property
    def back_url(self) -> str:
        if rubrique_de(self.facture.etat) is Rubrique.RELEVE:
            return f"{self.list_url}/releve"
        return self.list_url

    @property
    def url(self) -> str:
        return f"{self.list_url}/{self.id}"

    @property
    def notice(self):
        return NOTICES.get(self.text("fait", 40))

    @cached_property
    def ligne(self):
        return ligne_de(self.context, self.compte, self.facture.resume())

    @cached_property
    def bulletin(self):
        return bulletin_de(self.facture)

    @property
    def meaning(self):
        return ETAT_MEANINGS.get(self.facture.etat)

    @property
    def lignes(self) -> list[tuple[str, str]]:
        return [(one.libelle, format_chf(one.montant)) for one in self.facture.lignes]

    @property
    def recu(self) -> str:
        return format_chf(-self.facture.recu) if self.facture.recu else ""

    @property
    def en_paiement(self) -> bool:
        return self.facture.etat is EtatFacture.EN_PAIEMENT

    @property
    def avec_quittance(self) -> bool:
        """It was paid otherwise than by this person here."""
        return self.facture.payee_le is not None and not self.paiements

    @cached_property
    def paiements(self) -> list[str]:
        """Addresses of this person's own payments of it that have a receipt, or go on."""
        payeur = Payeur(compte=self.compte.id)
        uids = [one.paiement for one in self.facture.ecritures if one.montant > 0]
        uids += [self.facture.verrou]
        return [
            f"{self.espace_url}/paiements/{uid}"
            for uid in dict.fromkeys(filter(None, uids))
            if mon_paiement(self.context, payeur, uid) is not None
        ]


class MonDebiteur(ComptePage):
    """``/mon-espace/factures/debiteur``: say which debtor one is."""

    page_title = _("My debtor number")
    template = ViewPageTemplateFile("../templates/debiteur.pt")
    problem = None
    problems: dict = {}

    def show(self):
        if self.posted:
            return self._ask()
        return self.template()

    @property
    def list_url(self) -> str:
        return f"{self.espace_url}/factures"

    @property
    def debiteur(self) -> str:
        return self.text("debiteur", 80)

    @property
    def numero(self) -> str:
        return self.text("numero", 120)

    def _ask(self):
        if not self.proved():
            self.request.response.setStatus(403)
            self.problem = OUTDATED
            return self.template()
        missing = {
            name: words
            for name, words in _MISSING.items()
            if not self.text(name, 200).strip()
        }
        if missing:
            return self._wrong(missing)
        try:
            demander(self.context, self.compte, self.debiteur, self.numero)
        except NumeroInvalide as error:
            name = "numero" if str(error) == "facture" else "debiteur"
            return self._wrong({name: _MISSING[name]})
        except DejaDemande:
            # A double click.
            pass
        except TropDeDemandes:
            self.problem = _(
                "The cashier has not checked your last numbers yet. Please wait for "
                "that, or contact the counter."
            )
            self.request.response.setStatus(429)
            return self.template()
        return self.request.response.redirect(
            f"{self.list_url}?fait=rattachement", status=303
        )

    def _wrong(self, problems: dict):
        self.problems = problems
        self.request.response.setStatus(400)
        return self.template()
