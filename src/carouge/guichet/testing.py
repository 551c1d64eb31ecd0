"""Layers of the tests: the add-on installed, with and without the demonstration."""

from plone import api
from plone.app.testing import applyProfile
from plone.app.testing import FunctionalTesting
from plone.app.testing import IntegrationTesting
from plone.app.testing import PLONE_FIXTURE
from plone.app.testing import PloneSandboxLayer
from plone.testing.zope import WSGI_SERVER_FIXTURE

import carouge.guichet
import os
import shutil
import tempfile


class GuichetLayer(PloneSandboxLayer):
    """The add-on as a webmaster installs it: no demonstration content."""

    defaultBases = (PLONE_FIXTURE,)

    def setUpZope(self, app, configurationContext):
        self.loadZCML(package=carouge.guichet)
        self.loadZCML("demo.zcml", package=carouge.guichet)

        # Mails that wait must not end up in the folder of an installed package.
        self.mails = tempfile.mkdtemp(prefix="guichet-courriels-")
        os.environ["GUICHET_COURRIELS"] = self.mails
        # Tests do the background jobs themselves, when they mean to.
        os.environ["GUICHET_TRAVAUX"] = "0"
        # Nobody looks at the parts outside while a test says how they are.
        os.environ["GUICHET_SANTE_SECONDES"] = "0"

    def tearDownZope(self, app):
        del os.environ["GUICHET_COURRIELS"]
        del os.environ["GUICHET_TRAVAUX"]
        del os.environ["GUICHET_SANTE_SECONDES"]
        shutil.rmtree(self.mails, ignore_errors=True)

    def setUpPloneSite(self, portal):
        applyProfile(portal, "carouge.guichet:default")


GUICHET_FIXTURE = GuichetLayer()


class DemoLayer(PloneSandboxLayer):
    """The counter of the demonstration, with its catalogue and staff."""

    defaultBases = (GUICHET_FIXTURE,)

    def setUpPloneSite(self, portal):
        api.portal.set_registry_record("plone.default_language", "fr")
        api.portal.set_registry_record("plone.available_languages", ["fr"])
        api.portal.set_registry_record("plone.portal_timezone", "Europe/Zurich")
        applyProfile(portal, "carouge.guichet:demo")


DEMO_FIXTURE = DemoLayer()

INTEGRATION_TESTING = IntegrationTesting(
    bases=(GUICHET_FIXTURE,), name="GuichetLayer:Integration"
)
DEMO_INTEGRATION_TESTING = IntegrationTesting(
    bases=(DEMO_FIXTURE,), name="DemoLayer:Integration"
)
DEMO_FUNCTIONAL_TESTING = FunctionalTesting(
    bases=(DEMO_FIXTURE, WSGI_SERVER_FIXTURE), name="DemoLayer:Functional"
)
