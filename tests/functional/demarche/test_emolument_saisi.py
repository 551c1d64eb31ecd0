"""An editor types the fee of a démarche."""

from editeurs import Staff

import pytest
import transaction


PATH = "/guichet/mobilite/macaron-stationnement"
NAME = "form__widgets__emolument"


@pytest.fixture
def send(functional):
    staff = Staff(functional)

    def send(typed):
        page = staff.get(f"{PATH}/edit")
        assert page.one("#form-widgets-emolument")["value"] == "40.00"
        return staff.send(
            page, "#form", press="form.buttons.save=Save", **{NAME: typed}
        )

    return send


def fee(functional):
    transaction.begin()
    return functional["portal"].guichet.mobilite["macaron-stationnement"].emolument


@pytest.mark.parametrize(("typed", "centimes"), [("55.50", 5550), ("0", 0)])
def test_in_francs(functional, send, typed, centimes):
    assert send(typed).status == 200
    assert fee(functional) == centimes


def test_what_is_no_amount_is_said_beside_it(functional, send):
    page = send("quarante")
    assert page.one("#form-widgets-emolument")["value"] == "quarante"
    assert page.text("#formfield-form-widgets-emolument .invalid-feedback") == (
        "Indiquez un montant, par exemple 40 ou 12.50."
    )
    assert fee(functional) == 4000
