"""A replica is killed: another goes on with its calls, and no write is sent twice; counted by a live upstream."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from support.child import clean_environment
from support.redis import RedisServer

pytestmark = pytest.mark.anyio
TESTS = Path(__file__).parent.parent
PATIENCE = 40.0


class Upstream:
    """Answers GET /{tool} once `answers` is set, GET /job with 202 until `ends` is; counts what came."""

    def __init__(self) -> None:
        self.answers, self.ends = asyncio.Event(), asyncio.Event()
        self.came: Counter[str] = Counter()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                tool = head.split(b" ")[1].decode().removeprefix("/")
                self.came[tool] += 1
                status = await self.status(tool)
                body = f"the answer of {tool}".encode()
                writer.write(b"HTTP/1.1 %d OK\r\ncontent-length: %d\r\n\r\n%b" % (status, len(body), body))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def status(self, tool: str) -> int:
        if tool == "post_job":
            return 202
        if tool == "job":
            return 200 if self.ends.is_set() else 202
        await self.answers.wait()
        return 200


@asynccontextmanager
async def running_upstream() -> AsyncIterator[Upstream]:
    upstream = Upstream()
    server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
    upstream.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield upstream
    finally:
        server.close()


class Replica:
    """A process that is told what to do, and may be killed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._answers: dict[int, asyncio.Future[Any]] = {0: asyncio.get_running_loop().create_future()}
        self._reading = asyncio.create_task(self._read())

    async def ask(self, *command: Any) -> Any:
        assert self.process.stdin is not None
        number = len(self._answers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        self.process.stdin.write(json.dumps([number, command]).encode() + b"\n")
        return await asyncio.wait_for(self._answers[number], PATIENCE)

    async def ready(self) -> None:
        await asyncio.wait_for(self._answers[0], PATIENCE)

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self._reading

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            number, answer = json.loads(line)
            self._answers[number].set_result(answer)


@asynccontextmanager
async def replicas(redis: RedisServer, upstream: Upstream, lease: float) -> AsyncIterator[list[Replica]]:
    command = [sys.executable, "-m", "support.replica", redis.url, upstream.url, str(lease)]
    paths = os.pathsep.join((str(TESTS), *filter(None, [str(TESTS.parent), os.environ.get("PYTHONPATH")])))
    async with AsyncExitStack() as stack:
        started = []
        for _ in range(2):
            process = await asyncio.create_subprocess_exec(
                *command, stdin=-1, stdout=-1, env=clean_environment(PYTHONPATH=paths)
            )
            started.append(Replica(process))
            stack.push_async_callback(started[-1].kill)
        for replica in started:
            await replica.ready()
        yield started


async def test_calls_of_a_killed_replica_end_on_another_and_a_write_is_sent_once(redis: RedisServer) -> None:
    """The issue: a call survives the end of the replica that took it (unsafe methods at most once, safe ones again)."""
    async with running_upstream() as upstream, replicas(redis, upstream, 1.5) as (first, second):
        read, write, job = [await first.ask("run", tool) for tool in ("get_it", "post_it", "post_job")]
        await first.kill()
        upstream.answers.set()
        upstream.ends.set()
        assert await second.ask("wait", read, PATIENCE) == ["completed", "the answer of get_it"]
        assert await second.ask("wait", job, PATIENCE) == ["completed", "the answer of job"]
        state, text = await second.ask("wait", write, PATIENCE)
        assert (state, json.loads(text)["error"]["unknown_outcome"]) == ("completed", True)
        assert not json.loads(text)["error"]["retryable"]
        assert sorted(await second.ask("heard")) == ["get_it", "post_it", "post_job"]
    assert (upstream.came["get_it"], upstream.came["post_it"], upstream.came["post_job"]) == (2, 1, 1)


async def test_a_restart_of_redis_in_the_middle_makes_nobody_take_over_what_goes_on(redis: RedisServer) -> None:
    """A lease that could not be renewed because Redis was away is not one that has run out."""
    async with running_upstream() as upstream, replicas(redis, upstream, 5.0) as (first, second):
        handles = [await first.ask("run", tool) for tool in ("get_it", "post_it", "post_job")]
        redis.stop(kill=True)
        away = await first.ask("run", "get_away")
        redis.start()
        upstream.ends.set()
        upstream.answers.set()
        answers = [await second.ask("wait", handle, PATIENCE) for handle in handles]
        assert answers == [["completed", f"the answer of {tool}"] for tool in ("get_it", "post_it", "job")]
        assert await first.ask("wait", away, PATIENCE) == ["completed", "the answer of get_away"]
        assert sorted(await first.ask("heard") + await second.ask("heard")) == [
            "get_away", "get_it", "post_it", "post_job"
        ]  # fmt: skip
    assert (upstream.came["get_it"], upstream.came["post_it"], upstream.came["post_job"]) == (1, 1, 1)


async def test_200_calls_at_once_all_end_and_leave_nothing_behind(redis: RedisServer) -> None:
    """What a call took is given back: connections, tasks; each is sent once."""
    tools = [f"{kind}_{number}" for number in range(100) for kind in ("get", "post")]
    async with running_upstream() as upstream, replicas(redis, upstream, 20.0) as (first, second):
        left = []
        for _ in range(3):
            upstream.answers.clear()
            handles = await asyncio.gather(*(first.ask("run", tool) for tool in tools))
            upstream.answers.set()
            answers = await asyncio.gather(*(second.ask("wait", handle, PATIENCE) for handle in handles))
            assert answers == [["completed", f"the answer of {tool}"] for tool in tools]
            left.append([await each.ask("tasks") for each in (first, second)])
        after = first.descriptors(), second.descriptors()
    assert all(abs(one - other) < 5 for one, other in zip(*left[1:], strict=True))
    assert max(after) < 150
    assert set(upstream.came.values()) == {3}
