"""The page of the graph."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from support.board import pages, pages_of_two
from support.capable import capabilities, need
from support.make import toolset
from support.upstream import Upstream

from openapi_mcp.index.graph import Graph, read_graph
from openapi_mcp.model.call import Caller
from openapi_mcp.server.dashboard import drawn, inventory
from openapi_mcp.server.dashboard.drawn import Drawn, draw
from openapi_mcp.server.dashboard.sessions import Visit

pytestmark = pytest.mark.anyio


def graph(count: int) -> Graph:
    paths = {f"/n{n}": {"get": {"operationId": f"n{n}", "tags": [f"t{n % 3}"]}} for n in range(count)}
    known = capabilities({f"n{n}": [need("id", f"n{n - 1}", f"n{n - 2}")] for n in range(2, count)})
    return read_graph(toolset(paths).tools, known)


def drawing(whole: Graph, tool: str = "", resource: str = "") -> Drawn:
    return draw(
        whole, "Shop", tool=tool, resource=resource, tool_link="tools/{}".format, resource_link="?resource={}".format
    )


def test_tools_lead_to_their_pages_and_resources_to_their_pictures() -> None:
    """Issue 8: links from a node to its tool's page."""
    small, large = drawing(graph(6)), drawing(graph(90))
    assert set(re.findall(r'href="([^"]*)"', small.svg)) == {f"tools/n{n}" for n in range(6)}
    assert set(re.findall(r'href="([^"]*)"', large.svg)) == {"?resource=t0", "?resource=t1", "?resource=t2"}
    assert json.loads(large.text)["names"] == ["t0", "t1", "t2"]


def test_the_table_has_the_edges_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """For who does not see the picture; bounded, and that is said."""
    found = drawing(graph(6))
    assert [(edge.source, edge.target) for edge in found.rows if edge.is_first] == [
        (f"n{n - 1}", f"n{n}") for n in range(2, 6)
    ]
    assert found.notes == ()
    monkeypatch.setattr(drawn, "MOST_ROWS", 3)
    assert drawing(graph(6)).notes == ("the table has the first 3 of 8",)


def test_what_is_around_one_tool_is_drawn_by_itself() -> None:
    """A large document: a form draws what is around one tool."""
    found = drawing(graph(90), tool="n3")
    assert json.loads(found.text)["resources"].keys() == {"n1", "n2", "n3", "n4", "n5"}
    many = drawing(graph(90), tool="n89")
    assert many.notes[0].startswith("what is around this tool is too much for one picture")


def test_of_a_large_resource_the_first_tools_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our bound: a picture of thousands could not be read."""
    monkeypatch.setattr(drawn, "MOST_DRAWN", 5)
    found = drawing(graph(90), resource="t1")
    assert found.notes == ("of 30 tools the first 5 are drawn; 25 left out",)
    assert "tools/n13" in found.svg
    assert "tools/n16" not in found.svg


def test_of_very_many_tools_the_script_knows_some(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of megabytes would not be read."""
    monkeypatch.setattr(drawn, "_MOST_NODES", 4)
    found = drawing(graph(6))
    assert found.notes == ("words find the first 4 tools here, and all of them in the list of tools",)
    assert (len(json.loads(found.text)["nodes"]), json.loads(found.text)["edges"]) == (4, [])


async def test_the_page_brings_picture_table_and_what_the_script_knows(upstream: Upstream, tmp_path: Path) -> None:
    """Everything but zooming and searching works without the script."""
    async with pages(upstream, tmp_path) as found:
        page = await found.get("/graph")
        assert "<svg" in page
        assert 'href="tools/orders_get"' in page
        text = page.partition('<pre id="graph" hidden>')[2].partition("</pre>")[0]
        assert {node["tool"] for node in json.loads(unescape(text))["nodes"]} >= {"orders_list", "orders_get"}
        assert "The same as a table" in page
        assert (await found.client.get("/static/graph.js")).headers["content-type"].startswith("text/javascript")
        look = await found.client.get("/static/graph.css")
        assert look.headers["content-type"].startswith("text/css")
        assert "svg.graph" in look.text


async def test_an_unknown_tool_or_resource_is_said(upstream: Upstream, tmp_path: Path) -> None:
    """A form may name anything."""
    async with pages(upstream, tmp_path) as found:
        for asked in ("tool=none", "resource=none"):
            assert "There is no such tool or resource" in await found.get(f"/graph?{asked}", 404)
        assert "Around orders_get" in await found.get("/graph?tool=orders_get")
        assert "<h1>orders</h1>" in await found.get("/graph?resource=orders")


async def test_a_caller_sees_only_tools_that_their_scopes_allow(upstream: Upstream, tmp_path: Path) -> None:
    """As in the list of tools."""
    visit = Visit(caller=Caller(id="carla", scopes=frozenset()), sees_all=False, csrf="c")
    async with pages(upstream, tmp_path, visit=visit) as found:
        assert "salaries" not in await found.get("/graph")
        await found.get("/graph?tool=salaries_list", 404)


async def test_pages_do_not_wait_for_what_takes_long(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 20,000 operations it takes half a minute to find out what they need."""
    async with pages(upstream, tmp_path) as found:
        with monkeypatch.context() as patch:
            patch.setattr(inventory, "_PATIENCE", 0.0)
            patch.setattr(inventory, "_SHORT_PATIENCE", 0.0)
            assert "still being worked out" in await found.get("/graph", 503)
            assert "still being worked out" in await found.get("/tools/orders_get")
        assert "<svg" in await found.get("/graph")
        assert "still being worked out" not in await found.get("/tools/orders_get")


async def test_several_apis_stand_side_by_side(upstream: Upstream, tmp_path: Path) -> None:
    """A resource says which API it is of."""
    async with pages_of_two(upstream, tmp_path) as found:
        page = await found.get("/graph")
        assert ("one: orders" in page, "two: orders" in page) == (True, True)
