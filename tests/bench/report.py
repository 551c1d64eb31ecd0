"""``docs/mesures.md``: the tables of the last runs. Nothing in it is typed by hand.

What the figures mean, and where the time goes, stands in ``docs/vitesse.md``.
"""

from carouge.guichet.demo.postgresql import programs
from goals import Row
from goals import table
from importlib.metadata import version
from pathlib import Path

import json
import os
import platform
import re
import subprocess


DOCUMENT = Path(__file__).parents[2] / "docs" / "mesures.md"

HEAD = """\
# Measured

Written by `make bench`; do not edit. What is measured and how, and where the time goes: [vitesse.md](vitesse.md).

*F* is the front page of bare Plone, themed, for a visitor nobody knows. Times are medians of what a client waits; in brackets the CPU time of the site's
processes for one call. Ratios are of what clients wait, or of calls a second where the operation says so. Both sides of a ratio were measured in turns, in
the same minutes. A goal is what we want; a ratio beyond the floor (*MISSED*) is a fault.
"""

#: The parts in the order of the document: what they are called, how to get them alone.
PARTS = {
    "pages": (
        "Pages and forms",
        "One process, FileStorage. *whole flow*: from opening the form of 15 questions to the confirmation; *bare* is Plone with collective.easyform.",
    ),
    "submissions": (
        "Submissions",
        "One process, FileStorage. From the form that is filled in to the confirmation with the number (easyform with SaveData: to its thanks). Failures are counted from what comes back, and compared with what is stored.",
    ),
    "mix": (
        "People as they come",
        "One process, FileStorage. Ten visitors who look, search, file in three steps with autosave, and follow what they have filed; two agents. Everybody thinks for 0.3 to 0.9 seconds between two pages.",
    ),
    "resources": ("Memory", "Of one process, after the parts above."),
    "starts": ("Start-up", "Of one process, in turns."),
    "volume": (
        "Many demandes",
        "One process each, FileStorage, copies of one site filled by `bin/guichet generer`. The agent works for all services and has 50 rows in his list; the citizen has eight demandes.",
    ),
    "cluster": (
        "RelStorage, two processes",
        "PostgreSQL, Zope processes and HAProxy on the same machine as the load generator, as `make production-demo` makes them. HAProxy takes the second process out and puts it back between the rounds.",
    ),
    "imports": (
        "Import of invoices",
        "In a stopped copy of the site: a plain loop of Dexterity objects, then as many new invoices as said, then the same file once more.",
    ),
}


def machine() -> str:
    """The machine and the versions, in one sentence each."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    versions = ", ".join(
        f"{name} {version(package)}"
        for name, package in (
            ("Plone", "Products.CMFPlone"),
            ("Zope", "Zope"),
            ("ZODB", "ZODB"),
            ("RelStorage", "RelStorage"),
            ("waitress", "waitress"),
            ("lxml", "lxml"),
            ("collective.easyform", "collective.easyform"),
            ("locust", "locust"),
        )
    )
    return (
        f"{platform.machine()}, {os.cpu_count()} cores"
        f"{f' of {model[1]}' if model else ''}, "
        f"{int(memory[1]) // 1024**2 if memory else '?'} GB, {platform.system()} "
        f"{platform.release()}; Python {platform.python_version()}, {versions}, "
        f"{_said(programs() / 'postgres', '--version')}, {_said('haproxy', '-v')}."
    )


def write(kept: Path) -> None:
    """Write the document from what the parts have kept."""
    text = [HEAD]
    before = None
    for name, (title, explained) in PARTS.items():
        file = kept / f"{name}.json"
        if not file.exists():
            continue
        found = json.loads(file.read_text(encoding="utf-8"))
        where = "The same machine." if found["machine"] == before else found["machine"]
        before = found["machine"]
        rows = [Row.from_json(row) for row in found["rows"]]
        text.append(
            f"## {title}\n\n```\nmake bench PARTS={name}\n```\n\n{explained} "
            f"Ended {found['ended']}, mean load of 15 minutes {found['load']:.1f}. "
            f"{where}\n\n"
            f"{table(rows)}\n"
        )
    DOCUMENT.write_text("\n".join(text), encoding="utf-8")


def _said(*command: object) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return f"no {command[0]}"
    return done.stdout.splitlines()[0].partition(" - ")[0]
