"""The dashboard in a real Chromium: nothing foreign runs, nothing is refused, and a keyboard is enough."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from support.browser import Seen, browser, enter, window
from support.child import Child, running

from openapi_mcp.model.record import Record
from openapi_mcp.records.sql import open_store

__all__ = ["browser"]

HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(2)>",
    "javascript:alert(3)",
    "</pre></td></table><svg onload=alert(4)>",
    "\x1b]8;;https://evil.test\x07link\x1b[31mred",
    "\u202egnp.exe\u202c \u200b\u2066hidden\u2069",
    "{{ 7 * 7 }} ${7*7} {% raw %}",
    "https://evil.test/pixel.png",
)


def record(id: str, ago: float = 60.0, **fields: Any) -> Record:
    usual = {"api": "Shop", "tool": "orders_list", "method": "GET", "path": "/orders", "status": 200, "attempts": 1}
    return Record(id=id, time=time.time() - ago, **{**usual, "duration": 0.02, "tokens": 100, **fields})


def hostile(number: int, text: str) -> Record:
    """Return a call of which everything that is foreign is this text."""
    names = dict.fromkeys(("api", "tool", "path", "operation_id", "caller", "message", "curl", "answer", "run"), text)
    values = {"repairs": [{"field": text, "to": text}], "lookups": [{"tool": text}], "arguments": {text: text}}
    return record(f"h{number}", 3_000, kind=text, status=500, **names, **values)


def keep(folder: Path, *records: Record) -> None:
    folder.chmod(0o700)
    with open_store(folder / "records.db") as store:
        store.add(records)


@contextmanager
def dashboard(folder: Path) -> Iterator[tuple[Child, str]]:
    """Yield a running dashboard, and the link that it printed."""
    with running("dashboard", "--no-open", "--records", "records.db", folder=folder) as child:
        line = child.out.get(timeout=60)
        assert line is not None
        yield child, line.decode().strip()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[tuple[Seen, str]]:
    """A signed-in window with some calls, and where it is; in the end nothing has been refused or asked elsewhere."""
    keep(tmp_path, *(record(f"r{number:02}", 60.0 * number, tokens=number) for number in range(60)))
    with dashboard(tmp_path) as (_, link), window(browser) as seen:
        base = enter(seen, link)
        yield seen, base
        seen.assert_clean(base)


def test_a_link_signs_in_and_the_page_goes_on_by_itself(opened: tuple[Seen, str]) -> None:
    seen, _ = opened
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Overview")
    expect(seen.page.get_by_role("link", name="Overview", exact=True)).to_have_attribute("aria-current", "page")


def test_a_link_opens_the_dashboard_once(browser: Browser, tmp_path: Path) -> None:
    """Issue 8: one-time; also for another browser that saw the link."""
    with dashboard(tmp_path) as (child, link):
        with window(browser) as first:
            first.page.goto(link)
            expect(first.page.get_by_role("heading", level=1)).to_have_text("Overview")
        with window(browser) as second:
            second.page.goto(link)
            expect(second.page.get_by_role("alert")).to_contain_text("This link has been used")
            second.page.get_by_role("button", name="Print a new link in the terminal").click()
            expect(second.page.get_by_role("alert")).to_contain_text("A new link stands in the terminal")
            line = child.out.get(timeout=60)
            assert line is not None
            second.page.goto(line.decode().removeprefix("dashboard: ").strip())
            expect(second.page.get_by_role("heading", level=1)).to_have_text("Overview")
            second.page.get_by_role("button", name="Sign out").click()
            expect(second.page.get_by_role("heading", level=1)).to_have_text("Sign in")
            second.page.goto(link.partition("enter?")[0])
            expect(second.page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_no_other_port_of_this_machine_is_given_the_cookie(browser: Browser, tmp_path: Path) -> None:
    """A cookie has no port, and another port is the same site: only a path that it cannot name keeps it from there."""
    heard: list[tuple[str, str]] = []

    class Neighbour(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append((self.path, self.headers.get("Cookie", "") + self.headers.get("Referer", "")))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            paths = ("/", "/dashboard/", "/enter", f"/{'0' * 32}/") if self.path == "/start" else ()
            self.wfile.write("".join(f"<iframe src='{path}loot'></iframe>" for path in paths).encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Neighbour) as neighbour,
        dashboard(tmp_path) as (_, link),
        window(browser) as seen,
    ):
        threading.Thread(target=neighbour.serve_forever, daemon=True).start()
        base = enter(seen, link)
        assert len(seen.page.context.cookies(base)) == 1
        seen.page.goto(f"http://127.0.0.1:{neighbour.server_port}/start")
        seen.page.wait_for_load_state("networkidle")
        neighbour.shutdown()
    assert len(heard) >= 5
    assert not any("openapi_mcp" in brought or base.rsplit("/", 2)[1] in brought for _, brought in heard)


def test_whatever_is_foreign_is_shown_as_text_and_nothing_runs(browser: Browser, tmp_path: Path) -> None:
    """Issue 8: no text of a document or an upstream is ever run as HTML or script."""
    keep(tmp_path, *(hostile(number, text) for number, text in enumerate(HOSTILE)))
    with dashboard(tmp_path) as (_, link), window(browser) as seen:
        base = enter(seen, link)
        for path in ("", "?period=all", "calls", *(f"calls/h{number}" for number in range(len(HOSTILE)))):
            answer = seen.page.goto(f"{base}{path}", wait_until="networkidle" if path == "" else "load")
            assert answer is not None
            assert answer.status == 200
            assert seen.page.locator("main script, main img, main svg [onload], a[href^='javascript']").count() == 0
        expect(seen.page.locator("pre").last).to_have_text(HOSTILE[-1])
        seen.page.goto(f"{base}calls/h5")
        expect(seen.page.get_by_role("heading", level=1)).to_contain_text("<U+202E>gnp.exe<U+202C>")
        seen.page.goto(f"{base}calls")
        for text in HOSTILE[:3]:
            expect(seen.page.get_by_text(text).first).to_be_visible()
        seen.assert_clean(base)


def test_new_calls_come_by_themselves_and_can_be_paused(opened: tuple[Seen, str], tmp_path: Path) -> None:
    """Issue 8: calls live."""
    seen, base = opened
    page = seen.page
    page.goto(f"{base}calls")
    expect(page.locator("[data-rows] tr")).to_have_count(50)
    link = page.locator("[data-rows] a").first
    link.focus()
    keep(tmp_path, record("new1", 0.0, tool="arrived"))
    expect(page.get_by_role("status")).to_have_text("Live: 1 new call")
    expect(page.locator("[data-rows] tr").first).to_contain_text("arrived")
    expect(page.locator("[data-rows] tr")).to_have_count(50)
    expect(link).not_to_be_focused()  # it is the second one's now
    assert page.evaluate("document.activeElement.closest('tr').dataset.id") == "r00"
    pause = page.get_by_role("button", name="Pause")
    pause.click()
    expect(page.get_by_role("status")).to_have_text("Paused")
    keep(tmp_path, record("new2", 0.0, tool="while_paused"))
    with page.expect_response(re.compile("part=rows")):
        page.get_by_role("button", name="Go on").click()
    expect(page.locator("[data-rows] tr").first).to_contain_text("while_paused")


def test_a_filter_stays_while_calls_come(opened: tuple[Seen, str], tmp_path: Path) -> None:
    seen, base = opened
    page = seen.page
    page.goto(f"{base}calls")
    page.get_by_label("Tool").fill("wanted_*")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No call fits.")).to_be_visible()
    keep(tmp_path, record("no", 0.0, tool="other"), record("yes", 0.0, tool="wanted_one"))
    expect(page.locator("[data-rows] tr")).to_have_count(1)
    expect(page.get_by_text("No call fits.")).to_be_hidden()


def test_a_call_leads_to_its_run_and_the_list_stays_with_it(opened: tuple[Seen, str], tmp_path: Path) -> None:
    """Issue 11: a workflow's call and those of its steps are of one run, in the records as here."""
    seen, base = opened
    workflow = {"tool": "rewrite", "method": "WORKFLOW", "path": "rewrite"}
    keep(tmp_path, record("w0", 9.0, run="p3w8k1zt", **workflow), record("w1", 8.0, run="p3w8k1zt"))
    seen.page.goto(f"{base}calls/w0")
    seen.page.get_by_role("link", name="p3w8k1zt").click()
    expect(seen.page.get_by_label("Run")).to_have_value("p3w8k1zt")
    expect(seen.page.locator("tbody tr")).to_have_count(2)
    keep(tmp_path, record("x0", 5.0), record("w2", 4.0, run="p3w8k1zt"))
    expect(seen.page.locator("tbody tr")).to_have_count(3)


def test_a_dashboard_that_has_gone_is_told(browser: Browser, tmp_path: Path) -> None:
    keep(tmp_path, record("r1"))
    with window(browser) as seen:
        with dashboard(tmp_path) as (_, link):
            enter(seen, link)
            to_calls(seen.page)
            expect(seen.page.get_by_role("status")).to_have_text("Live")
        expect(seen.page.get_by_role("status")).to_have_text("Not connected: trying again")


def test_who_is_signed_out_elsewhere_is_told(opened: tuple[Seen, str]) -> None:
    seen, base = opened
    seen.page.goto(f"{base}calls")
    seen.page.context.clear_cookies()
    expect(seen.page.get_by_role("status")).to_have_text("Signed out: reload the page")


def test_the_request_can_be_copied(opened: tuple[Seen, str], tmp_path: Path) -> None:
    seen, base = opened
    keep(tmp_path, record("curl", curl="curl 'https://shop.test/orders'\n  -H 'A: b'"))
    seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base.rstrip("/"))
    seen.page.goto(f"{base}calls/curl")
    seen.page.get_by_role("button", name="Copy").click()
    expect(seen.page.get_by_role("button", name="Copied")).to_be_visible()
    assert seen.page.evaluate("navigator.clipboard.readText()") == "curl 'https://shop.test/orders'\n  -H 'A: b'"


def to_calls(page: Page) -> None:
    """Follow the link to the calls; the head of a column is one of that name, too, until styles put an arrow to it."""
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Calls", exact=True).click()


def focused(page: Page) -> str:
    """Return what has the focus, by what a person reads."""
    return str(page.evaluate("(document.activeElement.innerText || document.activeElement.name || '').trim()"))


def test_a_keyboard_is_enough(opened: tuple[Seen, str]) -> None:
    """WCAG 2.1.1, 2.4.1, 2.4.3, 2.4.7."""
    seen, base = opened
    page = seen.page
    page.goto(base)
    walk = []
    for _ in range(12):
        page.keyboard.press("Tab")
        walk.append(focused(page))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", walk
    assert walk[:5] == ["Skip to the content", "openapi-mcp", "Overview", "Calls", "Sign out"]
    assert walk[5:10] == ["1 hour", "24 hours", "7 days", "30 days", "All"]
    assert walk[10] == "These figures as a table"
    page.goto(base)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "1 hour"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("period=1h"))
    page.get_by_text("These figures as a table").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="Calls by the time they began")).to_be_visible()
    page.get_by_role("link", name="orders_list").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("calls.tool=orders_list"))
    page.locator("[data-rows] a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("orders_list")


def test_without_scripts_every_page_works(browser: Browser, tmp_path: Path) -> None:
    """Our choice: the script adds, and nothing depends on it."""
    keep(tmp_path, *(record(f"r{number:02}", 60.0 * number, curl="curl") for number in range(60)))
    with dashboard(tmp_path) as (_, link), window(browser, script=False) as seen:
        base, page = enter(seen, link), seen.page
        to_calls(page)
        expect(page.get_by_role("link", name="Reload")).to_be_visible()
        expect(page.get_by_role("button", name="Pause")).to_be_hidden()
        page.get_by_role("link", name="Older calls").click()
        expect(page.locator("[data-rows] tr")).to_have_count(10)
        page.locator("[data-rows] a").first.click()
        expect(page.get_by_role("button", name="Copy")).to_be_hidden()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        seen.assert_clean(base)


CONTRAST = """
() => [...document.querySelectorAll('main *, header *, footer *')].flatMap((element) => {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!own || !element.checkVisibility()) return [];
  const light = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = element;
  while (behind && /, 0\\)|transparent/.test(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
  const style = getComputedStyle(element);
  const front = element.closest('svg') ? style.fill : style.color;
  const [a, b] = [light(front), light(getComputedStyle(behind).backgroundColor)].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  return ratio < 4.5 ? [`${element.tagName} ${element.className} ${element.textContent.trim()} ${ratio}`] : [];
})
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_stands_out_in_light_and_in_dark(browser: Browser, tmp_path: Path, dark: bool) -> None:
    """WCAG 1.4.3: 4.5 to 1."""
    calls = [record("r1", 60.0), record("r2", 50.0, kind="timeout", message="late", attempts=2, cache="hit")]
    keep(tmp_path, *calls, record("r3", 40.0, api="Other", tool="other"))
    with dashboard(tmp_path) as (_, link), window(browser, dark=dark) as seen:
        base, page = enter(seen, link), seen.page
        dims = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (dims == "rgb(17, 21, 27)") is dark
        for path in ("", "calls", "calls/r2", "../sign-in", "nothing"):
            page.goto(f"{base}{path}")
            for details in page.locator("summary").all():
                details.click()
            assert page.evaluate(CONTRAST) == []
        seen.said.clear()  # the browser itself tells of the page that is not there
        seen.assert_clean(base)


@pytest.mark.parametrize("width", [360, 640])  # 640: 1280 at a zoom of 200 %
def test_nothing_is_lost_where_there_is_little_room(browser: Browser, tmp_path: Path, width: int) -> None:
    """WCAG 1.4.10: what is too wide scrolls by itself, and never the page."""
    keep(tmp_path, *(record(f"r{n}", 60.0 * n, tool="a_tool_with_a_name_that_is_long_" + "x" * 90) for n in range(5)))
    with dashboard(tmp_path) as (_, link), window(browser, width=width, height=800) as seen:
        base, page = enter(seen, link), seen.page
        for path in ("", "calls", "calls/r1"):
            page.goto(f"{base}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        seen.assert_clean(base)


def test_the_same_figures_are_there_for_who_does_not_see_the_plots(opened: tuple[Seen, str]) -> None:
    seen, base = opened
    page = seen.page
    page.goto(base)
    for name in ("Calls", "Duration", "Error rate"):
        expect(page.get_by_role("img", name=re.compile(f"^{name}"))).to_be_visible()
    page.get_by_text("These figures as a table").click()
    table = page.get_by_role("table", name="Calls by the time they began")
    cells = table.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert sum(map(int, cells)) == 60
    headings = page.locator("h1, h2, h3").evaluate_all("all => all.map((each) => Number(each.tagName[1]))")
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert page.locator("main, header, footer, nav[aria-label]").count() == 5
