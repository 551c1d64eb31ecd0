"""What each kind of field lets an editor set.

The interfaces of the fields of ``fields``: their attributes stand in the models of the
forms and in the field editor.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.types_documents import FAMILLES
from plone.schemaeditor.interfaces import IFieldEditFormSchema
from zope.component import adapter
from zope.interface import implementer
from zope.schema import Bool
from zope.schema import Choice
from zope.schema import Date
from zope.schema import Int
from zope.schema import Set
from zope.schema import Text
from zope.schema.interfaces import IDate
from zope.schema.interfaces import IField
from zope.schema.interfaces import ITextLine
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary


class ITelephone(ITextLine):
    """A telephone number; the answer is text such as ``+41223079111``."""


class IIban(ITextLine):
    """An account number; the answer is compact text such as ``CH93…``."""


class IAvs(ITextLine):
    """An AVS number (social security); the answer is 13 digits."""


class IIde(ITextLine):
    """The UID of a company; the answer is compact text such as ``CHE123456788``."""


class ILieuPostal(IField):
    """What has a postal code."""

    etranger = Bool(
        title=_("Also abroad"),
        description=_("Postal codes of other countries are accepted too."),
        default=False,
        required=False,
    )


class INpaLocalite(ILieuPostal):
    """A postal code and its town; the answer is a ``valeurs.Lieu``."""


class IAdresse(ILieuPostal):
    """A postal address; the answer is a ``valeurs.AdressePostale``."""


class IMontant(IField):
    """An amount of money; the answer is a number of centimes (int)."""

    minimum = Int(title=_("At least (whole francs)"), min=0, required=False)
    maximum = Int(title=_("At most (whole francs)"), min=0, required=False)


#: Days a limit may be away from today: a century and a bit.
_FAR = 40_000


class IJour(IDate):
    """A day within limits, fixed (``min``, ``max``) or seen from the day of filling in."""

    min = Date(title=_("Not before"), required=False)
    max = Date(title=_("Not after"), required=False)
    au_plus_tot = Int(
        title=_("Earliest, in days from today"),
        description=_("0 is today, 3 in three days, -30 thirty days ago."),
        min=-_FAR,
        max=_FAR,
        required=False,
    )
    au_plus_tard = Int(
        title=_("Latest, in days from today"),
        description=_("0 is today: only days that are past, and today, can be given."),
        min=-_FAR,
        max=_FAR,
        required=False,
    )


class ICalcul(IField):
    """A number the counter computes from other answers; it is never asked."""

    formule = Text(
        title=_("Formula"),
        description=_("As the formula editor writes it (JSON)."),
        default="",
        required=False,
    )
    montant = Bool(
        title=_("The result is an amount in CHF"), default=False, required=False
    )


#: The kinds of files a piece may accept: the families of ``types_documents``.
TYPES_DE_FICHIERS = SimpleVocabulary(
    [
        SimpleTerm("pdf", title=_("PDF")),
        SimpleTerm("image", title=_("Pictures (JPEG, PNG, GIF, HEIC)")),
        SimpleTerm("document", title=_("Text documents (DOCX, ODT)")),
        SimpleTerm("tableau", title=_("Spreadsheets (XLSX, ODS)")),
    ]
)

MAX_FICHIERS = 20
MAX_MO = 50


class IJustificatif(IField):
    """A piece: files, or their arrival by post or at the counter.

    The answer is a ``valeurs.Documents``.
    """

    max_fichiers = Int(
        title=_("How many files at most"), default=5, min=1, max=MAX_FICHIERS
    )
    max_mo = Int(
        title=_("Largest size of a file, in MB"), default=10, min=1, max=MAX_MO
    )
    types = Set(
        title=_("Accepted files"),
        description=_("What counts is the content of a file, not its name."),
        value_type=Choice(vocabulary=TYPES_DE_FICHIERS),
        default=set(FAMILLES),
        min_length=1,
    )
    par_poste = Bool(
        title=_("May be sent by post"),
        description=_("The citizen gets a cover sheet to print."),
        default=False,
        required=False,
    )
    au_guichet = Bool(
        title=_("May be brought to the counter"), default=False, required=False
    )


def _settings(interface, schema):
    """The adapter that says what the field editor asks of a kind of field."""

    @implementer(IFieldEditFormSchema)
    @adapter(interface)
    def settings(field):
        return schema

    return settings


# Title, help and whether an answer is required; nothing else makes sense here.
telephone_settings = _settings(ITelephone, IField)
iban_settings = _settings(IIban, IField)
avs_settings = _settings(IAvs, IField)
ide_settings = _settings(IIde, IField)
