"""Which connection a request goes over."""

from collections.abc import Hashable

import anyio
import pytest

from openapi_mcp.executor.lanes import Lane, Lanes, shut

pytestmark = pytest.mark.anyio


class Made:
    """What was made, and closed."""

    def __init__(self) -> None:
        self.count = 0
        self.closed: list[str] = []
        self.lanes = Lanes(self.make)

    def make(self, origin: Hashable) -> Lane[str]:
        self.count += 1
        name = f"{origin}{self.count}"

        async def close() -> None:
            await anyio.lowlevel.checkpoint()
            self.closed.append(name)

        return Lane(origin, name, close)


async def test_the_lane_used_last_is_taken_first() -> None:
    """Our choice: the others become idle, and are closed."""
    made = Made()
    one, two = made.lanes.take("a"), made.lanes.take("a")
    await made.lanes.give_back(two)
    await made.lanes.give_back(one)
    assert (made.lanes.take("a"), made.lanes.take("a"), made.count) == (one, two, 2)


async def test_a_lane_leads_to_one_origin() -> None:
    """A connection is to one host; another origin's would be closed for it."""
    made = Made()
    await made.lanes.give_back(made.lanes.take("a"))
    await made.lanes.give_back(made.lanes.take("b"))
    assert [made.lanes.take(origin).carrier for origin in "aabb"] == ["a1", "a3", "b2", "b4"]


async def test_a_lane_may_be_taken_while_those_unused_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing takes a while, in which other requests go on; the answer of this one must not be lost by it."""
    now, taken = 100.0, []
    monkeypatch.setattr(anyio, "current_time", lambda: now)

    async def close() -> None:
        taken.append(lanes.take("a"))

    lanes = Lanes[str](lambda origin: Lane(origin, "new", close))
    unused, used = lanes.take("a"), lanes.take("a")
    await lanes.give_back(unused)
    now = 200.0
    await lanes.give_back(used)
    assert taken == [used]


async def test_a_lane_that_nobody_used_for_a_while_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md 28 R-LOAD: descriptors flat, also after a rush."""
    made, now = Made(), 100.0
    monkeypatch.setattr(anyio, "current_time", lambda: now)
    rush = [made.lanes.take("a") for _ in range(3)]
    for lane in rush:
        await made.lanes.give_back(lane)
    now = 104.9
    await made.lanes.give_back(made.lanes.take("a"))
    assert made.closed == []
    now = 105.1
    await made.lanes.give_back(made.lanes.take("a"))
    assert made.closed == ["a1", "a2"]


async def test_the_end_closes_the_free_lanes_and_then_those_given_back() -> None:
    """A server whose document changed ends calls in flight on the old executor."""
    made = Made()
    busy, free = made.lanes.take("a"), made.lanes.take("a")
    await made.lanes.give_back(free)
    await made.lanes.aclose()
    assert made.closed == ["a2"]
    await made.lanes.give_back(busy)
    assert made.closed == ["a2", "a1"]


async def test_a_cancelled_call_still_closes_its_lane() -> None:
    """security.md 25 R-CANCEL."""
    made = Made()
    with anyio.CancelScope() as scope:
        scope.cancel()
        await shut(made.lanes.take("a"))
    assert made.closed == ["a1"]
