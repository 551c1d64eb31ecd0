"""``<categorie>/nouvelle-demarche``: an editor begins a démarche from another one."""

from carouge.guichet import _
from carouge.guichet.demarche.browser.page import CataloguePage
from carouge.guichet.demarche.modele import create_draft
from carouge.guichet.demarche.modele import modeles_of
from carouge.guichet.layout import keep_private
from itertools import groupby
from plone import api
from plone.protect import CheckAuthenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


MAX_TITLE = 150


class NouvelleDemarche(CataloguePage):
    """Asks for a title and a model; makes a draft and leads to its edit form."""

    content = ViewPageTemplateFile("../templates/nouvelle.pt")
    page_title = _("Add a démarche")
    error = None

    def __call__(self):
        self.titre = self._text("titre")
        self.modele = self._text("modele")
        if self.request.method == "POST":
            CheckAuthenticator(self.request)
            if self.titre and len(self.titre) <= MAX_TITLE:
                return self._create()
            self.error = _("Please enter a title of at most 150 characters.")
        return super().__call__()

    def update(self) -> None:
        keep_private(self.request.response)

    def _create(self):
        try:
            demarche = create_draft(self.context, self.titre, self.modele or None)
        except LookupError as error:
            raise NotFound(self.modele) from error
        api.portal.show_message(
            _("The draft has been created. Complete it, then publish it."),
            self.request,
        )
        return self.request.response.redirect(f"{demarche.absolute_url()}/edit")

    def _text(self, name: str) -> str:
        value = self.request.form.get(name, "")
        return " ".join(value.split()) if isinstance(value, str) else ""

    def groups(self) -> list[tuple[str, list]]:
        """The models by categorie."""
        modeles = modeles_of(self.guichet)
        return [
            (title, list(group))
            for title, group in groupby(modeles, key=lambda modele: modele.categorie)
        ]

    def size(self, modele):
        return _(
            "${title} (${fields} fields, ${steps} steps)",
            mapping={
                "title": modele.title,
                "fields": modele.fields,
                "steps": modele.steps,
            },
        )
