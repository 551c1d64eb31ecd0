"""The channel of the text messages: from the transaction to a real HTTP gateway."""

from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.notification.channels.sms import MAX_TEXT
from carouge.guichet.notification.channels.sms import queue_of_site
from carouge.guichet.notification.channels.sms import SmsCarrier
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from plone import api
from threading import Thread
from zope.component import getUtility

import json
import os
import pytest
import transaction


NUMBER = "+41791234567"


class Gateway:
    """An HTTP gateway; ``status`` is its answer, ``received`` what it was sent."""

    def __init__(self) -> None:
        self.status = 201
        self.received = []
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.received.append((dict(self.headers), json.loads(body)))
                self.send_response(gateway.status)
                if 300 <= gateway.status < 400:
                    self.send_header("Location", gateway.url)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/sms"
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def texts(self):
        return [(body["to"], body["text"]) for _headers, body in self.received]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture()
def gateway():
    gateway = Gateway()
    yield gateway
    gateway.stop()


@pytest.fixture()
def channel(functional, gateway, tmp_path, monkeypatch):
    monkeypatch.setenv("GUICHET_SMS", str(tmp_path))
    monkeypatch.setenv("GUICHET_SMS_URL", gateway.url)
    monkeypatch.delenv("GUICHET_SMS_SECRET", raising=False)
    return getUtility(INotificationChannel, name="sms")


@pytest.fixture()
def clock():
    return Clock()


@pytest.fixture()
def carrier(tmp_path, clock):
    return SmsCarrier(tmp_path, timeout=5, clock=clock)


def files(name):
    folder = queue_of_site() / name
    return os.listdir(folder) if folder.exists() else []


def send(channel, text="Votre code : 123456"):
    channel.send(NUMBER, "Sujet", text)
    transaction.commit()


def test_a_text_message_leaves_once_after_the_commit(channel, carrier, gateway):
    channel.send(NUMBER, "Sujet", "Votre code : 123456, merci à vous\n")
    carrier.deliver_all()
    assert gateway.texts == []
    transaction.commit()
    carrier.deliver_all()
    carrier.deliver_all()
    assert gateway.texts == [(NUMBER, "Votre code : 123456, merci à vous")]
    assert files("new") == files("tmp") == []


def test_nothing_leaves_after_an_abort(channel, carrier, gateway):
    channel.send(NUMBER, "Sujet", "Rien")
    transaction.abort()
    carrier.deliver_all()
    assert gateway.texts == []
    assert files("new") == files("tmp") == []


def test_nothing_leaves_after_a_rollback(channel, carrier, gateway):
    point = transaction.savepoint()
    channel.send(NUMBER, "Sujet", "Rien")
    point.rollback()
    transaction.commit()
    carrier.deliver_all()
    assert gateway.texts == []


@pytest.mark.parametrize(
    "number",
    ["", "0791234567", "+41 79 123 45 67", "a@b.ch", "+41791234567\n", "+0123"],
)
def test_what_is_no_number(channel, number):
    with pytest.raises(ValueError):
        channel.send(number, "Sujet", "Texte")


@pytest.mark.parametrize("text", ["", " \n", "\x00", "x" * (MAX_TEXT + 1)])
def test_what_is_no_text(channel, text):
    with pytest.raises(ValueError):
        channel.send(NUMBER, "Sujet", text)


def test_the_secret_comes_from_the_environment_and_is_written_nowhere(
    channel, carrier, gateway, monkeypatch, tmp_path, caplog
):
    monkeypatch.setenv("GUICHET_SMS_SECRET", "jamais-sur-le-disque")
    send(channel)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert "jamais-sur-le-disque" not in path.read_text()
    carrier.deliver_all()
    headers = gateway.received[0][0]
    assert headers["Authorization"] == "Bearer jamais-sur-le-disque"
    assert "jamais-sur-le-disque" not in caplog.text


def test_no_secret_no_header(channel, carrier, gateway):
    send(channel)
    carrier.deliver_all()
    assert "Authorization" not in gateway.received[0][0]


def test_the_folder_is_for_our_eyes_only(channel):
    send(channel)
    assert queue_of_site().stat().st_mode & 0o077 == 0
    [name] = files("new")
    assert (queue_of_site() / "new" / name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("status", [500, 503])
def test_a_gateway_in_trouble_gets_the_same_message_later(
    channel, carrier, gateway, clock, status
):
    send(channel)
    gateway.status = status
    carrier.deliver_all()
    assert len(files("new")) == 1
    gateway.status = 200
    clock.now += 1
    carrier.deliver_all()
    keys = {headers["Idempotency-Key"] for headers, _body in gateway.received}
    assert (len(gateway.received), len(keys)) == (2, 1)
    assert files("new") == []


@pytest.mark.parametrize("status", [401, 403, 404, 429, 302, 307])
def test_wrong_settings_cost_no_message(channel, carrier, gateway, clock, status):
    send(channel)
    gateway.status = status
    carrier.deliver_all()
    assert len(gateway.received) == 1
    assert (len(files("new")), files("rejected")) == (1, [])


def test_a_refused_message_is_set_aside(channel, carrier, gateway):
    send(channel)
    gateway.status = 400
    carrier.deliver_all()
    assert (files("new"), len(files("rejected"))) == ([], 1)


def test_a_gateway_that_is_down(channel, carrier, gateway, clock, caplog):
    gateway.stop()
    send(channel)
    carrier.deliver_all()
    assert len(files("new")) == 1
    assert caplog.messages[-1] == (
        "SMS gateway unreachable (ConnectionError), again in 1 s"
    )
    assert NUMBER not in caplog.text


def test_a_file_that_is_no_message(channel, carrier, gateway):
    send(channel)
    (queue_of_site() / "new" / "odd").write_text('{"to": 3}')
    carrier.deliver_all()
    assert files("rejected") == ["odd"]
    assert len(gateway.texts) == 1


def test_without_a_gateway_the_channel_is_not_usable(channel, monkeypatch, carrier):
    assert channel.usable() is True
    monkeypatch.delenv("GUICHET_SMS_URL")
    assert channel.usable() is False
    channel.send(NUMBER, "Sujet", "Texte")
    transaction.commit()
    assert files("new") == []


def test_the_control_panel_names_the_gateway(channel, monkeypatch, carrier, gateway):
    monkeypatch.delenv("GUICHET_SMS_URL")
    api.portal.set_registry_record("carouge.guichet.passerelle_sms", gateway.url)
    assert channel.usable() is True
    send(channel)
    carrier.deliver_all()
    assert len(gateway.texts) == 1
