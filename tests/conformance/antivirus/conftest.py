"""One real clamd for all tests of this folder; no Plone."""

from clamav import Clamav

import pytest


@pytest.fixture(scope="session")
def clamav():
    with Clamav() as server:
        yield server
