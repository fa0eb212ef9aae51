"""Requests in their order, at their rate. The clock of the library's counts is moved by hand."""

import types

import anyio
import pytest

from openapi_mcp.executor.faults import TooSoonError
from openapi_mcp.executor.limiter import Limiter
from openapi_mcp.model.policy import Rate

pytestmark = pytest.mark.anyio

TEN = Rate(amount=10, seconds=1)
HOURLY = Rate(amount=12, seconds=3600)


class Clock:
    """A clock that goes on when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1_700_000_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await anyio.lowlevel.checkpoint()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr("limits.aio.storage.memory.time", types.SimpleNamespace(time=found.now))
    return found


def limiter(clock: Clock, *rates: Rate) -> Limiter:
    return Limiter(rates=rates, now=clock.now, sleep=clock.sleep)


async def test_what_the_rate_allows_goes_at_once(clock: Clock) -> None:
    """Issue 7, Retry: --rate-limit."""
    pace = limiter(clock, TEN)
    for _ in range(10):
        await pace.take(anyio.current_time() + 20)
    assert clock.slept == []
    await pace.take(anyio.current_time() + 20)
    assert sum(clock.slept) == pytest.approx(1.0, abs=0.01)


async def test_in_no_second_are_there_more_than_the_rate(clock: Clock) -> None:
    """A window that moves: no burst at its edge."""
    pace, times = limiter(clock, TEN), []
    for number in range(45):
        await pace.take(anyio.current_time() + 200)
        times.append(clock.time)
        clock.time += 0.03 * (number % 3)
    for index in range(len(times) - 10):
        assert times[index + 10] - times[index] >= 1.0


async def test_all_rates_hold(clock: Clock) -> None:
    """`10/s; 12/hour`: what is first in the line fails at once where its turn is beyond the deadline."""
    pace = limiter(clock, TEN, HOURLY)
    for _ in range(12):
        await pace.take(anyio.current_time() + 20)
    assert sum(clock.slept) == pytest.approx(1.0, abs=0.01)
    slept = len(clock.slept)
    with pytest.raises(TooSoonError, match="at most 10/second, 12/hour") as raised:
        await pace.take(anyio.current_time() + 20)
    assert raised.value.wait == pytest.approx(3599, abs=1)
    assert len(clock.slept) == slept


async def test_waiting_requests_go_in_order(clock: Clock) -> None:
    """Issue 7, Retry: in order."""
    pace, order = limiter(clock, Rate(amount=1, seconds=1)), list[int]()

    async def one(number: int) -> None:
        await pace.take(anyio.current_time() + 100)
        order.append(number)

    async with anyio.create_task_group() as group:
        for number in range(8):
            group.start_soon(one, number)
    assert order == list(range(8))


@pytest.mark.requirement(25)
async def test_one_that_is_cancelled_takes_nobodys_turn(clock: Clock) -> None:
    """Issue 7, Retry: cancellable."""
    waiting, gate, order = anyio.Event(), anyio.Event(), list[int]()

    async def sleep(seconds: float) -> None:
        waiting.set()
        await gate.wait()
        clock.time += seconds

    pace = Limiter(rates=(Rate(amount=1, seconds=1),), now=clock.now, sleep=sleep)
    scopes = {number: anyio.CancelScope() for number in (1, 2)}

    async def one(number: int) -> None:
        with scopes.get(number, anyio.CancelScope()):
            await pace.take(anyio.current_time() + 100)
            order.append(number)

    async with anyio.create_task_group() as group:
        for number in range(4):
            group.start_soon(one, number)
        with anyio.fail_after(5):
            await waiting.wait()
        scopes[1].cancel()  # the first in the line
        scopes[2].cancel()  # one behind it
        gate.set()
    assert order == [0, 3]


async def test_one_whose_turn_does_not_come_says_when_to_come_back(clock: Clock) -> None:
    """Within the deadline, in the middle of the line too."""
    gate = anyio.Event()

    async def sleep(_seconds: float) -> None:
        await gate.wait()

    pace = Limiter(rates=(Rate(amount=1, seconds=60),), now=clock.now, sleep=sleep)
    await pace.take(anyio.current_time() + 100)
    async with anyio.create_task_group() as group:
        group.start_soon(pace.take, anyio.current_time() + 100)
        await anyio.sleep(0.01)
        with pytest.raises(TooSoonError) as raised:
            await pace.take(anyio.current_time() + 0.02)
        group.cancel_scope.cancel()
    assert raised.value.wait == pytest.approx(60, abs=1)


async def test_where_others_share_the_counts_it_asks_again(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several processes may count in one place, and another one be quicker between the look and the count."""
    pace = limiter(clock, TEN)
    counts = pace._counting()
    hit, refused = counts.hit, [False]

    async def second_best(*rest: object) -> bool:
        return refused.pop() if refused else await hit(*rest)  # type: ignore[arg-type]

    monkeypatch.setattr(counts, "hit", second_best)
    await pace.take(anyio.current_time() + 20)
    assert len(clock.slept) == 1
