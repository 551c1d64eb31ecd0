"""Verification and documents in a real browser, on a phone and on a desk."""

from carouge.guichet.demande.service import submit_demande
from carouge.guichet.dossier.decision import deposer_document
from chromium import check_accessible
from chromium import close
from chromium import headers_of
from chromium import new_context
from plone.app.testing import logout

import fichiers
import pytest
import transaction


PDF = fichiers.pdf("Accord")


@pytest.fixture(params=[360, 1280])
def width(request):
    return request.param


@pytest.fixture
def page(chromium, width):
    context = new_context(chromium, width)
    yield context.new_page()
    close(context)


@pytest.fixture
def base(functional):
    # Digests are computed for this name, which counts as secure, not for an address.
    return f"http://localhost:{functional['port']}/plone/guichet"


@pytest.fixture
def document(functional):
    logout()
    guichet = functional["portal"].guichet
    demande = submit_demande(
        guichet=guichet,
        demarche=guichet.dechets["signaler-un-depot-sauvage"],
        reponses=[],
        pieces=[],
        form_version="1",
        secret=b"secret",
        year=2026,
    ).demande
    document = deposer_document(
        demande, titre="Accord", contenu=PDF, nom="accord.pdf", genre="decision"
    )
    transaction.commit()
    return demande.numero, document


def check(page):
    check_accessible(page, include=".guichet")


def test_compared_in_the_browser(document, base, page):
    posted = []
    page.on("request", lambda sent: posted.append(sent.method))
    page.goto(f"{base}/verifier/{document[1].code}")
    page.locator("#comparer-ici").wait_for()
    assert not page.locator("#comparer-envoi").is_visible()
    check(page)
    field = page.locator("#fichier")
    for content, shown, hidden in (
        (PDF, "#identique", "#different"),
        (PDF + b" ", "#different", "#identique"),
    ):
        field.set_input_files(
            {"name": "a.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        page.locator(shown).wait_for()
        assert not page.locator(hidden).is_visible()
        check(page)
    page.locator("#comparaison button").click()
    page.locator("#different").wait_for()
    assert set(posted) == {"GET"}


def test_the_form_and_its_refusals(base, page):
    page.goto(f"{base}/verifier")
    check(page)
    page.locator("#code").fill("AAAA")
    page.locator("#code").press("Enter")
    page.locator("#code-erreur").wait_for()
    assert page.locator("#code").input_value() == "AAAA"
    check(page)


def test_the_desk(document, base, page):
    numero, _document = document
    page.set_extra_http_headers(headers_of("agent-dechets"))
    page.goto(f"{base}/agents/{numero}/document")
    for summary in page.locator("details > summary").all():
        summary.click()
    check(page)
    page.goto(f"{base}/agents/{numero}/document?modele=vide")
    page.locator("#agents-corps").fill("Bonjour ${inconnu}")
    page.locator("#agents-titre").fill("Lettre")
    page.locator("button[value=remettre]").click()
    page.locator("#agents-summary").wait_for()
    check(page)
    assert page.locator("#agents-corps").input_value() == "Bonjour ${inconnu}"
    page.locator("#agents-corps").fill("Bonjour")
    page.locator("button[value=remettre]").click()
    page.wait_for_url(f"{base}/agents/{numero}")
