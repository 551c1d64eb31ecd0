"""The receipt: what stands in it, who gets it, and what becomes of it later."""

from carouge.guichet.compte.service import get_compte
from carouge.guichet.controlpanel.interfaces import PREFIX
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import IdentiteControlee
from carouge.guichet.demande.domain import LigneDePrix
from carouge.guichet.demande.domain import MembreConcerne
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.traitement import recevoir_piece
from carouge.guichet.dossier.recepisse import Page
from carouge.guichet.dossier.recepisse import recepisse
from carouge.guichet.dossier.recepisse import recepisse_de
from carouge.guichet.formulaire import limites
from carouge.guichet.formulaire.bordereau import qr_de
from carouge.guichet.limiter import Quota
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from comptes import cookies_of
from comptes import make_compte
from depot_sauvage import REPONSES
from lecteur_pdf import Document
from lxml import html
from plone import api
from plone.app.testing import login
from plone.app.testing import logout
from plone.namedfile.file import NamedBlobFile
from visitor import by_id
from visitor import Visitor
from zope.i18n import translate

import hashlib
import pytest
import re
import requests
import transaction


SCRIPT = "<script>alert('x')</script>"
PLAN = b"un plan"
YEAR = 2026


def french(message, **mapping):
    words = translate(
        message, domain="carouge.guichet", target_language="fr", mapping=mapping
    )
    return " ".join(words.split())


@pytest.fixture
def guichet(functional):
    logout()
    api.portal.set_registry_record(f"{PREFIX}.commune", "Ville de Carouge")
    transaction.commit()
    return functional["portal"].guichet


@pytest.fixture
def base(functional):
    return f"http://{functional['host']}:{functional['port']}/plone/guichet"


@pytest.fixture
def submit(guichet):
    def make(secret=b"secret", **options):
        made = submit_demande(
            guichet=guichet,
            demarche=guichet.dechets["signaler-un-depot-sauvage"],
            reponses=[
                Reponse("lieu", "Où", "Lieu du dépôt", f"Rue {SCRIPT}\nà l’angle"),
                Reponse("vu", "Quand", "Vu le", ""),
            ],
            pieces=[
                Piece(
                    "plan",
                    "Plan",
                    NamedBlobFile(PLAN, filename="plan.pdf"),
                    hashlib.sha256(PLAN).hexdigest(),
                ),
                Piece("livret", "Livret de famille", None, "", moyen="poste"),
            ],
            form_version="1",
            secret=secret,
            year=YEAR,
            **options,
        )
        transaction.commit()
        return made

    return make


def check_receipt(response, numero):
    """A response is the receipt of that demande; the document."""
    assert response.status_code == 200, response.text[:500]
    headers = response.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == (
        f"inline; filename*=UTF-8''recepisse-{numero}.pdf"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store, private"
    document = Document(response.content)
    document.check_accessible()
    assert document.title == f"{french('Receipt')} {numero}"
    assert document.language == "fr"
    return document


def test_all_that_stands_in_it(guichet, functional, submit):
    made = submit(
        deposant=Deposant("c", "entreprise", "verifie", "Laura Keller", "Le Rondeau"),
        membre=MembreConcerne("m", "Léa Rochat"),
        prix=[LigneDePrix("Émolument", 4000), LigneDePrix("Réduction", -500)],
    )
    demande = made.demande
    data = recepisse(demande, functional["request"])
    document = Document(data)
    document.check_accessible()
    text = document.text
    for expected in (
        "Ville de Carouge",
        "Service voirie",
        demande.numero,
        "Signaler un dépôt sauvage",
        format_time(demande.depot),
        "Laura Keller",
        "Le Rondeau",
        "Léa Rochat",
        french("Online"),
        "Émolument CHF 40.00",
        "Réduction -CHF 5.00",
        "Total CHF 35.00",
        "Où Lieu du dépôt",
        f"Rue {SCRIPT} à l’angle",
        f"Quand Vu le {french('No answer')}",
        f"plan.pdf, {french('${n} KB', n=1)}",
        "Livret de famille",
        french("will come by post"),
    ):
        assert expected in text, (expected, text)
    digest = hashlib.sha256(PLAN).hexdigest()
    assert f"{digest[:32]} {digest[32:]}" in text
    assert made.code not in text
    code = demande.dossier.recepisse.code
    assert code in text
    # A long address goes on in the next line.
    assert f"{guichet.absolute_url()}/verifier" in text.replace(" ", "")
    assert document.alternatives() == [
        french("QR code with the address that verifies this receipt")
    ]
    tags = document.tags
    assert tags[0] != "Table"
    assert [tag for tag in tags if tag in ("H1", "H2", "H3", "Table")] == [
        *("H1", "Table", "H2", "H3", "Table", "H3", "Table"),
        *("H2", "Table", "H2", "Table", "H2"),
    ]
    assert "TH" in tags


def test_of_the_counter(functional, submit):
    demande = submit(
        canal=Canal.GUICHET,
        saisi_par="agent-dechets",
        identite=IdentiteControlee("Muller", "Rose", "1950-01-02", "piece_identite"),
    ).demande
    text = Document(recepisse(demande, functional["request"])).text
    words = french("${canal}, entered by the commune", canal=french("At the counter"))
    for expected in ("Rose Muller", words, french("Identity document seen")):
        assert expected in text, (expected, text)
    # Who sat at the counter is nobody's business, nor is a birth date needed here.
    assert "agent-dechets" not in text
    assert not re.search(r"\b1950\b", text)


def test_the_code_only_for_those_who_have_it(functional, submit):
    made = submit()
    request = functional["request"]
    without = recepisse(made.demande, request)
    copy = recepisse(made.demande, request, made.code)
    assert copy == recepisse(made.demande, request, made.code)
    assert made.code in Document(copy).text
    assert made.code not in Document(without).text
    Document(copy).check_accessible()


def test_the_same_bytes_as_long_as_nothing_changes(functional, submit):
    demande = submit().demande
    request = functional["request"]
    first = recepisse_de(demande, request)
    assert recepisse_de(demande, request) is first
    assert hashlib.sha256(first.file.data).hexdigest() == first.digest
    recevoir_piece(demande, 1, "poste")
    second = recepisse_de(demande, request)
    assert second.code != first.code
    assert french("received by post") in Document(second.file.data).text


def test_the_expected_day_only_as_long_as_it_holds(functional, submit):
    demande = submit().demande
    request, label = functional["request"], french("Answer expected by")
    # A document is still to come by post: nobody can say it yet.
    assert label not in Document(recepisse(demande, request)).text
    recevoir_piece(demande, 1, "poste")
    promised = Document(recepisse(demande, request)).text
    assert f"{label} {format_date(demande.attendu)}" in promised
    login(functional["portal"], "agent-dechets")
    move_demande(demande=demande, transition="prendre_en_charge", actor=Actor.AGENT)
    assert label in Document(recepisse(demande, request)).text
    move_demande(
        demande=demande,
        transition="valider",
        actor=Actor.AGENT,
        message="Voilà",
    )
    assert label not in Document(recepisse(demande, request)).text


def test_in_the_account(functional, submit, base):
    camille = make_compte()
    demande = submit(usager_id=camille.id).demande
    numero = demande.numero
    cookies = cookies_of(functional, camille)
    url = f"{base}/mon-espace/demandes/{numero}"
    page = requests.get(url, cookies=cookies)
    (link,) = html.fromstring(page.text).xpath("//*[@id='suivi-recepisse']/@href")
    assert link == f"{url}/recepisse"
    first = requests.get(link, cookies=cookies)
    check_receipt(first, numero)
    assert requests.get(link, cookies=cookies).content == first.content
    transaction.begin()
    assert get_compte(camille.id) is not None
    kept = get_demande(functional["portal"].guichet, numero).dossier.recepisse
    assert kept.file.data == first.content
    # It is no document of the service, and no change of the demande.
    assert [*demande.dossier.documents] == []
    assert demande.dossier.evenements == []


def test_not_for_others(functional, submit, base):
    camille, denis = make_compte(), make_compte("G-denis", prenom="Denis")
    demande = submit(usager_id=camille.id).demande
    path = f"{base}/mon-espace/demandes/{demande.numero}/recepisse"
    assert requests.get(path, allow_redirects=False).status_code == 302
    stranger = cookies_of(functional, denis)
    assert requests.get(path, cookies=stranger).status_code == 404
    foreign = f"{base}/agents/{demande.numero}/recepisse"
    assert requests.get(foreign).status_code == 404
    assert requests.get(foreign, cookies=stranger).status_code == 404
    for name, status in (("agent-ecoles", 404), ("editeur", 404)):
        auth = (name, "Guichet-2026!")
        assert requests.get(foreign, auth=auth).status_code == status
    assert (
        requests.get(f"{base}/suivi/recepisse")
        .headers["Content-Type"]
        .startswith("text/html")
    )
    transaction.begin()
    assert demande.dossier.recepisse is None


def test_at_the_desk(submit, base):
    demande = submit().demande
    auth = ("agent-dechets", "Guichet-2026!")
    response = requests.get(f"{base}/agents/{demande.numero}/recepisse", auth=auth)
    check_receipt(response, demande.numero)


def test_with_number_and_code(submit, base):
    made = submit()
    session = requests.Session()
    session.post(
        f"{base}/suivi",
        data={"numero": made.demande.numero, "code": made.code, "action": "ouvrir"},
    )
    document = check_receipt(
        session.get(f"{base}/suivi/recepisse"), made.demande.numero
    )
    assert made.code not in document.text


def test_right_after_the_submission(guichet, base, monkeypatch):
    visitor = Visitor(base)
    form = visitor.open_form("dechets/signaler-un-depot-sauvage")
    form.fill(**REPONSES)
    sent = form.submit()
    numero, code = by_id(sent, "numero"), by_id(sent, "code")
    (link,) = html.fromstring(sent.text).xpath("//*[@id='recepisse']/@href")
    response = requests.get(link)
    document = check_receipt(response, numero)
    assert code in document.text
    named = french("${nom} (as indicated, without account)", nom="Aline Rochat")
    assert named in document.text
    wrong = re.sub(r"brouillon=\w", "brouillon=0", link)
    if wrong == link:
        wrong = re.sub(r"brouillon=\w", "brouillon=1", link)
    assert requests.get(wrong).status_code == 404
    assert requests.get(link.partition("?")[0]).status_code == 404
    # The digest of the copy with the code is known as well.
    (verification,) = re.findall(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", document.text)
    page = requests.post(
        f"{base}/verifier/{verification}",
        files={"fichier": ("x.pdf", response.content)},
    )
    result = html.fromstring(page.text).get_element_by_id("identique")
    assert result.get("hidden") is None
    # Made anew each time, it is counted as the forms on paper are.
    monkeypatch.setattr(limites, "_est_locale", lambda address: False)
    monkeypatch.setattr(limites, "papiers", Quota(lambda: 0.0, 0, 60.0))
    refused = requests.get(link)
    assert refused.status_code == 429
    assert "no-store" in refused.headers["Cache-Control"]


def test_the_qr_code_leads_to_the_verification(functional, submit, guichet):
    demande = submit().demande
    request = functional["request"]
    document = recepisse_de(demande, request)
    page = Page(demande, request)
    page.code, page.date = document.code, document.date
    assert page.qr == qr_de(f"{guichet.absolute_url()}/verifier/{document.code}")
