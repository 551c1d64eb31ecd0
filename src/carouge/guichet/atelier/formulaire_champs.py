"""``<demarche>/fields``: all questions of a form, step by step."""

from __future__ import annotations

from Acquisition import aq_parent
from carouge.guichet import _
from carouge.guichet.atelier.formulaire_genres import genre_en_mots
from carouge.guichet.atelier.formulaire_modele import champ_vers_etape
from carouge.guichet.atelier.formulaire_modele import deplacer_champ
from carouge.guichet.atelier.formulaire_modele import deplacer_groupe
from carouge.guichet.atelier.formulaire_modele import elements_de
from carouge.guichet.atelier.formulaire_modele import enregistrer
from carouge.guichet.atelier.formulaire_modele import etapes_de
from carouge.guichet.atelier.formulaire_modele import supprimer_champ
from carouge.guichet.atelier.formulaire_page import PageFormulaire
from carouge.guichet.atelier.formulaire_usages import usages_de
from carouge.guichet.atelier.mots_problemes import en_mots as probleme_en_mots
from carouge.guichet.formulaire.binding import source_of
from carouge.guichet.formulaire.compile import compile_draft
from carouge.guichet.formulaire.compteurs import compteurs_de_champ
from carouge.guichet.formulaire.labels import SOURCE_LABELS
from carouge.guichet.formulaire.procedure import conditions_de
from carouge.guichet.formulaire.procedure import deroulement_de
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


DEPLACE = _("The order of the form has changed.")


class Questions(PageFormulaire):
    """The list of questions; moves and deletes them."""

    content = ViewPageTemplateFile("templates/formulaire_champs.pt")
    page_title = _("Form")
    onglet = "fields"

    @property
    def demarche(self):
        return aq_parent(self.context)

    @property
    def titre_page(self):
        return _("Form of “${title}”", mapping={"title": self.demarche.title})

    # --- what is shown ---------------------------------------------------------

    def etapes(self) -> list[dict]:
        """The steps with what stands in them."""
        return [
            {
                "etape": etape,
                "numero": numero,
                "titre": etape.titre or _("Without a title"),
                "si": self.mots(etape.si),
                "elements": [
                    self._element(element)
                    for element in elements_de(self.schema, etape)
                ],
                "autres": [
                    (autre.nom, autre.titre or self.dire(_("Without a title")))
                    for autre in self._etapes
                    if autre.nom != etape.nom
                ],
            }
            for numero, etape in enumerate(self._etapes, 1)
        ]

    @cached_property
    def _etapes(self):
        return etapes_de(self.schema)

    def _element(self, element) -> dict:
        groupe = self._deroulement["groupes"].get(element.groupe)
        return {
            "groupe": element.groupe,
            "titre": groupe and groupe["titre"],
            "si": groupe and self.mots(groupe["si"]),
            "rangees": groupe
            and _(
                "${min} to ${max} times",
                mapping={"min": groupe["min"], "max": groupe["max"]},
            ),
            "questions": [self._question(nom) for nom in element.champs],
        }

    def _question(self, nom: str) -> dict:
        champ = self.schema[nom]
        source = source_of(self.schema, champ)
        return {
            "nom": nom,
            "titre": champ.title or nom,
            "genre": genre_en_mots(champ),
            "obligatoire": bool(champ.required),
            "source": source and SOURCE_LABELS[source],
            "si": self.mots(self._conditions.get(nom)),
            "refus": self._refus.get(nom, 0),
            "usages": self._usages.get(nom, []),
            "url": f"{self.url}/fields/{nom}",
        }

    @cached_property
    def _deroulement(self):
        return deroulement_de(self.schema)

    @cached_property
    def _conditions(self):
        return conditions_de(self.schema)

    @cached_property
    def _refus(self) -> dict[str, int]:
        return compteurs_de_champ(self.demarche)

    @cached_property
    def _usages(self):
        return usages_de(self.schema)

    def fautes(self) -> list[dict]:
        """What the publication would be refused for, with the place to mend it."""
        form = compile_draft(self.demarche)
        return [
            {
                "message": probleme_en_mots(probleme, form),
                "url": self._place(probleme.cible_genre, probleme.cible_nom),
            }
            for probleme in form.problemes
        ]

    def _place(self, genre: str, nom: str) -> str:
        if genre == "champ" and nom in self.schema:
            return f"{self.url}/fields/{nom}"
        return f"{self.url}/@@etapes"

    # --- what is done ----------------------------------------------------------

    def post(self) -> str | None:
        retour = f"{self.url}/fields"
        for bouton, geste in _GESTES.items():
            nom = self.request.form.get(bouton)
            if not isinstance(nom, str):
                continue
            if self.conflit(self.ordre):
                return None
            if bouton == "deplacer":
                vers = self.request.form.get(f"vers.{nom}")
                connues = {etape.nom for etape in self._etapes}
                if nom not in self.schema or vers not in connues:
                    return retour
                champ_vers_etape(self.schema, nom, vers)
            elif not geste(self.schema, nom):
                return retour
            enregistrer(self.demarche, self.schema)
            self.annoncer(
                _("The question has been deleted.")
                if bouton == "supprimer"
                else DEPLACE
            )
            ancre = f"groupe-{nom}" if bouton.startswith("groupe") else f"champ-{nom}"
            return retour if bouton == "supprimer" else f"{retour}#{ancre}"
        return retour

    @property
    def ordre(self) -> list:
        """The state that moving and deleting is about."""
        return [[etape.nom, list(etape.champs)] for etape in etapes_de(self.schema)]


def _champ(pas: int):
    def geste(schema, nom: str) -> bool:
        if nom in schema:
            deplacer_champ(schema, nom, pas)
        return nom in schema

    return geste


def _groupe(pas: int):
    def geste(schema, nom: str) -> bool:
        deplacer_groupe(schema, nom, pas)
        return True

    return geste


def _supprimer(schema, nom: str) -> bool:
    if nom not in schema:
        return False
    supprimer_champ(schema, nom)
    return True


#: What the buttons of the page do, by name.
_GESTES = {
    "monter": _champ(-1),
    "descendre": _champ(1),
    "groupe-monter": _groupe(-1),
    "groupe-descendre": _groupe(1),
    "supprimer": _supprimer,
    "deplacer": None,
}
