"""What a site still needs to be of the version of the code, and doing it.

The steps are those of GenericSetup: the control panel of the add-ons runs the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from Products.GenericSetup.tool import UNKNOWN
from Products.GenericSetup.upgrade import normalize_version
from transaction.interfaces import TransientError

import logging


logger = logging.getLogger(__name__)

PROFIL = "carouge.guichet:default"


class PasInstalle(LookupError):
    """The site does not have the add-on."""


class SiteTropRecent(RuntimeError):
    """The site was upgraded by a newer version of the code than this one."""


class SansChemin(RuntimeError):
    """No steps lead from the version of the site to that of the code."""


class PasEchoue(RuntimeError):
    """A step has failed with :attr:`__cause__`; ``titre`` says which.

    Nothing of the upgrade may be committed.
    """

    def __init__(self, titre: str) -> None:
        super().__init__(titre)
        self.titre = titre


@dataclass(frozen=True)
class Pas:
    """One step; versions as they are written in metadata.xml."""

    titre: str
    de: str
    vers: str


def version_du_site(portal) -> str:
    """The version of the profile the site has.

    :raises PasInstalle: it has none
    """
    version = portal.portal_setup.getLastVersionForProfile(PROFIL)
    if version == UNKNOWN:
        raise PasInstalle(PROFIL)
    return ".".join(version)


def version_du_code(portal) -> str:
    """The version of the profile in this code."""
    return portal.portal_setup.getVersionForProfile(PROFIL)


def pas_dus(portal) -> list[Pas]:
    """The steps that are due, in their order; none: the site is up to date.

    :raises PasInstalle: see there
    :raises SiteTropRecent: see there
    :raises SansChemin: see there
    """
    site, code = version_du_site(portal), version_du_code(portal)
    if normalize_version(site) > normalize_version(code):
        raise SiteTropRecent(site, code)
    found = [
        Pas(step.title, ".".join(step.source), ".".join(step.dest))
        for step in _steps(portal)
    ]
    if site != code and (not found or found[-1].vers != code):
        raise SansChemin(site, code)
    return found


def mettre_a_niveau(portal) -> list[Pas]:
    """Do what is due, in the running transaction; what was done.

    :raises PasEchoue: see there
    :raises PasInstalle: and the others of :func:`pas_dus`
    """
    done = pas_dus(portal)
    tool = portal.portal_setup
    for step in _steps(portal):
        try:
            step.doStep(tool)
        except TransientError:
            # Somebody has written the same: it is done again.
            raise
        except Exception as error:
            # A step may be anybody's: it is said which one it was.
            raise PasEchoue(step.title) from error
        logger.info("%s: done", step.title)
    if done:
        tool.setLastVersionForProfile(PROFIL, done[-1].vers)
    return done


def _steps(portal) -> list:
    return portal.portal_setup.listUpgrades(PROFIL, simple=True)
