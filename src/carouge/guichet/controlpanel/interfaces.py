"""The settings of the guichet: what the webmaster fills in once."""

from carouge.guichet import _
from carouge.guichet.addresses import is_mail_address
from plone.supermodel import model
from urllib.parse import urlsplit
from zope import schema
from zope.interface import Invalid
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary


PREFIX = "carouge.guichet"


def is_mail(value: str) -> bool:
    """Constraint of an e-mail address."""
    if is_mail_address(value):
        return True
    raise Invalid(_("This is no e-mail address. Example: prenom.nom@example.ch."))


def is_web_address(value: str) -> bool:
    """Constraint of an address on the web."""
    if _scheme_of(value) in ("https", "http"):
        return True
    raise Invalid(_("The address must begin with https:// or http://."))


def is_base_address(value: str) -> bool:
    """Constraint of an address that others are made of by adding to its end."""
    is_web_address(value)
    if not set("?#@") & set(value):
        return True
    raise Invalid(_("Please give the address without ?, # and @."))


def is_days(value: str) -> bool:
    """Constraint of growing numbers of days, separated by commas."""
    days = days_of(value)
    if days and list(days) == sorted({*days}) and days[0] > 0 and days[-1] < 1000:
        return True
    raise Invalid(_("Please give growing numbers of days. Example: 10, 20."))


def days_of(value: str | None) -> tuple[int, ...]:
    """The numbers in such a text; empty when it is none."""
    parts = [part.strip() for part in (value or "").split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
        return ()
    return tuple(int(part) for part in parts)


def _scheme_of(value: str) -> str:
    try:
        parts = urlsplit(value)
        return parts.scheme if parts.hostname else ""
    except ValueError:
        return ""


class IGuichetSettings(model.Schema):
    """Who the counter is, and how to reach it."""

    commune = schema.TextLine(
        title=_("Name of the commune"),
        description=_("As it signs its letters, for example Ville de Carouge."),
        default="",
        required=False,
    )
    adresse = schema.Text(title=_("Address of the counter"), default="", required=False)
    telephone = schema.TextLine(
        title=_("Telephone of the counter"), default="", required=False
    )
    courriel = schema.TextLine(
        title=_("E-mail of the counter"),
        required=False,
        constraint=is_mail,
    )
    horaires = schema.Text(
        title=_("Opening hours of the counter"),
        description=_("One line per day or group of days."),
        default="",
        required=False,
    )
    adresse_publique = schema.URI(
        title=_("Public address of the guichet"),
        description=_(
            "Links in mails begin with it, for example https://guichet.example.ch. "
            "Empty: the address under which the request came, which only a proxy that "
            "refuses foreign host names makes trustworthy."
        ),
        required=False,
        constraint=is_base_address,
    )
    expediteur = schema.TextLine(
        title=_("Sender of automatic mails"),
        description=_(
            "A no-reply address. Empty: the sender of the site's mail settings."
        ),
        required=False,
        constraint=is_mail,
    )
    collegues_partagent = schema.Bool(
        title=_("Colleagues see the demandes of their organisation"),
        description=_(
            "All accounts that act for one company or association with a verified UID "
            "see and continue its demandes."
        ),
        default=True,
        required=False,
    )
    ecoles = schema.Text(
        title=_("Schools"),
        description=_(
            "One per line; citizens choose among them for their children. Empty: they "
            "type the name of the school."
        ),
        default="",
        required=False,
    )
    rues = schema.Text(
        title=_("Streets"),
        description=_(
            "One per line; they are proposed to citizens who type an address of the "
            "commune. Empty: the streets of Carouge."
        ),
        default="",
        required=False,
    )
    passerelle_sms = schema.URI(
        title=_("Address of the SMS gateway"),
        description=_(
            "Text messages are posted there. The webmaster can also set the variable "
            "GUICHET_SMS_URL, which counts first, and the secret GUICHET_SMS_SECRET. "
            "Empty: the guichet offers no text messages."
        ),
        required=False,
        constraint=is_web_address,
    )
    fenetre = schema.Choice(
        title=_("Window of the envelopes"),
        description=_(
            "Where the address of a letter stands: Swiss envelopes C5 and C5/6 have "
            "their window on the right or on the left."
        ),
        vocabulary=SimpleVocabulary(
            [
                SimpleTerm("droite", title=_("On the right")),
                SimpleTerm("gauche", title=_("On the left")),
            ]
        ),
        default="droite",
        required=False,
    )
    comptes_locaux = schema.Bool(
        title=_("Accounts of the commune's own"),
        description=_(
            "For communes without a cantonal login: citizens open an account here, with "
            "a password, and the desk validates it. Needs a working mail server."
        ),
        default=False,
        required=False,
    )
    brouillons_jours = schema.Int(
        title=_("Days a draft is kept"),
        description=_(
            "Counted from the last time something was saved. Whoever has an account is "
            "told by e-mail 14 days before. A smaller number counts for the drafts "
            "there are as well: the oldest are then deleted without that mail."
        ),
        default=100,
        min=15,
        required=False,
    )
    brouillons_navigateur_jours = schema.Int(
        title=_("Days a draft is kept without login"),
        description=_(
            "Whoever has not logged in finds his draft again in the same browser only. "
            "On a computer that several people use, so does everybody else: keep it "
            "short. Logging in makes such a draft one of the account."
        ),
        default=7,
        min=1,
        required=False,
    )
    rappels_jours = schema.TextLine(
        title=_("Reminders of an answer that is awaited"),
        description=_(
            "After how many days the citizen is reminded, for example 10, 20. Empty: "
            "never."
        ),
        default="10, 20",
        required=False,
        constraint=is_days,
    )
    rappel_pieces_jours = schema.Int(
        title=_("Reminder of announced documents"),
        description=_(
            "After how many working days the citizen is reminded, once, of documents "
            "that were announced by post or at the counter and have not arrived. Empty: "
            "never."
        ),
        default=10,
        min=1,
        required=False,
    )
    archives_jours = schema.Int(
        title=_("Days after which what is over is put into the archive"),
        description=_(
            "Counted from the decision. It stays to be found among all demandes. "
            "Empty: never by itself."
        ),
        default=365,
        min=1,
        required=False,
    )
