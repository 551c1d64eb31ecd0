"""The services of the demonstration besides Zope."""

from carouge.guichet.demo.settings import BANK_PORT
from carouge.guichet.demo.settings import IDP_PORT
from carouge.guichet.demo.settings import MAIL_PORT
from carouge.guichet.demo.settings import Port
from carouge.guichet.demo.settings import SMTP_PORT
from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """A service of the demonstration besides Zope.

    ``module`` is run with ``python -m``, ``ports`` are those it listens on, ``page``
    is a path on the first of them that answers 200 when the service is ready.
    ``for_guichet`` is True for a service that Plone alone has no use for.
    """

    name: str
    module: str
    ports: tuple[Port, ...]
    page: str
    label: str
    for_guichet: bool = False


SERVICES = (
    Service(
        name="mailbox",
        module="carouge.guichet.demo.mailbox",
        ports=(MAIL_PORT, SMTP_PORT),
        page="/messages.json",
        label="Boîte aux lettres (e-mails et SMS)",
    ),
    Service(
        name="idp",
        module="carouge.guichet.demo.idp",
        ports=(IDP_PORT,),
        page="/.well-known/openid-configuration",
        label="e-démarches (joue le canton)",
        for_guichet=True,
    ),
    Service(
        name="banque",
        module="carouge.guichet.demo.banque",
        ports=(BANK_PORT,),
        page="/",
        label="Banque (joue le prestataire)",
        for_guichet=True,
    ),
)


def services(bare: bool) -> list[Service]:
    """Return the services to run; ``bare`` for Plone alone."""
    return [service for service in SERVICES if not (bare and service.for_guichet)]
