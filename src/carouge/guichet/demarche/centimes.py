"""An amount somebody types in a form of Plone: francs on the screen, centimes kept."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.money import read_amount
from carouge.guichet.money import to_centimes
from carouge.guichet.money import to_decimal
from z3c.form.converter import BaseDataConverter
from z3c.form.converter import FormatterValidationError
from z3c.form.interfaces import IWidget
from zope.component import adapter
from zope.interface import implementer
from zope.schema import Int
from zope.schema.interfaces import IInt


class ICentimes(IInt):
    """A field whose value is an amount in centimes."""


@implementer(ICentimes)
class Centimes(Int):
    """An amount in centimes (int), zero or more."""

    def __init__(self, **options) -> None:
        super().__init__(**{"min": 0, **options})


@adapter(ICentimes, IWidget)
class EnFrancs(BaseDataConverter):
    """``4000`` is typed as ``40``, ``40.00`` or ``40,00``."""

    def toWidgetValue(self, value: int | None) -> str:
        return "" if value is self.field.missing_value else to_decimal(value)

    def toFieldValue(self, value: str) -> int | None:
        """Centimes of what was typed.

        :raises FormatterValidationError: it is no amount
        """
        if not value.strip():
            return self.field.missing_value
        francs = read_amount(value)
        if francs is None:
            raise FormatterValidationError(
                _("Enter an amount, for example 40 or 12.50."), value
            )
        return to_centimes(francs) if francs else 0
