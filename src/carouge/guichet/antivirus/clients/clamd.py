"""ClamAV's daemon, over its own protocol (clamd(8), INSTREAM).

The file travels over the socket: clamd needs no access to our files, and may run on
another machine or in a container.
"""

from __future__ import annotations

from carouge.guichet.antivirus.domain import Resultat
from carouge.guichet.antivirus.domain import Verdict
from carouge.guichet.antivirus.settings import Adresse
from carouge.guichet.antivirus.settings import adresse
from carouge.guichet.interfaces import IAntivirus
from collections.abc import Callable
from typing import BinaryIO
from zope.interface import implementer

import logging
import re
import select
import socket
import struct
import time


logger = logging.getLogger("carouge.guichet.antivirus")

#: Seconds until a connection, and until the answer altogether.
CONNEXION = 2.0
DELAI = 15.0

_MORCEAU = 64 * 1024
#: An answer is a line.
_MAX_REPONSE = 4096
_TROUVE = re.compile(r"stream: (\S.{0,200}) FOUND")
_TROP_GRAND = "INSTREAM size limit exceeded. ERROR"


@implementer(IAntivirus)
class Clamd:
    """Asks clamd about one file per connection.

    ``ou`` gives its address, ``delai`` is how long an answer may take as a whole, in
    seconds: a socket's own timeout counts anew with each byte.
    """

    def __init__(
        self, ou: Callable[[], Adresse] = adresse, delai: float = DELAI
    ) -> None:
        self._ou = ou
        self._delai = delai

    def examiner(self, stream: BinaryIO) -> Verdict:
        fin = time.monotonic() + self._delai
        try:
            with _connexion(self._ou(), min(CONNEXION, self._delai)) as prise:
                reponse = _demander(prise, stream, fin)
        except (OSError, ValueError) as error:
            logger.warning("clamd: %s: %s", type(error).__name__, error)
            return Verdict(Resultat.INDISPONIBLE)
        return _lire(reponse)

    def toquer(self) -> None:
        """
        :raises OSError: clamd does not answer
        :raises AdresseInutilisable: nobody knows where it is
        """
        fin = time.monotonic() + CONNEXION
        with _connexion(self._ou(), CONNEXION) as prise:
            _envoyer(prise, b"zPING\0", fin)
            if _recevoir(prise, fin) != b"PONG\0":
                raise OSError("no usable answer")


def _connexion(ou: Adresse, delai: float) -> socket.socket:
    if not ou.chemin:
        return socket.create_connection((ou.hote, ou.port), delai)
    prise = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        prise.settimeout(delai)
        prise.connect(ou.chemin)
    except OSError:
        prise.close()
        raise
    return prise


def _demander(prise: socket.socket, stream: BinaryIO, fin: float) -> bytes:
    try:
        _envoyer(prise, b"zINSTREAM\0", fin)
        while (morceau := stream.read(_MORCEAU)) and not _repond(prise):
            _envoyer(prise, struct.pack(">I", len(morceau)) + morceau, fin)
        if not morceau:
            _envoyer(prise, struct.pack(">I", 0), fin)
    except (BrokenPipeError, ConnectionResetError):
        # It has heard enough; what it said before it hung up may still be there.
        pass
    return _recevoir(prise, fin)


def _repond(prise: socket.socket) -> bool:
    """Whether clamd has something to say already: it does not want the rest."""
    attente = select.poll()
    attente.register(prise, select.POLLIN)
    return bool(attente.poll(0))


def _envoyer(prise: socket.socket, octets: bytes, fin: float) -> None:
    prise.settimeout(_reste(fin))
    prise.sendall(octets)


def _recevoir(prise: socket.socket, fin: float) -> bytes:
    recu = bytearray()
    while b"\0" not in recu and len(recu) < _MAX_REPONSE:
        prise.settimeout(_reste(fin))
        octets = prise.recv(_MAX_REPONSE)
        if not octets:
            break
        recu += octets
    return bytes(recu)


def _reste(fin: float) -> float:
    reste = fin - time.monotonic()
    if reste <= 0:
        raise TimeoutError("no answer in time")
    return reste


def _lire(reponse: bytes) -> Verdict:
    """Only the very words of clamd make a file sound."""
    ligne, nul, suite = reponse.partition(b"\0")
    texte = ligne.decode("ascii", "replace")
    if not nul or suite:
        texte = ""
    if texte == "stream: OK":
        return Verdict(Resultat.SAIN)
    trouve = _TROUVE.fullmatch(texte)
    if trouve:
        return Verdict(Resultat.INFECTE, trouve[1])
    if texte == _TROP_GRAND:
        logger.warning("clamd refuses the size of a file: raise its StreamMaxLength")
        return Verdict(Resultat.TROP_GRAND)
    logger.warning("clamd: no usable answer (%d bytes)", len(reponse))
    return Verdict(Resultat.INDISPONIBLE)
