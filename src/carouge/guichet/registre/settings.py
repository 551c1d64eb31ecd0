"""Where the clients find their settings, and how they tell what is wrong with them."""

from __future__ import annotations

from carouge.guichet.registre.interfaces import IRegistreSettings
from carouge.guichet.registre.interfaces import PREFIX
from collections.abc import Callable
from plone.registry.interfaces import IRegistry
from zope.component import getUtility
from zope.i18nmessageid import Message
from zope.interface import Invalid


def site_settings() -> IRegistreSettings:
    """The settings of the site the current request is for."""
    return getUtility(IRegistry).forInterface(
        IRegistreSettings, prefix=PREFIX, check=False
    )


def complaint(check: Callable[[str], bool], value: str) -> list[Message]:
    """What a check of a setting objects to: one message, or none."""
    try:
        check(value)
    except Invalid as error:
        return [error.args[0]]
    return []
