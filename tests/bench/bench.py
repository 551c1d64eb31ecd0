"""Speed of the counter, as ratios against bare Plone in the same minutes.

    make bench                    all of it
    BENCH_COURT=1 make bench      a short run, some five minutes
    PARTS="pages volume" make bench

Starts what it measures on free ports: the counter, and Plone alone with an easyform
that asks the same questions. A load generator (``load``, ``mix``) works in a process of
its own; what is compared is called in turns. Each part ends with its table; what it has
found is kept in ``docs/mesures`` until it is measured again, and written to
``docs/mesures.md`` with the other parts (``report``). A short run leaves both alone.
Sizes: see ``sizes``.
"""

from cluster import cluster
from contextlib import ExitStack
from goals import MISSED
from goals import Row
from goals import table
from pathlib import Path
from sites import both
from sizes import Sizes
from volume import volume

import datetime
import imports
import json
import mixed
import os
import parts
import report
import sys
import time


ROOT = Path(__file__).parents[2]
#: What was measured last, beside the document that is written from it.
KEPT = ROOT / "docs" / "mesures"
#: A short run is for looking at only.
SHORT = ROOT / "var" / "bench"
#: In this order: memory is what is left after pages and submissions.
PARTS = {
    "pages": parts.pages,
    "submissions": parts.submissions,
    "mix": mixed.mix,
    "resources": parts.resources,
    "starts": parts.starts,
    "volume": volume,
    "cluster": cluster,
    "imports": imports.imports,
}


def keep(name: str, rows: list[Row], sizes: Sizes, seconds: float) -> None:
    """Print the table of a part, and note it for the report."""
    load = os.getloadavg()[2]
    folder = SHORT if sizes.short else KEPT
    print(f"\n{name}: {seconds:.0f} s, load {load:.1f}\n\n{table(rows)}\n", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    done = {
        "machine": report.machine(),
        "ended": datetime.datetime.now().astimezone().isoformat(timespec="minutes"),
        "load": load,
        "rows": [row.to_json() for row in rows],
    }
    text = json.dumps(done, indent=1, ensure_ascii=False)
    (folder / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


def main(wanted: list[str]) -> int:
    """Measure the parts that are named; return the exit code: 1 for a missed floor."""
    sizes = Sizes.read(os.environ)
    unknown = {*wanted} - {*PARTS}
    if unknown:
        print(f"{', '.join(unknown)}? There are: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    print(report.machine(), flush=True)
    missed = []
    with ExitStack() as stack:
        start = time.monotonic()
        ours, bare = both(sizes.items)
        stack.callback(bare.__exit__)
        stack.callback(ours.__exit__)
        print(f"sites ready after {time.monotonic() - start:.0f} s", flush=True)
        for name in wanted:
            start = time.monotonic()
            rows = PARTS[name](ours, bare, sizes)
            keep(name, rows, sizes, time.monotonic() - start)
            missed += [row for row in rows if row.verdict == MISSED]
    if not sizes.short:
        report.write(KEPT)
    if missed:
        print(f"floors missed:\n\n{table(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or [*PARTS]))
