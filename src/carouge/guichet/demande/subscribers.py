"""What happens to the demandes when something happens to their guichet."""

from carouge.guichet import _
from carouge.guichet.demande.content import Demandes
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demande.queries import list_demandes
from zExceptions import Forbidden
from zope.globalrequest import getRequest
from zope.i18n import translate


def give_store(guichet, event) -> None:
    """A new guichet gets its store of demandes."""
    if getattr(guichet, "_demandes", None) is None:
        guichet._demandes = Demandes()


def empty_copy(guichet, event) -> None:
    """A copied guichet is a new counter: citizens' files stay with the original."""
    guichet._demandes = Demandes()


def keep_service(service, event) -> None:
    """A service that is in charge of demandes cannot be deleted: nobody would see them.

    :raises Forbidden: as long as there are demandes
    """
    if (
        event.object is service
        and list_demandes(services=[service.UID()], size=1).total
    ):
        raise Forbidden(
            translate(
                _("This service is in charge of demandes and cannot be deleted."),
                context=getRequest(),
            )
        )


def keep_demandes(guichet, event) -> None:
    """A guichet with demandes cannot be deleted by accident.

    :raises Forbidden: as long as there are demandes
    """
    if event.object is guichet and demandes_of(guichet):
        raise Forbidden(
            translate(
                _("This guichet holds demandes and cannot be deleted."),
                context=getRequest(),
            )
        )
