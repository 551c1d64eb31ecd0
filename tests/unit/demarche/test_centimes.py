"""The fee of a démarche: typed in francs, kept in centimes."""

from carouge.guichet.demarche.centimes import Centimes
from carouge.guichet.demarche.centimes import EnFrancs
from carouge.guichet.demarche.interfaces import IDemarche
from z3c.form.converter import FormatterValidationError

import pytest


@pytest.fixture
def converter():
    return EnFrancs(IDemarche["emolument"], None)


def test_the_field_of_the_fee():
    assert isinstance(IDemarche["emolument"], Centimes)
    assert IDemarche["emolument"].min == 0


@pytest.mark.parametrize(
    ("centimes", "francs"),
    [(4000, "40.00"), (1250, "12.50"), (5, "0.05"), (0, "0.00"), (None, "")],
)
def test_there_and_back(converter, centimes, francs):
    assert converter.toWidgetValue(centimes) == francs
    assert converter.toFieldValue(francs) == centimes


@pytest.mark.parametrize("typed", ["40", "40,00", " CHF 40.00", "40.-"])
def test_as_people_type_it(converter, typed):
    assert converter.toFieldValue(typed) == 4000


@pytest.mark.parametrize("typed", ["abc", "-1", "1.999", "1e3", "12..5", "４０"])
def test_no_amount(converter, typed):
    with pytest.raises(FormatterValidationError) as refused:
        converter.toFieldValue(typed)
    assert refused.value.doc() == "Enter an amount, for example 40 or 12.50."
