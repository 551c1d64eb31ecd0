"""The load generator: clients of locust that do what a plan says, phase after phase.

    bin/python-test tests/bench/load.py < plan.json > results.json

It runs in a process of its own. The plan has ``sites`` by name, each with its addresses
``site`` and ``guichet`` and the numbers of its processes (``pids``), and ``phases``,
each with ``site``, ``operation``, ``clients`` and ``count``. A phase begins when the one
before has ended, and when what its calls need is prepared: forms that are sent are
opened before, a client is logged in before. Only its calls are measured. Each result
has the milliseconds that the requests of each good call took (``times``), the reasons of the failures
(``failed``), the seconds the whole phase took (``elapsed``) and the seconds the site's
processes computed meanwhile (``cpu``); a failure never counts as a time.
"""

from collections import Counter
from contextlib import suppress
from functools import partial
from gevent.event import Event
from gevent.local import local
from locust import constant
from locust import task
from locust import User
from locust.env import Environment
from operations import Operation
from operations import OPERATIONS
from pathlib import Path
from sessions import new_session
from sessions import quick

import gevent
import json
import sys
import time


def computed(pids: list[int]) -> float:
    """Seconds processes have computed so far, in all their threads."""
    nanoseconds = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            # One that has ended meanwhile did not serve requests.
            with suppress(FileNotFoundError, ProcessLookupError):
                nanoseconds += int(thread.read_text().split()[0])
    return nanoseconds / 1e9


class Phase:
    """Calls of one operation that the clients share."""

    def __init__(self, operation: Operation, clients: int, count: int) -> None:
        self.operation, self.clients = operation, clients
        self.given = [operation.prepare(n % clients) for n in range(count)]
        self.given.reverse()
        self.left = count
        self.times: list[float] = []
        self.failed: Counter[str] = Counter()
        self.over = Event()

    def work(self) -> None:
        """Call until nothing is left to do; the last one ends the phase."""
        while self.given:
            given = self.given.pop()
            waited.milliseconds = 0.0
            try:
                self.operation.call(given)
            except Exception as error:
                self.failed[f"{type(error).__name__}: {error}"[:200]] += 1
            else:
                self.times.append(waited.milliseconds)
            self.left -= 1
        if not self.left:
            self.over.set()


class Series:
    """The phases of a plan."""

    def __init__(self, plan: dict) -> None:
        self.plan = plan
        self.clients = max(phase["clients"] for phase in plan["phases"])
        self.begun = Event()
        self.phase: Phase | None = None
        self.results: list[dict] = []
        self._made: dict[tuple[str, str], Operation] = {}

    def run(self) -> list[dict]:
        for wanted in self.plan["phases"]:
            site = self.plan["sites"][wanted["site"]]
            operation = self._operation(wanted["site"], wanted["operation"])
            phase = Phase(operation, wanted["clients"], wanted["count"])
            used, start = computed(site["pids"]), time.perf_counter()
            self.phase = phase
            self.begun.set()
            phase.over.wait()
            self.begun.clear()
            self.results.append(
                wanted
                | {
                    "times": phase.times,
                    "failed": dict(phase.failed),
                    "elapsed": time.perf_counter() - start,
                    "cpu": computed(site["pids"]) - used,
                }
            )
        return self.results

    def _operation(self, site: str, name: str) -> Operation:
        if (site, name) not in self._made:
            session = partial(new_session, environment, f"{site}: {name}")
            self._made[site, name] = OPERATIONS[name](
                self.plan["sites"][site], session, partial(quick, environment)
            )
        return self._made[site, name]


class Client(User):
    """Takes its share of each phase that has room for it."""

    wait_time = constant(0)
    numbers = iter(range(1_000_000))

    def on_start(self) -> None:
        self.number = next(self.numbers)

    @task
    def work(self) -> None:
        series = self.environment.series
        series.begun.wait()
        phase = series.phase
        if self.number < phase.clients:
            phase.work()
        phase.over.wait()
        while series.begun.is_set() and series.phase is phase:
            gevent.sleep(0.001)


environment = Environment(user_classes=[Client])
#: What the requests of the client at work have taken since its call began.
waited = local()


@environment.events.request.add_listener
def count_waiting(response_time: float, **_details) -> None:
    # A browser reads a page while the person does: only the site is measured.
    if hasattr(waited, "milliseconds"):
        waited.milliseconds += response_time


def main() -> None:
    series = environment.series = Series(json.load(sys.stdin))
    runner = environment.create_local_runner()
    runner.start(series.clients, spawn_rate=100)
    results = series.run()
    runner.quit()
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
