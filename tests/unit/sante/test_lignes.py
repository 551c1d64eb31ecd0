"""What stands in a log line, and what does not."""

from carouge.guichet.sante.caviardage import caviarder
from carouge.guichet.sante.lignes import LigneJson

import json
import logging
import pytest
import sys


@pytest.mark.parametrize(
    ("texte", "reste"),
    [
        ("mail to marie.dupont@example.ch lost", "mail to «courriel» lost"),
        ("avs 756.9217.0769.85 unknown", "avs «avs» unknown"),
        ("avs 7569217076985 unknown", "avs «avs» unknown"),
        ("GET /recherche?q=dupont done", "GET /recherche?… done"),
        ("compte ge-0a1b2c3d4e5f6a7b8c9d", "compte ge-…"),
        ("compte lo-00ff00ff00ff00ff00ff00ff", "compte lo-…"),
        ("demande 2026-K7QM-4TXC refused", "demande «demande» refused"),
        ("brouillon 00ff00ff00ff00ff00ff00ff00ff00ff", "brouillon «jeton»"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer «secret»"),
        ("CH93 0076 2011 6238 5295 7", "«iban»"),
        ("call +41 79 123 45 67 now", "call «telephone» now"),
        ("call 079 123 45 67 now", "call «telephone» now"),
        ("demande 2026-k7qm-4txc refused", "demande «demande» refused"),
        (
            "dbname=guichet password=abc host=x",
            "dbname=guichet password=«secret» host=x",
        ),
        ("GUICHET_OIDC_SECRET=abc;", "GUICHET_OIDC_SECRET=«secret»;"),
        ("token eyJhbGciOi.eyJzdWIi.c2ln", "token «jeton»"),
    ],
)
def test_what_names_somebody_is_taken_out(texte, reste):
    assert caviarder(texte) == reste


@pytest.mark.parametrize(
    "texte",
    [
        "register http: HTTP 503",
        "task rapprochement failed",
        "/carouge: banque does not answer: ConnectionRefusedError",
        "Is it on? No.",
        "2026-11-23 08:00:00 started in 3.21 s",
        "carouge.guichet.formulaire.browser.accueil.Accueil",
    ],
)
def test_what_names_nobody_stays(texte):
    assert caviarder(texte) == texte


def ligne(monkeypatch, message, *args, name="carouge.guichet", **values):
    monkeypatch.setenv("GUICHET_NOM_PROCESSUS", "instance1")
    record = logging.makeLogRecord(
        {
            "name": name,
            "levelname": "WARNING",
            "msg": message,
            "args": args,
            "created": 1795507200.25,
            "threadName": "waitress-0",
            **values,
        }
    )
    texte = LigneJson("%(message)s", None, "%").format(record)
    assert "\n" not in texte
    return json.loads(texte)


def test_a_line(monkeypatch):
    champs = {"requete": "abc", "ms": 12}
    found = ligne(monkeypatch, "%s : %s", "a@b.ch", 7, guichet=champs)
    assert found == {
        "temps": "2026-11-24T08:00:00.250+00:00",
        "niveau": "WARNING",
        "journal": "carouge.guichet",
        "message": "«courriel» : 7",
        "processus": "instance1",
        "fil": "waitress-0",
        "requete": "abc",
        "ms": 12,
    }


def test_an_error_says_where_and_not_whose(monkeypatch):
    def chercher(nom):
        raise KeyError(nom)

    try:
        chercher("marie.dupont@example.ch")
    except KeyError:
        found = ligne(monkeypatch, "failed", exc_info=sys.exc_info())
    assert found["erreur"] == "KeyError"
    assert found["raison"] == "«…»"
    assert found["pile"][-1].startswith(f"{__file__}:")
    assert found["pile"][-1].endswith(" chercher")
    assert "dupont" not in json.dumps(found)


@pytest.mark.parametrize(
    "error",
    [
        KeyError("Marie Dupont"),
        ValueError("invalid literal for int() with base 10: 'Marie Dupont'"),
        ValueError('no such street: "Rue Marie Dupont"'),
    ],
)
def test_an_error_quotes_nobody(monkeypatch, error):
    found = ligne(monkeypatch, "failed", exc_info=(type(error), error, None))
    assert "Dupont" not in json.dumps(found, ensure_ascii=False)
    assert "«…»" in found["raison"]


def test_the_journal_keeps_its_ids(monkeypatch):
    texte = json.dumps({"action": "demande.voir", "subject": "2026-K7QM-4TXC"})
    found = ligne(monkeypatch, texte, name="carouge.guichet.journal")
    assert json.loads(found["message"])["subject"] == "2026-K7QM-4TXC"


def test_a_traceback_of_zope_keeps_its_places_and_no_value(monkeypatch):
    texte = """KeyError: http://localhost/site/agents/2026-K7QM-4TXC
Traceback (innermost last):
  Module ZPublisher.WSGIPublisher, line 179, in transaction_pubevents
  Module carouge.guichet.backoffice.browser.demande, line 60, in __call__
KeyError: 'Marie Dupont'

 - Expression: "view/nom"
 - Arguments:  nom: Marie Dupont
"""
    found = ligne(monkeypatch, texte, name="Zope.SiteErrorLog")
    assert found["message"] == "KeyError: http://localhost/site/agents/«demande»"
    assert found["pile"] == [
        "Module ZPublisher.WSGIPublisher, line 179, in transaction_pubevents",
        "Module carouge.guichet.backoffice.browser.demande, line 60, in __call__",
    ]
    assert "Dupont" not in json.dumps(found)


def test_an_error_of_a_template_without_its_values(monkeypatch):
    try:
        raise ValueError("no number\n - Arguments: nom: Marie Dupont")
    except ValueError:
        found = ligne(monkeypatch, "failed", exc_info=sys.exc_info())
    assert found["raison"] == "no number"
