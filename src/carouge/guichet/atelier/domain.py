"""Recorded walks through a form, and what came of them, in pure Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import replace
from datetime import date


#: The kinds of usagers one can walk as.
PROFILS = (
    "anonyme",
    "declare",
    "resident",
    "non_resident",
    "entreprise",
    "association",
    "agent",
)


@dataclass(frozen=True)
class Constat:
    """What a walk came to.

    ``acces`` is empty, or why this usager may not begin (``access.domain.Reason``).
    ``etapes`` are the ids of the steps shown in the end. ``refus`` are pairs of a step
    and the path of an answer (empty: the step was not there at all), in the order of the
    walk. ``prix`` is in centimes. ``pieces`` are names of questions.
    """

    acces: str = ""
    etapes: tuple[str, ...] = ()
    refus: tuple[tuple[str, str], ...] = ()
    prix: int = 0
    pieces: tuple[str, ...] = ()
    complet: bool = False

    @classmethod
    def from_json(cls, raw: Mapping) -> Constat:
        """
        :raises ValueError: not made by :meth:`Scenario.to_json`
        """
        return cls(
            acces=_text(raw["acces"]),
            etapes=tuple(_text(etape) for etape in raw["etapes"]),
            refus=tuple((_text(etape), _text(cle)) for etape, cle in raw["refus"]),
            prix=_int(raw["prix"]),
            pieces=tuple(_text(nom) for nom in raw["pieces"]),
            complet=raw["complet"] is True,
        )


@dataclass(frozen=True)
class Page:
    """What one page sent: the saisies of the step ``etape``.

    ``valide``: the button to go on was pressed, so that the answers were looked at.
    """

    etape: str
    saisies: Mapping
    valide: bool = True


@dataclass(frozen=True)
class Marche:
    """What was done, page by page, in order.

    ``fichiers`` says of each file of the walk, by id, its ``nom``, ``type`` and
    ``taille``: the files themselves are not kept.
    """

    profil: str
    jour: date
    pages: tuple[Page, ...] = ()
    fichiers: Mapping[str, Mapping] | None = None

    def to_json(self) -> dict:
        return {
            "profil": self.profil,
            "jour": self.jour.isoformat(),
            "pages": [
                [page.etape, dict(page.saisies), page.valide] for page in self.pages
            ],
            "fichiers": {id: dict(one) for id, one in (self.fichiers or {}).items()},
        }

    @property
    def saisies(self) -> dict:
        """What was typed in the end."""
        saisies: dict = {}
        for page in self.pages:
            ajouter(saisies, page.saisies)
        return saisies

    def avec(self, page: Page) -> Marche:
        """The walk with one more page; one that was not looked at is replaced."""
        before = self.pages
        last = before[-1] if before else None
        if last is not None and last.etape == page.etape and not last.valide:
            page = replace(page, saisies={**last.saisies, **page.saisies})
            before = before[:-1]
        return replace(self, pages=(*before, page))

    @classmethod
    def from_json(cls, raw: Mapping) -> Marche:
        """
        :raises ValueError: not made by :meth:`to_json`; as well as any error of a type
        """
        if raw["profil"] not in PROFILS:
            raise ValueError(raw["profil"])
        return cls(
            profil=raw["profil"],
            jour=date.fromisoformat(raw["jour"]),
            pages=tuple(
                Page(_text(etape), _saisies(saisies), valide is True)
                for etape, saisies, valide in raw["pages"]
            ),
            fichiers={
                _text(id): {
                    "nom": _text(one["nom"]),
                    "type": _text(one["type"]),
                    "taille": _int(one["taille"]),
                }
                for id, one in raw["fichiers"].items()
            },
        )


@dataclass(frozen=True)
class Scenario:
    """A recorded walk with what is expected of it."""

    id: str
    nom: str
    marche: Marche
    attendu: Constat

    def to_json(self) -> dict:
        attendu = asdict(self.attendu)
        attendu["refus"] = [list(pair) for pair in self.attendu.refus]
        return {
            "id": self.id,
            "nom": self.nom,
            "marche": self.marche.to_json(),
            "attendu": attendu
            | {"etapes": [*attendu["etapes"]], "pieces": [*attendu["pieces"]]},
        }

    @classmethod
    def from_json(cls, raw: Mapping) -> Scenario:
        """
        :raises ValueError: not made by :meth:`to_json`
        """
        try:
            return cls(
                _text(raw["id"]),
                _text(raw["nom"]),
                Marche.from_json(raw["marche"]),
                Constat.from_json(raw["attendu"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("no scenario") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _int(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(value)
    return value


def _saisies(raw: Mapping) -> dict:
    """Saisies as pages send them: texts, lists of texts, parts, rows of a group."""
    return {_text(name): _saisie(saisie) for name, saisie in raw.items()}


def _saisie(raw: object):
    if raw is None or isinstance(raw, str):
        return raw
    if isinstance(raw, list):
        return [
            {**_saisies(one), "id": _text(one["id"])}
            if isinstance(one, dict)
            else _text(one)
            for one in raw
        ]
    return _saisies(raw)


def ajouter(saisies: dict, page: Mapping) -> None:
    """Add what a page sent; None takes an answer back."""
    for name, saisie in page.items():
        if saisie is None:
            saisies.pop(name, None)
        else:
            saisies[name] = saisie
