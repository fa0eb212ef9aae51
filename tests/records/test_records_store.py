"""records/sql.py, kept.py, reading.py, writing.py: what was added comes back, from SQLite and from PostgreSQL alike."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from support.records import NOON, ids, record

from openapi_mcp.records import kept
from openapi_mcp.records.query import Filter
from openapi_mcp.records.sql import open_store
from openapi_mcp.records.store import Named, RecordsError, Store, UnknownRecordError


def test_a_record_comes_back_as_it_was(store: Store) -> None:
    """Issue 8, Records: all that is recorded of a call."""
    kept = record(
        1,
        kind="rejected",
        message="no such product",
        waited=0.25,
        repairs=({"field": "id", "from": "Kettle", "to": 7, "how": "looked up"},),
        lookups=({"tool": "find_product", "arguments": {"q": "Kettle"}},),
        cache="hit",
    )
    store.add([kept])
    assert store.call("r0001") == kept
    assert store.calls(Filter()) == [replace(kept, answer="")]


def test_a_record_without_arguments_has_none(store: Store) -> None:
    """model/record.py: None where they are not recorded."""
    store.add([record(1, arguments=None, status=None)])
    found = store.call("r0001")
    assert found is not None
    assert (found.arguments, found.status) == (None, None)


def test_a_record_that_is_added_again_is_there_once(store: Store) -> None:
    """Our choice: who does not know whether a transaction went through may repeat it."""
    store.add([record(1), record(2)])
    store.add([record(2, tool="other"), record(3), record(3)])
    assert ids(store.calls(Filter())) == ["r0003", "r0002", "r0001"]
    assert {each.tool for each in store.calls(Filter())} == {"get_product"}


def test_adding_nothing_is_nothing(store: Store) -> None:
    store.add([])
    assert store.calls(Filter()) == []


def test_more_records_than_a_statement_takes_are_added_at_once(store: Store) -> None:
    store.add([record(number) for number in range(2_500)])
    assert store.stats(Filter()).total.calls == 2_500


TEXTS = ["a\x00b", "\ud800", "x\udfff\ud800y", "\U0001f600", "%s", "'; DROP TABLE calls; --", ":n", "{}", "\\u0000"]


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_breaks_the_store(store: Store, text: str) -> None:
    """Issue 8: document, upstream and caller are hostile; PostgreSQL takes no NUL, no store half of a pair."""
    names = ("id", "api", "tool", "method", "path", "operation_id", "caller", "kind", "message", "curl", "answer")
    store.add([record(1, arguments={text: [text]}, repairs=({text: text},), **dict.fromkeys(names, text))])
    [found] = store.calls(Filter())
    kept = text.replace("\x00", "\ufffd").replace("\ud800", "\ufffd").replace("\udfff", "\ufffd")
    assert {getattr(found, name) for name in names[:-1]} == {kept}
    assert (found.arguments, found.repairs) == ({text: [text]}, ({text: text},))
    assert ids(store.calls(Filter(tool=text, api=text, caller=text, kind=text))) == [kept]
    assert store.call(text) is not None


def test_what_is_no_json_is_said_and_the_call_is_recorded(store: Store) -> None:
    """Our choice: whoever nests arguments too deeply does not stay out of the records."""
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    store.add([record(1, arguments={"a": deep}, repairs=({"a": object()},)), record(2, arguments={"a": "x" * 300_000})])
    newer, older = store.calls(Filter())
    assert older.arguments == {"?": "this cannot be written as JSON"}
    assert older.repairs == ()
    assert newer.arguments == {"?": "300008 characters, too long to be recorded"}


def test_numbers_that_no_column_holds_are_cut(store: Store) -> None:
    store.add(
        [record(1, time=float("inf"), duration=float("nan"), waited=-1.0, status=10**30, attempts=10**30, size=10**30)]
    )
    [found] = store.calls(Filter())
    assert (found.time, found.duration, found.waited) == (0.0, 0.0, 0.0)
    assert (found.status, found.attempts, found.size) == (2**31 - 1, 2**31 - 1, 2**40)
    assert store.stats(Filter()).total.size == 2**40


def test_calls_are_the_newest_first_and_go_on_after_the_last_one(store: Store) -> None:
    store.add([record(number, time=NOON + number // 2) for number in range(10)])
    first = store.calls(Filter(), limit=4)
    assert ids(first) == ["r0009", "r0008", "r0007", "r0006"]
    assert ids(store.calls(Filter(), limit=4, after=first[-1].id)) == ["r0005", "r0004", "r0003", "r0002"]


def test_the_order_of_keeping_has_a_long_call_behind_those_that_began_after_it(store: Store) -> None:
    """records/store.py: who follows the records misses none."""
    store.add([record(2), record(3)])
    store.add([record(1)])
    assert ids(store.calls(Filter(), newest_first=False)) == ["r0002", "r0003", "r0001"]
    assert ids(store.calls(Filter(), newest_first=False, after="r0003")) == ["r0001"]
    assert store.calls(Filter(), newest_first=False, after="r0001") == []


@pytest.mark.parametrize("newest_first", [True, False])
def test_pages_go_on_where_the_last_record_of_one_was_cleaned_up_meanwhile(
    store: Store, monkeypatch: pytest.MonkeyPatch, newest_first: bool
) -> None:
    """--keep: a long listing or export, while a server cleans up."""
    monkeypatch.setattr(kept, "_AT_ONCE", 3)
    store.add([record(number) for number in range(10)])
    pages = store.pages(Filter(), newest_first=newest_first)
    first = ids(next(pages))
    store.clean(before=record(8).time, most_bytes=10**9)
    rest = [each for page in pages for each in ids(page)]
    if newest_first:
        assert (first, rest) == (["r0009", "r0008", "r0007"], [])
    else:
        assert (first, rest) == (["r0000", "r0001", "r0002"], ["r0008", "r0009"])


def test_pages_hold_each_record_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those that began in one moment, and where others are kept meanwhile."""
    monkeypatch.setattr(kept, "_AT_ONCE", 3)
    store.add([record(number, time=NOON + number // 5) for number in range(10)])
    pages = store.pages(Filter())
    first = ids(next(pages))
    store.add([record(10)])
    assert [*first, *(each for page in pages for each in ids(page))] == [f"r{number:04}" for number in range(9, -1, -1)]
    assert ids(next(store.pages(Filter(), after="r0008", newest_first=False))) == ["r0009", "r0010"]
    with pytest.raises(UnknownRecordError):
        next(store.pages(Filter(), after="r9999"))


def test_a_record_that_is_gone_is_no_place_to_go_on_from(store: Store) -> None:
    with pytest.raises(RecordsError, match="no record has the id 'r0001'"):
        store.calls(Filter(), after="r0001")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), "123456"),
        (Filter(tool="a_b"), "1"),
        (Filter(tool="a*"), "123"),
        (Filter(tool="*b*"), "12"),
        (Filter(tool="a_*"), "1"),
        (Filter(tool="a**b"), "12"),
        (Filter(tool="A*"), ""),
        (Filter(tool="100%"), "4"),
        (Filter(tool="100%*"), "4"),
        (Filter(tool="**"), "123456"),
        (Filter(tool="\\*"), "6"),
        (Filter(api="bank"), "5"),
        (Filter(api="shop", tool="a*"), "123"),
        (Filter(caller=""), "2"),
        (Filter(caller="me"), "13456"),
        (Filter(caller="*"), "123456"),
        (Filter(status="404"), "3"),
        (Filter(status="4xx"), "34"),
        (Filter(status="4XX"), "34"),
        (Filter(status="x"), ""),
        (Filter(status="4x"), ""),
        (Filter(status="4040"), ""),
        (Filter(kind="error"), "346"),
        (Filter(kind="ok"), "125"),
        (Filter(kind="timeout"), "6"),
        (Filter(cache="hit"), "5"),
        (Filter(since=NOON + 2 * 3600), "23456"),
        (Filter(until=NOON + 2 * 3600), "1"),
        (Filter(since=NOON + 2 * 3600, until=NOON + 4 * 3600, kind="error"), "3"),
    ],
)
def test_a_filter_leaves_what_is_wanted(store: Store, wanted: Filter, found: str) -> None:
    """records/query.py, Filter."""
    store.add(
        [
            record(1, tool="a_b"),
            record(2, tool="axb", caller=""),
            record(3, tool="a", status=404, kind="not_found"),
            record(4, tool="100%", status=422, kind="rejected"),
            record(5, tool="c", api="bank", cache="hit"),
            record(6, tool="\\d", status=None, kind="timeout"),
        ]
    )
    assert "".join(each.id[-1] for each in store.calls(wanted, newest_first=False)) == found
    assert store.stats(wanted).total.calls == len(found)


def test_a_record_is_found_by_a_beginning_that_no_other_has(store: Store) -> None:
    store.add([record(1, id="ab12"), record(2, id="ab34"), record(3, id="ab3"), record(4, id="AB56")])
    assert [found and found.id for found in map(store.call, ("ab1", "ab3", "AB", "ab34", "x", "", "%"))] == [
        "ab12", "ab3", "AB56", "ab34", None, None, None,
    ]  # fmt: skip
    with pytest.raises(RecordsError, match="more than one record has an id that begins with 'ab'"):
        store.call("ab")


def test_the_names_are_those_of_tools_and_callers_with_records(store: Store) -> None:
    store.add([record(1), record(2, path="/v2/products/{id}"), record(3, api="bank", tool="pay", method="", caller="")])
    assert store.named() == [
        Named(api="bank", tool="pay"),
        Named(api="shop", tool="get_product", operation="GET /v2/products/{id}"),
    ]
    assert store.callers() == ["", "me"]


def test_what_is_kept_is_there_for_the_next_who_opens(records_at: str) -> None:
    with open_store(records_at) as first:
        first.add([record(1)], lost=2, why="the disk was full")
    with open_store(records_at, read_only=True) as second:
        assert ids(second.calls(Filter())) == ["r0001"]
        assert second.stats(Filter()).lost == 2


def test_a_star_alone_leaves_nothing_out(store: Store) -> None:
    """records/asked.py: such a filter is as quick as none."""
    store.add([record(1, caller=""), record(2)])
    assert store.stats(Filter(tool="*", api="**", caller="*"), "caller") == store.stats(Filter(), "caller")
    assert len(store.series(Filter(tool="*", caller="*"), 3600)) == 2


def test_the_calls_of_a_run_are_found_by_it(store: Store) -> None:
    """Issue 11: runs stand in the records; most calls belong to none."""
    store.add([record(1), record(2, run="p3w8k1zt"), record(3, run="other"), record(4, run="p3w8k1zt", tool="b")])
    wanted = Filter(run="p3w8k1zt")
    assert ids(store.calls(wanted)) == ["r0004", "r0002"]
    assert [each.run for each in store.calls(Filter())] == ["p3w8k1zt", "other", "p3w8k1zt", ""]
    assert ids(store.calls(replace(wanted, tool="b"))) == ["r0004"]


def test_figures_of_a_run_are_of_its_calls_alone(store: Store) -> None:
    """counting.py: sums of settled time know no runs."""
    store.add([record(number, run="p3w8k1zt" if number < 3 else "") for number in range(40)])
    while store.settle():
        pass
    assert [store.stats(Filter(run="p3w8k1zt"), by).total.calls for by in ("tool", "caller", "day")] == [3, 3, 3]
    assert store.stats(Filter()).total.calls == 40


def test_a_store_without_runs_is_brought_up_to_date(records_file: Path) -> None:
    """migrations/versions/0003_run.py: what an older program has written belongs to no run, and it may write on."""
    with open_store(records_file) as store:
        store.add([record(1)])
    with sqlite3.connect(records_file) as raw:
        for index, column in (("calls_by_run", "run"), ("calls_by_workflow", "step_of")):
            raw.execute(f"DROP INDEX {index}")
            raw.execute(f"ALTER TABLE calls DROP COLUMN {column}")
        raw.execute("UPDATE alembic_version SET version_num = '0002'")
    raw.close()
    with open_store(records_file, read_only=True) as store:
        assert [(each.id, each.run) for each in store.calls(Filter())] == [("r0001", "")]


def test_the_steps_of_a_workflow_are_found_by_its_call(store: Store) -> None:
    """Issue 11: each step is a call with a record, and says which call it is a step of."""
    store.add([record(1), record(2, step_of="r0001", run="p3w8k1zt"), record(3, step_of="r0001"), record(4)])
    assert ids(store.calls(Filter(step_of="r0001"))) == ["r0003", "r0002"]
    assert [each.step_of for each in store.calls(Filter())] == ["", "r0001", "r0001", ""]
    assert ids(store.calls(Filter(step_of="r0001", run="p3w8k1zt"))) == ["r0002"]


def test_figures_of_steps_are_of_these_alone(store: Store) -> None:
    """counting.py: sums of settled time know no workflows."""
    store.add([record(number, step_of="r0000" if 0 < number < 4 else "") for number in range(40)])
    while store.settle():
        pass
    assert [store.stats(Filter(step_of="r0000"), by).total.calls for by in ("tool", "caller", "day")] == [3, 3, 3]


def test_a_store_that_knows_no_steps_is_brought_up_to_date(records_file: Path) -> None:
    """migrations/versions/0004_step_of.py: what an older program has written, and writes on, is no step."""
    with open_store(records_file) as store:
        store.add([record(1, run="p3w8k1zt")])
    with sqlite3.connect(records_file) as raw:
        raw.execute("DROP INDEX calls_by_workflow")
        raw.execute("ALTER TABLE calls DROP COLUMN step_of")
        raw.execute("UPDATE alembic_version SET version_num = '0003'")
    raw.close()
    with open_store(records_file) as store:
        store.add([record(2, step_of="r0001")])
        assert [(each.id, each.run, each.step_of) for each in store.calls(Filter())] == [
            ("r0002", "", "r0001"),
            ("r0001", "p3w8k1zt", ""),
        ]
