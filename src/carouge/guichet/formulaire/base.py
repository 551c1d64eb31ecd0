"""The fields of a form as a caller gets them, on the page and in the REST service."""

from __future__ import annotations

from carouge.guichet.compte.service import current_compte
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.prefill import NOTHING
from carouge.guichet.formulaire.prefill import Reprise
from collective.easyform.browser.view import EasyFormForm
from functools import cached_property
from z3c.form.interfaces import DISPLAY_MODE


class CounterForm(EasyFormForm):
    """A form whose locked questions are no inputs, with the answers we know."""

    ignoreContext = True
    # A link on another site must not put words into a citizen's mouth.
    allow_prefill_from_GET_request = False
    # The jeton is bound to the démarche and to the person, and told to nobody else.
    enableCSRFProtection = False
    method = "post"
    reprise: Reprise = NOTHING

    @property
    def compiled(self):
        return compile_form(self.context)

    @property
    def schema(self):
        return self.compiled.schema

    @cached_property
    def compte(self):
        return current_compte()

    @property
    def asks_for_membre(self) -> bool:
        """Whether the caller has a household to choose from.

        Who is not known, and who acts for an organisation, says himself whom it is
        about.
        """
        return self.compte is not None and self.compte.organisation is None

    def updateFields(self) -> None:
        super().updateFields()
        self.fields = self._adapted(self.fields)
        for group in self.groups:
            group.fields = self._adapted(group.fields)

    def _adapted(self, fields):
        locked = self.reprise.locked
        for name, field in fields.items():
            if name in locked:
                field.mode = DISPLAY_MODE
        if self.asks_for_membre:
            return fields
        return fields.omit(*(name for name in self.compiled.membres if name in fields))
