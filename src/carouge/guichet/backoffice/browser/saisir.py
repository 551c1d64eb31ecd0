"""``/agents/saisir``: an agent files a démarche for somebody."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet.backoffice import saisie
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.backoffice.labels import compte_state
from carouge.guichet.brouillon.domain import TropDeBrouillons
from carouge.guichet.brouillon.service import expire_le
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.labels import FACT_LABELS
from carouge.guichet.compte.labels import problem_text
from carouge.guichet.compte.saisie import format_fact
from carouge.guichet.compte.saisie import MAX_LENGTH
from carouge.guichet.compte.saisie import MAX_LENGTHS
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import Controle
from carouge.guichet.demande.labels import CANAL_LABELS
from carouge.guichet.demande.labels import CONTROLE_IDENTITE_LABELS
from carouge.guichet.demarche.labels import badge_of
from carouge.guichet.demarche.labels import requirements_of
from carouge.guichet.demarche.search import MAX_CHARACTERS
from carouge.guichet.demarche.service import demarche_by_uid
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from carouge.guichet.swisstime import today
from functools import cached_property
from plone import api
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from zExceptions import Forbidden
from zExceptions import NotFound


#: What the browser is told of an input for somebody else: it knows nothing of him.
_AUTOCOMPLETE = "off"
_TYPES = {"courriel": "email", "telephone": "tel"}


class CounterPage(DeskPage):
    """What the pages of the counter have in common."""

    nothing = ViewPageTemplateFile("../templates/nothing.pt")
    #: No text of an agent is lost here when his session has ended.
    message = ""
    page_title = _("At the counter")

    def refused(self) -> str | None:
        """The page for whoever is not logged in (any more); None for who may go on.

        :raises zExceptions.NotFound: nobody else learns that there is such a page
        """
        if api.user.has_permission(config.USE_DESK, obj=self.context):
            return None
        if not api.user.is_anonymous():
            raise NotFound("saisir")
        self.page_title = _("There is no page at this address")
        self.request.response.setStatus(404)
        return self.nothing()

    @property
    def login_url(self) -> str:
        portal_url = api.portal.get().absolute_url()
        return f"{portal_url}/login?{urlencode({'came_from': self.url})}"

    @property
    def url(self) -> str:
        return f"{self.list_url}/saisir"

    @property
    def agent(self) -> str:
        return api.user.get_current().getId()

    def text(self, name: str) -> str:
        """What was sent under a name; empty for nothing, or no text."""
        value = self.request.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    def service_title(self, uid: str) -> str:
        """The service of that UID; empty when there is none."""
        service = service_by_uid(self.context, uid)
        return service.title if service is not None else ""


class AgentsSaisir(CounterPage):
    """For whom, how it came, which démarche: then the form itself takes over.

    All steps are sent by POST: whom somebody looks for stands in no address and no log.
    """

    qui_template = ViewPageTemplateFile("../templates/saisir-qui.pt")
    trouves_template = ViewPageTemplateFile("../templates/saisir-trouves.pt")
    identite_template = ViewPageTemplateFile("../templates/saisir-identite.pt")
    demarche_template = ViewPageTemplateFile("../templates/saisir-demarche.pt")
    alert = None
    venue_error = None
    organisation = False

    def __call__(self):
        self.prepare()
        refused = self.refused()
        if refused is not None:
            return refused
        self.problems: dict = {}
        if self.request.method != "POST":
            return self.qui_template()
        steps = {
            "chercher": self._search,
            "choisir": self._choose,
            "sans_compte": self._ask_identity,
            "identite": self._identity,
            "demarches": self._choose_demarche,
            "commencer": self._begin,
        }
        return steps.get(self.text("etape"), self.qui_template)()

    # --- for whom ---------------------------------------------------------------

    def _search(self):
        self.recherche, self.problems = saisie.lire_recherche(self.request.form)
        if self.problems:
            return self._wrong(self.qui_template)
        self.found = saisie.chercher(self.recherche)
        return self.trouves_template()

    def _choose(self):
        recherche, _problems = saisie.lire_recherche(self.request.form)
        if recherche is None:
            return self._begin_again()
        try:
            pour = saisie.choisir(recherche, self.text("compte"))
        except saisie.PasTrouve:
            return self._begin_again()
        return self._propose(saisie.nouvel_etat(pour))

    def _ask_identity(self):
        self.organisation = self.text("qui") == "organisation"
        return self.identite_template()

    def _identity(self):
        self.organisation = self.text("qui") == "organisation"
        pour, self.problems = saisie.lire_identite(self.request.form, self.organisation)
        if pour is None:
            return self._wrong(self.identite_template)
        return self._propose(saisie.nouvel_etat(pour))

    def _begin_again(self):
        self.alert = _(
            "This page was open for a long time, or the account has changed meanwhile. "
            "Please begin again."
        )
        return self._wrong(self.qui_template)

    def _wrong(self, template, status: int = 400):
        self.request.response.setStatus(status)
        return template()

    # --- which démarche -----------------------------------------------------------

    def _propose(self, etat: saisie.Etat, status: int = 200):
        self.etat = etat
        self.request.response.setStatus(status)
        return self.demarche_template()

    def _state(self) -> saisie.Etat:
        """
        :raises carouge.guichet.backoffice.saisie.PageVieille: see there
        """
        return saisie.desceller(self.context, self.agent, self.text("etat"))

    def _choose_demarche(self):
        try:
            return self._propose(self._state())
        except saisie.PageVieille:
            return self._begin_again()

    def _begin(self):
        try:
            etat = self._state()
        except saisie.PageVieille:
            return self._begin_again()
        try:
            check_authenticator(self.request)
        except Forbidden:
            self.alert = _(
                "This page was open for a long time, or somebody else has logged in "
                "meanwhile. Nothing was changed; please check and send again."
            )
            return self._propose(etat, 403)
        try:
            pour = saisie.avec_venue(etat.pour, self.text("venue"))
        except saisie.ControleRequis as error:
            self.venue_error = _NO_CHECK if str(error) else _CHOOSE
            return self._propose(etat, 400)
        etat = saisie.Etat(pour, etat.cle)
        try:
            demarche, brouillon = saisie.commencer(
                self.context, self.agent, etat, self.text("demarche")
            )
        except saisie.PasTrouve:
            self.alert = _("This démarche is not in the catalogue any more.")
        except saisie.Impossible:
            self.alert = _("This démarche cannot be filed today.")
        except saisie.ControleRequis:
            self.venue_error = _NO_CHECK_PADLOCK
        except TropDeBrouillons:
            self.alert = _(
                "You have begun this démarche for too many people. Please finish or "
                "delete some of these entries first."
            )
        else:
            address = f"{demarche.absolute_url()}/formulaire/{brouillon.id}"
            return self.request.response.redirect(address, status=303)
        return self._propose(etat, 400)

    # --- what the templates ask for -----------------------------------------------

    @property
    def entries(self) -> list[dict]:
        """What the agent has begun and not sent, the last saved first."""
        return [self._entry(one) for one in saisie.en_cours(self.context)]

    def _entry(self, brouillon) -> dict:
        demarche = demarche_by_uid(self.context, brouillon.demarche_uid)
        base = ""
        if demarche is not None:
            base = f"{demarche.absolute_url()}/formulaire/{brouillon.id}"
        pour = brouillon.pour
        return {
            "title": brouillon.demarche_titre,
            "name": pour.nom_affiche,
            "canal": CANAL_LABELS[Canal(pour.canal)],
            "saved": format_time(brouillon.modifie),
            "until": format_date(expire_le(brouillon)),
            "url": base,
            "delete_url": f"{base}/supprimer" if base else "",
        }

    def field(self, name: str, required: bool = False, label=None) -> dict:
        """One input about the person, as the macro of the templates draws it."""
        problem = self.problems.get(name)
        return {
            "name": name,
            "id": f"saisir-{name}",
            "label": label or FACT_LABELS[name],
            "value": self.text(name),
            "type": _TYPES.get(name, "text"),
            "required": required,
            "maxlength": str(MAX_LENGTHS.get(name, MAX_LENGTH)),
            "error": problem_text(problem, name) if problem else None,
            "help": _("For example 12.04.1986") if name == "date_naissance" else None,
        }

    @property
    def search_fields(self) -> list[dict]:
        return [
            self.field("nom", required=True),
            self.field("prenom"),
            self.field("date_naissance", required=True),
        ]

    @property
    def identity_fields(self) -> list[dict]:
        names = saisie.ORGANISATION if self.organisation else saisie.PERSONNE
        return [self.field(name, required=name != "ide") for name in names]

    @property
    def notice_fields(self) -> list[dict]:
        labels = {
            "rue": _("Street and number"),
            "courriel": _("E-mail address"),
            "telephone": _("Telephone number"),
        }
        return [self.field(name, label=labels.get(name)) for name in saisie.AVIS]

    @property
    def search_values(self) -> list[tuple[str, str]]:
        """The search, for the next page."""
        return [(name, self.text(name)) for name in saisie.PERSONNE]

    @property
    def searched(self) -> str:
        """Whom one has looked for, to be compared with the document at hand."""
        who = self.recherche
        name = " ".join(filter(None, (who.prenom, who.nom)))
        return f"{name}, {format_date(who.naissance)}"

    def row(self, compte: Compte) -> dict:
        """An account that was found: enough to tell two people apart."""
        place = f"{compte.value('npa')} {compte.value('localite')}".strip()
        return {
            "id": compte.id,
            "person": compte.nom_personne,
            "organisation": compte.organisation.name if compte.organisation else "",
            "born": format_fact("date_naissance", compte.value("date_naissance")),
            "place": place,
            "state": compte_state(compte),
        }

    @property
    def rows(self) -> list[dict]:
        return [self.row(compte) for compte in self.found]

    @property
    def sealed(self) -> str:
        return saisie.sceller(self.context, self.agent, self.etat)

    @property
    def pour(self):
        return self.etat.pour

    @property
    def born(self) -> str:
        return format_fact("date_naissance", self.pour.naissance)

    @property
    def chosen(self) -> str:
        """How it came and how the identity was checked, as it was chosen so far."""
        sent = self.text("venue")
        if sent or not self.pour.canal:
            return sent
        return f"{self.pour.canal}-{self.pour.controle}"

    @property
    def ways(self) -> list[dict]:
        """How a demande can come, each with the ways to know who it is."""
        return [
            {
                "id": canal.value,
                "title": CANAL_LABELS[canal],
                "checks": [
                    {
                        "value": f"{canal.value}-{controle.value}",
                        "title": CONTROLE_IDENTITE_LABELS[controle],
                        "checked": self.chosen == f"{canal.value}-{controle.value}",
                    }
                    for controle in controles
                    if not (self.pour.compte and controle is Controle.AUCUN)
                ],
            }
            for canal, controles in saisie.CONTROLES.items()
        ]

    @property
    def q(self) -> str:
        return self.text("q")[:MAX_CHARACTERS]

    @cached_property
    def proposed(self) -> list[dict]:
        services = self.desk.service_titles
        found = saisie.proposer(self.context, self.pour, self.q, services)
        return [
            {
                "uid": one.fiche.uid,
                "title": one.fiche.title,
                "categorie": one.fiche.categorie_title,
                "possible": one.possible,
                "badge": badge_of(one.fiche, today()),
                "refus": one.refus,
                "requirements": requirements_of(one.fiche.conditions),
                "elsewhere": ""
                if one.a_nous
                else self.service_title(one.service) or "-",
            }
            for one in found
        ]


_CHOOSE = _("Please say how the demande comes, and how you know who it is.")
_NO_CHECK = _(
    "For somebody with an account the identity has to be checked: what the account "
    "knows is not for anybody else."
)
_NO_CHECK_PADLOCK = _(
    "This démarche asks for an account online. At the counter, the identity has to be "
    "checked instead: choose how you have checked it."
)
