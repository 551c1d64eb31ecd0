"""Real SMTP servers."""

from smtp import Server

import pytest


@pytest.fixture()
def smtp():
    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture()
def other_smtp():
    server = Server()
    server.start()
    yield server
    server.stop()
