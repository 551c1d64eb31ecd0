"""Plone's own page that moves content from state to state."""

from carouge.guichet.atelier.publication import PublicationRefusee
from plone import api
from plone.app.content.browser.content_status_modify import ContentStatusModifyView


class Statut(ContentStatusModifyView):
    """Leads to what is wrong when the gate is closed."""

    # What the publisher finds in the signature it takes from the request.
    def __call__(
        self,
        workflow_action=None,
        comment="",
        effective_date=None,
        expiration_date=None,
        **kwargs,
    ):
        try:
            return super().__call__(
                workflow_action, comment, effective_date, expiration_date, **kwargs
            )
        except PublicationRefusee as refused:
            api.portal.show_message(str(refused), self.request, type="error")
            address = f"{self.context.absolute_url()}/@@publication"
            return self.request.response.redirect(address)
