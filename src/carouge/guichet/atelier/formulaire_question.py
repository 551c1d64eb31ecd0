"""``<demarche>/question`` adds a question; ``fields/<name>`` has its settings."""

from __future__ import annotations

from Acquisition import aq_parent
from carouge.guichet import _
from carouge.guichet.atelier.formulaire_genres import ANCIENS
from carouge.guichet.atelier.formulaire_genres import GENRES
from carouge.guichet.atelier.formulaire_modele import champ_vers_etape
from carouge.guichet.atelier.formulaire_modele import enregistrer
from carouge.guichet.atelier.formulaire_modele import etapes_de
from carouge.guichet.atelier.formulaire_modele import lire
from carouge.guichet.atelier.formulaire_noms import nom_libre
from carouge.guichet.atelier.formulaire_page import CONFLIT
from carouge.guichet.atelier.formulaire_page import PageFormulaire
from carouge.guichet.demarche.kinds import FIELDS
from carouge.guichet.formulaire.reglages import ICalcul
from collective.easyform import config as easyform
from collective.easyform.browser.fields import FieldEditForm
from collective.easyform.interfaces import ILabel
from copy import copy
from lxml import etree
from plone import api
from plone.schemaeditor.interfaces import IFieldFactory
from plone.schemaeditor.utils import IEditableSchema
from plone.schemaeditor.utils import SchemaModifiedEvent
from plone.supermodel import serializeSchema
from plone.supermodel.interfaces import XML_NAMESPACE
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from z3c.form import button
from z3c.form.browser.select import SelectWidget
from zExceptions import BadRequest
from zope.component import queryUtility
from zope.event import notify
from zope.lifecycleevent import ObjectAddedEvent
from zope.security import checkPermission


class NouvelleQuestion(PageFormulaire):
    """Asks what to ask and how; leads to the settings of the new question."""

    content = ViewPageTemplateFile("templates/formulaire_question.pt")
    page_title = _("Add a question")
    titre_page = page_title
    onglet = "fields"

    def get(self) -> None:
        self.etape = self.ligne("etape")
        self.titre = self.aide = self.genre = ""
        self.obligatoire = False

    def post(self) -> str | None:
        self.etape = self.ligne("etape")
        self.titre = self.ligne("titre")
        self.aide = self.texte("aide")
        self.genre = self.ligne("genre")
        self.obligatoire = self.request.form.get("obligatoire") == "oui"
        if not self.titre:
            self.problemes["titre"] = _("Enter the question.")
        fabrique = None
        if self.genre in self.genres():
            fabrique = queryUtility(IFieldFactory, name=self.genre)
        if fabrique is None:
            self.problemes["genre"] = _("Choose a kind of answer.")
        if self.problemes:
            return None
        nom = self._ajouter(fabrique)
        self.annoncer(_("The question has been added. Here are its settings."))
        return f"{self.url}/fields/{nom}"

    def genres(self) -> dict:
        """The kinds of new questions, with title and help."""
        return {
            classe: mots
            for classe, mots in GENRES.items()
            if classe in FIELDS and classe not in ANCIENS
        }

    def etapes(self) -> list[tuple[str, object]]:
        """The steps a question can be added to."""
        return [
            (etape.nom, etape.titre or _("Without a title"))
            for etape in etapes_de(self.schema)
        ]

    def _ajouter(self, fabrique) -> str:
        nom = nom_libre(self.schema, self.titre, "question")
        champ = fabrique(
            title=self.titre,
            description=self.aide,
            required=self.obligatoire,
            __name__=nom,
        )
        IEditableSchema(self.schema).addField(champ)
        notify(ObjectAddedEvent(champ, self.schema))
        if self.etape in dict(self.etapes()):
            champ_vers_etape(self.schema, nom, self.etape)
        enregistrer(self.demarche, self.schema)
        return nom


#: What every question has, in words of the editor: title and help.
_MOTS = {
    "title": (_("Question"), ""),
    "description": (_("Help under the question"), ""),
    "required": (_("An answer is required"), ""),
    "rich_label": (_("Text to be read"), ""),
    "values": (
        _("Possible answers"),
        _(
            "One per line. A line “house|A house” keeps “house” and shows “A house”: "
            "the text can then be changed without touching the conditions."
        ),
    ),
}


class ReglagesQuestion(FieldEditForm):
    """The settings of one question."""

    template = ViewPageTemplateFile("templates/formulaire_reglages.pt")
    #: Where to go when the settings are done with.
    suite: str | None = None

    @property
    def label(self):
        return _("Settings of “${title}”", mapping={"title": self.field.title})

    @property
    def demarche(self):
        return aq_parent(aq_parent(self.context))

    def updateFields(self) -> None:
        super().updateFields()
        inutiles = []
        if not checkPermission(easyform.EDIT_TALES_PERMISSION, self.demarche):
            # Names of the site's lists, its users among them.
            inutiles.append("vocabularyName")
        if ICalcul.providedBy(self.field) or ILabel.providedBy(self.field):
            inutiles.append("required")
        self.fields = self.fields.omit(*(n for n in inutiles if n in self.fields))
        if "required" in self.fields:
            # The help of a box is taken from the field itself, which is everybody's.
            requis = self.fields["required"].field = copy(self.fields["required"].field)
            requis.title, requis.description = _MOTS["required"]

    def updateWidgets(self) -> None:
        super().updateWidgets()
        for nom, (titre, aide) in _MOTS.items():
            if nom in self.widgets:
                self.widgets[nom].label = titre
                self.widgets[nom].description = aide
        if "values" in self.widgets:
            # A list is read as a whole.
            self.widgets["values"].rows = 8
        for widget in self.widgets.values():
            if isinstance(widget, SelectWidget):
                widget.addClass("form-select")

    @button.buttonAndHandler(_("Save"), name="save")
    def handleSave(self, action):
        if self.request.form.get("etat") != self.etat:
            self.status = CONFLIT
            return
        data, errors = self.extractData()
        if errors:
            self.status = self.formErrorsMessage
            return
        for limite in ("min", "max"):
            # A new lower limit may be above the old upper one.
            if limite in data:
                setattr(self.field, limite, None)
        self.applyChanges(data)
        try:
            notify(SchemaModifiedEvent(self.context.__parent__))
        except (BadRequest, ValueError):
            # Only the schema of this request has changed.
            self.status = _(
                "These settings cannot be kept: some of them contradict each other, or "
                "contain characters that cannot be used."
            )
            return
        api.portal.show_message(_("Your changes have been saved."), self.request)
        self._retour()

    @button.buttonAndHandler(_("Cancel"), name="cancel")
    def handleCancel(self, action):
        self._retour()

    def _retour(self) -> None:
        url = f"{self.demarche.absolute_url()}/fields#champ-{self.field.__name__}"
        self.suite = url

    @property
    def etat(self) -> str:
        """Tells one state of the question from another, for two editors at once."""
        # Read and written once: two ways to write the same are one state.
        modele = etree.fromstring(serializeSchema(lire(self.demarche)).encode())
        return PageFormulaire.empreinte(
            [
                etree.tostring(noeud, method="c14n", exclusive=True).decode()
                for noeud in modele.iter(f"{{{XML_NAMESPACE}}}field")
                if noeud.get("name") == self.field.__name__
            ]
        )


class PageReglages(PageFormulaire):
    """The page around the settings of a question."""

    onglet = "fields"

    def __init__(self, context, request):
        super().__init__(context, request)
        self.formulaire = ReglagesQuestion(context, request)

    @property
    def demarche(self):
        return aq_parent(aq_parent(self.context))

    @property
    def page_title(self):
        return self.formulaire.label

    @property
    def titre_page(self):
        return self.formulaire.label

    def get(self) -> None:
        self.formulaire.update()

    def post(self) -> str | None:
        self.formulaire.update()
        # Shown where all pages of the editor say it.
        self.alerte, self.formulaire.status = self.formulaire.status, ""
        return self.formulaire.suite

    def body(self) -> str:
        return self.formulaire.render()
