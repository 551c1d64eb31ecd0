"""The control panel for plone.restapi."""

from carouge.guichet import _
from carouge.guichet.controlpanel.interfaces import IGuichetSettings
from carouge.guichet.controlpanel.interfaces import PREFIX
from carouge.guichet.interfaces import IGuichetLayer
from plone.restapi.controlpanels import RegistryConfigletPanel
from zope.component import adapter
from zope.interface import Interface


@adapter(Interface, IGuichetLayer)
class GuichetConfiglet(RegistryConfigletPanel):
    schema = IGuichetSettings
    schema_prefix = PREFIX
    configlet_id = "guichet"
    configlet_category_id = "Products"
    title = _("Guichet: settings")
    group = "Products"
