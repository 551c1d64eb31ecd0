"""RelStorage on PostgreSQL behind HAProxy, with one Zope process and with two.

The second process is taken out and put back by HAProxy between the rounds: both are
measured in the same minutes. What they are compared with is bare Plone as in the other
parts: one process with a FileStorage.
"""

from dataclasses import replace
from figures import Figures
from figures import fire
from figures import Shot
from goals import Goal
from goals import Row
from mixed import steps
from parts import compared
from parts import FRONT
from parts import memory
from parts import plural
from parts import reliability
from production import Production
from sites import addresses
from sites import furnish_guichet
from sites import stored_demandes
from sizes import Sizes

import re
import socket
import subprocess
import time


READS = ("home, not from a cache", "form", "agent: list")


class Cluster(Production):
    """The demonstration of production, as the other measured sites are seen."""

    @property
    def pids(self) -> list[int]:
        """The numbers of its Zope processes."""
        return [self.pid(f"zope{n}") for n in range(1, self.processus + 1)]

    @property
    def conflicts(self) -> int:
        """Conflict errors in the logs so far."""
        return sum(
            len(re.findall("ConflictError", log.read_text("utf-8", "replace")))
            for log in (self.var / "log").glob("instance*.log")
        )

    @property
    def database(self) -> int:
        """Bytes of the PostgreSQL database, without what is free in its files."""
        self._sql("VACUUM FULL")
        return int(self._sql("SELECT pg_database_size(current_database())"))

    def pack(self) -> None:
        self._done(self.command("compacter", 0))

    def invent(self, demandes: int) -> None:
        """Demandes beside what is there already."""
        people = max(1, demandes // 5)
        self._done(
            self.guichet_command(
                "generer",
                "guichet",
                *("--demandes", demandes),
                *("--personnes", people),
                "--force",
            )
        )

    def use(self, processes: int) -> None:
        """Let HAProxy ask so many of the Zope processes, and wait until it does.

        One that comes back is given its whole share after its slow start only.
        """
        wanted = {}
        with socket.socket(socket.AF_UNIX) as admin:
            admin.connect(str(self.var / "haproxy.sock"))
            orders = []
            for n in range(1, self.processus + 1):
                wanted[f"zope{n}"] = "UP" if n <= processes else "MAINT"
                state = "ready" if n <= processes else "maint"
                orders.append(f"set server zope/zope{n} state {state}")
            admin.sendall(f"{'; '.join(orders)}\n".encode())
            admin.recv(4096)
        deadline = time.monotonic() + 60
        while self._given() != wanted:
            if time.monotonic() > deadline:
                raise TimeoutError(f"HAProxy: {self._given()}")
            time.sleep(0.1)

    def _given(self) -> dict[str, str]:
        return {
            name: f"{row['status']} {row['throttle']}".strip().removesuffix(" 100%")
            for name, row in self.servers().items()
        }

    def _sql(self, statement: str) -> str:
        program = f'psql --no-psqlrc -At -c "{statement}" "$GUICHET_BASE"'
        done = subprocess.run(
            [self.var / "bin" / "reglages", "sh", "-c", program],
            capture_output=True,
            text=True,
        )
        return self._done(done).stdout.strip()

    @staticmethod
    def _done(process: subprocess.CompletedProcess) -> subprocess.CompletedProcess:
        if process.returncode:
            raise RuntimeError(process.stderr[-3000:])
        return process


def cluster(ours, bare, sizes: Sizes) -> list[Row]:
    """All of it, in a site of its own; ours is stopped meanwhile."""
    ours.stop()
    with Cluster() as site:
        furnish_guichet(site.guichet, sizes.items)
        site.invent(sizes.volumes[1])
        sites = {"ours": addresses(site), "bare": addresses(bare)}
        rows = cached(site, sites, sizes)
        rows += one_and_two(site, sites, sizes)
        rows += filing(site, sites, sizes)
        rows += [
            Row(
                "memory of a process after the run, PSS",
                f"{memory(site, 'Pss'):.0f} MB",
                f"{memory(bare, 'Pss'):.0f} MB Plone with FileStorage",
                memory(site, "Pss") / memory(bare, "Pss"),
            ),
            *steps(site, sizes),
        ]
    ours.start()
    return rows


def cached(site: Cluster, sites: dict, sizes: Sizes) -> list[Row]:
    """A page that is asked for again, by somebody new and by somebody with a cookie."""
    count = 10 * sizes.requests
    figures = fire(
        sites,
        [
            Shot("ours", "home", 1, 3, kept=False),
            Shot("ours", "home", 1, count),
            Shot("ours", "home, not from a cache", 1, sizes.requests),
        ],
    )
    again = figures["ours", "home", 1]
    made = figures["ours", "home, not from a cache", 1]
    return [
        Row(
            "repeated anonymous view, times faster from the cache",
            str(again),
            f"{made} rendered",
            made.median / again.median,
            Goal(20, 20, more=True),
        )
    ]


def one_and_two(site: Cluster, sites: dict, sizes: Sizes) -> list[Row]:
    """Pages, one client and eight; what the second process brings."""
    found: dict[int, Figures] = {1: {}, 2: {}}
    warm = [Shot("ours", name, 8, 16, kept=False) for name in READS]
    # Long enough that the end, when clients have nothing left to ask, does not weigh.
    many = 10 * sizes.requests
    shots = [
        *(Shot("ours", name, 1, sizes.requests) for name in READS),
        Shot(*FRONT, 1, sizes.requests),
        *(Shot("ours", name, 8, many) for name in READS),
        Shot(*FRONT, 8, 2 * sizes.requests),
    ]
    for _round in range(sizes.rounds):
        for processes, figures in found.items():
            site.use(processes)
            found[processes] = fire(sites, [*warm, *shots], figures)
    rows = [
        replace(row, operation=f"{row.operation}, {_processes(processes)}")
        for clients in (1, 8)
        for processes, figures in found.items()
        for row in (compared(figures, clients, name, FRONT, None) for name in READS)
    ]
    return rows + [twice(found, name, 8) for name in READS]


def filing(site: Cluster, sites: dict, sizes: Sizes) -> list[Row]:
    """Demandes are filed: how fast, none lost, and what they add to the database."""
    site.pack()
    before, stored, conflicts = (
        site.database,
        stored_demandes(site.guichet),
        site.conflicts,
    )
    found: dict[int, Figures] = {1: {}, 2: {}}
    share = sizes.submissions // sizes.rounds
    for _round in range(sizes.rounds):
        for processes, figures in found.items():
            site.use(processes)
            found[processes] = fire(
                sites,
                [
                    Shot("ours", "submission", 8, 8, kept=False),
                    Shot("ours", "submission", 1, max(3, share // 8)),
                    Shot("ours", "submission", 8, share),
                ],
                figures,
            )
    found[2] = fire(
        sites, [Shot("ours", "submission", 16, sizes.submissions)], found[2]
    )
    # Its memory is compared with that of a Plone that has worked as well.
    fire(sites, [Shot("bare", "bare: submission", 8, share)])
    rows = [
        Row(
            f"submissions a second, {plural(clients)}, {_processes(processes)}",
            f"{figures['ours', 'submission', clients].speed:.2f}/s, "
            f"{figures['ours', 'submission', clients]}",
        )
        for processes, figures in found.items()
        for clients in (1, 8)
    ]
    rows.append(twice(found, "submission", 8))
    for clients in (8, 16):
        rows += reliability(found[2]["ours", "submission", clients], clients)
    made = sum(figure.good for figures in found.values() for figure in figures.values())
    made += 2 * sizes.rounds * 8
    beyond = stored_demandes(site.guichet) - stored - made
    each = (site.database - before) / made / 1024
    site.pack()
    packed = (site.database - before) / made / 1024
    return [
        *rows,
        Row(
            "stored beyond those confirmed",
            f"{beyond} of {made}",
            ratio=float(abs(beyond)),
            wanted=Goal(0, 0),
        ),
        Row("conflicts in the logs", str(site.conflicts - conflicts)),
        Row("added to the database for a demande, KB", f"{each:.1f} KB"),
        Row(
            "kept after packing for a demande, KB",
            f"{packed:.1f} KB",
            ratio=packed,
            wanted=Goal(3, 5),
        ),
    ]


def twice(found: dict[int, Figures], name: str, clients: int) -> Row:
    """How much faster two processes are than one."""
    one, two = (found[processes]["ours", name, clients].speed for processes in (1, 2))
    return Row(
        f"{name} a second, two processes against one, {plural(clients)}",
        f"{two:.1f}/s",
        f"{one:.1f}/s with one",
        two / one,
        Goal(1.6, 1.6, more=True),
    )


def _processes(number: int) -> str:
    return "1 process" if number == 1 else f"{number} processes"
