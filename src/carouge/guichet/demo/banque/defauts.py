"""Misbehaviour on demand: rules that say what goes wrong, how often, for whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass

import random
import threading


#: What every call of the API can do wrong. ``delai`` acts only after it has waited,
#: ``delai_apres`` acts at once and waits with its answer; so with the errors.
APPELS = (
    "erreur_500",
    "erreur_500_apres",
    "delai",
    "delai_apres",
    "html",
    "liste",
    "enorme",
    "redirection",
    "refus",
    "acces",
)

#: By operation; what ``status`` does wrong beyond that is a lie.
MODES: dict[str, frozenset[str]] = {
    "init": frozenset(APPELS),
    "settle": frozenset(APPELS),
    "cancel": frozenset(APPELS),
    "credit": frozenset(APPELS),
    "status": frozenset(
        {*APPELS, "montant", "devise", "marchand", "inconnu", "introuvable"}
    ),
    "notification": frozenset(
        {
            "perdue",
            "double",
            "retard",
            "desordre",
            "signature",
            "sans_signature",
            "vieille",
        }
    ),
    "page": frozenset({"apres_expiration"}),
}


class DefautInconnu(ValueError):
    """Nobody knows such a fault; the text says what is wrong."""


@dataclass
class Regle:
    """One fault.

    ``fois`` is how often it still happens (None: without end), ``chance`` the
    probability of each time. ``refno`` limits it to one payment. ``secondes`` is how
    long what takes time does (None: as long as the bank's settings say).
    """

    operation: str
    mode: str
    fois: int | None = None
    chance: float = 1.0
    refno: str | None = None
    secondes: float | None = None

    def __post_init__(self) -> None:
        if self.mode not in MODES.get(self.operation, ()):
            raise DefautInconnu(f"{self.operation}/{self.mode}")
        if self.fois is not None and (type(self.fois) is not int or self.fois < 1):
            raise DefautInconnu("fois")
        for name in ("chance", "secondes"):
            value = getattr(self, name)
            if value is not None and (
                isinstance(value, bool)
                or not isinstance(value, (int, float))
                or not 0 <= value <= (1 if name == "chance" else 3_600)
            ):
                raise DefautInconnu(name)


class Defauts:
    """Which faults are on; every method is thread safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._hasard = random.Random(0)
        self._regles: list[Regle] = []
        self._arrives: Counter[str] = Counter()
        self._tour = 0

    @property
    def regles(self) -> list[dict[str, object]]:
        """The rules as JSON has them."""
        with self._changed:
            return [asdict(regle) for regle in self._regles]

    @property
    def arrives(self) -> dict[str, int]:
        """What has happened, by ``operation/mode``, since the last :meth:`remplacer`."""
        with self._changed:
            return dict(sorted(self._arrives.items()))

    def remplacer(
        self, regles: Iterable[Mapping[str, object]], graine: int | None = None
    ) -> None:
        """Turn these rules on and all others off.

        ``graine`` makes chance begin anew from there. Raises :class:`DefautInconnu`.
        """
        try:
            new = [Regle(**regle) for regle in regles]
        except TypeError as error:
            raise DefautInconnu("regle") from error
        with self._changed:
            self._regles = new
            if graine is not None:
                self._hasard.seed(graine)
            self._arrives.clear()
            self._tour += 1
            self._changed.notify_all()

    def ajouter(self, **regle: object) -> None:
        """Turn one more rule on."""
        with self._changed:
            self._regles.append(Regle(**regle))

    def tirer(self, operation: str, refno: str) -> Regle | None:
        """Return what goes wrong now, None if nothing; that uses the rule once."""
        with self._changed:
            for regle in self._regles:
                if regle.operation != operation or regle.refno not in (None, refno):
                    continue
                if regle.chance < 1 and self._hasard.random() >= regle.chance:
                    continue
                if regle.fois is not None:
                    regle.fois -= 1
                    if not regle.fois:
                        self._regles.remove(regle)
                self._arrives[f"{operation}/{regle.mode}"] += 1
                return regle
        return None

    def trainer(self, secondes: float) -> None:
        """Take that long; other rules end it at once."""
        with self._changed:
            tour = self._tour
            self._changed.wait_for(lambda: self._tour != tour, secondes)
