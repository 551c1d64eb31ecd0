"""``<demarche>/etapes``: steps, groups and price lines; ``etape`` edits one step."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier import formulaire_condition
from carouge.guichet.atelier.formulaire_modele import ajouter_etape
from carouge.guichet.atelier.formulaire_modele import deplacer_etape
from carouge.guichet.atelier.formulaire_modele import enregistrer
from carouge.guichet.atelier.formulaire_modele import enregistrer_prix
from carouge.guichet.atelier.formulaire_modele import etape_de
from carouge.guichet.atelier.formulaire_modele import etapes_de
from carouge.guichet.atelier.formulaire_modele import modifier_etape
from carouge.guichet.atelier.formulaire_modele import Refus
from carouge.guichet.atelier.formulaire_modele import supprimer_etape
from carouge.guichet.atelier.formulaire_modele import supprimer_groupe
from carouge.guichet.atelier.formulaire_page import PageFormulaire
from carouge.guichet.atelier.formulaire_prix import francs
from carouge.guichet.formulaire.mots_conditions import titre_de
from carouge.guichet.formulaire.procedure import deroulement_de
from carouge.guichet.formulaire.procedure import groupes_de
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


class Etapes(PageFormulaire):
    """What surrounds the questions; moves and deletes steps, groups and prices."""

    content = ViewPageTemplateFile("templates/formulaire_etapes.pt")
    page_title = _("Steps, groups and prices")

    @property
    def titre_page(self):
        return _(
            "Steps, groups and prices of “${title}”",
            mapping={"title": self.demarche.title},
        )

    # --- what is shown ---------------------------------------------------------

    def etapes(self) -> list[dict]:
        """The steps in order."""
        etapes = etapes_de(self.schema)
        return [
            {
                "nom": etape.nom,
                "numero": numero,
                "titre": etape.titre or _("Without a title"),
                "aide": etape.aide,
                "si": self.mots(etape.si),
                "nombre": len(etape.champs),
                "autres": [
                    (autre.nom, autre.titre)
                    for autre in etapes
                    if autre.nom and autre.nom != etape.nom
                ],
            }
            for numero, etape in enumerate(etapes, 1)
        ]

    @cached_property
    def _deroulement(self):
        return deroulement_de(self.schema)

    def groupes(self) -> list[dict]:
        """The repeatable groups with their questions."""
        membres = groupes_de(self.schema)
        return [
            {
                "nom": nom,
                "titre": groupe["titre"],
                "si": self.mots(groupe["si"]),
                "rangees": _(
                    "${min} to ${max} times",
                    mapping={"min": groupe["min"], "max": groupe["max"]},
                ),
                "questions": [
                    self.schema[champ].title or champ
                    for etape in etapes_de(self.schema)
                    for champ in etape.champs
                    if membres.get(champ) == nom
                ],
            }
            for nom, groupe in self._deroulement["groupes"].items()
        ]

    def prix(self) -> list[dict]:
        """The price lines; one that is none is shown as it can be."""
        lignes = []
        for numero, ligne in enumerate(self._deroulement["prix"]):
            ligne = ligne if isinstance(ligne, dict) else {}
            par = ligne.get("par")
            lignes.append(
                {
                    "numero": numero,
                    "libelle": str(ligne.get("libelle") or "?"),
                    "montant": francs(ligne.get("montant")),
                    "par": titre_de(par, self.schema, self.dire)
                    if par and isinstance(par, str)
                    else "",
                    "si": self.mots(ligne.get("si")),
                }
            )
        return lignes

    # --- what is done ----------------------------------------------------------

    def post(self) -> str | None:
        retour = f"{self.url}/@@etapes"
        for bouton, geste in self._gestes.items():
            nom = self.request.form.get(bouton)
            if not isinstance(nom, str):
                continue
            if self.conflit(self.ensemble):
                return None
            try:
                geste(nom)
            except Refus as refus:
                self.alerte = refus.message
                return None
            except LookupError:
                return retour
            enregistrer(self.demarche, self.schema)
            self.annoncer(_("Your changes have been saved."))
            return (
                f"{retour}#{self.ligne('ancre')}" if "ancre" in self.request else retour
            )
        return retour

    @property
    def _gestes(self):
        return {
            "monter": lambda nom: deplacer_etape(self.schema, nom, -1),
            "descendre": lambda nom: deplacer_etape(self.schema, nom, 1),
            "supprimer": self._supprimer_etape,
            "supprimer-groupe": lambda nom: supprimer_groupe(self.schema, nom),
            "supprimer-prix": self._supprimer_prix,
        }

    def _supprimer_etape(self, nom: str) -> None:
        supprimer_etape(self.schema, nom, self.ligne(f"vers.{nom}") or None)

    def _supprimer_prix(self, numero: str) -> None:
        lignes = list(self._deroulement["prix"])
        if not (numero.isascii() and numero.isdigit()):
            raise LookupError(numero)
        del lignes[int(numero)]
        enregistrer_prix(self.schema, lignes)

    @property
    def ensemble(self) -> list:
        """The state that moving and deleting is about."""
        procedure = deroulement_de(self.schema)
        return [
            [[etape.nom, list(etape.champs)] for etape in etapes_de(self.schema)],
            list(procedure["groupes"]),
            procedure["prix"],
        ]


class UneEtape(PageFormulaire):
    """Title, help and condition of one step, or of a new one."""

    content = ViewPageTemplateFile("templates/formulaire_etape.pt")

    @property
    def titre_page(self):
        if self.nom is None:
            return _("Add a step")
        return _("Step “${title}”", mapping={"title": self.avant.titre or self.nom})

    page_title = titre_page

    @cached_property
    def nom(self) -> str | None:
        """The name of the step; None for a new one."""
        nom = self.request.form.get("nom")
        return nom if isinstance(nom, str) else None

    @cached_property
    def avant(self):
        """The step as it is kept; None for a new one."""
        try:
            return None if self.nom is None else etape_de(self.schema, self.nom)
        except KeyError:
            return None

    def get(self) -> None:
        if self.nom is not None and self.avant is None:
            raise NotFound(self.nom)
        self.titre = self.avant.titre if self.avant else ""
        self.aide = self.avant.aide if self.avant else ""
        self.etat_si = formulaire_condition.depuis_condition(
            self.avant and self.avant.si, self._repertoire
        )

    def post(self) -> str | None:
        if self.nom is not None and self.avant is None:
            # Somebody has deleted it: what was typed can still become a new one.
            self.nom = None
            self.alerte = _(
                "This step does not exist any more. Saving makes a new one of it."
            )
        self.titre = self.ligne("titre")
        self.aide = self.texte("aide")
        self.etat_si = formulaire_condition.depuis_formulaire(
            self.request.form, "si", self._repertoire
        )
        if self.etat_si.intermediaire or self.alerte:
            return None
        if not self.titre:
            self.problemes["titre"] = _("Enter a title.")
        if self.problemes or not self.etat_si.valable or self.conflit(self.etat):
            return None
        args = (self.titre, self.aide, self.etat_si.condition)
        try:
            if self.nom is None:
                ajouter_etape(self.schema, *args)
            else:
                modifier_etape(self.schema, self.nom, *args)
        except Refus as refus:
            self.alerte = refus.message
            return None
        enregistrer(self.demarche, self.schema)
        self.annoncer(_("The step has been saved."))
        return f"{self.url}/@@etapes"

    @property
    def etat(self) -> list:
        """The state of the step that the page was made from."""
        avant = self.avant
        return [avant.titre, avant.aide, avant.si] if avant else []

    @cached_property
    def _repertoire(self):
        champs = set(self.avant.champs) if self.avant else set()
        groupes = {
            groupe for nom, groupe in groupes_de(self.schema).items() if nom in champs
        }
        return self.repertoire(sans=champs | groupes)

    def condition(self) -> str:
        """The condition builder."""
        return self.constructeur(_("Show this step"), self.etat_si)()
