"""One list for all replicas: one loads the document, the others take what that one has made. Part 8, Replicas."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio
import pytest
import redis as redis_client
from support.linked import KEY, at_once, cut, links
from support.redis import RedisServer
from support.upstream import Upstream, description

from openapi_mcp import agreed as agreed_module
from openapi_mcp.agreed import Agreed
from openapi_mcp.app import App
from openapi_mcp.config import build_config
from openapi_mcp.errors import OpenapiMcpError
from openapi_mcp.identity import identity_of
from openapi_mcp.opening import open_app
from openapi_mcp.renewal import check_again
from openapi_mcp.server import watch
from openapi_mcp.server.agree import Agreeing
from openapi_mcp.server.keep import Keeper
from openapi_mcp.server.watch import Watch
from openapi_mcp.shared.link import Link
from openapi_mcp.switches import NOTHING_OFF, Switched

OTHER_KEY = "another key, which another fleet of replicas has"

pytestmark = pytest.mark.anyio


@dataclass(slots=True)
class Replica:
    """An app with what keeps it to the list that all agree on, and what it said."""

    app: App
    link: Link
    said: list[str]
    agreeing: Agreeing

    @property
    def tools(self) -> list[str]:
        return sorted(self.app.toolset.by_name)

    def make_later(self) -> None:
        """Let its list be of a second later, as if the clock had gone on."""
        made = self.app.freshness
        assert made is not None
        self.app.freshness = replace(made, made=made.made + 1)

    async def check(self) -> bool:
        """Ask for the document again; return whether it is another one."""
        return await check_again(self.app, self.said.append, {}) is not None


@dataclass(slots=True)
class Fleet:
    """Replicas of one server, each begun when it is asked for."""

    url: str
    folder: Path
    stack: AsyncExitStack
    links: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    refresh: float | None = None

    async def begin(self, *, key: str = KEY, **options: Any) -> Replica:
        said: list[str] = []
        link = self.links.link(key)
        config = build_config({"spec": self.url, **self.options, **options}, {}, self.folder)
        config = replace(config, refresh=self.refresh)
        opening = open_app(config, said.append, {}, can_change=True, link=link, agrees=True)
        app = await self.stack.enter_async_context(opening)
        return Replica(app, link, said, Agreeing(app=app, link=link, notice=said.append, environ={}))


@asynccontextmanager
async def fleet(redis: RedisServer, upstream: Upstream, folder: Path, **options: Any) -> AsyncIterator[Fleet]:
    async with links(redis.url) as made, AsyncExitStack() as stack:
        yield Fleet(upstream.serve(description("/a", "/b")), folder, stack, made, options)


async def test_one_replica_fetches_the_document_and_the_next_takes_its_list(
    redis: RedisServer, upstream: Upstream, tmp_path: Path
) -> None:
    """Issue 9: one replica fetches a changed document, all serve the same list."""
    async with fleet(redis, upstream, tmp_path) as replicas:
        one = await replicas.begin()
        await one.agreeing.look()
        fetched = len(upstream.seen)
        other = await replicas.begin()
        await other.agreeing.look()
        assert len(upstream.seen) == fetched
        assert other.app.pages.marks() == one.app.pages.marks()
        assert other.app.pages.tools(0) == one.app.pages.tools(0)
        assert other.app.document.source == one.app.document.source
        assert (one.said, other.said) == ([], [])


async def test_of_replicas_that_start_together_one_loads(
    redis: RedisServer, upstream: Upstream, tmp_path: Path
) -> None:
    """The others wait for the one that has begun."""
    async with fleet(redis, upstream, tmp_path) as replicas:
        found: list[Replica] = []

        async def begin() -> None:
            replica = await replicas.begin()
            await replica.agreeing.look()
            found.append(replica)

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(begin)
        assert len(upstream.seen) == 1
        assert len({replica.app.pages.marks() for replica in found}) == 1


async def test_a_changed_document_that_one_has_loaded_is_served_by_all(
    redis: RedisServer, upstream: Upstream, tmp_path: Path
) -> None:
    """Said, and announced to the clients of each; its calls go out by it."""
    async with fleet(redis, upstream, tmp_path) as replicas:
        one = await replicas.begin()
        await one.agreeing.look()
        other = await replicas.begin()
        announced: list[int] = []

        async def note() -> None:
            announced.append(len(other.app.toolset.tools))

        other.app.on_change.append(note)
        upstream.serve(description("/a", "/b", "/c"))
        assert await one.check()
        fetched = len(upstream.seen)
        await one.agreeing.look()
        await other.agreeing.look()
        await other.agreeing.look()
        assert len(upstream.seen) == fetched
        assert other.tools == one.tools
        assert announced == [len(one.tools)]
        assert other.said == [f"another replica has loaded it: the document has changed: {len(one.tools)} tools now"]
        assert not await other.check()


async def test_the_list_that_was_made_later_counts(redis: RedisServer, upstream: Upstream, tmp_path: Path) -> None:
    """So all come to the same one, whoever looks first."""
    async with fleet(redis, upstream, tmp_path) as replicas:
        one = await replicas.begin()
        upstream.serve(description("/a", "/b", "/c"))
        redis.empty()  # neither knows of the other
        other = await replicas.begin()
        other.make_later()
        await one.agreeing.look()
        for replica in (other, one, other, one):
            await replica.agreeing.look()
        assert one.tools == other.tools
        assert len(one.said) == 1
        assert other.said == []


async def test_a_replica_starts_where_the_source_is_out_of_reach(
    redis: RedisServer, upstream: Upstream, tmp_path: Path
) -> None:
    """With the list of the others, which is said when it is asked for in vain."""
    async with fleet(redis, upstream, tmp_path) as replicas:
        one = await replicas.begin()
        await one.agreeing.look()
        upstream.document = b"<html>it is down</html>"
        other = await replicas.begin()
        assert other.tools == one.tools
        assert await other.agreeing.is_doubtful()
        assert not await other.check()
        assert other.said[0].startswith("warning: the last good document stays")


@pytest.mark.parametrize("options", [{"methods": "all"}, {"max_response": "9000"}, {"key": OTHER_KEY}])
async def test_replicas_with_other_options_or_another_key_do_not_take_it(
    redis: RedisServer, upstream: Upstream, tmp_path: Path, options: dict[str, Any]
) -> None:
    """Their list would be another one."""
    async with fleet(redis, upstream, tmp_path) as replicas:
        one = await replicas.begin()
        await one.agreeing.look()
        fetched = len(upstream.seen)
        await replicas.begin(**options)
        assert len(upstream.seen) > fetched


async def test_a_file_is_each_replicas_own(redis: RedisServer, upstream: Upstream, tmp_path: Path) -> None:
    """What stands in it may be another thing on another machine."""
    file = tmp_path / "api.json"
    upstream.serve(description("/a", server=upstream.url))
    file.write_bytes(upstream.document)
    async with fleet(redis, upstream, tmp_path, spec=str(file)) as replicas:
        replica = await replicas.begin()
        assert Watch(keeper=Keeper(notice=print, path=None))._agreeing(replica.app) is None
        with redis_client.Redis.from_url(redis.url) as own:
            assert not own.keys("*list*")


async def test_what_is_put_is_sealed_and_says_nothing(redis: RedisServer, upstream: Upstream, tmp_path: Path) -> None:
    """Neither the options, credentials among them, nor the document."""
    async with fleet(redis, upstream, tmp_path, bearer="s3cr3t") as replicas:
        one = await replicas.begin()
        await one.agreeing.look()
        with redis_client.Redis.from_url(redis.url) as own:
            names: list[bytes] = list(own.scan_iter())
            found = b"".join(name + (own.dump(name) or b"") for name in names)
        assert found
        for said in (b"s3cr3t", b"127.0.0.1", b"openapi:", b"operationId"):  # long enough not to come by chance
            assert said not in found.replace(b"openapi-mcp:", b"")


async def test_a_list_that_is_damaged_is_put_there_anew(redis: RedisServer, upstream: Upstream, tmp_path: Path) -> None:
    """Whoever has one serves on, and gives what it has."""
    async with fleet(redis, upstream, tmp_path) as replicas:
        one = await replicas.begin()
        await one.agreeing.look()
        with redis_client.Redis.from_url(redis.url) as own:
            (key,) = [name for name in own.scan_iter() if own.type(name) == b"hash"]
            own.hset(key, mapping={"made": "9999999999", "mark": "?", "sealed": b"what is this"})
        await one.agreeing.look()
        fetched = len(upstream.seen)
        await replicas.begin()
        assert len(upstream.seen) == fetched
        assert one.said == []


async def test_while_redis_is_away_each_replica_loads_for_itself(
    redis: RedisServer, upstream: Upstream, tmp_path: Path
) -> None:
    """And asks again for itself; once it is there they agree."""
    async with fleet(redis, upstream, tmp_path) as replicas:
        one = await replicas.begin()
        cut(one.link)
        await one.agreeing.look()
        assert await one.agreeing.is_due(60)
        assert await one.agreeing.is_due(60)
        at_once(one.link)
        await one.agreeing.look()
        fetched = len(upstream.seen)
        await replicas.begin()
        assert len(upstream.seen) == fetched


async def test_one_of_the_replicas_asks_again_each_time(redis: RedisServer, upstream: Upstream, tmp_path: Path) -> None:
    """--refresh: however many there are."""
    async with fleet(redis, upstream, tmp_path) as replicas:
        one, other = await replicas.begin(), await replicas.begin()
        due = [await each.agreeing.is_due(600) for each in (one, other, one, other)]
        assert due == [True, False, False, False]
        assert not await one.agreeing.is_doubtful()  # it has loaded the document itself


async def test_where_the_one_that_loads_fails_the_next_one_tries(
    redis: RedisServer, upstream: Upstream, tmp_path: Path
) -> None:
    """At once: it does not wait until the first one's time is over."""
    async with fleet(redis, upstream, tmp_path) as replicas:
        document, upstream.document = upstream.document, b"nothing of use"
        with pytest.raises(OpenapiMcpError):
            await replicas.begin()
        upstream.document = document
        with anyio.fail_after(20):
            await replicas.begin()


async def test_a_list_with_a_secret_in_it_is_not_put_and_that_is_said_once(
    redis: RedisServer, upstream: Upstream, tmp_path: Path
) -> None:
    """No secret leaves this process, sealed or not."""
    async with fleet(redis, upstream, tmp_path, bearer="/a-s3cr3t") as replicas:
        upstream.serve(description("/a-s3cr3t"))
        one = await replicas.begin()
        for _ in range(2):
            await one.agreeing.look()
        assert [line[:57] for line in one.said] == ["warning: the other replicas have to make the list themsel"]


async def test_a_list_that_is_too_large_is_not_put(
    redis: RedisServer, upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each replica makes its own then."""
    monkeypatch.setattr(agreed_module, "MAX_BYTES", 100)
    async with fleet(redis, upstream, tmp_path) as replicas:
        one = await replicas.begin()
        await one.agreeing.look()
        with redis_client.Redis.from_url(redis.url) as own:
            assert not [name for name in own.scan_iter() if own.type(name) == b"hash"]


async def test_what_is_switched_off_makes_another_list(redis: RedisServer) -> None:
    """A list without a tool is not for those that have it."""
    async with links(redis.url) as made:
        config = build_config({"spec": "https://api.example.com/openapi.json"}, {}, Path())
        off = Switched(entries={identity_of(config): {"orders": {"at": "2026-11-21T09:30:00Z"}}})
        names = {Agreed(made.link(), config, switched).name for switched in (NOTHING_OFF, NOTHING_OFF, off)}
        assert len(names) == 2


async def test_a_watch_takes_what_another_replica_has_loaded(
    redis: RedisServer, upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `serve http` runs it; with --refresh one asks for the document."""
    monkeypatch.setattr(watch, "_LOOK", 0.01)
    async with fleet(redis, upstream, tmp_path) as replicas, anyio.create_task_group() as group:
        replicas.refresh = 0.05
        both, changes = [await replicas.begin(), await replicas.begin()], anyio.Event()

        async def note() -> None:
            if all(len(each.app.toolset.tools) == 3 for each in both):
                changes.set()

        for each in both:
            each.app.on_change.append(note)
            group.start_soon(Watch(keeper=Keeper(notice=each.said.append, path=None), environ={}).run, each.app)
        with anyio.fail_after(60):
            while not changes.is_set():
                upstream.serve(description("/a", "/b", "/c"))
                await anyio.sleep(0.05)
        group.cancel_scope.cancel()
    assert any("has changed: 3 tools now" in line for line in (*both[0].said, *both[1].said))


async def test_who_asks_next_takes_first_what_another_has_loaded_since(
    redis: RedisServer, upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--refresh: a change is loaded once, also where the next replica's turn comes before its usual look."""
    monkeypatch.setattr(watch, "_LOOK", 3600)  # only their turns make them look
    async with fleet(redis, upstream, tmp_path) as replicas:
        replicas.refresh = 600
        one = await replicas.begin()
        await one.agreeing.look()
        other = await replicas.begin()
        upstream.serve(description("/a", "/b", "/c"))
        for replica in (one, other):
            turn, is_over = Watch(keeper=Keeper(notice=replica.said.append, path=None), environ={}), anyio.Event()

            async def note(is_over: anyio.Event = is_over) -> None:
                is_over.set()

            replica.app.on_change.append(note)
            with anyio.fail_after(60):
                await turn._source(replica.app, 0.01, is_over, replica.agreeing)
        news = f"the document has changed: {len(one.tools)} tools now"
        assert (one.said, other.said) == ([news], [f"another replica has loaded it: {news}"])


async def test_a_start_holds_up_the_refreshing_of_the_others_for_one_turn_at_most(
    redis: RedisServer, upstream: Upstream, tmp_path: Path
) -> None:
    """--refresh 1: the list that a replica began from is looked at in the place of the next turn, not of five."""
    async with fleet(redis, upstream, tmp_path) as replicas:
        replicas.refresh = 1
        one = await replicas.begin()
        await one.agreeing.look()
        other = await replicas.begin()
        assert await other.agreeing.is_doubtful()
        assert not await one.agreeing.is_due(1)
        with redis_client.Redis.from_url(redis.url) as own:
            assert own.pttl(one.link.key("list-looked", one.agreeing.agreed().name)) <= 1000


async def test_a_lease_that_does_not_end_holds_up_nobody(
    redis: RedisServer, upstream: Upstream, tmp_path: Path
) -> None:
    """Who can write to Redis has put it there: of whatever type, or for longer than any of ours."""
    async with fleet(redis, upstream, tmp_path) as replicas:
        one = await replicas.begin()
        assert await one.agreeing.is_due(60)
        agreed = one.agreeing.agreed()
        looked = one.link.key("list-looked", agreed.name)
        with redis_client.Redis.from_url(redis.url) as own:
            for put in (
                own.set,
                lambda key, value: own.rpush(key, value),
                lambda key, value: own.set(key, value, ex=10**6),
            ):
                for key in (agreed._lease, looked):
                    own.delete(key)
                    put(key, "theirs")
                own.delete(agreed._key)
                with anyio.fail_after(20):
                    await replicas.begin()
                assert await one.agreeing.is_due(60)
                assert not await one.agreeing.is_due(60)


async def test_a_lease_that_is_lengthened_again_and_again_is_waited_for_once(
    redis: RedisServer,
    upstream: Upstream,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """By our own clock, as long as a load may take; that is said."""

    async def never(_agreed: Agreed) -> bool:
        return False

    monkeypatch.setattr(Agreed, "_begin", never)
    monkeypatch.setattr(agreed_module, "_LOADING", 0)
    async with fleet(redis, upstream, tmp_path) as replicas:
        with anyio.fail_after(20):
            assert (await replicas.begin()).tools
    assert "list_not_waited_for" in caplog.text


async def test_options_that_do_not_shape_the_list_make_no_other_one(redis: RedisServer) -> None:
    """Replicas that differ in their own ports and times share it."""
    async with links(redis.url) as made:
        link = made.link()
        said: list[dict[str, Any]] = [
            {},
            {"metrics_port": 9100},
            {"metrics_host": "127.0.0.2"},
            {"drain": 5},
            {"port": 8801},
        ]
        each = [build_config({"spec": "https://api.example.com/openapi.json", **more}, {}, Path()) for more in said]
        assert len({Agreed(link, config, NOTHING_OFF).name for config in each}) == 1
