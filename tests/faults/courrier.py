"""What the mailbox of the demonstration has got, however much that is."""

from collections import Counter

import re
import requests
import threading


#: Seconds between two looks: the mailbox keeps two thousand messages.
PAUSE = 10.0

NUMERO = re.compile(r"\b20\d\d-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


class Courrier(threading.Thread):
    """Reads the mailbox at ``address`` again and again until :meth:`finir`.

    ``messages`` are, by id, who got it and the numbers of demandes in it.
    """

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address = f"{address}/messages.json"
        self.messages: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {}
        self._end = threading.Event()

    def run(self) -> None:
        while not self._end.wait(PAUSE):
            self.lire()

    def lire(self) -> None:
        """Look once."""
        found = requests.get(self.address, timeout=60).json()["messages"]
        for message in found:
            numeros = frozenset(NUMERO.findall(message["text"]))
            self.messages[message["id"]] = tuple(message["to"]), numeros

    def __enter__(self) -> "Courrier":
        self.start()
        return self

    def __exit__(self, *details) -> None:
        self.finir()

    def finir(self) -> None:
        self._end.set()
        self.join()
        self.lire()

    def recus(self, fin: str) -> Counter[tuple[str, str]]:
        """How often somebody whose address ends with ``fin`` was told a number."""
        return Counter(
            (to, numero)
            for recipients, numeros in self.messages.values()
            for to in recipients
            if to.endswith(fin)
            for numero in numeros
        )

    def numeros(self) -> set[str]:
        """All numbers of demandes in all mails."""
        return {one for _to, numeros in self.messages.values() for one in numeros}
