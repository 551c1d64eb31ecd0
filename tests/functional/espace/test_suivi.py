"""The follow-up by number and code, over HTTP."""

from carouge.guichet import swisstime
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import history
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.espace import service
from carouge.guichet.espace import vue
from carouge.guichet.limiter import FIRST_PAUSE
from carouge.guichet.limiter import Limiter
from carouge.guichet.limiter import MAX_FAILURES
from datetime import timedelta
from lxml import html
from plone import api
from plone.app.testing import TEST_USER_ID
from plone.namedfile.file import NamedBlobFile

import pytest
import requests
import transaction


OTHER_NUMBER = "2026-7059-YBHV"
SCRIPT = "<script>alert('x')</script>"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Each test begins without any wrong answers."""
    clock = Clock()
    monkeypatch.setattr(service, "limiter", Limiter(clock))
    return clock


@pytest.fixture()
def submission(functional):
    guichet = functional["portal"].guichet
    made = submit_demande(
        guichet=guichet,
        demarche=guichet.dechets["signaler-un-depot-sauvage"],
        reponses=[
            Reponse("lieu", "L'endroit", "Adresse ou endroit", "rue Vautier 12"),
            Reponse("description", "Le dépôt", "Décrivez", f"Un canapé\n{SCRIPT}"),
            Reponse("volume", "Le dépôt", "Quelle quantité ?", ""),
        ],
        pieces=[
            Piece("photo", "Photo", NamedBlobFile(b"x", filename="dépôt <1>.jpg"), "0")
        ],
        form_version="1",
        secret=b"secret",
        year=2026,
        courriel="citoyenne@example.org",
    )
    transaction.commit()
    return made


class Visitor:
    """A browser without JavaScript."""

    def __init__(self, layer, submission):
        self.base = f"http://{layer['host']}:{layer['port']}/plone/guichet"
        self.url = f"{self.base}/suivi"
        self.numero = submission.demande.numero
        self.code = submission.code
        self.session = requests.Session()

    def get(self, **params):
        return self.session.get(self.url, params=params)

    def post(self, **data):
        return self.session.post(self.url, data=data)

    def open(self, numero=None, code=None, **more):
        return self.post(
            action="ouvrir",
            numero=self.numero if numero is None else numero,
            code=self.code if code is None else code,
            **more,
        )

    def token(self, **params):
        page = html.fromstring(self.get(**params).text)
        return page.xpath("//input[@name='token']/@value")[0]


@pytest.fixture()
def visitor(functional, submission):
    return Visitor(functional, submission)


@pytest.fixture()
def stored(functional, submission):
    numero = submission.demande.numero

    def read():
        transaction.begin()
        return get_demande(functional["portal"].guichet, numero)

    return read


@pytest.fixture()
def by_agent(stored):
    def move(transition, message=""):
        with api.env.adopt_roles(["Manager"]):
            move_demande(
                demande=stored(),
                transition=transition,
                actor=Actor.AGENT,
                message=message,
            )
        transaction.commit()

    return move


def article(response):
    return html.fromstring(response.text).xpath("//article")[0]


def words(element):
    return " ".join(element.text_content().split())


def alerts(response, role="alert"):
    return [words(item) for item in article(response).xpath(f".//*[@role='{role}']")]


def is_open(response):
    return bool(article(response).xpath(".//*[@id='suivi-etat']"))


# The form


def test_the_form_asks_for_number_and_code(visitor):
    response = visitor.get()
    assert response.status_code == 200
    page = article(response)
    assert len(html.fromstring(response.text).xpath("//h1")) == 1
    for name in ("numero", "code"):
        [field] = page.xpath(f".//input[@name='{name}']")
        assert page.xpath(f".//label[@for='{field.get('id')}']")
        assert not field.get("value")
    [form] = page.xpath(".//form[.//input[@name='code']]")
    assert form.get("method") == "post"
    assert form.get("action") == visitor.url


def test_the_address_fills_in_the_number_only(visitor):
    response = visitor.get(numero=visitor.numero, code=visitor.code)
    page = article(response)
    assert page.xpath(".//input[@name='numero']/@value") == [visitor.numero]
    assert visitor.code not in response.text
    assert not is_open(response)


def test_what_stands_in_the_address_is_text(visitor):
    response = visitor.get(numero=f'"><{SCRIPT}')
    assert SCRIPT not in response.text
    assert article(response).xpath(".//input[@name='numero']/@value") == [
        f'"><{SCRIPT}'
    ]


# Opening


def test_number_and_code_open_the_demande(visitor):
    response = visitor.open()
    assert [step.status_code for step in response.history] == [303]
    assert response.status_code == 200
    assert visitor.code not in response.url
    assert visitor.code not in response.text
    page = article(response)
    assert words(page.get_element_by_id("suivi-numero")) == visitor.numero
    assert words(page.xpath(".//h1")[0]) == "Signaler un dépôt sauvage"
    answers = {
        words(term): term.getnext().text_content() for term in page.xpath(".//dt")
    }
    assert list(answers) == ["Adresse ou endroit", "Décrivez", "Quelle quantité ?"]
    assert answers["Adresse ou endroit"] == "rue Vautier 12"
    assert answers["Décrivez"] == f"Un canapé{SCRIPT}"
    assert SCRIPT not in response.text
    assert (
        words(page.get_element_by_id("suivi-pieces")) == "dépôt <1>.jpg, 1 Ko (Photo)"
    )
    assert len(page.xpath(".//ol/li")) == 1


def test_how_people_type_a_number_and_a_code(visitor):
    numero = visitor.numero.replace("-", " ").lower()
    code = f" {visitor.code.replace('-', '').lower()} "
    assert is_open(visitor.open(numero=numero, code=code))


def test_reload_and_another_visit_show_it_again(visitor):
    visitor.open()
    assert is_open(visitor.get())
    assert is_open(visitor.get(ouvert="1"))
    assert is_open(visitor.get(numero=visitor.numero))


def test_the_link_to_another_demande_shows_the_form(visitor):
    visitor.open()
    response = visitor.get(numero=OTHER_NUMBER)
    assert not is_open(response)
    assert is_open(visitor.get())


def test_nobody_keeps_the_pages_and_no_address_is_told(visitor):
    for response in (visitor.get(), visitor.open(), visitor.open(code="FALSE-FALSE")):
        assert response.headers["Cache-Control"] == "no-store, private"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Robots-Tag"] == "noindex"
        [title] = html.fromstring(response.text).xpath("//title")
        assert visitor.numero not in words(title)
        assert "Signaler" not in words(title)


def test_the_cookie(visitor):
    visitor.open()
    [cookie] = visitor.session.cookies
    assert cookie.name == "guichet_suivi"
    assert cookie.path == "/plone/guichet/suivi"
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"
    assert cookie.expires is None
    assert visitor.code not in cookie.value


def test_a_forged_cookie_opens_nothing(visitor):
    visitor.open()
    [cookie] = visitor.session.cookies
    for value in (cookie.value[:-1], "A" + cookie.value[1:], "A" * 5000, "é", ""):
        response = requests.get(
            visitor.url, headers={"Cookie": f"guichet_suivi={value}".encode()}
        )
        assert response.status_code == 200
        assert not is_open(response)


def test_it_closes_by_itself(visitor, monkeypatch):
    visitor.open()
    later = swisstime.now() + timedelta(minutes=31)
    monkeypatch.setattr(swisstime, "now", lambda: later)
    response = visitor.get(ouvert="1")
    assert not is_open(response)
    [notice] = alerts(response, "status")
    assert "30 minutes" in notice


def test_it_stays_open_while_it_is_used(visitor, monkeypatch):
    visitor.open()
    start = swisstime.now()
    for minutes in (25, 50, 75):
        monkeypatch.setattr(
            swisstime, "now", lambda minutes=minutes: start + timedelta(minutes=minutes)
        )
        assert is_open(visitor.get())


def test_closing(visitor):
    visitor.open()
    response = visitor.post(action="fermer")
    assert [step.status_code for step in response.history] == [303]
    assert response.url == visitor.url
    assert not is_open(response)
    assert not is_open(visitor.get())
    assert list(visitor.session.cookies) == []


# Wrong answers


def test_a_wrong_code_and_an_unknown_number_look_the_same(visitor):
    wrong = visitor.open(code="FALSE-FALSE")
    unknown = visitor.open(numero=OTHER_NUMBER, code="FALSE-FALSE")
    unknown_with_code = visitor.open(numero=OTHER_NUMBER)
    assert wrong.status_code == unknown.status_code == 200
    assert alerts(wrong) != []
    assert alerts(wrong) == alerts(unknown) == alerts(unknown_with_code)
    texts = [
        words(article(response)) for response in (wrong, unknown, unknown_with_code)
    ]
    assert texts[0] == texts[1] == texts[2]
    assert list(visitor.session.cookies) == []
    # The number is kept, the code is not.
    assert article(wrong).xpath(".//input[@name='numero']/@value") == [visitor.numero]
    assert "FALSE-FALSE" not in wrong.text


def test_a_mistyped_number_is_told_and_does_not_count(visitor):
    last = "0" if visitor.numero[-1] != "0" else "1"
    for _time in range(MAX_FAILURES + 1):
        response = visitor.open(numero=visitor.numero[:-1] + last)
        assert response.status_code == 200
    assert len(alerts(response)) == 1
    page = article(response)
    [field] = page.xpath(".//input[@name='numero']")
    assert field.get("aria-invalid") == "true"
    assert "suivi-numero-erreur" in field.get("aria-describedby")
    assert is_open(visitor.open())


def test_after_five_wrong_answers_a_growing_pause(visitor, clock):
    for _time in range(MAX_FAILURES):
        assert visitor.open(code="FALSE-FALSE").status_code == 200
    response = visitor.open()
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert alerts(response) != []
    assert not is_open(response)
    assert article(response).xpath(".//input[@name='numero']/@value") == [
        visitor.numero
    ]
    clock.now += FIRST_PAUSE
    assert visitor.open(code="FALSE-FALSE").status_code == 200
    response = visitor.open()
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "120"
    clock.now += 2 * FIRST_PAUSE
    assert is_open(visitor.open())


def test_the_client_is_slowed_down_over_all_numbers(visitor):
    from carouge.guichet.demande.domain import candidate_numbers
    from itertools import islice

    for number in islice(candidate_numbers(b"others", 2026), MAX_FAILURES):
        assert visitor.open(numero=number, code="X").status_code == 200
    assert visitor.open().status_code == 429


def test_a_number_is_protected_against_many_clients(visitor, monkeypatch):
    clients = iter(range(100))
    monkeypatch.setattr(service, "client_key", lambda address: str(next(clients)))
    for _time in range(MAX_FAILURES):
        assert visitor.open(code="FALSE-FALSE").status_code == 200
    assert visitor.open().status_code == 429
    assert visitor.open(numero=OTHER_NUMBER).status_code == 200


def test_right_answers_are_not_counted(visitor):
    for _time in range(MAX_FAILURES + 1):
        assert is_open(visitor.open())


def test_who_is_inside_stays_inside(visitor):
    visitor.open()
    for _time in range(MAX_FAILURES):
        requests.post(visitor.url, data={"numero": visitor.numero, "code": "X"})
    assert is_open(visitor.get())


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"action": "ouvrir"},
        {"action": "inconnue"},
        {"numero": ""},
        {"code": "X"},
        {"numero": OTHER_NUMBER},
        {"numero": OTHER_NUMBER, "code": ""},
        {"numero": OTHER_NUMBER, "code": "X" * 1_000_000},
        {"numero": "9" * 1_000_000, "code": "X"},
        {"numero": OTHER_NUMBER, "code": "\x00\x1b\u2028\ufffe"},
        {"numero": "\x00", "code": "X"},
        {"numero": "٢٠٢٦-7059-YBHV", "code": "X"},
        {"numero": OTHER_NUMBER, "code": b"\xff\xfe\xed\xa0\x80"},
        {"numero": OTHER_NUMBER, "code:list": "X"},
        {"numero": OTHER_NUMBER, "code": ["X", "Y"]},
        {"numero:list": OTHER_NUMBER, "code": "X"},
        {"numero:tuple": OTHER_NUMBER, "code:lines": "X\nY"},
        {"numero.a:record": OTHER_NUMBER, "code": "X"},
        {"numero": OTHER_NUMBER, "code": "X", "action:list": "ouvrir"},
        {"action": "repondre"},
        {"action": "retirer", "token": "x"},
        {"action": "fermer"},
        {"action": "repondre", "message:list": "x", "token:list": "y"},
    ],
)
def test_strange_input_gets_a_calm_answer(visitor, data):
    response = visitor.post(**data)
    assert response.status_code == 200
    assert not is_open(response)
    assert article(response).xpath(".//input[@name='code']")


def test_a_question_about_the_headers_only(visitor):
    response = visitor.session.head(visitor.url)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store, private"


# What the page says


def test_history_in_words_without_the_name_of_the_agent(visitor, by_agent):
    by_agent("prendre_en_charge")
    by_agent("demander_complement", f"Bonjour,\n{SCRIPT}")
    response = visitor.open()
    page = article(response)
    steps = page.xpath(".//ol/li")
    assert len(steps) == 3
    assert steps[2].xpath(".//blockquote//span/text()") == ["Bonjour,", SCRIPT]
    assert page.xpath(".//*[@id='suivi-question']//span/text()") == ["Bonjour,", SCRIPT]
    assert SCRIPT not in response.text
    assert TEST_USER_ID not in words(page)
    (link,) = page.xpath(".//*[@id='suivi-completer']/@href")
    assert link == f"{visitor.url}/completer"


def test_the_expected_date_and_honest_words_when_it_is_over(
    visitor, stored, monkeypatch
):
    expected = stored().attendu
    monkeypatch.setattr(vue, "today", lambda: expected)
    response = visitor.open()
    assert f"{expected:%d.%m.%Y}" in words(article(response))
    assert not article(response).xpath(".//*[@id='suivi-retard']")
    monkeypatch.setattr(vue, "today", lambda: expected + timedelta(days=1))
    [late] = article(visitor.get()).xpath(".//*[@id='suivi-retard']")
    assert f"{expected:%d.%m.%Y}" in words(late)


def test_a_finished_demande_promises_nothing(visitor, by_agent):
    by_agent("valider")
    page = article(visitor.open())
    assert not page.xpath(".//*[@id='suivi-echeance']")
    assert not page.xpath(".//button[@value='retirer']")
    assert page.xpath(".//textarea/@name") == ["texte"]


# Withdrawing


def test_withdrawing_asks_first(visitor, stored):
    visitor.open()
    response = visitor.get(etape="retirer")
    page = article(response)
    assert not is_open(response)
    assert visitor.numero in words(page)
    assert [form.get("method") for form in page.xpath(".//form")] == ["post", "get"]
    assert stored().etat is State.DEPOSEE


def test_withdrawing(visitor, stored):
    visitor.open()
    response = visitor.post(action="retirer", token=visitor.token(etape="retirer"))
    assert [step.status_code for step in response.history] == [303]
    assert is_open(response)
    assert len(alerts(response, "status")) == 1
    assert stored().etat is State.RETIREE
    assert not article(response).xpath(".//button[@value='retirer']")


def test_withdrawing_twice_is_withdrawing_once(visitor, stored):
    visitor.open()
    token = visitor.token(etape="retirer")
    first = visitor.post(action="retirer", token=token)
    second = visitor.post(action="retirer", token=token)
    assert first.url == second.url
    assert alerts(second) == []
    assert [step.transition for step in history(stored())].count("retirer") == 1


def test_withdrawing_too_late(visitor, stored, by_agent):
    visitor.open()
    token = visitor.token(etape="retirer")
    by_agent("valider")
    response = visitor.post(action="retirer", token=token)
    assert stored().etat is State.VALIDEE
    assert is_open(response)
    assert len(alerts(response)) == 1
    assert is_open(visitor.get(etape="retirer"))


def test_withdrawing_by_address_is_impossible(visitor, stored):
    visitor.open()
    token = visitor.token(etape="retirer")
    visitor.get(action="retirer", token=token)
    visitor.post(action="retirer")
    assert stored().etat is State.DEPOSEE


def test_a_logged_in_agent_may_try_it_too(visitor, stored, functional):
    visitor.session.auth = ("admin", "secret")
    visitor.open()
    visitor.post(action="retirer", token=visitor.token(etape="retirer"))
    assert stored().etat is State.RETIREE
