"""What happens to the demandes when something happens to their guichet."""

from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet.demande.content import Demandes
from carouge.guichet.demande.queries import count_by_state
from carouge.guichet.demande.queries import demandes_of
from plone import api
from plone.base.interfaces import IPloneSiteRoot
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
    if not _installed() or event.object is not service:
        return
    if any(count_by_state(services=[service.UID()]).values()):
        _forbid(_("This service is in charge of demandes and cannot be deleted."))


def keep_demandes(guichet, event) -> None:
    """A guichet with demandes is not deleted by accident, alone or with a folder.

    :raises Forbidden: as long as there are demandes
    """
    whole_site = IPloneSiteRoot.providedBy(event.object)
    if _installed() and not whole_site and demandes_of(guichet):
        _forbid(_("This guichet holds demandes and cannot be deleted."))


def _installed() -> bool:
    # What an uninstalled add-on leaves behind is the site's own business.
    return config.CATALOG_ID in api.portal.get().objectIds()


def _forbid(message) -> None:
    raise Forbidden(translate(message, context=getRequest()))
