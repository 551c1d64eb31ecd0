"""Many invoices at once, beside a plain loop of Dexterity objects."""

from figures import HERE
from figures import ROOT
from goals import Row
from sizes import Sizes

import re
import subprocess


LINE = re.compile(
    r"(?P<what>.+): (?P<clock>\d+) a second by the clock, "
    r"(?P<cpu>\d+) by the processor; resident (?P<memory>\d+) MB"
)


def imports(ours, bare, sizes: Sizes) -> list[Row]:
    """In a copy of our site; ours is stopped meanwhile."""
    ours.stop()
    copy = ours.copy()
    try:
        done = subprocess.run(
            [
                ROOT / "bin" / "python-test",
                HERE / "importer_factures.py",
                copy.var / "etc" / "zope.conf",
                "2000" if sizes.short else "100000",
            ],
            env={**copy.environ, "PYTHONPATH": f"{ROOT / 'tests' / 'support'}:{HERE}"},
            capture_output=True,
            text=True,
        )
    finally:
        copy.__exit__()
        ours.start()
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    found = [LINE.fullmatch(line) for line in done.stdout.splitlines()]
    lines = [match for match in found if match]
    slow = int(lines[0]["cpu"])
    return [
        Row(
            match["what"],
            f"{match['clock']} a second ({match['cpu']} a second of CPU), "
            f"{match['memory']} MB",
            f"{slow} Dexterity objects a second of CPU",
            int(match["cpu"]) / slow,
        )
        for match in lines
    ]
