"""Who answers ``@demandes`` for the caller of a request."""

from __future__ import annotations

from carouge.guichet.interfaces import IDemandesDeLUsager
from carouge.guichet.interfaces import IDemandesDuService
from carouge.guichet.rest import GuichetService
from zope.component import getMultiAdapter
from zope.component import queryMultiAdapter


def porte_de(service: GuichetService):
    """The door of whoever works for a service, or that of a citizen.

    Both have ``lire`` and ``ecrire``, see :mod:`carouge.guichet.interfaces`.
    """
    pair = (service.context, service.request)
    staff = queryMultiAdapter(pair, IDemandesDuService)
    if staff is not None and staff.concerned:
        return staff
    return getMultiAdapter(pair, IDemandesDeLUsager)
