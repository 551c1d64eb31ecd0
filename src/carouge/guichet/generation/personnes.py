"""Invented people: the same ones for the same seed."""

from __future__ import annotations

from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import compte_id
from carouge.guichet.compte.domain import Identite
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Organisation
from carouge.guichet.compte.service import connect
from carouge.guichet.compte.service import get_compte
from carouge.guichet.generation.noms import NOMS
from carouge.guichet.generation.noms import PRENOMS
from carouge.guichet.registre.domain import Status
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from random import Random


#: No provider has this name: nobody can log in as one of them.
ISSUER = "generation.invalid"

RUES = (
    "rue Saint-Joseph",
    "rue Saint-Victor",
    "rue Vautier",
    "rue Ancienne",
    "rue Jacques-Dalphin",
    "rue de la Filature",
    "avenue de la Praille",
    "avenue Cardinal-Mermillod",
    "route de Veyrier",
    "place du Marché",
    "boulevard des Promenades",
    "chemin de Pinchat",
)
_METIERS = (
    "Boulangerie",
    "Garage",
    "Menuiserie",
    "Fleurs",
    "Café",
    "Restaurant",
    "Imprimerie",
    "Électricité",
    "Jardins",
    "Coiffure",
)
_SOCIETES = ("Chœur", "Ensemble", "Club", "Amis", "Théâtre", "Fanfare")
_SUITES = ("du Rondeau", "de la Fontenette", "des Tours", "du Vieux-Carouge")


@dataclass(frozen=True)
class Personne:
    """One invented account."""

    rang: int
    sexe: str
    prenom: str
    nom: str
    naissance: date
    type: AccountType
    niveau: Level
    organisation: Organisation | None
    residente: bool

    @property
    def sujet(self) -> str:
        return f"G-{self.rang}"

    @property
    def id(self) -> str:
        """The id of its compte."""
        organisation = self.organisation
        return compte_id(ISSUER, self.sujet, organisation.id if organisation else "")


def personne(graine: str, rang: int) -> Personne:
    """The person of that rank; nobody else has an influence on her."""
    alea = Random(f"{graine}:personne:{rang}")
    sexe = alea.choice("fm")
    nom = alea.choice(NOMS)
    type = alea.choices(
        (AccountType.PERSONNE, AccountType.ENTREPRISE, AccountType.ASSOCIATION),
        (92, 6, 2),
    )[0]
    if type is AccountType.ENTREPRISE:
        titre = f"{alea.choice(_METIERS)} {nom} Sàrl"
    elif type is AccountType.ASSOCIATION:
        titre = f"{alea.choice(_SOCIETES)} {alea.choice(_SUITES)}"
    else:
        titre = ""
    return Personne(
        rang=rang,
        sexe=sexe,
        prenom=alea.choice(PRENOMS[sexe]),
        nom=nom,
        naissance=date(1935, 1, 1) + timedelta(days=alea.randrange(25_000)),
        type=type,
        niveau=Level.VERIFIED if alea.random() < 0.9 else Level.DECLARED,
        organisation=Organisation(f"O-{rang}", titre, "") if titre else None,
        residente=alea.random() < 0.85,
    )


def compte_de(personne: Personne, fin: date) -> Compte:
    """Her compte, made unless there is one; nothing is committed."""
    compte = get_compte(personne.id)
    if compte is not None:
        return compte
    alea = Random(f"{personne.id}:compte")
    moment = datetime(fin.year, fin.month, fin.day, tzinfo=timezone.utc) - timedelta(
        days=alea.randrange(30, 1500)
    )
    courriel = f"{personne.id}@generation.invalid"
    compte = connect(
        Identite(
            issuer=ISSUER,
            subject=personne.sujet,
            account_type=personne.type,
            level=personne.niveau,
            given_name=personne.prenom,
            family_name=personne.nom,
            birthdate=personne.naissance,
            sex=personne.sexe,
            avs="",
            email=courriel,
            phone="",
            organisation=personne.organisation,
            mandate="",
            acr="",
            auth_time=moment,
        ),
        now=moment,
    )
    if personne.type is AccountType.PERSONNE and personne.niveau is Level.VERIFIED:
        compte.residency = (
            Status.RESIDENT if personne.residente else Status.NOT_RESIDENT
        )
        compte.residency_at = moment
        compte.residency_source = "Génération"
    return compte
