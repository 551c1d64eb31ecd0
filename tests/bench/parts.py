"""The parts of the measurement with one process and a FileStorage; see ``bench``."""

from figures import Figures
from figures import fire
from figures import rounds
from figures import Shot
from goals import Goal
from goals import Row
from sites import addresses
from sites import stored_bare
from sites import stored_demandes
from sizes import Sizes

import statistics


FRONT = ("bare", "front page")
#: Operation of ours, what it is compared with, what is wanted of the ratio.
PAGES = (
    ("home", FRONT, Goal(0.8, 1.0)),
    ("category", FRONT, None),
    ("category of 150", FRONT, Goal(1.2, 1.5)),
    ("category of 150", ("bare", "bare: collection of 150"), None),
    ("démarche", FRONT, None),
    ("search", FRONT, Goal(1.0, 1.2)),
    ("search", ("bare", "bare: search"), None),
    ("suivi", FRONT, None),
    ("form", ("bare", "bare: form"), Goal(0.6, 0.85)),
    ("form of 120", ("ours", "form"), None),
    ("step with an error", ("bare", "bare: step with an error"), None),
    ("autosave", ("bare", "bare: step with an error"), None),
    ("autosave of 120", ("ours", "autosave"), None),
    ("whole flow", FRONT, Goal(3.5, 4.7)),
)
CLIENTS = (1, 8)


def both(ours, bare) -> dict[str, dict]:
    return {"ours": addresses(ours), "bare": addresses(bare)}


def compared(
    figures: Figures, clients: int, name: str, other: tuple[str, str], wanted
) -> Row:
    """A page of ours beside another one, by what a client waits."""
    one, two = figures["ours", name, clients], figures[(*other, clients)]
    label = "F" if other == FRONT else other[1].removeprefix("bare: ")
    if other[0] == "bare" and other != FRONT:
        label = f"Plone: {label}"
    return Row(
        f"{name}, {plural(clients)}",
        str(one),
        f"{two} {label}",
        one.median / two.median,
        wanted,
    )


def plural(clients: int) -> str:
    return "1 client" if clients == 1 else f"{clients} clients"


def pages(ours, bare, sizes: Sizes) -> list[Row]:
    """Each page in turns with those it is compared with."""
    wanted = dict.fromkeys(
        pair for name, other, _goal in PAGES for pair in (("ours", name), other)
    )
    rows = []
    for clients in CLIENTS:
        count = max(sizes.requests, 2 * clients)
        shots = rounds(wanted, clients, count, sizes.rounds)
        figures = fire(both(ours, bare), shots)
        rows += [
            compared(figures, clients, name, other, goal) for name, other, goal in PAGES
        ]
    return rows


def submissions(ours, bare, sizes: Sizes) -> list[Row]:
    """Filed until the confirmation, in turns with easyform; counted on both sides."""
    sites = both(ours, bare)
    ours.pack()
    bare.pack()
    before = ours.database, bare.database
    stored = stored_demandes(ours.guichet), stored_bare(bare.site)
    conflicts = ours.conflicts, bare.conflicts
    pairs = [("ours", "submission"), ("bare", "bare: submission")]
    share = sizes.submissions // sizes.rounds
    figures = fire(
        sites,
        [
            *rounds(pairs, 1, max(3, share // 8), sizes.rounds),
            *rounds(pairs, 8, share, sizes.rounds),
            Shot("ours", "submission", 16, sizes.submissions),
        ],
    )
    rows = [
        speed(figures, clients, goal)
        for clients, goal in ((1, Goal(2, 1.6, True)), (8, Goal(2.3, 1.8, True)))
    ]
    for clients in (8, 16):
        rows += reliability(figures["ours", "submission", clients], clients)
    theirs = figures["bare", "bare: submission", 8]
    rows.append(
        Row(
            "easyform's failures, 8 clients",
            "",
            f"{theirs.failures} of {theirs.failures + theirs.good}, slowest "
            f"{theirs.slowest:.1f} medians",
        )
    )
    warm_up = 2 * 3
    made = [
        sum(
            figure.good
            for (site, _name, _clients), figure in figures.items()
            if site == which
        )
        + warm_up
        for which in ("ours", "bare")
    ]
    kept = (
        stored_demandes(ours.guichet) - stored[0],
        stored_bare(bare.site) - stored[1],
    )
    rows.append(
        Row(
            "stored beyond those confirmed",
            f"{kept[0] - made[0]} of {made[0]}",
            f"{kept[1] - made[1]} of {made[1]} easyform",
            float(abs(kept[0] - made[0])),
            Goal(0, 0),
        )
    )
    rows.append(
        Row(
            "conflicts in the log",
            str(ours.conflicts - conflicts[0]),
            f"{bare.conflicts - conflicts[1]} easyform",
        )
    )
    rows += written(ours, before[0], made[0], bare, before[1], made[1])
    return rows


def speed(figures: Figures, clients: int, wanted: Goal) -> Row:
    """Submissions a second of ours and of easyform."""
    one = figures["ours", "submission", clients]
    two = figures["bare", "bare: submission", clients]
    return Row(
        f"submissions a second, {plural(clients)}",
        f"{one.speed:.2f}/s, {one}",
        f"{two.speed:.2f}/s, {two} easyform",
        one.speed / two.speed,
        wanted,
    )


def reliability(figure, clients: int) -> list[Row]:
    """Whether all succeeded, and how long the unluckiest waited."""
    total = figure.failures + figure.good
    return [
        Row(
            f"failed submissions, {plural(clients)}",
            f"{figure.failures} of {total}",
            ratio=float(figure.failures),
            wanted=Goal(0, 0),
        ),
        Row(
            f"slowest submission in medians, {plural(clients)}",
            f"{max(figure.times):.0f} of {figure.median:.0f} ms",
            ratio=figure.slowest,
            wanted=Goal(2, 3),
        ),
    ]


def written(ours, before: int, made: int, bare, bare_before: int, bare_made: int):
    """What a demande adds to the database, before and after packing, in KB."""
    rows = []
    for what, wanted in (("written", Goal(8, 20)), ("kept after packing", Goal(3, 5))):
        if what != "written":
            ours.pack()
            bare.pack()
        each = (ours.database - before) / made / 1024
        theirs = (bare.database - bare_before) / bare_made / 1024
        rows.append(
            Row(
                f"{what} for a demande, KB",
                f"{each:.1f} KB",
                f"{theirs:.1f} KB easyform",
                each,
                wanted,
            )
        )
    return rows


def resources(ours, bare, sizes: Sizes) -> list[Row]:
    """Memory of the processes as they are now."""
    rows = []
    for what, wanted in (("Rss", None), ("Pss", Goal(1.1, 1.25))):
        one, two = memory(ours, what), memory(bare, what)
        rows.append(
            Row(
                f"memory after the run, {what.upper()}",
                f"{one:.0f} MB",
                f"{two:.0f} MB Plone",
                one / two,
                wanted,
            )
        )
    return rows


def starts(ours, bare, sizes: Sizes) -> list[Row]:
    """How long the processes take to start."""
    seconds: tuple[list[float], list[float]] = ([], [])
    computed: tuple[list[float], list[float]] = ([], [])
    for _round in range(sizes.starts):
        for n, demo in enumerate((ours, bare)):
            demo.stop()
            taken, cpu = demo.start_timed()
            seconds[n].append(taken)
            computed[n].append(cpu)
    one, two = map(statistics.median, seconds)
    cpus = [*map(statistics.median, computed)]
    return [
        Row(
            "start-up to the first page",
            f"{one:.1f} s ({cpus[0]:.1f} s CPU)",
            f"{two:.1f} s ({cpus[1]:.1f} s CPU) Plone",
            one / two,
            Goal(1.2, 1.2),
        )
    ]


def memory(demo, what: str) -> float:
    """Megabytes of a process, the mean of them when there are several."""
    found = []
    for pid in demo.pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
            found += [int(line.split()[1]) for line in lines if line.startswith(what)][
                :1
            ]
    return sum(found) / len(found) / 1024
