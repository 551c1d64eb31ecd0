"""What happens when a guichet is entered, and when its catalogue changes."""

from Acquisition import aq_parent
from carouge.guichet.demarche.interfaces import IInsideGuichetLayer
from carouge.guichet.demarche.modele import complete_new
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import touch_catalogue
from carouge.guichet.demarche.versions import oublier_versions
from carouge.guichet.demarche.versions import publier_version
from carouge.guichet.interfaces import IGuichetLayer
from plone import api
from Products.CMFPlone.resources import add_bundle_on_request
from zope.interface import directlyProvidedBy
from zope.interface import directlyProvides


#: The styles and scripts of the guichet in the resource registry.
BUNDLE = "guichet"


def guichet_entered(guichet, event) -> None:
    """Give the request the looks of the guichet; the rest of the site stays as it is."""
    request = event.request
    if IGuichetLayer.providedBy(request):
        directlyProvides(request, IInsideGuichetLayer, directlyProvidedBy(request))
        add_bundle_on_request(request, BUNDLE)


def catalogue_changed(obj, event) -> None:
    """A guichet, categorie, service or démarche was added, edited, moved or removed."""
    for context in {
        obj,
        getattr(event, "oldParent", None),
        getattr(event, "newParent", None),
    }:
        guichet = guichet_of(context)
        if guichet is not None:
            touch_catalogue(guichet)


def demarche_added(demarche, event) -> None:
    """A démarche that was made without a form begins with the contact details."""
    complete_new(demarche)


def form_changed(fields, event) -> None:
    """Somebody used the field editor, which tells nobody that the démarche changed."""
    guichet = guichet_of(aq_parent(fields))
    if guichet is not None:
        touch_catalogue(guichet)


def demarche_published(demarche, event) -> None:
    """What is published is a version; none is made where nothing changed."""
    if event.transition is not None and event.new_state.getId() == "publiee":
        publier_version(
            demarche,
            api.user.get_current().getId() or "",
            event.kwargs.get("comment") or "",
        )


def demarche_copied(demarche, event) -> None:
    """The publications of the original are not those of its copy."""
    oublier_versions(demarche)
