"""The rules of a brouillon, in pure Python: how many, how big, how long."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import hashlib
import json
import re
import secrets


#: Brouillons of one person for one démarche, and of one agent for other people.
MAX_BROUILLONS = 5
MAX_SAISIES_AGENT = 50
#: Files of one brouillon, and their size altogether in bytes.
MAX_FICHIERS = 50
MAX_OCTETS = 100 * 1024 * 1024
#: All that was typed, as JSON, in characters; no form comes near it.
MAX_SAISIES = 2 * 1024 * 1024
#: So many days before its end somebody is reminded of a brouillon.
RAPPEL_JOURS = 14

NAVIGATEUR = "nav-"
AGENT = "agent-"

_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


class BrouillonError(ValueError):
    """A rule of the brouillons was broken; the text is for the log."""


class IdPris(BrouillonError):
    """The id belongs to another brouillon, or could not be one."""


class TropDeBrouillons(BrouillonError):
    """The person has :data:`MAX_BROUILLONS` of this démarche already."""


class TropDeFichiers(BrouillonError):
    """The brouillon holds :data:`MAX_FICHIERS` files already."""


class TropDOctets(BrouillonError):
    """The files would be larger than :data:`MAX_OCTETS` altogether."""


class TropLong(BrouillonError):
    """What was typed is longer than :data:`MAX_SAISIES`."""


class BrouillonModifie(Exception):
    """Somebody else, or another tab, has saved meanwhile: nothing was written.

    ``revision`` is the present one, ``modifie`` the moment it was saved (aware UTC).
    """

    def __init__(self, revision: int, modifie: datetime) -> None:
        super().__init__(revision)
        self.revision = revision
        self.modifie = modifie


def nouvel_id() -> str:
    """A random id, fit for an address: 32 hexadecimal digits."""
    return f"{secrets.randbits(128):032x}"


def est_id(text: str) -> bool:
    """Whether a text can be the id of a brouillon."""
    return bool(_ID.fullmatch(text))


def principal_de(cle: str) -> str:
    """The owner principal of the browser that holds this key."""
    return NAVIGATEUR + hashlib.sha256(cle.encode()).hexdigest()


def est_navigateur(proprietaire: str) -> bool:
    """Whether an owner is a browser, and not a compte."""
    return proprietaire.startswith(NAVIGATEUR)


def principal_d_agent(user_id: str) -> str:
    """The owner principal of an agent who fills in a form for somebody else."""
    return AGENT + quote(user_id, safe="")


@dataclass(frozen=True)
class PourAutrui:
    """For whom an agent fills in a form, how it came to him, and how he knows who it is.

    ``compte`` is the id of a compte, empty for somebody without one. ``naissance`` is in
    ISO form, empty for an organisation, whose name stands in ``nom`` and whose UID, if
    it is known, in ``ide``. ``canal`` and ``controle`` are values of
    :class:`~carouge.guichet.demande.domain.Canal` and
    :class:`~carouge.guichet.demande.domain.Controle`. The rest is where somebody without
    compte wants to be told news.
    """

    canal: str
    controle: str
    compte: str = ""
    nom: str = ""
    prenom: str = ""
    naissance: str = ""
    ide: str = ""
    organisation: bool = False
    courriel: str = ""
    telephone: str = ""
    rue: str = ""
    npa: str = ""
    localite: str = ""

    @property
    def nom_affiche(self) -> str:
        """The whole name, of a person or of an organisation."""
        return f"{self.prenom} {self.nom}".strip()

    @property
    def adresse(self) -> str:
        """The postal address in lines; empty when none is known."""
        lieu = f"{self.npa} {self.localite}".strip()
        return "\n".join(ligne for ligne in (self.rue, lieu) if ligne)


def fin(modifie: date, jours: int) -> date:
    """The day on which a brouillon saved on a day is deleted."""
    return modifie + timedelta(days=jours)


def a_rappeler(aujourdhui: date, fin: date, rappele: date | None) -> bool:
    """Whether the owner is to be told today that the brouillon ends.

    ``rappele`` is the day he was told already; a save forgets it.
    """
    return rappele is None and fin - timedelta(days=RAPPEL_JOURS) <= aujourdhui < fin


def fusionner(
    saisies: Mapping[str, Any], nouvelles: Mapping[str, Any]
) -> dict[str, Any]:
    """What is kept after a save: names not given stay, None takes a name away.

    :raises TropLong: see there
    :raises BrouillonError: something that JSON does not know
    """
    ensemble = {**saisies, **nouvelles}
    ensemble = {nom: saisie for nom, saisie in ensemble.items() if saisie is not None}
    try:
        longueur = len(json.dumps(ensemble, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise BrouillonError("not JSON") from error
    if longueur > MAX_SAISIES:
        raise TropLong(longueur)
    return ensemble


def secondes_actives(secondes: int, depuis: timedelta) -> int:
    """How much of what a browser says was spent counts: never more than went by."""
    return max(0, min(int(secondes), int(depuis.total_seconds())))


def en_clair(saisie: Any) -> Iterator[str]:
    """What was typed, line by line, without knowing the question."""
    if isinstance(saisie, str):
        yield from (ligne for ligne in saisie.splitlines() if ligne.strip())
    elif isinstance(saisie, list):
        for element in saisie:
            yield from (
                _rangee(element) if isinstance(element, dict) else en_clair(element)
            )
    elif isinstance(saisie, dict) and "moyen" not in saisie:
        ligne = " ".join(
            partie
            for partie in saisie.values()
            if isinstance(partie, str) and partie.strip()
        )
        if ligne:
            yield ligne


def _rangee(rangee: Mapping[str, Any]) -> Iterator[str]:
    """One row of a repeatable group, as one line."""
    ligne = ", ".join(
        " ".join(en_clair(saisie))
        for nom, saisie in rangee.items()
        if nom != "id" and any(en_clair(saisie))
    )
    if ligne:
        yield ligne
