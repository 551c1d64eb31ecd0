"""The payment page in a real browser, with and without script, for everybody."""

from banque import CODE
from banque import TROIS_DS
from banque import VISA
from chromium import check_accessible
from chromium import new_context

import pytest
import requests


@pytest.fixture(params=[1280, 360])
def page(request, chromium):
    context = new_context(chromium, request.param)
    page = context.new_page()
    yield page
    context.close()


def remplir(page, carte):
    page.get_by_label("Num\xe9ro de la carte").fill(carte)
    page.get_by_label("\xc9ch\xe9ance").fill("12/30")
    page.get_by_label("Code de s\xe9curit\xe9").fill("123")
    page.get_by_role("button", name="par carte").click()


def test_by_card_with_the_code(page, banque, marchand, ouvrir):
    reference = ouvrir()
    page.goto(f"{banque.adresse}/v1/start/{reference}")
    assert page.get_by_role("heading", level=1).inner_text() == "Payer CHF 40.00"
    assert page.get_by_text("Simulation, aucun d\xe9bit").is_visible()
    check_accessible(page, "bank: choice")
    remplir(page, TROIS_DS)
    page.get_by_role("heading", name="Confirmer le paiement").wait_for()
    check_accessible(page, "bank: code")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Confirmer").click()
    assert page.get_by_role("alert").inner_text() == "Ce code n\u2019est pas juste."
    check_accessible(page, "bank: wrong code")
    page.get_by_label("Code").fill(CODE)
    page.get_by_role("button", name="Confirmer").click()
    page.wait_for_url(f"{marchand.adresse}/ok?datatransTrxId={reference}")


def test_a_card_that_is_none(page, banque, marchand, ouvrir):
    reference = ouvrir()
    page.goto(f"{banque.adresse}/v1/start/{reference}")
    remplir(page, "4111 1111 1111 1111")
    field = page.get_by_label("Num\xe9ro de la carte")
    assert field.get_attribute("aria-invalid") == "true"
    assert field.input_value() == ""
    check_accessible(page, "bank: other card")
    remplir(page, VISA)
    page.wait_for_url(f"{marchand.adresse}/ok?datatransTrxId={reference}")


def test_twint_then_the_back_button(page, banque, marchand, ouvrir):
    reference = ouvrir()
    page.goto(f"{banque.adresse}/v1/start/{reference}")
    page.get_by_role("button", name="TWINT").click()
    page.wait_for_url(f"{marchand.adresse}/ok?datatransTrxId={reference}")
    page.goto(f"{banque.adresse}/v1/start/{reference}")
    assert page.get_by_role("heading", level=1).inner_text() == (
        "Ce paiement est termin\xe9"
    )
    check_accessible(page, "bank: ended")
    page.get_by_role("link", name="Revenir au guichet").click()
    page.wait_for_url(f"{marchand.adresse}/ok?datatransTrxId={reference}")


def test_given_up(page, banque, marchand, ouvrir):
    reference = ouvrir()
    page.goto(f"{banque.adresse}/v1/start/{reference}")
    page.get_by_role("button", name="Annuler").click()
    page.wait_for_url(f"{marchand.adresse}/annule?datatransTrxId={reference}")


def test_too_late(page, banque, marchand, ouvrir):
    reference = ouvrir()
    banque.expirer(reference)
    page.goto(f"{banque.adresse}/v1/start/{reference}")
    assert (
        "n\u2019est plus valable" in page.get_by_role("heading", level=1).inner_text()
    )
    check_accessible(page, "bank: expired")
    page.get_by_role("link", name="Revenir au guichet").click()
    page.wait_for_url(f"{marchand.adresse}/annule?datatransTrxId={reference}")
    assert banque.document(reference)["status"] == "initialized"


def test_home_and_what_is_not_there(page, banque, ouvrir):
    banque.payer(ouvrir())
    page.goto(banque.adresse)
    check_accessible(page, "bank: home")
    page.goto(f"{banque.adresse}/v1/start/rien")
    assert page.get_by_role("heading", level=1).inner_text() == "Page introuvable"
    check_accessible(page, "bank: error")


def test_sent_twice_it_is_paid_once(banque, ouvrir):
    reference = ouvrir(autoSettle=True)
    avant = banque.total()
    first = banque.payer(reference)
    assert banque.payer(reference) == first
    assert banque.total() - avant == 4_000


def test_three_wrong_codes(banque, marchand, ouvrir):
    reference = ouvrir()
    address = f"{banque.adresse}/v1/start/{reference}"
    data = {"numero": TROIS_DS, "expiration": "12/30", "cvc": "123"}
    requests.post(address, data=data, timeout=10)
    answers = [
        requests.post(
            f"{address}/code", data={"code": "1"}, timeout=10, allow_redirects=False
        )
        for _time in range(3)
    ]
    assert [one.status_code for one in answers] == [422, 422, 303]
    assert answers[2].headers["Location"].startswith(f"{marchand.adresse}/erreur?")
    assert banque.document(reference)["detail"]["fail"]["reason"] == (
        "3D_AUTHENTICATION_FAILED"
    )
