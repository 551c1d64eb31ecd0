"""The settings of the guichet: what the webmaster fills in once."""

from carouge.guichet import _
from carouge.guichet.addresses import is_mail_address
from plone.supermodel import model
from zope import schema


PREFIX = "carouge.guichet"


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
        constraint=is_mail_address,
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
    )
    expediteur = schema.TextLine(
        title=_("Sender of automatic mails"),
        description=_(
            "A no-reply address. Empty: the sender of the site's mail settings."
        ),
        required=False,
        constraint=is_mail_address,
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
    passerelle_sms = schema.URI(
        title=_("Address of the SMS gateway"),
        description=_(
            "Text messages are posted there. The webmaster can also set the variable "
            "GUICHET_SMS_URL, which counts first, and the secret GUICHET_SMS_SECRET. "
            "Empty: the guichet offers no text messages."
        ),
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
