"""Documents that come by post or are brought, and the cover sheet for them."""

from carouge.guichet import swisstime
from carouge.guichet.controlpanel.interfaces import PREFIX
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import MembreConcerne
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.formulaire.bordereau import qr_de
from carouge.guichet.formulaire.remplir import jeton_de
from comptes import make_compte
from lecteur_pdf import Document
from lxml import etree
from lxml import html
from plone import api
from plone.app.testing import logout
from plone.namedfile.file import NamedBlobFile
from qrcode import QRCode
from zope.i18n import translate

import base64
import pytest
import re
import requests
import transaction


PIECES = (
    ("attestation", "Attestation de l’employeur", "poste"),
    ("livret", "Livret de famille <original>", "guichet"),
)


@pytest.fixture()
def guichet(functional):
    for name, value in (
        ("commune", "Ville de Carouge"),
        ("adresse", "Place du Marché 14\n1227 Carouge"),
        ("horaires", "Lundi à vendredi : 8h30–12h\nJeudi : 14h–18h"),
        ("telephone", "022 307 89 87"),
    ):
        api.portal.set_registry_record(f"{PREFIX}.{name}", value)
    transaction.commit()
    return functional["portal"].guichet


@pytest.fixture()
def submit(guichet):
    def make(pieces=PIECES, secret=b"secret", **options):
        demarche = guichet.dechets["signaler-un-depot-sauvage"]
        made = submit_demande(
            guichet=guichet,
            demarche=demarche,
            reponses=[],
            pieces=[
                Piece("plan", "Plan", NamedBlobFile(b"x", filename="plan.pdf"), "0"),
                *(
                    Piece(name, label, None, "", moyen=moyen)
                    for name, label, moyen in pieces
                ),
            ],
            form_version="1",
            secret=secret,
            year=swisstime.today().year,
            **options,
        )
        transaction.commit()
        return made

    return make


@pytest.fixture()
def base(functional):
    return f"http://{functional['host']}:{functional['port']}/plone/guichet"


def french(message):
    words = translate(message, domain="carouge.guichet", target_language="fr")
    return " ".join(words.split())


def words(element):
    return " ".join(element.text_content().split())


def check_sheet(response, numero):
    """A response is the cover sheet of that demande; the document."""
    assert response.status_code == 200
    headers = response.headers
    assert headers["Content-Type"] == "application/pdf"
    assert (
        headers["Content-Disposition"] == f'inline; filename="bordereau-{numero}.pdf"'
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store, private"
    document = Document(response.content)
    document.check_accessible()
    assert document.title == f"{french('Cover sheet')} {numero}"
    assert numero in document.text
    return document


def test_in_the_account(submit, visit, base):
    camille = make_compte()
    demande = submit(
        usager_id=camille.id,
        deposant=Deposant(camille.id, "personne", "verifie", "Camille Rochat"),
        membre=MembreConcerne("m1", "Léa Rochat"),
    ).demande
    numero = demande.numero
    citizen = visit(camille)
    page = citizen.get(f"/demandes/{numero}")
    assert page.words("//*[@id='suivi-pieces']/li") == [
        "plan.pdf, 1 Ko (Plan)",
        f"Attestation de l’employeur – {french('will come by post')}",
        f"Livret de famille <original> – {french('will be brought to the counter')}",
    ]
    (address,) = page.html.xpath("//*[@id='suivi-bordereau']/@href")
    assert address == f"{base}/mon-espace/demandes/{numero}/bordereau"
    document = check_sheet(citizen.session.get(address), numero)
    text = document.text
    for expected in (
        "Ville de Carouge",
        "Camille Rochat",
        "Signaler un dépôt sauvage",
        "Léa Rochat",
        "Attestation de l’employeur",
        "Livret de famille <original>",
        "Place du Marché 14 1227 Carouge",
        "Lundi à vendredi : 8h30–12h",
        "Jeudi : 14h–18h",
        "022 307 89 87",
        swisstime.format_date(swisstime.today()),
    ):
        assert expected in text, expected
    assert "plan.pdf" not in text
    assert document.alternatives() == [french("QR code with the number of the demande")]
    assert len(document.reader.pages) == 1
    assert document.tags.count("H2") == 2


def test_only_one_way(submit, visit):
    camille = make_compte()
    numero = submit(PIECES[:1], usager_id=camille.id).demande.numero
    response = visit(camille).session.get(
        f"{visit(camille).base}/mon-espace/demandes/{numero}/bordereau"
    )
    document = check_sheet(response, numero)
    assert french("To be sent by post") in document.text
    assert french("To be brought to the counter") not in document.text
    assert "8h30" not in document.text


def test_nothing_to_come_no_sheet(submit, visit):
    camille = make_compte()
    numero = submit((), usager_id=camille.id).demande.numero
    citizen = visit(camille)
    page = citizen.get(f"/demandes/{numero}")
    assert page.words("//*[@id='suivi-pieces']/li") == ["plan.pdf, 1 Ko (Plan)"]
    assert page.html.xpath("//*[@id='suivi-bordereau']") == []
    assert citizen.get(f"/demandes/{numero}/bordereau").status == 404


def test_a_demande_that_is_over_waits_for_nothing(submit, visit):
    camille = make_compte()
    demande = submit(usager_id=camille.id).demande
    move_demande(demande=demande, transition="retirer", actor=Actor.USAGER)
    transaction.commit()
    page = visit(camille).get(f"/demandes/{demande.numero}")
    assert page.html.xpath("//*[@id='suivi-bordereau']") == []


def test_nobody_else_s_sheet(submit, visit):
    camille, other = make_compte(), make_compte("G-other")
    numero = submit(usager_id=camille.id).demande.numero
    path = f"/demandes/{numero}/bordereau"
    assert visit(other).get(path).status == 404
    assert visit(camille).get("/demandes/2026-7059-YBHV/bordereau").status == 404
    assert visit(camille).get(f"{path}/bordereau").status == 404
    assert visit(camille).get(f"/demandes/{numero}/autre").status == 404
    anonymous = requests.get(f"{visit().base}/mon-espace{path}", allow_redirects=False)
    assert anonymous.status_code == 302
    assert "se-connecter" in anonymous.headers["Location"]


def test_with_number_and_code(submit, base):
    made = submit(courriel="citoyenne@example.org")
    numero = made.demande.numero
    session = requests.Session()
    url = f"{base}/suivi"
    closed = session.get(f"{url}/bordereau")
    (form,) = html.fromstring(closed.text).xpath("//form[.//input[@name='code']]")
    assert form.get("action") == f"{url}/bordereau"
    page = session.post(
        url, data={"action": "ouvrir", "numero": numero, "code": made.code}
    )
    (address,) = html.fromstring(page.text).xpath("//*[@id='suivi-bordereau']/@href")
    assert address == f"{url}/bordereau"
    document = check_sheet(session.get(address), numero)
    # Nobody has logged in: the name is written by hand.
    assert "citoyenne" not in document.text
    assert session.get(f"{url}/autre").status_code == 404


def test_after_the_submission(submit, base, guichet):
    demarche = guichet.dechets["signaler-un-depot-sauvage"]
    logout()
    jeton = jeton_de(demarche, "abcdef0123456789")
    numero = submit(secret=jeton.secret).demande.numero
    url = f"{base}/dechets/signaler-un-depot-sauvage"
    response = requests.get(f"{url}/confirmation?brouillon=abcdef0123456789")
    page = html.fromstring(response.text)
    announced = page.get_element_by_id("annonces")
    assert [words(item) for item in announced.xpath(".//li")] == [
        f"Attestation de l’employeur – {french('will come by post')}",
        f"Livret de famille <original> – {french('will be brought to the counter')}",
    ]
    (address,) = announced.xpath(".//a/@href")
    assert address == f"{url}/bordereau?brouillon=abcdef0123456789"
    check_sheet(requests.get(address), numero)
    for query in ("", "?brouillon=", "?brouillon=abc", "?brouillon=a&brouillon=b"):
        assert requests.get(f"{url}/bordereau{query}").status_code == 404


# --- the code -------------------------------------------------------------------


def test_the_code_holds_the_printed_number_and_nothing_else():
    """The drawing is that of the number: each dark square, and no other."""
    numero = "2026-K7QM-4TXC"
    uri = qr_de(numero)
    svg = etree.fromstring(base64.b64decode(uri.partition(",")[2]))
    (path,) = svg.xpath("//*[local-name()='path']/@d")
    dark = {(float(x), float(y)) for x, y in re.findall(r"M([\d.]+),([\d.]+)H", path)}
    code = QRCode(error_correction=0, border=4)
    code.add_data(numero)
    code.make()
    scale = 1
    expected = {
        (column * scale, row * scale)
        for row, line in enumerate(code.get_matrix())
        for column, value in enumerate(line)
        if value
    }
    assert code.data_list[0].data == numero.encode()
    assert dark == expected


def test_at_the_desk(submit, functional):
    """The agent reads what will come, and is not given what is infected."""
    demande = submit().demande
    infected = Piece("x", "Facture", NamedBlobFile(b"x", filename="x.pdf"), "0")
    infected.controle = "infecte"
    demande.pieces = (*demande.pieces, infected)
    functional["portal"].acl_users.userFolderAddUser(
        "chef", "secret-2026", ["Manager"], []
    )
    transaction.commit()
    numero = demande.numero
    url = f"http://{functional['host']}:{functional['port']}/plone/guichet/agents"
    session = requests.Session()
    session.auth = ("chef", "secret-2026")
    page = html.fromstring(session.get(f"{url}/{numero}").text)
    items = page.get_element_by_id("agents-pieces").xpath(".//li")
    expected = [
        f"Attestation de l’employeur {french('will come by post')}",
        f"Livret de famille <original> {french('will be brought to the counter')}",
    ]
    assert [
        words(item).startswith(start)
        for item, start in zip(items[1:3], expected, strict=True)
    ] == [True, True]
    assert words(items[3]).endswith(
        french("malicious software was found in it, it cannot be opened")
    )
    assert [len(item.xpath(".//a")) for item in items] == [1, 0, 0, 0]
    pieces = [session.get(f"{url}/{numero}/piece/{n}") for n in (1, 2, 3, 4)]
    assert [piece.status_code for piece in pieces] == [200, 404, 404, 404]
    assert pieces[0].content == b"x"
