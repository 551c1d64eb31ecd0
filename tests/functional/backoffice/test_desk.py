"""The agents' desk over HTTP: what an agent sees, sends, and what is stored."""

from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import submit_demande
from datetime import datetime
from datetime import timezone
from lxml import html
from plone import api
from plone.app.testing import logout
from plone.namedfile.file import NamedBlobFile

import json
import logging
import os
import pytest
import requests
import transaction


PASSWORD = "Guichet-2026!"
SCRIPT = "<script>alert('x')</script>"
LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)


class Browser:
    """Somebody at the desk; ``login`` None is an anonymous visitor."""

    def __init__(self, layer, login=None):
        self.base = f"http://{layer['host']}:{layer['port']}/plone/guichet"
        self.session = requests.Session()
        if login:
            self.session.auth = (login, PASSWORD)

    def get(self, path, **options):
        return self.session.get(f"{self.base}/{path}", **options)

    def page(self, path):
        response = self.get(path)
        assert response.status_code == 200, response.text
        return html.fromstring(response.text)

    def form(self, numero):
        """The form of a demande as a browser would send it."""
        return fields(self.page(f"agents/{numero}"))

    def send(self, numero, data, mouvement, **options):
        return self.session.post(
            f"{self.base}/agents/{numero}",
            data={**data, "mouvement": mouvement},
            **options,
        )


def fields(page):
    """The fields of the form that moves the demande, as a browser would send them."""
    return {
        field.get("name"): field.get("value") or field.text or ""
        for field in page.get_element_by_id("agents-moves").xpath(
            ".//input|.//textarea"
        )
    }


def words(element):
    return " ".join(element.text_content().split())


@pytest.fixture
def guichet(functional):
    logout()
    return functional["portal"].guichet


@pytest.fixture
def agent(functional):
    return Browser(functional, "agent-dechets")


@pytest.fixture
def submit(guichet):
    """Submit a demande straight to the counter, with answers of our choice."""

    def make(demarche=None, pieces=(), now=None, texts=None, **options):
        demande = submit_demande(
            guichet=guichet,
            demarche=demarche or guichet.dechets["signaler-un-depot-sauvage"],
            reponses=[
                Reponse(f"champ_{index}", step, label, text)
                for index, (step, label, text) in enumerate(texts or ())
            ],
            pieces=pieces,
            form_version="1",
            secret=os.urandom(32),
            year=2026,
            now=now,
            **options,
        ).demande
        transaction.commit()
        return demande.numero

    return make


@pytest.fixture
def state(guichet):
    """State and moves of a demande as they are stored."""

    def read(numero):
        transaction.begin()
        history = get_demande(guichet, numero).workflow_history["demande_workflow"]
        return [
            (entry["action"], entry["review_state"], entry["actor"], entry["comments"])
            for entry in history
        ]

    return read


@pytest.fixture
def journal():
    """The lines of the journal that were written during the test."""
    lines = []

    class Handler(logging.Handler):
        def emit(self, record):
            lines.append(json.loads(record.getMessage()))

    logger = logging.getLogger("carouge.guichet.journal")
    handler = Handler()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)


# --- one demande --------------------------------------------------------------


def test_a_demande_with_all_it_holds(agent, submit, journal):
    numero = submit(
        texts=[
            ("L’endroit", "Adresse", "devant le 12"),
            ("Le dépôt", "Description", f"Deux\nlignes {SCRIPT}"),
            ("Le dépôt", "Quantité", ""),
        ],
        pieces=[
            Piece(
                "photo", "Photo", NamedBlobFile(b"x" * 2500, "image/png", "a.png"), ""
            )
        ],
        courriel="aline@example.org",
        now=LONG_AGO,
    )
    journal.clear()
    response = agent.get(f"agents/{numero}")
    assert response.headers["Cache-Control"] == "no-store, private"
    page = html.fromstring(response.text)
    article = page.xpath("//div[contains(@class, 'guichet-agents')]")[0]
    assert [words(h) for h in article.xpath(".//h1")] == [
        f"{numero} Signaler un dépôt sauvage"
    ]
    assert words(article.get_element_by_id("agents-state")) == "Déposée"
    expected = article.get_element_by_id("agents-expected")
    assert words(expected).startswith("08.01.2026 en retard de ")
    assert "text-danger" in expected.xpath("./span/@class")[0]
    assert [
        words(h)
        for h in article.xpath(".//section[not(@id)]/h3[contains(@class, 'h6')]")
    ] == [
        "L’endroit",
        "Le dépôt",
    ]
    answers = article.xpath(".//dl[contains(@class, 'guichet-agents-answers')]/*")
    assert [words(element) for element in answers] == [
        "Adresse",
        "devant le 12",
        "Description",
        f"Deux lignes {SCRIPT}",
        "Quantité",
        "Sans réponse",
    ]
    assert article.xpath(".//script") == []
    assert article.xpath(".//a[starts-with(@href, 'mailto:')]/@href") == [
        "mailto:aline@example.org"
    ]
    assert [
        words(li) for li in article.get_element_by_id("agents-pieces").xpath(".//li")
    ] == ["Photo a.png, 2 ko Télécharger a.png"]
    history = article.xpath(".//ol[contains(@class, 'history')]/li")
    assert [words(step) for step in history] == [
        f"Demande déposée Déposée {words(history[0].xpath('.//time')[0])}, Le citoyen"
    ]
    assert [(line["actor"], line["action"], line["subject"]) for line in journal] == [
        ("agent-dechets", "demande.consulter", numero)
    ]


def test_the_buttons_are_the_moves_of_the_state(agent, submit):
    numero = submit()
    page = agent.page(f"agents/{numero}")
    assert [words(button) for button in page.xpath("//button[@name='mouvement']")] == [
        "Valider",
        "Refuser",
        "Classer sans suite",
        "Retirer à la demande de la personne",
    ]
    assert words(page.get_element_by_id("agents-message-help")) == (
        "Le citoyen le lit sur la page de la demande ; l’avis dit seulement qu’il y "
        "est. Il est obligatoire pour « Refuser », « Classer sans suite »."
    )
    agent.send(numero, agent.form(numero), "retirer")
    done = agent.page(f"agents/{numero}")
    assert done.xpath("//button[@name='mouvement']") == []
    assert "Il n’y a plus rien à faire avec cette demande." in words(done)


def test_a_move_is_stored_told_and_shown(agent, submit, state, journal):
    numero = submit()
    journal.clear()
    data = agent.form(numero) | {"message": f"Bonjour,\r\nquelle hauteur ? {SCRIPT}"}
    response = agent.send(numero, data, "demander_complement")
    text = f"Bonjour,\nquelle hauteur ? {SCRIPT}"
    assert state(numero) == [
        (None, "deposee", None, ""),
        ("demander_complement", "a_completer", "agent-dechets", text),
    ]
    assert [r.status_code for r in response.history] == [302]
    assert response.url == f"{agent.base}/agents/{numero}"
    page = html.fromstring(response.text)
    assert (
        f"C’est fait. La demande {numero} est maintenant dans l’état : À compléter."
        in words(page.get_element_by_id("global_statusmessage"))
    )
    assert page.get_element_by_id("agents-message").value == ""
    last = page.xpath("//ol[contains(@class, 'history')]/li[last()]")[0]
    assert words(last.xpath("./strong")[0]) == "Complément demandé"
    assert "Denis Chappuis" in words(last)
    assert last.xpath("./blockquote")[0].text == text
    assert page.xpath("//article//script") == []
    assert {line["action"] for line in journal} == {
        "demande.consulter",
        "demande.demander_complement",
    }
    assert not any("hauteur" in json.dumps(line) for line in journal)


def test_a_missing_message_is_told_at_the_field_and_nothing_changes(
    agent, submit, state
):
    numero = submit()
    response = agent.send(numero, agent.form(numero) | {"message": " \n "}, "refuser")
    assert response.status_code == 400
    page = html.fromstring(response.text)
    text = "Écrivez au citoyen avant de choisir « Refuser »."
    assert words(page.get_element_by_id("agents-message-error")) == text
    summary = page.get_element_by_id("agents-summary")
    assert (words(summary), summary.get("role")) == (text, "alert")
    assert summary.xpath(".//a/@href") == ["#agents-message"]
    field = page.get_element_by_id("agents-message")
    assert field.get("aria-invalid") == "true"
    assert field.get("aria-describedby") == "agents-message-help agents-message-error"
    assert len(state(numero)) == 1


@pytest.mark.parametrize("text", ["a" * 10_001, "vu\x00ici", "\x1b[31mrouge"])
def test_a_message_nobody_types_is_kept_but_not_sent(agent, submit, state, text):
    numero = submit()
    response = agent.send(numero, agent.form(numero) | {"message": text}, "refuser")
    assert response.status_code == 400
    page = html.fromstring(response.text.replace("\x00", ""))
    assert words(page.get_element_by_id("agents-message-error")) == (
        "Le texte dépasse 10000 caractères, ou contient des caractères qui ne peuvent "
        "pas être affichés."
    )
    assert len(state(numero)) == 1


def test_two_agents_at_once(functional, agent, submit, state):
    numero = submit()
    other = Browser(functional, "admin-site")
    mine, theirs = agent.form(numero), other.form(numero)
    other.send(numero, theirs | {"message": "Déjà signalé."}, "classer")
    response = agent.send(numero, mine | {"message": "Merci, c’est fait."}, "rouvrir")
    assert response.status_code == 409
    page = html.fromstring(response.text)
    alert = page.get_element_by_id("agents-alert")
    assert words(alert.xpath("./p")[0]) == (
        "Cette demande a changé depuis que vous l’avez ouverte. Votre choix n’a pas été "
        "exécuté ; votre texte est gardé plus bas."
    )
    assert "Administration du site" in words(alert.xpath(".//li")[0])
    assert words(alert.xpath(".//li/strong")[0]) == "Demande classée sans suite"
    assert words(alert.xpath(".//blockquote")[0]) == "Déjà signalé."
    assert page.get_element_by_id("agents-message").value == "Merci, c’est fait."
    assert [step[0] for step in state(numero)] == [None, "classer"]
    # The page shown now is up to date: the same text goes out with the next click.
    agent.send(numero, fields(page), "rouvrir")
    assert [step[0] for step in state(numero)] == [None, "classer", "rouvrir"]


def test_text_is_kept_when_nothing_can_be_done_any_more(
    functional, agent, submit, state
):
    numero = submit()
    mine = agent.form(numero)
    other = Browser(functional, "admin-site")
    other.send(numero, other.form(numero), "retirer")
    response = agent.send(numero, mine | {"message": "Bientôt prêt."}, "valider")
    assert response.status_code == 409
    page = html.fromstring(response.text)
    assert page.get_element_by_id("agents-message").value == "Bientôt prêt."
    assert len(state(numero)) == 2


def test_a_double_click_makes_one_move(agent, submit, state):
    numero = submit()
    data = agent.form(numero) | {"message": "Merci."}
    answers = [agent.send(numero, data, "valider") for _time in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.url for answer in answers] == [f"{agent.base}/agents/{numero}"] * 2
    assert [step[0] for step in state(numero)] == [None, "valider"]


@pytest.mark.parametrize("token", [None, "", "x", ["a", "b"]])
def test_a_move_from_another_site_is_refused(agent, submit, state, token):
    numero = submit()
    data = agent.form(numero) | {"_authenticator": token, "message": "Texte gardé"}
    response = agent.send(numero, data, "valider")
    assert response.status_code == 403
    page = html.fromstring(response.text)
    assert words(page.get_element_by_id("agents-alert")) == (
        "Cette page est restée ouverte longtemps, ou une autre personne s’est connectée "
        "entre-temps. Rien n’a changé ; vérifiez et envoyez à nouveau."
    )
    assert page.get_element_by_id("agents-message").value == "Texte gardé"
    assert len(state(numero)) == 1


def test_an_address_makes_no_move(agent, submit, state):
    numero = submit()
    data = agent.form(numero) | {"mouvement": "valider"}
    response = agent.get(f"agents/{numero}", params=data)
    assert response.status_code == 200
    assert len(state(numero)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "abc"},
        {"version": "-1"},
        {"version": "99999999999"},
        {"version": ["1", "1"]},
        {"mouvement": "xyz"},
        {"mouvement": "rouvrir"},
        {"mouvement": ["valider", "refuser"]},
    ],
)
def test_forged_orders_change_nothing(agent, submit, state, changes):
    numero = submit()
    data = agent.form(numero) | {"message": "Oui", "mouvement": "valider"} | changes
    response = agent.session.post(f"{agent.base}/agents/{numero}", data=data)
    assert response.status_code in (400, 409)
    assert len(state(numero)) == 1


def test_the_way_back_leads_to_the_same_list(agent, submit):
    numero = submit()
    page = agent.page("agents?etat=deposee&tri=anciennes")
    address = page.xpath("//a[contains(@class, 'guichet-agents-open')]/@href")[0]
    assert address == f"{agent.base}/agents/{numero}?etat=deposee&tri=anciennes"
    demande = html.fromstring(agent.session.get(address).text)
    assert demande.get_element_by_id("agents-moves").get("action") == address
    data = fields(demande) | {"mouvement": "valider"}
    moved = agent.session.post(address, data=data)
    assert moved.url == address
    back = html.fromstring(moved.text).xpath("//a[contains(@class, 'back')]/@href")
    assert back == [f"{agent.base}/agents?etat=deposee&tri=anciennes"]


# --- documents ----------------------------------------------------------------


def test_download(agent, submit, journal):
    content = os.urandom(200_000)
    name = 'canapé «rouge»/2;".jpg'
    numero = submit(
        pieces=[Piece("photo", "Photo", NamedBlobFile(content, "text/html", name), "")]
    )
    journal.clear()
    response = agent.get(f"agents/{numero}/piece/1")
    assert response.status_code == 200
    assert response.content == content
    assert response.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''canap%C3%A9%20%C2%ABrouge%C2%BB%2F2%3B%22.jpg"
    )
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Length"] == "200000"
    assert [(line["actor"], line["action"], line["subject"]) for line in journal] == [
        ("agent-dechets", "demande.consulter", numero)
    ]


@pytest.mark.parametrize(
    "path", ["piece", "piece/0", "piece/2", "piece/-1", "piece/x", "piece/1/1", "autre"]
)
def test_addresses_below_a_demande_that_lead_nowhere(agent, submit, path):
    numero = submit(
        pieces=[Piece("photo", "Photo", NamedBlobFile(b"x", "image/png", "a.png"), "")]
    )
    assert agent.get(f"agents/{numero}/{path}").status_code == 404


# --- who ----------------------------------------------------------------------


def test_foreign_unknown_and_impossible_numbers_look_the_same(
    functional, submit, state, journal
):
    numero = submit(
        pieces=[Piece("photo", "Photo", NamedBlobFile(b"x", "image/png", "a.png"), "")]
    )
    stranger = Browser(functional, "agent-ecoles")
    own = Browser(functional, "agent-dechets").form(numero)
    journal.clear()
    for path in (numero, "2026-0000-0000", "x", f"{numero}/piece/1"):
        assert stranger.get(f"agents/{path}").status_code == 404, path
    assert stranger.send(numero, own, "valider").status_code == 404
    assert len(state(numero)) == 1
    assert journal == []


def test_an_anonymous_visitor_is_sent_to_the_login_form(functional):
    response = Browser(functional).get("agents")
    assert response.status_code == 200
    assert "/login?came_from=" in response.url


@pytest.mark.parametrize("who", [None, "editeur"])
def test_nobody_else_learns_whether_a_demande_exists(functional, submit, state, who):
    numero = submit(
        pieces=[Piece("photo", "Photo", NamedBlobFile(b"x", "image/png", "a.png"), "")]
    )
    visitor = Browser(functional, who)
    for path in (numero, "2026-0000-0000", f"{numero}/piece/1"):
        assert visitor.get(f"agents/{path}").status_code == 404
    assert visitor.send(numero, {"version": "1"}, "valider").status_code == 404
    assert len(state(numero)) == 1


def test_an_editor_has_no_desk(functional):
    response = Browser(functional, "editeur").get("agents", allow_redirects=False)
    assert response.status_code in (302, 401, 403)
    assert "guichet-agents-list" not in response.text


def test_a_session_that_ended_keeps_the_text(functional, submit, state):
    numero = submit()
    visitor = Browser(functional)
    data = {"version": "1", "message": f"Un long texte {SCRIPT}"}
    response = visitor.send(numero, data, "valider")
    assert response.status_code == 404
    page = html.fromstring(response.text)
    assert page.get_element_by_id("agents-message").value == data["message"]
    target = page.xpath("//article//a[contains(@href, '/login?')]/@href")[0]
    assert target.endswith(f"agents%2F{numero}")
    assert len(state(numero)) == 1


def test_the_link_to_the_desk_is_for_agents(functional):
    def links(who):
        page = Browser(functional, who).page("aide")
        return {
            words(a) for a in page.xpath("//a") if a.get("href", "").endswith("/agents")
        }

    assert links("agent-dechets") == {"Bureau des agents"}
    assert links("editeur") == set()
    assert links(None) == set()


def test_the_state_of_the_site_is_untouched_by_looking(functional, agent, submit):
    numero = submit()
    agent.page("agents")
    agent.page(f"agents/{numero}")
    transaction.begin()
    before = api.portal.get()._p_jar.db().lastTransaction()
    agent.page("agents")
    agent.page(f"agents/{numero}")
    transaction.begin()
    assert api.portal.get()._p_jar.db().lastTransaction() == before
