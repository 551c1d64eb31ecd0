"""What Sentry gets to see of an error, by the real SDK and with no network."""

from carouge.guichet.sante import incidents
from types import SimpleNamespace
from zope.globalrequest import clearRequest
from zope.globalrequest import setRequest

import json
import logging
import pytest
import sentry_sdk
import sentry_sdk.transport


class Boite(sentry_sdk.transport.Transport):
    """Keeps what would be sent."""

    def __init__(self, options=None):
        super().__init__(options)
        self.envois = []

    def capture_envelope(self, envelope):
        self.envois += [item.payload.json for item in envelope.items]


@pytest.fixture
def boite(monkeypatch):
    monkeypatch.setenv("SENTRY_DSN", "https://cle@sentry.example/1")
    monkeypatch.setenv("GUICHET_NOM_PROCESSUS", "instance1")
    found = Boite()
    sentry_sdk.init(transport=found, **incidents.options())
    sentry_sdk.set_user({"id": "ge-00112233445566", "email": "marie@example.ch"})
    sentry_sdk.set_context("form", {"answer": "my illness"})
    yield found
    monkeypatch.delenv("SENTRY_DSN")
    sentry_sdk.init()
    clearRequest()


def casser(secret):
    raise ValueError(f"{secret} of marie.dupont@example.ch")


def test_an_error_is_kind_and_place(boite):
    request = SimpleNamespace(get={"PUBLISHED": None}.get, form={"answer": "illness"})
    setRequest(request)
    try:
        casser("my illness")
    except ValueError:
        sentry_sdk.capture_exception()
    [event] = boite.envois
    [error] = event["exception"]["values"]
    assert error["type"] == "ValueError"
    assert error["value"] == "my illness of «courriel»"
    assert error["stacktrace"]["frames"][-1]["function"] == "casser"
    assert set(error["stacktrace"]["frames"][-1]) <= set(incidents._CADRE)
    assert event["transaction"] == "introuvable"
    assert event["tags"] == {"partie": "autre", "processus": "instance1"}
    assert event["server_name"] == "instance1"


def test_nothing_of_the_person_leaves(boite):
    logging.getLogger("carouge.guichet").error("lost: %s", "marie@example.ch")
    [event] = boite.envois
    assert event["logentry"] == {"message": "lost: «courriel»"}
    assert not {"user", "contexts", "request", "breadcrumbs", "extra"} & set(event)
    text = json.dumps(event)
    for word in ("marie", "ge-0011", "illness"):
        assert word not in text


def test_without_an_address_nothing_is_begun(monkeypatch):
    monkeypatch.delenv("SENTRY_DSN", raising=False)
    assert incidents.demarrer() is False
    monkeypatch.setenv("SENTRY_DSN", "https://cle@sentry.example/1")
    monkeypatch.setenv("SENTRY_DISABLE", "1")
    assert incidents.demarrer() is False


def test_a_missing_package_is_said_and_stops_nothing(monkeypatch, caplog):
    monkeypatch.setenv("SENTRY_DSN", "https://cle@sentry.example/1")
    monkeypatch.setitem(__import__("sys").modules, "collective.sentry", None)
    assert incidents.demarrer() is False
    assert "carouge.guichet[sentry]" in caplog.text
