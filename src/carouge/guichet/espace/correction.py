"""Where « This is not right » leads."""

from __future__ import annotations

from carouge.guichet.controlpanel.service import contact
from carouge.guichet.demarche.domain import Availability
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.swisstime import today
from collections.abc import Callable
from urllib.parse import urlencode


#: The counter's block at the foot of each page of the espace.
CONTACT = "#guichet-contact"


def correction_of(guichet) -> Callable[[str], str]:
    """A function from the name of a fact to the address of a request for correction.

    It leads to the form of the démarche the editor has chosen; without one, or while it
    is closed, to the counter's contact, and when there is none either, nowhere: the
    address is empty.
    """
    uid = guichet.demarche_correction
    fiche = get_catalogue(guichet).by_uid.get(uid) if uid else None
    if fiche is not None and fiche.availability(today()) is Availability.OPEN:
        form = f"{guichet.absolute_url()}/{fiche.path}/formulaire"
        return lambda name: f"{form}?{urlencode({'donnee': name})}"
    address = "" if contact().empty else CONTACT
    return lambda name: address
