"""What many demandes cost: the same pages with few and with many, in turns.

The databases are copies of one site, filled by ``bin/guichet generer``; a fifth as many
people as demandes. The first size is the one the others are compared with.
"""

from contextlib import ExitStack
from figures import Figures
from figures import fire
from figures import rounds
from goals import Goal
from goals import Row
from lxml import html
from operations import citizen
from operations import QUINZE
from parts import FRONT
from parts import plural
from sites import addresses
from sites import stored_demandes
from sizes import Sizes
from visitor import Visitor

import mesures
import requests
import time


#: Demandes the measured citizen has in each of them.
OWN = 8
PAGES = (
    "agent: front page",
    "agent: list",
    "agent: list of all",
    "agent: demande",
    "citizen: front page",
    "citizen: list",
    "citizen: demande",
    "submission",
)
#: What of it several people do at once.
AT_ONCE = ("agent: front page", "agent: list", "citizen: front page", "citizen: list")


def file_own(demo) -> str:
    """Some demandes of the citizen who is measured; the number of the last one."""
    session = citizen(addresses(demo), requests.Session())
    for _own in range(OWN):
        visitor = Visitor(demo.guichet)
        visitor.session = session
        response = visitor.open_form(QUINZE).fill(**mesures.answers(1)).submit()
        if "/confirmation?" not in response.url:
            raise RuntimeError(response.url)
    return html.fromstring(response.text).get_element_by_id("numero").text_content()


def check(demo, size: int) -> None:
    """The demandes are in the site that is called.

    :raises RuntimeError: it shows fewer
    """
    if (shown := stored_demandes(demo.guichet)) < size:
        raise RuntimeError(f"{demo.guichet} has {shown} demandes of {size}")


def volume(ours, bare, sizes: Sizes) -> list[Row]:
    """Copies of our site with so many demandes each; ours is stopped meanwhile."""
    with ExitStack() as stack:
        ours.stop()
        demos, sites, made = {}, {}, {}
        for size in sizes.volumes:
            demo = ours.copy()
            stack.callback(demo.__exit__)
            start = time.monotonic()
            demo.generate(size, max(1, size // 5))
            made[size] = time.monotonic() - start
            # His account belongs to the identity provider of this very demonstration.
            numero = file_own(demo).strip()
            check(demo, size)
            demos[size] = demo
            sites[f"{size:,}"] = {**addresses(demo), "numero": numero}
        sites["bare"] = addresses(bare)
        wanted = [
            FRONT,
            *((site, name) for name in PAGES for site in sites if site != "bare"),
        ]
        figures = fire(
            sites, rounds(wanted, 1, max(2, sizes.requests // 3), sizes.rounds)
        )
        wanted = [FRONT, *((site, name) for site, name in wanted if name in AT_ONCE)]
        figures |= fire(sites, rounds(dict.fromkeys(wanted), 8, 16, sizes.rounds))
        conflicts = [demo.conflicts for demo in demos.values()]
    ours.start()
    rows = table_rows(figures, [f"{size:,}" for size in sizes.volumes])
    rows.append(Row("conflicts in the logs", ", ".join(map(str, conflicts))))
    size = sizes.volumes[-1]
    rows.append(
        Row(f"{size:,} demandes invented", f"{made[size]:.0f} s with start and stop")
    )
    return rows


def table_rows(figures: Figures, names: list[str]) -> list[Row]:
    """The pages of the sites ``names``, few demandes first."""
    few, some, many = names
    rows = []
    for clients in (1, 8):
        for name, other, wanted in (
            ("agent: list", FRONT, Goal(1.5, 2.7)),
            ("agent: list", (some, "agent: front page"), Goal(1.3, 1.3)),
            ("citizen: list", (some, "citizen: front page"), Goal(1.1, 1.3)),
        ):
            rows.append(against(figures, clients, some, name, other, wanted))
    for clients, names in ((1, PAGES), (8, AT_ONCE)):
        for name in names:
            frame = "front page" in name
            wanted = None if frame or name == "submission" else Goal(1.15, 1.15)
            rows += [
                against(figures, clients, some, name, (few, name), None),
                against(figures, clients, many, name, (some, name), wanted),
            ]
            if name == "submission":
                wanted = Goal(1.1, 1.1)
                rows.append(against(figures, clients, many, name, (few, name), wanted))
    return rows


def against(figures: Figures, clients: int, site: str, name: str, other, wanted) -> Row:
    """A page of one site beside a page of another one."""
    one, two = figures[site, name, clients], figures[(*other, clients)]
    label = "F" if other == FRONT else f"{other[1]} of {other[0]}"
    return Row(
        f"{name} of {site}, {plural(clients)}",
        str(one),
        f"{two} {label}",
        one.median / two.median,
        wanted,
    )
