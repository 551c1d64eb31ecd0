"""What has happened to an invoice, in words; its ledger stands beside it."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.facture.content import Facture
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Pas:
    """One line; ``par`` is a user id, empty for the counter itself."""

    moment: datetime
    titre: object
    details: str = ""
    par: str = ""


#: What the business application has changed, by field.
CHANGEMENTS = {
    "domaine": _("Domain changed"),
    "libelle": _("Title changed"),
    "emise_le": _("Invoice date changed"),
    "echeance": _("Due day changed"),
    "montant": _("Amount changed"),
    "lignes": _("Lines changed"),
    "adresse": _("Address changed"),
}


def histoire(facture: Facture) -> list[Pas]:
    """The lines, oldest first."""
    steps = [Pas(moment, _("Reminder sent")) for moment in facture.rappels]
    steps += [
        Pas(
            one.moment,
            CHANGEMENTS.get(one.champ, one.champ),
            f"{one.avant} \u2192 {one.apres}",
            one.par,
        )
        for one in facture.historique
    ]
    if facture.annulee is not None:
        steps.append(
            Pas(
                facture.annulee,
                _("Invoice cancelled"),
                facture.annulee_raison,
                facture.annulee_par,
            )
        )
    if facture.verrou and facture.verrou_depuis is not None:
        steps.append(Pas(facture.verrou_depuis, _("Online payment begun")))
    return sorted(steps, key=lambda step: step.moment)
