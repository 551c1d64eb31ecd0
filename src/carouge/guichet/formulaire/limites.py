"""How much one place may begin and send within a day.

Whoever has no login gets a new browser key as often as he wants: what is counted is the
address he comes from. A compte is counted by itself, so that nobody's neighbours close
the counter to him.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.service import current_compte
from carouge.guichet.limiter import client_key
from carouge.guichet.limiter import Quota
from plone import api
from time import monotonic
from zope.globalrequest import getRequest

import ipaddress


_JOUR = 24 * 3600.0
_MO = 1024 * 1024

#: Brouillons, and demandes that never were one.
brouillons = Quota(monotonic, uses=300, seconds=_JOUR)
#: Megabytes of files; a smaller file counts as one.
megaoctets = Quota(monotonic, uses=2000, seconds=_JOUR)
#: Forms on paper that had to be made anew, which takes seconds each.
papiers = Quota(monotonic, uses=100, seconds=_JOUR)

TROP_VITE = _(
    "Too much has come from your internet connection today. Please log in, or try again "
    "tomorrow."
)


class TropVite(Exception):
    """A quota is exhausted: nothing was counted, nothing is to be done.

    In ``secondes`` it may be tried again.
    """

    def __init__(self, secondes: int) -> None:
        super().__init__(secondes)
        self.secondes = secondes


def compter(quota: Quota, combien: int = 1) -> None:
    """Count uses of one of the quotas above for whoever makes the request.

    :raises TropVite: see there
    """
    qui = _qui()
    if qui and not quota.take(qui, combien):
        raise TropVite(quota.wait(qui, combien))


def compter_octets(octets: int) -> None:
    """Count files of so many bytes.

    :raises TropVite: see there
    """
    compter(megaoctets, max(1, -(-octets // _MO)))


def _qui() -> str:
    """Whom to count; nobody without a request, and for the machine itself.

    A proxy on the same machine that is not named as ``trusted-proxy`` would make all
    people one.
    """
    request = getRequest()
    if request is None:
        return ""
    compte = current_compte()
    if compte is not None:
        return f"compte:{compte.id}"
    if not api.user.is_anonymous():
        # The staff: all of a town hall may come from one address.
        return f"utilisateur:{api.user.get_current().getId()}"
    address = request.getClientAddr()
    return "" if _est_locale(address) else f"client:{client_key(address)}"


def _est_locale(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return not address
