"""The household as the pages of the espace show it."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.foyer import LOCKED_FIELDS
from carouge.guichet.compte.foyer import MAX_MEMBRES
from carouge.guichet.compte.labels import long_date
from carouge.guichet.compte.labels import MEMBRE_LABELS
from carouge.guichet.compte.labels import ROLE_LABELS
from carouge.guichet.compte.labels import said_by
from carouge.guichet.compte.labels import SEX_LABELS
from carouge.guichet.compte.saisie import MAX_LENGTH
from carouge.guichet.compte.saisie import MAX_LENGTHS
from carouge.guichet.espace.champs import Champ
from carouge.guichet.espace.champs import Option
from carouge.guichet.espace.champs import sex_options
from carouge.guichet.espace.labels import CHOOSE
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass


ROLE_CHOICES = {
    Role.ENFANT: _("Child"),
    Role.ADULTE: _("Adult"),
}


@dataclass(frozen=True)
class MembreLine:
    """One member of the household, in words; addresses are empty where nothing leads."""

    id: str
    name: str
    role: object
    birth: str
    school: str
    representative: bool
    locked: bool
    source: object
    change_url: str
    remove_url: str
    correction: str


def membres_of(
    compte: Compte, language: str, correction: Callable[[str], str], espace_url: str
) -> list[MembreLine]:
    """The members, adults first."""
    return [
        MembreLine(
            id=membre.id,
            name=membre.nom_complet,
            role=ROLE_LABELS[membre.role],
            birth=long_date(membre.date_naissance, language)
            if membre.date_naissance
            else "",
            school=", ".join(filter(None, (membre.ecole, membre.classe))),
            representative=membre.representant,
            locked=membre.locked,
            source=said_by(membre.source, membre.at, language)
            if membre.locked
            else None,
            change_url=f"{espace_url}/foyer/{membre.id}",
            remove_url=""
            if membre.locked
            else f"{espace_url}/foyer/{membre.id}/retirer",
            correction=correction("foyer") if membre.locked else "",
        )
        for membre in compte.foyer
    ]


def is_full(compte: Compte) -> bool:
    """Whether nobody more can be added."""
    return len(compte.foyer) >= MAX_MEMBRES


def values_of(membre: Membre) -> dict[str, str]:
    """What the form of a member shows at first."""
    birth = membre.date_naissance
    return {
        "role": membre.role.value,
        "prenom": membre.prenom,
        "nom": membre.nom,
        "date_naissance": birth.isoformat() if birth else "",
        "sexe": membre.sexe,
        "ecole": membre.ecole,
        "classe": membre.classe,
        "representant": "1" if membre.representant else "",
    }


def champs_of_membre(
    values: Mapping[str, str],
    errors: Mapping[str, object],
    ecoles: Sequence[str],
    locked: Membre | None,
    language: str,
) -> list[Champ]:
    """The fields of the form; ``locked`` is the member when the register knows him."""
    champs = []
    for name in ("role", "prenom", "nom", "date_naissance", "sexe", "ecole", "classe"):
        if locked is not None and name in LOCKED_FIELDS:
            champs.append(
                Champ(
                    id=f"membre-{name}",
                    name=name,
                    label=MEMBRE_LABELS[name],
                    value=_shown(locked, name, language),
                    kind="locked",
                )
            )
            continue
        value = values.get(name, "")
        options = _options(name, value, ecoles)
        champs.append(
            Champ(
                id=f"membre-{name}",
                name=name,
                label=MEMBRE_LABELS[name],
                value=value,
                kind="select"
                if options
                else "date"
                if name == "date_naissance"
                else "text",
                help=_HELP.get(name),
                error=errors.get(name),
                required=name in ("role", "prenom", "nom"),
                maxlength=MAX_LENGTHS.get(name, MAX_LENGTH),
                options=options,
            )
        )
    return champs


_HELP = {
    "ecole": _("For a child who goes to school."),
    "classe": _("For example 3P."),
    "date_naissance": _("Required for a child."),
}


def _options(name: str, value: str, ecoles: Sequence[str]) -> tuple[Option, ...]:
    if name == "sexe":
        return sex_options(value)
    if name == "role":
        return (
            Option("", _("Please choose"), not value),
            *(
                Option(role.value, label, role.value == value)
                for role, label in ROLE_CHOICES.items()
            ),
        )
    if name == "ecole" and ecoles:
        # A school that has left the list stays with whoever goes there.
        names = [*ecoles, *([value] if value and value not in ecoles else [])]
        return (
            Option("", CHOOSE, not value),
            *(Option(item, item, item == value) for item in names),
        )
    return ()


def _shown(membre: Membre, name: str, language: str):
    if name == "role":
        return ROLE_CHOICES[membre.role]
    if name == "sexe":
        return SEX_LABELS.get(membre.sexe, "")
    if name == "date_naissance":
        birth = membre.date_naissance
        return long_date(birth, language) if birth else ""
    return getattr(membre, name)
