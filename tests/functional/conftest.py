"""One layer for all tests of this folder, set up once.

Layers of other folders would share its process and hide each other's site; run each
folder in a pytest of its own, as scripts/run-tests does.
"""

from carouge.guichet.testing import DEMO_FUNCTIONAL_TESTING
from chromium import launched
from pytest_plone import fixtures_factory

import pytest


globals().update(fixtures_factory(((DEMO_FUNCTIONAL_TESTING, "functional"),)))


@pytest.fixture(scope="module")
def chromium():
    with launched() as browser:
        yield browser
