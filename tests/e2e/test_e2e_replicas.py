"""The proof of issue 9: calls of all kinds, under load, while a replica, Redis and PostgreSQL go away and come back.

Everything is real: two processes, haproxy, Redis, PostgreSQL, an API that counts. What may go wrong is what was in
flight when a part was lost, and that is told; `test_e2e_fleet.py` looks at each part alone.
"""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import pytest
from support.asking import Answer, Asking, asking, comes_true
from support.fleet import TOKEN, Fleet, Fleets
from support.ledger import LINES, Arrival, running_ledger
from support.recorded import Shown
from support.sdk import through_the_sdk
from support.upstream import PATIENCE

CALLS, IN_FLIGHT = 2000, 60
RATE = 20  # a second, of one tool
SETTINGS = f'[tool.counted]\nrate_limit = "{RATE}/second"\n'
BACKGROUND_AFTER = "1"
LATE = 2.0  # seconds that slow answers take: they go on in the background
MAY_BE_LOST = 1.0  # seconds before a SIGKILL whose records nobody could write
_OF_TWENTY = (
    "fast", "orders", "slow", "fast", "payments", "flaky", "fast", "builds", "orders", "fast", "counted", "exports",
    "fast", "large", "fast", "payments", "limited", "fast", "orders", "fast",
)  # fmt: skip
WRITES = frozenset({"orders", "payments", "exports", "builds"})
JOBS = frozenset({"builds"})  # the API goes on with them by itself, and is asked how far they are


@dataclass(frozen=True, slots=True)
class Call:
    """One call from its first request to its end: whatever was asked for it, in order."""

    n: int
    kind: str
    answers: tuple[Answer, ...]

    @property
    def last(self) -> Answer:
        return self.answers[-1]

    @property
    def is_right(self) -> bool:
        """True where its result is what the API answers to this call, and to no other."""
        said = self.last.data
        if self.last.broken or self.last.error or not isinstance(said, dict):
            return False
        if self.kind == "large":
            return f"{self.n}: " in str(said) and f"'line': {LINES - 1}" in str(said)
        return said.get("n") == self.n and said.get("kind", self.kind) == self.kind and "call" not in said

    def __str__(self) -> str:
        return " => ".join(map(str, self.answers))


@dataclass(slots=True)
class Away:
    """When a part was not there, by the monotonic clock."""

    since: float = 0.0
    until: float = 0.0

    def touches(self, began: float, ended: float) -> bool:
        return began <= self.until and ended >= self.since


@dataclass(slots=True)
class Load:
    """The calls, so many of them in flight, as a client makes them that reads on what it is told to read on."""

    client: Asking
    calls: list[Call] = field(default_factory=list)
    away: dict[str, Away] = field(default_factory=lambda: {"replica": Away(), "redis": Away(), "postgres": Away()})
    _changed: anyio.Event = field(default_factory=anyio.Event)

    async def work(self, numbers: Iterator[int]) -> None:
        for n in numbers:
            kind = _OF_TWENTY[n % len(_OF_TWENTY)]
            answers = [await self.client.call(kind, n=n)]
            if answers[0].handle:
                answers.append(await self.client.to_the_end(answers[0]))
            if kind == "large" and not answers[-1].broken and not answers[-1].error:
                answers.append(await self._rest(answers[-1]))
            self.calls.append(Call(n, kind, tuple(answers)))
            self._changed.set()
            self._changed = anyio.Event()

    async def _rest(self, cut: Answer) -> Answer:
        """Read the end of an answer that was cut; a reading that did not come through is made again."""
        handle, until = cut.data["_note"]["more"]["handle"], time.monotonic() + PATIENCE
        while True:
            answer = await self.client.call("read_result", handle=handle, select="lines[-1]")
            if not answer.may_be_repeated or time.monotonic() > until:
                return answer

    async def reached(self, count: int) -> None:
        """Return once so many calls have ended."""
        while len(self.calls) < count:
            await self._changed.wait()

    @contextmanager
    def without(self, part: str) -> Iterator[None]:
        """Note that a part is away."""
        self.away[part].since, self.away[part].until = time.monotonic(), float("inf")
        yield
        self.away[part].until = time.monotonic()

    def excuse(self, call: Call) -> str:
        """Return why a call may have gone wrong; "" where nothing excuses it."""
        first, last = call.answers[0], call.last
        if last.is_of_the_way and self.away["replica"].touches(last.began, last.ended):
            return "was in flight when its replica was killed"
        if call.kind == "exports" and last.error.get("unknown_outcome") and not last.error["retryable"]:
            return "a write in the background of the replica that was killed" if self._was_killed(first, last) else ""
        if last.error.get("retryable") and self.away["redis"].touches(first.began, last.ended):
            return "Redis was away"
        return ""

    def _was_killed(self, first: Answer, last: Answer) -> bool:
        return first.by == "a" and self.away["replica"].touches(first.began, last.ended)

    def may_be_unrecorded(self, call: Call) -> bool:
        """True for a call that ended with the killed replica, within its last second, or never.

        A call ends, and is recorded, where it began; but an API's own job is asked for by either replica.
        """
        killed, first = self.away["replica"], call.answers[0]
        late = Away(killed.since - MAY_BE_LOST, killed.until)
        is_of_killed = first.by in ("a", "") or (call.kind in JOBS and bool(first.handle))
        return is_of_killed and late.touches(first.began, call.last.ended)


async def replica_killed(load: Load, fleet: Fleet) -> None:
    """SIGKILL in the middle; some time later it is started again."""
    await load.reached(400)
    with load.without("replica"):
        await anyio.to_thread.run_sync(fleet.a.end, signal.SIGKILL)
    await load.reached(700)
    await anyio.to_thread.run_sync(fleet.a.start)


async def redis_restarted(load: Load, fleet: Fleet) -> None:
    await load.reached(1000)
    with load.without("redis"):
        await anyio.to_thread.run_sync(lambda: fleet.redis.stop(kill=True))
        await load.reached(1200)
        await anyio.to_thread.run_sync(fleet.redis.start)
        await comes_true(partial(is_found, fleet), fleet.said)


async def is_found(fleet: Fleet) -> bool:
    """True once each replica that has missed Redis says that it is there again."""
    return all(
        each.says.count("Redis does not answer") == each.says.count("Redis answers again") for each in fleet.each
    )


async def postgres_restarted(load: Load, fleet: Fleet) -> None:
    await load.reached(1450)
    with load.without("postgres"):
        await anyio.to_thread.run_sync(fleet.postgres.stop)
        await load.reached(1650)
        await anyio.to_thread.run_sync(fleet.postgres.start)


async def make_calls(fleet: Fleet) -> Load:
    """Make all the calls, and lose one part after the other."""
    async with asking(fleet.endpoint, TOKEN) as client, anyio.create_task_group() as group:
        load, numbers = Load(client), iter(range(CALLS))
        for _ in range(IN_FLIGHT):
            group.start_soon(load.work, numbers)
        for lose in (replica_killed, redis_restarted, postgres_restarted):
            await lose(load, fleet)
    return load


@pytest.mark.anyio
async def test_calls_go_on_while_parts_are_lost(fleets: Fleets) -> None:
    """Issue 9, Proof: every answer right or a clear retryable error, no write twice, no acknowledged record lost."""
    options = ("--background-after", BACKGROUND_AFTER)
    with running_ledger(late=LATE) as ledger, fleets(ledger, *options, settings=SETTINGS) as fleet:
        load = await make_calls(fleet)
        for era in ("legacy", "auto"):
            async with through_the_sdk(fleet.endpoint, TOKEN, era) as client:
                assert (await client.call_tool("fast", {"n": -1})).structured_content == {"n": -1, "kind": "fast"}
        records = await anyio.to_thread.run_sync(fleet.recorded)
        found = [
            *unexcused(load),
            *done_twice_or_never(load, fleet),
            *too_many_at_once(load, ledger.arrived("counted")),
            *unrecorded(load, records),
        ]
        assert len(load.calls) == CALLS
        assert not found, "\n".join((f"{len(found)} findings, such as", *found[:20], "The replicas said:", fleet.said))


def unexcused(load: Load) -> Iterator[str]:
    """Yield each call that is not right, where nothing excuses it; those that are excused must be few."""
    wrong = [call for call in load.calls if not call.is_right]
    yield from (f"neither right nor excused: {call}" for call in wrong if not load.excuse(call))
    yield from (f"goes on for ever: {call}" for call in load.calls if call.last.handle)
    if len(wrong) > 2 * IN_FLIGHT:
        yield f"{len(wrong)} calls had an excuse"


def done_twice_or_never(load: Load, fleet: Fleet) -> Iterator[str]:
    """Yield each write that was done twice, whatever was answered, or was answered well and not done."""
    yield from (f"done {times} times: {what}" for what, times in fleet.ledger.twice.items())
    for call in load.calls:
        if call.kind in WRITES and call.is_right and not fleet.ledger.done[call.kind, call.n]:
            yield f"not done: {call}"


def too_many_at_once(load: Load, arrivals: list[Arrival]) -> Iterator[str]:
    """Yield each second in which both together sent more than they may; without Redis each does so by itself."""
    times = sorted(each.at for each in arrivals)
    for start in times:
        together = [round(each - start, 3) for each in times if start <= each < start + 1]
        allowed = 2 * RATE if load.away["redis"].touches(start - 1, start + 2) else RATE
        if len(together) > 1.4 * allowed:
            yield f"{len(together)} of {allowed} a second: {together}"


def unrecorded(load: Load, records: list[Shown]) -> Iterator[str]:
    """Yield what is not recorded once, but for calls of a replica's last second before SIGKILL."""
    found: Counter[Any] = Counter(record["arguments"].get("n") for record in records)
    yield from (f"no record: {call}" for call in load.calls if not found[call.n] and not load.may_be_unrecorded(call))
    yield from (f"{times} records of {n}" for n, times in found.items() if times > 1 and n in range(CALLS))
    if len({record["id"] for record in records}) != len(records):
        yield "two records have one id"
