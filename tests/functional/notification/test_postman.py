"""The thread that takes waiting mails to an SMTP server, without any database."""

from carouge.guichet.notification.channels.queue import MAX_AGE
from carouge.guichet.notification.channels.queue import MAX_DRAFT_AGE
from carouge.guichet.notification.channels.queue import MAX_REJECTED_AGE
from carouge.guichet.notification.channels.queue import Postman
from carouge.guichet.notification.channels.queue import prepare
from carouge.guichet.notification.channels.queue import PROOF
from carouge.guichet.notification.channels.queue import read_server
from carouge.guichet.notification.channels.queue import SETTINGS
from carouge.guichet.notification.channels.queue import SWEEP_INTERVAL
from carouge.guichet.notification.channels.queue import write_server
from carouge.guichet.notification.channels.smtp import SmtpServer
from threading import Thread

import logging
import pytest
import signal
import socket
import stat
import subprocess
import sys


SECRETS = ("citoyenne@example.org", "guichet@example.org", "ABCDE-FGHJK")


class Clock:
    """Seconds since the epoch, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture()
def queue(tmp_path, smtp):
    queue = tmp_path / "carouge"
    prepare(queue)
    write_server(queue, SmtpServer("127.0.0.1", smtp.port))
    return queue


@pytest.fixture()
def clock():
    return Clock()


@pytest.fixture()
def postman(tmp_path, clock):
    return Postman(tmp_path, timeout=5, clock=clock)


def write(queue, name="1"):
    """A mail as zope.sendmail leaves it in the folder."""
    path = queue / "new" / name
    path.write_bytes(
        b"X-Zope-From: guichet@example.org\n"
        b"X-Zope-To: citoyenne@example.org\n"
        b"Message-ID: <%s@example.org>\r\n\r\nABCDE-FGHJK\r\n" % name.encode()
    )
    return path


def waiting(queue):
    return sorted(path.name for path in (queue / "new").iterdir())


def rejected(queue):
    return sorted(path.name for path in (queue / "rejected").iterdir())


def test_a_mail_is_delivered_once_and_forgotten(queue, smtp, postman):
    write(queue)
    postman.deliver_all()
    postman.deliver_all()
    assert smtp.received == [
        (
            "guichet@example.org",
            ["citoyenne@example.org"],
            b"Message-ID: <1@example.org>\r\n\r\nABCDE-FGHJK\r\n",
        )
    ]
    assert waiting(queue) == []


def test_a_server_that_is_down_gets_the_mail_later(queue, smtp, postman, clock):
    smtp.stop()
    write(queue)
    postman.deliver_all()
    assert waiting(queue) == ["1"]
    smtp.start()
    postman.deliver_all()
    assert smtp.received == []  # the pause is not over
    clock.now += 1
    postman.deliver_all()
    assert len(smtp.received) == 1
    assert waiting(queue) == []


def test_the_pause_for_a_server_grows(queue, smtp, postman, clock, caplog):
    smtp.stop()
    write(queue)
    for pause in (1, 2, 4, 8, 16, 32, 60, 60):
        postman.deliver_all()
        assert caplog.messages[-1].endswith(f"again in {pause} s")
        clock.now += pause
    assert waiting(queue) == ["1"]


def test_new_settings_end_the_pause(queue, smtp, postman):
    write(queue)
    write_server(queue, SmtpServer("127.0.0.1", 1))
    postman.deliver_all()
    assert waiting(queue) == ["1"]
    write_server(queue, SmtpServer("127.0.0.1", smtp.port))
    postman.deliver_all()
    assert waiting(queue) == []
    assert len(smtp.received) == 1


def test_a_server_that_says_nothing_is_left_after_the_timeout(tmp_path, queue, clock):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        write_server(queue, SmtpServer("127.0.0.1", silent.getsockname()[1]))
        write(queue)
        Postman(tmp_path, timeout=0.1, clock=clock).deliver_all()
    assert waiting(queue) == ["1"]


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_a_temporary_refusal_is_tried_again(queue, smtp, postman, clock, stage):
    smtp.stage = stage
    smtp.replies = ["451 4.7.1 Greylisted", "421 4.3.2 Closing"]
    write(queue)
    postman.deliver_all()
    postman.deliver_all()
    assert smtp.received == []
    assert len(smtp.replies) == 1
    clock.now += 1
    postman.deliver_all()
    assert waiting(queue) == ["1"]
    clock.now += 2
    postman.deliver_all()
    assert len(smtp.received) == 1
    assert waiting(queue) == []


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_a_permanent_refusal_is_set_aside(queue, smtp, postman, caplog, stage):
    smtp.stage = stage
    smtp.replies = ["550 5.1.1 <citoyenne@example.org> unknown"]
    write(queue)
    write(queue, "2")
    postman.deliver_all()
    assert rejected(queue) == ["1"]
    assert waiting(queue) == []
    assert len(smtp.received) == 1
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "<1@example.org>" in errors[0].getMessage()
    assert "550" in errors[0].getMessage()


def test_no_address_and_no_content_in_the_log(queue, smtp, postman, clock, caplog):
    caplog.set_level(logging.DEBUG)
    words = "<citoyenne@example.org> ABCDE-FGHJK"
    smtp.replies = [f"451 {words}", f"550 {words}"]
    write(queue)
    postman.deliver_all()
    clock.now += 1
    postman.deliver_all()
    write(queue, "2")
    postman.deliver_all()
    smtp.stop()
    write(queue, "3")
    postman.deliver_all()
    ours = [r for r in caplog.records if r.name.startswith("carouge.guichet")]
    assert [record.levelname for record in ours] == [
        "WARNING",
        "ERROR",
        "INFO",
        "WARNING",
    ]
    for record in ours:
        assert not any(secret in record.getMessage() for secret in SECRETS)
        assert record.exc_info is None


def test_one_refused_mail_does_not_hold_up_the_others(queue, smtp, postman):
    smtp.replies = ["451 later"]
    write(queue)
    write(queue, "2")
    postman.deliver_all()
    assert waiting(queue) == ["1"]
    assert len(smtp.received) == 1


def test_a_mail_nobody_takes_is_set_aside_after_days(queue, smtp, postman, clock):
    smtp.replies = ["451 later", "451 later"]
    born = write(queue).stat().st_mtime
    clock.now = born
    postman.deliver_all()
    assert waiting(queue) == ["1"]
    clock.now = born + MAX_AGE + 1
    postman.deliver_all()
    assert waiting(queue) == []
    assert rejected(queue) == ["1"]


def test_two_postmen_on_one_folder_deliver_once(tmp_path, queue, smtp, postman):
    smtp.gate.clear()
    write(queue)
    first = Thread(target=postman.deliver_all)
    first.start()
    assert smtp.reached.wait(10)
    Postman(tmp_path, timeout=5).deliver_all()
    smtp.gate.set()
    first.join(10)
    Postman(tmp_path, timeout=5).deliver_all()
    assert len(smtp.received) == 1
    assert waiting(queue) == []


def test_many_mails_and_several_postmen_each_mail_once(tmp_path, queue, smtp):
    names = [f"{number:03d}" for number in range(40)]
    for name in names:
        write(queue, name)
    threads = [
        Thread(target=Postman(tmp_path, timeout=5).deliver_all) for _index in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    Postman(tmp_path, timeout=5).deliver_all()
    assert sorted(message for _from, _to, message in smtp.received) == [
        b"Message-ID: <%s@example.org>\r\n\r\nABCDE-FGHJK\r\n" % name.encode()
        for name in names
    ]
    assert waiting(queue) == []


def test_a_killed_process_loses_nothing_and_blocks_nothing(
    tmp_path, queue, smtp, other_smtp
):
    smtp.gate.clear()
    write(queue)
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path[:0] = {sys.path!r}; "
            "from pathlib import Path; "
            "from carouge.guichet.notification.channels.queue import Postman; "
            f"Postman(Path({str(tmp_path)!r})).deliver_all()",
        ]
    )
    assert smtp.reached.wait(30)
    postman = Postman(tmp_path, timeout=5)
    write_server(queue, SmtpServer("127.0.0.1", other_smtp.port))
    postman.deliver_all()
    assert other_smtp.received == []  # the other process holds the mail
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    postman.deliver_all()
    assert len(other_smtp.received) == 1
    assert waiting(queue) == []


def test_a_refused_login_is_our_fault_and_the_mail_waits(queue, smtp, postman, caplog):
    write_server(queue, SmtpServer("127.0.0.1", smtp.port, "user", "secret"))
    write(queue)
    postman.deliver_all()
    assert waiting(queue) == ["1"]
    assert rejected(queue) == []
    assert "secret" not in caplog.text


def test_required_tls_is_not_done_without(queue, smtp, postman):
    write_server(queue, SmtpServer("127.0.0.1", smtp.port, force_tls=True))
    write(queue)
    postman.deliver_all()
    assert waiting(queue) == ["1"]
    assert smtp.received == []


def test_a_folder_without_settings_waits(queue, postman):
    (queue / SETTINGS).unlink()
    write(queue)
    postman.deliver_all()
    assert waiting(queue) == ["1"]


def test_a_file_that_is_no_mail_does_not_stop_the_thread(queue, smtp, tmp_path, clock):
    (queue / "new" / "0").write_bytes(b"no mail")
    other = tmp_path / "lancy"
    prepare(other)
    write_server(other, SmtpServer("127.0.0.1", smtp.port))
    write(queue)
    write(other, "2")
    Postman(tmp_path, timeout=5, clock=clock).deliver_all()
    assert len(smtp.received) == 2
    assert waiting(queue) == []
    assert rejected(queue) == ["0"]


def test_the_settings_are_for_our_eyes_only(queue):
    assert stat.S_IMODE(queue.stat().st_mode) == 0o700
    assert stat.S_IMODE((queue / SETTINGS).stat().st_mode) == 0o600


def test_settings_survive_a_damaged_file(queue, smtp):
    (queue / SETTINGS).write_text("{")
    assert read_server(queue) is None
    write_server(queue, SmtpServer("mail.example.org", 587, "u", "p", True, False))
    assert read_server(queue) == SmtpServer(
        "mail.example.org", 587, "u", "p", True, False
    )


@pytest.mark.parametrize(
    ("folder", "age"), [("tmp", MAX_DRAFT_AGE), ("rejected", MAX_REJECTED_AGE)]
)
def test_old_personal_data_are_swept(queue, postman, clock, folder, age):
    path = queue / folder / "old"
    path.write_bytes(b"personal data")
    clock.now = path.stat().st_mtime + age
    postman.deliver_all()
    assert path.exists()
    clock.now += SWEEP_INTERVAL - 1
    postman.deliver_all()
    assert path.exists()
    clock.now += 1
    postman.deliver_all()
    assert not path.exists()


def test_a_draft_that_can_be_proved_waits_for_the_tasks(queue, postman, clock):
    path = queue / "tmp" / "draft"
    path.write_bytes(b"X-Zope-From: a\nX-Zope-To: b\n" + PROOF + b"facture g f\n\nc")
    clock.now = path.stat().st_mtime + MAX_REJECTED_AGE
    postman.deliver_all()
    assert path.exists()
    clock.now += SWEEP_INTERVAL
    postman.deliver_all()
    assert not path.exists()


def test_the_thread_delivers_and_ends(tmp_path, queue, smtp):
    smtp.gate.clear()
    write(queue)
    thread = Postman(tmp_path, interval=0.01, timeout=5)
    thread.start()
    assert smtp.reached.wait(10)
    smtp.gate.set()
    thread.stop()
    assert not thread.is_alive()
    assert len(smtp.received) == 1
    assert waiting(queue) == []


def test_no_folder_at_all_is_nothing_to_do(tmp_path):
    Postman(tmp_path / "absent").deliver_all()
