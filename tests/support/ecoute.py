"""A listener of events for the length of a test."""

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from zope.component import getGlobalSiteManager
from zope.interface.interface import InterfaceClass


@contextmanager
def a_l_ecoute(ecouteur: Callable, *interfaces: InterfaceClass) -> Iterator[None]:
    """``ecouteur`` is called with each event of ``interfaces`` meanwhile."""
    manager = getGlobalSiteManager()
    for interface in interfaces:
        manager.registerHandler(ecouteur, (interface,))
    try:
        yield
    finally:
        for interface in interfaces:
            manager.unregisterHandler(ecouteur, (interface,))
