"""A request tried until it is answered, against servers that reset, hang and refuse; no clock but a counted one."""

import asyncio
import json
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.links import KEY as KEY_OF_FLEET
from support.links import links, wind_back
from support.make import ALL_METHODS, document
from support.raw import RawUpstream, Write, answer, hang, raw_upstream, redirect
from support.redis import RedisServer

from openapi_mcp.executor.answer import Answer
from openapi_mcp.executor.breaker import Mark
from openapi_mcp.executor.executor import Executor
from openapi_mcp.executor.faults import (
    BrokenAnswerError,
    LeftAloneError,
    LostError,
    NoTurnError,
    SendError,
    SilenceError,
    TooSoonError,
    UnreachableError,
)
from openapi_mcp.executor.limiter import Limiter
from openapi_mcp.executor.retry import is_repeatable
from openapi_mcp.executor.send import Sender
from openapi_mcp.executor.trying import Story, Trial, Trying
from openapi_mcp.generator.generate import generate
from openapi_mcp.model.call import Call, Result
from openapi_mcp.model.leave import Leave
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.policy import Limits, Rate

pytestmark = pytest.mark.anyio

BUSY = answer(b'{"detail": "busy"}', "503 Busy")
WELL = answer(b'{"id": 7}')
OWN_KEY = "7f3f8c1e-5b1d-4c3a-9c56-2f1f0d9a6b42"
KEY = (("Idempotency-Key", OWN_KEY),)


async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read the request, and hang up without a word."""
    writer.transport.abort()


@dataclass
class Naps:
    """What was waited, without waiting."""

    taken: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.taken.append(seconds)


def trying(sender: Sender, naps: Naps, **options: Any) -> Trying:
    wanted: dict[str, Any] = {"retries": 3, "now": lambda: 1_700_000_000.0, "chance": lambda: 0.5, **options}
    return Trying(sender=sender, sleep=naps.sleep, **wanted)


def trial(url: str, method: str = "GET", headers: tuple[tuple[str, str], ...] = (), *, seconds: float = 20.0) -> Trial:
    request = HttpRequest(method=method, url=url, headers=headers)
    return Trial(request, anyio.current_time() + seconds, lambda request: request, Story())


async def tried(
    answers: Sequence[bytes | Write], method: str = "GET", headers: tuple[tuple[str, str], ...] = (), **options: Any
) -> tuple[HttpResponse | SendError | TimeoutError, Story, Naps, RawUpstream]:
    """Return what became of a request to an API that answers so, one after the other."""
    naps = Naps()
    async with raw_upstream(*answers) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        one = trial(upstream.url, method, headers, seconds=options.pop("seconds", 20.0))
        outcome: HttpResponse | SendError | TimeoutError
        try:
            outcome = await trying(sender, naps, **options).send(one)
        except (SendError, TimeoutError) as error:
            outcome = error
    return outcome, one.story, naps, upstream


@pytest.mark.requirement(27)
@pytest.mark.parametrize("fault", [BUSY, answer(b"", "429 Slow", Retry_After="2"), answer(b"", "500 Oh"), reset])
async def test_a_fault_that_passes_is_tried_again(fault: Any) -> None:
    """Issue 7, Retry."""
    outcome, story, naps, upstream = await tried([fault, WELL])
    assert isinstance(outcome, HttpResponse)
    assert (outcome.body, story.attempts, len(upstream.seen), len(naps.taken)) == (b'{"id": 7}', 2, 2, 1)


async def test_an_answer_that_was_cut_short_is_tried_again() -> None:
    """Issue 7, Retry: reset."""
    outcome, story, _, _ = await tried([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", WELL])
    assert isinstance(outcome, HttpResponse)
    assert (outcome.body, story.after) == (b'{"id": 7}', ["connection lost"])


async def test_what_was_waited_grows_and_is_told() -> None:
    """Exponential back-off; `chance` stands for the jitter."""
    outcome, story, naps, _ = await tried([BUSY, reset, BUSY, WELL])
    assert isinstance(outcome, HttpResponse)
    assert naps.taken == [0.125, 0.25, 0.5]
    assert (story.attempts, story.waited, story.after) == (4, 0.875, ["503", "connection lost", "503"])


async def test_the_last_answer_is_the_answer() -> None:
    """`--retries` is how often it is sent again."""
    outcome, story, _, upstream = await tried([BUSY], retries=2)
    assert isinstance(outcome, HttpResponse)
    assert (outcome.status, story.attempts, len(upstream.seen)) == (503, 3, 3)
    outcome, story, _, upstream = await tried([BUSY], retries=0)
    assert (story.attempts, story.after, len(upstream.seen)) == (1, [], 1)


async def test_the_last_fault_is_raised() -> None:
    """What became of the last attempt is what is told."""
    outcome, story, _, _ = await tried([reset])
    assert isinstance(outcome, LostError)
    assert story.attempts == 4


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "3"}, 3.125),
        ({"Retry_After": "Tue, 14 Nov 2023 22:13:24 GMT"}, 4.125),
        ({"RateLimit": '"default";r=0;t=5'}, 5.125),
        ({"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "1700000006"}, 6.125),
    ],
)
async def test_the_time_that_is_told_is_waited_for(headers: dict[str, str], wait: float) -> None:
    """Issue 7, Retry: Retry-After in both forms, RateLimit-*; a little later, as all who are told come back at once."""
    _, _, naps, _ = await tried([answer(b"", "429 Slow", **headers), WELL])
    assert naps.taken == [wait]


async def test_a_time_told_in_the_body_is_waited_for() -> None:
    """Django REST Framework says it in words."""
    body = b'{"detail": "Request was throttled. Expected available in 4 seconds."}'
    _, _, naps, _ = await tried([answer(body, "429 Slow"), WELL])
    assert naps.taken == [4.125]


async def test_the_line_of_a_second_attempt_names_its_tool(caplog: pytest.LogCaptureFixture) -> None:
    """A judge's finding: it said after what, and not of what."""
    caplog.set_level("INFO")
    async with raw_upstream(BUSY, WELL) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        await trying(sender, Naps()).send(trial(upstream.url)._replace(tool="orders_list"))
    (line,) = [said for said in caplog.messages if said.startswith("sent_again ")]
    assert line.startswith("sent_again tool=orders_list after=503 attempt=2 wait_ms=")


async def test_a_time_beyond_the_deadline_is_not_waited_for() -> None:
    """Issue 7, Retry: within the deadline; the failure says when."""
    outcome, story, naps, upstream = await tried([answer(b"", "429 Slow", Retry_After="60"), WELL])
    assert isinstance(outcome, HttpResponse)
    assert (outcome.status, story.attempts, naps.taken, len(upstream.seen)) == (429, 1, [], 1)


@pytest.mark.requirement(27)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("fault", [BUSY, answer(b"", "429 Slow", Retry_After="1"), answer(b"", "500 Oh"), reset])
async def test_a_post_that_arrived_is_sent_once(method: str, fault: Any) -> None:
    """security.md 27 R-RETRY: counted where it arrives."""
    _, story, _, upstream = await tried([fault, WELL], method)
    assert (len(upstream.seen), story.attempts) == (1, 1)


@pytest.mark.requirement(27)
async def test_a_post_with_an_idempotency_key_is_sent_again_with_the_same() -> None:
    """Issue 7, Retry."""
    _, _, _, upstream = await tried([reset, WELL], "POST", KEY)
    assert [upstream.values("idempotency-key", index) for index in (0, 1)] == [[OWN_KEY], [OWN_KEY]]


@pytest.mark.requirement(27)
async def test_a_post_behind_a_redirect_was_sent() -> None:
    """A 303 says that it was done: that nobody answers where it leads does not make it new."""
    async with raw_upstream(b"") as upstream, Sender(max_body=10_000, user_agent="x") as sender:

        async def redirect_and_close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            server.close()
            writer.write(answer(b"", "303 See", Location="/done"))

        server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
        upstream.answers[:] = [redirect_and_close]
        one = trial(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", "POST")
        with pytest.raises(BrokenAnswerError, match="redirects to where no connection is made"):
            await trying(sender, Naps()).send(one)
        await server.wait_closed()
    assert (upstream.targets, one.story.attempts) == (["POST /"], 1)


async def test_a_post_that_was_never_sent_is_tried_again() -> None:
    """Issue 7, Retry: only where the request was never sent. Nobody listens, until somebody does."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    servers = []
    async with raw_upstream(WELL) as upstream, Sender(max_body=10_000, user_agent="x") as sender:

        async def listen(_seconds: float) -> None:
            servers.append(await asyncio.start_server(upstream.serve, "127.0.0.1", port))

        one = trial(f"http://127.0.0.1:{port}/", "POST")
        response = await Trying(sender=sender, now=lambda: 0.0, retries=1, sleep=listen).send(one)
        servers[0].close()
        await servers[0].wait_closed()
    assert (response.status, one.story.after, len(upstream.seen)) == (200, ["no connection"], 1)


@pytest.mark.parametrize("status", ["402 Pay", "429 Slow"])
async def test_a_quota_is_not_asked_again(status: str) -> None:
    """Issue 7, Classify: quota and plan limits are not a rate limit that passes."""
    spent = answer(b'{"error": {"code": "insufficient_quota", "message": "You exceeded your current quota"}}', status)
    _, story, _, _ = await tried([spent, WELL])
    assert story.attempts == 1


async def test_a_hang_is_survived_by_a_second_attempt() -> None:
    """Issue 7, Proof; security.md 25: the one that hangs is closed."""
    outcome, story, naps, upstream = await tried([hang, WELL], patience=0.05)
    assert isinstance(outcome, HttpResponse)
    assert (outcome.body, story.attempts, story.after, naps.taken) == (b'{"id": 7}', 2, ["no answer for 0.05 s"], [])
    with anyio.fail_after(5):
        await upstream.hung_up.wait()


async def test_a_call_in_the_background_has_longer_and_is_not_hastened() -> None:
    """A slow API works: a second attempt would be double work for each such read."""
    leave, go_on = Leave(20.0), asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        leave.give(anyio.current_time())
        await go_on.wait()
        writer.write(WELL)

    async with raw_upstream(slow) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        one = trial(upstream.url, seconds=0.1)._replace(leave=leave)
        sending = asyncio.create_task(trying(sender, Naps(), patience=0.05).send(one))
        await asyncio.wait([sending], timeout=0.3)
        assert not sending.done()
        go_on.set()
        assert (await sending).body == b'{"id": 7}'
    assert (one.story.attempts, len(upstream.seen)) == (1, 1)


async def test_a_call_that_began_in_the_background_is_not_hastened_either() -> None:
    """It was taken over from a replica that has ended."""
    leave = Leave(0.2)
    leave.give(anyio.current_time())
    async with raw_upstream(hang, WELL) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        one = trial(upstream.url, seconds=0.2)._replace(leave=leave)
        with pytest.raises(SilenceError):
            await trying(sender, Naps(), patience=0.02).send(one)
    assert len(upstream.seen) == 1


async def test_an_answer_without_end_has_its_end_in_the_background_as_well() -> None:
    """What has come by the deadline is its result: nobody waits an hour for an event."""
    leave = Leave(3600.0)

    async def events(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        leave.give(anyio.current_time())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        await hang(reader, writer)

    async with raw_upstream(events) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        one = trial(upstream.url, seconds=0.3)._replace(leave=leave)
        with anyio.fail_after(10):
            response = await trying(sender, Naps()).send(one)
    assert (response.ended_early, response.body) == ("deadline", b"data: 1\n\n")


async def test_a_second_attempt_that_gets_no_turn_is_none() -> None:
    """`--max-concurrency` holds for it, too: the one that hangs has the only turn."""
    naps = Naps()
    async with raw_upstream(hang) as upstream, Sender(max_body=10, user_agent="x", max_concurrency=1) as sender:
        one = trial(upstream.url, seconds=0.2)
        with pytest.raises(SilenceError):
            await trying(sender, naps, patience=0.02).send(one)
    assert (one.story.attempts, one.story.after, one.story.is_hedged, len(upstream.seen)) == (1, [], True, 1)


async def test_a_hang_of_a_write_is_not_answered_by_a_second() -> None:
    """Our choice, PUT too: the first could be carried out after what its caller does next."""
    for method in ("POST", "PUT", "DELETE"):
        outcome, story, _, upstream = await tried([hang, WELL], method, KEY, patience=0.02, seconds=0.3)
        assert isinstance(outcome, TimeoutError)
        assert (story.attempts, len(upstream.seen)) == (1, 1)


def fails(careful: Trying, upstream: RawUpstream, times: int, last: float) -> None:
    """Let an API have failed so many times in a row, a second apart, the last time at `last`."""
    careful._breakers.answered(("http", "127.0.0.1", upstream.port))
    for number in range(times):
        at = last + 1 - times + number
        careful._breakers.failed(("http", "127.0.0.1", upstream.port), at, at)


async def test_an_api_that_is_left_alone_is_not_tried_again_either() -> None:
    """Issue 7, Retry: what became of a call is told, not that no more is sent; the next one is not sent at all."""
    async with raw_upstream(reset) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        careful = trying(sender, Naps())
        fails(careful, upstream, 9, anyio.current_time() - 1)
        with pytest.raises(LostError):
            await careful.send(trial(upstream.url))
        assert len(upstream.seen) == 1
        one = trial(upstream.url, "POST")
        with pytest.raises(LeftAloneError) as raised:
            await careful.send(one)
    assert (raised.value.failures, one.story.attempts, len(upstream.seen)) == (10, 0, 1)
    assert 0 < raised.value.wait <= 5.0


async def test_a_call_that_waits_to_be_tried_again_is_not_when_others_have_found_that_all_fails() -> None:
    """Its own failure is told."""
    async with raw_upstream(reset) as upstream, Sender(max_body=10_000, user_agent="x") as sender:

        async def others(_seconds: float) -> None:
            fails(careful, upstream, 10, anyio.current_time())

        careful = Trying(sender=sender, now=lambda: 0.0, retries=3, sleep=others)
        with pytest.raises(LostError):
            await careful.send(trial(upstream.url))
    assert len(upstream.seen) == 1


async def test_a_probe_is_sent_once() -> None:
    """One request finds out whether the API is there again."""
    async with raw_upstream(BUSY) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        careful = trying(sender, Naps())
        fails(careful, upstream, 10, -100.0)
        assert (await careful.send(trial(upstream.url))).status == 503
        with pytest.raises(LeftAloneError, match="11 requests in a row"):
            await careful.send(trial(upstream.url))
    assert len(upstream.seen) == 1


async def test_a_probe_that_hangs_has_none_beside_it_and_leaves_its_place() -> None:
    """It says nothing of others: neither closed nor left alone for longer."""
    async with raw_upstream(hang, WELL) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        careful = trying(sender, Naps(), patience=0.01)
        fails(careful, upstream, 10, -100.0)
        with pytest.raises(SilenceError):
            await careful.send(trial(upstream.url, seconds=0.2))
        assert len(upstream.seen) == 1
        assert (await careful.send(trial(upstream.url))).status == 200
        assert not careful._breakers


async def test_calls_that_hang_close_the_api_to_nobody() -> None:
    """A slow operation says nothing of the others, however often it is called."""
    async with raw_upstream(hang) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        careful = trying(sender, Naps(), retries=0)
        async with anyio.create_task_group() as group:
            for _ in range(12):
                group.start_soon(silent, careful, trial(upstream.url, seconds=0.1))
        upstream.answers[:] = [WELL]
        assert (await careful.send(trial(upstream.url))).status == 200


async def silent(careful: Trying, one: Trial) -> None:
    with pytest.raises(SilenceError):
        await careful.send(one)


async def test_a_lookup_is_sent_once_and_its_failure_is_its_own() -> None:
    """Nobody asked for it: no second attempt, none beside it, and no word to the breaker."""
    async with raw_upstream(BUSY, hang) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        careful = trying(sender, Naps(), patience=0.01)
        assert (await careful.send(trial(upstream.url)._replace(is_lookup=True))).status == 503
        with pytest.raises(SilenceError):
            await careful.send(trial(upstream.url, seconds=0.1)._replace(is_lookup=True))
        assert (len(upstream.seen), bool(careful._breakers)) == (2, False)


async def test_no_second_attempt_goes_beside_a_hang_where_all_else_fails() -> None:
    """It would hang, or fail, too."""
    async with raw_upstream(hang) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        careful = trying(sender, Naps(), patience=0.1)
        async with anyio.create_task_group() as group:
            group.start_soon(silent, careful, trial(upstream.url, seconds=0.5))
            with anyio.fail_after(5):
                while not upstream.seen:
                    await anyio.lowlevel.checkpoint()
            fails(careful, upstream, 10, anyio.current_time())
    assert len(upstream.seen) == 1


@pytest.mark.requirement(27)
@pytest.mark.parametrize("method", ["DELETE", "POST"])
async def test_a_write_whose_redirect_is_lost_is_sent_once(method: str) -> None:
    """security.md 27 R-RETRY: the 303 was its answer."""
    outcome, _, _, upstream = await tried([redirect("/done", 303), reset], method, KEY)
    assert isinstance(outcome, BrokenAnswerError)
    assert "redirects to gives no answer" in str(outcome)
    assert upstream.targets == [f"{method} /", "GET /done"]


async def test_a_probe_that_is_cancelled_leaves_its_place() -> None:
    """One call alone asks after the pause; another one may when that is gone."""
    async with raw_upstream(hang) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        careful = trying(sender, Naps(), retries=0)
        fails(careful, upstream, 10, -100.0)
        with anyio.move_on_after(0.05):
            await careful.send(trial(upstream.url))
        upstream.answers[:] = [WELL]
        assert (await careful.send(trial(upstream.url))).status == 200
        assert not careful._breakers


async def test_a_call_that_is_no_probe_leaves_a_probes_place_when_it_is_cancelled() -> None:
    """Nothing but the probe's own end lets another one go."""
    async with raw_upstream(hang) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        careful = trying(sender, Naps(), retries=0)
        where = ("http", "127.0.0.1", upstream.port)
        with anyio.move_on_after(0.05):
            await careful.send(trial(upstream.url))
        fails(careful, upstream, 10, -100.0)
        assert careful._breakers.begin(where, anyio.current_time()) is True
        with pytest.raises(LeftAloneError):
            await careful.send(trial(upstream.url))


async def test_a_call_whose_turn_does_not_come_was_not_sent() -> None:
    """`--max-concurrency`: no attempt is counted."""
    async with raw_upstream(hang) as upstream, Sender(max_body=10, user_agent="x", max_concurrency=1) as sender:
        careful = trying(sender, Naps(), retries=0)
        async with anyio.create_task_group() as group:
            group.start_soon(careful.send, trial(upstream.url))
            with anyio.fail_after(5):
                while not upstream.seen:
                    await anyio.lowlevel.checkpoint()
            one = trial(upstream.url, seconds=0.05)
            with pytest.raises(NoTurnError):
                await careful.send(one)
            group.cancel_scope.cancel()
    assert (one.story.attempts, len(upstream.seen)) == (0, 1)


async def test_the_rate_holds_for_every_attempt() -> None:
    """Issue 7, Retry: what is sent counts, whatever for; what its last attempt came to is told."""
    naps = Naps()
    async with raw_upstream(BUSY) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        limiter = Limiter(rates=(Rate(amount=2, seconds=3600),), now=lambda: 0.0, sleep=naps.sleep)
        careful = trying(sender, naps, limiter=limiter)
        one = trial(upstream.url)
        response = await careful.send(one)
        assert (response.status, one.story.attempts, len(upstream.seen)) == (503, 2, 2)
        two = trial(upstream.url)
        with pytest.raises(TooSoonError, match="2/hour"):
            await careful.send(two)
    assert (two.story.attempts, len(upstream.seen)) == (0, 2)


@pytest.mark.requirement(25)
async def test_a_call_that_is_cancelled_while_it_waits_sends_nothing_more() -> None:
    """security.md 25 R-CANCEL."""
    waiting = anyio.Event()

    async def forever(_seconds: float) -> None:
        waiting.set()
        await anyio.sleep_forever()

    async with raw_upstream(BUSY) as upstream, Sender(max_body=10_000, user_agent="x") as sender:
        careful = Trying(sender=sender, now=lambda: 0.0, retries=3, sleep=forever)
        async with anyio.create_task_group() as group:
            group.start_soon(careful.send, trial(upstream.url))
            with anyio.fail_after(5):
                await waiting.wait()
            group.cancel_scope.cancel()
    assert len(upstream.seen) == 1


class Scripted(Sender):
    """A sender whose answers are given."""

    def __init__(self, outcomes: Sequence[int]) -> None:
        super().__init__(max_body=1, user_agent="x")
        self.outcomes, self.sent = list(outcomes), 0

    async def send(self, request: HttpRequest, *rest: Any) -> HttpResponse:
        self.sent += 1
        rest[-1](Answer(1), anyio.CancelScope())
        status = self.outcomes.pop(0) if self.outcomes else 200
        if status == 0:
            raise UnreachableError("refused")
        if status == 1:
            raise LostError("reset")
        headers = (("Retry-After", str(status % 100)),) if status > 1000 else ()
        return HttpResponse(status=status if status < 1000 else 429, url=request.url, headers=headers)


@pytest.mark.requirement(27)
@given(
    st.lists(st.sampled_from([0, 1, 200, 404, 429, 500, 502, 503, 504, 1001, 1005, 1090]), max_size=12),
    st.sampled_from(["GET", "PUT", "DELETE", "POST", "PATCH"]),
    st.booleans(),
    st.integers(0, 10),
    st.floats(0, 1, exclude_max=True),
)
def test_whatever_happens_the_bounds_hold(
    outcomes: list[int], method: str, is_keyed: bool, retries: int, chance: float
) -> None:
    """Law: no write twice that was sent, no more than the retries, no wait beyond the deadline. security.md 27."""

    async def run() -> None:
        sender, naps, began = Scripted(outcomes), Naps(), anyio.current_time()
        one = trial("http://127.0.0.1:9/", method, KEY if is_keyed else (), seconds=20.0)
        careful = trying(sender, naps, retries=retries, chance=lambda: chance)
        with suppress(SendError):
            await careful.send(one)
        assert sender.sent == one.story.attempts <= retries + 1
        assert sum(naps.taken) == pytest.approx(one.story.waited)
        assert all(wait < one.deadline - began for wait in naps.taken)
        before = (outcomes + [200] * 12)[: sender.sent - 1]
        assert is_repeatable(one.request) or set(before) <= {0}

    anyio.run(run)


PATHS: dict[str, Any] = {
    "/thing": {
        "get": {"operationId": "thing", "responses": {}},
        "post": {
            "operationId": "thing_add",
            "parameters": [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string"}}],
            "responses": {},
        },
        "delete": {"operationId": "thing_drop", "responses": {}},
    }
}


async def called(upstream: RawUpstream, tool: str, **arguments: Any) -> Result:
    made = document(PATHS)
    async with Executor(
        made, generate(made, ALL_METHODS), base_url=upstream.url, limits=Limits(timeout=10.0)
    ) as running:
        running._trying.sleep = Naps().sleep
        running._trying.chance = lambda: 0.5
        return await running.call(Call(tool=tool, arguments=arguments))


async def test_a_success_says_what_it_took() -> None:
    """Issue 7, Retry: what was waited and tried stands in the result."""
    async with raw_upstream(BUSY, reset, WELL) as upstream:
        result = await called(upstream, "thing")
    retried = {"attempts": 3, "waited": 0.375, "after": ["503", "connection lost"]}
    assert result.structured == {"id": 7, "_note": {"retried": retried}}


async def test_a_success_at_once_says_nothing() -> None:
    """Only where there is something to say."""
    async with raw_upstream(WELL) as upstream:
        assert (await called(upstream, "thing")).structured == {"id": 7}


async def test_a_failure_says_what_it_took() -> None:
    """design.md, A result: attempts."""
    async with raw_upstream(reset) as upstream:
        result = await called(upstream, "thing")
    assert result.structured is not None
    error = result.structured["error"]
    assert (error["attempts"], error["waited"]) == (4, 0.875)


async def test_each_call_has_an_idempotency_key_of_its_own_and_keeps_it() -> None:
    """Issue 7, Retry: one is sent where the document has such a header; a caller's own is."""
    keys = []
    for arguments in ({}, {}, {"Idempotency-Key": OWN_KEY}):
        async with raw_upstream(reset, WELL) as upstream:
            assert not (await called(upstream, "thing_add", **arguments)).is_error
        first, second = upstream.values("idempotency-key", 0), upstream.values("idempotency-key", 1)
        assert first == second
        keys += first
    assert len(set(keys)) == 3
    assert keys[2] == OWN_KEY


async def test_what_a_repeated_delete_does_not_find_may_be_its_own_work() -> None:
    """Our choice: after an attempt whose fate is unknown a 404 is no reason to look for another thing to delete."""
    missing = answer(json.dumps({"detail": "Not found."}).encode(), "404 Not Found")
    async with raw_upstream(reset, missing) as upstream:
        result = await called(upstream, "thing_drop")
    assert result.failure is not None
    assert (result.failure.kind, result.failure.attempts, result.failure.faults) == ("not_found", 2, ())
    assert "may have deleted it" in result.failure.hint


async def test_a_rate_that_is_too_slow_is_told() -> None:
    """Issue 7, Retry: rate_limited, and what to do."""
    made = document(PATHS)
    limits = Limits(rate_limit=(Rate(amount=1, seconds=3600),))
    async with (
        raw_upstream(WELL) as upstream,
        Executor(made, generate(made, ALL_METHODS), base_url=upstream.url, limits=limits) as running,
    ):
        assert not (await running.call(Call(tool="thing"))).is_error
        result = await running.call(Call(tool="thing"))
    assert result.failure is not None
    assert (result.failure.kind, result.failure.retryable, result.failure.attempts) == ("rate_limited", True, 0)
    assert result.failure.retry_after is not None
    assert 3000 < result.failure.retry_after <= 3600
    assert "--rate-limit" in result.failure.hint
    assert len(upstream.seen) == 1


async def test_an_api_that_is_left_alone_is_told() -> None:
    """Issue 7, Retry: unreachable, retryable, and when."""
    async with raw_upstream(reset) as upstream:
        made = document(PATHS)
        async with Executor(
            made, generate(made, ALL_METHODS), base_url=upstream.url, limits=Limits(retries=0)
        ) as running:
            fails(running._trying, upstream, 9, anyio.current_time() - 1)
            await running.call(Call(tool="thing"))
            result = await running.call(Call(tool="thing"))
    assert result.failure is not None
    assert (result.failure.kind, result.failure.retryable, result.failure.attempts) == ("unreachable", True, 0)
    assert "failed 10 times in a row" in result.failure.message
    assert len(upstream.seen) == 1


async def test_what_one_replica_has_seen_fail_another_does_not_ask(redis: RedisServer) -> None:
    """Issue 9, Replicas: circuit breakers in Redis; after the pause one of them asks, and both go on."""
    async with (
        raw_upstream(reset, WELL) as upstream,
        Sender(max_body=10_000, user_agent="x") as sender,
        links(redis.url, KEY_OF_FLEET, KEY_OF_FLEET) as (one, other),
    ):
        here, there = (trying(sender, Naps(), retries=0, namespace=link.namespace()) for link in (one, other))
        fails(here, upstream, 9, anyio.current_time() - 1)
        with pytest.raises(LostError):
            await here.send(trial(upstream.url))
        with pytest.raises(LeftAloneError):
            await there.send(trial(upstream.url))
        assert len(upstream.seen) == 1
        fails(there, upstream, 10, -100.0)  # its pause is over by its own clock: not by that of Redis
        with pytest.raises(LeftAloneError):
            await there.send(trial(upstream.url))
        await one.ask(lambda client: client.flushall(), None)
        fails(there, upstream, 10, -100.0)
        assert (await there.send(trial(upstream.url))).status == 200
        assert not there._breakers


async def test_a_probe_that_is_cancelled_leaves_its_place_to_other_replicas(redis: RedisServer) -> None:
    """As it does here."""
    async with (
        raw_upstream(hang, WELL) as upstream,
        Sender(max_body=10_000, user_agent="x") as sender,
        links(redis.url, KEY_OF_FLEET, KEY_OF_FLEET) as (one, other),
    ):
        here, there = (trying(sender, Naps(), retries=0, namespace=link.namespace()) for link in (one, other))
        where = ("http", "127.0.0.1", upstream.port)
        assert here.others is not None
        assert there.others is not None
        fails(here, upstream, 10, -100.0)
        await here.others.tell(where, Mark())
        await wind_back(one)
        with anyio.move_on_after(0.2):
            await here.send(trial(upstream.url))
        assert len(upstream.seen) == 1
        assert (await there.send(trial(upstream.url))).status == 200
        assert not there._breakers
