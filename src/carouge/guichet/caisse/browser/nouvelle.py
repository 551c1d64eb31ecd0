"""``/agents/caisse/nouvelle``: an invoice that is made by hand."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse import nouvelle
from carouge.guichet.caisse.browser.page import CaissePage
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class Nouvelle(CaissePage):
    """The form; what it makes is shown next."""

    template = ViewPageTemplateFile("../templates/nouvelle.pt")
    page_title = _("New invoice")
    section = "nouvelle"

    words_what = _("What it is for")
    words_debtor = _("Number of the debtor in the business application")
    words_demande = _("or number of the demande")
    words_domain = _("Domain (optional)")
    words_due = _("Due on (optional)")

    def act(self):
        lecture = nouvelle.lire(self.context, self.values)
        if lecture.commande is None:
            self.request.response.setStatus(400)
            self.errors.update(lecture.fautes)
            return None
        facture = nouvelle.creer(
            self.context, lecture.commande, cle=self.key, par=self.me
        )
        return self.done(
            _("The invoice ${number} is made.", mapping={"number": facture.numero}),
            self.facture_url(facture.id),
        )

    @property
    def values(self) -> dict[str, str]:
        names = ["regie", "libelle", "debiteur", "domaine", "demande", "echeance"]
        names += [f"adresse-{name}" for name in nouvelle.CHAMPS_ADRESSE]
        for rang in self.ranks:
            names += [f"ligne-{rang}", f"montant-{rang}"]
        return {name: self.typed(name) for name in names}

    @property
    def ranks(self) -> range:
        return range(1, nouvelle.LIGNES + 1)

    def line_label(self, rank: int):
        return _("Line ${rank}", mapping={"rank": rank})

    def amount_label(self, rank: int):
        return _("Amount of line ${rank}", mapping={"rank": rank})

    @property
    def address_fields(self) -> list[tuple[str, object]]:
        return [(f"adresse-{name}", ADRESSE[name]) for name in nouvelle.CHAMPS_ADRESSE]


ADRESSE = {
    "nom": _("Name"),
    "rue": _("Street"),
    "numero": _("House number"),
    "npa": _("Postcode"),
    "localite": _("Town"),
}
