"""The kinds of questions in the words of an editor."""

from __future__ import annotations

from carouge.guichet import _
from zope.i18nmessageid import Message
from zope.schema.interfaces import IField


_OURS = "carouge.guichet.formulaire.fields."
_ZOPE = "zope.schema._bootstrapfields."

#: Title and help, by class of the field. The order is that of the page for a new one.
GENRES: dict[str, tuple[Message, Message]] = {
    f"{_ZOPE}TextLine": (_("Short text"), _("One line: a name, a brand, a place.")),
    f"{_ZOPE}Text": (_("Long text"), _("Several lines, for a description.")),
    "zope.schema._field.Choice": (
        _("One choice"),
        _("One answer out of a list that you write."),
    ),
    "zope.schema._field.Set": (
        _("Several choices"),
        _("One or more answers out of a list that you write."),
    ),
    f"{_ZOPE}Bool": (_("Yes or no"), _("A question with two answers.")),
    f"{_ZOPE}Int": (
        _("Whole number"),
        _("A number without decimals: people, square metres."),
    ),
    f"{_OURS}Montant": (_("Amount"), _("An amount in Swiss francs.")),
    f"{_OURS}Jour": (_("Date"), _("A day, within limits if you like.")),
    "plone.schema.email.Email": (
        _("E-mail address"),
        _("The confirmation goes to the first one of a form."),
    ),
    f"{_OURS}Telephone": (_("Telephone"), _("Swiss or foreign.")),
    f"{_OURS}Adresse": (
        _("Address"),
        _("Street, number, postal code and town; streets of the commune are proposed."),
    ),
    f"{_OURS}NpaLocalite": (_("Postal code and town"), _("Without a street.")),
    f"{_OURS}Iban": (_("Account number (IBAN)"), _("For a refund.")),
    f"{_OURS}Avs": (_("AVS number"), _("13 digits, checked.")),
    f"{_OURS}Ide": (_("Company number (UID)"), _("CHE-…, checked.")),
    f"{_OURS}MembreDuFoyer": (
        _("Household member"),
        _("Somebody of the household of whoever is logged in."),
    ),
    f"{_OURS}Justificatif": (
        _("Supporting document"),
        _("One or more files; by post or at the counter as well, if you allow it."),
    ),
    f"{_OURS}Consentement": (
        _("Consent"),
        _("A box that has to be ticked."),
    ),
    "collective.easyform.fields.RichLabel": (
        _("Information"),
        _("A text between the questions: nothing is asked."),
    ),
    f"{_OURS}Calcul": (
        _("Computed number"),
        _("A sum, a product, an age or a number of days, from other answers."),
    ),
    # Not for new questions: there is a better one for each.
    "collective.easyform.fields.Label": (_("Information"), _("A title and a help.")),
    "plone.namedfile.field.NamedBlobFile": (_("File"), _("One file.")),
    "zope.schema._field.Date": (_("Date"), _("A day.")),
    f"{_ZOPE}Decimal": (_("Number with decimals"), _("For example 12.5.")),
    f"{_ZOPE}Float": (_("Number with decimals"), _("For example 12.5.")),
}

#: What a form of this guichet can still hold, but nobody adds any more.
ANCIENS = frozenset(
    {
        "collective.easyform.fields.Label",
        "plone.namedfile.field.NamedBlobFile",
        "zope.schema._field.Date",
        f"{_ZOPE}Decimal",
        f"{_ZOPE}Float",
    }
)


def classe_de(champ: IField) -> str:
    """The name of the kind of a question."""
    return f"{type(champ).__module__}.{type(champ).__name__}"


def genre_en_mots(champ: IField) -> Message | str:
    """What an editor calls the kind of a question."""
    connu = GENRES.get(classe_de(champ))
    return connu[0] if connu else type(champ).__name__
