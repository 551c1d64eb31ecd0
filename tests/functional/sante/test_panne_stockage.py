"""What a citizen sees, and what is left behind, when nothing can be stored."""

from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.notification.channels.courriel import queue_of_site
from carouge.guichet.production.page import PAGE
from depot_sauvage import REPONSES
from lxml import html
from visitor import by_id
from visitor import Visitor
from ZODB.Connection import Connection
from ZODB.POSException import ReadOnlyError

import errno
import pytest
import requests
import transaction


DEMARCHE = "dechets/signaler-un-depot-sauvage"
TITRE = "Le guichet ne peut rien enregistrer pour le moment"


FAULTS = {
    "disk full": OSError(errno.ENOSPC, "No space left on device"),
    "quota": OSError(errno.EDQUOT, "Disk quota exceeded"),
    "read-only disk": OSError(errno.EROFS, "Read-only file system"),
    "read-only database": ReadOnlyError(),
}


@pytest.fixture()
def guichet(functional, tmp_path, monkeypatch):
    monkeypatch.setenv("GUICHET_COURRIELS", str(tmp_path / "courriels"))
    return functional["portal"].guichet


@pytest.fixture()
def form(functional, guichet):
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet"
    form = Visitor(base).open_form(DEMARCHE)
    form.fill(**REPONSES)
    form.review()
    return form


@pytest.fixture()
def broken():
    """Break the storage where a transaction is written, until ``undo``."""
    patch = pytest.MonkeyPatch()

    def broken(error):
        def fail(*arguments, **options):
            raise error

        patch.setattr(Connection, "tpc_vote", fail)
        return patch

    yield broken
    patch.undo()


def numbers(guichet):
    transaction.begin()
    return sorted(demande.numero for demande in demandes_of(guichet))


def messages(name):
    folder = queue_of_site() / name
    return sorted(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_clear_page_and_no_damage_after(guichet, form, broken, fault):
    before = numbers(guichet)
    patch = broken(FAULTS[fault])
    refused = form.send()
    patch.undo()
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "60"
    assert "no-store" in refused.headers["Cache-Control"]
    page = html.fromstring(refused.text)
    assert [one.text for one in page.xpath("//h1")] == [TITRE]
    assert page.get("lang") == "fr"
    # What HAProxy says when no process answers.
    assert page.xpath("//p/text()") == html.fromstring(PAGE).xpath("//p/text()")
    assert numbers(guichet) == before
    assert messages("new") == messages("tmp") == []
    # The same page sent again is the one demande.
    numero = by_id(form.send(), "numero")
    assert by_id(form.send(), "numero") == numero
    assert [one for one in numbers(guichet) if one not in before] == [numero]
    assert len(messages("new")) == 2
    assert messages("tmp") == []


def test_what_was_typed_before_is_still_there(guichet, form, broken):
    patch = broken(FAULTS["disk full"])
    assert form.send().status_code == 503
    patch.undo()
    again = form.visitor.session.get(form.action)
    assert "Un canapé rouge" in again.text


def test_a_program_gets_json(guichet, form, broken):
    patch = broken(FAULTS["read-only database"])
    answer = form.visitor.session.post(
        form.action,
        data=[*form._values(), ("envoyer", "1")],
        headers={"Accept": "application/json"},
    )
    patch.undo()
    assert answer.status_code == 503
    assert answer.json()["type"] == "ServiceUnavailable"


def test_other_errors_of_the_system_look_as_they_always_did(form, broken):
    patch = broken(ConnectionResetError(errno.ECONNRESET, "reset"))
    answer = form.send()
    patch.undo()
    assert answer.status_code == 500
    assert TITRE not in answer.text


def test_pages_can_be_read_meanwhile(form, broken):
    # Plone names the portlets of a new site when it shows them first.
    requests.get(form.visitor.base + "/dechets", timeout=30)
    patch = broken(FAULTS["read-only database"])
    page = requests.get(form.visitor.base + "/dechets", timeout=30)
    patch.undo()
    assert page.status_code == 200
