"""The control panel of the invoices."""

from carouge.guichet import _
from carouge.guichet.facture.interfaces import IFactureSettings
from carouge.guichet.facture.interfaces import PREFIX
from plone.app.registry.browser.controlpanel import ControlPanelFormWrapper
from plone.app.registry.browser.controlpanel import RegistryEditForm


class FacturesForm(RegistryEditForm):
    schema = IFactureSettings
    schema_prefix = PREFIX
    label = _("Guichet: invoices")
    description = _(
        "Who sees the invoices of the business applications online, and how long traces "
        "of payments are kept."
    )


class FacturesControlPanel(ControlPanelFormWrapper):
    form = FacturesForm
