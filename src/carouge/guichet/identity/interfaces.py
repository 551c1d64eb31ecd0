"""What marks the plugin of the citizens' login, and its settings."""

from carouge.guichet import _
from carouge.guichet.identity.http import host_of
from carouge.guichet.identity.http import usable
from carouge.guichet.identity.mapping import DEFAULT
from carouge.guichet.identity.mapping import EXAMPLE
from carouge.guichet.identity.mapping import MappingError
from carouge.guichet.identity.mapping import parse_mapping
from pas.plugins.oidc.plugins import IOIDCPlugin
from plone.autoform import directives
from plone.supermodel import model
from z3c.form.browser.textlines import TextLinesFieldWidget
from zope import schema
from zope.i18nmessageid import Message
from zope.interface import Invalid

import json


PREFIX = "carouge.guichet.identity"

MAPPING_PROBLEMS = {
    "json": _("This is not valid JSON."),
    "object": _("This must be a JSON object, with braces."),
    "field": _("There is no field of this name: ${field}."),
    "missing": _("This field is missing: ${field}."),
    "rule": _("This rule has an unknown part: ${field}."),
    "paths": _("The paths must be a list of lists of names: ${field}."),
    "values": _(
        "The table of values is not usable (an unknown result, no list, a value that "
        "stands twice, or one that proves nothing): ${field}."
    ),
    "formats": _("This format of dates is not known: ${field}."),
}


def is_provider(value: str) -> bool:
    """Constraint of the provider's address."""
    if value is None or (usable(value, {host_of(value)}) and "?" not in value):
        return True
    raise Invalid(
        _("The address must begin with https:// and have neither a query nor a user.")
    )


def is_host(value: str) -> bool:
    """Constraint of a host name."""
    if value.replace("-", "").replace(".", "").isalnum():
        return True
    raise Invalid(_("Please give host names only, without https:// and without path."))


def is_mapping(value: str) -> bool:
    """Constraint of the table of claims."""
    try:
        parse_mapping(value)
    except MappingError as error:
        message = MAPPING_PROBLEMS[error.problem]
        raise Invalid(Message(message, mapping={"field": error.where})) from error
    return True


def is_example(value: str | None) -> bool:
    """Constraint of the example: a JSON object."""
    try:
        data = json.loads(value or "{}")
    except (ValueError, RecursionError) as error:
        raise Invalid(MAPPING_PROBLEMS["json"]) from error
    if not isinstance(data, dict):
        raise Invalid(MAPPING_PROBLEMS["object"])
    return True


class IEDemarchesPlugin(IOIDCPlugin):
    """The PAS plugin that knows the comptes; its views are ours, not the stock ones."""


class IIdentitySettings(model.Schema):
    """The provider citizens log in at, and what its claims mean."""

    issuer = schema.URI(
        title=_("Address of the provider (issuer)"),
        description=_(
            "Exactly as the provider spells it in its own description; https, except on "
            "this very machine. Empty: no login with an e-démarches account."
        ),
        required=False,
        constraint=is_provider,
    )
    client_id = schema.ASCIILine(
        title=_("Client id"),
        description=_("The name under which the provider knows the guichet."),
        default="",
        required=False,
    )
    hotes = schema.Tuple(
        title=_("Further hosts of the provider"),
        description=_(
            "Host names, one per line. The provider's services are called on the host "
            "of its address and on these, on no others."
        ),
        value_type=schema.ASCIILine(constraint=is_host),
        default=(),
        missing_value=(),
        required=False,
    )
    scopes = schema.Tuple(
        title=_("Scopes"),
        description=_("What is asked of the provider, one per line."),
        value_type=schema.ASCIILine(),
        default=("openid", "profile", "email", "phone", "edemarches"),
        missing_value=(),
        required=False,
    )
    acr_values = schema.Tuple(
        title=_("Levels asked of the provider (acr_values)"),
        description=_(
            "One per line, the preferred one first. Empty: as the provider likes it."
        ),
        value_type=schema.ASCIILine(),
        default=(),
        missing_value=(),
        required=False,
    )
    acr_exiges = schema.Tuple(
        title=_("Levels that are accepted (acr)"),
        description=_(
            "One per line: a login whose signed answer names none of them is refused. "
            "Empty: every level is accepted, and the table below says what it is worth."
        ),
        value_type=schema.ASCIILine(),
        default=(),
        missing_value=(),
        required=False,
    )
    correspondance = schema.Text(
        title=_("What the claims mean"),
        description=_(
            "A JSON object; the documentation explains it. It is checked when you save."
        ),
        default=DEFAULT,
        required=True,
        constraint=is_mapping,
    )
    exemple = schema.Text(
        title=_("Example of claims"),
        description=_("Claims as the provider sends them, with invented people only."),
        default=EXAMPLE,
        required=False,
        constraint=is_example,
    )
    directives.widget("hotes", TextLinesFieldWidget)
    directives.widget("scopes", TextLinesFieldWidget)
    directives.widget("acr_values", TextLinesFieldWidget)
    directives.widget("acr_exiges", TextLinesFieldWidget)
