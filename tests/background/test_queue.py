"""What others put into the queue in Redis holds nobody up, and is done with."""

from collections.abc import Mapping
from typing import Any

import pytest
import redis as redis_client
from support.background import ANNE, Api, a_link, said
from support.redis import RedisServer

from openapi_mcp.background.docket_guard import ours_or_nothing
from openapi_mcp.model.background import CallState, Pending
from openapi_mcp.model.job import Job
from openapi_mcp.shared.link import Link

pytestmark = pytest.mark.anyio
ENTRY = {
    "key": "0" * 32, "when": "2020-01-01T00:00:00+00:00", "function": "look", "args": "[]", "kwargs": "[]",
    "attempt": "1", "generation": "0",
}  # fmt: skip


async def a_job_ends(link: Link, redis: RedisServer, *entries: Mapping[str, str | bytes]) -> int:
    """Have these entries in the stream before a job is followed to its end; return how many are not done with."""
    api, job = Api(), Job(url="http://api/jobs/1", wait=0.2)
    api.answers.set()
    api.results, api.jobs = {"post_it": said("accepted", job)}, [said("", job), said("the end")]
    stream = f"{link.key('queue')}:stream"
    async with api.background(link) as background:
        with redis_client.Redis(port=redis.port) as client:
            for entry in entries:
                client.xadd(stream, {**entry})
            pending = await background.run(*api.call("post_it"), after=0)
            assert isinstance(pending, Pending)
            ended = await background.wait(pending.handle, ANNE, 60)
    assert ended is not None
    assert ended.state is CallState.COMPLETED
    with redis_client.Redis(port=redis.port) as client:
        own: Any = client
        return int(own.xpending(stream, "docket-workers")["pending"] + own.xlen(stream))


async def test_no_task_but_our_own_is_run(redis: RedisServer) -> None:
    """pydocket's own sleep for as long as an entry says: 220 of them held every job up for ten minutes."""
    link = a_link(redis.url)
    sleeps = [{**ENTRY, "key": f"{number:032x}", "function": "sleep", "args": "[600]"} for number in range(220)]
    unknown = [{**ENTRY, "key": "f" * 32, "function": name, "args": "[1, 2]"} for name in ("fail", "trace", "other")]
    assert await a_job_ends(link, redis, *sleeps, *unknown) == 0
    await link.aclose()


@pytest.mark.parametrize(
    "strike",
    [
        {"direction": "strike", "function": "look", "operator": "==", "value": "null"},
        {"direction": "strike", "parameter": "name", "operator": "!=", "value": "null"},
        {"direction": "x"},
    ],
)
async def test_a_strike_of_others_ends_no_look(redis: RedisServer, strike: Mapping[str, str]) -> None:
    """pydocket has replicas read what they are not to do: one entry there ended all polling, in each of them."""
    link = a_link(redis.url)
    with redis_client.Redis(port=redis.port) as client:
        client.xadd(f"{link.key('queue')}:strikes", {**strike})
    assert await a_job_ends(link, redis) == 0
    await link.aclose()


async def test_an_entry_that_is_malformed_is_dropped_and_is_no_loss_of_redis(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Each ended the worker that read it, of every replica, every fifteen seconds."""
    lines: list[str] = []
    link = a_link(redis.url, lines)
    wrong: list[dict[str, str | bytes]] = [
        {"when": "1795322572.9"}, {"when": "0001-01-01T00:00:00"}, {"when": b"\xff"}, {"attempt": "x"},
        {"attempt": "9" * 5_000}, {"generation": "-"}, {"generation": ""}, {"key": b"\xff\xfe"}, {"key": "queue"},
        {"function": b"\xff"}, {"args": b"\xff"}, {"kwargs": "["}, {"traceparent": b"\xff"}, {"baggage": "%%%=,;"},
        {"args": '[["a"], {}]'}, {"args": '["a", true, 3]'}, {b"\xff".decode("latin-1"): "a"},
    ]  # fmt: skip
    without = [{name: value for name, value in ENTRY.items() if name != each} for each in ENTRY]
    assert await a_job_ends(link, redis, *({**ENTRY, **each} for each in wrong), *without) == 0
    await link.aclose()
    assert lines == []
    assert "background_queue_failed" not in caplog.text


async def test_where_the_queue_breaks_all_the_same_it_begins_again(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lines: list[str] = []
    link, breaks = a_link(redis.url, lines), iter([True])

    def ours(entry: Mapping[bytes, bytes]) -> Mapping[bytes, bytes]:
        if next(breaks, False):
            raise ValueError("a bug")
        return ours_or_nothing(entry)

    monkeypatch.setattr("openapi_mcp.background.docket_guard.ours_or_nothing", ours)
    await a_job_ends(link, redis, ENTRY)
    await link.aclose()
    assert lines == []
    assert "background_queue_failed" in caplog.text
