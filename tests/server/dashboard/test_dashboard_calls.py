"""The calls on the dashboard, and one of them in full."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from support.dashboard import board, csrf_in, kept, record, signed_in, texts

from openapi_mcp.server.dashboard.calls import PAGE

pytestmark = pytest.mark.anyio
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202e\x1b[31m"


def rows(page: str) -> list[str]:
    """Return the ids of the calls that are shown, in their order."""
    return re.findall(r'<tr data-id="([^"]+)">', page)


@pytest.fixture
def some(tmp_path: Path) -> Path:
    return kept(
        tmp_path,
        record("r1", 500),
        record("r2", 400, tool="orders_create", method="POST", kind="rejected", status=422, message="no such sku"),
        record("r3", 300, api="Weather", tool="forecast", caller="ana", cache="hit", run="p3w8k1zt"),
        record("r4", 7_200, kind="timeout", status=None, attempts=3),
    )


async def test_the_newest_call_comes_first(some: Path) -> None:
    async with signed_in(board(some)) as client:
        page = (await client.get("/calls")).text
    assert rows(page) == ["r3", "r2", "r1", "r4"]
    newest = next(texts(page.partition("<tbody")[2], "tr"))
    assert newest == "2026-11-18 11:01:40 forecast GET /orders null ok 200 20.0 ms 100 cache: hit by ana".replace(
        " null", ""
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"tool": "orders_*"}, ["r2", "r1", "r4"]),
        ({"api": "Weather"}, ["r3"]),
        ({"kind": "error"}, ["r2", "r4"]),
        ({"kind": "timeout"}, ["r4"]),
        ({"status": "4xx"}, ["r2"]),
        ({"cache": "hit"}, ["r3"]),
        ({"caller": "ana"}, ["r3"]),
        ({"run": "p3w8k1zt"}, ["r3"]),
        ({"run": "p3w8"}, []),
        ({"since": "1h"}, ["r3", "r2", "r1"]),
        ({"since": "nonsense", "tool": " "}, ["r3", "r2", "r1", "r4"]),
        ({"tool": "none", "status": "none"}, []),
    ],
)
async def test_a_form_says_which_calls(some: Path, asked: dict[str, str], found: list[str]) -> None:
    async with signed_in(board(some)) as client:
        page = (await client.get("/calls", params=asked)).text
    assert rows(page) == found
    assert ("hidden>No call fits" in page) is bool(found)


async def test_the_page_of_a_call_leads_to_the_calls_of_its_run(tmp_path: Path) -> None:
    """Issue 11: runs stand in the records; `history --run` and `history ID` say the same."""
    file = kept(
        tmp_path,
        record("r1", 30, tool="rewrite", method="WORKFLOW", path="rewrite", run="p3w8k1zt"),
        record("r2", 20, run="p3w8k1zt"),
        record("r3", 10),
    )
    async with signed_in(board(file)) as client:
        workflow, step, other = [(await client.get(f"/calls/{name}")).text for name in ("r1", "r2", "r3")]
        leads = re.search(r'<dt>Run</dt><dd><a href="([^"]+)">p3w8k1zt</a>', step)
        assert leads is not None
        listed = await client.get(urljoin("/calls/r2", leads[1]))
        assert rows(listed.text) == ["r2", "r1"]
        assert 'name="run" value="p3w8k1zt"' in listed.text
    assert "with the calls of its steps" in workflow
    assert "with all its calls" in step
    assert "<dt>Run</dt>" not in other


async def test_the_page_of_a_workflows_call_has_its_steps_and_theirs_lead_back(tmp_path: Path) -> None:
    """Issue 11: as `history ID` says it."""
    file = kept(
        tmp_path,
        record("r1", 30, tool="rewrite", method="WORKFLOW", path="rewrite"),
        record("r2", 20, step_of="r1"),
        record("r3", 10, step_of="r1", tool="drop", kind="not_found", status=404),
        record("r4", 5, step_of="gone"),
        record("r5", 4, tool="empty", method="WORKFLOW", path="empty"),
    )
    async with signed_in(board(file)) as client:
        workflow, step, left, empty = [(await client.get(f"/calls/{name}")).text for name in ("r1", "r2", "r4", "r5")]
        back = re.search(r'<dt>Step of</dt><dd><a href="([^"]+)">rewrite</a>', step)
        assert back is not None
        assert 'id="steps"' in (await client.get(urljoin("/calls/r2", back[1]))).text
    assert rows(workflow) == ["r2", "r3"]
    assert "drop" in workflow
    assert re.search(r'<dt>Step of</dt><dd><a href="[^"]+">gone</a>', left) is not None
    assert 'id="steps"' not in left
    assert "None is recorded." in empty


async def test_the_form_shows_what_was_asked_and_suggests_names(some: Path) -> None:
    async with signed_in(board(some)) as client:
        asked = {"tool": '"><b>', "kind": "timeout", "since": "7d", "status": "4xx"}
        page = (await client.get("/calls", params=asked)).text
        plain = (await client.get("/calls")).text
    assert 'name="tool" value="&#34;&gt;&lt;b&gt;"' in page
    assert re.findall(r"<option[^>]* selected>([^<]+)<", page) == ["timeout", "the last 7 days"]
    assert re.findall(r"<option[^>]* selected>([^<]+)<", plain) == ["All"]
    lists = [re.findall(r'value="([^"]+)"', each) for each in re.findall(r"<datalist.*?</datalist>", page, re.DOTALL)]
    assert lists == [["forecast", "orders_create", "orders_list"], ["Shop", "Weather"], ["ana"]]


async def test_older_calls_are_on_further_pages(tmp_path: Path) -> None:
    file = kept(tmp_path, *(record(f"n{number:03}", 1_000 - number) for number in range(2 * PAGE + 1)))
    async with signed_in(board(file)) as client:
        seen, page = [], (await client.get("/calls", params={"tool": "orders_list"})).text
        assert 'data-live="calls?part=rows&amp;tool=orders_list"' in page
        while True:
            seen.append(rows(page))
            older = re.search(r'rel="next" href="([^"]+)"', page)
            if older is None:
                break
            page = (await client.get(older[1].replace("&amp;", "&"))).text
            assert "data-live=" not in page
            assert "To the newest" in page
    assert [len(each) for each in seen] == [PAGE, PAGE, 1]
    ids = [id for each in seen for id in each]
    assert ids == sorted(ids, reverse=True)


async def test_the_rows_alone_can_be_fetched(some: Path) -> None:
    """What the script asks for every 2 seconds."""
    async with signed_in(board(some)) as client:
        part = (await client.get("/calls", params={"part": "rows", "kind": "error"})).text
    assert part.strip().startswith("<tbody")
    assert rows(part) == ["r2", "r4"]


@pytest.mark.parametrize("after", ["gone", "r", "x" * 5_000, "\x00"])
async def test_after_a_call_that_is_gone_the_newest_are_shown(some: Path, after: str) -> None:
    """It may have been cleaned up since its page was made."""
    async with signed_in(board(some)) as client:
        answer = await client.get("/calls", params={"after": after})
        assert answer.status_code == 200
        assert rows(answer.text) == rows((await client.get("/calls")).text)
        assert "is not kept any more: these are the newest" in answer.text


async def test_without_records_the_page_says_so() -> None:
    async with signed_in(board()) as client:
        assert "Calls are not recorded here" in (await client.get("/calls")).text
        assert (await client.get("/calls/x")).status_code == 404


def everything() -> dict[str, Any]:
    return {
        "arguments": {"city": "Porto", "days": 3},
        "kind": "upstream_error",
        "message": "the API failed",
        "status": 502,
        "attempts": 3,
        "waited": 1.5,
        "repairs": [{"field": "days", "from": "3", "to": 3, "how": "scalars"}],
        "lookups": [{"tool": "cities_list", "arguments": {"q": "Porto"}}],
        "cache": "stored",
        "duration": 2.25,
        "size": 12_345,
        "tokens": 3_086,
        "curl": "curl -H 'Accept: */*' \\\n\t'https://shop.test/forecast?city=Porto'",
        "answer": '{"days":[{"rain":0.1}]}',
        "operation_id": "getForecast",
        "caller": "ana",
    }


async def test_one_call_is_shown_in_full(tmp_path: Path) -> None:
    """Issue 8: one call in full (request, answer, repairs, curl)."""
    file = kept(tmp_path, record("k1", 90, tool="forecast", **everything()))
    async with signed_in(board(file)) as client:
        page = (await client.get("/calls/k1")).text
    facts = dict(zip(texts(page, "dt"), texts(page, "dd"), strict=True))
    assert facts == {
        "Began": "2026-11-18 11:05:10 (1 min ago)",
        "Took": "2.25 s, of that 1.50 s waiting",
        "Status": "502",
        "Attempts": "3",
        "Result": "12.3 kB, 3,086 tokens",
        "Cache": "stored",
        "API": "Shop",
        "Operation": "GET /orders getForecast",
        "Caller": "ana",
        "Id": "k1",
    }
    assert list(texts(page, "h2")) == ["What happened", "Arguments", "Repairs", "Lookups", "Request", "Answer"]
    blocks = re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    assert blocks[0] == "{\n  &#34;city&#34;: &#34;Porto&#34;,\n  &#34;days&#34;: 3\n}"
    assert blocks[3] == "curl -H &#39;Accept: */*&#39; \\\n    &#39;https://shop.test/forecast?city=Porto&#39;"
    assert "rain&#34;: 0.1" in blocks[4]
    assert "the API failed" in page
    assert "Try it again" not in page  # nothing is served here


async def test_a_call_without_its_values_says_so(tmp_path: Path) -> None:
    file = kept(tmp_path, record("k1", 90, status=None, api="", method="", path=""), record("k2", arguments={}))
    async with signed_in(board(file)) as client:
        page = (await client.get("/calls/k1")).text
        other = (await client.get("/calls/k2")).text
    assert "--record-arguments off" in page
    assert "no answer" in page
    assert "None is recorded." in page
    assert "<p>None.</p>" in other


@pytest.mark.parametrize("name", ["k", "k11", "%00", "x" * 500])
async def test_a_call_is_found_by_its_whole_id_alone(tmp_path: Path, name: str) -> None:
    """Also where more than one id begins so."""
    file = kept(tmp_path, record("k1", 90), record("k2", 91))
    async with signed_in(board(file)) as client:
        assert (await client.get(f"/calls/{name}")).status_code == 404


FIELDS: list[tuple[str, Callable[[str], Any]]] = [
    *(
        (name, lambda text: text)
        for name in ("tool", "api", "path", "operation_id", "caller", "message", "curl", "answer")
    ),
    ("kind", lambda text: text),
    ("arguments", lambda text: {text: [text]}),
    ("repairs", lambda text: [{"field": text, "from": text}]),
    ("lookups", lambda text: [{text: text}]),
]


@pytest.mark.parametrize(("field", "made"), FIELDS, ids=[name for name, _ in FIELDS])
async def test_whatever_a_record_holds_is_shown_as_text(tmp_path: Path, field: str, made: Callable[[str], Any]) -> None:
    """Issue 8: no text of a document or an upstream is ever run as HTML or script."""
    file = kept(tmp_path, record("k1", 90, **{field: made(HOSTILE)}))
    async with signed_in(board(file)) as client:
        for path in ("/", "/calls", "/calls?part=rows", "/calls/k1"):
            page = (await client.get(path)).text
            assert "<script>alert" not in page
            assert "<img" not in page
            assert "\u202e" not in page
            assert "\x1b" not in page


async def test_every_form_on_a_page_carries_the_sessions_token(some: Path) -> None:
    async with signed_in(board(some)) as client:
        for path in ("/", "/calls", "/calls/r1", "/nothing"):
            page = (await client.get(path)).text
            assert page.count('method="post"') == page.count(f'value="{csrf_in(page)}"') == 1
