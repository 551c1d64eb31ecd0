"""Somebody at a browser whose line, and whose counter, break again and again."""

from collections import Counter
from lxml import html

import random
import requests
import threading
import time


#: Seconds after which somebody does not try again.
PATIENCE = 120.0


class Compteurs:
    """What has happened, for all visitors; thread safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.tout: Counter[str] = Counter()
        self.finis = 0

    def noter(self, quoi: str, combien: int = 1) -> None:
        with self._lock:
            self.tout[quoi] += combien

    def finir(self) -> None:
        with self._lock:
            self.finis += 1


class Abandon(Exception):
    """Not even a patient person tries any longer."""


class Ligne(requests.Session):
    """A browser in patient hands: reloads the page, presses the button again, until the
    counter answers. ``finales`` are answers of 500 and more that are pages of ours."""

    def __init__(
        self,
        compteurs: Compteurs,
        hasard: random.Random,
        finales: frozenset[int] = frozenset(),
    ) -> None:
        super().__init__()
        self.compteurs = compteurs
        self.hasard = hasard
        self.finales = finales

    def request(self, method: str, url: str, **options) -> requests.Response:
        """:raises Abandon: it does not answer any more"""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                answer = super().request(method, url, **{"timeout": 60} | options)
            except requests.RequestException as error:
                self.compteurs.noter(f"ligne : {type(error).__name__}")
            else:
                if answer.status_code >= 500:
                    self.compteurs.noter(f"guichet : {answer.status_code}")
                if answer.status_code < 500 or answer.status_code in self.finales:
                    return answer
            time.sleep(self.hasard.uniform(0.5, 1.5))
        raise Abandon("le guichet ne répond plus")


class Patient:
    """One browser session below the address ``base``."""

    def __init__(self, base: str, compteurs: Compteurs, hasard: random.Random) -> None:
        self.base = base
        self.compteurs = compteurs
        self.hasard = hasard
        # 503 is a page of ours: the bank does not answer.
        self.session = Ligne(compteurs, hasard, frozenset({503}))

    def voir(self, path: str):
        """A page, as its HTML."""
        answer = self.demander("GET", f"{self.base}/{path}")
        if answer.status_code != 200:
            raise Abandon(f"{path.partition('/')[0]} : {answer.status_code}")
        return html.fromstring(answer.text)

    def envoyer(self, path: str, data: dict) -> requests.Response:
        return self.demander("POST", f"{self.base}/{path}", data)

    def demander(
        self, method: str, address: str, data: dict | None = None
    ) -> requests.Response:
        """Ask until the counter answers; where it leads to is not gone to."""
        return self.session.request(method, address, data=data, allow_redirects=False)
