"""The realistic mix: what each step of people who come and go takes; see ``mix``."""

from figures import generate
from goals import Goal
from goals import Row
from sites import addresses
from sizes import Sizes

import statistics


VISITORS, AGENTS, THINK = 10, 2, 0.6


def mix(ours, bare, sizes: Sizes) -> list[Row]:
    """On one process with a FileStorage."""
    return steps(ours, sizes)


def steps(demo, sizes: Sizes) -> list[Row]:
    """A line for each step, and one for the failures."""
    plan = {
        "site": addresses(demo),
        "visitors": VISITORS,
        "agents": AGENTS,
        "seconds": sizes.mix,
        "think": THINK,
    }
    found = generate("mix.py", plan)
    failures = {
        name: sum(reasons.values()) for name, reasons in found["failed"].items()
    }
    if failures:
        print(found["failed"], flush=True)
    total = sum(map(len, found["times"].values()))
    rows = [
        Row(
            f"mix: {name}",
            f"median {statistics.median(times):.0f}, 95 % in "
            f"{sorted(times)[int(0.95 * len(times))]:.0f}, slowest {max(times):.0f} ms",
            f"{len(times)} times",
        )
        for name, times in sorted(found["times"].items())
    ]
    rows.append(
        Row(
            f"mix: failed, of {total} steps ({total / sizes.mix:.1f} a second)",
            str(sum(failures.values())),
            ratio=float(sum(failures.values())),
            wanted=Goal(0, 0),
        )
    )
    return rows
