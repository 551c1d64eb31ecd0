"""Who may know how the counter is inside."""

from __future__ import annotations

from plone import api

import hmac
import os


#: The token of a machine: ``Authorization: Bearer …``.
VARIABLE = "GUICHET_METRIQUES_JETON"
#: A shorter one is none (characters).
MIN_JETON = 32

#: Whoever may open the settings of the site.
PERMISSION = "Plone Site Setup: Site"


def autorise(request) -> bool:
    """Whether the details may be told to whoever sent the request."""
    return _jeton_juste(request) or api.user.has_permission(
        PERMISSION, obj=api.portal.get()
    )


def _jeton_juste(request) -> bool:
    jeton = os.environ.get(VARIABLE, "").strip()
    if len(jeton) < MIN_JETON:
        return False
    # Zope takes the header out of the environment.
    mot, _espace, donne = (getattr(request, "_auth", None) or "").partition(" ")
    return mot.lower() == "bearer" and hmac.compare_digest(
        donne.strip().encode(), jeton.encode()
    )
