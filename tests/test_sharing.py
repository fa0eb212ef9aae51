"""From --redis and --shared-key to apps that share: two apps, each with its own link, are two replicas."""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from support.links import KEY
from support.live import Told
from support.redis import RedisServer
from support.upstream import Answer, Upstream, description

from openapi_mcp.config import Config, build_config
from openapi_mcp.errors import ConfigError, CredentialsError
from openapi_mcp.joining import open_several
from openapi_mcp.model.call import Call, FailureKind, Result
from openapi_mcp.opening import open_app
from openapi_mcp.sharing import link_of, open_link

pytestmark = pytest.mark.anyio

NOWHERE = Path("no-such-folder")
LONG = b"[" + b",".join(b'"%03d"' % n for n in range(400)) + b"]"


def config(**options: Any) -> Config:
    return build_config(options, {}, NOWHERE)


async def called(app: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    result: Result = await app.call(Call(tool=tool, arguments=arguments))
    return dict(result.structured or {})


async def test_without_redis_nothing_is_shared() -> None:
    """The default install needs none; a key alone is for other things."""
    async with open_link(config(shared_key=KEY), Told(), {}) as link:
        assert link is None


@pytest.mark.parametrize(
    ("options", "where", "words"),
    [
        ({"redis": "redis://:s3cret@h"}, "--redis", "there is no key"),
        ({"redis": "redis://:s3cret@h", "shared_key": "short"}, "--shared-key", "less than 32 characters"),
        ({"redis": "https://:s3cret@h", "shared_key": KEY}, "--redis", "none of Redis"),
    ],
)
async def test_what_is_wrong_is_said_at_the_start(options: dict[str, str], where: str, words: str) -> None:
    """What, where, what to do; no secret."""
    with pytest.raises(ConfigError, match=words) as raised:
        link_of(config(**options), Told(), {})
    assert raised.value.where == where
    assert raised.value.hint
    assert "s3cret" not in f"{raised.value} {raised.value.hint}"


async def test_url_and_key_may_be_references(tmp_path: Path) -> None:
    """So that no secret has to stand in a command line."""
    (tmp_path / "key").write_text(f"{KEY}\n")
    options = {"redis": "env:REDIS_URL", "shared_key": f"file:{tmp_path}/key"}
    link = link_of(config(**options), Told(), {"REDIS_URL": "redis://h/1"})
    plain = link_of(config(redis="redis://h/1", shared_key=KEY), Told(), {})
    assert link is not None
    assert plain is not None
    assert (link.url, link.prefix) == (plain.url, plain.prefix)
    with pytest.raises(CredentialsError, match="REDIS_URL is not set"):
        link_of(config(**options), Told(), {})


async def test_without_the_extra_it_is_said_how_to_add_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """design.md, Dependencies."""
    monkeypatch.setitem(sys.modules, "redis", None)
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(ConfigError, match=r"\[scale\]") as raised:
        link_of(config(redis="redis://h", shared_key=KEY), Told(), {})
    assert "pipx inject" in (raised.value.hint or "")


@asynccontextmanager
async def replicas(redis: RedisServer, told: Told, **options: Any) -> AsyncIterator[list[Any]]:
    """Yield two that are served with the same options."""
    made = config(redis=redis.url, shared_key=KEY, **options)
    opening = open_several if made.apis else open_app
    async with AsyncExitStack() as stack:
        apps = []
        for _ in range(2):
            link = await stack.enter_async_context(open_link(made, told, {}))
            apps.append(await stack.enter_async_context(opening(made, told, {}, link=link)))
        yield apps


async def test_replicas_share_limits_and_what_was_cut(redis: RedisServer, upstream: Upstream) -> None:
    """Issue 9, Replicas; of one API."""
    upstream.answers["/list"] = Answer(LONG)
    spec = upstream.serve(description("/list"))
    options = {"spec": spec, "base_url": upstream.url, "max_response": "500", "rate_limit": "3/hour"}
    async with replicas(redis, Told(), **options) as (one, other):
        handle = (await called(one, "list"))["_note"]["more"]["handle"]
        assert (await called(other, "read_result", handle=handle, offset=7, limit=1))["result"] == ["007"]
        kinds = [(await called(app, "list")).get("error", {}).get("kind") for app in (other, one, other, one)]
        assert kinds == [None, None, FailureKind.RATE_LIMITED, FailureKind.RATE_LIMITED]
    assert len(upstream.calls) == 3


async def test_an_answer_of_any_of_several_apis_is_read_on_by_another_replica(
    redis: RedisServer, upstream: Upstream, other_upstream: Upstream
) -> None:
    """Of each API its own."""
    for server in (upstream, other_upstream):
        server.answers["/list"] = Answer(LONG)
    spec = [f"shop={upstream.serve(description('/list'))}", f"billing={other_upstream.serve(description('/list'))}"]
    urls = [f"shop={upstream.url}", f"billing={other_upstream.url}"]
    async with replicas(redis, Told(), spec=spec, base_url=urls, max_response="500") as (one, other):
        for tool in ("shop_list", "billing_list"):
            handle = (await called(one, tool))["_note"]["more"]["handle"]
            assert (await called(other, "read_result", handle=handle, limit=1))["result"] == ["000"]
        nobodys = await called(other, "read_result", handle="r_" + "a" * 22)
        assert nobodys["error"]["kind"] == FailureKind.NOT_FOUND


async def test_an_app_starts_without_redis_and_says_so_once(redis: RedisServer, upstream: Upstream) -> None:
    """Calls go on, and what is cut is read on here."""
    upstream.answers["/list"] = Answer(LONG)
    spec = upstream.serve(description("/list"))
    redis.stop()
    told = Told()
    made = config(redis=redis.url, shared_key=KEY, spec=spec, base_url=upstream.url, max_response="500")
    async with open_link(made, told, {}) as link, open_app(made, told, {}, link=link) as app:
        handle = (await called(app, "list"))["_note"]["more"]["handle"]
        assert (await called(app, "read_result", handle=handle, limit=1))["result"] == ["000"]
    assert len([line for line in told.lines if "Redis" in line]) == 1
