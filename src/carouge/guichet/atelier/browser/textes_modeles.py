"""Models of messages and of documents, one page each."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.browser.textes import PageTextes
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.labels import TRANSITION_LABELS
from carouge.guichet.demarche.textes import blocs
from carouge.guichet.demarche.textes import GENRES
from carouge.guichet.demarche.textes import MAX_CORPS
from carouge.guichet.demarche.textes import MAX_MODELES
from carouge.guichet.demarche.textes import MAX_TEXTE
from carouge.guichet.demarche.textes import MAX_TITRE
from carouge.guichet.demarche.textes import ModeleDeDocument
from carouge.guichet.demarche.textes import ModeleDeMessage
from carouge.guichet.demarche.textes import nouvel_id
from carouge.guichet.demarche.textes import remplir
from dataclasses import astuple
from dataclasses import replace
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


#: The moves an agent makes, in the order of the workflow.
MOUVEMENTS = tuple(
    move.id for move in TRANSITIONS.values() if Actor.AGENT in move.actors
)
GENRE_LABELS = {
    "decision": _("Decision"),
    "document": _("Other document"),
}


class PageModele(PageTextes):
    """What both have in common; ``modele`` names the one, without it a new one is made."""

    #: Name of the list in the texts, and the first part of the names of its texts.
    liste: str
    prefixe: str
    nouveau: object
    introuvable: object
    enregistre: object
    supprime: object

    @cached_property
    def id(self) -> str | None:
        return self.ligne("modele", 40) or None

    @cached_property
    def avant(self):
        """The model as it is kept; None for a new one."""
        modeles = getattr(self.textes, self.liste)
        return next((one for one in modeles if one.id == self.id), None)

    @property
    def etat(self) -> list:
        return [str(one) for one in astuple(self.avant)] if self.avant else []

    @property
    def titre_page(self):
        if self.avant is None:
            return self.nouveau
        return _("“${titre}”", mapping={"titre": self.avant.titre})

    page_title = titre_page

    def get(self) -> None:
        if self.id is not None and self.avant is None:
            raise NotFound(self.id)
        self.modele = self.avant or self.lu("")
        self.apercu_modele = self.apercu_de() if self.avant is not None else None

    def post(self) -> str | None:
        if self.id is not None and self.avant is None:
            # Somebody has deleted it: what was typed can still become a new one.
            self.alerte = self.introuvable
            self.id = None
        self.modele = self.lu(self.id or nouvel_id())
        self.apercu_modele = None
        if self.geste == "supprimer":
            return self._supprimer()
        autres = [
            self.modele if one.id == self.id else one
            for one in getattr(self.textes, self.liste)
        ]
        if self.avant is None:
            autres.append(self.modele)
        textes = replace(self.textes, **{self.liste: tuple(autres)})
        self.problemes = self.fautes_de(textes, f"{self.prefixe}.{self.modele.id}.")
        if not self.modele.titre:
            self.problemes["titre"] = _("Enter a title.")
        if self.geste == "apercu":
            self.apercu_modele = self.apercu_de()
            return None
        if len(autres) > MAX_MODELES:
            self.alerte = _(
                "There are ${count} models already; please delete one first.",
                mapping={"count": str(MAX_MODELES)},
            )
        if self.alerte or self.problemes or self.conflit(self.etat):
            self.refuser()
            return None
        return self.garder(textes, self.enregistre)

    def _supprimer(self) -> str | None:
        if self.avant is None or self.conflit(self.etat):
            self.refuser()
            return None
        autres = tuple(
            one for one in getattr(self.textes, self.liste) if one.id != self.id
        )
        return self.garder(replace(self.textes, **{self.liste: autres}), self.supprime)

    def mouvements(self) -> list[dict]:
        """The moves with which it can be proposed."""
        return [{"nom": nom, "titre": TRANSITION_LABELS[nom]} for nom in MOUVEMENTS]

    def lu(self, id: str):
        """The model as it was typed."""
        raise NotImplementedError

    def apercu_de(self):
        """The model with example values."""
        raise NotImplementedError


class TexteMessage(PageModele):
    """A model of a message."""

    content = ViewPageTemplateFile("../templates/textes_message.pt")
    liste, prefixe = "messages", "message"
    nouveau = _("New model of a message")
    introuvable = _("This model does not exist any more. Saving makes a new one of it.")
    enregistre = _("The model has been saved.")
    supprime = _("The model has been deleted.")

    def lu(self, id: str) -> ModeleDeMessage:
        chosen = self.request.form.get("mouvements", [])
        chosen = [chosen] if isinstance(chosen, str) else chosen
        return ModeleDeMessage(
            id=id,
            titre=self.mots_ecrits("titre", MAX_TITRE),
            texte=self.texte_ecrit("texte", MAX_TEXTE),
            mouvements=tuple(nom for nom in MOUVEMENTS if nom in chosen),
        )

    def apercu_de(self) -> str:
        return remplir(self.modele.texte, self.exemples()).texte


class TexteDocument(PageModele):
    """A model of a decision or of another document."""

    content = ViewPageTemplateFile("../templates/textes_document.pt")
    liste, prefixe = "documents", "document"
    nouveau = _("New model of a document")
    introuvable = TexteMessage.introuvable
    enregistre = TexteMessage.enregistre
    supprime = TexteMessage.supprime

    def lu(self, id: str) -> ModeleDeDocument:
        genre = self.ligne("genre", 20)
        mouvement = self.ligne("mouvement", 40)
        return ModeleDeDocument(
            id=id,
            titre=self.mots_ecrits("titre", MAX_TITRE),
            corps=self.texte_ecrit("corps", MAX_CORPS),
            genre=genre if genre in GENRES else GENRES[0],
            mouvement=mouvement if mouvement in MOUVEMENTS else "",
            signataire=self.mots_ecrits("signataire", MAX_TITRE),
        )

    def genres(self) -> list[dict]:
        return [{"nom": nom, "titre": GENRE_LABELS[nom]} for nom in GENRES]

    def apercu_de(self) -> dict:
        values = self.exemples()
        return {
            "titre": remplir(self.modele.titre, values).texte,
            "blocs": [
                {"genre": bloc.genre, "lignes": list(bloc.lignes)}
                for bloc in blocs(self.modele.corps, values)
            ],
            "signataire": remplir(self.modele.signataire, values).texte,
        }
