"""``<demarche>/groupe``: questions that are asked once per child, vehicle, person."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier import formulaire_condition
from carouge.guichet.atelier.formulaire_modele import enregistrer
from carouge.guichet.atelier.formulaire_modele import enregistrer_groupe
from carouge.guichet.atelier.formulaire_modele import etapes_de
from carouge.guichet.atelier.formulaire_modele import Refus
from carouge.guichet.atelier.formulaire_page import PageFormulaire
from carouge.guichet.formulaire.procedure import deroulement_de
from carouge.guichet.formulaire.procedure import groupes_de
from carouge.guichet.formulaire.procedure import MAX_LIGNES
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


class UnGroupe(PageFormulaire):
    """A repeatable group, or a new one."""

    content = ViewPageTemplateFile("templates/formulaire_groupe.pt")
    max_lignes = MAX_LIGNES

    @property
    def titre_page(self):
        if self.nom is None:
            return _("Add a group")
        return _("Group “${title}”", mapping={"title": self.avant["titre"]})

    page_title = titre_page

    @cached_property
    def nom(self) -> str | None:
        """The name of the group; None for a new one."""
        nom = self.request.form.get("nom")
        return nom if isinstance(nom, str) else None

    @cached_property
    def avant(self) -> dict | None:
        """The group as it is kept; None for a new one."""
        return deroulement_de(self.schema)["groupes"].get(self.nom)

    def get(self) -> None:
        if self.nom is not None and self.avant is None:
            raise NotFound(self.nom)
        avant = self.avant or {}
        self.titre = avant.get("titre", "")
        self.ajouter = avant.get("ajouter", "")
        self.min = str(avant.get("min", 0))
        self.max = str(avant.get("max", 10))
        self.champs = set(self._membres)
        self.etat_si = formulaire_condition.depuis_condition(
            avant.get("si"), self._repertoire
        )

    def post(self) -> str | None:
        if self.nom is not None and self.avant is None:
            self.nom = None
            self.alerte = _(
                "This group does not exist any more. Saving makes a new one of it."
            )
        self.titre = self.ligne("titre")
        self.ajouter = self.ligne("ajouter", 60)
        self.min, self.max = self.ligne("min", 9), self.ligne("max", 9)
        champs = self.request.form.get("champs", [])
        champs = champs if isinstance(champs, list) else [champs]
        self.champs = {nom for nom in champs if isinstance(nom, str)}
        self.etat_si = formulaire_condition.depuis_formulaire(
            self.request.form, "si", self._repertoire
        )
        if self.etat_si.intermediaire or self.alerte:
            return None
        self._verifier()
        if self.problemes or not self.etat_si.valable or self.conflit(self.etat):
            return None
        valeurs = {
            "titre": self.titre,
            "ajouter": self.ajouter,
            "min": self.entier("min"),
            "max": self.entier("max"),
            "si": self.etat_si.condition,
        }
        try:
            enregistrer_groupe(self.schema, self.nom, valeurs, self.champs)
        except Refus as refus:
            self.problemes["champs"] = refus.message
            return None
        enregistrer(self.demarche, self.schema)
        self.annoncer(_("The group has been saved."))
        return f"{self.url}/@@etapes"

    def _verifier(self) -> None:
        if not self.titre:
            self.problemes["titre"] = _("Enter a title.")
        minimum, maximum = self.entier("min"), self.entier("max")
        if minimum is None or minimum > MAX_LIGNES:
            self.problemes["min"] = _(
                "Enter a number from 0 to ${max}.", mapping={"max": MAX_LIGNES}
            )
        if maximum is None or not 1 <= maximum <= MAX_LIGNES:
            self.problemes["max"] = _(
                "Enter a number from 1 to ${max}.", mapping={"max": MAX_LIGNES}
            )
        elif minimum is not None and minimum > maximum:
            self.problemes["max"] = _("The maximum is smaller than the minimum.")

    @property
    def etat(self) -> list:
        """The state of the group that the page was made from."""
        return [self.avant, sorted(self._membres)] if self.avant else []

    @cached_property
    def _membres(self) -> list[str]:
        if self.nom is None:
            return []
        groupes = groupes_de(self.schema)
        return [nom for nom, groupe in groupes.items() if groupe == self.nom]

    @cached_property
    def _repertoire(self):
        return self.repertoire(sans={self.nom or "", *self._membres})

    def condition(self) -> str:
        """The condition builder."""
        return self.constructeur(_("Show this group"), self.etat_si)()

    def etapes(self) -> list[dict]:
        """The questions to choose from, by step; those of other groups are left out."""
        groupes = groupes_de(self.schema)
        etapes = []
        for etape in etapes_de(self.schema):
            questions = [
                {
                    "nom": nom,
                    "titre": self.schema[nom].title or nom,
                    "coche": nom in self.champs,
                }
                for nom in etape.champs
                if groupes.get(nom, self.nom) == self.nom
            ]
            if questions:
                titre = etape.titre or _("Without a title")
                etapes.append({"titre": titre, "questions": questions})
        return etapes
