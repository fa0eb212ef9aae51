"""The site of docs/: built strictly, every link leads somewhere, and it is read and searched without a network."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from support.browser import browser, window

from docs_tools.links import problems
from docs_tools.site import ROOT, build

__all__ = ["browser"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once."""
    folder = tmp_path_factory.mktemp("site")
    assert build(folder) == ""
    return folder


def test_the_site_is_built_strictly_and_its_links_lead_somewhere(site: Path) -> None:
    """Issue 10, Documentation: built strictly and link-checked in CI."""
    assert (site / "index.html").is_file()
    assert len(list(site.rglob("*.html"))) > 30


def test_a_page_is_read_and_searched_from_the_disk(site: Path, browser: Browser) -> None:
    """Issue 10, Documentation: readable offline. Nothing is asked of any host."""
    with window(browser) as seen:
        seen.page.goto((site / "reference" / "errors.html").as_uri())
        expect(seen.page.get_by_role("heading", level=1)).to_have_text("Errors¶")
        seen.page.get_by_role("textbox", name="Search").click()
        seen.page.keyboard.type("unauthenticated")
        expect(seen.page.locator(".md-search-result__item").first).to_be_visible()
    assert {url.partition(":")[0] for url in seen.requested} == {"file"}
    assert seen.errors == []


def test_what_the_readme_links_to_is_there() -> None:
    """A link to a page of docs/ is one to its file, as the repository shows it."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).is_file()] == []


@pytest.mark.parametrize(
    ("html", "wrong"),
    [
        ('<a href="there.html">x</a>', "a.html: leads to there.html, which is not there"),
        ('<a href="#gone">x</a>', "a.html: leads to #gone, which has no such place"),
        ('<a href="http://example.com">x</a>', "a.html: leads to http://example.com"),
        ('<script src="https://example.com/x.js"></script>', "a.html: loads https://example.com/x.js"),
        ('<link rel="stylesheet" href="x.css">', "a.html: loads x.css, which is not there"),
    ],
)
def test_a_link_that_is_wrong_is_told(tmp_path: Path, html: str, wrong: str) -> None:
    (tmp_path / "a.html").write_text(html, encoding="utf-8")
    assert problems(tmp_path) == [wrong]


def test_a_style_that_loads_from_elsewhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text('@import "https://example.com/a.css"; b { background: url(data:x) url(c.png) }')
    assert problems(tmp_path) == ["a.css: loads https://example.com/a.css"]


def test_links_that_lead_somewhere_are_fine(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p id="here"><a href="#here">x</a><a href="https://example.com">y</a>')
    assert problems(tmp_path) == []
