"""A Zope process that cannot begin, and the page of one whose database is gone."""

from carouge.guichet.production import serveur
from carouge.guichet.production.page import page_nue
from carouge.guichet.production.serveur import PAGE
from carouge.guichet.production.serveur import Secours
from carouge.guichet.production.verification import MauvaisReglage
from carouge.guichet.production.verification import PasEncore
from lxml import html

import gc
import pytest


class Zope:
    """An application, and what its server gets from it."""

    def __init__(self, error=None):
        self.error = error
        self.answers = []

    def __call__(self, environ, start_response):
        if self.error is not None:
            raise self.error
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]

    def start_response(self, status, headers, exc_info=None):
        self.answers.append((status, dict(headers)))


def test_a_clear_page_when_zope_cannot_begin(caplog):
    zope = Zope(RuntimeError("connection refused: password=secret"))
    assert Secours(zope)({}, zope.start_response) == [PAGE]
    [(status, headers)] = zope.answers
    assert status == "503 Service Unavailable"
    assert headers["Retry-After"] == "30"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Length"] == str(len(PAGE))
    assert "<h1>Le guichet revient dans un instant</h1>" in PAGE.decode()
    assert b"secret" not in PAGE
    assert [record.message for record in caplog.records] == ["no answer"]


def test_what_zope_answers_is_not_touched():
    zope = Zope()
    assert Secours(zope)({}, zope.start_response) == [b"ok"]
    assert zope.answers == [("200 OK", {"Content-Type": "text/plain"})]


@pytest.fixture
def garbage():
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_code_and_configuration_are_no_garbage(garbage, monkeypatch):
    loaded = [[] for _number in range(1000)]
    monkeypatch.setattr(serveur, "verifier", lambda environ: None)
    monkeypatch.setattr(serveur, "make_wsgi_app", lambda *args, **options: loaded)
    assert serveur.zope({}, "zope.conf").app is loaded
    assert gc.get_freeze_count() > 1000
    assert not {id(one) for one in loaded} & {id(one) for one in gc.get_objects()}
    assert gc.get_threshold()[0] == serveur.GARBAGE


@pytest.mark.parametrize(("fault", "code"), [(MauvaisReglage, 78), (PasEncore, 1)])
def test_systemd_learns_whether_to_try_again(fault, code, monkeypatch, capsys):
    def verifier(environ):
        raise fault("GUICHET_SERVEUR manque.")

    monkeypatch.setattr(serveur, "verifier", verifier)
    with pytest.raises(SystemExit) as caught:
        serveur.zope({}, "zope.conf")
    assert caught.value.code == code
    assert capsys.readouterr().err == "guichet : GUICHET_SERVEUR manque.\n"


def test_the_same_page_with_other_words():
    page = html.fromstring(page_nue("de", "Störung <1>", ["Warten & neu", r"\1"]))
    assert page.get("lang") == "de"
    assert page.xpath("//title/text()") == ["Störung <1>"]
    assert page.xpath("//h1/text()") == ["Störung <1>"]
    assert page.xpath("//p/text()") == ["Warten & neu", r"\1"]
    assert page.xpath("//style") and page.xpath("//main")
