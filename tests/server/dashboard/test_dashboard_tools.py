"""The pages of the tools, and the switch that turns one off."""

from html import unescape
from pathlib import Path
from typing import Any

import pytest
from support.board import LOCAL, Switched, pages, pages_of_two, shop
from support.dashboard import signed_in
from support.upstream import Answer, Upstream

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.call import Caller
from openapi_mcp.model.policy import Rate, ToolLimits
from openapi_mcp.records.store import RecordsError, Store
from openapi_mcp.server.dashboard import inventory, tools
from openapi_mcp.server.dashboard.board import Board
from openapi_mcp.server.dashboard.sessions import Visit

pytestmark = pytest.mark.anyio
CARLA = Visit(caller=Caller(id="carla", scopes=frozenset({"read"})), sees_all=False, csrf="c")


async def test_the_list_tells_rights_cost_and_health(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: the APIs and tools with their cost and health."""
    upstream.answers["/orders/7"] = Answer(b"{}", status=404)
    async with pages(upstream, tmp_path) as found:
        await found.send("orders_list")
        await found.send("orders_get", **{"arg:id": "7"})
        page = unescape(await found.get("/tools"))
        assert "6 tools" in page
        rows = {
            name: page.partition(f">{name}</a>")[2].partition("</tr>")[0] for name in ("orders_get", "orders_delete")
        }
        assert ("404" in rows["orders_get"], "0 %" in rows["orders_get"], "reads" in rows["orders_get"]) == (
            False,
            True,
            True,
        )
        assert "destructive" in rows["orders_delete"]


async def test_words_find_tools_page_by_page(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8: filter by text; a large document has pages."""
    monkeypatch.setattr(tools, "_PAGE", 2)
    async with pages(upstream, tmp_path) as found:
        page = await found.get("/tools?q=order+DELETE")
        assert ("orders_delete" in page, "orders_list" in page, "1 of 6 have these words" in page) == (
            True,
            False,
            True,
        )
        assert "No tool has these words" in await found.get("/tools?q=nothing+like+it")
        first, second = await found.get("/tools?q=orders"), await found.get("/tools?q=orders&page=2")
        assert ("Page 1 of 2" in first, 'rel="next"' in first, 'rel="prev"' in first) == (True, True, False)
        assert ("Page 2 of 2" in second, 'rel="next"' in second, 'rel="prev"' in second) == (True, False, True)
        for number in ("99", "0", "-1", "x", "9" * 30, "\u0662"):
            assert "orders_" in await found.get(f"/tools?q=orders&page={number}")


async def test_one_tool_tells_all_that_is_known_of_it(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: schema, needs, last calls, settings."""
    upstream.answers["/orders"] = Answer(b'[{"id": 7}]')
    async with pages(upstream, tmp_path) as found:
        await found.send("orders_list")
        page = unescape(await found.get("/tools/orders_create"))
        assert "Who orders." in page
        assert "whole number" in page
        page = unescape(await found.get("/tools/orders_get"))
        assert 'from <a href="../tools/orders_list">orders_list</a>' in page
        page = await found.get("/tools/orders_list")
        assert found.recorded[0].id in page
        assert "It takes none." in await found.get("/tools/label")
        await found.get("/tools/none", 404)


def test_settings_are_told_in_words() -> None:
    """[tool.NAME] of the configuration."""
    limits = ToolLimits(timeout=5, retries=0, rate_limit=(Rate(amount=10, seconds=60),), cache_ttl=2.5, confirm=None)
    assert tools._settings(limits, is_asked=True) == [
        ("timeout", "5 s"),
        ("retries", "0"),
        ("rate limit", "10/minute"),
        ("cache lifetime", "2.5 s"),
        ("confirmation", "a person is asked before each call"),
    ]
    assert tools._settings(ToolLimits(), is_asked=False) == []


async def test_operations_that_are_no_tools_are_told_with_the_reason(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our choice: what the configuration leaves out is not switched on here, and the page says where it is."""
    monkeypatch.setattr(tools, "_SKIPPED", 1)
    async with pages(upstream, tmp_path, methods="get") as found:
        page = unescape(await found.get("/tools"))
        assert "2 operations are no tools" in page
        assert "POST /orders" in page
        assert "And 1 more" in page


async def test_a_tool_is_switched_off_and_on_again(upstream: Upstream, tmp_path: Path) -> None:
    """Issue 8: tools switched on and off."""
    switches = Switched()
    async with pages(upstream, tmp_path, board={"switches": switches}) as found:
        assert "Switch it off" in await found.get("/tools/label")
        where = await found.post("/tools/label/switch", 303, on="no")
        assert where.endswith("tools/label")
        assert switches.names == {(found.api, "label")}
        page = await found.get("/tools/label")
        assert ("switched off" in page, "Switch it on" in page) == (True, True)
        assert "Switch label on" in await found.get("/tools")
        await found.get("/tools/label/try", 404)
        await found.post("/tools/label/send", 404)
        await found.post("/tools/label/switch", 303, on="yes")
        assert switches.names == set()
        await found.post("/tools/none/switch", 404, on="no")


async def test_a_tool_that_is_off_under_another_name_is_shown_as_off(upstream: Upstream, tmp_path: Path) -> None:
    """security.md: the document may call its operation otherwise today."""
    switches = Switched()
    async with pages(upstream, tmp_path, board={"switches": switches}) as found:
        switches.switch(found.api, "old_name", on=False, operation="DELETE /orders/{}")
        assert "Switch it on" in await found.get("/tools/orders_delete")
        await found.get("/tools/orders_delete/try", 404)
        assert "Switch it off" in await found.get("/tools/orders_get")
        await found.post("/tools/orders_get/switch", 303, on="no")
        assert switches.off(found.api)["orders_get"] == "GET /orders/{}"


async def test_a_tool_that_is_gone_as_it_is_off_can_be_switched_on(upstream: Upstream, tmp_path: Path) -> None:
    """A server that follows the switch has the tool no more: its page says why."""
    switches = Switched()
    async with pages(upstream, tmp_path, board={"switches": switches}) as found:
        switches.switch(found.api, "lost", on=False)
        assert "It was switched off here" in await found.get("/tools/lost")
        assert "follow within about a second" in await found.post("/tools/lost/switch", on="yes")
        assert switches.names == set()
        await found.get("/tools/lost", 404)


@pytest.mark.parametrize("visit", [CARLA, Visit(name="a caller", csrf="c")])
async def test_a_caller_switches_nothing(upstream: Upstream, tmp_path: Path, visit: Visit) -> None:
    """A switch counts for all callers, and is a limit of what they may do: it is the operator's alone."""
    switches = Switched()
    async with pages(upstream, tmp_path, visit=visit, board={"switches": switches}, methods="get") as found:
        switches.switch(found.api, "label", on=False)
        page = await found.get("/tools")
        assert ("Switched off here" in page, "are no tools" in page) == (False, False)
        page = await found.get("/tools/orders_list")
        assert ("Switch it" in page, "Only the operator switches tools" in page) == (False, True)
        await found.get("/tools/gone", 404)
        for name in ("orders_list", "label"):
            await found.post(f"/tools/{name}/switch", 404, on="yes")
        assert switches.names == {(found.api, "label")}


async def test_a_caller_with_scopes_sees_their_own_tools_and_figures(upstream: Upstream, tmp_path: Path) -> None:
    """The rights of a model's call: server/rights.py. Records of others are not shown."""
    async with pages(upstream, tmp_path) as local:
        await local.send("orders_list")
    async with pages(upstream, tmp_path, visit=CARLA) as found:
        page = await found.get("/tools")
        assert ("salaries_list" in page, "5 tools" in page) == (False, True)
        assert "100 %" not in page
        assert "No call is recorded." in await found.get("/tools/orders_list")
    admin = Visit(caller=Caller(id="ann", scopes=frozenset({"admin", "more"})), sees_all=False, csrf="c")
    async with pages(upstream, tmp_path, visit=admin) as found:
        assert "salaries_list" in await found.get("/tools")


async def test_lines_of_few_sets_of_scopes_are_kept(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Callers cannot make us keep lists by inventing scopes: only those that the document names count."""
    monkeypatch.setattr(inventory, "_KEPT", 1)
    async with pages(upstream, tmp_path) as found:
        known = found.board.inventory
        assert known is not None
        sizes = [len(await known.lines(scopes)) for scopes in (None, frozenset({"admin"}), frozenset({"x"}), None)]
        assert sizes == [6, 6, 5, 6]
        assert await known.lines(frozenset({"admin"})) is await known.lines(frozenset({"admin", "y"}))


async def test_tools_of_several_apis_are_told_apart(upstream: Upstream, tmp_path: Path) -> None:
    """Labels as in the records: the names of the APIs."""
    switches = Switched({("two", "two_gone")})
    async with pages_of_two(upstream, tmp_path, board={"switches": switches}) as found:
        page = await found.get("/tools?q=label")
        assert ("<td>one</td>" in page, "<td>two</td>" in page, "two_gone" in page) == (True, True, True)
        await found.post("/tools/two_label/switch", 303, on="no")
        assert ("two", "two_label") in switches.names


async def test_pages_are_there_without_records(upstream: Upstream, tmp_path: Path) -> None:
    """--no-records, and a store that cannot be read."""

    def broken() -> Store:
        raise RecordsError("the disk is gone")

    async with pages(upstream, tmp_path, board={"open_records": None}) as found:
        assert "no calls are recorded here" in await found.get("/tools")
        assert "no calls are recorded here" in await found.get("/tools/label")
        assert "Try label" in await found.get("/tools/label/try?call=1")
    async with pages(upstream, tmp_path, board={"open_records": broken}) as found:
        assert "the disk is gone" in await found.get("/tools")
        assert "the disk is gone" in await found.get("/tools/label")
        assert "There is no such call" in await found.get("/tools/label/try?call=1")


async def test_a_switch_that_cannot_be_written_is_said(upstream: Upstream, tmp_path: Path) -> None:
    """A damaged file stays as it is."""

    class Damaged(Switched):
        def off(self, api: str) -> dict[str, str]:
            raise ConfigError("the list is damaged")

        def switch(self, api: str, tool: str, on: bool, *, operation: str = "") -> None:
            raise ConfigError("the list is damaged", where="switches.json", hint="correct it")

    async with pages(upstream, tmp_path, board={"switches": Damaged()}) as found:
        assert "Switch it off" in await found.get("/tools/label")
        page = await found.post("/tools/label/switch", 503, on="no")
        assert "the list is damaged (switches.json): correct it" in page


async def test_the_search_mode_is_told_with_its_reason(upstream: Upstream, tmp_path: Path) -> None:
    """What a list costs is why there is none."""
    async with pages(upstream, tmp_path, mode="search") as found:
        assert "search mode: as --mode says" in await found.get("/tools")
        assert "Result of" in await found.send("orders_list")


def many(count: int, server: str) -> dict[str, Any]:
    """Return a document of so many operations, each of which needs what another yields."""
    made = shop(server)
    item = made["paths"]["/orders/{id}"]
    made["paths"] = {
        f"/kind{number % 300}/{number}/{{id}}": {
            "parameters": item["parameters"],
            "get": {**item["get"], "operationId": f"get_{number}", "tags": [f"kind{number % 300}"]},
        }
        for number in range(count)
    }
    return made


async def test_a_large_document_is_shown_in_part(upstream: Upstream, tmp_path: Path) -> None:
    """Our bound: 50 tools a page, 150 resources in a picture; what is left out is said."""
    async with pages(upstream, tmp_path, document=many(700, upstream.url)) as found:
        assert "Page 1 of 14" in await found.get("/tools")
        graph = await found.get("/graph")
        assert "of 300 resources the 150 that most edges join are drawn" in graph
        assert "get_7" in await found.get("/graph?tool=get_7")
        assert "3 tools" in await found.get("/graph?resource=kind7")


async def test_without_an_api_there_are_no_such_pages() -> None:
    """`openapi-mcp dashboard` without --spec shows the records alone."""
    async with signed_in(Board()) as client:
        answer = await client.get("/")
        assert ('href="tools"' in answer.text, 'href="graph"' in answer.text) == (False, False)
        for path in ("/tools", "/graph", "/tools/x/try"):
            assert (await client.get(path)).status_code == 404


async def test_a_form_of_another_page_is_refused(upstream: Upstream, tmp_path: Path) -> None:
    """CSRF: by Origin and Sec-Fetch-Site, before the token is looked at."""
    switches = Switched()
    async with (
        pages(upstream, tmp_path, board={"switches": switches}) as found,
        signed_in(found.board) as client,
    ):
        page = (await client.get("/tools/label")).text
        csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
        for headers in ({"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = await client.post("/tools/label/switch", data={"csrf": csrf, "on": "no"}, headers=headers)
            assert answer.status_code == 403
        assert switches.names == set()
        answer = await client.post("/tools/label/switch", data={"csrf": csrf, "on": "no"})
        assert answer.status_code == 303
        assert switches.names == {(found.api, "label")}
        assert LOCAL.csrf != csrf
