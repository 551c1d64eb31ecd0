"""What a régie is, in pure Python."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Adresse:
    """A structured address, as a QR-bill has it (type ``S``, IG QR-bill v2.3, 4.3.1)."""

    nom: str
    rue: str
    numero: str
    npa: str
    localite: str
    pays: str = "CH"


@dataclass(frozen=True)
class Regie:
    """The unit that cashes in: its own budget, merchant contract and bank account.

    ``code`` names it in imports, addresses and the environment (``VILLE``); it never
    changes. ``prefixe_reference`` are the digits its QR references begin with,
    ``prefixe_numero`` what its own invoices are called after. ``passerelle`` is the name
    of the :class:`~carouge.guichet.interfaces.IPaiementGateway` (empty: nothing is paid
    online), ``adresse_passerelle`` the base of its API and ``marchand`` our name there.
    ``jours_echeance`` are the days a citizen has for an invoice made here, ``rappels``
    the days after the due day on which he is reminded. ``quatre_yeux_des`` is the amount
    in centimes from which a refund needs a second person; None: never.
    ``courriel`` is the address of its cash desk, empty for none.
    ``espace_debiteurs`` names the business application whose debtor numbers it uses:
    régies of one application have the same. Without one it is the code.
    """

    code: str
    titre: str
    budget: str
    compte_comptable: str
    creancier: Adresse
    qr_iban: str
    prefixe_reference: str
    prefixe_numero: str
    passerelle: str = ""
    adresse_passerelle: str = ""
    marchand: str = ""
    jours_echeance: int = 30
    rappels: tuple[int, ...] = ()
    quatre_yeux_des: int | None = None
    courriel: str = ""
    espace_debiteurs: str = ""

    def __post_init__(self) -> None:
        # Nobody shares debtors with another régie unless somebody has said so.
        if not self.espace_debiteurs:
            object.__setattr__(self, "espace_debiteurs", self.code)
