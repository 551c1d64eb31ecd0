"""Exports of the desk's list: what the files hold, who gets them."""

from bureau import Agent
from bureau import deposer
from carouge.guichet.backoffice.exports import fabrique
from carouge.guichet.backoffice.exports import service
from carouge.guichet.demande import traitement
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.travaux.service import executer_travaux
from carouge.guichet.travaux.service import liste_de
from datetime import datetime
from datetime import timezone
from hashlib import sha256
from openpyxl import load_workbook
from plone.app.testing import login
from plone.app.testing import logout
from plone.namedfile.file import NamedBlobFile
from zipfile import ZipFile

import csv
import io
import json
import logging
import pytest
import transaction


DEPOT = datetime(2026, 11, 3, 13, 5, tzinfo=timezone.utc)


@pytest.fixture
def guichet(functional):
    logout()
    yield functional["portal"].guichet
    transaction.abort()


@pytest.fixture
def agent(functional):
    return Agent(functional, "agent-dechets")


@pytest.fixture
def journal():
    lines = []

    class Handler(logging.Handler):
        def emit(self, record):
            lines.append(json.loads(record.getMessage()))

    logger = logging.getLogger("carouge.guichet.journal")
    handler, level = Handler(), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture
def numero(guichet):
    return deposer(
        guichet,
        now=DEPOT,
        courriel="aline@example.org",
        reponses=[
            Reponse("lieu", "", "Lieu", "=cmd|'/c calc'!A1", "=cmd|'/c calc'!A1"),
            Reponse("tel", "", "Téléphone", "+41790000101", "+41790000101"),
            Reponse("lieu2", "", "Lieu", "Bis", "Bis"),
        ],
    )[0]


@pytest.fixture
def other(guichet):
    return deposer(
        guichet,
        now=DEPOT,
        reponses=[Reponse("lieu", "", "Lieu", "Rue Vautier", "rue")],
    )[0]


@pytest.fixture
def of_schools(guichet):
    demarche = guichet["enfance-ecoles"]["creer-une-ligne-pedibus"]
    return deposer(guichet, demarche, now=DEPOT)[0]


def export(agent, format, query="", **fields):
    page = agent.get(f"agents/exporter{query}")
    return page.send("exporter", format=format, **fields).response


def csv_rows(response):
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


FIXED = [
    "Numéro",
    "Démarche",
    "État",
    "Service",
    "Agent",
    "Canal",
    "Déposée le",
    "Réponse attendue le",
    "Terminée le",
    "Jours ouvrables",
    "Déposée par",
    "Organisation",
    "Concerne",
    "Courriel",
    "Montant (CHF)",
]


def test_csv(guichet, agent, numero, other, of_schools, journal):
    response = export(agent, "csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith(
        "attachment; filename=demandes-"
    )
    assert response.content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv_rows(response)
    assert header == [*FIXED, "Lieu", "Téléphone", "Lieu (lieu2)"]
    # Whichever comes first.
    found = {row[0]: row for row in rows}
    assert set(found) == {numero, other}
    attendu = get_demande(guichet, numero).attendu.strftime("%d.%m.%Y")
    service_title = found[numero][3]
    assert found[numero] == [
        numero,
        "Signaler un dépôt sauvage",
        "Déposée",
        service_title,
        "",
        "En ligne",
        "03.11.2026 14:05",
        attendu,
        "",
        "",
        "",
        "",
        "",
        "aline@example.org",
        "0.00",
        "'=cmd|'/c calc'!A1",
        "+41 79 000 01 01",
        "Bis",
    ]
    assert found[other][-3:] == ["Rue Vautier", "", ""]
    told = {
        (line["action"], line["subject"])
        for line in journal
        if "exporter" in line["action"]
    }
    assert told == {
        ("demande.exporter", numero),
        ("demande.exporter", other),
        ("demandes.exporter", "2"),
    }


def test_xlsx_holds_the_same(agent, numero, other):
    book = load_workbook(io.BytesIO(export(agent, "xlsx").content))
    assert book.sheetnames == ["Signaler un dépôt sauvage"]
    rows = [[cell.value for cell in row] for row in book.active.rows]
    assert rows[0] == [*FIXED, "Lieu", "Téléphone", "Lieu (lieu2)"]
    found = {row[0]: row for row in rows[1:]}
    assert found[numero][6] == datetime(2026, 11, 3, 14, 5)
    assert found[numero][-3:] == ["=cmd|'/c calc'!A1", "+41790000101", "Bis"]
    assert {cell.data_type for row in book.active.rows for cell in row} <= {
        "s",
        "n",
        "d",
    }


@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_json_holds_the_same_for_machines(agent, numero, other, format):
    text = export(agent, format).text
    rows = (
        json.loads(text)
        if format == "json"
        else [json.loads(line) for line in text.splitlines()]
    )
    found = {row["numero"]: row for row in rows}
    assert set(found) == {numero, other}
    assert found[numero]["depot"] == "2026-11-03T14:05:00"
    assert found[numero]["reponses"]["tel"] == {
        "question": "Téléphone",
        "reponse": "+41790000101",
        "valeur": "+41790000101",
    }


def test_without_answers(agent, numero):
    page = agent.get("agents/exporter")
    box = page.html.get_element_by_id("exporter-reponses")
    box.getparent().remove(box)
    response = page.send("exporter", format="csv").response
    assert csv_rows(response)[0] == FIXED


def test_internal_notes_only_when_asked_for(functional, guichet, agent, numero):
    login(functional["portal"], "agent-dechets")
    traitement.noter_interne(get_demande(guichet, numero), "Voisin difficile")
    transaction.commit()
    logout()
    for format in ("csv", "json", "jsonl"):
        assert "Voisin difficile" not in export(agent, format).text
    assert "Voisin difficile" in export(agent, "csv", notes="1").text


def test_ticked_ones_and_no_others(agent, numero, other, of_schools):
    page = agent.post("agents/exporter", {"numeros": [other, of_schools, "x"]})
    assert page.words("//*[@id='exporter-nombre']") == "Une demande"
    rows = csv_rows(page.send("exporter", format="csv").response)
    assert [row[0] for row in rows[1:]] == [other]


def test_the_whole_list_although_some_are_ticked(agent, numero, other):
    sent = {"numeros": [other], "tous": "1", "bannette": "toutes"}
    page = agent.post("agents/exporter", sent)
    assert page.words("//*[@id='exporter-nombre']") == "2 demandes"
    rows = csv_rows(page.send("exporter", format="csv").response)
    assert {row[0] for row in rows[1:]} == {numero, other}


def test_of_a_filter(agent, numero, other):
    page = agent.get("agents/exporter?etat=validee")
    assert page.words("//*[@id='exporter-nombre']") == "0 demandes"
    assert not page.html.xpath("//form[@id='exporter']")


def piece(label, data=b"", filename=None, **values):
    file = NamedBlobFile(data, filename=filename) if filename else None
    return Piece("p", label, file, sha256(data).hexdigest() if data else "", **values)


def test_documents_in_folders(guichet, agent):
    numero = deposer(
        guichet,
        now=DEPOT,
        pieces=[
            piece("Photo", b"JPEG", "../../canapé rouge.JPG", controle="sain"),
            piece("Sans antivirus", b"PDF", "a.pdf"),
            piece("Pas vu", b"PDF2", "b.pdf", controle="a_verifier"),
            piece("Infecté", b"EICAR", "c.pdf", controle="infecte"),
            piece("Par poste", moyen="poste"),
        ],
    )[0]
    archive = ZipFile(io.BytesIO(export(agent, "zip").content))
    assert archive.testzip() is None
    assert archive.namelist() == [
        f"{numero}/01-canape-rouge.jpg",
        f"{numero}/02-a.pdf",
        "index.csv",
    ]
    assert archive.read(f"{numero}/01-canape-rouge.jpg") == b"JPEG"
    text = archive.read("index.csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert [row[1:4] for row in rows] == [
        ["Document", "Fichier", "État"],
        ["Photo", f"{numero}/01-canape-rouge.jpg", "inclus"],
        ["Sans antivirus", f"{numero}/02-a.pdf", "inclus"],
        ["Pas vu", "", "laissé de côté : pas encore examiné par l’antivirus"],
        [
            "Infecté",
            "",
            "laissé de côté : un logiciel malveillant y a été trouvé",
        ],
        ["Par poste", "", "pas encore arrivé"],
    ]


def test_a_large_one_is_made_in_the_background(
    functional, guichet, agent, numero, other, monkeypatch
):
    monkeypatch.setattr(service, "MAX_DIRECT", 1)
    page = agent.get("agents/exporter").send("exporter", format="csv")
    assert page.url.startswith("/agents/travaux/")
    executer_travaux(guichet)
    [job] = liste_de(guichet, "agent-dechets")
    page = agent.get(page.url.lstrip("/"))
    assert page.words("//*[@id='travail-fichier']").startswith("Télécharger le fichier")
    url = page.html.get_element_by_id("travail-fichier").get("href")
    response = agent.get(url).response
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    monkeypatch.setattr(service, "MAX_DIRECT", 200)
    assert response.content == export(agent, "csv").content
    assert (job.fait, job.total) == (2, 2)
    # Nobody else gets it.
    assert Agent(functional, "agent-ecoles").get(url).status == 404
    assert Agent(functional).get(url, allow_redirects=False).status in (302, 401)


def test_who_left_the_service_meanwhile_gets_nothing(
    functional, guichet, agent, numero, other, monkeypatch
):
    monkeypatch.setattr(service, "MAX_DIRECT", 1)
    page = agent.get("agents/exporter").send("exporter", format="csv")
    for item in guichet.objectValues():
        if "user:agent-dechets" in (getattr(item, "agents", None) or ()):
            item.agents = []
    transaction.commit()
    executer_travaux(guichet)
    [job] = liste_de(guichet, "agent-dechets")
    with job.fichier.blob.open("r") as stream:
        assert len(stream.read().splitlines()) == 1
    assert [ligne.raison for ligne in job.lignes] == ["inconnue"] * 2
    assert page.agent.get(page.url.lstrip("/"), allow_redirects=False).status != 200


@pytest.mark.parametrize("who", [None, "editeur", "caisse"])
def test_nobody_else(functional, numero, who):
    stranger = Agent(functional, who)
    for send in (
        lambda: stranger.get("agents/exporter", allow_redirects=False),
        lambda: stranger.post(
            "agents/exporter",
            {"numeros": [numero], "format": "csv"},
            allow_redirects=False,
        ),
    ):
        page = send()
        assert page.status in (302, 401, 403, 404)
        assert numero not in page.response.text


def test_without_token(agent, numero):
    page = agent.post("agents/exporter", {"format": "csv"})
    assert page.status == 403
    page = agent.get("agents/exporter").send("exporter", format="exe")
    assert page.status == 400


def test_what_was_read_is_let_go(guichet, agent, monkeypatch):
    """However many demandes an export has, only those of one batch are held."""
    numeros = deposer(guichet, n=40)
    monkeypatch.setattr(service, "MAX_DIRECT", 1)
    monkeypatch.setattr(service.Export, "par_lot", 5)
    agent.get("agents/exporter").send("exporter", format="xlsx")
    held = []
    ligne_de = fabrique.ligne_de

    def watch(demande, contexte, reponses):
        awake = [obj for _oid, obj in demande._p_jar._cache.lru_items()]
        held.append(sum(isinstance(obj, Demande) for obj in awake))
        return ligne_de(demande, contexte, reponses)

    monkeypatch.setattr(fabrique, "ligne_de", watch)
    transaction.begin()
    guichet._p_jar.cacheMinimize()
    executer_travaux(guichet)
    [job] = liste_de(guichet, "agent-dechets")
    assert (job.fait, len(held)) == (40, len(numeros))
    assert max(held) <= 6
