"""The pages of the tools in a real browser: the picture by mouse and keyboard, hostile texts, calls and switches."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Shop
from playwright.sync_api import Browser, Page, expect
from support.board import shop as document
from support.browser import Seen, browser, enter, window
from support.child import running
from support.upstream import Answer, Upstream

__all__ = ["browser"]  # the fixture
HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)><svg onload=alert(1)>\u202e"
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A running `serve http --dashboard`, and a window that is signed in."""

    base: str
    endpoint: str
    seen: Seen

    @property
    def page(self) -> Page:
        return self.seen.page

    def go(self, path: str) -> Page:
        """Show a page."""
        self.page.goto(f"{self.base}{path}")
        return self.page


@contextmanager
def shown(browser: Browser, folder: Path, *options: str, **how: Any) -> Iterator[Dashboard]:
    """Yield the dashboard of a server with these options; nothing may be logged, refused, or asked of another host."""
    with running("serve", "http", "--port", "0", "--dashboard", *options, folder=folder) as child:
        link = child.wait_for_stderr(r"dashboard: (http://\S+)")[1]
        endpoint = child.wait_for_stderr(r"listening on (http://\S+)")[1]
        with window(browser, **how) as seen:
            found = Dashboard(enter(seen, link), endpoint, seen)
            yield found
            seen.said[:] = [line for line in seen.said if "422" not in line]  # a form that is shown again
            seen.assert_clean(found.base)


def scale(page: Page) -> float:
    return float(
        page.locator(".picture svg").evaluate("svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width")
    )


def scrolled(page: Page) -> tuple[float, float]:
    left, top = page.locator(".picture").evaluate("picture => [picture.scrollLeft, picture.scrollTop]")
    return left, top


def test_the_picture_is_zoomed_and_moved_by_mouse_and_keyboard(
    browser: Browser, upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 8: a picture one can zoom; WCAG 2.2, 2.1.1: what a pointer can do, keys can."""
    with shown(browser, tmp_path, "--spec", upstream.serve(document(upstream.url)), "--methods", "all") as found:
        page = found.go("graph")
        picture = page.locator(".picture")
        page.get_by_role("button", name="zoom in").click()
        assert scale(page) == pytest.approx(1.25, abs=0.01)
        page.get_by_role("button", name="zoom out").click()
        page.get_by_role("button", name="zoom out").click()
        assert scale(page) == pytest.approx(0.8, abs=0.01)
        page.get_by_role("button", name="its own size").click()
        assert scale(page) == pytest.approx(1, abs=0.01)
        picture.focus()
        for _ in range(7):
            page.keyboard.press("+")
        assert scale(page) == pytest.approx(4, abs=0.01)
        page.keyboard.press("0")
        assert scale(page) == pytest.approx(1, abs=0.01)
        for _ in range(6):
            page.keyboard.press("+")
        before = scrolled(page)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        after = scrolled(page)
        assert (after[0] > before[0], after[1] > before[1]) == (True, True)
        box = picture.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 5, box["y"] + box["height"] - 30)
        page.mouse.down()
        page.mouse.move(box["x"] + 45, box["y"] + box["height"] - 60)
        page.mouse.up()
        assert scrolled(page)[0] < after[0]
        at = scale(page)
        page.mouse.wheel(0, 200)
        expect(page.locator(".zoom output")).not_to_have_text(f"{round(at * 100)} %")
        assert scale(page) < at
        page.get_by_role("button", name="fit").click()
        assert scale(page) <= 1


def test_a_search_marks_what_it_finds_and_enter_goes_on(browser: Browser, upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: and search. Matching nodes marked, others dimmed, their count said."""
    with shown(browser, tmp_path, "--spec", upstream.serve(document(upstream.url)), "--methods", "all") as found:
        page = found.go("graph")
        find = page.get_by_label("Find in the picture")
        find.fill("order get")
        expect(page.locator("#tally")).to_have_text("2 of 6 tools")
        assert page.locator(".card.match").evaluate_all("cards => cards.map(card => card.dataset.key)") == [
            "orders_list", "orders_get",
        ]  # fmt: skip
        dimmed = page.locator('[data-key="label"]').evaluate("card => getComputedStyle(card).opacity")
        assert float(dimmed) < 1
        find.press("Enter")
        expect(page.locator("#tally")).to_have_text("1 of 2: orders_list")
        find.press("Enter")
        expect(page.locator("#tally")).to_have_text("2 of 2: orders_get")
        expect(page.locator(".card.chosen")).to_have_attribute("data-key", "orders_get")
        find.press("Shift+Enter")
        expect(page.locator("#tally")).to_have_text("1 of 2: orders_list")
        find.fill("no such words")
        expect(page.locator("#found")).to_contain_text("no tool has these words")
        page.keyboard.press("Escape")
        expect(page.locator("#about")).to_be_hidden()
        page.locator('[data-key="orders_get"]').click()
        page.locator("#about h3 a").click()
        expect(page.get_by_role("heading", name="orders_get")).to_be_visible()


def test_the_picture_leads_to_the_tools_without_a_script(browser: Browser, upstream: Upstream, tmp_path: Path) -> None:
    """Every page works without it."""
    spec = upstream.serve(document(upstream.url))
    with shown(browser, tmp_path, "--spec", spec, "--methods", "all", script=False) as found:
        page = found.go("graph")
        page.locator('[data-key="orders_get"]').click()
        page.wait_for_url("**/tools/orders_get")
        page.get_by_text("Try it").click()
        page.locator("#f1").fill("7")
        page.locator("button", has_text="Show the request").first.click()
        page.get_by_text("Send GET").click()
        page.wait_for_url("**/results/*")
        assert [seen.target for seen in upstream.calls] == ["/orders/7"]


def hostile(server: str) -> dict[str, Any]:
    made = document(server)
    made["info"]["title"] = HOSTILE
    for item in made["paths"].values():
        for method in item.keys() - {"parameters"}:
            item[method] |= {"summary": HOSTILE, "description": HOSTILE, "tags": [HOSTILE]}
    schema = made["paths"]["/orders"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    choice = {"type": "string", "enum": [HOSTILE, "javascript:alert(1)"], "description": HOSTILE}
    schema["properties"] |= {"colour": choice, "default": {"type": "string", "default": HOSTILE}}
    return made


def test_no_text_of_a_document_or_an_answer_runs(browser: Browser, upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: no text of a document or an upstream is ever run as HTML or script."""
    upstream.answers["/orders/7"] = Answer(json.dumps({"detail": HOSTILE, "url": "javascript:alert(1)"}).encode())
    upstream.answers["/label"] = Answer(HOSTILE.encode(), "text/html")
    with shown(browser, tmp_path, "--spec", upstream.serve(hostile(upstream.url)), "--methods", "all") as found:
        for path in ("tools", "graph", "graph?tool=orders_get", "tools/orders_create", "tools/orders_create/try"):
            page = found.go(path)
            assert page.locator("main script, main img, main svg [onload], a[href^=javascript]").count() == 0
        found.go("graph")
        page.get_by_label("Find in the picture").fill("orders_get")
        page.get_by_label("Find in the picture").press("Enter")
        expect(page.locator("#about")).to_contain_text("<svg onload=alert(1)>")
        for tool, value in (("orders_get", "7"), ("label", None)):
            found.go(f"tools/{tool}/try")
            if value:
                page.locator("#f1").fill(value)
            page.get_by_role("button", name="Show the request").first.click()
            page.get_by_role("button", name=re.compile("^Send GET")).click()
            page.wait_for_url("**/results/*")
            assert "alert(1)" in page.inner_text("main")
            assert page.locator("main script, main img").count() == 0


def test_a_write_to_the_live_shop_is_shown_sent_and_recorded(browser: Browser, shop: Shop, tmp_path: Path) -> None:
    """Issue 8: a try-it form that shows the exact request first; the call stands in the records, from where it is made
    again.
    """
    with shown(browser, tmp_path, *shop.options, "--methods", "all", dark=True) as found:
        page = found.go("tools/orders_create/try")
        page.get_by_role("button", name="Show the request").first.click()
        expect(page.get_by_role("alert")).to_contain_text("customer")
        page.locator("[name='arg:customer']").fill("5")
        page.locator("[name='arg:items']").fill('[{"product": 1, "quantity": 1}]')
        page.get_by_role("button", name="Show the request").first.click()
        expect(page.locator("pre.request")).to_contain_text('{"customer":5,"items":[{"product":1,"quantity":1}]}')
        assert shop.token not in page.content()
        page.get_by_role("button", name="Send POST /api/orders/").click()
        expect(page.get_by_role("heading", name="Result of orders_create")).to_contain_text("ok")
        page.reload()
        expect(page.get_by_role("heading", name="Result of orders_create")).to_contain_text("ok")
        number = json.loads(page.locator("#answer-0").inner_text())["id"]
        for _ in range(100):  # records are written behind the calls
            found.go("tools/orders_create")
            if page.locator("table.calls tbody tr").count():
                break
        page.locator("table.calls tbody a").first.click()
        page.get_by_role("link", name="Try it again").click()
        expect(page.locator("[name='arg:customer']")).to_have_value("5")
        found.go("tools/orders_retrieve/try")
        page.locator("[name='arg:id']").fill(str(number))
        page.keyboard.press("Enter")
        page.get_by_role("button", name=re.compile("^Send GET")).focus()
        page.keyboard.press("Enter")
        expect(page.locator("#answer-0")).to_contain_text('"quantity": 1')


def test_a_tool_that_is_switched_off_leaves_the_list_of_a_running_server(
    browser: Browser, upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 8: tools switched on and off, in every running server."""
    with shown(browser, tmp_path, "--spec", upstream.serve(document(upstream.url)), "--methods", "all") as found:
        assert "label" in listed(found.endpoint)
        page = found.go("tools/label")
        page.get_by_role("button", name="Switch it off").click()
        expect(page.locator("h1")).to_contain_text("switched off")
        assert until(found.endpoint, lambda names: "label" not in names)
        found.go("tools")
        page.get_by_role("button", name="Switch label on").click()
        assert until(found.endpoint, lambda names: "label" in names)


def listed(endpoint: str) -> set[str]:
    """Return the names of the tools that a client is told of."""
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/list",
    }
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    body = {**LIST, "params": {"_meta": meta}}
    answer = httpx.post(endpoint, json=body, headers=headers, timeout=30)
    answer.raise_for_status()
    return {tool["name"] for tool in answer.json()["result"]["tools"]}


def until(endpoint: str, is_so: Any) -> bool:
    """Return whether the list comes to be so, before a client would give up."""
    return any(is_so(listed(endpoint)) for _ in range(3_000))


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_window(browser: Browser, upstream: Upstream, tmp_path: Path, width: int) -> None:
    """WCAG 2.2, 1.4.10: 320 px and 200 % need no scrolling in two directions, but for tables and the picture."""
    made = hostile(upstream.url)
    with shown(browser, tmp_path, "--spec", upstream.serve(made), "--methods", "all", width=width) as found:
        for path in ("tools", "graph", "tools/orders_create", "tools/orders_create/try"):
            page = found.go(path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
