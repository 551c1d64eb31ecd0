"""``<demarche>/publication``: what is wrong, what has changed, and the button."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier import publication
from carouge.guichet.atelier.browser.page import PageAtelier
from carouge.guichet.atelier.controle import controler
from carouge.guichet.atelier.controle import Probleme
from carouge.guichet.demarche.versions import contenu_de_travail
from carouge.guichet.demarche.versions import version_publiee
from functools import cached_property
from plone import api
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


#: The names of inputs for reasons begin so.
RAISON = "raison."


class Publication(PageAtelier):
    """Publishing through the gate."""

    content = ViewPageTemplateFile("../templates/publication.pt")
    page_title = _("Publication")
    onglet = "publication"
    #: Keys of warnings that still want a reason.
    sans_raison: frozenset[str] = frozenset()

    @property
    def titre_page(self):
        return _("Publication of “${title}”", mapping={"title": self.demarche.title})

    def get(self) -> None:
        self.note = ""
        before = version_publiee(self.demarche)
        kept = before.acceptes if before is not None else ()
        self.raisons = {one.code: one.raison for one in kept}

    def post(self) -> str | None:
        self.note = self.texte("note", publication.MAX_NOTE)
        self.raisons = {
            one.cle: self.ligne(self.champ(one), publication.MAX_NOTE)
            for one in self.controle
            if not one.erreur
        }
        if not self.a_publier:
            return self.url
        try:
            publication.publier(self.demarche, self.note, self.raisons)
        except publication.PublicationRefusee:
            self.alerte = _("The errors below have to be mended first.")
        except publication.SansRaison as error:
            self.sans_raison = frozenset(one.cle for one in error.problemes)
            self.alerte = _(
                "Please say for each warning why you publish in spite of it."
            )
        else:
            self.annoncer(_("The démarche is published."))
            return self.url
        self.request.response.setStatus(400)
        return None

    # --- what is shown ---------------------------------------------------------

    @cached_property
    def controle(self) -> list[Probleme]:
        return controler(self.demarche)

    @property
    def erreurs(self) -> list[Probleme]:
        return [one for one in self.controle if one.erreur]

    @property
    def avertissements(self) -> list[Probleme]:
        return [one for one in self.controle if not one.erreur]

    def adresse(self, probleme: Probleme) -> str:
        """Where a problem can be mended."""
        return f"{self.url}/{probleme.lien}"

    @staticmethod
    def champ(probleme: Probleme) -> str:
        """Name of the input for the reason of a warning."""
        # Zope takes what follows a last colon, and « .x », for instructions to itself.
        subject = f"{probleme.sujet}." if probleme.sujet else ""
        return f"{RAISON}{subject}{probleme.code}"

    @cached_property
    def a_publier(self) -> bool:
        return publication.a_publier(self.demarche)

    @property
    def etat(self):
        """What citizens have now, in words."""
        state = api.content.get_state(self.demarche)
        if state == "brouillon":
            return _("This démarche is a draft: only editors see it.")
        if state == "suspendue":
            return _("This démarche is suspended: nobody can fill in its form.")
        if self.a_publier:
            return _(
                "This démarche is published. Your changes of the form are not: "
                "citizens still get the published version."
            )
        return _("This démarche is published, as you have it before you.")

    @cached_property
    def publiee(self):
        return version_publiee(self.demarche)

    @cached_property
    def differences(self) -> list[dict]:
        if self.publiee is None:
            return []
        return self.par_lieu(self.publiee.contenu, contenu_de_travail(self.demarche))
