"""What every client of the antivirus seam does, with a real clamd behind it."""

from carouge.guichet.antivirus.clients.clamd import Clamd
from carouge.guichet.antivirus.clients.null import SansAntivirus
from carouge.guichet.antivirus.domain import Resultat
from carouge.guichet.antivirus.domain import Verdict
from carouge.guichet.antivirus.settings import VARIABLE
from carouge.guichet.interfaces import IAntivirus
from clamav import Clamav
from clamav import free_port
from clamav import MALWARE
from clamav import MAX_STREAM
from clamav import odd_clamd
from clamav import SIGNATURE
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from zope.interface.verify import verifyObject

import fichiers
import pytest
import struct
import time


SOUND = Verdict(Resultat.SAIN)
INFECTED = Verdict(Resultat.INFECTE, SIGNATURE)
UNAVAILABLE = Verdict(Resultat.INDISPONIBLE)


@pytest.fixture(params=["unix", "tcp"])
def clamd(request, clamav, monkeypatch):
    """The client over each kind of socket."""
    monkeypatch.setenv(VARIABLE, getattr(clamav, request.param))
    return Clamd()


@pytest.fixture(params=["clamd", "aucun"])
def client(request, clamav, monkeypatch):
    monkeypatch.setenv(VARIABLE, clamav.unix)
    return Clamd() if request.param == "clamd" else SansAntivirus()


def test_every_client_keeps_the_contract(client):
    assert verifyObject(IAntivirus, client)
    assert isinstance(client.examiner(BytesIO(b"Bonjour")), Verdict)


def test_every_client_reads_from_where_the_file_stands(client):
    stream = BytesIO(MALWARE + b"Bonjour")
    stream.seek(len(MALWARE))
    assert client.examiner(stream).resultat is not Resultat.INFECTE


def test_without_antivirus_nothing_is_said():
    for data in (b"", b"Bonjour", MALWARE):
        assert SansAntivirus().examiner(BytesIO(data)) == Verdict(
            Resultat.NON_CONFIGURE
        )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"Bonjour" * 10_000,
        b"\0" * (MAX_STREAM - 1),
        fichiers.pdf(),
        fichiers.image("JPEG"),
        fichiers.docx(),
    ],
    ids=["empty", "byte", "text", "large", "pdf", "jpeg", "docx"],
)
def test_sound(clamd, data):
    assert clamd.examiner(BytesIO(data)) == SOUND


@pytest.mark.parametrize(
    "data",
    [
        MALWARE,
        b"x" * 700_000 + MALWARE,
        fichiers.pdf(MALWARE.decode()),
        fichiers.image("PNG") + MALWARE,
        # ClamAV opens documents itself.
        fichiers.docx(**{"word/media/image1.bin": MALWARE}),
    ],
    ids=["bare", "at the end", "pdf", "png", "docx"],
)
def test_infected(clamd, data):
    assert clamd.examiner(BytesIO(data)) == INFECTED


def test_larger_than_clamd_wants(clamd):
    """It is alive, and says nothing of the file: never that it is sound."""
    for size in (MAX_STREAM + 1, 3 * MAX_STREAM, 20 * MAX_STREAM):
        assert clamd.examiner(BytesIO(b"x" * size)) == Verdict(Resultat.TROP_GRAND)
    assert clamd.examiner(BytesIO(b"Bonjour")) == SOUND


def test_several_at_the_same_time(clamd):
    files = [b"Bonjour %d" % n for n in range(10)] + [MALWARE] * 10
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda data: clamd.examiner(BytesIO(data)), files))
    assert answers == [SOUND] * 10 + [INFECTED] * 10


def test_killed_and_started_again(monkeypatch):
    with Clamav() as server:
        for address in (server.unix, server.tcp):
            monkeypatch.setenv(VARIABLE, address)
            assert Clamd().examiner(BytesIO(b"Bonjour")) == SOUND
            Clamd().toquer()
        server.stop()
        for address in (server.unix, server.tcp):
            monkeypatch.setenv(VARIABLE, address)
            assert Clamd().examiner(BytesIO(b"Bonjour")) == UNAVAILABLE
            with pytest.raises(OSError):
                Clamd().toquer()
        server.start()
        Clamd().toquer()
        assert Clamd().examiner(BytesIO(MALWARE)) == INFECTED


def test_to_knock_at_no_antivirus_is_no_failure():
    SansAntivirus().toquer()


@pytest.mark.parametrize("words", [None, b"", b"PONG", b"UNKNOWN COMMAND\0"])
def test_who_does_not_say_pong_is_not_there(words, monkeypatch):
    def behave(connection, leave):
        assert connection.recv(100) == b"zPING\0"
        if words is None:
            leave.wait(20)
        else:
            connection.sendall(words)

    with odd_clamd(behave) as address:
        monkeypatch.setenv(VARIABLE, address)
        start = time.monotonic()
        with pytest.raises(OSError):
            Clamd().toquer()
        assert time.monotonic() - start < 10


# --- faults ---------------------------------------------------------------------


def ask(address, monkeypatch, data=b"Bonjour", delai=1.0):
    monkeypatch.setenv(VARIABLE, address)
    return Clamd(delai=delai).examiner(BytesIO(data))


@pytest.mark.parametrize(
    "address",
    [
        "unix:/tmp/guichet-nothing-here.sock",
        "unix:/etc/passwd",
        "unix:relative.sock",
        f"unix:/{'x' * 300}",
        f"tcp://127.0.0.1:{free_port()}",
        "tcp://guichet.invalid:3310",
        "tcp://127.0.0.1:99999",
        "tcp://127.0.0.1:abc",
        "tcp://[::1",
        "tcp:",
        "http://localhost",
        "clamd",
        "",
    ],
)
def test_an_address_where_nobody_is(address, monkeypatch):
    assert ask(address, monkeypatch) == UNAVAILABLE


def read_all(connection):
    """Take a whole question, as clamd does."""
    stream = connection.makefile("rb")
    assert stream.read(10) == b"zINSTREAM\0"
    data = b""
    while size := struct.unpack(">I", stream.read(4))[0]:
        data += stream.read(size)
    return data


def hang(connection, leave):
    leave.wait(20)


def hang_after_the_question(connection, leave):
    read_all(connection)
    leave.wait(20)


def drip(connection, leave):
    read_all(connection)
    for byte in b"stream: " + b"x" * 1000:
        connection.sendall(bytes([byte]))
        if leave.wait(0.05):
            return


def close_at_once(connection, leave):
    pass


def close_in_the_middle(connection, leave):
    connection.recv(2000)


def close_after_the_question(connection, leave):
    read_all(connection)


def answers(words):
    def behave(connection, leave):
        read_all(connection)
        connection.sendall(words)

    return behave


GARBAGE = [
    b"",
    b"\0",
    b"OK\0",
    b"stream: OK",
    b"stream: OK\n",
    b"stream: OK\0stream: Bad FOUND\0",
    b"stream: OK \0",
    b"stream:  OK\0",
    b"1: stream: OK\0",
    b"STREAM: OK\0",
    b"stream: FOUND\0",
    b"stream:  FOUND\0",
    b"stream: Can't allocate memory ERROR\0",
    b"COMMAND READ TIMED OUT ERROR\0",
    b"UNKNOWN COMMAND\0",
    b"HTTP/1.1 200 OK\r\n\r\nstream: OK\0",
    b"\xff\xfe\0",
    b"x" * 100_000,
    b"stream: " + b"x" * 100_000 + b" FOUND\0",
]


@pytest.mark.parametrize(
    "behave",
    [
        hang,
        hang_after_the_question,
        drip,
        close_at_once,
        close_in_the_middle,
        close_after_the_question,
        *map(answers, GARBAGE),
    ],
    ids=lambda behave: behave.__name__,
)
def test_a_clamd_that_misbehaves(behave, monkeypatch):
    started = time.monotonic()
    with odd_clamd(behave) as address:
        for data in (b"Bonjour", b"x" * 20_000_000):
            assert ask(address, monkeypatch, data) == UNAVAILABLE
    assert time.monotonic() - started < 4


def test_words_of_clamd_in_several_pieces(monkeypatch):
    def behave(connection, leave):
        read_all(connection)
        for piece in (b"str", b"eam: Win.Test-", b"1 FOUND", b"\0"):
            connection.sendall(piece)
            leave.wait(0.02)

    with odd_clamd(behave) as address:
        assert ask(address, monkeypatch) == Verdict(Resultat.INFECTE, "Win.Test-1")


def test_what_is_sent_is_the_file(monkeypatch):
    received = []

    def behave(connection, leave):
        received.append(read_all(connection))
        connection.sendall(b"stream: OK\0")

    data = bytes(range(256)) * 40_000
    with odd_clamd(behave) as address:
        assert ask(address, monkeypatch, data) == SOUND
    assert received == [data]
