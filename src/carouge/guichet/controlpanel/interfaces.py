"""The settings of the guichet: what the webmaster fills in once."""

from carouge.guichet import _
from plone.supermodel import model
from zope import schema


PREFIX = "carouge.guichet"


def one_address(value: str) -> bool:
    """One e-mail address, nothing that could smuggle a second header."""
    return "@" in value and not set(value) & set("\r\n ,;")


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
        constraint=one_address,
    )
    horaires = schema.Text(
        title=_("Opening hours of the counter"),
        description=_("One line per day or group of days."),
        default="",
        required=False,
    )
    expediteur = schema.TextLine(
        title=_("Sender of automatic mails"),
        description=_(
            "A no-reply address. Empty: the sender of the site's mail settings."
        ),
        required=False,
        constraint=one_address,
    )
