"""Fixtures shared by the tests that need Plone."""

from carouge.guichet.testing import DEMO_FUNCTIONAL_TESTING
from carouge.guichet.testing import DEMO_INTEGRATION_TESTING
from carouge.guichet.testing import INTEGRATION_TESTING
from pytest_plone import fixtures_factory


globals().update(
    fixtures_factory(
        (
            (INTEGRATION_TESTING, "integration"),
            (DEMO_INTEGRATION_TESTING, "demo_integration"),
            (DEMO_FUNCTIONAL_TESTING, "functional"),
        ),
        keep_session=False,
    )
)
