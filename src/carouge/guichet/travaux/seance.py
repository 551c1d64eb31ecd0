"""What a job needs where no visitor is: a connection, a site, a request, a user.

The request has the address and the language of the one from which the job was ordered,
so that links in letters lead to where the author was.
"""

from __future__ import annotations

from AccessControl.SecurityManagement import getSecurityManager
from AccessControl.SecurityManagement import newSecurityManager
from AccessControl.SecurityManagement import noSecurityManager
from AccessControl.SecurityManagement import setSecurityManager
from AccessControl.users import system
from carouge.guichet import config
from collections.abc import Iterator
from contextlib import contextmanager
from plone import api
from zope.component.hooks import getSite
from zope.component.hooks import setSite
from zope.event import notify
from zope.globalrequest import clearRequest
from zope.globalrequest import getRequest
from zope.globalrequest import setRequest
from zope.traversing.interfaces import BeforeTraverseEvent

import os
import transaction


#: What addresses begin with where nobody asks: scheme, host and port of the site.
SERVER_VARIABLE = "GUICHET_SERVEUR"
#: The path in Zope that public addresses leave out (``/carouge``), if any.
ROOT_VARIABLE = "GUICHET_RACINE"


class AuteurInconnu(LookupError):
    """The author of the job is no user of the site any more."""


def adresse_de(request) -> tuple | None:
    """What the addresses of a request are made of; None where there is no request."""
    if request is None:
        return None
    return (
        request.get("SERVER_URL", ""),
        tuple(request._script),
        tuple(request.other.get("VirtualRootPhysicalPath", ("",))),
    )


@contextmanager
def application(adresse: tuple | None = None) -> Iterator:
    """The root of a connection of its own, with a request. What is not committed is
    lost at the end."""
    # Where the rest of the package is loaded without Zope, these imports would start it.
    from Testing.makerequest import makerequest

    import Zope2

    root = Zope2.app()
    try:
        app = makerequest(root)
        request = app.REQUEST
        request["PARENTS"] = [app]
        adresser(request, adresse)
        setRequest(request)
        newSecurityManager(None, system)
        yield app
    finally:
        transaction.abort()
        setSite(None)
        clearRequest()
        noSecurityManager()
        root._p_jar.close()


def sites(app) -> list:
    """The sites of a Zope that have the add-on, those in folders of the root included."""
    found = []
    for item in app.objectValues(["Plone Site", "Folder"]):
        inside = [item] if item.meta_type == "Plone Site" else item.objectValues()
        found += [
            site
            for site in inside
            if getattr(site, "portal_type", None) == "Plone Site"
            and config.CATALOG_ID in site.objectIds()
        ]
    return found


@contextmanager
def dans(site) -> Iterator[None]:
    """Work in a site, for the request as if it had come in by an address of it."""
    before = getSite()
    setSite(site)
    request = getRequest()
    notify(BeforeTraverseEvent(site, request))
    request.set("LANGUAGE", api.portal.get_default_language())
    try:
        yield
    finally:
        setSite(before)


def guichets_de(site) -> list:
    """The guichets of the present site, by path."""
    brains = site.portal_catalog.unrestrictedSearchResults(
        portal_type=config.GUICHET, sort_on="path"
    )
    return [brain._unrestrictedGetObject() for brain in brains]


@contextmanager
def au_nom_de(auteur: str) -> Iterator[None]:
    """With the rights of a user (id), or of the counter itself (empty).

    :raises AuteurInconnu: there is no such user (any more)
    """
    before = getSecurityManager()
    newSecurityManager(None, _utilisateur(auteur) if auteur else system)
    try:
        yield
    finally:
        setSecurityManager(before)


def _utilisateur(auteur: str):
    site = api.portal.get()
    # Somebody may work here who is known to the root of Zope only.
    for folder in (site.acl_users, site.getPhysicalRoot().acl_users):
        user = folder.getUserById(auteur)
        if user is not None:
            return user if hasattr(user, "aq_base") else user.__of__(folder)
    raise AuteurInconnu(auteur)


def adresser(request, adresse: tuple | None = None) -> None:
    """Let addresses begin as in ``adresse`` (:func:`adresse_de`), or as is set here."""
    server, script, root = adresse or _adresse_reglee()
    if server:
        request.other["SERVER_URL"] = server
    request._script[:] = list(script)
    request.set("VirtualRootPhysicalPath", tuple(root))
    request._resetURLS()


def _adresse_reglee() -> tuple:
    root = os.environ.get(ROOT_VARIABLE, "").strip("/")
    return (
        os.environ.get(SERVER_VARIABLE, "").rstrip("/"),
        (),
        ("", *root.split("/")) if root else ("",),
    )
