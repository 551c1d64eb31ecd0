"""What a stranger with a document is told: is it genuine, does it count. No content."""

from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.traitement import recevoir_piece
from carouge.guichet.dossier import verification
from carouge.guichet.dossier.codes import nouveau_code
from carouge.guichet.dossier.decision import deposer_document
from carouge.guichet.dossier.decision import retirer_document
from carouge.guichet.dossier.labels import GENRE_LABELS
from carouge.guichet.dossier.labels import SUITE_LABELS
from carouge.guichet.dossier.labels import VALEUR_LABELS
from carouge.guichet.dossier.recepisse import recepisse_de
from carouge.guichet.dossier.verification import Suite
from carouge.guichet.dossier.verification import Valeur
from carouge.guichet.limiter import Limiter
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from carouge.guichet.swisstime import today
from lxml import html
from plone import api
from plone.app.testing import logout
from zope.i18n import translate

import fichiers
import pytest
import requests
import transaction


PDF = fichiers.pdf("Secret de la personne")


def french(message, **mapping):
    words = translate(
        message, domain="carouge.guichet", target_language="fr", mapping=mapping
    )
    return " ".join(words.split())


class Page:
    def __init__(self, response):
        self.response = response
        self.status = response.status_code
        self.html = html.fromstring(response.text)

    def words(self, id):
        found = self.html.xpath(f"//*[@id='{id}']")
        return " ".join(found[0].text_content().split()) if found else None

    def shown(self, id):
        return "hidden" not in self.html.get_element_by_id(id).attrib


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Seconds for the limiter, moved by hand."""
    seconds = [0.0]
    monkeypatch.setattr(verification, "limiter", Limiter(lambda: seconds[0]))
    return seconds


@pytest.fixture
def demande(functional):
    logout()
    guichet = functional["portal"].guichet
    made = submit_demande(
        guichet=guichet,
        demarche=guichet.dechets["signaler-un-depot-sauvage"],
        reponses=[Reponse("lieu", "Où", "Lieu", "Chez Madame Secret")],
        pieces=[Piece("livret", "Livret de famille", None, "", moyen="poste")],
        form_version="1",
        secret=b"secret",
        year=2026,
        courriel="secret@example.ch",
    ).demande
    transaction.commit()
    return made


@pytest.fixture
def receipt(functional, demande):
    document = recepisse_de(demande, functional["request"])
    transaction.commit()
    return document


@pytest.fixture
def decision(functional, demande):
    document = deposer_document(
        demande,
        titre="Amende de Madame Secret",
        contenu=PDF,
        nom="amende.pdf",
        genre="decision",
    )
    transaction.commit()
    return document


@pytest.fixture
def url(functional):
    return f"http://{functional['host']}:{functional['port']}/plone/guichet/verifier"


@pytest.fixture
def look(url):
    return lambda code, **options: Page(requests.get(f"{url}/{code}", **options))


def move(demande, *transitions):
    with api.env.adopt_roles(["Manager"]):
        for transition in transitions:
            move_demande(
                demande=demande,
                transition=transition,
                actor=Actor.AGENT,
                message="parce que",
            )
    transaction.commit()


def test_the_form(url):
    page = Page(requests.get(url))
    assert page.status == 200
    assert page.html.xpath("//h1/text()") == [french("Verify a document")]
    assert page.words("valeur") is None
    headers = page.response.headers
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Cache-Control"] == "no-store, private"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_receipt(demande, receipt, look):
    page = look(receipt.code)
    assert page.status == 200
    assert page.words("valeur") == french(VALEUR_LABELS[Valeur.VALABLE])
    assert page.words("genre") == french(GENRE_LABELS["recepisse"])
    assert page.words("numero") == demande.numero
    assert page.words("date") == format_time(receipt.date)
    assert page.words("suite") == french(SUITE_LABELS[Suite.EN_COURS])
    assert page.words("empreinte").replace(" ", "") == receipt.digest
    assert page.words("depuis") is None
    assert page.response.headers["X-Robots-Tag"] == "noindex"


def test_nothing_of_its_content(demande, receipt, decision, look):
    for code in (receipt.code, decision.code):
        text = look(code).response.text.lower()
        for hidden in (
            *("secret", "amende", "livret", "chez madame", "lieu"),
            demande.demarche_titre.lower(),
            "signaler-un-depot",
            "mon-espace/demandes/",
        ):
            assert hidden not in text, hidden


@pytest.mark.parametrize(
    ("moves", "suite"),
    [
        ((), Suite.EN_COURS),
        (("prendre_en_charge",), Suite.EN_COURS),
        (("valider",), Suite.TERMINEE),
        (("refuser",), Suite.TERMINEE),
        (("classer",), Suite.TERMINEE),
        (("refuser", "rouvrir"), Suite.EN_COURS),
        (("retirer",), Suite.RETIREE),
    ],
)
def test_where_the_demande_stands_but_not_its_outcome(
    demande, receipt, look, moves, suite
):
    move(demande, *moves)
    page = look(receipt.code)
    assert page.words("suite") == french(SUITE_LABELS[suite])
    assert page.words("valeur") == french(VALEUR_LABELS[Valeur.VALABLE])


def test_a_withdrawn_document(demande, decision, look):
    retirer_document(demande, decision, "Erreur de Madame Secret")
    transaction.commit()
    page = look(decision.code)
    assert page.status == 200
    assert page.words("valeur") == french(VALEUR_LABELS[Valeur.RETIRE])
    assert page.words("genre") == french(GENRE_LABELS["decision"])
    assert page.words("depuis") == format_date(today())
    assert "Secret" not in page.response.text


def test_a_replaced_receipt(functional, demande, receipt, look):
    recevoir_piece(demande, 0, "poste")
    new = recepisse_de(demande, functional["request"])
    transaction.commit()
    old = look(receipt.code)
    assert old.words("valeur") == french(VALEUR_LABELS[Valeur.REMPLACE])
    assert old.words("depuis") == format_date(today())
    assert old.words("empreinte").replace(" ", "") == receipt.digest
    assert look(new.code).words("valeur") == french(VALEUR_LABELS[Valeur.VALABLE])


def test_a_paper_outlives_the_file(functional, demande, receipt, look):
    store = functional["portal"].guichet._demandes
    del store._par_numero[demande.numero]
    transaction.commit()
    page = look(receipt.code)
    assert page.words("valeur") == french(VALEUR_LABELS[Valeur.VALABLE])
    assert page.words("suite") == french(SUITE_LABELS[Suite.EFFACEE])


def test_typed_by_hand(receipt, url):
    typed = receipt.code.lower().replace("-", " ").replace("0", "o")
    response = requests.get(url, params={"code": f" {typed} "})
    assert response.url == f"{url}/{receipt.code}"
    assert Page(response).words("valeur") == french(VALEUR_LABELS[Valeur.VALABLE])


def test_mistyped(receipt, url):
    wrong = ("1" if receipt.code[0] != "1" else "2") + receipt.code[1:]
    for typed in (wrong, "bonjour", "<script>alert(1)</script>", "9" * 5000):
        page = Page(requests.get(url, params={"code": typed}))
        assert page.status == 400
        assert page.words("valeur") is None
        assert page.words("code-erreur") == french(
            "This code contains a typing error. It has 16 letters and digits; please "
            "compare it with the document."
        )
        assert "<script>alert(1)" not in page.response.text
    assert Page(requests.get(url, params={"code": wrong})).html.get_element_by_id(
        "code"
    ).get("value") == (wrong)


def test_nothing_typed(url):
    page = Page(requests.get(url, params={"code": " "}))
    assert page.status == 400
    assert page.words("code-erreur") == french(
        "Please enter the code that stands on the document."
    )


def test_unknown(receipt, look):
    page = look(nouveau_code())
    assert page.status == 404
    assert page.words("valeur") is None
    assert page.words("code-erreur") == french(
        "No document of this counter has this code. Do not trust the document before "
        "you have asked the commune."
    )


def test_nothing_issued_yet(look):
    assert look(nouveau_code()).status == 404


def test_who_guesses_is_slowed_down(receipt, look, clock):
    for _index in range(5):
        assert look(nouveau_code()).status == 404
    page = look(receipt.code)
    assert page.status == 429
    assert page.response.headers["Retry-After"] == "60"
    assert page.words("valeur") is None
    # Typing errors are no guesses.
    clock[0] += 60
    for _index in range(10):
        assert look("AAAA").status == 400
    assert look(receipt.code).status == 200


def test_further_addresses(receipt, url):
    assert requests.get(f"{url}/{receipt.code}/x").status_code == 404


@pytest.mark.parametrize(
    ("content", "status", "same"),
    [(PDF, 200, True), (PDF + b" ", 200, False), (b"", 200, False)],
)
def test_compared_without_javascript(decision, url, content, status, same):
    page = Page(
        requests.post(f"{url}/{decision.code}", files={"fichier": ("a.pdf", content)})
    )
    assert page.status == status
    assert (page.shown("identique"), page.shown("different")) == (same, not same)


def test_nothing_chosen(decision, url):
    for files in ({"fichier": ("", b"")}, {"autre": ("x.pdf", b"x")}):
        page = Page(requests.post(f"{url}/{decision.code}", files=files))
        assert page.status == 400
        assert page.words("fichier-erreur") == french("Please choose the file first.")
        assert not page.shown("identique")
        assert not page.shown("different")
    page = Page(requests.post(f"{url}/{decision.code}", data={"fichier": "x"}))
    assert page.status == 400


def test_too_large(decision, url, monkeypatch):
    monkeypatch.setattr(verification, "MAX_COMPARAISON", 1000)
    page = Page(
        requests.post(
            f"{url}/{decision.code}", files={"fichier": ("a.pdf", b"x" * 1001)}
        )
    )
    assert page.status == 400
    assert page.words("fichier-erreur") == french(
        "This file is larger than ${max} MB: it is none of ours.", max="20"
    )


def test_comparing_is_as_slow_as_looking(decision, url):
    for _index in range(5):
        requests.get(f"{url}/{nouveau_code()}")
    sent = {"fichier": ("a.pdf", PDF)}
    assert requests.post(f"{url}/{decision.code}", files=sent).status_code == 429


def test_nothing_is_kept(functional, decision, url):
    database = functional["portal"]._p_jar.db()
    requests.get(url)
    before = database.lastTransaction()
    sent = {"fichier": ("a.pdf", b"x" * 9999)}
    for ask in (
        lambda: requests.get(f"{url}/{decision.code}"),
        lambda: requests.get(f"{url}/{nouveau_code()}"),
        lambda: requests.post(f"{url}/{decision.code}", files=sent),
    ):
        ask()
        assert database.lastTransaction() == before


def test_a_copied_guichet_has_issued_nothing(functional, decision):
    portal = functional["portal"]
    with api.env.adopt_roles(["Manager"]):
        copy = api.content.copy(portal.guichet, portal, id="guichet-2")
    assert verification.verifier(copy, decision.code, "") is None
    assert verification.verifier(portal.guichet, decision.code, "").genre == "decision"
