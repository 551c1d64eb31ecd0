"""``/agents/<numero>/code``: a new tracking code for the person."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.backoffice.browser.partie import DemandePage
from carouge.guichet.backoffice.browser.partie import IMPOSSIBLE
from carouge.guichet.backoffice.browser.partie import Refused
from carouge.guichet.backoffice.code import CONTROLES
from carouge.guichet.backoffice.code import est_le_code
from carouge.guichet.backoffice.code import nouveau_code
from carouge.guichet.demande.domain import Controle
from carouge.guichet.demande.labels import CONTROLE_IDENTITE_LABELS
from carouge.guichet.demande.valeurs import nom_usager
from carouge.guichet.dossier.recepisse import nom_de_fichier
from carouge.guichet.dossier.recepisse import recepisse
from carouge.guichet.dossier.remise import remettre_pdf
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class AgentsDemandeCode(DemandePage):
    """Shown once, on the page that answers to the button; printed from there."""

    template = ViewPageTemplateFile("../templates/code.pt")
    code = ""
    document = None

    def _post(self):
        answer = super()._post()
        return answer if self.document is None else self.document

    def act(self):
        if self.demande.owner_ids:
            # Whoever has an account needs no code, and nobody else gets one.
            raise Refused(IMPOSSIBLE)
        if self.typed("geste") == "recepisse":
            return self._print()
        try:
            controle = Controle(self.typed("controle"))
            self.code = nouveau_code(self.demande, self.sent_version, controle)
        except ValueError as error:
            raise Refused(
                _("Please say how you know who it is."), "controle"
            ) from error
        if not self.code:
            raise Refused(IMPOSSIBLE)

    def _print(self) -> None:
        code = self.typed("code")
        if not est_le_code(self.demande, code):
            raise Refused(IMPOSSIBLE)
        data = recepisse(self.demande, self.request, code)
        name = nom_de_fichier(self.demande)
        self.document = remettre_pdf(self.request.response, data, name)

    @property
    def name(self) -> str:
        return nom_usager(self.demande)

    @property
    def checks(self) -> list[dict]:
        return [
            {"value": one.value, "title": CONTROLE_IDENTITE_LABELS[one]}
            for one in CONTROLES
        ]
