"""How much is measured: all of it, or a short run to see that everything works."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """``short`` is a run whose figures are not for keeping.

    Pages are called ``requests`` times in each of ``rounds``; ``volumes`` are the
    numbers of demandes, the first one small; ``mix`` is how many seconds people come
    and go; ``items`` is how many démarches one page lists.
    """

    short: bool
    rounds: int
    requests: int
    submissions: int
    volumes: tuple[int, ...]
    starts: int
    mix: int
    items: int

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Sizes":
        """BENCH_COURT=1 is the short run; BENCH_<NAME> changes one of them."""
        short = environ.get("BENCH_COURT", "") not in ("", "0")

        def number(name: str, long: int, brief: int) -> int:
            return int(environ.get(f"BENCH_{name}") or (brief if short else long))

        volumes = environ.get("BENCH_VOLUME") or (
            "100,1000,3000" if short else "1000,10000,100000"
        )
        return cls(
            short=short,
            rounds=number("ROUNDS", 5, 2),
            requests=number("REQUESTS", 20, 5),
            submissions=number("SUBMISSIONS", 480, 48),
            volumes=tuple(int(size) for size in volumes.split(",")),
            starts=number("STARTS", 7, 1),
            mix=number("MIX", 60, 15),
            items=number("ITEMS", 150, 150),
        )
