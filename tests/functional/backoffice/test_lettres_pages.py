"""``/agents/lettres``: letters to be printed, calls to be made."""

from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.domain import Source
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Canal as Arrivee
from carouge.guichet.demande.domain import IdentiteControlee
from carouge.guichet.demande.events import DemandeAvis
from carouge.guichet.demande.events import Occasion
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.dossier import courrier
from carouge.guichet.dossier.courrier import courrier_de
from carouge.guichet.swisstime import now
from comptes import cookies_of
from comptes import make_compte
from datetime import timedelta
from io import BytesIO
from lxml import html
from plone import api
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from pypdf import PdfReader
from zope.event import notify

import json
import logging
import os
import pytest
import requests
import transaction


PASSWORD = "Guichet-2026!"


class Browser:
    """Somebody at the desk; ``login`` None is an anonymous visitor."""

    def __init__(self, layer, login=None, cookies=None):
        self.base = f"http://{layer['host']}:{layer['port']}/plone/guichet/agents"
        self.session = requests.Session()
        self.session.cookies.update(cookies or {})
        if login:
            self.session.auth = (login, PASSWORD)

    def get(self, path="/lettres", **options):
        return self.session.get(f"{self.base}{path}", **options)

    def page(self):
        response = self.get()
        assert response.status_code == 200, response.text[:500]
        return html.fromstring(response.text)

    def send(self, geste, ids, **options):
        token = self.page().xpath("//input[@name='_authenticator']/@value")
        return self.session.post(
            f"{self.base}/lettres",
            data={"geste": geste, "id:list": ids, "_authenticator": token[:1]},
            **options,
        )


def words(element):
    return " ".join(element.text_content().split())


@pytest.fixture
def guichet(functional):
    setRoles(functional["portal"], TEST_USER_ID, ["Manager"])
    return functional["portal"].guichet


@pytest.fixture
def agent(functional):
    return Browser(functional, "agent-dechets")


@pytest.fixture
def submit(guichet):
    def submit(compte=None, demarche=None, **options):
        demande = submit_demande(
            guichet=guichet,
            demarche=demarche or guichet.dechets["signaler-un-depot-sauvage"],
            reponses=[],
            pieces=[],
            form_version="1",
            secret=os.urandom(32),
            year=2026,
            usager_id=compte.id if compte else None,
            **options,
        ).demande
        transaction.commit()
        return demande

    return submit


@pytest.fixture
def par_lettre(guichet):
    compte = make_compte()
    compte.canal = Canal.LETTRE
    compte.set_facts(
        Source.DECLARE,
        {"rue": "Rue Vautier", "numero": "3", "npa": "1227", "localite": "Carouge"},
        now(),
    )
    return compte


@pytest.fixture
def waiting(guichet):
    def waiting():
        transaction.begin()
        return [
            (one.numero, one.occasion, one.genre)
            for one in courrier_de(guichet).attente()
        ]

    return waiting


def text_of(response):
    assert response.headers["Content-Type"] == "application/pdf"
    reader = PdfReader(BytesIO(response.content))
    return reader, [page.extract_text() for page in reader.pages]


def test_nothing_waits(agent):
    page = agent.page()
    assert words(page.xpath("//h1")[0]) == "Lettres et appels"
    assert page.xpath("//ul[@id='lettres' or @id='appels' or @id='faits']") == []
    response = agent.get("/lettres-pdf", allow_redirects=False)
    assert (response.status_code, response.headers["Location"]) == (
        303,
        f"{agent.base}/lettres",
    )


def test_a_letter_from_the_list_to_the_envelope(
    functional, agent, submit, par_lettre, waiting, guichet, caplog
):
    demande = submit(par_lettre)
    [row] = agent.page().xpath("//ul[@id='lettres']/li")
    assert "Camille Rochat" in words(row)
    assert "Rue Vautier 3, 1227 Carouge" in words(row)
    assert row.xpath(f".//a[text()='{demande.numero}']/@href") == [
        f"{agent.base}/{demande.numero}"
    ]
    [id] = row.xpath(".//input[@name='id:list']/@value")
    # One with an address is ticked already.
    assert row.xpath(".//input[@name='id:list']/@checked")
    with caplog.at_level(logging.INFO, logger="carouge.guichet.journal"):
        reader, [text] = text_of(agent.get(f"/lettres-pdf?id={id}"))
        response = agent.send("fait", [id], allow_redirects=False)
        assert response.status_code == 303
    assert "Camille Rochat\nRue Vautier 3\n1227 Carouge" in text
    assert demande.numero in text
    assert "Place du Marché 14, 1227 Carouge" in text
    assert reader.trailer["/Root"]["/Lang"] == "fr"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert waiting() == []
    page = agent.page()
    assert demande.numero in words(page.xpath("//ul[@id='faits']/li")[0])
    assert "Denis Chappuis" in words(page.xpath("//ul[@id='faits']/li")[0])
    lines = [json.loads(line) for line in caplog.messages if line.startswith("{")]
    assert [
        (line["action"], line["subject"], line["actor"])
        for line in lines
        if line["action"].startswith("courrier.")
    ] == [
        ("courrier.imprimer", demande.numero, "agent-dechets"),
        ("courrier.lettre", demande.numero, "agent-dechets"),
    ]
    # A second click, or a colleague's, does nothing.
    assert agent.send("fait", [id]).status_code == 200
    assert waiting() == []
    agent.send("annuler", [id])
    assert waiting() == [(demande.numero, "deposer", "lettre")]
    assert agent.page().xpath("//ul[@id='faits']") == []


@pytest.mark.parametrize("window", ["droite", "gauche"])
def test_all_letters_in_one_pdf_and_the_window(agent, submit, par_lettre, window):
    api.portal.set_registry_record("carouge.guichet.fenetre", window)
    submit(par_lettre)
    demande = submit(par_lettre)
    reader, texts = text_of(agent.get("/lettres-pdf"))
    assert len(texts) == 2
    assert all("1227 Carouge" in text for text in texts)
    assert demande.numero in texts[1]
    places = []

    def visit(text, cm, tm, _font, _size):
        if "Rue Vautier 3" in text:
            x, y = tm[4], tm[5]
            places.append(
                (
                    cm[0] * x + cm[2] * y + cm[4],
                    reader.pages[0].mediabox.height - (cm[1] * x + cm[3] * y + cm[5]),
                )
            )

    reader.pages[0].extract_text(visitor_text=visit)
    # In points, from the upper left corner: in the window of a Swiss envelope.
    millimetres = 72 / 25.4
    [(x, y)] = places
    assert round(x / millimetres) == (118 if window == "droite" else 22)
    assert 50 < float(y) / millimetres < 85


def test_a_long_letter_goes_on_overleaf(agent, submit, par_lettre, guichet):
    submit(par_lettre)
    [depart] = courrier_de(guichet).attente()
    depart.texte = "\n\n".join(["mot " * 100] * 9)
    transaction.commit()
    _reader, texts = text_of(agent.get("/lettres-pdf"))
    assert len(texts) == 2
    assert sum(text.count("mot") for text in texts) == 900


def test_without_an_address(agent, submit, guichet, waiting):
    demande = submit(
        canal=Arrivee.COURRIER,
        saisi_par="agent-dechets",
        identite=IdentiteControlee("Zwahlen", "Rosa", "1950-01-01", "connu"),
    )
    [row] = agent.page().xpath("//ul[@id='lettres']/li")
    assert "Rosa Zwahlen" in words(row)
    assert row.xpath(".//*[contains(@class, 'text-danger')]")
    assert not row.xpath(".//input[@name='id:list']/@checked")
    response = agent.get("/lettres-pdf", allow_redirects=False)
    assert response.status_code == 303
    # It can be ticked off all the same: somebody has told her.
    agent.send("fait", row.xpath(".//input[@name='id:list']/@value"))
    assert waiting() == []
    assert demande.numero in words(agent.page().xpath("//ul[@id='faits']/li")[0])


def test_a_call(agent, submit, guichet, waiting):
    compte = make_compte()
    compte.canal = Canal.TELEPHONE
    demande = submit(compte)
    [row] = agent.page().xpath("//ul[@id='appels']/li")
    assert row.xpath(".//a[starts-with(@href, 'tel:')]/@href") == ["tel:+41790000101"]
    assert demande.numero in words(row.xpath(".//details")[0])
    agent.send("fait", row.xpath(".//input[@name='id:list']/@value"))
    assert waiting() == []


def test_a_document_is_to_be_enclosed(agent, submit, par_lettre, guichet):
    demande = submit(par_lettre)
    notify(DemandeAvis(demande, Occasion.DOCUMENT, "usager"))
    transaction.commit()
    rows = agent.page().xpath("//ul[@id='lettres']/li")
    assert [bool(row.xpath(".//span[@class='d-block']")) for row in rows] == [
        False,
        True,
    ]


def test_so_is_one_that_comes_with_a_decision(agent, submit, par_lettre, guichet):
    demande = submit(par_lettre)
    move_demande(demande=demande, transition="valider", actor=Actor.AGENT)
    notify(DemandeAvis(demande, Occasion.DOCUMENT, "usager"))
    transaction.commit()
    rows = agent.page().xpath("//ul[@id='lettres']/li")
    assert len(rows) == 2
    assert rows[1].xpath(".//span[@class='d-block']")


class TestForeign:
    @pytest.fixture
    def foreign(self, guichet, submit, par_lettre):
        """Id of a letter of another service."""
        submit(par_lettre, guichet["enfance-ecoles"]["inscription-parascolaire"])
        [depart] = courrier_de(guichet).attente()
        return depart.id

    def test_it_is_in_no_list(self, agent, foreign):
        assert agent.page().xpath("//ul[@id='lettres']") == []
        response = agent.get("/lettres-pdf", allow_redirects=False)
        assert response.status_code == 303

    @pytest.mark.parametrize("geste", ["fait", "annuler"])
    def test_nobody_ticks_it_off(
        self, agent, submit, par_lettre, foreign, geste, waiting
    ):
        submit(par_lettre)
        before = waiting()
        assert agent.send(geste, [foreign]).status_code == 404
        assert agent.get(f"/lettres-pdf?id={foreign}").status_code == 404
        assert waiting() == before

    def test_its_own_agent_does(self, functional, foreign, waiting):
        other = Browser(functional, "agent-ecoles")
        assert other.send("fait", [foreign]).status_code == 200
        assert waiting() == []


@pytest.mark.parametrize("path", ["/lettres", "/lettres-pdf"])
def test_for_agents_only(functional, submit, par_lettre, path, guichet):
    submit(par_lettre)
    for who in (
        Browser(functional),
        Browser(functional, "editeur"),
        Browser(functional, cookies=cookies_of(functional, par_lettre)),
    ):
        response = who.get(path, allow_redirects=False)
        assert response.status_code in (302, 401, 403)
        assert "Rochat" not in response.text


class TestBadInput:
    def test_unknown_ids_and_gestures(self, agent, submit, par_lettre, waiting):
        submit(par_lettre)
        before = waiting()
        for geste, ids in (("fait", ["x"]), ("jamais", []), ("fait", ["../x"])):
            assert agent.send(geste, ids).status_code == 404
        assert agent.get("/lettres-pdf?id=x").status_code == 404
        assert waiting() == before

    def test_without_a_token(self, agent, submit, par_lettre, waiting, guichet):
        submit(par_lettre)
        [depart] = courrier_de(guichet).attente()
        response = agent.session.post(
            f"{agent.base}/lettres", data={"geste": "fait", "id:list": [depart.id]}
        )
        assert response.status_code == 403
        assert len(waiting()) == 1

    def test_nothing_ticked(self, agent, submit, par_lettre, waiting):
        submit(par_lettre)
        assert agent.send("fait", []).status_code == 200
        assert len(waiting()) == 1

    def test_names_are_quoted(self, agent, submit, guichet):
        compte = make_compte(prenom="<script>x</script>", nom="O'Neill & Fils")
        compte.canal = Canal.TELEPHONE
        submit(compte)
        page = agent.page()
        assert page.xpath("//script[text()='x']") == []
        assert "<script>x</script>" in words(page.xpath("//ul[@id='appels']/li")[0])


def test_what_is_done_is_forgotten_after_a_while(guichet, agent, submit, par_lettre):
    submit(par_lettre)
    [old] = courrier_de(guichet).attente()
    courrier.marquer_faits(guichet, [old], "x")
    old.fait -= timedelta(days=31)
    move = submit(par_lettre)
    [new] = courrier_de(guichet).attente()
    courrier.marquer_faits(guichet, [new], "x")
    assert [one.numero for one in courrier_de(guichet).faits()] == [move.numero]


def test_each_move_that_matters_is_a_letter(guichet, submit, par_lettre, waiting):
    demande = submit(par_lettre)
    for transition in ("prendre_en_charge", "demander_complement"):
        move_demande(
            demande=demande, transition=transition, actor=Actor.AGENT, message="Quoi ?"
        )
        transaction.commit()
    assert waiting() == [
        (demande.numero, "deposer", "lettre"),
        (demande.numero, "demander_complement", "lettre"),
    ]
