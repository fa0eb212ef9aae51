"""The dashboard as a browser shows it, over the calls of one day: `python -m docs_tools.screenshots` takes them anew.

The server's clock stands still, so that a picture changes only where the dashboard does. It takes Chromium.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from docs_tools.live import SHOWN, Live, live

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
PAGES: Mapping[str, tuple[str, str]] = {
    "dashboard": ("", "light"),
    "dashboard-calls": ("calls", "light"),
    "dashboard-tools": ("tools", "dark"),
}
"""The pages by the name of their picture: below the dashboard's own address, in this light."""
_SIZE: tuple[int, int] = (1280, 800)
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb", "--font-render-hinting=none",
)  # fmt: skip


@contextmanager
def dashboard(running: Live) -> Iterator[str]:
    """Yield the link that opens a dashboard over the shop and its day."""
    words = running.command(
        "dashboard", "--no-open", "--spec", f"{SHOWN}/api/schema/", "--token", "env:SHOP_TOKEN", "--methods", "all"
    )
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            words, env=running.environment, cwd=running.folder, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            yield _link(process)
        finally:
            process.terminate()
            process.communicate(timeout=20)


def _link(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://\S+", line):
            return found[0]
    raise SystemExit("the dashboard did not start")


def take(link: str) -> None:
    """Take every picture through a browser that signs in with a link."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise SystemExit("screenshots need Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        page = browser.new_page(viewport={"width": _SIZE[0], "height": _SIZE[1]}, reduced_motion="reduce")
        page.goto(link)
        page.wait_for_url(re.compile(r"/[0-9a-f]{32}/$"))
        home = page.url
        for name, (where, light) in PAGES.items():
            page.emulate_media(color_scheme="dark" if light == "dark" else "light")
            page.goto(f"{home}{where}", wait_until="networkidle")
            page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
        browser.close()


def main() -> None:
    """Take every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    with live() as running, dashboard(running) as link:
        take(link)


if __name__ == "__main__":
    main()
