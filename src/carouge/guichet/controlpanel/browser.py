"""The control panel of the guichet."""

from carouge.guichet import _
from carouge.guichet.controlpanel.interfaces import IGuichetSettings
from carouge.guichet.controlpanel.interfaces import PREFIX
from plone.app.registry.browser.controlpanel import ControlPanelFormWrapper
from plone.app.registry.browser.controlpanel import RegistryEditForm


class GuichetSettingsForm(RegistryEditForm):
    schema = IGuichetSettings
    schema_prefix = PREFIX
    label = _("Guichet: settings")


class GuichetControlPanel(ControlPanelFormWrapper):
    form = GuichetSettingsForm
