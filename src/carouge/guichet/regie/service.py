"""The régies of the commune, and their secrets."""

from __future__ import annotations

from carouge.guichet.controlpanel.interfaces import days_of
from carouge.guichet.journal.service import record
from carouge.guichet.money import read_amount
from carouge.guichet.money import to_centimes
from carouge.guichet.regie.controle import compacter_iban
from carouge.guichet.regie.controle import est_code
from carouge.guichet.regie.domain import Adresse
from carouge.guichet.regie.domain import Regie
from carouge.guichet.regie.events import RegieRetrait
from carouge.guichet.regie.interfaces import IRegieSettings
from carouge.guichet.regie.interfaces import PREFIX
from dataclasses import dataclass
from dataclasses import field
from plone.registry.interfaces import IRegistry
from zope.component import getUtility
from zope.event import notify

import os


class RegieInconnue(LookupError):
    """There is no régie of that code."""


class RegieUtilisee(ValueError):
    """Invoices or démarches refer to the régie."""


class CodePris(ValueError):
    """Another régie's variables in the environment have the same names."""


class IbanPris(ValueError):
    """Another régie has this account; its code is the text."""


@dataclass(frozen=True)
class Secrets:
    """What a provider knows us by; it comes from the environment only.

    ``mot_de_passe`` is that of the API, ``signatures`` the keys of its notifications in
    hexadecimal digits: several while they are being changed.
    """

    mot_de_passe: str = field(default="", repr=False)
    signatures: tuple[str, ...] = field(default=(), repr=False)


def regies() -> dict[str, Regie]:
    """All régies by their code, in the order of their titles."""
    found = {code: _regie(code, values) for code, values in collection().items()}
    return dict(sorted(found.items(), key=lambda item: item[1].titre.casefold()))


def espaces() -> dict[str, list[Regie]]:
    """The régies by the business application whose debtor numbers they use."""
    found: dict[str, list[Regie]] = {}
    for regie in regies().values():
        found.setdefault(regie.espace_debiteurs, []).append(regie)
    return found


def get_regie(code: str) -> Regie:
    """
    :raises RegieInconnue: there is none of that code
    """
    values = collection().get(code)
    if values is None:
        raise RegieInconnue(code)
    return _regie(code, values)


def collection():
    """The settings of the régies by code, as plone.registry keeps them."""
    return getUtility(IRegistry).collectionOfInterface(
        IRegieSettings, prefix=PREFIX, check=False
    )


def enregistrer(code: str, **values) -> Regie:
    """Make a régie, or change what is given of one; see IRegieSettings for the names.

    :raises ValueError: the code cannot name a régie
    :raises CodePris: its secrets would be another régie's
    :raises IbanPris: its QR-IBAN is another régie's
    :raises zope.schema.ValidationError: a value does not fit; the caller aborts
    :raises AttributeError: a name that is no setting
    """
    if not est_code(code):
        raise ValueError(code)
    found = collection()
    _seul(code, values, found)
    settings = found[code] if code in found else found.add(code)
    for name, value in values.items():
        setattr(settings, name, value)
    record("regie.enregistrer", subject=code)
    return get_regie(code)


def completer() -> None:
    """Give the régies that exist the settings this version has more; values stay."""
    registry = getUtility(IRegistry)
    for code in list(collection()):
        registry.registerInterface(IRegieSettings, prefix=f"{PREFIX}/{code}")


def raisons_de_rester(code: str) -> list:
    """Why a régie cannot be removed, messages; empty when nothing refers to it."""
    retrait = RegieRetrait(code)
    notify(retrait)
    return retrait.raisons


def retirer(code: str) -> None:
    """Forget a régie.

    :raises RegieInconnue: there is none of that code
    :raises RegieUtilisee: something refers to it
    """
    get_regie(code)
    if raisons_de_rester(code):
        raise RegieUtilisee(code)
    del collection()[code]
    record("regie.retirer", subject=code)


def oublier_toutes() -> None:
    """Leave no trace in the registry: the add-on goes."""
    for code in list(collection()):
        del collection()[code]


def secrets_de(code: str) -> Secrets:
    """The secrets of a régie, of GUICHET_REGIE_<CODE>_MOT_DE_PASSE and _SIGNATURES."""
    prefix = variable(code)
    keys = os.environ.get(f"{prefix}_SIGNATURES", "").split(",")
    return Secrets(
        os.environ.get(f"{prefix}_MOT_DE_PASSE", ""),
        tuple(key.strip() for key in keys if key.strip()),
    )


def variable(code: str) -> str:
    """What the names of a régie's variables in the environment begin with."""
    return f"GUICHET_REGIE_{code.upper().replace('-', '_')}"


def _seul(code: str, values, found) -> None:
    iban = compacter_iban(values.get("qr_iban") or "")
    for autre in found:
        if autre == code:
            continue
        if code not in found and variable(autre) == variable(code):
            raise CodePris(autre)
        if iban and compacter_iban(found[autre].qr_iban or "") == iban:
            raise IbanPris(autre)


def _regie(code: str, values) -> Regie:
    return Regie(
        code=code,
        titre=values.titre or code,
        budget=values.budget or "",
        compte_comptable=values.compte_comptable or "",
        creancier=Adresse(
            nom=values.creancier_nom or "",
            rue=values.creancier_rue or "",
            numero=values.creancier_numero or "",
            npa=values.creancier_npa or "",
            localite=values.creancier_localite or "",
            pays=values.creancier_pays or "CH",
        ),
        qr_iban=compacter_iban(values.qr_iban or ""),
        prefixe_reference=values.prefixe_reference or "",
        prefixe_numero=values.prefixe_numero or "",
        passerelle=values.passerelle or "",
        adresse_passerelle=(values.adresse_passerelle or "").rstrip("/"),
        marchand=values.marchand or "",
        jours_echeance=values.jours_echeance or 0,
        rappels=days_of(values.rappels),
        quatre_yeux_des=_seuil(values.quatre_yeux_des),
        courriel=values.courriel or "",
        espace_debiteurs=values.espace_debiteurs or "",
    )


def _seuil(saisi: str | None) -> int | None:
    """A threshold as it was typed, in centimes; None for never."""
    francs = read_amount(saisi or "")
    return to_centimes(francs) if francs else None
