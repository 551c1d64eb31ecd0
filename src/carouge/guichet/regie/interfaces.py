"""The settings of a régie: one group of records in the registry for each."""

from carouge.guichet import _
from carouge.guichet.controlpanel.interfaces import is_base_address
from carouge.guichet.controlpanel.interfaces import is_days
from carouge.guichet.controlpanel.interfaces import is_mail
from carouge.guichet.money import read_amount
from carouge.guichet.regie import controle
from plone.autoform import directives
from plone.supermodel import model
from zope import schema
from zope.interface import Invalid


#: Records are named ``carouge.guichet.regies/VILLE.titre``.
PREFIX = "carouge.guichet.regies"


def check_code(value: str) -> bool:
    """Constraint of what names a régie."""
    if controle.est_code(value):
        return True
    raise Invalid(
        _(
            "Please give capital letters, digits, - and _, a letter first. Example: VILLE"
        )
    )


def check_espace(value: str) -> bool:
    """Constraint of what names the debtors of a business application."""
    if not value or controle.est_espace(value):
        return True
    raise Invalid(
        _("Please give letters, digits, - and _, 20 at most. Example: foyers")
    )


def check_iban(value: str) -> bool:
    """Constraint of the account QR-bills are paid to."""
    if controle.est_qr_iban(value):
        return True
    raise Invalid(
        _(
            "This is no QR-IBAN: it begins with CH or LI, and its 5th to 9th characters "
            "are a number from 30000 to 31999."
        )
    )


def check_prefixe_reference(value: str) -> bool:
    """Constraint of the digits QR references begin with."""
    if controle.est_prefixe_reference(value):
        return True
    raise Invalid(_("Please give 12 digits at most."))


def check_prefixe_numero(value: str) -> bool:
    """Constraint of what the numbers of invoices begin with."""
    if controle.est_prefixe_numero(value):
        return True
    raise Invalid(_("Please give 1 to 8 capital letters and digits, a letter first."))


def check_npa(value: str) -> bool:
    """Constraint of a postal code."""
    if controle.est_npa(value):
        return True
    raise Invalid(_("This is no postal code."))


def check_amount(value: str) -> bool:
    """Constraint of an amount in francs, more than nothing."""
    if read_amount(value):
        return True
    raise Invalid(_("This is no amount. Example: 500.00"))


def check_line(value: str) -> bool:
    """Constraint of what stands on a QR-bill: something, and without odd signs."""
    if value.strip() == value != "" and value.isprintable():
        return True
    raise Invalid(_("Please give a text without blanks at its ends."))


class IRegieSettings(model.Schema):
    """The unit that cashes in. Its secrets are never here (``docs/regies.md``)."""

    titre = schema.TextLine(
        title=_("Title"),
        description=_("As citizens read it, for example Ville de Carouge."),
        constraint=check_line,
    )
    budget = schema.TextLine(
        title=_("Budget"),
        description=_("Its number or name in the commune's accounts."),
        default="",
        required=False,
    )
    compte_comptable = schema.TextLine(
        title=_("Bookkeeping account"),
        description=_("What exports to the bookkeeping name it by."),
        default="",
        required=False,
    )
    creancier_nom = schema.TextLine(
        title=_("Creditor"),
        description=_("Who is paid, as the bank knows him."),
        max_length=70,
        constraint=check_line,
    )
    creancier_rue = schema.TextLine(
        title=_("Street"), max_length=70, default="", required=False
    )
    creancier_numero = schema.TextLine(
        title=_("House number"), max_length=16, default="", required=False
    )
    creancier_npa = schema.TextLine(title=_("Postal code"), constraint=check_npa)
    creancier_localite = schema.TextLine(
        title=_("Town"), max_length=35, constraint=check_line
    )
    creancier_pays = schema.Choice(
        title=_("Country"), values=["CH", "LI"], default="CH"
    )
    qr_iban = schema.TextLine(
        title=_("QR-IBAN"),
        description=_("The account QR-bills are paid to."),
        constraint=check_iban,
    )
    prefixe_reference = schema.TextLine(
        title=_("First digits of the QR references"),
        description=_("Some banks prescribe them. Empty: none."),
        constraint=check_prefixe_reference,
        default="",
        required=False,
    )
    prefixe_numero = schema.TextLine(
        title=_("First letters of the numbers"),
        description=_("Of the invoices that are made here, for example V."),
        constraint=check_prefixe_numero,
    )
    espace_debiteurs = schema.TextLine(
        title=_("Business application"),
        description=_(
            "Whose debtor numbers the régie uses. Give régies of the same application "
            "the same word: whoever is a debtor of one is that debtor of all of them. "
            "A change counts for new invoices only. Empty: the code of the régie."
        ),
        constraint=check_espace,
        default="",
        required=False,
    )
    passerelle = schema.Choice(
        title=_("Payment provider"),
        description=_("Empty: nothing of this régie is paid online."),
        vocabulary="carouge.guichet.regie.passerelles",
        required=False,
    )
    adresse_passerelle = schema.URI(
        title=_("Address of the provider"),
        description=_("What its API begins with."),
        constraint=is_base_address,
        required=False,
    )
    marchand = schema.TextLine(
        title=_("Merchant number"),
        description=_(
            "Our name at the provider. Password and keys come from the environment."
        ),
        default="",
        required=False,
    )
    jours_echeance = schema.Int(
        title=_("Days to pay"),
        description=_("For invoices that are made here."),
        min=0,
        max=365,
        default=30,
    )
    rappels = schema.TextLine(
        title=_("Reminders"),
        description=_(
            "So many days after the due day, for example 10, 20. Empty: never."
        ),
        constraint=is_days,
        required=False,
    )
    quatre_yeux_des = schema.TextLine(
        title=_("Refunds by two people from CHF"),
        description=_("From this amount a second person agrees. Empty: never."),
        constraint=check_amount,
        required=False,
    )

    courriel = schema.TextLine(
        title=_("E-mail of the cash desk"),
        description=_(
            "Is told when a payment has to be checked by a person. Several cashiers: the "
            "address of a group. Empty: nobody."
        ),
        constraint=is_mail,
        required=False,
    )


class INouvelleRegie(IRegieSettings):
    """A régie that is added."""

    directives.order_before(code="*")
    code = schema.TextLine(title=_("Code"), constraint=check_code)
