"""The channel of the e-mails: from the transaction to a real SMTP server."""

from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.notification.channels.courriel import queue_of_site
from carouge.guichet.notification.channels.queue import Postman
from carouge.guichet.notification.channels.queue import read_server
from carouge.guichet.notification.channels.smtp import SmtpServer
from email import message_from_bytes
from email import policy
from plone import api
from plone.registry.interfaces import IRegistry
from ZODB.POSException import ConflictError
from zope.component import getUtility

import os
import pytest
import transaction


@pytest.fixture()
def portal(functional, tmp_path, monkeypatch, smtp):
    monkeypatch.setenv("GUICHET_COURRIELS", str(tmp_path / "courriels"))
    api.portal.set_registry_record("plone.smtp_host", "127.0.0.1")
    api.portal.set_registry_record("plone.smtp_port", smtp.port)
    return functional["portal"]


@pytest.fixture()
def channel(portal):
    return getUtility(INotificationChannel, name="courriel")


@pytest.fixture()
def postman(tmp_path, channel):
    return Postman(tmp_path / "courriels", timeout=5)


def received(smtp):
    return [
        message_from_bytes(content, policy=policy.default)
        for _from, _to, content in smtp.received
    ]


def body(message):
    """The text of a mail with the line ends of Python."""
    return message.get_content().replace("\r\n", "\n")


def files(name):
    folder = queue_of_site() / name
    return os.listdir(folder) if folder.exists() else []


def test_a_mail_leaves_after_the_commit(channel, postman, smtp):
    channel.send("citoyenne@example.org", "Votre demande est arrivée", "Bonjour, é\n")
    postman.deliver_all()
    assert smtp.received == []
    transaction.commit()
    postman.deliver_all()
    assert len(smtp.received) == 1
    sender, recipients, content = smtp.received[0]
    assert sender == "ne-pas-repondre@carouge.example"
    assert recipients == ["citoyenne@example.org"]
    assert content.isascii()
    [message] = received(smtp)
    assert message["From"] == "Ville de Carouge <ne-pas-repondre@carouge.example>"
    assert message["To"] == "citoyenne@example.org"
    assert message["Subject"] == "Votre demande est arrivée"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@carouge.example>")
    assert message["Date"] is not None
    assert message["Reply-To"] is None
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert body(message) == "Bonjour, é\n"


def test_nothing_leaves_after_an_abort(channel, postman, smtp):
    channel.send("citoyenne@example.org", "Sujet", "Texte")
    transaction.abort()
    postman.deliver_all()
    assert smtp.received == []
    assert files("new") == []
    assert files("tmp") == []


def test_a_retried_transaction_sends_once(channel, postman, smtp):
    class Conflict:
        """A data manager that votes no."""

        transaction_manager = transaction.manager

        def sortKey(self):
            return "~"

        def abort(self, txn):
            pass

        tpc_begin = commit = tpc_finish = tpc_abort = abort

        def tpc_vote(self, txn):
            raise ConflictError

    channel.send("citoyenne@example.org", "Sujet", "Texte")
    transaction.get().join(Conflict())
    with pytest.raises(ConflictError):
        transaction.commit()
    transaction.abort()
    channel.send("citoyenne@example.org", "Sujet", "Texte")
    transaction.commit()
    postman.deliver_all()
    assert len(smtp.received) == 1
    assert files("tmp") == []


def test_a_savepoint_is_no_obstacle(channel, postman, smtp):
    channel.send("citoyenne@example.org", "Sujet", "Texte")
    transaction.savepoint()
    transaction.commit()
    postman.deliver_all()
    assert len(smtp.received) == 1


def test_a_server_that_is_down_does_not_stop_the_transaction(channel, tmp_path, smtp):
    smtp.stop()
    channel.send("citoyenne@example.org", "Sujet", "Texte")
    transaction.commit()
    Postman(tmp_path / "courriels", timeout=5).deliver_all()
    assert len(files("new")) == 1
    smtp.start()
    # Another process, or the same after a restart.
    Postman(tmp_path / "courriels", timeout=5).deliver_all()
    assert len(smtp.received) == 1
    assert files("new") == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "citoyenne",
        "citoyenne@localhost",
        "citoyenne@example.org\nBcc: autre@example.org",
        "citoyenne@example.org\r\n",
        "citoyenne@example.org, autre@example.org",
        "Citoyenne <citoyenne@example.org>",
        "citoyenne @example.org",
        "citoyenne@example..org",
        "citoyenne@-example.org",
        ".citoyenne@example.org",
        "citoyenne@exämple.org",
        '"a b"@example.org',
        "a" * 65 + "@example.org",
        "a@" + "b." * 130 + "org",
    ],
)
def test_an_unusable_address_is_refused(channel, address):
    with pytest.raises(ValueError):
        channel.send(address, "Sujet", "Texte")
    with pytest.raises(ValueError):
        channel.send("citoyenne@example.org", "Sujet", "Texte", reply_to=address)
    assert files("tmp") == []


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x00", "\x85", "\u2028"])
def test_a_subject_cannot_bring_headers(channel, end):
    with pytest.raises(ValueError):
        channel.send("citoyenne@example.org", f"Sujet{end}Bcc: x@y.example", "Texte")
    assert files("tmp") == []


def test_a_text_stays_text(channel, postman, smtp):
    text = (
        "Bcc: autre@example.org\n\n<script>alert(1)</script>\n.\n"
        "From ici\n" + "x" * 2000 + "\nBonjour\x1b[31m\x00 \U0001f600\n"
    )
    channel.send("citoyenne@example.org", "Sujet <b>", text)
    transaction.commit()
    postman.deliver_all()
    [message] = received(smtp)
    assert smtp.received[0][1] == ["citoyenne@example.org"]
    assert message["Bcc"] is None
    assert message["Subject"] == "Sujet <b>"
    assert body(message) == text.replace("\x1b", "").replace("\x00", "")


def test_reply_to(channel, postman, smtp):
    channel.send("a@example.org", "Sujet", "Texte", reply_to="voirie@example.org")
    transaction.commit()
    postman.deliver_all()
    assert received(smtp)[0]["Reply-To"] == "voirie@example.org"


def test_a_site_without_sender_says_so_in_the_log(portal, channel, caplog):
    registry = getUtility(IRegistry)
    registry["carouge.guichet.expediteur"] = None
    registry["plone.email_from_address"] = None
    channel.send("citoyenne@example.org", "Sujet", "Texte")
    assert caplog.messages == ["a mail was not sent: the site has no sender's address"]
    assert files("tmp") == []


def test_a_folder_that_cannot_be_written_costs_no_demande(
    channel, tmp_path, monkeypatch, caplog
):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("GUICHET_COURRIELS", str(tmp_path / "file"))
    channel.send("citoyenne@example.org", "Sujet", "Texte")
    transaction.commit()
    [message] = caplog.messages
    assert "lost" in message
    assert "citoyenne" not in message


def test_the_settings_of_the_site_are_handed_over(portal, channel):
    api.portal.set_registry_record("plone.smtp_userid", "commune")
    api.portal.set_registry_record("plone.smtp_pass", "secret")
    portal.MailHost.force_tls = True
    channel.send("citoyenne@example.org", "Sujet", "Texte")
    port = api.portal.get_registry_record("plone.smtp_port")
    assert read_server(queue_of_site()) == SmtpServer(
        "127.0.0.1", port, "commune", "secret", force_tls=True
    )


def test_a_change_of_the_mail_settings_reaches_waiting_mails(portal, channel):
    channel.send("citoyenne@example.org", "Sujet", "Texte")
    transaction.commit()
    api.portal.set_registry_record("plone.smtp_host", "mail.example.org")
    assert read_server(queue_of_site()).host == "127.0.0.1"
    transaction.commit()
    assert read_server(queue_of_site()).host == "mail.example.org"


def test_a_change_that_is_aborted_is_not_handed_over(portal, channel):
    channel.send("citoyenne@example.org", "Sujet", "Texte")
    transaction.commit()
    api.portal.set_registry_record("plone.smtp_host", "mail.example.org")
    transaction.abort()
    assert read_server(queue_of_site()).host == "127.0.0.1"


def test_the_default_folder_is_beside_the_database(portal, monkeypatch):
    from App.config import getConfiguration

    monkeypatch.delenv("GUICHET_COURRIELS")
    home = getConfiguration().clienthome
    assert str(queue_of_site()) == os.path.join(home, "guichet-courriels", "plone")
