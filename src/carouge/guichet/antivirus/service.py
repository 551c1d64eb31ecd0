"""The only door to the antivirus."""

from __future__ import annotations

from carouge.guichet.antivirus.domain import ETATS
from carouge.guichet.antivirus.domain import Resultat
from carouge.guichet.antivirus.domain import Verdict
from carouge.guichet.antivirus.settings import configure
from carouge.guichet.breaker import CircuitBreaker
from carouge.guichet.interfaces import IAntivirus
from carouge.guichet.sonde import Sonde
from collections.abc import Callable
from io import BytesIO
from zope.component import getUtility
from zope.component import queryUtility

import hashlib
import logging
import threading
import time


logger = logging.getLogger("carouge.guichet.antivirus")

#: Names of the clients (named utilities).
CLAMD = "clamd"
SANS = "aucun"

#: After that many failures in a row nobody waits for it, for that many seconds.
ECHECS = 2
PAUSE = 60.0

#: How long an answer about the same bytes counts, in seconds, and how many are kept.
MEMOIRE = 300.0
MAX_MEMOIRE = 500


class Controle:
    """What a process remembers of its antivirus: failures, and the last answers.

    A request that Zope repeats because of a conflict asks about the same bytes again.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._breaker = CircuitBreaker(clock, failures=ECHECS, pause=PAUSE)
        self._lock = threading.Lock()
        self._connus: dict[bytes, tuple[float, str]] = {}

    def sonde(self) -> Sonde | None:
        """See :func:`sonde`."""
        if not configure():
            return None
        return Sonde(getUtility(IAntivirus, CLAMD).toquer, [self._breaker])

    def examiner(self, data: bytes) -> str:
        """See :func:`examiner`."""
        if not configure():
            return ETATS[_demander(SANS, data).resultat]
        digest = hashlib.sha256(data).digest()
        connu = self._connu(digest)
        if connu:
            return connu
        if not self._breaker.allows():
            return ETATS[Resultat.INDISPONIBLE]
        verdict = _demander(CLAMD, data)
        etat = ETATS[verdict.resultat]
        if verdict.resultat is Resultat.INDISPONIBLE:
            self._breaker.failed()
            return etat
        self._breaker.succeeded()
        if verdict.resultat is Resultat.INFECTE:
            logger.warning("infected file (%s): %s", digest.hex(), verdict.signature)
        if verdict.resultat in (Resultat.SAIN, Resultat.INFECTE):
            self._retenir(digest, etat)
        return etat

    def _connu(self, digest: bytes) -> str:
        with self._lock:
            jusqu_a, etat = self._connus.get(digest, (0.0, ""))
        return etat if self._clock() < jusqu_a else ""

    def _retenir(self, digest: bytes, etat: str) -> None:
        with self._lock:
            self._connus.pop(digest, None)
            while len(self._connus) >= MAX_MEMOIRE:
                del self._connus[next(iter(self._connus))]
            self._connus[digest] = (self._clock() + MEMOIRE, etat)


_CONTROLE = Controle()


def examiner(data: bytes) -> str:
    """What is to be kept with a file: a network call, before anything is written.

    ``sain``; ``infecte``: do not keep it; ``a_verifier``: keep it, the antivirus does
    not answer and is asked again later; ``non_controle``: there is none. Nothing that
    happens outside is an exception.
    """
    return _CONTROLE.examiner(data)


def sonde() -> Sonde | None:
    """What finds out whether the antivirus answers; None when there is none."""
    return _CONTROLE.sonde()


def _demander(name: str, data: bytes) -> Verdict:
    client = queryUtility(IAntivirus, name)
    if client is None:
        logger.error("antivirus: there is no client %s", name)
        return Verdict(Resultat.INDISPONIBLE)
    try:
        return client.examiner(BytesIO(data))
    except Exception as error:
        # Whatever a client does, the upload goes on; its words may hold data.
        logger.error("antivirus %s: %s", name, type(error).__name__)
        return Verdict(Resultat.INDISPONIBLE)
