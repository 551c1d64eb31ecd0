"""One PostgreSQL cluster for all tests of this folder; no Plone."""

from postgres import Postgres

import pytest


@pytest.fixture(scope="session")
def postgres():
    with Postgres() as cluster:
        connection = cluster.connect("chef", "postgres")
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE guichet LOGIN")
            cursor.execute("CREATE DATABASE habitants")
        connection.close()
        yield cluster
