"""What all pages of a guichet do with Plone's frame around them."""


def single_column(request) -> None:
    """Leave the whole width to the page: no portlets beside it, none computed."""
    request.set("disable_plone.leftcolumn", 1)
    request.set("disable_plone.rightcolumn", 1)


def keep_private(response) -> None:
    """Let no cache keep the page and no search engine show it.

    The address may hold what opens a demande: it is told to no other site either.
    """
    response.setHeader("Cache-Control", "no-store, private")
    response.setHeader("Referrer-Policy", "no-referrer")
    response.setHeader("X-Robots-Tag", "noindex")


def is_private(response) -> bool:
    """Whether :func:`keep_private` was called: the address may hold a secret."""
    return "no-store" in (response.getHeader("Cache-Control") or "")
