"""A real Chromium, headless: what a page logs, what it is refused, and where its requests go."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect, sync_playwright

_PATIENCE = 30_000  # milliseconds
_OWN_PATH = re.compile(r"/[0-9a-f]{32}/$")
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one module: while it is driven, an event loop runs here, in which no other test can run its own."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("these tests need Chromium: apt-get install chromium (or run `make test`, which leaves them out)")
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, headless=True, args=list(_FLAGS))
        yield found
        found.close()


@dataclass(slots=True, kw_only=True)
class Seen:
    """What one window has seen: its page, every line of its console, every error of a script, every request."""

    page: Page
    said: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def assert_clean(self, base: str) -> None:
        """Fail where anything was said, refused, run that should not be, or asked of another host."""
        assert (self.said, self.errors, self.dialogs) == ([], [], [])
        here = urlsplit(base).netloc
        assert {urlsplit(url).netloc for url in self.requested} == {here}
        assert {urlsplit(url).scheme for url in self.requested} == {"http"}


@contextmanager
def window(
    browser: Browser, *, width: int = 1280, height: int = 900, dark: bool = False, script: bool = True
) -> Iterator[Seen]:
    """Yield a new window, with cookies of its own."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    context.set_default_timeout(_PATIENCE)
    seen = Seen(page=context.new_page())
    context.on("console", lambda message: seen.said.append(f"{message.type}: {message.text}"))
    context.on("weberror", lambda error: seen.errors.append(str(error.error)))
    context.on("request", lambda request: seen.requested.append(request.url))
    seen.page.on("dialog", lambda dialog: _dismiss(seen, dialog))
    yield seen
    context.close()


def enter(seen: Seen, link: str) -> str:
    """Open a dashboard by its link, and return where this window's pages are."""
    seen.page.goto(link)
    seen.page.wait_for_url(_OWN_PATH)
    return seen.page.url


def _dismiss(seen: Seen, dialog: Dialog) -> None:
    seen.dialogs.append(dialog.message)
    dialog.dismiss()
