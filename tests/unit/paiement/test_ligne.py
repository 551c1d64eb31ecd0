"""The line to a provider: an answer has come in time, or it is none."""

from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.ligne import demander
from carouge.guichet.paiement.ligne import disjoncteur
from carouge.guichet.paiement.ligne import SILENCES
from contextlib import contextmanager

import contextlib
import pytest
import socket
import threading
import time


ENTETE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CORPS = b'{"ok": 1}'


@contextmanager
def prestataire(debut: bytes, goutte: bytes = b"", secondes: float = 0.2):
    """Says the one at once, then the other again and again; its address."""
    fini = threading.Event()

    def repondre(serveur):
        with contextlib.suppress(OSError):
            prise, _de = serveur.accept()
            with prise:
                prise.recv(65536)
                prise.sendall(debut)
                while goutte and not fini.wait(secondes):
                    prise.sendall(goutte)

    with socket.create_server(("127.0.0.1", 0)) as serveur:
        fil = threading.Thread(target=repondre, args=(serveur,), daemon=True)
        fil.start()
        yield f"http://127.0.0.1:{serveur.getsockname()[1]}"
        fini.set()
        fil.join(2)


@pytest.fixture(autouse=True)
def une_seconde(monkeypatch):
    monkeypatch.setenv("GUICHET_PAIEMENT_DELAI", "1")


@pytest.mark.parametrize(
    "debut,goutte",
    [
        (ENTETE + b"Content-Length: 100000\r\n\r\n", b" "),
        (ENTETE + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (ENTETE + b"Transfer-Encoding: chunked\r\n\r\nFFFF\r\n", b" "),
        (ENTETE + b"\r\n", b" "),
        (ENTETE, b"X-Un: deux\r\n"),
        (ENTETE + b"X-Un: ", b"d"),
        (b"HTTP/1.1 200 ", b"O"),
    ],
    ids=["body", "chunks", "chunk", "no-length", "headers", "header", "status"],
)
def test_one_byte_after_the_other_is_no_answer(debut, goutte):
    with prestataire(debut, goutte) as adresse:
        depuis = time.monotonic()
        with pytest.raises(PasserelleIndisponible):
            demander("GET", adresse, auth=("1110001", "secret"))
        assert time.monotonic() - depuis < 1.8


@pytest.mark.parametrize("fin", ["Connection: close", "Content-Length: 9"])
def test_an_answer_in_time(fin):
    with prestataire(ENTETE + fin.encode() + b"\r\n\r\n" + CORPS) as adresse:
        reponse = demander("GET", adresse, auth=("1110001", "secret"))
    assert (reponse.statut, reponse.contenu) == (200, {"ok": 1})


def test_after_some_silences_nobody_waits():
    """Of each host by itself, and until one answer comes."""
    with socket.create_server(("127.0.0.1", 0)) as muet:
        adresse = f"http://127.0.0.1:{muet.getsockname()[1]}"
    for _silence in range(SILENCES):
        with pytest.raises(PasserelleIndisponible, match="ConnectionError"):
            demander("GET", adresse, auth=("a", "b"))
    with pytest.raises(PasserelleIndisponible, match="a moment ago"):
        demander("GET", f"{adresse}/autre", auth=("a", "b"))
    with prestataire(ENTETE + b"Content-Length: 9\r\n\r\n" + CORPS) as autre:
        assert demander("GET", autre, auth=("a", "b")).contenu == {"ok": 1}
    disjoncteur(adresse).succeeded()
    with pytest.raises(PasserelleIndisponible, match="ConnectionError"):
        demander("GET", adresse, auth=("a", "b"))


def test_an_error_that_is_said_at_once_keeps_nobody_waiting():
    reponse = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    for _time in range(SILENCES + 1):
        with (
            prestataire(reponse) as adresse,
            pytest.raises(PasserelleIndisponible, match="HTTP 500"),
        ):
            demander("GET", adresse, auth=("a", "b"))
        assert disjoncteur(adresse).resting is False
