"""``<demarche>/textes``: what the counter writes, in the words of the editors."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.exemples import questions_de
from carouge.guichet.atelier.exemples import valeurs_d_exemple
from carouge.guichet.atelier.formulaire_page import PageFormulaire
from carouge.guichet.atelier.textes import fautes
from carouge.guichet.atelier.textes import textes_de
from carouge.guichet.atelier.textes import textes_edites
from carouge.guichet.demande.avis import avis_standard
from carouge.guichet.demarche.textes import Avis
from carouge.guichet.demarche.textes import DU_DOSSIER
from carouge.guichet.demarche.textes import enregistrer_textes
from carouge.guichet.demarche.textes import FIXES
from carouge.guichet.demarche.textes import MAX_OBJET
from carouge.guichet.demarche.textes import MAX_SMS
from carouge.guichet.demarche.textes import MAX_TEXTE
from carouge.guichet.demarche.textes import nom_de_reponse
from carouge.guichet.demarche.textes import OCCASIONS
from carouge.guichet.demarche.textes import remplir
from carouge.guichet.demarche.textes import Textes
from carouge.guichet.demarche.textes import textes_de_travail
from carouge.guichet.formulaire.compile import compile_draft
from dataclasses import astuple
from functools import cached_property
from plone import api
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound

import re


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class PageTextes(PageFormulaire):
    """A page about the notices and models of one démarche."""

    onglet = "@@textes"
    #: Whether answers may stand in the text.
    reponses = True

    @cached_property
    def textes(self) -> Textes:
        return textes_de_travail(self.demarche)

    @cached_property
    def form(self):
        """The working copy of the form, or None: it has faults that it tells itself."""
        try:
            return compile_draft(self.demarche) if self.demarche.fields_model else None
        except Exception:
            # A model that came in by another way can fail in any way.
            return None

    @cached_property
    def questions(self) -> list[tuple[str, str, bool]]:
        return questions_de(self.form, self.dire)

    def variables(self) -> list[dict]:
        """What can be put into the text, by kind."""
        groupes = [(_("The demande"), FIXES.items())]
        if self.reponses:
            groupes.append((_("People and price"), DU_DOSSIER.items()))
            groupes.append(
                (
                    _("Answers"),
                    [(nom_de_reponse(nom), titre) for nom, titre, _d in self.questions],
                )
            )
        return [
            {
                "titre": titre,
                "variables": [
                    {"signe": f"${{{nom}}}", "titre": mots} for nom, mots in variables
                ],
            }
            for titre, variables in groupes
        ]

    def exemples(self, occasion: str = "") -> dict[str, str]:
        return valeurs_d_exemple(
            self.demarche,
            self.form,
            self.dire,
            occasion=occasion,
            reponses=self.reponses,
        )

    def fautes_de(self, textes: Textes, prefix: str) -> dict[str, object]:
        """What is wrong with one notice or model, by name of input."""
        known = {nom for nom, _titre, _date in self.questions}
        found: dict[str, object] = {}
        for texte in textes_edites(textes):
            if texte.nom.startswith(prefix):
                for faute in fautes(texte, known):
                    found.setdefault(texte.nom.rpartition(".")[2], faute.message)
        return found

    def garder(self, textes: Textes, message) -> str:
        """Store them; where to go then."""
        enregistrer_textes(self.demarche, textes)
        self.annoncer(message)
        return f"{self.url}/@@textes"

    def refuser(self) -> None:
        """Show the page again, with what was typed."""
        self.request.response.setStatus(400)

    def mots_ecrits(self, nom: str, longueur: int) -> str:
        """One line that was sent, with its no-break spaces."""
        return " ".join(self.texte_ecrit(nom, longueur).splitlines())

    def texte_ecrit(self, nom: str, longueur: int) -> str:
        """A text of several lines that was sent, with its no-break spaces."""
        valeur = self.request.form.get(nom)
        if not isinstance(valeur, str):
            return ""
        lignes = valeur[: 2 * longueur].replace("\r\n", "\n").split("\n")
        propres = (_CONTROL.sub("", ligne).rstrip() for ligne in lignes)
        return "\n".join(propres).strip()[:longueur]

    @property
    def geste(self) -> str:
        """The button that was pressed: empty for saving."""
        return self.ligne("geste", 20)


class TextesDeDemarche(PageTextes):
    """The list of all of them."""

    content = ViewPageTemplateFile("../templates/textes.pt")
    page_title = _("Notices and models")

    @property
    def titre_page(self):
        return _(
            "Notices and models of “${title}”", mapping={"title": self.demarche.title}
        )

    @cached_property
    def _fautes(self) -> dict[str, int]:
        """How many faults by notice or model."""
        known = {nom for nom, _titre, _date in self.questions}
        found: dict[str, int] = {}
        for texte in textes_de(self.demarche):
            nom = texte.nom.rpartition(".")[0]
            count = len(list(fautes(texte, known)))
            found[nom] = found.get(nom, 0) + count
        return found

    def avis(self) -> list[dict]:
        return [
            {
                "titre": titre,
                "url": f"{self.url}/@@texte-avis?occasion={occasion}",
                "propre": occasion in self.textes.avis,
                "fautes": self._fautes.get(f"avis.{occasion}", 0),
            }
            for occasion, titre in OCCASIONS.items()
        ]

    def messages(self) -> list[dict]:
        return [
            {
                "titre": modele.titre,
                "url": f"{self.url}/@@texte-message?modele={modele.id}",
                "pour": [OCCASIONS[nom] for nom in modele.mouvements],
                "fautes": self._fautes.get(f"message.{modele.id}", 0),
            }
            for modele in self.textes.messages
        ]

    def documents(self) -> list[dict]:
        return [
            {
                "titre": modele.titre,
                "url": f"{self.url}/@@texte-document?modele={modele.id}",
                "pour": [OCCASIONS[modele.mouvement]] if modele.mouvement else [],
                "fautes": self._fautes.get(f"document.{modele.id}", 0),
            }
            for modele in self.textes.documents
        ]


class TexteAvis(PageTextes):
    """One notice: mail and text message."""

    content = ViewPageTemplateFile("../templates/textes_avis.pt")
    reponses = False
    apercu_avis: dict | None = None

    @property
    def titre_page(self):
        return _("Notice “${titre}”", mapping={"titre": OCCASIONS[self.occasion]})

    page_title = titre_page

    @cached_property
    def occasion(self) -> str:
        occasion = self.ligne("occasion", 40)
        if occasion not in OCCASIONS:
            raise NotFound(occasion)
        return occasion

    @cached_property
    def standard(self) -> Avis:
        """What is said when the editors say nothing."""
        return avis_standard(self.occasion, api.portal.get_default_language())

    @cached_property
    def avant(self) -> Avis:
        return self.textes.avis.get(self.occasion, Avis())

    @property
    def etat(self) -> list:
        return [self.avant.objet, self.avant.texte, self.avant.sms]

    def get(self) -> None:
        self.avis = self.avant
        self.apercu_avis = self._apercu()

    def post(self) -> str | None:
        self.avis = Avis(
            objet=self.mots_ecrits("objet", MAX_OBJET),
            texte=self.texte_ecrit("texte", MAX_TEXTE),
            sms=self.mots_ecrits("sms", MAX_SMS),
        )
        if self.geste == "modifier":
            # The standard words, to begin with.
            self.avis = Avis(
                self.avis.objet or self.standard.objet,
                self.avis.texte or self.standard.texte,
                self.avis.sms or self.standard.sms,
            )
        if self.geste == "standard":
            self.avis = Avis()
        elif not self.geste:
            # Words that are the standard ones follow these when they change.
            self.avis = Avis(
                *(
                    "" if own == standard else own
                    for own, standard in zip(
                        astuple(self.avis), astuple(self.standard), strict=True
                    )
                )
            )
        textes = self.textes.avec_avis(self.occasion, self.avis)
        self.problemes = self.fautes_de(textes, f"avis.{self.occasion}.")
        if self.geste in ("apercu", "modifier"):
            self.apercu_avis = self._apercu()
            return None
        if self.conflit(self.etat) or self.problemes:
            self.refuser()
            return None
        return self.garder(textes, _("The notice has been saved."))

    def _apercu(self) -> dict:
        values = self.exemples(self.occasion)
        return {
            part: remplir(
                getattr(self.avis, part) or getattr(self.standard, part), values
            ).texte
            for part in ("objet", "texte", "sms")
        }
