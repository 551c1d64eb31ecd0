"""What the pages on which editors work on a form have in common."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier import formulaire_condition
from carouge.guichet.atelier.formulaire_constructeur import ConstructeurCondition
from carouge.guichet.atelier.formulaire_modele import lire
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.formulaire.mots_conditions import en_mots
from carouge.guichet.formulaire.procedure import json_text
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from functools import cached_property
from plone import api
from plone.protect import CheckAuthenticator
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.component import queryMultiAdapter
from zope.i18n import translate

import hashlib


#: The pages around a form, in order (« etapes » alone is an attribute of a démarche); those of other parts appear where they exist.
ONGLETS = (
    ("fields", _("Questions")),
    ("@@etapes", _("Steps, groups and prices")),
    ("@@textes", _("Notices and models")),
    ("scenarios", _("Scenarios")),
    ("versions", _("Versions")),
    ("frequentation", _("Use")),
    ("publication", _("Publication")),
)

CONFLIT = _(
    "Somebody else has changed this in the meantime. What you typed is still here: look "
    "at the present state, then save again to replace it."
)

MAX_LINE = 150
MAX_TEXT = 2000


class PageFormulaire(BrowserView):
    """A page of the form editor, about the working copy of one démarche."""

    template = ViewPageTemplateFile("templates/formulaire_page.pt")
    #: The template of the content; each page has its own.
    content: ViewPageTemplateFile
    #: Name of the page in :data:`ONGLETS` that this one belongs to.
    onglet = "@@etapes"
    #: Problems by name of input, and the one above the form.
    alerte = None

    def __call__(self):
        keep_private(self.request.response)
        single_column(self.request)
        self.problemes: dict[str, object] = {}
        if self.request.method == "POST":
            CheckAuthenticator(self.request)
            location = self.post()
            if location:
                # See Other: a reload repeats the page, never what was done.
                return self.request.response.redirect(location, status=303)
        else:
            self.get()
        return self.template()

    def get(self) -> None:
        """Read what the page shows."""

    def post(self) -> str | None:
        """Do what was sent; where to go then, or None to show the page again."""
        return None

    def body(self) -> str:
        """HTML of the main column."""
        return self.content()

    # --- the démarche ----------------------------------------------------------

    @property
    def demarche(self):
        return self.context

    @property
    def url(self) -> str:
        return self.demarche.absolute_url()

    @property
    def apercu(self) -> str:
        """Address of the form as the editors have it."""
        return f"{self.url}/formulaire?version=travail"

    @cached_property
    def schema(self):
        return lire(self.demarche)

    @cached_property
    def guichet_url(self) -> str:
        return guichet_of(self.demarche).absolute_url()

    def onglets(self) -> list[dict]:
        """The tabs of the editor."""
        return [
            {
                "titre": titre,
                "url": f"{self.url}/{nom}",
                "courant": "page" if nom == self.onglet else None,
            }
            for nom, titre in ONGLETS
            if nom in ("fields", "@@etapes")
            or queryMultiAdapter(
                (self.demarche, self.request), name=nom.removeprefix("@@")
            )
            is not None
        ]

    # --- words -----------------------------------------------------------------

    def dire(self, message) -> str:
        """A message in the language of the editor."""
        return translate(message, context=self.request)

    def mots(self, condition) -> str:
        """A condition in words; empty for none."""
        return en_mots(condition, self.schema, self.dire)

    def annoncer(self, message, kind: str = "info") -> None:
        """Tell it on the next page."""
        api.portal.show_message(message, self.request, type=kind)

    # --- the form --------------------------------------------------------------

    def ligne(self, nom: str, longueur: int = MAX_LINE) -> str:
        """One line that was sent."""
        return formulaire_condition.texte(self.request.form.get(nom), longueur)

    def texte(self, nom: str, longueur: int = MAX_TEXT) -> str:
        """A text of several lines that was sent."""
        valeur = self.request.form.get(nom)
        if not isinstance(valeur, str):
            return ""
        lignes = [
            formulaire_condition.texte(ligne, longueur)
            for ligne in valeur[: 2 * longueur].splitlines()
        ]
        return "\n".join(lignes).strip()[:longueur]

    def entier(self, nom: str) -> int | None:
        """A whole number that was sent; None for anything else."""
        valeur = self.ligne(nom, 9)
        return int(valeur) if valeur.isascii() and valeur.isdigit() else None

    def repertoire(self, sans=()):
        """What the condition of the page can refer to."""
        return formulaire_condition.repertoire_de(self.schema, self.dire, sans)

    def constructeur(self, titre, etat) -> ConstructeurCondition:
        """The condition builder of the page."""
        return ConstructeurCondition(self.context, self.request, "si", titre, etat)

    # --- two editors at once ---------------------------------------------------

    @staticmethod
    def empreinte(valeur: object) -> str:
        """What tells one state of the thing that is edited from another."""
        return hashlib.sha256(json_text(valeur).encode()).hexdigest()[:16]

    def conflit(self, valeur: object) -> bool:
        """Whether the thing has changed since the page was made; says it then."""
        if self.request.form.get("etat") == self.empreinte(valeur):
            return False
        self.alerte = CONFLIT
        return True
