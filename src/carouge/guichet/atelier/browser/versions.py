"""``<demarche>/versions``: what was published when, by whom, and how it looked."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.browser.page import PageAtelier
from carouge.guichet.atelier.formulaire_genres import genre_en_mots
from carouge.guichet.demarche import versions
from carouge.guichet.demarche.textes import OCCASIONS
from carouge.guichet.demarche.textes import Textes
from carouge.guichet.demarche.versions import Version
from carouge.guichet.formulaire.compile import compile_model
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.mots_conditions import choix_de
from carouge.guichet.formulaire.mots_conditions import en_mots
from carouge.guichet.formulaire.procedure import conditions_de
from carouge.guichet.formulaire.procedure import deroulement_de
from carouge.guichet.money import format_chf
from functools import cached_property
from plone import api
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


#: easyform's permission for whoever may write expressions.
EDIT_TALES = "collective.easyform: Edit TALES Fields"


@implementer(IPublishTraverse)
class Versions(PageAtelier):
    """The list; ``versions/<number>`` shows one of them."""

    list_content = ViewPageTemplateFile("../templates/versions.pt")
    one_content = ViewPageTemplateFile("../templates/version.pt")
    page_title = _("Versions")
    onglet = "versions"
    format_chf = staticmethod(format_chf)
    version: Version | None = None

    def publishTraverse(self, request, name):
        if self.version is not None or not name.isdecimal() or len(name) > 6:
            raise NotFound(name)
        self.version = self._find(int(name))
        return self

    def _find(self, numero: int) -> Version:
        try:
            return versions.version_numero(self.demarche, numero)
        except KeyError as error:
            raise NotFound(str(numero)) from error

    def content(self) -> str:
        return self.one_content() if self.version is not None else self.list_content()

    @property
    def titre_page(self):
        if self.version is None:
            return _("Versions of “${title}”", mapping={"title": self.demarche.title})
        return _(
            "Version ${numero} of “${title}”",
            mapping={
                "numero": str(self.version.numero),
                "title": self.demarche.title,
            },
        )

    def post(self) -> str | None:
        numero = self.entier("restaurer")
        if numero is None:
            raise NotFound("restaurer")
        version = self._find(numero)
        if not self._may_restore(version):
            self.annoncer(
                _(
                    "Version ${numero} holds expressions that only a site "
                    "administrator may set: please ask one to restore it.",
                    mapping={"numero": str(version.numero)},
                ),
                "warning",
            )
            return f"{self.url}/@@versions"
        versions.restaurer(self.demarche, version.numero)
        self.annoncer(
            _(
                "Version ${numero} is your working copy again. Citizens get it once it "
                "is published.",
                mapping={"numero": str(version.numero)},
            )
        )
        return f"{self.url}/@@publication"

    def _may_restore(self, version) -> bool:
        """Whether it brings back no expression that an editor could not write."""
        if api.user.has_permission(EDIT_TALES, obj=self.demarche):
            return True
        there = compile_model(version.contenu["fields_model"]).extensions
        here = compile_model(self.demarche.fields_model).extensions
        return there.items() <= here.items()

    # --- the list --------------------------------------------------------------

    @cached_property
    def liste(self) -> list[dict]:
        """The publications, the last one first, each with what it changed."""
        found = versions.versions_de(self.demarche)
        return [
            {
                "version": version,
                "premiere": before is None,
                # The last one is the working copy already, unless that was changed.
                "restaurable": version is not found[-1] or self.modifiee,
                "differences": []
                if before is None
                else self.par_lieu(before.contenu, version.contenu),
            }
            for before, version in zip([None, *found], found, strict=False)
        ][::-1]

    @cached_property
    def modifiee(self) -> bool:
        """Whether the working copy is no version yet."""
        return versions.modifiee(self.demarche)

    # --- one version -----------------------------------------------------------

    @cached_property
    def form(self):
        return compile_model(self.version.contenu["fields_model"])

    def etapes(self) -> list[dict]:
        """The form of the version, to be read."""
        conditions = deroulement_de(self.form.schema)["etapes"]
        return [
            {
                "titre": etape.titre or _("Beginning of the form"),
                "aide": etape.aide,
                "si": self._mots((conditions.get(etape.id) or {}).get("si")),
                "elements": [self._element(element) for element in etape.elements],
            }
            for etape in self.form.etapes
        ]

    @cached_property
    def textes(self) -> dict[str, list[dict]]:
        """The texts of the version: notices by occasion, models by their titles."""
        textes = Textes.from_json(self.version.contenu["correspondance"])
        return {
            "avis": [
                {"titre": OCCASIONS[occasion], "parties": [a.objet, a.texte, a.sms]}
                for occasion, a in textes.avis.items()
            ],
            "messages": [
                {"titre": one.titre, "parties": [one.texte]} for one in textes.messages
            ],
            "documents": [
                {"titre": one.titre, "parties": [one.corps, one.signataire]}
                for one in textes.documents
            ],
        }

    def _element(self, element) -> dict:
        if not isinstance(element, Groupe):
            return {"groupe": None, "questions": [self._question(element)]}
        conditions = deroulement_de(self.form.schema)["groupes"]
        return {
            "groupe": element.titre,
            "si": self._mots((conditions.get(element.nom) or {}).get("si")),
            "questions": [self._question(question) for question in element.questions],
        }

    def _question(self, question) -> dict:
        return {
            "titre": question.titre,
            "aide": question.aide,
            "genre": genre_en_mots(question.champ),
            "requis": question.requis,
            "si": self._mots(conditions_de(self.form.schema).get(question.nom)),
            "choix": [title for _value, title in choix_de(question.champ)],
        }

    def _mots(self, condition) -> str:
        return en_mots(condition, self.form.schema, self.dire)
