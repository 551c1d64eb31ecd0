"""``@@metriques``: for Prometheus."""

from __future__ import annotations

from carouge.guichet.sante.acces import autorise
from carouge.guichet.sante.mesures import page
from Products.Five.browser import BrowserView
from prometheus_client import CONTENT_TYPE_LATEST
from zExceptions import NotFound


class Metriques(BrowserView):
    """To whoever has the token, or takes care of the site; 404 to all others."""

    def __call__(self) -> bytes:
        if not autorise(self.request):
            raise NotFound("metriques")
        response = self.request.response
        response.setHeader("Content-Type", CONTENT_TYPE_LATEST)
        response.setHeader("Cache-Control", "no-store")
        return page()
