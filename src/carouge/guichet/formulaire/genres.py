"""Which kind of question a field is."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire import genres_choix
from carouge.guichet.formulaire import genres_dates
from carouge.guichet.formulaire import genres_lieux
from carouge.guichet.formulaire import genres_nombres
from carouge.guichet.formulaire import genres_pieces
from carouge.guichet.formulaire import genres_textes
from carouge.guichet.formulaire.fields import IConsentement
from carouge.guichet.formulaire.fields import IMembreDuFoyer
from carouge.guichet.formulaire.genre import Canonique
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Genre
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.genres_base import en_tete
from carouge.guichet.formulaire.reglages import IAdresse
from carouge.guichet.formulaire.reglages import IAvs
from carouge.guichet.formulaire.reglages import ICalcul
from carouge.guichet.formulaire.reglages import IIban
from carouge.guichet.formulaire.reglages import IIde
from carouge.guichet.formulaire.reglages import IJustificatif
from carouge.guichet.formulaire.reglages import IMontant
from carouge.guichet.formulaire.reglages import INpaLocalite
from carouge.guichet.formulaire.reglages import ITelephone
from collections.abc import Callable
from collective.easyform.interfaces import IHCaptcha
from collective.easyform.interfaces import ILabel
from collective.easyform.interfaces import INorobotCaptcha
from collective.easyform.interfaces import IReCaptcha
from plone.autoform.interfaces import WIDGETS_KEY
from plone.namedfile.interfaces import INamedField
from plone.schema.email import IEmail
from zope.schema.interfaces import IBool
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IDate
from zope.schema.interfaces import IDecimal
from zope.schema.interfaces import IField
from zope.schema.interfaces import IFloat
from zope.schema.interfaces import IInt
from zope.schema.interfaces import IPassword
from zope.schema.interfaces import IText
from zope.schema.interfaces import ITextLine


class Information(Genre):
    """A text between the questions: nothing is asked."""

    nom = "information"
    macro = "information"

    def lire(self, champ: IField, saisie: object, contexte: Contexte) -> None:
        return None

    def ecrire(self, champ: IField, valeur: object) -> Saisie:
        return ""

    def canonique(self, champ: IField, valeur: object) -> Canonique:
        return None

    def mots(self, champ: IField, valeur: object, dire: Callable[[object], str]) -> str:
        return ""

    def json(self, champ: IField, valeur: object) -> None:
        return None

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        return ""

    def schema(self, champ: IField, dire: Callable[[object], str]) -> dict:
        return en_tete(champ, dire) | {"type": "null"}


def html_de(champ: IField) -> str:
    """The words of an information as safe HTML; empty when it has only a title.

    Editors write them; what is not safe in them is left out here.
    """
    riche = getattr(champ, "rich_label", None)
    return getattr(riche, "output", riche) or ""


class Inconnu(Information):
    """A kind of field no form of a guichet has; nobody can answer it."""

    nom = "unsupported"
    macro = "inconnu"

    def lire(self, champ: IField, saisie: object, contexte: Contexte) -> None:
        if saisie not in ("", None, [], {}):
            raise Illisible(_("This question cannot be answered here."))

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        if brut not in ("", None, [], {}):
            raise Illisible(_("This question cannot be answered here."))
        return ""


INCONNU = Inconnu()
_LISTE = genres_choix.Choix("liste")
_RADIOS = genres_choix.Choix("radios")
_PLUSIEURS = genres_choix.Plusieurs()

#: The first line that fits counts.
_GENRES: tuple[tuple[object, Genre], ...] = (
    (IReCaptcha, INCONNU),
    (IHCaptcha, INCONNU),
    (INorobotCaptcha, INCONNU),
    (ILabel, Information()),
    (ICalcul, genres_nombres.Resultat()),
    (IConsentement, genres_choix.Consentement()),
    (IBool, genres_choix.OuiNon()),
    (IMembreDuFoyer, genres_choix.MembreChoisi()),
    (IChoice, _LISTE),
    (IInt, genres_nombres.Entier()),
    (IDecimal, genres_nombres.Decimale()),
    (IFloat, genres_nombres.Decimale()),
    (IMontant, genres_nombres.Somme()),
    (IDate, genres_dates.Jour()),
    (IJustificatif, genres_pieces.Pieces()),
    (INamedField, genres_pieces.Pieces()),
    (INpaLocalite, genres_lieux.NpaEtLocalite()),
    (IAdresse, genres_lieux.Adresse()),
    (ITelephone, genres_textes.Numero("telephone")),
    (IIban, genres_textes.Numero("iban")),
    (IAvs, genres_textes.Numero("avs")),
    (IIde, genres_textes.Numero("ide")),
    (IEmail, genres_textes.Courriel()),
    (IPassword, INCONNU),
    (ITextLine, genres_textes.Ligne()),
    (IText, genres_textes.Texte()),
)


def genre_de(field: IField) -> Genre:
    """The kind of a field; ``INCONNU`` for one that has no place in a form."""
    if ICollection.providedBy(field):
        return _PLUSIEURS if IChoice.providedBy(field.value_type) else INCONNU
    genre = next(
        (genre for interface, genre in _GENRES if interface.providedBy(field)), INCONNU
    )
    return _RADIOS if genre is _LISTE and _en_radios(field) else genre


def _en_radios(field: IField) -> bool:
    """Whether the editor wants to see all answers of a choice at once."""
    if field.interface is None:
        return False
    widget = field.interface.queryTaggedValue(WIDGETS_KEY, {}).get(field.__name__)
    nom = getattr(widget, "widget_factory", widget)
    return "radio" in str(nom).lower()
