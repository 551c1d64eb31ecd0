"""``/agents/lot``: one order for many demandes. Choose, look at it, confirm."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.backoffice import lot
from carouge.guichet.backoffice.actions import usable
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.backoffice.browser.partie import FORBIDDEN
from carouge.guichet.backoffice.browser.partie import UNUSABLE_TEXT
from carouge.guichet.backoffice.dialogue import filled
from carouge.guichet.backoffice.dialogue import models_for
from carouge.guichet.backoffice.historique import name_of
from carouge.guichet.backoffice.lot import Apercu
from carouge.guichet.backoffice.lot import apercu
from carouge.guichet.backoffice.lot import MAX_LOT
from carouge.guichet.backoffice.lot import Ordre
from carouge.guichet.backoffice.lot import OrdreIncomplet
from carouge.guichet.backoffice.lot_labels import ACTION_LABELS
from carouge.guichet.backoffice.lot_labels import MANQUES
from carouge.guichet.backoffice.lot_labels import RAISONS
from carouge.guichet.backoffice.lot_travail import commander_lot
from carouge.guichet.backoffice.selection import numeros_choisis
from carouge.guichet.backoffice.service import InvalidMessage
from carouge.guichet.demande.labels import TRANSITION_LABELS
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.queries import rows_of
from datetime import datetime
from functools import cached_property
from plone import api
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import Forbidden

import secrets


#: Refused demandes that are named one by one, for each reason.
MAX_NAMED = 200

TEXT_TOO_LONG = 20_000


class AgentsLot(DeskPage):
    """See the module. The first two steps are posted as well: the numbers are many."""

    template = ViewPageTemplateFile("../templates/lot.pt")
    page_title = _("Action on several demandes")
    max_lot = MAX_LOT
    max_named = MAX_NAMED
    alert = None
    errors: dict = {}
    apercu: Apercu | None = None

    def __call__(self):
        self.prepare()
        if self.request.method != "POST":
            return self.request.response.redirect(self.list_url)
        selection = numeros_choisis(self.desk, self.request.form)
        self.numeros, self.too_many = selection.numeros, selection.trop
        if not self.numeros:
            text = _("Please tick at least one demande first.")
            api.portal.show_message(text, self.request, "warning")
            return self.request.response.redirect(self.list_url, status=303)
        self.ordre = self._ordre()
        step = self.typed("etape")
        if step in ("apercu", "confirmer"):
            return self._look(confirmed=step == "confirmer")
        return self.template()

    def _look(self, confirmed: bool):
        try:
            self.ordre.verifier()
            usable(self.ordre.texte)
            if confirmed:
                check_authenticator(self.request)
                return self._order()
        except OrdreIncomplet as error:
            self.errors = {error.args[0]: MANQUES[error.args[0]]}
            self.request.response.setStatus(400)
        except InvalidMessage:
            self.errors = {"texte": UNUSABLE_TEXT}
            self.request.response.setStatus(400)
        except Forbidden:
            self.request.response.setStatus(403)
            self.alert = FORBIDDEN
        else:
            self.apercu = apercu(self.desk, self.ordre, self.numeros)
        return self.template()

    def _order(self):
        travail = commander_lot(
            self.context, self.ordre, self.numeros, self._seen(), self.typed("cle")[:40]
        )
        return self.request.response.redirect(
            f"{self.list_url}/travaux/{travail.id}", status=303
        )

    def _seen(self) -> datetime:
        """When the preview was made; never later than now."""
        now = swisstime.now()
        try:
            moment = datetime.fromisoformat(self.typed("moment"))
        except ValueError:
            return now
        return min(moment, now) if moment.tzinfo is not None else now

    def _ordre(self) -> Ordre:
        return Ordre(
            action=self.typed("action"),
            mouvement=self.typed("mouvement"),
            texte=self.typed("texte"),
            agent=self.typed("agent"),
            service=self.typed("service_cible"),
        )

    def typed(self, name: str) -> str:
        """What was typed into a field; empty for nothing."""
        text = self.request.form.get(name)
        return text[:TEXT_TOO_LONG].strip() if isinstance(text, str) else ""

    # What is shown

    @cached_property
    def cle(self) -> str:
        return secrets.token_hex(8)

    @cached_property
    def now(self) -> str:
        return swisstime.now().isoformat()

    @property
    def action(self) -> str:
        return f"{self.list_url}/lot"

    @property
    def chosen(self) -> str:
        """The numbers for the next step, in one field."""
        return " ".join(self.numeros)

    @property
    def possible(self) -> str:
        return " ".join(row.numero for row in self.apercu.possibles)

    @cached_property
    def rows(self) -> list:
        return rows_of(self.numeros, services=[*self.desk.service_titles])

    @property
    def actions(self) -> list[dict]:
        return [
            {"id": id, "title": title, "checked": id == self.ordre.action}
            for id, title in ACTION_LABELS.items()
        ]

    @property
    def action_title(self):
        if self.ordre.action == lot.MOUVEMENT:
            return TRANSITION_LABELS[self.ordre.mouvement]
        return ACTION_LABELS[self.ordre.action]

    @property
    def moves(self) -> list[dict]:
        return [
            {
                "id": id,
                "title": TRANSITION_LABELS[id],
                "selected": id == self.ordre.mouvement,
            }
            for id in lot.MOUVEMENTS
        ]

    @property
    def agents(self) -> list[dict]:
        services = {row.service_uid for row in self.rows}
        return [
            {
                "id": agent,
                "title": name_of(agent, self.request),
                "selected": agent == self.ordre.agent,
            }
            for agent in lot.agents_possibles(self.desk, services)
        ]

    @property
    def services(self) -> list[dict]:
        return [
            {
                "id": service.UID(),
                "title": service.title,
                "selected": service.UID() == self.ordre.service,
            }
            for service in lot.services_possibles(self.desk)
        ]

    @cached_property
    def models(self) -> list[dict]:
        """Models of messages, when all demandes are of one démarche."""
        demarches = {row.demarche_uid for row in self.rows}
        if len(demarches) != 1:
            return []
        return models_for(self.context, demarches.pop())

    @property
    def texte(self) -> str:
        """What stands in the field: what was typed, or the model that was chosen."""
        if self.typed("etape") == "modele":
            wanted = self.typed("modele")
            for model in self.models:
                if model["id"] == wanted:
                    return model["text"]
        return self.ordre.texte

    @property
    def example(self) -> str:
        """The message as the first citizen gets it."""
        if not (self.ordre.ecrit and self.ordre.texte and self.apercu.possibles):
            return ""
        demande = get_demande(self.context, self.apercu.possibles[0].numero)
        return filled(demande, self.ordre.texte)

    @property
    def refused(self) -> list[dict]:
        """Why demandes are left as they are, with how many and which."""
        found = [
            {
                "title": RAISONS[raison],
                "count": len(rows),
                "demandes": [
                    {"numero": row.numero, "state": self.state_labels[row.etat]}
                    for row in rows[:MAX_NAMED]
                ],
            }
            for raison, rows in self.apercu.refus.items()
        ]
        unknown = self.apercu.inconnus
        if unknown:
            found.append(
                {
                    "title": RAISONS["inconnue"],
                    "count": len(unknown),
                    "demandes": [
                        {"numero": numero, "state": ""}
                        for numero in unknown[:MAX_NAMED]
                    ],
                }
            )
        return found
