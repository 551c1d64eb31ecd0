"""Comptes for tests, and browsers that are logged in with them."""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Identite
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Organisation
from carouge.guichet.compte.service import connect
from carouge.guichet.identity import service
from carouge.guichet.registre.domain import Status
from datetime import date
from datetime import datetime
from plone.app.testing import login as plone_login
from plone.app.testing import logout

import transaction


ISSUER = "https://edemarches.example"


def make_compte(
    subject: str = "G-camille",
    *,
    issuer: str = ISSUER,
    account_type: AccountType = AccountType.PERSONNE,
    level: Level = Level.VERIFIED,
    prenom: str = "Camille",
    nom: str = "Rochat",
    date_naissance: date | None = date(1986, 4, 12),
    sexe: str = "f",
    avs: str = "7561234567897",
    courriel: str = "camille@example.ch",
    telephone: str = "+41790000101",
    organisation: Organisation | None = None,
    mandate: str = "",
    acr: str = "",
    residency: Status | None = None,
    residency_source: str = "Registre de test",
    now: datetime | None = None,
) -> Compte:
    """Store the compte of somebody who has just logged in; nothing is committed.

    ``residency`` is what the register has just said of him, None when it was not asked.
    """
    now = now or swisstime.now()
    compte = connect(
        Identite(
            issuer=issuer,
            subject=subject,
            account_type=account_type,
            level=level,
            given_name=prenom,
            family_name=nom,
            birthdate=date_naissance,
            sex=sexe,
            avs=avs,
            email=courriel,
            phone=telephone,
            organisation=organisation,
            mandate=mandate,
            acr=acr,
            auth_time=now,
        ),
        now=now,
    )
    if residency is not None:
        compte.residency = residency
        compte.residency_at = now
        compte.residency_source = residency_source
    return compte


def make_company(
    subject: str = "G-laura",
    *,
    name: str = "Boulangerie du Rondeau Sàrl",
    uid: str = "CHE107482617",
    **values,
) -> Compte:
    """A compte that acts for a company."""
    values = {"prenom": "Laura", "nom": "Keller", "avs": ""} | values
    return make_compte(
        subject,
        account_type=AccountType.ENTREPRISE,
        organisation=Organisation(id=f"O-{name}", name=name, uid=uid),
        **values,
    )


def make_association(
    subject: str = "G-yann", *, name: str = "Chœur du Vieux-Carouge", **values
) -> Compte:
    """A compte that acts for an association without UID."""
    values = {"prenom": "Yann", "nom": "Pittet", "avs": ""} | values
    return make_compte(
        subject,
        account_type=AccountType.ASSOCIATION,
        organisation=Organisation(id=f"O-{name}", name=name),
        **values,
    )


def cookies_of(layer, compte: Compte) -> dict[str, str]:
    """Open a session of ``compte``, commit, and return the cookies of its browser."""
    request = layer["request"].clone()
    service.open_session(request, compte)
    transaction.commit()
    name = service.cookie_name()
    return {name: request.response.cookies[name]["value"]}


def log_in(layer, compte: Compte) -> None:
    """Make the test itself the person, in the layer's request, with an open session."""
    service.open_session(layer["request"], compte)
    plone_login(layer["portal"], compte.id)


def log_out(layer) -> None:
    """Make the test anonymous again."""
    service.close_session(layer["request"])
    logout()
