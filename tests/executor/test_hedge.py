"""A second attempt beside one that hangs."""

import asyncio
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from openapi_mcp.executor.answer import Answer
from openapi_mcp.executor.faults import LostError, SilenceError
from openapi_mcp.executor.hedge import Hedge
from openapi_mcp.executor.send import Watch
from openapi_mcp.model.message import HttpResponse

pytestmark = pytest.mark.anyio

SOON = 0.01
FIRST, SECOND = (HttpResponse(status=200, url="x", body=body) for body in (b"first", b"second"))
REFUSED = HttpResponse(status=429, url="x", body=b"second")


async def test_a_call_that_is_left_alone_before_its_turn_has_no_second_attempt() -> None:
    """It goes on in the background: nobody is in a hurry."""
    attempts = Attempts()
    hedge = Hedge(patience=0.0, second=attempts.two)
    hedge.leave_alone(0.0)
    running = asyncio.create_task(hedge.run(attempts.one))
    await asyncio.wait([running], timeout=SOON)
    attempts.go_on.set()
    assert (await running, attempts.second_began) == (FIRST, False)


class Attempts:
    """Two attempts, of which the first ends when `go_on` is set, or its scope is cancelled."""

    def __init__(self, first: Any = FIRST, second: Any = SECOND, *, came: Callable[[Answer], None] | None = None):
        self.first, self.second, self.came = first, second, came
        self.answer, self.go_on, self._second = Answer(1000), anyio.Event(), anyio.Event()
        self.first_closed = self.second_closed = False

    @property
    def second_began(self) -> bool:
        return self._second.is_set()

    async def until_the_second(self) -> None:
        with anyio.fail_after(5):
            await self._second.wait()

    async def one(self, watch: Watch) -> HttpResponse:
        with anyio.CancelScope() as scope:
            try:
                watch(self.answer, scope)
                if self.came:
                    self.came(self.answer)
                await self.go_on.wait()
                return outcome(self.first)
            except asyncio.CancelledError:
                self.first_closed = True
                raise
        raise SilenceError

    async def two(self) -> HttpResponse:
        self._second.set()
        if isinstance(self.second, anyio.Event):
            try:
                await self.second.wait()
            except asyncio.CancelledError:
                self.second_closed = True
                raise
        if self.second is REFUSED or isinstance(self.second, Exception):
            self.go_on.set()
        return outcome(self.second if not isinstance(self.second, anyio.Event) else SECOND)

    async def run(self) -> HttpResponse:
        return await Hedge(patience=SOON, second=self.two).run(self.one)


def outcome(wanted: Any) -> HttpResponse:
    if isinstance(wanted, Exception):
        raise wanted
    found: HttpResponse = wanted
    return found


async def test_the_first_answer_in_time_is_the_answer() -> None:
    """No second attempt, no timer left behind."""
    attempts = Attempts()
    attempts.go_on.set()
    assert await attempts.run() == FIRST
    await anyio.sleep(2 * SOON)
    assert not attempts.second_began


async def test_a_hang_is_answered_by_the_second_attempt() -> None:
    """Issue 7, Proof; the first is cancelled, which closes its connection."""
    attempts = Attempts()
    assert await attempts.run() == SECOND
    assert attempts.first_closed


async def test_a_slow_answer_is_not_cut_off() -> None:
    """The first whole answer wins; the second is cancelled."""
    attempts = Attempts(second=anyio.Event())
    async with anyio.create_task_group() as group:

        async def go() -> None:
            await attempts.until_the_second()
            attempts.go_on.set()

        group.start_soon(go)
        assert await attempts.run() == FIRST
    assert attempts.second_closed


async def test_a_refusal_of_the_second_does_not_end_the_first() -> None:
    """It may be refused because of the first: one at a time, too many, already running."""
    attempts = Attempts(second=REFUSED)
    assert await attempts.run() == FIRST
    assert attempts.second_began


async def test_a_refusal_is_better_than_nothing() -> None:
    """What the second brought, where the first brings nothing at all."""
    assert await Attempts(LostError("reset"), REFUSED).run() == REFUSED


@pytest.mark.parametrize("second", [LostError("two"), SilenceError()])
async def test_of_two_failures_the_first_is_told(second: Exception) -> None:
    """Its own deadline is the same."""
    with pytest.raises(LostError, match="one"):
        await Attempts(LostError("one"), second).run()


async def test_a_first_attempt_that_fails_waits_for_the_second() -> None:
    """A reset after a long silence."""
    second = anyio.Event()
    attempts = Attempts(LostError("reset"), second)
    async with anyio.create_task_group() as group:

        async def go() -> None:
            await attempts.until_the_second()
            attempts.go_on.set()
            second.set()

        group.start_soon(go)
        assert await attempts.run() == SECOND


@pytest.mark.parametrize(
    ("status", "content_type"), [(200, "text/event-stream"), (200, "application/x-ndjson"), (503, "text/html")]
)
async def test_an_answer_without_end_is_not_asked_for_twice(status: int, content_type: str) -> None:
    """Its head has come, and it may be silent for long; a refusal's head says most."""
    attempts = Attempts(came=lambda answer: answer.begin(status, "x", (("Content-Type", content_type),)))
    async with anyio.create_task_group() as group:

        async def go() -> None:
            await anyio.sleep(5 * SOON)
            attempts.go_on.set()

        group.start_soon(go)
        assert await attempts.run() == FIRST
    assert not attempts.second_began


async def test_an_answer_that_stops_half_way_is_asked_for_twice() -> None:
    """A little later: nothing has come between two looks."""
    attempts = Attempts(came=lambda answer: answer.begin(200, "x", (("Content-Type", "application/json"),)))
    assert await attempts.run() == SECOND


async def test_an_answer_that_comes_slowly_is_left_alone() -> None:
    """A byte between two looks is enough."""
    attempts = Attempts()
    hedge = Hedge(patience=1000.0, second=attempts.two)
    hedge._watch(attempts.answer, anyio.CancelScope())
    attempts.answer.begin(200, "x", ())
    for _ in range(50):
        hedge._look()
        attempts.answer.take(b"x")
    assert hedge._task is None
    hedge._look()
    hedge._look()
    assert hedge._task is not None
    assert await hedge._task == SECOND
    assert hedge._timer is not None
    hedge._timer.cancel()


@pytest.mark.requirement(25)
async def test_cancelling_ends_both() -> None:
    """security.md 25 R-CANCEL."""
    attempts = Attempts(second=anyio.Event())
    async with anyio.create_task_group() as group:
        group.start_soon(attempts.run)
        await attempts.until_the_second()
        group.cancel_scope.cancel()
    assert (attempts.first_closed, attempts.second_closed) == (True, True)
