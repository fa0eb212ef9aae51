"""Nothing that stands in Redis is run: what pydocket reads there is JSON."""

import asyncio
import pickle
from pathlib import Path

import pytest
import redis as redis_client
from support.background import ANNE, Api, a_link, said
from support.redis import RedisServer

from openapi_mcp.background.docket_guard import Plain
from openapi_mcp.model.background import CallState, Pending
from openapi_mcp.model.job import Job

pytestmark = pytest.mark.anyio


class Attack:
    """What runs where it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.file,)


def test_arguments_come_back_as_json_has_them() -> None:
    assert Plain.loads(Plain.dumps(("name", False))) == ("name", False)


def test_a_pickle_is_not_read(tmp_path: Path) -> None:
    for data in (pickle.dumps(Attack(tmp_path / "run")), b"{}", b"5", b"[" * 100_000):
        assert Plain.loads(data) == ()
    assert not (tmp_path / "run").exists()


async def test_a_pickle_that_others_put_into_the_queue_is_not_run_and_holds_nothing_up(
    redis: RedisServer, tmp_path: Path
) -> None:
    """Who can write to Redis must not run code in the replicas."""
    link, api, job = a_link(redis.url), Api(), Job(url="http://api/jobs/1", wait=0.2)
    api.answers.set()
    api.results, api.jobs = {"post_it": said("accepted", job)}, [said("the end")]
    attack = pickle.dumps(Attack(tmp_path / "run"))
    message: dict[bytes | str, bytes | str | int | float] = {
        "key": "k", "when": "2020-01-01T00:00:00+00:00", "function": "look", "args": attack, "kwargs": attack,
        "attempt": "1",
    }  # fmt: skip
    async with api.background(link) as background:
        with redis_client.Redis(port=redis.port) as client:
            client.xadd(f"{link.key('queue')}:stream", message)
        pending = await background.run(*api.call("post_it"), after=0)
        assert isinstance(pending, Pending)
        ended = await background.wait(pending.handle, ANNE, 60)
        assert ended is not None
        assert ended.state is CallState.COMPLETED
    await link.aclose()
    await asyncio.sleep(0)
    assert not (tmp_path / "run").exists()
