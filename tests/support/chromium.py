"""A real browser for tests, and whether everybody can use the page it shows."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from carouge.guichet.demo.settings import PASSWORD
from collections.abc import Iterator
from contextlib import contextmanager
from playwright.sync_api import sync_playwright

import base64
import shutil


# The rules of WCAG 2.2 A and AA (eCH-0059 asks for AA).
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    }
}

# Everything but what Plone itself adds around any page for logged-in staff.
WITHOUT_PLONE = {"exclude": [["#edit-zone"], ["#portal-personaltools-wrapper"]]}


@contextmanager
def launched() -> Iterator:
    """A browser that is closed at the end."""
    executable = shutil.which("chromium")
    assert executable, "scripts/prepare test installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-background-networking"],
        )
        yield browser
        browser.close()


def headers_of(login: str) -> dict[str, str]:
    """What a member of the demonstration's staff sends along."""
    secret = base64.b64encode(f"{login}:{PASSWORD}".encode()).decode()
    return {"Authorization": f"Basic {secret}"}


def new_context(browser, width: int = 1280, *, login: str = "", **options):
    """A session of its own, of somebody who reads French and wants nothing to move.

    ``login`` is a member of the demonstration's staff, empty for a visitor; ``options``
    are those of Playwright.
    """
    if login:
        options["extra_http_headers"] = headers_of(login)
    context = browser.new_context(
        **{
            "viewport": {"width": width, "height": 900},
            "locale": "fr-CH",
            # A colour that is measured between two colours is neither.
            "reduced_motion": "reduce",
            **options,
        }
    )
    context.set_default_timeout(30_000)
    return context


def close(context) -> None:
    """End a session when the server has answered all it was asked.

    A layer cannot be torn down while a page is still being served from it.
    """
    for page in context.pages:
        page.wait_for_load_state("networkidle")
    context.close()


def come_to_rest(page) -> None:
    """Wait until nothing on the page moves or changes its colour."""
    # What the page began before the person's wish was known still ends.
    page.emulate_media(reduced_motion="reduce")
    page.wait_for_function(
        "document.getAnimations().every(({ playState }) => playState !== 'running')"
    )


def check_accessible(page, name: str = "", include: str = "", axe: bool = True) -> None:
    """No violation, one heading of the page, no sideways scrolling.

    ``name`` says what is looked at when it is refused, ``include`` is a selector of the
    part of the page that is ours, for axe; without ``axe`` only what depends on the
    width is looked at.
    """
    come_to_rest(page)
    if axe:
        context = {"include": [[include]]} if include else WITHOUT_PLONE
        found = Axe().run(page, context=context, options=RULES)
        assert [
            (violation["id"], [node["html"] for node in violation["nodes"]])
            for violation in found.response["violations"]
        ] == [], name
    width = page.evaluate("document.documentElement.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert page.locator("h1:visible").count() == 1, name
