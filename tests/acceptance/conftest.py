"""A really started demonstration, and a real browser in front of it."""

from axe_playwright_python.sync_playwright import Axe
from demonstration import Demonstration
from pathlib import Path
from playwright.sync_api import sync_playwright

import pytest
import requests
import shutil
import time


SCREENSHOTS = Path(__file__).parent / "screenshots"
WIDTHS = (360, 1280)
# The rules of WCAG 2.2 A and AA (eCH-0059 asks for AA).
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    }
}

# Everything but what Plone itself adds around any page for logged-in staff.
PARTS = {"exclude": [["#edit-zone"], ["#portal-personaltools-wrapper"]]}


@pytest.fixture(scope="session")
def demo():
    with Demonstration() as demonstration:
        yield demonstration


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium):
    """Open a page in a browser session of its own."""
    contexts = []

    def open_page(width=1280, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, locale="fr-CH", **options
        )
        context.set_default_timeout(20_000)
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
    """Check a page as it stands: no violation, no sideways scrolling; keeps a picture."""

    def check(page, name):
        SCREENSHOTS.mkdir(exist_ok=True)
        width = page.viewport_size["width"]
        # A button under the mouse is between two colours for a moment.
        page.wait_for_function(
            "document.getAnimations().every(({ playState }) => playState !== 'running')"
        )
        page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)
        found = Axe().run(page, context=PARTS, options=RULES)
        assert [
            (violation["id"], [node["html"] for node in violation["nodes"]])
            for violation in found.response["violations"]
        ] == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.locator("h1:visible").count() == 1, name

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
