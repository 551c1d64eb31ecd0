"""``/agents/<numero>/imprimer``: what the person would see online, on paper."""

from __future__ import annotations

from carouge.guichet.backoffice.browser.partie import DemandePage
from carouge.guichet.backoffice.impression import etat_imprime
from carouge.guichet.backoffice.impression import nom_de_fichier
from carouge.guichet.dossier.remise import remettre_pdf
from carouge.guichet.journal.service import record


class AgentsDemandeImprimer(DemandePage):
    """A PDF; nothing internal is in it."""

    def template(self):
        record("demande.imprimer", subject=self.demande.numero)
        return remettre_pdf(
            self.request.response,
            etat_imprime(self.demande, self.request),
            nom_de_fichier(self.demande),
        )
