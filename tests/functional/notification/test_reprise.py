"""What becomes of a message whose process dies in the moment of the commit."""

from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.notification.channels.courriel import queue_of_site
from carouge.guichet.notification.channels.queue import MIN_DRAFT_AGE
from carouge.guichet.notification.channels.queue import Postman
from carouge.guichet.notification.preuves import tenue
from carouge.guichet.taches import executer_ici
from carouge.guichet.transactions import apres_commit
from datetime import timedelta
from email import message_from_bytes
from email import policy
from plone import api
from zope.component import getUtility

import json
import os
import pytest
import time
import transaction
import zope.sendmail.maildir


@pytest.fixture()
def guichet(functional, tmp_path, monkeypatch, smtp):
    monkeypatch.setenv("GUICHET_COURRIELS", str(tmp_path / "courriels"))
    monkeypatch.setenv("GUICHET_SMS", str(tmp_path / "sms"))
    api.portal.set_registry_record("plone.smtp_host", "127.0.0.1")
    api.portal.set_registry_record("plone.smtp_port", smtp.port)
    return functional["portal"].guichet


@pytest.fixture()
def delivered(guichet, tmp_path, smtp):
    def delivered():
        Postman(tmp_path / "courriels", timeout=5).deliver_all()
        return sorted(to for _from, [to], _content in smtp.received)

    return delivered


@pytest.fixture()
def killed(monkeypatch):
    """The process dies before it can rename the drafts."""
    writer = zope.sendmail.maildir.MaildirMessageWriter
    with monkeypatch.context() as patch:
        patch.setattr(writer, "commit", lambda draft: None)
        patch.setattr(writer, "abort", lambda draft: None)
        yield patch


def submit(guichet, secret=b"secret"):
    return submit_demande(
        guichet=guichet,
        demarche=guichet.dechets["signaler-un-depot-sauvage"],
        reponses=[],
        pieces=[],
        form_version="1",
        secret=secret,
        year=2026,
        courriel="citoyenne@example.org",
    ).demande


def drafts():
    return sorted((queue_of_site() / "tmp").iterdir())


def grow_old():
    """As if all drafts had been written some minutes ago."""
    then = time.time() - MIN_DRAFT_AGE - 1
    for path in drafts():
        os.utime(path, (then, then))


def run(guichet):
    [line] = [line for line in executer_ici([guichet]) if line["subject"] == "messages"]
    assert line["etat"] == "fait"
    return line["comptes"]


def test_the_mails_of_a_committed_demande_leave(guichet, delivered, killed, smtp):
    demande = submit(guichet)
    transaction.commit()
    killed.undo()
    assert len(drafts()) == 2
    grow_old()
    assert run(guichet) == {"repris": 2}
    assert drafts() == []
    assert delivered() == ["citoyenne@example.org", "voirie@carouge.example"]
    for _from, _to, content in smtp.received:
        message = message_from_bytes(content, policy=policy.default)
        assert not [name for name in message if name.startswith("X-")]
        assert "Preuve" not in content.decode()
        assert demande.numero in message.get_content()
    assert run(guichet) == {"repris": 0}


def test_the_mails_of_a_demande_that_is_not_never_leave(guichet, delivered, killed):
    submit(guichet)
    transaction.abort()
    killed.undo()
    grow_old()
    assert run(guichet) == {"repris": 0}
    assert len(drafts()) == 2
    # The same form sent again makes the demande of that number.
    submit(guichet)
    transaction.commit()
    assert run(guichet) == {"repris": 0}
    assert delivered() == ["citoyenne@example.org", "voirie@carouge.example"]


def test_a_draft_is_left_to_its_process_for_a_while(guichet, killed):
    submit(guichet)
    transaction.commit()
    assert run(guichet) == {"repris": 0}
    assert len(drafts()) == 2


def test_a_move_is_proved_by_its_own_line(guichet, delivered, killed, smtp):
    demande = submit(guichet)
    transaction.commit()
    grow_old()
    killed.undo()
    run(guichet)
    delivered()
    smtp.received.clear()
    writer = zope.sendmail.maildir.MaildirMessageWriter
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "commit", lambda draft: None)
        patch.setattr(writer, "abort", lambda draft: None)
        with api.env.adopt_roles(["Manager"]):
            move_demande(
                demande=demande,
                transition="prendre_en_charge",
                actor=Actor.AGENT,
            )
        transaction.abort()
        grow_old()
        assert run(guichet) == {"repris": 0}
        assert delivered() == []
        with api.env.adopt_roles(["Manager"]):
            move_demande(
                demande=demande,
                transition="prendre_en_charge",
                actor=Actor.AGENT,
            )
        transaction.commit()
    grow_old()
    assert run(guichet) == {"repris": 1}
    assert delivered() == ["citoyenne@example.org"]


def test_a_message_without_proof_stays(guichet, killed):
    channel = getUtility(INotificationChannel, name="courriel")
    channel.send("citoyenne@example.org", "Sujet", "Texte")
    transaction.commit()
    grow_old()
    assert run(guichet) == {"repris": 0}
    assert len(drafts()) == 1


def test_half_a_draft_is_no_proof(guichet, killed):
    submit(guichet)
    transaction.commit()
    for path in drafts():
        path.write_bytes(path.read_bytes()[:60])
    grow_old()
    assert run(guichet) == {"repris": 0}


def test_a_text_message_too(guichet, tmp_path, killed):
    demande = submit(guichet)
    api.portal.set_registry_record(
        "carouge.guichet.passerelle_sms", "http://localhost:1/sms"
    )
    channel = getUtility(INotificationChannel, name="sms")
    preuve = f"demande {guichet.UID()} {demande.numero} {demande.depot.isoformat()}"
    channel.send("+41791234567", "", "Votre demande", preuve=preuve)
    transaction.commit()
    folder = tmp_path / "sms" / "plone"
    [path] = (folder / "tmp").iterdir()
    then = time.time() - MIN_DRAFT_AGE - 1
    os.utime(path, (then, then))
    assert run(guichet) == {"repris": 1}
    [path] = (folder / "new").iterdir()
    assert json.loads(path.read_bytes())["to"] == "+41791234567"


def test_what_is_no_proof(guichet):
    demande = submit(guichet)
    uid, numero = guichet.UID(), demande.numero
    moment = demande.depot
    assert tenue(guichet, f"demande {uid} {numero} {moment.isoformat()}")
    for text in (
        "",
        "demande",
        f"demande {uid} {numero} {(moment + timedelta(seconds=1)).isoformat()}",
        f"demande {uid} {numero} {moment.replace(tzinfo=None).isoformat()}",
        f"demande {uid} {numero} hier",
        f"demande autre {numero} {moment.isoformat()}",
        f"demande {uid} 2026-XXXX-XXXX {moment.isoformat()}",
        f"paiement {uid} {numero} {moment.isoformat()}",
        f"facture {uid} {numero} {moment.isoformat()}",
        f"compte {uid} {numero} {moment.isoformat()}",
    ):
        assert not tenue(guichet, text), text


def test_a_proof_is_one_line_of_ascii(guichet):
    channel = getUtility(INotificationChannel, name="courriel")
    for text in ("demande\nX", "é", "a\rb"):
        with pytest.raises(ValueError):
            channel.send("citoyenne@example.org", "Sujet", "Texte", preuve=text)
    assert drafts() == []


class Breaks:
    """A database that breaks down while it writes, after it had agreed to."""

    transaction_manager = transaction.manager

    def sortKey(self):
        # Before the real one, which then writes nothing.
        return ""

    def abort(self, txn):
        pass

    tpc_begin = commit = tpc_vote = tpc_abort = abort

    def tpc_finish(self, txn):
        raise OSError("the connection is gone")


def test_a_database_that_breaks_down_while_writing(guichet, delivered):
    submit(guichet)
    transaction.get().join(Breaks())
    with pytest.raises(OSError):
        transaction.commit()
    transaction.abort()
    # Nobody knows whether it was written: this time it was not.
    assert len(drafts()) == 2
    grow_old()
    assert run(guichet) == {"repris": 0}
    assert delivered() == []


def test_a_doubt_is_no_refusal():
    told = []
    transaction.begin()
    apres_commit(
        lambda: told.append("fait"),
        oubli=lambda: told.append("oubli"),
        doute=lambda: told.append("doute"),
    )
    transaction.get().join(Breaks())
    with pytest.raises(OSError):
        transaction.commit()
    transaction.abort()
    assert told == ["doute"]
    apres_commit(
        lambda: told.append("fait"),
        oubli=lambda: told.append("oubli"),
        doute=lambda: told.append("doute"),
    )
    transaction.abort()
    assert told == ["doute", "oubli"]
