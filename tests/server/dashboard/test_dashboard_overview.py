"""The dashboard's first page: what the calls of some time come to."""

import re
from pathlib import Path

import pytest
from support.dashboard import NOW, board, browsing, kept, lock, record, signed_in, texts

from openapi_mcp.model.call import Caller
from openapi_mcp.server.dashboard.overview import MOST, SORTS
from openapi_mcp.server.dashboard.sessions import Visit, noted
from openapi_mcp.server.dashboard.site import dashboard_site

pytestmark = pytest.mark.anyio
DAY = 86_400.0


def two_apis(folder: Path) -> Path:
    return kept(
        folder,
        record("o1", 3 * DAY, tool="old_one"),
        record("a1", 30, duration=0.1, tokens=1_000),
        record("a2", 90, duration=0.3, tokens=500, kind="not_found", status=404),
        record("a3", 3 * 3_600, kind="not_found", status=404, cache="hit"),
        record("a4", 3 * 3_600, kind="timeout", status=None),
        record("w1", 60, api="Weather", tool="forecast", duration=2.0, tokens=7),
        lost=3,
    )


def totals(page: str) -> dict[str, str]:
    """Return the figures at the top by their names."""
    return dict(zip(texts(page, "dt"), texts(page, "dd"), strict=True))


async def test_the_last_day_is_summed_up(tmp_path: Path) -> None:
    async with signed_in(board(two_apis(tmp_path))) as client:
        page = (await client.get("/")).text
    assert totals(page) == {
        "Calls": "5",
        "Succeeded": "40.0 %",
        "Duration, p50": "100 ms",
        "Duration, p95": "2.00 s",
        "Tokens": "1,707",
        "From the cache": "1",
        "Repaired": "0",
        "Not recorded": "3",
    }
    assert "The last 24 hours" in page
    assert 'href="calls?kind=not_found&amp;since=24h">not_found 2</a>' in page


async def test_each_tool_and_each_api_has_a_row(tmp_path: Path) -> None:
    async with signed_in(board(two_apis(tmp_path))) as client:
        page = (await client.get("/")).text
    steps, apis, tools = re.findall(r"<table>.*?</table>", page, re.DOTALL)
    assert list(texts(steps, "td"))[0::5] == ["2", "3"]
    assert list(texts(apis, "tr"))[1:] == [
        "Shop 4 25.0 % 110 ms 1,700 1 30 s ago",
        "Weather 1 100 % 2.00 s 7 0 1 min ago",
    ]
    assert [row.split()[0] for row in texts(tools, "tr")][1:] == ["orders_list", "forecast"]
    assert "not_found" in next(row for row in texts(tools, "tr") if row.startswith("orders_list"))
    assert 'href="calls?tool=forecast&amp;api=Weather&amp;since=24h"' in tools


@pytest.mark.parametrize(
    ("period", "calls", "title"),
    [
        ("1h", "3", "The last 1 hour"),
        ("7d", "6", "The last 7 days"),
        ("30d", "6", "The last 30 days"),
        ("all", "6", "Since 2026-11-15 00:00:00"),
        ("nonsense", "5", "The last 24 hours"),
    ],
)
async def test_one_chooses_how_far_back(tmp_path: Path, period: str, calls: str, title: str) -> None:
    async with signed_in(board(two_apis(tmp_path))) as client:
        page = (await client.get("/", params={"period": period})).text
    assert (totals(page)["Calls"], title in page) == (calls, True)
    chosen = re.findall(r'aria-current="true">([^<]+)<', page)
    assert chosen == [{"1h": "1 hour", "7d": "7 days", "30d": "30 days", "all": "All"}.get(period, "24 hours")]


@pytest.mark.parametrize("sort", [*SORTS, "nonsense"])
async def test_one_chooses_what_comes_first(tmp_path: Path, sort: str) -> None:
    async with signed_in(board(two_apis(tmp_path))) as client:
        page = (await client.get("/", params={"sort": sort})).text
    first = next(row for row in texts(page.rpartition("<tbody>")[2], "tr"))
    expected = "forecast" if sort in ("p50", "p95") else "orders_list"
    assert first.startswith(expected)
    (marked,) = re.findall(r'aria-sort="(\w+)"', page)
    assert marked == ("ascending" if sort in ("name", "success") else "descending")


async def test_there_is_a_plot_and_a_table_of_the_same_figures(tmp_path: Path) -> None:
    """Issue 8: usable by screen reader."""
    async with signed_in(board(two_apis(tmp_path))) as client:
        page = (await client.get("/")).text
    plots = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(plots) == 3
    for plot in plots:
        assert 'role="img"' in plot
        (ids,) = re.findall(r'aria-labelledby="([^"]+)"', plot)
        assert all(f'id="{each}"' in page for each in ids.split())
    assert "At most 100 % of the calls of a step failed." in page
    assert "Calls by the time they began" in page


async def test_where_nothing_was_called_there_are_no_plots(tmp_path: Path) -> None:
    async with signed_in(board(kept(tmp_path))) as client:
        page = (await client.get("/")).text
        everything = (await client.get("/?period=all")).text
    assert "<svg" not in page
    assert "No tool was called in this time." in page
    assert (totals(page)["Calls"], totals(page)["Duration, p95"], totals(everything)["Calls"]) == ("0", "-", "0")


async def test_a_page_names_only_so_many_tools(tmp_path: Path) -> None:
    """Our bound: a page is made between other requests, and a caller may invent names of tools and APIs."""
    made = (record(f"n{n}", 30, tool=f"tool_{n:04}", api=f"api_{n:04}") for n in range(MOST + 7))
    async with signed_in(board(kept(tmp_path, *made))) as client:
        page = (await client.get("/", params={"sort": "name"})).text
    assert totals(page)["Calls"] == str(MOST + 7)
    assert "And 7 more: in another order others come first" in page
    assert page.count("tool_0299</a>") == 1
    assert "tool_0300" not in page
    assert page.count("?api=") <= MOST


async def test_without_records_that_is_said() -> None:
    async with signed_in(board()) as client:
        page = (await client.get("/")).text
    assert "Calls are not recorded here" in page


async def test_records_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    """Our choice: a broken store shows why, and what to do; calls are served all the same."""
    file = tmp_path / "records.db"
    file.write_bytes(b"no database at all, and long enough to be looked at as one" * 20)
    file.chmod(0o600)
    async with signed_in(board(file)) as client:
        for path in ("/", "/calls", "/calls/x"):
            answer = await client.get(path)
            assert answer.status_code == 503
            assert "The records cannot be read" in answer.text
            assert "records.db" in answer.text


async def test_one_of_many_callers_sees_their_own(tmp_path: Path) -> None:
    """Our choice: who has scopes sees the calls that they made, and not how many were lost."""
    file = kept(tmp_path, record("a", 30, caller="me"), record("b", 30, caller="other"), lost=3)

    async def as_me(scope: object, receive: object, send: object) -> None:
        assert isinstance(scope, dict)
        visit = Visit(caller=Caller(id="me", scopes=frozenset()), sees_all=False)
        await inner({**scope, **noted(visit)}, receive, send)

    site = dashboard_site(board(file), lock())
    inner = site._app._inside  # type: ignore[attr-defined]
    async with browsing(as_me) as client:
        page = (await client.get("/")).text
    assert totals(page)["Calls"] == "1"
    assert "Not recorded" not in page


def test_the_time_of_these_tests_is_no_beginning_of_a_step() -> None:
    """The tests themselves: a last step that is not whole."""
    assert NOW % 1_800 != 0
