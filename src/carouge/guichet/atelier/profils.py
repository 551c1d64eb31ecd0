"""The kinds of usagers an editor can walk through a démarche as.

Their identities are fictitious and made in memory: there is no such compte anywhere.
The same kind is always the same person, so that a scenario replays as it was recorded.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Organisation
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.domain import Source
from carouge.guichet.registre.domain import Status
from dataclasses import dataclass
from datetime import date


#: No provider has this address: what is made here can never be taken for an account.
ISSUER = "urn:carouge.guichet:voir-comme"


@dataclass(frozen=True)
class Profil:
    """One kind of usager; ``titre`` and ``aide`` are messages."""

    id: str
    titre: object
    aide: object


PROFILS = {
    profil.id: profil
    for profil in (
        Profil(
            "anonyme",
            _("Somebody without an account"),
            _("Nothing is known of the person."),
        ),
        Profil(
            "declare",
            _("Person with an account that is not verified"),
            _("Name and address of contact are known, the residence is not."),
        ),
        Profil(
            "resident",
            _("Verified person who lives in the commune"),
            _("The register knows the person, the address and the household."),
        ),
        Profil(
            "non_resident",
            _("Verified person who lives elsewhere"),
            _("The register says that the person does not live here."),
        ),
        Profil(
            "entreprise",
            _("Somebody who acts for a company"),
            _("A verified account with a company that has a UID."),
        ),
        Profil(
            "association",
            _("Somebody who acts for an association"),
            _("A verified account with an association without a UID."),
        ),
        Profil(
            "agent",
            _("Agent at the counter"),
            _("An agent fills in the form for somebody who stands at the counter."),
        ),
    )
}

_PERSONNE = {
    "prenom": "Camille",
    "nom": "Exemple",
    "date_naissance": "1986-05-14",
    "sexe": "f",
    "avs": "7569217076985",
}
_CONTACT = {"courriel": "camille.exemple@example.org", "telephone": "+41223079111"}
_REGISTRE = {
    **_PERSONNE,
    "nom_naissance": "Modèle",
    "nationalite": "CH",
    "etat_civil": "marie",
    "rue": "Place du Marché",
    "numero": "14",
    "npa": "1227",
    "localite": "Carouge GE",
}
_AILLEURS = {
    "rue": "Route de Chancy",
    "numero": "41",
    "npa": "1213",
    "localite": "Petit-Lancy",
}

_FOYER = (
    ("exemple-adulte", Role.ADULTE, "Dominique", date(1984, 11, 2), "m"),
    ("exemple-enfant-1", Role.ENFANT, "Lou", date(2017, 3, 21), "f"),
    ("exemple-enfant-2", Role.ENFANT, "Noé", date(2020, 9, 8), "m"),
)


def compte_de(profil: str) -> Compte | None:
    """The compte of that kind of usager, made anew; None for who has none.

    :raises KeyError: there is no such kind
    """
    PROFILS[profil]
    if profil in ("anonyme", "agent"):
        return None
    kind = {
        "entreprise": AccountType.ENTREPRISE,
        "association": AccountType.ASSOCIATION,
    }.get(profil, AccountType.PERSONNE)
    moment = swisstime.now()
    compte = Compte(f"voir-comme-{profil}", ISSUER, profil, kind)
    compte.level = Level.DECLARED if profil == "declare" else Level.VERIFIED
    compte.created = compte.last_login = moment
    compte.set_facts(Source.EDEMARCHES, {**_PERSONNE, **_CONTACT}, moment)
    if profil == "resident":
        compte.set_facts(Source.REGISTRE, _REGISTRE, moment)
        for id_, role, prenom, born, sexe in _FOYER:
            compte.put_membre(
                Membre(id_, role, prenom, "Exemple", born, sexe, source=Source.REGISTRE)
            )
    elif profil == "non_resident":
        compte.set_facts(Source.DECLARE, _AILLEURS, moment)
    if profil in ("resident", "non_resident"):
        resident = profil == "resident"
        compte.residency = Status.RESIDENT if resident else Status.NOT_RESIDENT
        compte.residency_at = moment
    organisation = _organisation(profil)
    if organisation is not None:
        compte.organisation = organisation
        compte.set_facts(
            Source.EDEMARCHES,
            {"raison_sociale": organisation.name, "ide": organisation.uid},
            moment,
        )
    return compte


def usager_de(profil: str) -> dict[str, str] | None:
    """What conditions know of an agent; None where it follows from the compte."""
    if profil != "agent":
        return None
    return {"type": "agent", "niveau": "anonyme", "resident": "non"}


def _organisation(profil: str) -> Organisation | None:
    if profil == "entreprise":
        return Organisation("exemple-sa", "Exemple SA", "CHE123456788")
    if profil == "association":
        return Organisation("exemple-association", "Association Exemple")
    return None
