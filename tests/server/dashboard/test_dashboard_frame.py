"""What every page of the dashboard has: escaped texts, links that hold behind a proxy, strict headers."""

import importlib.util
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from support.dashboard import board, browsing, enter, lock, signed_in

from openapi_mcp.errors import ConfigError
from openapi_mcp.server.asgi import AsgiApp
from openapi_mcp.server.dashboard import frame
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.frame import render, require_extra, url
from openapi_mcp.server.dashboard.site import PAGES, Mounted, dashboard_site

ROOM = files("openapi_mcp.server.dashboard")
TEMPLATES = sorted(each.name for each in ROOM.joinpath("templates").iterdir())
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def request_for(path: str, root: str = "") -> Request:
    return Request({"type": "http", "path": root + path, "root_path": root, "headers": [], "query_string": b""})


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_lets_a_text_through_as_it_is(name: str) -> None:
    """Issue 8: no text of a document or an upstream is ever run as HTML or script; styles and scripts are files."""
    text = ROOM.joinpath("templates", name).read_text()
    assert not re.search(
        r"\|\s*safe|autoescape|Markup|\bstyle\s*=|<style|\son[a-z]+\s*=|javascript:", text, re.IGNORECASE
    )
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", text))
    for value in re.findall(r"=\s*(\{\{)", text):
        pytest.fail(f"an attribute without quotes: {value}")


def test_a_text_is_shown_as_a_text_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = frame._templates()
    page = environment.from_string('<p title="{{ text }}">{{ text }}</p>').render(text=HOSTILE)
    assert page == (
        '<p title="&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&gt;&lt;img src=x onerror=alert(2)&gt;">'
        "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&gt;&lt;img src=x onerror=alert(2)&gt;</p>"
    )


def test_what_a_reader_cannot_see_is_shown_by_its_number() -> None:
    """Marks that turn the direction of a text, or hide in it, deceive who reads it."""
    page = frame._templates().from_string("{{ text }}").render(text="a\u202eb\x1b[31mc\u200b")
    assert page == "a&lt;U+202E&gt;b&lt;U+001B&gt;[31mc&lt;U+200B&gt;"


@pytest.mark.parametrize(
    ("path", "segments", "query", "expected"),
    [
        ("/", (), {}, "./"),
        ("/calls", (), {}, "./"),
        ("/calls/7", (), {}, "../"),
        ("/", ("calls",), {}, "calls"),
        ("/calls/7", ("calls", "a/b?c"), {}, "../calls/a%2Fb%3Fc"),
        ("/calls/7", ("calls",), {"tool": "a&b", "kind": ""}, "../calls?tool=a%26b"),
        ("/", (), {"period": "7d"}, "./?period=7d"),
        ("/calls", (), {"period": "7d"}, "./?period=7d"),
        ("/", ("javascript:alert(1)",), {}, "javascript%3Aalert%281%29"),
    ],
)
def test_a_link_is_relative(path: str, segments: Sequence[str], query: dict[str, str], expected: str) -> None:
    """Behind a proxy we need not know by which path we are shown."""
    assert url(request_for(path), *segments, **query) == expected
    assert url(request_for(path, "/dashboard"), *segments, **query) == expected


HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/", "/calls", "/calls/x", "/nothing", "/sign-in", "/enter"])
async def test_every_answer_keeps_itself_to_itself(path: str) -> None:
    async with signed_in(board()) as client:
        for answer in (await client.get(path), await client.post(path, json={})):
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    async with browsing(dashboard_site(board(), lock())) as client:
        answer = await client.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "kind"), [("dashboard.css", "text/css"), ("dashboard.js", "text/javascript"), ("icon.svg", "image/svg")]
)
async def test_our_own_files_are_asked_for_again_and_sent_once(name: str, kind: str) -> None:
    async with browsing(dashboard_site(board(), lock())) as client:
        first = await client.get(f"/static/{name}")
        assert first.status_code == 200
        assert first.headers["content-type"].startswith(kind)
        assert first.headers["cache-control"] == "no-cache"
        again = await client.get(f"/static/{name}", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/static/other.css", "/static/..%2Fframe.py", "/static/%2e%2e/frame.py"])
async def test_no_other_file_is_sent(path: str) -> None:
    async with browsing(dashboard_site(board(), lock())) as client:
        assert (await client.get(path)).status_code == 404


def test_the_script_makes_no_html_of_texts() -> None:
    """What it inserts is a page of ours, parsed as such; nothing is evaluated."""
    text = ROOM.joinpath("static", "dashboard.js").read_text()
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|\.style\b", text
    )


def test_the_style_sheet_asks_for_nothing() -> None:
    """Issue 8: works offline."""
    text = ROOM.joinpath("static", "dashboard.css").read_text()
    assert not re.search(r"url\(|@import|https?:", text)


async def _boards(request: Request) -> Response:
    return render(request, "missing.html")


def _tools(_board: Board) -> list[Route]:
    return [Route("/tools", _boards), Route("/tools/{name}", _boards)]


@pytest.mark.anyio
async def test_the_navigation_has_the_pages_that_are_there() -> None:
    async with signed_in(board(), [*PAGES, _tools]) as client:
        page = (await client.get("/tools")).text
        links = re.findall(r'<li><a href="([^"]+)"( aria-current="page")?>(\w+)</a></li>', page)
        assert links == [("./", "", "Overview"), ("calls", "", "Calls"), ("tools", ' aria-current="page"', "Tools")]
        deeper = (await client.get("/tools/x")).text
        assert '<link rel="stylesheet" href="../static/dashboard.css">' in deeper


@pytest.mark.anyio
async def test_below_a_path_the_rest_is_somebody_elses() -> None:
    async def rest(scope: Any, receive: Any, send: Any) -> None:
        await Response("rest")(scope, receive, send)

    own = lock(path="/dashboard/")
    site: AsgiApp = Mounted("/dashboard", dashboard_site(board(), own), rest)
    async with browsing(site) as client:
        assert (await client.get("/mcp")).text == "rest"
        assert (await client.get("/dashboards")).text == "rest"
        to_slash = await client.get("/dashboard")
        assert (to_slash.status_code, to_slash.headers["location"]) == (307, "dashboard/")
        turned_away = await client.get("/dashboard/")
        assert (turned_away.status_code, turned_away.headers["location"]) == (303, "sign-in")
        page = await enter(client, f"/dashboard/enter?ticket={own.tickets.issue()}")
        assert "<h1>Overview</h1>" in page.text
        assert 'href="static/dashboard.css"' in page.text


def test_without_the_extra_one_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """design.md, Dependencies: a command that lacks its extra says which one and how to add it with pipx."""
    require_extra()
    found = importlib.util.find_spec
    monkeypatch.setattr(frame, "find_spec", lambda name: None if name == "pygal" else found(name))
    with pytest.raises(ConfigError) as raised:
        require_extra()
    assert "[dashboard]" in raised.value.message
    assert raised.value.hint == "pipx inject openapi-mcp-cli 'openapi-mcp-cli[dashboard]'"
