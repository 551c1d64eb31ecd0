"""``<demarche>/scenarios``: the recorded walks, and what becomes of them today."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier import scenarios
from carouge.guichet.atelier.browser.page import PageAtelier
from carouge.guichet.atelier.ecarts import ecarts
from carouge.guichet.atelier.marches import MarchePerdue
from carouge.guichet.atelier.marches import ouvrir
from carouge.guichet.atelier.mots_problemes import titre_de
from carouge.guichet.atelier.profils import PROFILS
from carouge.guichet.atelier.scenarios import MAX_NOM
from carouge.guichet.atelier.scenarios import MAX_SCENARIOS
from carouge.guichet.atelier.scenarios import Scenario
from carouge.guichet.formulaire.compile import compile_draft
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import format_date
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


class Scenarios(PageAtelier):
    """Replays with ``?rejouer=1``; records, renames, deletes, takes over by POST."""

    content = ViewPageTemplateFile("../templates/scenarios.pt")
    page_title = _("Scenarios")
    onglet = "scenarios"
    format_date = staticmethod(format_date)
    format_chf = staticmethod(format_chf)
    max_nom = MAX_NOM

    @property
    def titre_page(self):
        return _("Scenarios of “${title}”", mapping={"title": self.demarche.title})

    def post(self) -> str | None:
        form = self.request.form
        try:
            for name in ("renommer", "accepter", "supprimer"):
                if name in form:
                    return getattr(self, f"_{name}")(self.ligne(name))
        except KeyError as error:
            # Somebody else has deleted it meanwhile.
            raise NotFound(str(error)) from error
        if "etat" not in form:
            raise NotFound("etat")
        return self._enregistrer()

    def _enregistrer(self) -> str | None:
        nom = self.ligne("nom", MAX_NOM)
        try:
            marche = ouvrir(self.demarche, str(self.request.form["etat"]))
        except MarchePerdue:
            self.alerte = _(
                "This walk was open for a long time and cannot be recorded any more."
            )
            return None
        if not nom:
            self.alerte = _("Please give the scenario a name.")
            return None
        try:
            scenario = scenarios.enregistrer(self.demarche, nom, marche)
        except scenarios.TropDeScenarios:
            self.alerte = _(
                "A démarche has at most ${max} scenarios. Please delete one first.",
                mapping={"max": str(MAX_SCENARIOS)},
            )
            return None
        self.annoncer(_("The scenario is recorded."))
        return f"{self.url}/@@scenarios#{scenario.id}"

    def _renommer(self, id: str) -> str | None:
        nom = self.ligne("nom", MAX_NOM)
        if not nom:
            self.alerte = _("Please give the scenario a name.")
            return None
        scenarios.renommer(self.demarche, id, nom)
        return f"{self.url}/@@scenarios#{id}"

    def _accepter(self, id: str) -> str:
        scenarios.accepter(self.demarche, id)
        self.annoncer(_("The present result is what is expected from now on."))
        return f"{self.url}/@@scenarios?rejouer=1#{id}"

    def _supprimer(self, id: str) -> str:
        scenarios.supprimer(self.demarche, id)
        self.annoncer(_("The scenario is deleted."))
        return f"{self.url}/@@scenarios"

    # --- what is shown ---------------------------------------------------------

    @property
    def rejoue(self) -> bool:
        """Whether the scenarios were replayed for this page."""
        return self.request.form.get("rejouer") == "1"

    @cached_property
    def form(self):
        return compile_draft(self.demarche)

    @cached_property
    def liste(self) -> list[dict]:
        found = scenarios.scenarios_de(self.demarche)
        return [self._ligne_de(scenario) for scenario in found]

    def _ligne_de(self, scenario: Scenario) -> dict:
        attendu = scenario.attendu
        return {
            "scenario": scenario,
            "profil": PROFILS[scenario.marche.profil].titre,
            "jour": format_date(scenario.marche.jour),
            "etapes": [self._titre("etape", id) for id in attendu.etapes],
            "pieces": [self._titre("champ", nom) for nom in attendu.pieces],
            "ecarts": self._ecarts(scenario) if self.rejoue else None,
        }

    def _ecarts(self, scenario: Scenario) -> list[str]:
        obtenu = scenarios.rejouer(self.demarche, scenario)
        found = ecarts(scenario.attendu, obtenu, self.form)
        return [self.dire(message) for message in found]

    def _titre(self, genre: str, nom: str) -> str:
        return self.dire(titre_de(genre, nom, self.form))

    @property
    def echecs(self) -> int:
        """How many of the replayed scenarios do not end as expected."""
        return sum(bool(ligne["ecarts"]) for ligne in self.liste)
