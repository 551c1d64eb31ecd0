"""A really started demonstration, and a real browser in front of it."""

from chromium import check_accessible
from chromium import come_to_rest
from chromium import launched
from chromium import new_context
from demonstration import Demonstration
from pathlib import Path

import pytest
import requests
import time


SCREENSHOTS = Path(__file__).parent / "screenshots"
WIDTHS = (360, 1280)


@pytest.fixture(scope="session")
def demo():
    with Demonstration() as demonstration:
        yield demonstration


@pytest.fixture(scope="session")
def chromium():
    with launched() as browser:
        yield browser


@pytest.fixture
def new_page(chromium):
    """Open a page in a browser session of its own."""
    contexts = []

    def open_page(width=1280, **options):
        context = new_context(chromium, width, **options)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page):
    return new_page()


@pytest.fixture
def accessible():
    """Check a page as it stands: no violation, no sideways scrolling; keeps a picture.

    Without ``axe``, only what depends on the width is looked at.
    """

    def check(page, name, axe=True):
        SCREENSHOTS.mkdir(exist_ok=True)
        width = page.viewport_size["width"]
        # A button comes under the mouse when a picture of the whole page is taken.
        come_to_rest(page)
        page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)
        check_accessible(page, name, axe=axe)

    return check


@pytest.fixture
def mails(demo):
    """Wait for the mails to an address; newest first."""

    def wait(address, count=1, subject=""):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            messages = [
                message
                for message in requests.get(
                    f"{demo.mailbox}/messages.json", params={"to": address}, timeout=5
                ).json()["messages"]
                if subject in message["subject"]
            ]
            if len(messages) >= count:
                return messages
            time.sleep(0.2)
        raise AssertionError(f"{len(messages)} of {count} mails to {address}")

    return wait
