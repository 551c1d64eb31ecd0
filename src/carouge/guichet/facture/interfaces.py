"""The settings of the invoices."""

from carouge.guichet import _
from plone.supermodel import model
from zope import schema


PREFIX = "carouge.guichet.factures"

#: Household services whose customers see the invoices of the business applications.
DOMAINES = ("scolaire", "periscolaire", "petite_enfance", "social")


class IFactureSettings(model.Schema):
    """Who sees which invoices online, and what is let go after a time."""

    mois_recents = schema.Int(
        title=_("Months of recent invoices"),
        description=_("Older ones are behind one more click."),
        min=1,
        max=120,
        default=3,
    )
    jours_ouvres = schema.Int(
        title=_("Working days before invoices are shown"),
        description=_(
            "After an account was opened. Holidays of Geneva do not count; the day of "
            "the opening neither."
        ),
        min=0,
        max=30,
        default=2,
    )
    domaines = schema.Tuple(
        title=_("Billed services"),
        description=_(
            "One per line, as the imports name them. Whoever was never billed for one "
            "of them is shown no imported invoice. Empty: any service will do."
        ),
        value_type=schema.TextLine(),
        default=DOMAINES,
        required=False,
        missing_value=(),
    )
    jours_abandonnes = schema.Int(
        title=_("Days a payment nothing came of is kept"),
        description=_(
            "Given up, refused or out of time, and nothing was ever taken. What has to do "
            "with money is always kept. Empty: for ever."
        ),
        min=30,
        max=3650,
        default=180,
        required=False,
    )
    jours_payeurs = schema.Int(
        title=_("Days the payer of a treated bank movement is kept"),
        description=_(
            "Name and message of the bank, from the day a person has treated the "
            "movement. The amount and the bank's reference stay. Empty: for ever."
        ),
        min=1,
        max=3650,
        default=180,
        required=False,
    )
