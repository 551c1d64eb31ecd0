"""The citizen's list of invoices over HTTP: few of few against many of many.

``PYTHONPATH=tests/support:tests/bench bin/python-test tests/bench/page_factures.py``

Two demonstrations with the same citizen: 5 invoices among 1,000, and 200 among 200,000
(``GUICHET_FACTURES`` gives another number for the latter). The pages are fetched in
turns by one visitor who has logged in. Prints the medians and their ratio; the exit code
is 1 when it is above the goal.
"""

from __future__ import annotations

from carouge.guichet.demo.settings import PASSWORD
from contextlib import ExitStack
from datetime import date
from demonstration import Demonstration
from demonstration import ROOT
from lxml import html
from operations import citizen
from pathlib import Path
from statistics import median

import json
import os
import requests
import subprocess
import sys
import tempfile
import time


#: The demonstration has one invoice of his, among fifteen.
CITIZEN = "nonresident@demo.example"
DEBTOR = "M-005120"
#: Site, his invoices, all invoices.
SIZES = (
    ("few", 5, 1_000),
    ("many", 200, int(os.environ.get("GUICHET_FACTURES", "200000"))),
)
PAGES = ("factures", "factures?anciennes=1", "factures/releve")
ROUNDS, REQUESTS = 5, 20
#: What the page may cost with many, by what it costs with few.
GOAL = 1.5
#: Invoices in one file, and of another debtor.
FILE, EACH = 100_000, 20


def write(path: Path, lot: int, own: int, count: int) -> None:
    """A file of ``count`` invoices, ``own`` of them the citizen's."""
    day = date.today().isoformat()
    with path.open("w", encoding="utf-8") as out:
        out.write('{"schema": "carouge.facture/1", "lot": "bench", "factures": [')
        for n in range(count):
            values = {
                "regie": "VILLE",
                "numero": f"B{lot}-{n:06}",
                "debiteur": DEBTOR if n < own else f"B{lot}-{n // EACH}",
                "emise_le": day,
                "echeance": day,
                "montant": f"{n % 900 + 1}.05",
                "domaine": "periscolaire",
                "libelle": "Restaurant scolaire",
            }
            out.write(("," if n else "") + json.dumps(values))
        out.write("]}")


def fill(demo: Demonstration, own: int, total: int) -> None:
    """Import invoices until there are so many; it stands still meanwhile."""
    # His one of the demonstration counts as well.
    left, own = total, own - 1
    with tempfile.TemporaryDirectory() as folder:
        for lot in range(-(-total // FILE)):
            path = Path(folder) / "factures.json"
            write(path, lot, own, min(FILE, left))
            left, own = left - FILE, 0
            subprocess.run(
                [
                    ROOT / "bin" / "guichet",
                    "--zope-conf",
                    demo.var / "etc" / "zope.conf",
                    "--site",
                    "/carouge",
                    *("factures", "importer", "guichet", path),
                ],
                cwd=ROOT,
                env=demo.environ,
                stdout=subprocess.DEVNULL,
                check=True,
            )


def validate(demo: Demonstration) -> None:
    """The cashier finds that he is the debtor he says he is."""
    address = f"{demo.guichet}/agents/caisse/rattachements"
    session = requests.Session()
    session.auth = ("caisse", PASSWORD)
    page = html.fromstring(session.get(address, timeout=60).content)
    [form] = [one for one in page.forms if one.get("id", "").startswith("valider-")]
    fields = dict(form.form_values()) | {"geste": "valider"}
    for select in form.xpath(".//select"):
        fields[select.name] = select.value_options[-1]
    session.post(address, data=fields, timeout=60).raise_for_status()


def seconds(session: requests.Session, address: str) -> float:
    start = time.perf_counter()
    response = session.get(address, timeout=120)
    taken = time.perf_counter() - start
    if response.url != address or response.status_code != 200:
        raise RuntimeError(f"{response.status_code} {response.url}")
    return taken


def main() -> int:
    with ExitStack() as stack:
        first = stack.enter_context(Demonstration())
        validate(first)
        first.stop()
        demos = {name: first.copy() for name, _own, _total in SIZES}
        sessions = {}
        for name, own, total in SIZES:
            demo = demos[name]
            stack.callback(demo.__exit__)
            start = time.monotonic()
            fill(demo, own, total)
            print(f"{name}: filled in {time.monotonic() - start:.0f} s", flush=True)
            demo.start()
            site = {"guichet": demo.guichet}
            sessions[name] = citizen(site, requests.Session(), CITIZEN)
        worst = 0.0
        for page in PAGES:
            taken: dict[str, list[float]] = {name: [] for name in demos}
            for _round in range(ROUNDS):
                for name, demo in demos.items():
                    address = f"{demo.guichet}/mon-espace/{page}"
                    seconds(sessions[name], address)
                    taken[name] += [
                        seconds(sessions[name], address) for _n in range(REQUESTS)
                    ]
            few, many = (median(taken[name]) * 1000 for name in demos)
            worst = max(worst, many / few)
            print(
                f"/mon-espace/{page}: {few:.1f} ms with {SIZES[0][1]} of "
                f"{SIZES[0][2]:,}, {many:.1f} ms with {SIZES[1][1]} of "
                f"{SIZES[1][2]:,}: {many / few:.2f} times",
                flush=True,
            )
    return 0 if worst <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
