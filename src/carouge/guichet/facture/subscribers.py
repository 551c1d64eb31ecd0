"""What happens to the invoices when something happens around them."""

from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet.demarche.service import guichets
from carouge.guichet.facture import import_depot
from carouge.guichet.facture import rattachement
from carouge.guichet.facture import service
from carouge.guichet.facture.service import a_des_factures
from plone import api
from plone.base.interfaces import IPloneSiteRoot
from zExceptions import Forbidden
from zope.globalrequest import getRequest
from zope.i18n import translate


def compte_forgotten(event) -> None:
    for guichet in guichets():
        rattachement.oublier_compte(guichet, event.object.id)


def guichet_copied(guichet, event) -> None:
    # A copied guichet is a new counter: the books stay with the original.
    for store in (service, rattachement, import_depot):
        store.vider(guichet)


def keep_factures(guichet, event) -> None:
    """A guichet with invoices is not deleted by accident, alone or with a folder.

    :raises Forbidden: as long as there are invoices
    """
    whole_site = IPloneSiteRoot.providedBy(event.object)
    # What an uninstalled add-on leaves behind is the site's own business.
    installed = config.CATALOG_ID in api.portal.get().objectIds()
    if installed and not whole_site and a_des_factures(guichet):
        message = _("This guichet holds invoices and cannot be deleted.")
        raise Forbidden(translate(message, context=getRequest()))


def keep_regie(event) -> None:
    """A régie whose invoices are in the books stays, and one that démarches name."""
    found = guichets()
    if any(a_des_factures(guichet, event.code) for guichet in found):
        event.raisons.append(_("There are invoices of this régie."))
    brains = api.portal.get_tool("portal_catalog").unrestrictedSearchResults(
        portal_type=config.DEMARCHE
    )
    titles = [
        brain.Title
        for brain in brains
        if brain._unrestrictedGetObject().regie == event.code
    ]
    if titles:
        event.raisons.append(
            _(
                "Démarches are paid there: ${demarches}",
                mapping={"demarches": ", ".join(titles)},
            )
        )
