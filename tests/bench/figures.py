"""What the load generator is told to do, and what its answers mean."""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import json
import os
import statistics
import subprocess


HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Shot:
    """Calls of an operation at a site by so many clients at once.

    What is not ``kept`` only warms up.
    """

    site: str
    operation: str
    clients: int = 1
    count: int = 20
    kept: bool = True


@dataclass
class Figure:
    """What some phases of the same operation told; times are milliseconds."""

    times: list[float] = field(default_factory=list)
    failed: dict[str, int] = field(default_factory=dict)
    cpus: list[float] = field(default_factory=list)
    speeds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """What half of the calls did not exceed."""
        return statistics.median(self.times)

    @property
    def cpu(self) -> float:
        """Milliseconds the site computed for a call: the median of the rounds."""
        return statistics.median(self.cpus)

    @property
    def speed(self) -> float:
        """Good calls a second: the median of the rounds."""
        return statistics.median(self.speeds)

    @property
    def slowest(self) -> float:
        """The slowest call in medians."""
        return max(self.times) / self.median

    @property
    def failures(self) -> int:
        return sum(self.failed.values())

    @property
    def good(self) -> int:
        return len(self.times)

    def add(self, result: Mapping) -> None:
        count = len(result["times"]) + sum(result["failed"].values())
        self.times += result["times"]
        self.cpus.append(1000 * result["cpu"] / count)
        self.speeds.append(len(result["times"]) / result["elapsed"])
        for reason, number in result["failed"].items():
            self.failed[reason] = self.failed.get(reason, 0) + number

    def __str__(self) -> str:
        return f"{self.median:.1f} ({self.cpu:.1f}) ms"


#: Site, operation, clients.
Figures = dict[tuple[str, str, int], Figure]


def fire(
    sites: Mapping[str, Mapping], shots: Iterable[Shot], into: Figures | None = None
) -> Figures:
    """Have all of it done, in this order; the figures by what was asked for.

    ``into`` are figures of rounds before, to be added to.

    :raises RuntimeError: the load generator failed, or a figure has no good call
    """
    shots = [*shots]
    phases = [
        {
            "site": s.site,
            "operation": s.operation,
            "clients": s.clients,
            "count": s.count,
        }
        for s in shots
    ]
    results = generate("load.py", {"sites": sites, "phases": phases})
    found: Figures = defaultdict(Figure, into or {})
    for shot, result in zip(shots, results, strict=True):
        if shot.kept:
            found[shot.site, shot.operation, shot.clients].add(result)
    for key, figure in found.items():
        if not figure.times:
            raise RuntimeError(f"{key}: nothing succeeded: {figure.failed}")
        if figure.failed:
            print(f"{key}: {figure.failed}", flush=True)
    return dict(found)


def generate(program: str, plan: Mapping):
    """Run one of the load generator's programs with a plan; what it answers.

    :raises RuntimeError: it failed; the text is what it said
    """
    done = subprocess.run(
        [ROOT / "bin" / "python-test", HERE / program],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'tests' / 'support'}:{HERE}"},
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return json.loads(done.stdout)


def rounds(
    wanted: Iterable[tuple[str, str]], clients: int, count: int, number: int
) -> list[Shot]:
    """The operations (site, name) in turns, so often; each is warmed up before."""
    wanted = [*wanted]
    return [
        *(Shot(site, name, 1, 3, kept=False) for site, name in wanted),
        *(
            Shot(site, name, clients, count)
            for _round in range(number)
            for site, name in wanted
        ),
    ]
