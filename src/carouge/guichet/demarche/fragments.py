"""Rendered parts of the catalogue's pages, kept in memory for anonymous visitors.

A fragment is kept under everything it depends on: the page, the address it is seen
under, the version of the catalogue, the language, the day, the contact block and
whether there is a login. Nothing is ever removed from under a key, old keys just fall
out at the end.
"""

from carouge.guichet.controlpanel.service import contact
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.identity.service import login_offered
from carouge.guichet.swisstime import today
from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Hashable
from plone import api
from threading import Lock
from time import monotonic
from typing import TypeVar


#: 12 categories and 150 démarches, in two languages, under two addresses, and some.
KEPT = 1024

#: How long something may be out of date whose changes we do not hear of.
SECONDS = 60

T = TypeVar("T")

_fragments: OrderedDict[Hashable, object] = OrderedDict()
_lock = Lock()


def cached_fragment(page, render: Callable[[], str]) -> str:
    """The HTML of ``page`` (a view), rendered once per state of what it shows.

    Whoever has logged in gets a page of his own, each time.
    """
    if not api.user.is_anonymous():
        return render()
    guichet = guichet_of(page.context)
    key = (
        page.__name__,
        page.context.UID(),
        page.context.absolute_url(),
        guichet.UID(),
        guichet.catalogue_version,
        api.portal.get_current_language(),
        today(),
        contact(),
        login_offered(),
    )
    return kept_fragment(key, render)


def kept_fragment(key: Hashable, render: Callable[[], T]) -> T:
    """What ``render`` has made for this key, which names all that it depends on."""
    with _lock:
        if key in _fragments:
            _fragments.move_to_end(key)
            return _fragments[key]
    made = render()
    with _lock:
        _fragments[key] = made
        while len(_fragments) > KEPT:
            _fragments.popitem(last=False)
    return made


def minute() -> int:
    """Which minute it is: a part of keys of what nobody tells us the changes of."""
    return int(monotonic() // SECONDS)
