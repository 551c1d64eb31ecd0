"""``/agents/vues`` and ``/agents/colonnes``: how an agent wants to see the lists."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.backoffice import vues
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.backoffice.browser.partie import FORBIDDEN
from carouge.guichet.backoffice.liste_labels import COLONNE_LABELS
from dataclasses import replace
from plone import api
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import Forbidden
from zExceptions import NotFound


class VuesPage(DeskPage):
    """What the pages about a list have in common: it stands in their address."""

    alert = None

    @property
    def back(self) -> str:
        return self.url_of(self.filters)


class AgentsVues(VuesPage):
    """The lists with a name: all of them with GET; one order with POST.

    ``action`` is ``enregistrer`` (the filters stand in the form as in an address),
    ``changer`` or ``supprimer`` (``id`` says which).
    """

    template = ViewPageTemplateFile("../templates/vues.pt")
    page_title = _("Saved lists")
    max_nom = vues.MAX_NOM
    #: What was typed into the form for a new one, when it is shown again.
    nom = partage = ""

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The list to keep, for the form; nothing when it is none in particular."""
        return self.filters.to_save().pairs()

    def __call__(self):
        self.prepare()
        if self.request.method == "POST":
            target = self._post()
            if target is not None:
                return self.request.response.redirect(target, status=303)
        return self.template()

    def _post(self) -> str | None:
        try:
            check_authenticator(self.request)
            return self._order(self._typed("action"))
        except Forbidden:
            self.request.response.setStatus(403)
            self.alert = FORBIDDEN
            self._keep_typed()
        except vues.PasDeVue as error:
            raise NotFound(*error.args) from error
        except vues.NomInutilisable:
            self.request.response.setStatus(400)
            self._keep_typed()
            self.alert = _(
                "Please give the list a name of at most ${count} characters. Nothing "
                "was changed.",
                mapping={"count": str(vues.MAX_NOM)},
            )
        except vues.TropDeVues:
            self.request.response.setStatus(400)
            self._keep_typed()
            self.alert = _(
                "You keep ${count} lists already. Please delete one first.",
                mapping={"count": str(vues.MAX_VUES)},
            )
        return None

    def _order(self, action: str) -> str | None:
        if action == "enregistrer":
            vue = vues.enregistrer(
                self.desk,
                nom=self._typed("nom"),
                filters=self.filters,
                service=self._typed("partage"),
            )
            self._tell(_("The list « ${name} » is saved.", mapping={"name": vue.nom}))
            return self.url_of(replace(self.filters.to_save(), vue=vue.id))
        if action == "changer":
            vues.changer(
                self.desk,
                self._typed("id"),
                nom=self._typed("nom"),
                service=self._typed("partage"),
            )
            self._tell(_("Done."))
            return self.here
        if action == "supprimer":
            vues.supprimer(self.desk, self._typed("id"))
            self._tell(_("The list is deleted; the demandes in it are not."))
            return self.here
        raise NotFound(action)

    def _keep_typed(self) -> None:
        if self._typed("action") == "enregistrer":
            self.nom, self.partage = self._typed("nom"), self._typed("partage")

    @property
    def here(self) -> str:
        return f"{self.list_url}/vues"

    @property
    def entries(self) -> list[dict]:
        return [
            {
                "id": vue.id,
                "title": vue.nom,
                "url": self.url_of(
                    replace(vues.filtres_de(self.desk, vue), vue=vue.id)
                ),
                "own": vue.auteur == self.desk.user.getId(),
                "mine": vues.modifiable(self.desk, vue),
                "service": vue.service,
                "service_title": self.desk.service_titles.get(vue.service, ""),
            }
            for vue in vues.vues_de(self.desk)
        ]

    def _typed(self, name: str) -> str:
        text = self.request.form.get(name)
        return text if isinstance(text, str) else ""

    def _tell(self, message) -> None:
        api.portal.show_message(message, self.request)


class AgentsColonnes(VuesPage):
    """Which columns an agent wants to see; back to the list once they are kept."""

    template = ViewPageTemplateFile("../templates/colonnes.pt")
    page_title = _("Columns of my lists")

    def __call__(self):
        self.prepare()
        if self.request.method == "POST":
            try:
                check_authenticator(self.request)
            except Forbidden:
                self.request.response.setStatus(403)
                self.alert = FORBIDDEN
            else:
                vues.choisir_colonnes(self.desk, self._chosen())
                return self.request.response.redirect(self.back, status=303)
        return self.template()

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The page of the list to go back to, for the form."""
        return self.filters.pairs()

    @property
    def columns(self) -> list[dict]:
        shown = vues.colonnes_de(self.desk)
        return [
            {"id": name, "title": COLONNE_LABELS[name], "checked": name in shown}
            for name in vues.COLONNES
        ]

    def _chosen(self) -> list[str]:
        given = self.request.form.get("colonnes", ())
        given = given if isinstance(given, (list, tuple)) else [given]
        return [name for name in given if isinstance(name, str)]
