"""Speed and memory of a large import of invoices.

``bin/python-test tests/bench/importer_factures.py <zope.conf> <count>``

Takes a demonstration that is not running (a copy: what is made stays in it). Makes as
many Dexterity objects as fit into the same minutes in a plain loop with the same
commits, then imports a JSON file of ``count`` invoices of a third as many debtors as the
command does, then the same file once more. Prints objects per second, by the clock and
by the time of the processor alone, the ratio, and the resident memory.
"""

from carouge.guichet.console import site_ouvert
from carouge.guichet.facture.import_travail import importer_ici
from carouge.guichet.facture.import_travail import PAR_LOT
from carouge.guichet.facture.importation import STRICT
from collections.abc import Callable
from factures import make_regie
from plone.dexterity.utils import createContentInContainer

import json
import random
import resource
import secrets
import sys
import tempfile
import time
import transaction


#: Dexterity objects in the plain loop: enough for a figure.
OBJETS = 1000


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(what: str, count: int, work: Callable[[], None]) -> float:
    """Do it and print how fast it was; objects per second of the processor."""
    clock, processor = time.monotonic(), time.process_time()
    work()
    clock, processor = time.monotonic() - clock, time.process_time() - processor
    print(
        f"{what}: {count / clock:.0f} a second by the clock, "
        f"{count / processor:.0f} by the processor; resident {peak():.0f} MB",
        flush=True,
    )
    return count / processor


def write(path, count: int) -> None:
    lot = secrets.token_hex(3)
    with open(path, "w", encoding="utf-8") as out:
        out.write('{"schema": "carouge.facture/1", "lot": "bench", "factures": [')
        for n in range(count):
            montant = random.randint(100, 90_000)
            values = {
                "regie": "VILLE",
                "numero": f"{lot}-{n:06}",
                "debiteur": f"M-{random.randint(1, max(1, count // 3)):06}",
                "emise_le": f"2026-0{random.randint(1, 9)}-{random.randint(1, 28):02}",
                "echeance": "2026-12-01",
                "montant": f"{montant // 100}.{montant % 100:02}",
                "domaine": "periscolaire",
                "libelle": "Restaurant scolaire",
            }
            out.write(f"{',' if n else ''}\n{json.dumps(values)}")
        out.write("\n]}\n")


def plain(site) -> None:
    """What an import would be if an invoice were content."""
    for n in range(OBJETS):
        createContentInContainer(
            site, "Document", title=f"Restaurant scolaire {n}", description="187.35"
        )
        if n % PAR_LOT == PAR_LOT - 1:
            transaction.commit()
    transaction.commit()


def main(conf: str, count: int) -> None:
    with site_ouvert(conf, "/carouge") as site, tempfile.NamedTemporaryFile() as file:
        make_regie("VILLE")
        transaction.commit()
        guichet = site.guichet
        write(file.name, count)

        def progres(done: int) -> None:
            if done % PAR_LOT == 0:
                guichet._p_jar.cacheGC()

        def importer() -> None:
            with open(file.name, "rb") as flux:
                importer_ici(
                    guichet,
                    flux,
                    mode=STRICT,
                    essai=False,
                    tout=False,
                    progres=progres,
                    valider=transaction.commit,
                )

        slow = measured(f"{OBJETS} Dexterity objects", OBJETS, lambda: plain(site))
        fast = measured(f"{count} invoices", count, importer)
        measured("the same once more", count, importer)
        print(f"ratio: {fast / slow:.1f}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
