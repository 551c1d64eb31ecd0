"""Creates the town's site of the demonstration in an empty Zope.

Runs in a process of its own before the web server starts, because a FileStorage has
room for one process only.
"""

from AccessControl.SecurityManagement import newSecurityManager
from carouge.guichet.demo.factures import encaisser_a
from carouge.guichet.demo.factures import facturer
from carouge.guichet.demo.settings import BANK_PORT
from carouge.guichet.demo.settings import CLIENT_ID
from carouge.guichet.demo.settings import IDP_PORT
from carouge.guichet.demo.settings import MAIL_FROM
from carouge.guichet.demo.settings import PASSWORD
from carouge.guichet.demo.settings import SITE_ID
from carouge.guichet.demo.settings import SITE_PORT
from carouge.guichet.demo.settings import SMTP_PORT
from carouge.guichet.identity.interfaces import PREFIX as IDENTITY
from OFS.Application import Application
from plone.registry.interfaces import IRegistry
from Products.CMFPlone.factory import addPloneSite
from Products.CMFPlone.Portal import PloneSite
from Testing.makerequest import makerequest
from zope.component import getUtility
from zope.component.hooks import setSite
from zope.globalrequest import setRequest
from Zope2.Startup.run import make_wsgi_app

import argparse
import logging
import os
import sys
import transaction
import Zope2


logger = logging.getLogger(__name__)

#: What is applied to the bare site; the first one installs the add-on as well.
PROFILES = ("carouge.guichet:demo",)

ADMIN = "admin"


def open_application(conf: str) -> Application:
    """Start Zope with the file ``conf``; return its root with a request."""
    # No thread works beside this one while the site is made.
    os.environ["GUICHET_TRAVAUX"] = "0"
    os.environ["GUICHET_SANTE_SECONDES"] = "0"
    make_wsgi_app({}, conf)
    environ = {
        "SERVER_NAME": "localhost",
        "SERVER_PORT": str(SITE_PORT.read(os.environ)),
        "HTTP_ACCEPT_LANGUAGE": "fr",
    }
    app = makerequest(Zope2.app(), environ=environ)
    app.REQUEST["PARENTS"] = [app]
    setRequest(app.REQUEST)
    return app


def create(app: Application, profiles: tuple[str, ...] = PROFILES) -> PloneSite:
    """Create the town's site unless it exists; return it.

    ``profiles`` are the GenericSetup profiles applied to the new Plone Classic UI site,
    none for bare Plone. Nothing is committed.
    """
    login_as_admin(app)
    if SITE_ID in app.objectIds():
        return app[SITE_ID]
    site = addPloneSite(
        app,
        SITE_ID,
        distribution_name="classic",
        title="Ville de Carouge",
        description="",
        default_language="fr",
        portal_timezone="Europe/Zurich",
        setup_content=False,
    )
    setSite(site)
    for profile in profiles:
        logger.info("applying the profile %s", profile)
        site.portal_setup.runAllImportStepsFromProfile(f"profile-{profile}")
    return site


def login_as_admin(app: Application) -> None:
    """Be the manager of Zope, who is created first if need be."""
    users = app.acl_users
    if users.getUser(ADMIN) is None:
        users.userFolderAddUser(ADMIN, PASSWORD, ["Manager"], [])
    newSecurityManager(None, users.getUser(ADMIN).__of__(users))


def send_mail_to(site: PloneSite, smtp_port: int) -> None:
    """Let the site send its e-mails to the mailbox on ``smtp_port`` of this machine."""
    setSite(site)
    registry = getUtility(IRegistry)
    # Plone takes host and port from these records, not from the MailHost object.
    for name, value in (
        ("plone.smtp_host", "localhost"),
        ("plone.smtp_port", smtp_port),
        ("plone.email_from_name", "Ville de Carouge"),
        ("plone.email_from_address", MAIL_FROM),
    ):
        if registry[name] != value:
            registry[name] = value


def log_in_at(site: PloneSite, idp_port: int) -> None:
    """Let citizens log in at the identity provider on ``idp_port`` of this machine."""
    setSite(site)
    registry = getUtility(IRegistry)
    for name, value in (
        ("issuer", f"http://localhost:{idp_port}"),
        ("client_id", CLIENT_ID),
    ):
        record = f"{IDENTITY}.{name}"
        if registry[record] != value:
            registry[record] = value


def main(argv: list[str] | None = None) -> int:
    """Create or adapt the site of a Zope that does not run; return the exit code."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("conf", help="path of zope.conf")
    parser.add_argument(
        "--bare", action="store_true", help="Plone alone, without the add-on"
    )
    options = parser.parse_args(argv)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s [%(name)s] %(message)s"
    )
    app = open_application(options.conf)
    try:
        site = create(app, () if options.bare else PROFILES)
        send_mail_to(site, SMTP_PORT.read(os.environ))
        if not options.bare:
            log_in_at(site, IDP_PORT.read(os.environ))
            encaisser_a(BANK_PORT.read(os.environ))
            facturer(site["guichet"], f"http://localhost:{IDP_PORT.read(os.environ)}")
        transaction.get().note("site of the demonstration")
        transaction.commit()
        logger.info("site of the demonstration ready")
    finally:
        # After a fault the site is half made: aborting must not look into it.
        setSite(None)
        transaction.abort()
        app._p_jar.close()
        # Closing writes the index of the FileStorage, which makes the next start fast.
        for database in Zope2.opened:
            database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
