"""A browser and the whole product with its demonstration, for journeys across packages.

The product runs as `throughline run` does it, in a home of its own with a throwaway database; the browser is the
system's Chromium. Without one the journeys are skipped, visibly.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from throughline.edge.site.postgres import throwaway

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 600  # making the tables and playing the demonstration, on a busy machine
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def product() -> Iterator[str]:
    """Serve the product with its demonstration and give its address (THROUGHLINE_PRODUCT names one that serves)."""
    if serving := os.environ.get("THROUGHLINE_PRODUCT"):
        yield serving
        return
    home = throwaway.folder()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"THROUGHLINE_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    throwaway.start(home)  # `run` serves from the database it finds, and this one waits for no disk
    log = home / "run.log"
    with open(log, "wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "throughline.edge.site.command", "run", "--port", str(port)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(f"{address}/health/", process, log)
        yield address
    finally:
        process.terminate()
        process.wait()
        throwaway.remove(home)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the product did not start:\n{log.read_text(errors='replace')[-3000:]}")


# Not for the whole session: as long as it is driven, an event loop counts as running in this process, and what
# begins one of its own, as the background worker does, is refused. Other files may follow the journeys here.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no chromium on the path: the browser journeys were not driven")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # two processes test at once on a small machine
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield started
        started.close()


class Visitor:
    """One person at one browser: her pages, what the console said, and what axe finds on a page."""

    def __init__(self, browser: Browser, product: str, **options: object) -> None:
        self.context: BrowserContext = browser.new_context(
            base_url=product,
            viewport={"width": 1366, "height": 768},
            **options,  # type: ignore[arg-type]
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.complaints: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in {"error", "warning"}:
            self.complaints.append(f"{kind}: {text}")

    def sign_in(self, name: str) -> None:
        """Sign in as one of the demonstration's people and arrive at her first page."""
        from throughline.foundation.access.records import DEMO_PASSWORD

        self.page.goto("/accounts/login/")
        self.page.locator("input[name=login]").fill(name)
        self.page.locator("input[name=password]").fill(DEMO_PASSWORD)
        self.page.locator("form:has(input[name=password]) button[type=submit]").click()
        self.page.wait_for_url(re.compile(r"^(?!.*accounts/login)"))

    def barriers(self, only: str = "") -> list[str]:
        """Return what axe finds wrong on the page: the rule, how grave, and the first place. `only` names one rule."""
        from axe_playwright_python.sync_playwright import Axe

        # A field that takes the focus may have scrolled: what lies half under the sticky bar is no small target.
        self.page.evaluate("window.scrollTo(0, 0)")
        asked = {"runOnly": [only] if only else WCAG, "resultTypes": ["violations"]}
        self.page.evaluate(Axe().axe_script)
        # What passed is neither gathered to its last element nor sent out of the browser: most of what there is to say.
        found = self.page.evaluate("asked => axe.run(asked).then((said) => said.violations)", asked)
        return [f"{one['id']} ({one['impact']}): {one['nodes'][0]['target']} {one['help']}" for one in found]


@pytest.fixture
def visit(browser: Browser, product: str) -> Iterator[Callable[..., Visitor]]:
    """Let a test open browsers of different people; options are those of a browser context."""
    visitors: list[Visitor] = []

    def start(**options: object) -> Visitor:
        visitors.append(Visitor(browser, product, **options))
        return visitors[-1]

    yield start
    for visitor in visitors:
        visitor.context.close()
