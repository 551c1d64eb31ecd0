"""The mailbox of the demonstration, over real SMTP and real HTTP."""

from carouge.guichet.demo import mailbox as module
from carouge.guichet.demo.mailbox import create_app
from carouge.guichet.demo.mailbox import Mailbox
from carouge.guichet.demo.mailbox import recipient_key
from carouge.guichet.demo.mailbox import smtp_server
from carouge.guichet.demo.mailbox_message import Attachment
from carouge.guichet.demo.mailbox_message import clean
from carouge.guichet.demo.mailbox_message import linkify
from carouge.guichet.demo.mailbox_message import Message
from carouge.guichet.demo.mailbox_message import parse_email
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from email.message import EmailMessage

import http.client
import json
import os
import pytest
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
import waitress


SENDER = "guichet@carouge.example"
CITIZEN = "anne.favre@demo.example"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)


class Running:
    """A mailbox that listens, and a client for it."""

    def __init__(self):
        self.mailbox = Mailbox()
        self.smtp_port = free_port()
        self.smtp_server = smtp_server(self.mailbox, self.smtp_port, silence=1.0)
        self.smtp_server.start()
        self.server = waitress.create_server(
            create_app(self.mailbox), host="127.0.0.1", port=0
        )
        self.port = self.server.effective_port
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def stop(self):
        self.smtp_server.stop()
        self.server.close()

    def http(self, method, path, body=None, headers=None) -> Answer:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=10)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def post(self, path, data) -> Answer:
        headers = {"Content-Type": "application/json"}
        return self.http("POST", path, json.dumps(data), headers)

    def messages(self, query="") -> list[dict]:
        answer = self.http("GET", "/messages.json" + query)
        assert answer.status == 200
        return answer.json["messages"]

    def smtp(self, timeout=10) -> smtplib.SMTP:
        return smtplib.SMTP("localhost", self.smtp_port, timeout=timeout)

    def send(self, message: EmailMessage) -> None:
        with self.smtp() as client:
            client.send_message(message)

    def send_raw(self, content: bytes, to=(CITIZEN,)) -> None:
        with self.smtp() as client:
            client.sendmail(SENDER, list(to), content)


@pytest.fixture(scope="module")
def started():
    running = Running()
    yield running
    running.stop()


@pytest.fixture
def box(started):
    started.mailbox.clear()
    started.mailbox.smtp_mode = "ok"
    return started


def confirmation(**headers) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"Guichet de Carouge <{SENDER}>"
    message["To"] = headers.get("to", CITIZEN)
    message["Subject"] = headers.get("subject", "Votre demande a été reçue")
    message.set_content("Bonjour,\n\nSuivi : http://localhost:8080/carouge/suivi.\n")
    return message


class TestEmail:
    def test_is_stored_with_what_a_person_reads(self, box):
        before = datetime.now(timezone.utc)
        box.send(confirmation())
        (message,) = box.messages()
        date = datetime.fromisoformat(message.pop("date"))
        assert timedelta(seconds=-1) < date - before < timedelta(seconds=10)
        assert date.utcoffset() == timedelta(0)
        assert message.pop("id").isdigit()
        assert message == {
            "kind": "email",
            "from": SENDER,
            "to": [CITIZEN],
            "subject": "Votre demande a été reçue",
            "text": "Bonjour,\n\nSuivi : http://localhost:8080/carouge/suivi.\n",
            "attachments": [],
        }

    def test_newest_comes_first(self, box):
        box.send(confirmation(subject="un"))
        box.send(confirmation(subject="deux"))
        assert [m["subject"] for m in box.messages()] == ["deux", "un"]

    def test_filter_by_recipient(self, box):
        box.send(confirmation(to="a@demo.example, b@demo.example", subject="tous"))
        box.send(confirmation(to="b@demo.example", subject="b"))
        assert [m["subject"] for m in box.messages("?to=A@demo.example")] == ["tous"]
        assert [m["subject"] for m in box.messages("?to=b@demo.example")] == [
            "b",
            "tous",
        ]
        assert box.messages("?to=demo.example") == []

    def test_blind_copy_is_a_recipient(self, box):
        with box.smtp() as client:
            client.send_message(confirmation(), to_addrs=["archive@demo.example"])
        assert box.messages()[0]["to"] == ["archive@demo.example"]

    def test_attachment_is_a_download(self, box):
        message = confirmation()
        pdf = b"%PDF-1.7 fake"
        message.add_attachment(
            pdf, maintype="application", subtype="pdf", filename="reçu 2026.pdf"
        )
        box.send(message)
        (stored,) = box.messages()
        assert stored["attachments"] == [
            {
                "filename": "reçu 2026.pdf",
                "content_type": "application/pdf",
                "size": len(pdf),
            }
        ]
        answer = box.http("GET", f"/messages/{stored['id']}/pieces/0")
        assert answer.status == 200
        assert answer.body == pdf
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith("attachment;")
        assert "re%C3%A7u%202026.pdf" in disposition
        assert box.http("GET", f"/messages/{stored['id']}/pieces/1").status == 404

    def test_html_is_read_as_text_and_never_rendered(self, box):
        message = EmailMessage()
        message["Subject"] = "<b>gras</b>"
        message["To"] = CITIZEN
        message["From"] = SENDER
        message.set_content(
            "<style>p{}</style><p>Bonjour<br>Anne</p><script>alert(1)</script>",
            subtype="html",
        )
        box.send(message)
        (stored,) = box.messages()
        assert stored["text"] == "Bonjour\nAnne"
        answer = box.http("GET", f"/messages/{stored['id']}")
        assert answer.status == 200
        assert "<script" not in answer.text
        assert "&lt;script&gt;alert(1)" in answer.text
        assert "&lt;b&gt;gras&lt;/b&gt;" in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]

    def test_page_shows_headers_and_links(self, box):
        box.send(confirmation())
        (stored,) = box.messages()
        page = box.http("GET", f"/messages/{stored['id']}").text
        assert "Guichet de Carouge &lt;guichet@carouge.example&gt;" in page
        assert (
            '<a href="http://localhost:8080/carouge/suivi" rel="noreferrer">'
            "http://localhost:8080/carouge/suivi</a>.\n"
        ) in page


class TestBadEmail:
    """Whatever arrives is kept and shown; nothing answers with a fault."""

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\xff\xfe\x00\x80 no header at all",
            b"Subject: d\xe9chets\r\n\r\nlatin-1 \xe9 body",
            b"Subject: =?utf-8?b?!!!?= =?klingon?q?x?=\r\n\r\nx",
            b"Content-Type: text/plain; charset=klingon\r\n\r\nabc \xe9",
            b'Content-Type: text/plain; charset="a\x00b"\r\n\r\nabc',
            b"Content-Type: text/plain; charset=rot13\r\n\r\nabc",
            b"Content-Type: multipart/mixed\r\n\r\nno boundary",
            b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ncut",
            b"Content-Type: application/pdf; name*=zz'%ff\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n%%%%",
            b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\n\xff",
            b'Content-Disposition: attachment; filename="../a\r\n b\x01.txt"\r\n\r\n',
            b"Content-Type: ;;;\r\nTo: <<<>>>,,,\r\nFrom: @@\r\nDate: 99\r\n\r\nx",
            b"".join(
                b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
                for n in range(3000)
            ),
        ],
    )
    def test_is_kept_and_shown(self, box, content):
        message = box.mailbox.add(parse_email(content, SENDER, (CITIZEN,)))
        assert box.http("GET", f"/messages/{message.id}").status == 200
        assert box.http("GET", "/").status == 200
        (stored,) = box.messages()
        assert stored["to"] == [CITIZEN]
        for number in range(len(stored["attachments"])):
            path = f"/messages/{message.id}/pieces/{number}"
            assert box.http("GET", path).status == 200

    def test_raw_bytes_over_smtp(self, box):
        box.send_raw(b"Subject: d\xc3\xa9chets\r\n\r\n\xff\xfe")
        (stored,) = box.messages()
        assert stored["subject"] == "déchets"
        assert stored["text"] == "\N{REPLACEMENT CHARACTER}" * 2 + "\n"

    def test_too_large_is_refused(self, box):
        line = b"x" * 900 + b"\r\n"
        content = b"Subject: x\r\n\r\n" + line * (module.MAX_EMAIL_BYTES // 900)
        with pytest.raises(smtplib.SMTPException) as refusal:
            box.send_raw(content)
        assert "552" in str(refusal.value)
        assert box.messages() == []

    def test_filename_has_no_folder(self):
        content = (
            b'Content-Disposition: attachment; filename="..\\\\..\\\\boot.ini"\r\n\r\nx'
        )
        (attachment,) = parse_email(content, SENDER, (CITIZEN,)).attachments
        assert attachment == Attachment("boot.ini", "text/plain", b"x")


class TestSms:
    def test_is_stored(self, box):
        answer = box.post("/sms", {"to": "+41 79 000 00 00", "text": "Code : 424242"})
        assert answer.status == 201
        (stored,) = box.messages("?to=%2B41790000000")
        assert stored["id"] == answer.json["id"]
        assert (stored["kind"], stored["to"]) == ("sms", ["+41 79 000 00 00"])
        assert stored["text"] == "Code : 424242"
        page = box.http("GET", "/").text
        assert ">SMS</span>" in page
        assert ">Code : 424242</a>" in page

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"null",
            b"{not json",
            b"\xff\xfe",
            b'{"to": "+41"}',
            b'{"to": "", "text": "x"}',
            b'{"to": ["+41"], "text": "x"}',
            b'{"to": "+41", "text": 3}',
            b'{"to": "+41", "text": "%s"}' % (b"x" * 1601),
            b"[" * 60_000,
        ],
    )
    def test_bad_request_is_refused(self, box, body):
        answer = box.http("POST", "/sms", body)
        assert answer.status == 400
        assert set(answer.json) == {"error"}
        assert box.messages() == []

    def test_too_large_is_refused(self, box):
        assert box.http("POST", "/sms", b"x" * 100_000).status == 413

    def test_lone_surrogate_is_shown(self, box):
        box.http("POST", "/sms", b'{"to": "+41", "text": "a\\ud800\\u0000b"}')
        assert box.messages()[0]["text"] == "a?\N{REPLACEMENT CHARACTER}b"
        assert box.http("GET", "/").status == 200


class TestPages:
    def test_empty_box_says_so(self, box):
        page = box.http("GET", "/").text
        assert "La boîte est vide." in page
        assert "Vider la boîte" not in page

    def test_list_shows_sender_recipient_subject_and_kind(self, box):
        box.send(confirmation())
        page = box.http("GET", "/").text
        assert "<h1>\n  1 message\n" in page
        assert ">Votre demande a été reçue</a>" in page
        assert f"De {SENDER} à {CITIZEN}" in page
        assert ">E-mail</span>" in page

    def test_button_empties_the_box(self, box):
        box.send(confirmation())
        assert "Vider la boîte" in box.http("GET", "/").text
        answer = box.http("POST", "/vider")
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        assert box.messages() == []

    def test_delete_empties_the_box(self, box):
        box.send(confirmation())
        assert box.http("DELETE", "/messages.json").status == 204
        assert box.messages() == []

    def test_long_lists_have_pages(self, box):
        for number in range(51):
            box.mailbox.add(
                Message("email", SENDER, (CITIZEN,), subject=f"n° {number}")
            )
        first = box.http("GET", "/").text
        assert "Page 1 sur 2" in first
        assert ">n° 50</a>" in first
        assert ">n° 0</a>" not in first
        last = box.http("GET", f"/?to={CITIZEN}&page=9").text
        assert "51 messages pour anne.favre@demo.example" in last
        assert ">n° 0</a>" in last

    @pytest.mark.parametrize("path", ["/messages/999999", "/messages/%ff", "/rien"])
    def test_unknown_page_is_404(self, box, path):
        answer = box.http("GET", path)
        assert answer.status == 404
        assert "Page introuvable" in answer.text

    def test_wrong_method_is_405(self, box):
        assert box.http("GET", "/sms").status == 405
        assert box.http("GET", "/vider").status == 405

    @pytest.mark.parametrize("query", ["?page=x", "?page=-5", "?to=%ff%00", "?to=%20"])
    def test_strange_query_shows_the_list(self, box, query):
        assert box.http("GET", "/" + query).status == 200


class TestFaults:
    def test_refuse_and_recover(self, box):
        assert box.post("/defauts", {"smtp": "refuse"}).json == {"smtp": "refuse"}
        with pytest.raises(smtplib.SMTPSenderRefused) as refusal:
            box.send(confirmation())
        assert refusal.value.smtp_code == 451
        assert "refuse les e-mails" in box.http("GET", "/").text
        assert box.messages() == []
        box.post("/defauts", {"smtp": "ok"})
        box.send(confirmation())
        assert len(box.messages()) == 1

    def test_silence_makes_the_client_time_out(self, box):
        box.post("/defauts", {"smtp": "silence"})
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            box.smtp(timeout=0.3).ehlo()

    def test_silence_ends(self, box):
        box.post("/defauts", {"smtp": "silence"})
        code, _text = box.smtp().ehlo()
        assert code == 421

    def test_client_that_waits_is_served_after_the_fault(self, box):
        box.post("/defauts", {"smtp": "silence"})
        timer = threading.Timer(0.3, box.post, ("/defauts", {"smtp": "ok"}))
        timer.start()
        box.send(confirmation())
        timer.join()
        assert len(box.messages()) == 1

    @pytest.mark.parametrize("value", ["down", "", None, {}])
    def test_unknown_fault_is_refused(self, box, value):
        assert box.post("/defauts", {"smtp": value}).status == 400
        assert box.http("GET", "/defauts").json == {"smtp": "ok"}


class TestMemory:
    def test_keeps_the_last_messages(self):
        mailbox = Mailbox(max_messages=3)
        for number in range(5):
            mailbox.add(Message("sms", "SMS", ("+41",), text=str(number)))
        assert [m.text for m in mailbox.newest_first()] == ["4", "3", "2"]

    def test_keeps_less_when_messages_are_large(self):
        mailbox = Mailbox(max_bytes=250)
        for number in range(5):
            mailbox.add(Message("sms", "SMS", ("+41",), text=str(number) * 100))
        assert [m.text[0] for m in mailbox.newest_first()] == ["4", "3"]

    def test_ids_are_not_used_again(self):
        mailbox = Mailbox()
        first = mailbox.add(Message("sms", "SMS", ("+41",)))
        mailbox.clear()
        assert mailbox.add(Message("sms", "SMS", ("+41",))).id != first.id
        assert mailbox.get(first.id) is None

    def test_many_senders_at_once(self, box):
        def send():
            for _ in range(10):
                box.send(confirmation())

        threads = [threading.Thread(target=send) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ids = [m["id"] for m in box.messages()]
        assert len(ids) == len(set(ids)) == 50


class TestText:
    @pytest.mark.parametrize(
        ("text", "html"),
        [
            ("a < b & c", "a &lt; b &amp; c"),
            ("javascript:alert(1)", "javascript:alert(1)"),
            (
                "(https://x.example/a_(b)).",
                '(<a href="https://x.example/a_(b)" rel="noreferrer">'
                "https://x.example/a_(b)</a>).",
            ),
            (
                "http://x.example/?a=1&b=2\nfin",
                '<a href="http://x.example/?a=1&amp;b=2" rel="noreferrer">'
                "http://x.example/?a=1&amp;b=2</a>\nfin",
            ),
            (
                'https://x.example/"onclick="x',
                '<a href="https://x.example/" rel="noreferrer">https://x.example/</a>'
                "&#34;onclick=&#34;x",
            ),
        ],
    )
    def test_links(self, text, html):
        assert linkify(text) == html

    def test_clean_keeps_lines_and_tabs(self):
        assert clean("a\r\nb\rc\td\x1b") == "a\nb\nc\td\N{REPLACEMENT CHARACTER}"

    @pytest.mark.parametrize(
        ("one", "other"),
        [("A@b.CH ", "a@B.ch"), ("+41 79 1", "41791"), (" 41791", "+41791")],
    )
    def test_recipient_spellings(self, one, other):
        assert recipient_key(one) == recipient_key(other)


class TestProcess:
    def start(self, **variables):
        environ = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | variables
        return subprocess.Popen(
            [sys.executable, "-m", "carouge.guichet.demo.mailbox"],
            env=environ,
            stderr=subprocess.PIPE,
            text=True,
        )

    def test_runs_until_sigterm(self):
        port, smtp_port = free_port(), free_port()
        process = self.start(
            GUICHET_MAIL_PORT=str(port), GUICHET_SMTP_PORT=str(smtp_port)
        )
        try:
            end = time.monotonic() + 20
            while True:
                try:
                    socket.create_connection(("localhost", smtp_port), 1).close()
                    break
                except OSError:
                    assert time.monotonic() < end
                    time.sleep(0.05)
            with smtplib.SMTP("127.0.0.1", smtp_port, timeout=5) as client:
                client.send_message(confirmation())
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        finally:
            process.kill()
            process.communicate()

    def test_bad_port_is_one_clear_line(self):
        process = self.start(GUICHET_MAIL_PORT="neuf")
        _out, err = process.communicate(timeout=20)
        assert process.returncode == 1
        assert err == (
            "GUICHET_MAIL_PORT vaut « neuf » : il faut un nombre entier "
            "de 1 à 65535 (sans cette variable : 9600).\n"
        )
