"""What the site signs with: Plone's own keyring, which rotates."""

from plone.keyring.interfaces import IKeyManager
from zope.component import getUtility


def signing_keys() -> list[bytes]:
    """The keys that are valid, the current one first; a rotated one still verifies."""
    ring = getUtility(IKeyManager)["_system"]
    keys = [key.encode("ascii") for key in ring if key is not None]
    current = ring.current.encode("ascii")
    return [current, *(key for key in keys if key != current)]
