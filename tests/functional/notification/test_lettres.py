"""Who is written to when a demande is submitted or moved, and what he reads."""

from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.notification.channels.queue import Postman
from carouge.guichet.swisstime import format_date
from email import message_from_bytes
from email import policy
from plone import api
from zope.component import getSiteManager

import pytest
import transaction


class Recorder:
    """A channel that keeps what it gets."""

    def __init__(self):
        self.messages = []

    def send(self, recipient, subject, text, reply_to=None, preuve=""):
        self.messages.append((recipient, subject, text))


@pytest.fixture()
def guichet(functional):
    return functional["portal"].guichet


@pytest.fixture()
def recorder(functional):
    # In the site's own registry, so that it goes with the test.
    recorder = Recorder()
    manager = getSiteManager()
    manager.registerUtility(recorder, INotificationChannel, name="courriel")
    yield recorder
    manager.unregisterUtility(recorder, INotificationChannel, name="courriel")


@pytest.fixture()
def submit(guichet):
    def submit(courriel="citoyenne@example.org", secret=b"secret"):
        return submit_demande(
            guichet=guichet,
            demarche=guichet.dechets["signaler-un-depot-sauvage"],
            reponses=[Reponse("nom", "", "Nom", "Zwahlen-Secret", "Zwahlen-Secret")],
            pieces=[],
            form_version="1",
            secret=secret,
            year=2026,
            courriel=courriel,
        )

    return submit


@pytest.fixture()
def by_agent():
    def move(demande, transition, message=""):
        with api.env.adopt_roles(["Manager"]):
            move_demande(
                demande=demande,
                transition=transition,
                actor=Actor.AGENT,
                message=message,
            )

    return move


def test_submission_writes_to_the_citizen_and_to_the_service(guichet, recorder, submit):
    submission = submit()
    numero = submission.demande.numero
    [(citizen, subject, text), (service, to_service, for_service)] = recorder.messages
    assert citizen == "citoyenne@example.org"
    assert numero in subject
    assert numero in text
    assert submission.code in text
    assert f"{guichet.absolute_url()}/suivi?numero={numero}\n" in text
    assert format_date(submission.demande.attendu) in text
    assert "Signaler un dépôt sauvage" in text
    assert "022 307 89 87" in text
    assert service == "voirie@carouge.example"
    assert numero in to_service
    assert "Signaler un dépôt sauvage" in to_service
    assert f"{guichet.absolute_url()}/agents/{numero}\n" in for_service
    for words in (text, for_service):
        assert "Zwahlen-Secret" not in words
    assert "citoyenne" not in for_service
    assert submission.code not in for_service
    # The address of the follow-up opens nothing without the code.
    assert submission.code not in subject
    assert not any(submission.code in line for line in text.split() if "http" in line)


def test_the_same_submission_again_writes_nothing(recorder, submit):
    submit()
    submit()
    assert len(recorder.messages) == 2


def test_without_address_only_the_service_is_written_to(recorder, submit):
    submit(courriel=None)
    assert [message[0] for message in recorder.messages] == ["voirie@carouge.example"]


def test_a_mistyped_address_costs_nobody_his_demande(
    functional, submit, tmp_path, monkeypatch, caplog
):
    monkeypatch.setenv("GUICHET_COURRIELS", str(tmp_path))
    submission = submit(courriel="citoyenne@example.org\nBcc: x@y.example")
    assert submission.created
    transaction.commit()
    # The one to the service.
    assert len(list((tmp_path / "plone" / "new").iterdir())) == 1
    assert f"demande {submission.demande.numero}: unusable e-mail address" in (
        caplog.messages
    )


def test_a_service_without_address_is_not_written_to(guichet, recorder, submit):
    guichet["service-voirie"].courriel = None
    submit()
    assert [message[0] for message in recorder.messages] == ["citoyenne@example.org"]


def test_a_move_of_the_agent_writes_to_the_citizen(guichet, recorder, submit, by_agent):
    demande = submit().demande
    del recorder.messages[:]
    by_agent(demande, "demander_complement", "Il manque <b>une</b> photo.\n${numero}")
    [(recipient, subject, text)] = recorder.messages
    assert recipient == "citoyenne@example.org"
    assert demande.numero in subject
    # What the service says stands in the counter.
    assert "photo" not in text
    assert "${numero}" not in text
    assert f"{guichet.absolute_url()}/suivi?numero={demande.numero}\n" in text
    assert "Zwahlen-Secret" not in text


def test_a_move_of_the_agent_for_a_citizen_without_address(recorder, submit, by_agent):
    demande = submit(courriel=None).demande
    del recorder.messages[:]
    by_agent(demande, "prendre_en_charge")
    assert recorder.messages == []


def test_a_move_of_the_citizen_writes_to_the_service(
    guichet, recorder, submit, by_agent
):
    demande = submit().demande
    by_agent(demande, "demander_complement", "Une photo ?")
    del recorder.messages[:]
    move_demande(
        demande=demande,
        transition="completer",
        actor=Actor.USAGER,
        message="Je suis Zwahlen-Secret",
    )
    move_demande(demande=demande, transition="retirer", actor=Actor.USAGER)
    assert [message[0] for message in recorder.messages] == [
        "voirie@carouge.example",
        "voirie@carouge.example",
    ]
    for _recipient, subject, text in recorder.messages:
        assert demande.numero in subject
        assert "Zwahlen-Secret" not in text
        assert f"{guichet.absolute_url()}/agents/{demande.numero}\n" in text


def test_from_the_submission_to_the_mailbox(
    functional, submit, smtp, tmp_path, monkeypatch
):
    monkeypatch.setenv("GUICHET_COURRIELS", str(tmp_path))
    api.portal.set_registry_record("plone.smtp_host", "127.0.0.1")
    api.portal.set_registry_record("plone.smtp_port", smtp.port)
    # The server is down while the citizen submits.
    smtp.stop()
    submission = submit()
    transaction.commit()
    Postman(tmp_path, timeout=5).deliver_all()
    assert smtp.received == []
    smtp.start()
    Postman(tmp_path, timeout=5).deliver_all()
    Postman(tmp_path, timeout=5).deliver_all()
    assert sorted(recipients for _from, recipients, _mail in smtp.received) == [
        ["citoyenne@example.org"],
        ["voirie@carouge.example"],
    ]
    for _from, recipients, content in smtp.received:
        mail = message_from_bytes(content, policy=policy.default)
        assert submission.demande.numero in mail["Subject"]
        assert (submission.code in mail.get_content()) == (
            recipients == ["citoyenne@example.org"]
        )


def test_an_aborted_submission_writes_nothing(
    functional, submit, tmp_path, monkeypatch
):
    monkeypatch.setenv("GUICHET_COURRIELS", str(tmp_path))
    submit()
    transaction.abort()
    assert list((tmp_path / "plone" / "new").iterdir()) == []
    assert list((tmp_path / "plone" / "tmp").iterdir()) == []
