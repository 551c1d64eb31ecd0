"""``<demarche>/frequentation``: how its form is used, in numbers."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.formulaire_page import PageFormulaire
from carouge.guichet.demarche.versions import version_par_hash
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.compile import compile_model
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compteurs import ASSEZ
from carouge.guichet.formulaire.compteurs import Statistiques
from carouge.guichet.formulaire.compteurs import statistiques
from carouge.guichet.formulaire.compteurs import versions_comptees
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class Frequentation(PageFormulaire):
    """Tables per step and per question, of one version of the form."""

    content = ViewPageTemplateFile("../templates/frequentation.pt")
    onglet = "frequentation"
    page_title = _("Use of the form")
    assez = ASSEZ

    @property
    def titre_page(self):
        return _("Use of “${title}”", mapping={"title": self.context.title})

    @cached_property
    def actuelle(self) -> str:
        """The version citizens get."""
        return compile_form(self.context).version

    @cached_property
    def version(self) -> str:
        asked = self.request.form.get("version")
        return asked if asked in versions_comptees(self.context) else self.actuelle

    @cached_property
    def nombres(self) -> Statistiques:
        return statistiques(self.context, self.version)

    @cached_property
    def form(self) -> CompiledForm | None:
        """The form of that version, as far as it is still known."""
        if self.version == self.actuelle:
            return compile_form(self.context)
        version = version_par_hash(self.context, self.version)
        return compile_model(version.contenu["fields_model"]) if version else None

    def versions(self) -> list[dict]:
        """The versions with numbers, the last published first."""
        found = []
        for hash12 in {self.actuelle, *versions_comptees(self.context)}:
            version = version_par_hash(self.context, hash12)
            found.append(
                {
                    "url": f"{self.url}/frequentation?version={hash12}",
                    "numero": version.numero if version else 0,
                    "hash": hash12,
                    "courante": "page" if hash12 == self.version else None,
                }
            )
        return sorted(found, key=lambda one: -one["numero"])

    def etapes(self) -> list[dict]:
        """The steps in order, those that are not there any more at the end."""
        titles = (
            {etape.id: etape.titre for etape in self.form.etapes} if self.form else {}
        )
        numbers = self.nombres.etapes
        rows = []
        for id in [*titles, *(id for id in numbers if id not in titles)]:
            etape = numbers.get(id)
            shown = etape.montree if etape else 0
            valid = etape.validee if etape else 0
            rows.append(
                {
                    "titre": titles.get(id) or id,
                    "montree": shown,
                    "validee": valid,
                    "part": f"{round(100 * valid / shown)} %" if shown else "–",
                }
            )
        return rows

    def erreurs(self) -> list[dict]:
        """The questions whose answers were refused, the most often refused first."""
        questions = self.form.questions if self.form else {}
        rows = [
            {
                "titre": questions[nom].titre if nom in questions else nom,
                "nombre": nombre,
            }
            for nom, nombre in self.nombres.erreurs.items()
        ]
        return sorted(rows, key=lambda row: -row["nombre"])

    def minutes(self):
        """The measured time in words; None as long as there is none."""
        seconds = self.nombres.mediane
        if seconds is None:
            return None
        if seconds < 60:
            return _("less than a minute")
        minutes = round(seconds / 60)
        if minutes == 1:
            return _("1 minute")
        return _("${number} minutes", mapping={"number": minutes})
