"""What has answered a request, in words of the program: no path, which may hold ids."""

from __future__ import annotations

from dataclasses import dataclass


_OURS = "carouge.guichet."


@dataclass(frozen=True)
class Route:
    """What has answered: the feature, and the class of the page or the service."""

    partie: str
    page: str


def route_de(request) -> Route:
    """What has answered; ``introuvable`` when nothing was found."""
    publie = request.get("PUBLISHED")
    if publie is None:
        return Route("autre", "introuvable")
    classe = type(getattr(publie, "__self__", publie))
    for base in classe.__mro__:
        module = base.__module__
        if module.startswith(_OURS):
            chemin = module.removeprefix(_OURS)
            return Route(chemin.partition(".")[0], f"{chemin}.{base.__name__}")
        # Classes made on the fly by a registration say nothing of themselves.
        if module not in ("Products.Five.browser.metaconfigure", "zope.browserpage"):
            break
    if "esource" in classe.__name__:
        return Route("statique", "statique")
    return Route("plone", f"plone.{classe.__name__}")
