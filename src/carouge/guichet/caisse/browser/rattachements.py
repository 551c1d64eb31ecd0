"""``/agents/caisse/rattachements``: which debtor is which account."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse import rattachements
from carouge.guichet.caisse.browser.page import CaissePage
from carouge.guichet.caisse.browser.page import IMPOSSIBLE
from carouge.guichet.caisse.browser.page import outdated
from carouge.guichet.caisse.browser.page import Refused
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.service import get_compte
from carouge.guichet.facture import rattachement as liens
from carouge.guichet.facture.content import Facture
from carouge.guichet.regie.service import espaces
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.i18nmessageid import Message


class Rattachements(CaissePage):
    """What citizens have asked for, and links made by hand."""

    template = ViewPageTemplateFile("../templates/rattachements.pt")
    page_title = _("Debtor numbers")
    section = "rattachements"
    #: Accounts that were searched for, None before the search.
    comptes: list[dict] | None = None
    #: Links of the debtor that was looked up.
    tenus: list[dict] | None = None

    words_motif = _("Why not? The person reads it.")
    words_name = _("Family name")
    words_birth = _("Date of birth")
    words_debtor = _("Number of the debtor")
    words_space = _("Whose debtor number is it?")

    def act(self):
        orders = {
            "valider": self._valider,
            "refuser": self._refuser,
            "chercher": self._chercher,
            "lier": self._lier,
            "voir": self._voir,
            "delier": self._delier,
        }
        geste = self.request.form.get("geste")
        if not isinstance(geste, str) or geste not in orders:
            raise Refused(IMPOSSIBLE)
        return orders[geste]()

    def _lien(self) -> liens.Rattachement:
        lien = liens.rattachements_de(self.context).get(self.typed("lien", 40))
        if lien is None:
            raise outdated()
        return lien

    def _valider(self):
        lien = self._lien()
        name = f"espace-{lien.id}"
        try:
            liens.valider(self.context, lien, par=self.me, espace=self.typed(name, 40))
        except liens.EspaceInconnu as error:
            raise Refused(CHOOSE, name) from error
        except liens.DejaDemande:
            return self.done(ALREADY)
        except liens.DejaDecide as error:
            return self._decided(lien, liens.Statut.VALIDE, error)
        return self._told(lien)

    def _refuser(self):
        lien = self._lien()
        motif = self.reason(f"motif-{lien.id}")
        try:
            liens.refuser(self.context, lien, par=self.me, motif=motif)
        except liens.DejaDecide as error:
            return self._decided(lien, liens.Statut.REFUSE, error)
        return self._told(lien)

    def _delier(self):
        lien = self._lien()
        try:
            liens.delier(self.context, lien, par=self.me)
        except liens.DejaDecide as error:
            return self._decided(lien, liens.Statut.DELIE, error)
        return self._told(lien)

    def _decided(self, lien, statut: liens.Statut, error: Exception):
        """A second click is no contradiction, a colleague's other decision is one."""
        if lien.statut is statut and lien.decide_par == self.me:
            return self._told(lien)
        raise outdated() from error

    def _told(self, lien):
        words = Message(TOLD[lien.statut], mapping={"debtor": lien.debiteur})
        return self.done(words)

    def _chercher(self):
        found = rattachements.trouver_comptes(
            self.typed("nom"), self.typed("naissance", 20)
        )
        self.comptes = [self.compte_of(compte) for compte in found]

    def _lier(self):
        compte = get_compte(self.typed("compte", 100))
        if compte is None:
            raise outdated()
        try:
            lien = liens.lier(
                self.context,
                compte,
                self.typed("debiteur", 60),
                par=self.me,
                espace=self.typed("espace", 40),
            )
        except liens.NumeroInvalide as error:
            self.comptes = [self.compte_of(compte)]
            raise Refused(_("No debtor has such a number."), "debiteur") from error
        except liens.EspaceInconnu as error:
            self.comptes = [self.compte_of(compte)]
            raise Refused(CHOOSE, "espace") from error
        except liens.DejaDemande:
            return self.done(ALREADY)
        return self._told(lien)

    def _voir(self):
        debtor = self.typed("debiteur-tenu", 60)
        found = rattachements.valides_du_debiteur(self.context, debtor)
        self.tenus = [self._held(lien) for lien in found]

    # What is shown

    @cached_property
    def requests(self) -> list[dict]:
        """What waits for a decision."""
        return [self._request(one) for one in rattachements.a_comparer(self.context)]

    def _request(self, one: rattachements.AComparer) -> dict:
        lien = one.lien
        return {
            "id": lien.id,
            "debiteur": lien.debiteur,
            "numero": lien.facture,
            "time": self.moment(lien.demande_le),
            "compte": self.compte_of(one.compte) if one.compte is not None else None,
            "factures": [self._named(facture) for facture in one.factures],
            "autres": one.autres,
            "motif": f"motif-{lien.id}",
            "espace": one.espace,
            "espace_name": f"espace-{lien.id}",
        }

    def _named(self, facture: Facture) -> dict:
        adresse = facture.adresse
        return {
            "numero": facture.numero,
            "regie": self.regie_title(facture.regie),
            "url": self.facture_url(facture.id),
            "adresse": [
                adresse.nom,
                f"{adresse.rue} {adresse.numero}".strip(),
                f"{adresse.npa} {adresse.localite}".strip(),
            ]
            if adresse is not None
            else [],
        }

    @cached_property
    def spaces(self) -> dict[str, str]:
        """The business applications debtors come from, by the régies that use each."""
        return {
            name: ", ".join(regie.titre for regie in found)
            for name, found in espaces().items()
        }

    def compte_of(self, compte: Compte) -> dict:
        """An account as far as it is needed to compare."""
        value = compte.value
        return {
            "id": compte.id,
            "name": compte.nom_affiche or compte.id,
            "person": compte.nom_personne,
            "lines": [
                line
                for line in (
                    f"{value('rue')} {value('numero')}".strip(),
                    f"{value('npa')} {value('localite')}".strip(),
                )
                if line
            ],
            "created": self.day(compte.created),
        }

    def _held(self, lien) -> dict:
        compte = get_compte(lien.compte)
        return {
            "id": lien.id,
            "debiteur": lien.debiteur,
            "espace": self.spaces.get(lien.espace, lien.espace),
            "name": (compte.nom_affiche if compte is not None else "") or lien.compte,
            "time": self.moment(lien.decide_le),
            "person": self.name_of(lien.decide_par),
        }


ALREADY = _("This account has this debtor number already.")
CHOOSE = _("Please choose the régie whose invoices have this number.")

TOLD = {
    liens.Statut.VALIDE: _("The debtor ${debtor} and this account are linked."),
    liens.Statut.REFUSE: _("The request for the debtor ${debtor} is refused."),
    liens.Statut.DELIE: _("The debtor ${debtor} and this account are linked no more."),
}
