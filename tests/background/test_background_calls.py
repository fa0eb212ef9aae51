"""Calls in the background, in one process: begun, waited for, read, ended, told of once."""

import asyncio
from dataclasses import replace

import pytest
from support.background import ANNE, BOB, Api, said, text_of

from openapi_mcp.background.means import Bounds
from openapi_mcp.heard import Hearing
from openapi_mcp.model.background import CallState, Pending
from openapi_mcp.model.call import Call, Caller, FailureKind, Result
from openapi_mcp.model.job import Job

pytestmark = pytest.mark.anyio
SOON = 0.02  # seconds after which a call goes on in the background


async def test_a_call_that_ends_in_time_is_its_result_and_told_by_who_called() -> None:
    """The issue: only what takes longer becomes a handle."""
    api = Api()
    api.answers.set()
    async with api.background() as background:
        call, hearing = api.call()
        result = await background.run(call, hearing, after=30)
    assert isinstance(result, Result)
    assert (text_of(result), api.told()) == ("get_it of anne", [])


async def test_a_call_that_takes_longer_goes_on_and_is_read_by_its_handle() -> None:
    """The issue: `get_call(handle)`."""
    api = Api()
    async with api.background() as background:
        pending = await background.run(*api.call(), after=SOON)
        assert isinstance(pending, Pending)
        assert (pending.state, pending.tool, pending.result) == (CallState.WORKING, "get_it", None)
        assert pending.handle.startswith("c_")
        assert len(pending.handle) >= 24
        found = await background.find(pending.handle, ANNE)
        assert found == pending
        api.answers.set()
        ended = await background.wait(pending.handle, ANNE, 30)
    assert ended is not None
    assert (ended.state, text_of(ended.result)) == (CallState.COMPLETED, "get_it of anne")
    assert api.sent == ["get_it"]
    assert api.told() == ["get_it: get_it of anne"]


async def test_a_handle_is_its_callers_alone() -> None:
    """The issue: handles are unguessable and belong to their caller."""
    api = Api()
    async with api.background() as background:
        pending = await background.run(*api.call(), after=SOON)
        assert isinstance(pending, Pending)
        for found in (
            await background.find(pending.handle, BOB),
            await background.wait(pending.handle, BOB, 0),
            await background.cancel(pending.handle, BOB),
            await background.find("c_another", ANNE),
            await background.cancel("c_another", ANNE),
            await background.find("\ud800", ANNE),
        ):
            assert found is None
        assert api.cancelled == []


async def test_a_call_is_cancelled_by_its_handle_once() -> None:
    """The issue: `cancel_call(handle)`."""
    api = Api()
    async with api.background() as background:
        pending = await background.run(*api.call("post_it"), after=SOON)
        assert isinstance(pending, Pending)
        for _ in range(2):
            found = await background.cancel(pending.handle, ANNE)
            assert found is not None
            assert (found.state, found.result) == (CallState.CANCELLED, None)
        assert await background.wait(pending.handle, ANNE, 30) == found
    assert api.cancelled == ["post_it"]
    assert api.told() == ["post_it: cancelled"]


async def test_who_cancels_what_waits_cancels_the_call() -> None:
    """A client that hangs up before it has a handle."""
    api = Api()
    async with api.background() as background:
        running = asyncio.create_task(background.run(*api.call(), after=30))
        await api.begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert (api.cancelled, api.told()) == (["get_it"], [])


async def test_a_job_is_a_handle_at_once_and_is_asked_for_until_its_end() -> None:
    """The issue: the upstream's own job is polled as it asks, and its final answer is the call's result."""
    api = Api()
    api.answers.set()
    job = Job(url="http://api/jobs/1", wait=0.01)
    further = Job(url="http://api/jobs/1", wait=0.01, said="running", done=0.5)
    api.results = {"post_it": said("accepted", job)}
    api.jobs = [said("", further), said("", further), said("the end")]
    async with api.background() as background:
        pending = await background.run(*api.call("post_it"), after=0)
        assert isinstance(pending, Pending)
        ended = await background.wait(pending.handle, ANNE, 30)
    assert ended is not None
    assert (ended.state, text_of(ended.result)) == (CallState.COMPLETED, "the end")
    assert api.asked == [job, further, further]
    assert (api.sent, api.told()) == (["post_it"], ["post_it: the end"])


async def test_too_many_calls_of_a_caller_are_a_failure_before_anything_is_sent() -> None:
    """Our choice: what waits in memory has a bound, and others are not held up by one."""
    api = Api()
    async with api.background(bounds=Bounds(of_a_caller=2, grace=0)) as background:
        for _ in range(2):
            assert isinstance(await background.run(*api.call(), after=SOON), Pending)
        refused = await background.run(*api.call(), after=SOON)
        assert isinstance(refused, Result)
        assert refused.failure is not None
        assert (refused.failure.kind, refused.failure.retryable) == (FailureKind.RATE_LIMITED, True)
        assert isinstance(await background.run(*api.call(caller=BOB), after=SOON), Pending)
    assert len(api.sent) == 3


async def test_calls_that_begin_at_once_are_counted_again_when_they_would_go_on_in_the_background() -> None:
    """What has no room is sent already: it is waited for, and each is answered."""
    api = Api()
    async with api.background(bounds=Bounds(of_a_caller=3, grace=0)) as background:
        running = [asyncio.create_task(background.run(*api.call(), after=SOON)) for _ in range(20)]
        ends = asyncio.as_completed(running)
        for _ in range(3):
            assert isinstance(await next(ends), Pending)
        api.answers.set()
        came = await asyncio.gather(*running)
    pending = [each for each in came if isinstance(each, Pending)]
    waited = [text_of(each) for each in came if isinstance(each, Result)]
    assert (len(pending), waited) == (3, ["get_it of anne"] * 17)


async def test_one_caller_does_not_hold_all_places_of_the_background() -> None:
    """An attack: two calls of an hour each, and no call of anybody else went on in the background."""
    api = Api()
    async with api.background(bounds=Bounds(running=2, running_of_a_caller=1, grace=0)) as background:
        assert isinstance(await background.run(*api.call(), after=SOON), Pending)
        waiting = asyncio.create_task(background.run(*api.call(), after=SOON))
        assert isinstance(await background.run(*api.call(caller=BOB), after=SOON), Pending)
        api.answers.set()
        assert isinstance(await waiting, Result)


async def test_large_calls_are_bounded_in_bytes_and_one_too_many_is_not_sent() -> None:
    """Our choice: 250 small calls of a caller may go on; 250 of 4 MB would fill memory, and Redis."""
    api = large_jobs()
    async with api.background(bounds=Bounds(size_of_a_caller=12_000, size_of_all=15_000, grace=0)) as background:
        assert isinstance(await background.run(*large(api, ANNE), after=0), Pending)
        for caller in (ANNE, BOB):
            refused = await background.run(*large(api, caller), after=0)
            assert isinstance(refused, Result)
            assert refused.failure is not None
            assert (refused.failure.kind, refused.failure.is_unknown) == (FailureKind.RATE_LIMITED, False)
        assert isinstance(await background.run(*api.call("post_it", BOB), after=0), Pending)
    assert api.sent == ["post_it", "post_it"]


async def test_a_job_that_has_no_room_once_it_is_known_is_told_plainly() -> None:
    """It was sent, and the API works on it: it is not to be sent again."""
    api = large_jobs()
    async with api.background(bounds=Bounds(size_of_a_caller=12_000, grace=0)) as background:
        came = await asyncio.gather(*(background.run(*large(api, ANNE), after=0) for _ in range(2)))
    (told,) = [each for each in came if isinstance(each, Result)]
    assert told.failure is not None
    assert (told.failure.is_unknown, told.failure.retryable, len(api.sent)) == (True, False, 2)
    assert "does not ask how far it is" in told.failure.message


def large_jobs() -> Api:
    api, job = Api(), Job(url="http://api/jobs/1", wait=3600)
    api.answers.set()
    api.results, api.jobs = {"post_it": said("accepted", job)}, [said("", job)]
    return api


def large(api: Api, caller: Caller) -> tuple[Call, Hearing]:
    call, hearing = api.call("post_it", caller)
    return replace(call, arguments={"body": "x" * 9_000}), hearing


async def test_no_more_calls_wait_in_the_background_than_leave_room_for_others() -> None:
    """Each takes one of those that may be under way to the API, for an hour perhaps: the next is waited for."""
    api = Api()
    async with api.background(bounds=Bounds(running=1)) as background:
        first = await background.run(*api.call(), after=SOON)
        assert isinstance(first, Pending)
        second = asyncio.create_task(background.run(*api.call("get_other"), after=SOON))
        await asyncio.wait([second], timeout=0.1)
        assert not second.done()
        api.answers.set()
        result = await second
        assert isinstance(result, Result)
        assert text_of(result) == "get_other of anne"
