"""``formulaire`` in the JSON of a démarche."""

from __future__ import annotations

from carouge.guichet.compte.service import current_compte
from carouge.guichet.demarche.interfaces import IDemarche
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.description import formulaire_de
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.remplir import contexte_de
from carouge.guichet.interfaces import IGuichetLayer
from plone.restapi.interfaces import IExpandableElement
from zope.component import adapter
from zope.i18n import translate
from zope.interface import implementer


@implementer(IExpandableElement)
@adapter(IDemarche, IGuichetLayer)
class FormulaireElement:
    """The form of a démarche: its version, its questions, their conditions."""

    def __init__(self, context, request) -> None:
        self.context = context
        self.request = request

    def __call__(self, expand: bool = False) -> dict:
        if not expand:
            return {"formulaire": {"@id": f"{self.context.absolute_url()}/formulaire"}}
        parcours = Parcours(
            compile_form(self.context), {}, contexte_de(current_compte()), self.context
        )
        return {"formulaire": formulaire_de(parcours, self._say)}

    def _say(self, message) -> str:
        return translate(message, context=self.request) if message else ""
