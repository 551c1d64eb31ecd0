"""Kills what the counter is made of while people use it."""

from collections import Counter
from collections.abc import Callable
from collections.abc import Sequence
from patient import Compteurs

import random
import threading
import time


class Bourreau(threading.Thread):
    """Kills each of ``victimes`` with ``tuer``, at moments that chance chooses while
    ``total`` people are served; waits with ``attendre`` until all is back."""

    def __init__(
        self,
        victimes: Sequence[str],
        tuer: Callable[[str], object],
        attendre: Callable[[], object],
        total: int,
        compteurs: Compteurs,
        graine: int,
    ) -> None:
        super().__init__(daemon=True)
        self.hasard = random.Random(graine)
        self.victimes = self.hasard.sample(victimes, len(victimes))
        self.tuer = tuer
        self.attendre = attendre
        self.total = total
        self.compteurs = compteurs
        self.morts: Counter[str] = Counter()

    def run(self) -> None:
        for rang, victime in enumerate(self.victimes):
            share = (rang + self.hasard.uniform(0.5, 1.0)) / (len(self.victimes) + 1)
            while self.compteurs.finis < share * self.total:
                time.sleep(0.05)
            self.tuer(victime)
            self.morts[victime] += 1
            print(
                f"  {self.compteurs.finis} servis, {victime} tué "
                f"({self.morts[victime]})",
                flush=True,
            )
            self.attendre()
