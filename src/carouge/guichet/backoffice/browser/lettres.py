"""``/agents/lettres``: letters to be printed and calls to be made, and the PDF."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.demarche.textes import OCCASIONS
from carouge.guichet.dossier import courrier
from carouge.guichet.dossier.courrier import attente_de
from carouge.guichet.dossier.courrier import courrier_de
from carouge.guichet.dossier.courrier import Depart
from carouge.guichet.dossier.lettres import lettres
from carouge.guichet.dossier.lettres import SansAdresse
from functools import cached_property
from plone import api
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


#: Letters and calls on one page, and letters in one PDF.
MOST = 100


class CourrierPage(DeskPage):
    """What the list and the PDF have in common."""

    @property
    def url(self) -> str:
        return f"{self.list_url}/lettres"

    @cached_property
    def attente(self) -> list[Depart]:
        """What waits for this agent, the oldest first."""
        return attente_de(self.context, self.desk.service_titles)

    def choisis(self, *, faits: bool = False) -> list[Depart]:
        """What was ticked.

        :raises zExceptions.NotFound: something that is not this agent's
        """
        ids = self.request.form.get("id", [])
        ids = [ids] if isinstance(ids, str) else ids
        if not isinstance(ids, list) or len(ids) > MOST:
            raise NotFound("id")
        try:
            return courrier.choisis(
                self.context,
                [id for id in ids if isinstance(id, str)],
                self.desk.service_titles,
                faits=faits,
            )
        except KeyError as error:
            raise NotFound(str(error)) from error


class AgentsLettres(CourrierPage):
    """The list; a POST ticks off what was done, or undoes it."""

    template = ViewPageTemplateFile("../templates/lettres.pt")
    page_title = _("Letters and calls")
    sans_nom = _("Name not known")

    def __call__(self):
        self.prepare()
        if self.request.method != "POST":
            return self.template()
        check_authenticator(self.request)
        geste = self.request.form.get("geste")
        if geste not in ("fait", "annuler"):
            raise NotFound("geste")
        found = self.choisis(faits=geste == "annuler")
        if geste == "annuler":
            count = courrier.marquer_a_faire(self.context, found)
            words = _("${count} wait again.", mapping={"count": str(count)})
        else:
            me = api.user.get_current().getId()
            count = courrier.marquer_faits(self.context, found, me)
            words = _("${count} marked as done.", mapping={"count": str(count)})
        if not count:
            words = _("Nothing was ticked, or it was done already.")
        api.portal.show_message(words, self.request)
        return self.request.response.redirect(self.url, status=303)

    # --- what is shown ---------------------------------------------------------

    @cached_property
    def lettres(self) -> list[dict]:
        return self._rows(self.attente, courrier.LETTRE)

    @cached_property
    def appels(self) -> list[dict]:
        return self._rows(self.attente, courrier.TELEPHONE)

    @cached_property
    def faits(self) -> list[dict]:
        """What was done lately, the last first."""
        return [
            self._row(one)
            for one in courrier_de(self.context).faits()
            if one.service in self.desk.service_titles
        ][:MOST]

    @property
    def restants(self) -> int:
        """How many wait that this page does not show."""
        return len(self.attente) - len(self.lettres) - len(self.appels)

    @property
    def imprimables(self) -> bool:
        return any(row["adresse"] for row in self.lettres)

    def _rows(self, departs: list[Depart], genre: str) -> list[dict]:
        found = [one for one in departs if one.genre == genre]
        return [self._row(one) for one in found[:MOST]]

    def _row(self, depart: Depart) -> dict:
        return {
            "id": depart.id,
            "numero": depart.numero,
            "url": self.demande_url(depart.numero),
            "titre": depart.titre,
            "occasion": OCCASIONS.get(depart.occasion, depart.occasion),
            "document": depart.joindre,
            "nom": depart.nom,
            "adresse": ", ".join(depart.lignes[1:]),
            "telephone": depart.telephone,
            "objet": depart.objet,
            "texte": depart.texte,
            "lettre": depart.genre == courrier.LETTRE,
            "cree": self.moment(depart.cree),
            "fait": self.moment(depart.fait) if depart.fait else "",
            "par": self._name(depart.par),
        }

    def _name(self, user_id: str) -> str:
        if user_id not in self._names:
            member = api.user.get(userid=user_id) if user_id else None
            name = member.getProperty("fullname", "") if member is not None else ""
            self._names[user_id] = name or user_id
        return self._names[user_id]

    @cached_property
    def _names(self) -> dict[str, str]:
        return {}


class AgentsLettresPdf(CourrierPage):
    """The ticked letters as one PDF; all that wait and have an address without any."""

    def __call__(self):
        self.prepare()
        found = self.choisis() if "id" in self.request.form else self.attente
        found = [one for one in found if one.genre == courrier.LETTRE and one.lignes]
        if not found:
            return self._back(_("There is no letter with an address to be printed."))
        try:
            data = lettres(self.context, found[:MOST], self.request)
        except SansAdresse as error:
            return self._back(
                _(
                    "The address of ${numero} is not known any more.",
                    mapping={"numero": str(error)},
                )
            )
        response = self.request.response
        for name, value in (
            ("Content-Type", "application/pdf"),
            ("Content-Length", str(len(data))),
            ("Content-Disposition", 'inline; filename="lettres.pdf"'),
            ("X-Content-Type-Options", "nosniff"),
        ):
            response.setHeader(name, value)
        return data

    def _back(self, message):
        api.portal.show_message(message, self.request, type="warning")
        return self.request.response.redirect(self.url, status=303)
