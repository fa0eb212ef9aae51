"""records/counting.py, settling.py, tally.py: statistics are those of plain Python, settled or not."""

import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.records import NOON, record

from openapi_mcp.model.record import Record
from openapi_mcp.records.counting import gaps
from openapi_mcp.records.query import BY, Figures, Filter, Stats
from openapi_mcp.records.sql import open_store
from openapi_mcp.records.store import Store
from openapi_mcp.records.tables import PART
from openapi_mcp.records.tally import nearest, packed, unpacked

TIMES = st.integers(-40, 40).map(lambda hours: NOON + hours * 1800.0)
"""Around the bounds of parts and days."""
CALLS = st.lists(
    st.fixed_dictionaries(
        {
            "time": TIMES,
            "tool": st.sampled_from(["get_a", "get_b", "put_a"]),
            "api": st.sampled_from(["shop", "bank"]),
            "caller": st.sampled_from(["", "me", "you"]),
            "duration": st.floats(0, 1e4),
            "status": st.sampled_from([None, 200, 201, 404, 429]),
            "kind": st.sampled_from(["", "", "not_found", "rate_limited"]),
            "cache": st.sampled_from(["", "hit", "revalidated", "stored"]),
            "repairs": st.integers(0, 2).map(lambda count: ({"field": "a"},) * count),
            "size": st.integers(0, 10**9),
        }
    ),
    max_size=15,
)
FILTERS = st.builds(
    Filter,
    tool=st.sampled_from(["", "", "get_a", "get_*"]),
    api=st.sampled_from(["", "", "shop"]),
    caller=st.sampled_from([None, None, "", "me", "*"]),
    status=st.sampled_from(["", "", "404", "2xx"]),
    kind=st.sampled_from(["", "", "ok", "error", "not_found"]),
    cache=st.sampled_from(["", "", "hit"]),
    since=st.none() | TIMES,
    until=st.none() | TIMES,
)
LAW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def is_wanted(call: Record, wanted: Filter) -> bool:
    return (
        (not wanted.tool or fnmatchcase(call.tool, wanted.tool))
        and (not wanted.api or call.api == wanted.api)
        and (wanted.caller is None or fnmatchcase(call.caller, wanted.caller))
        and (not wanted.status or str(call.status or "   ").replace("x", "") in (wanted.status, _class(call, wanted)))
        and (
            not wanted.kind
            or {"ok": not call.kind, "error": bool(call.kind)}.get(wanted.kind, call.kind == wanted.kind)
        )
        and (not wanted.cache or call.cache == wanted.cache)
        and (wanted.since is None or call.time >= wanted.since)
        and (wanted.until is None or call.time < wanted.until)
    )


def _class(call: Record, wanted: Filter) -> str:
    """Return a call's status where its class is wanted."""
    return str(call.status) if wanted.status == f"{str(call.status)[0]}xx" else ""


def group_of(call: Record, by: str) -> tuple[str, str]:
    day = datetime.fromtimestamp(call.time, UTC).date().isoformat()
    return {"tool": (call.tool, call.api), "api": (call.api, ""), "caller": (call.caller, ""), "day": (day, "")}[by]


def figures_of(calls: list[Record]) -> dict[str, Any]:
    durations = sorted(call.duration for call in calls)
    kinds = Counter(call.kind for call in calls if call.kind)
    return {
        "calls": len(calls),
        "errors": kinds.total(),
        "average": pytest.approx(math.fsum(durations) / len(calls)) if calls else 0.0,
        "p50": durations[math.ceil(len(durations) / 2) - 1] if calls else 0.0,
        "p95": next((each for n, each in enumerate(durations, 1) if n * 100 >= len(durations) * 95), 0.0),
        "last": max((call.time for call in calls), default=0.0),
        "repairs": sum(len(call.repairs) for call in calls),
        "cache_hits": sum(call.cache in ("hit", "revalidated") for call in calls),
        "tokens": sum(call.tokens for call in calls),
        "size": sum(call.size for call in calls),
        "kinds": kinds,
    }


def as_plain(figures: Figures) -> dict[str, Any]:
    return {name: getattr(figures, name) for name in Figures.__dataclass_fields__}


def grouped(calls: list[Record], key: Callable[[Record], Any]) -> dict[Any, dict[str, Any]]:
    found = defaultdict(list)
    for call in calls:
        found[key(call)].append(call)
    return {name: figures_of(each) for name, each in found.items()}


def activity_of(calls: list[Record], by: str, step: float) -> dict[tuple[str, str], Counter[int]]:
    found: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for call in calls:
        found[group_of(call, by)][int(call.time // step)] += 1
    return found


def holds(store: Store, calls: list[Record], wanted: Filter, step: float) -> None:
    meant = [call for call in calls if is_wanted(call, wanted)]
    for by in BY:
        stats = store.stats(wanted, by)
        assert as_plain(stats.total) == figures_of(meant), (by, wanted)
        found = {(group.name, group.api): as_plain(group.figures) for group in stats.groups}
        assert found == grouped(meant, partial(group_of, by=by)), (by, wanted)
        assert store.activity(wanted, by, step) == activity_of(meant, by, step), (by, wanted)
    points = store.series(wanted, step)
    assert [point.time for point in points] == sorted(point.time for point in points)
    expected = grouped(meant, lambda call: call.time // step * step)
    assert {point.time: as_plain(point.figures) for point in points} == expected


@LAW
@given(CALLS, CALLS, FILTERS, st.sampled_from([900.0, 3600.0, 6 * 3600.0, 86400.0]))
def test_statistics_are_those_of_plain_python(
    store: Store, first: list[Any], more: list[Any], wanted: Filter, step: float
) -> None:
    """Issue 8, stats: before the past is settled, when it is, and when calls of settled times have come later."""
    store.clean(before=math.inf, most_bytes=0)
    calls = [record(number, **each) for number, each in enumerate(first)]
    store.add(calls)
    holds(store, calls, wanted, step)
    settle(store)
    holds(store, calls, wanted, step)
    late = [record(1000 + number, **each) for number, each in enumerate(more)]
    store.add(late)
    holds(store, calls + late, wanted, step)
    settle(store)
    holds(store, calls + late, wanted, step)


def settle(store: Store) -> None:
    while store.settle():
        pass


def test_percentiles_are_those_of_the_nearest_rank(store: Store) -> None:
    """Our choice: p95 of 20 calls is the 19th, as people count."""
    store.add([record(number, duration=float(number)) for number in range(1, 21)])
    total = store.stats(Filter()).total
    assert (total.p50, total.p95) == (10.0, 19.0)


def test_no_calls_have_no_figures(store: Store) -> None:
    assert store.stats(Filter()) == Stats(by="tool", total=Figures())
    assert store.series(Filter(), 60) == []
    assert not store.settle()


def test_groups_are_in_order_of_their_calls_and_days_in_their_own(store: Store) -> None:
    store.add([record(n, tool=tool, time=NOON + 86400 * n) for n, tool in enumerate(["c", "b", "b", "a", "b", "c"])])
    assert [group.name for group in store.stats(Filter()).groups] == ["b", "c", "a"]
    assert [group.name for group in store.stats(Filter(), "day").groups][:2] == ["2025-11-21", "2025-11-22"]


def test_a_part_is_not_settled_before_its_calls_are_all_there(records_file: Path) -> None:
    """Our choice: a call is recorded when it ends, with the time when it began."""
    import time

    now = time.time()
    with open_store(records_file) as store:
        store.add([record(1, time=now), record(2, time=now + 10 * PART)])
        assert not store.settle()
        store.add([record(3, time=now - 2 * PART)])
        assert store.settle()
        assert not store.settle()
        assert store.stats(Filter()).total.calls == 3


def test_losses_are_counted_in_the_time_that_is_asked_for(store: Store) -> None:
    store.add([], lost=3, why="the disk is full")
    store.add([record(1)], lost=2)
    assert store.stats(Filter()).lost == 5
    assert store.stats(Filter(until=NOON)).lost == 0
    assert store.stats(Filter(since=NOON)).lost == 5


def test_gaps_are_what_is_wanted_and_not_settled() -> None:
    at = float(PART)
    assert list(gaps([], Filter())) == [(None, None)]
    assert list(gaps([2, 3, 5], Filter())) == [(None, 2 * at), (4 * at, 5 * at), (6 * at, None)]
    assert list(gaps([2], Filter(since=2 * at, until=3 * at))) == []
    assert list(gaps([2], Filter(since=at, until=3.5 * at))) == [(at, 2 * at), (3 * at, 3.5 * at)]


@pytest.mark.parametrize("order", ["little", "big"])
def test_durations_are_kept_alike_on_every_machine(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """tally.py: eight bytes each, the lowest first."""
    if order != sys.byteorder:
        monkeypatch.setattr(sys, "byteorder", order)
    assert list(unpacked(packed([2.5, 1.0]))) == [1.0, 2.5]
    assert list(unpacked(packed([1.0]) + b"cut")) == [1.0]


@given(st.lists(st.lists(st.floats(0, 1e9), min_size=1).map(sorted), min_size=1, max_size=6))
def test_a_percentile_of_several_runs_is_that_of_all_together(runs: list[list[float]]) -> None:
    together = sorted(each for run in runs for each in run)
    for percent in (50, 95):
        assert nearest(runs, percent) == together[-(-percent * len(together) // 100) - 1]
