"""The way to Redis, with a real one that is stopped, killed, hung and started again in the middle."""

import asyncio
import random
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio
import anyio.abc
import anyio.lowlevel
import pytest
import trustme
from redis.asyncio import Redis
from support.links import KEY, Linked, closed_port, linked, links
from support.redis import RedisServer

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.told import Told
from openapi_mcp.shared.link import Link
from openapi_mcp.shared.script import Script
from openapi_mcp.shared.seal import Seal

pytestmark = pytest.mark.anyio


async def put(redis: Redis) -> str:
    await redis.set("a", "1")
    return "put"


async def get(redis: Redis) -> bytes | None:
    found = await redis.get("a")
    return found if isinstance(found, bytes) else None


async def echo(link: Link, text: str) -> bytes | str:
    async def ask(redis: Redis) -> bytes:
        found = await redis.echo(text)
        assert isinstance(found, bytes)
        return found

    return await link.ask(ask, "nothing")


async def until_there(link: Linked) -> None:
    """Ask until Redis answers again."""
    with anyio.fail_after(20):
        while not link.is_there:
            link._not_before = 0.0
            await link.ask(put, "away")


async def test_what_is_asked_is_answered(redis: RedisServer) -> None:
    """The plain case; nothing is said."""
    async with linked(redis.url) as link:
        assert await link.ask(put, "away") == "put"
        assert await link.ask(get, None) == b"1"
        assert (link.is_there, link.said) == (True, [])


async def test_keys_say_whose_they_are(redis: RedisServer) -> None:
    """Fleets with other keys meet in no key."""
    async with links(redis.url, KEY, "other" * 10) as (one, other):
        assert one.key("calls", "c_1") == f"{one.prefix}:calls:c_1"
        assert one.prefix != other.prefix
        assert one.namespace("a").key("turns", "t") != one.namespace("b").key("turns", "t")


@pytest.mark.parametrize("kill", [False, True])
async def test_without_redis_the_answer_is_the_other_one_and_that_is_said_once(
    redis: RedisServer, *, kill: bool
) -> None:
    """Said when it is lost, and when it is there again; nothing waits in between."""
    async with linked(redis.url) as link:
        await link.ask(put, "away")
        redis.stop(kill=kill)
        assert [await link.ask(put, "away") for _ in range(50)] == ["away"] * 50
        assert len(link.said) == 1
        assert link.said[0].startswith("warning: Redis does not answer (")
        assert not link.is_there
        redis.start()
        await until_there(link)
        assert link.said[1:] == ["Redis answers again"]
        assert await link.ask(get, None) == b"1"


async def test_connections_that_died_with_a_restart_are_made_anew_in_silence(redis: RedisServer) -> None:
    """Redis was away, and nobody asked meanwhile."""
    async with linked(redis.url) as link:
        await link.ask(put, "away")
        redis.stop()
        redis.start()
        assert await link.ask(get, None) == b"1"
        assert link.said == []


async def test_after_a_loss_no_connection_from_before_it_is_used(redis: RedisServer) -> None:
    """One that died with Redis, and was used only later, would be a second loss; those in use are hung up after it."""
    async with linked(redis.url) as link, Redis(port=redis.port) as own:
        await asyncio.gather(*(link.ask(put, "away") for _ in range(9)))
        in_use = asyncio.create_task(link.ask(_wait_for_it, "late", patience=30))
        while not any(each["cmd"] == "blpop" for each in await own.client_list()):
            await anyio.lowlevel.checkpoint()
        before = {each["id"] for each in await own.client_list()} - {str(await own.client_id())}
        link._lost(OSError("one of them was reset"), is_trying=False)
        await until_there(link)
        await own.rpush("it", "put")
        assert await in_use == "put"
        await asyncio.gather(*(link.ask(put, "away") for _ in range(20)))
        with anyio.fail_after(20):
            while before & {each["id"] for each in await own.client_list()}:
                await anyio.lowlevel.checkpoint()
        assert [line == "Redis answers again" for line in link.said] == [False, True]


async def _wait_for_it(redis: Redis) -> str:
    await redis.blpop(["it"], 0)
    return "put"


async def test_a_redis_that_hangs_holds_up_one_for_a_moment_and_nobody_after_it(redis: RedisServer) -> None:
    """While it is lost one alone finds out whether it is back; the others go on at once."""
    async with linked(redis.url) as link:
        await link.ask(put, "away")
        assert redis.process is not None
        redis.process.send_signal(signal.SIGSTOP)
        try:
            assert await link.ask(put, "away", patience=0.1) == "away"
            assert "takes too long" in link.said[0]
            assert await link.ask(put, "away") == "away"  # within the pause: not asked
            link._not_before = 0.0
            async with anyio.create_task_group() as group:
                group.start_soon(link.ask, put, "away")
                await anyio.lowlevel.checkpoint()
                await anyio.lowlevel.checkpoint()
                assert link._is_tried
                with anyio.fail_after(0.5):
                    assert await link.ask(put, "away") == "away"
                group.cancel_scope.cancel()
            assert not link._is_tried  # or nobody would ever ask again
        finally:
            redis.process.send_signal(signal.SIGCONT)
        await until_there(link)
        assert len(link.said) == 2


@pytest.mark.parametrize("seconds", [3.0, 1.0])
async def test_a_loop_that_is_held_up_is_no_lost_redis(redis: RedisServer, seconds: float) -> None:
    """The answer is there, only nobody has read it: at the first question, which connects, and at later ones."""
    async with linked(redis.url) as link:
        for turns in (1, 2, 3, 5, 8, 13, 21) if seconds < 2 else (2,):
            async with anyio.create_task_group() as group:
                asked = asyncio.create_task(link.ask(put, "away", patience=0.2 if seconds < 2 else 1.0))
                group.start_soon(_block, turns, seconds)
            assert await asked == "put"
            await link._redis.connection_pool.disconnect()
        async with anyio.create_task_group() as group:
            asked = asyncio.create_task(link.ask(put, "away"))
            group.start_soon(_block, 1, seconds)
        assert await asked == "put"
        assert link.said == []


async def _block(turns: int, seconds: float) -> None:
    for _ in range(turns):
        await anyio.lowlevel.checkpoint()
    _hold_up(seconds)


def _hold_up(seconds: float) -> None:
    """Let the loop stand still."""
    time.sleep(seconds)


async def test_a_loop_each_turn_of_which_takes_long_is_no_lost_redis(redis: RedisServer) -> None:
    """Many calls at once on a machine that others use as well: a new connection takes some twenty turns."""
    async with linked(redis.url) as link:
        asked = asyncio.create_task(link.ask(put, "away"))
        while not asked.done():
            await _block(1, 0.06)
        assert (await asked, link.said) == ("put", [])


async def _too_long(redis: Redis) -> str:
    await redis.blpop(["nothing"], 0)
    return "put"


async def test_one_answer_that_comes_late_is_no_lost_redis(redis: RedisServer) -> None:
    """A second question has its answer: said nowhere, and all goes on."""
    async with linked(redis.url) as link:
        assert await link.ask(_too_long, "late", patience=0.1) == "late"
        assert (link.is_there, link.said) == (True, [])
        assert await link.ask(put, "away") == "put"


async def test_who_waits_in_line_while_others_are_answered_has_lost_nothing(redis: RedisServer) -> None:
    """More questions than connections: there is no second question then."""
    async with linked(redis.url) as link:
        link._redis.connection_pool.max_connections = 2
        late = asyncio.create_task(link.ask(_too_long, "late", patience=0.3))
        while not late.done():
            assert await link.ask(put, "away") == "put"
        assert await late == "late"
        assert (link.is_there, link.said) == (True, [])


async def test_of_many_that_wait_for_a_redis_that_hangs_one_asks_again(redis: RedisServer) -> None:
    """It is lost then, which is said once; nobody's second question comes after another's."""
    async with linked(redis.url) as link:
        await asyncio.gather(*(link.ask(put, "away") for _ in range(20)))
        assert redis.process is not None
        redis.process.send_signal(signal.SIGSTOP)
        try:
            found = await asyncio.gather(*(link.ask(put, "away", patience=0.1) for _ in range(20)))
            assert found == ["away"] * 20
            assert (link.is_there, link._is_doubted, len(link.said)) == (False, False, 1)
        finally:
            redis.process.send_signal(signal.SIGCONT)
        await until_there(link)
        assert link.said[1:] == ["Redis answers again"]


async def test_who_is_cancelled_at_the_second_question_leaves_it_to_others(redis: RedisServer) -> None:
    """Or nobody would ever ask it."""
    async with linked(redis.url) as link:
        await link.ask(put, "away")
        assert redis.process is not None
        redis.process.send_signal(signal.SIGSTOP)
        try:
            asked = asyncio.create_task(link.ask(put, "away", patience=0.05))
            while not link._is_doubted:
                await anyio.lowlevel.checkpoint()
            asked.cancel()
            await asyncio.wait([asked])
            assert (link._is_doubted, link.is_there) == (False, True)
        finally:
            redis.process.send_signal(signal.SIGCONT)


async def test_a_second_question_that_is_refused_is_an_answer(redis: RedisServer) -> None:
    """Of a Redis that lets us do some things only."""
    async with Redis(port=redis.port) as own:
        await own.acl_setuser("some", enabled=True, passwords=["+word"], keys=["*"], commands=["+@all", "-ping"])
        try:
            async with linked(f"redis://some:word@127.0.0.1:{redis.port}") as link:
                assert await link.ask(_too_long, "late", patience=0.1) == "late"
                assert link.is_there
                assert [line.startswith("warning: Redis refuses") for line in link.said] == [True]
        finally:
            await own.acl_deluser("some")


async def test_a_database_that_is_not_there_ends_a_start_and_is_no_redis_found(redis: RedisServer) -> None:
    """An operator's finding: /readyz said that all is well, and nothing at all worked."""
    async with linked(f"redis://127.0.0.1:{redis.port}/77") as link:
        with pytest.raises(ConfigError, match="has no database of this number") as raised:
            await link.greet()
        assert raised.value.where == "--redis"
        assert await link.ask(put, "away") == "away"
        assert not link.is_there
        assert [(line.event, dict(line.fields)) for line in link.said if isinstance(line, Told)] == [
            ("redis_lost", {"address": link.address, "reason": "DB index is out of range"})
        ]


@pytest.mark.parametrize(
    ("url", "message", "hint"),
    [
        ("redis://me:a/b#c@127.0.0.1:6379/0", "none of Redis", "percent-encode"),
        ("redis://127.0.0.1:6379/0?colour=red", "behind the \\?", "redis-py knows"),
    ],
)
def test_a_url_that_is_none_is_told_with_what_to_write(url: str, message: str, hint: str) -> None:
    """Passwords in base64 have / in them."""
    with pytest.raises(ConfigError, match=message) as raised:
        Link(url, Seal(KEY), pytest.fail)
    assert hint in (raised.value.hint or "")
    assert "a/b" not in str(raised.value)


async def test_pauses_grow_while_it_stays_away(redis: RedisServer) -> None:
    """Up to five seconds; an answer counts anew."""
    async with linked(f"redis://127.0.0.1:{closed_port()}/0") as link:
        pauses = []
        for _ in range(5):
            link._not_before = 0.0
            await link.ask(put, "away")
            pauses.append(link._pause)
        assert pauses == [1.0, 2.0, 4.0, 5.0, 5.0]
        assert link._not_before > time.monotonic()
        assert len(link.said) == 1


async def test_who_is_cancelled_in_the_middle_leaves_no_answer_for_the_next(redis: RedisServer) -> None:
    """A connection on which an answer is under way is closed, not given to another call."""
    async with linked(redis.url) as link:
        chance = random.Random(7)
        for number in range(150):
            with anyio.move_on_after(chance.random() * 0.0008):
                await echo(link, f"lost {number}")
            assert await echo(link, f"kept {number}") == f"kept {number}".encode()
        assert link.said == []


async def test_many_ask_at_once(redis: RedisServer) -> None:
    """Over a bounded number of connections."""
    async with linked(redis.url) as link:
        found = await asyncio.gather(*(echo(link, str(number)) for number in range(1000)))
        assert found == [str(number).encode() for number in range(1000)]
        assert link.said == []
        async with Redis(port=redis.port) as own:
            assert len(await own.client_list()) <= 65


async def test_what_redis_refuses_is_said_once_and_it_is_there_all_the_same(redis: RedisServer) -> None:
    """Somebody else's data in a key of ours costs what is kept there, nothing else."""
    async with linked(redis.url) as link:

        async def wrong(redis: Redis) -> str:
            await redis.lpush("a", "1")
            return "done"

        await link.ask(put, "away")
        assert [await link.ask(wrong, "refused") for _ in range(3)] == ["refused"] * 3
        assert link.is_there
        assert len(link.said) == 1
        assert "WRONGTYPE" in link.said[0]
        assert await link.ask(get, None) == b"1"


async def test_a_redis_that_may_only_be_read_is_as_good_as_away(redis: RedisServer) -> None:
    """After a failover the old one is: a new connection finds the one in its place."""
    async with linked(redis.url) as link, Redis(port=redis.port) as own:
        await own.replicaof("127.0.0.1", str(closed_port()))
        try:
            assert await link.ask(put, "away") == "away"
            assert not link.is_there
        finally:
            await own.replicaof("NO", "ONE")
        await until_there(link)


async def test_a_fault_of_our_own_is_none_of_redis(redis: RedisServer) -> None:
    """A bug is raised, not swallowed."""
    async with linked(redis.url) as link:

        async def bug(_redis: Redis) -> str:
            raise KeyError("x")

        with pytest.raises(KeyError):
            await link.ask(bug, "away")
        assert link.is_there


def test_a_link_is_of_one_event_loop(redis: RedisServer) -> None:
    """Its connections would wait for ever in another."""
    link = Linked(redis.url)
    assert asyncio.run(_once(link)) == "put"
    with pytest.raises(RuntimeError, match="another event loop"):
        asyncio.run(_once(link))


async def _once(link: Linked) -> str:
    try:
        return await link.ask(put, "away")
    finally:
        await link.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "http://:s3cret@localhost", "localhost:6379", "redis://", "redis://:s3cret@h:port/0", "redis://:s3cret@h/x",
        "redis://:s3cret@h/0?max=3", "redis://[::1", "unix://", "", "redis://:s3cret@h/0?socket_timeout=soon",
    ],
)  # fmt: skip
def test_a_url_that_is_none_is_said_without_its_password(url: str) -> None:
    """What, where, what to do."""
    with pytest.raises(ConfigError) as raised:
        Linked(url)
    assert raised.value.where == "--redis"
    assert any(said in (raised.value.hint or "") for said in ("rediss://", "redis-py"))
    assert "s3cret" not in f"{raised.value} {raised.value.hint} {raised.value.__cause__}"


@pytest.mark.parametrize("url", ["redis://h", "rediss://u:p@h:6380/1?ssl_ca_certs=/ca.pem", "unix:///run/redis.sock"])
def test_urls_of_redis(url: str) -> None:
    """As Redis's own client has them."""
    assert not Linked(url).said


async def test_a_password_that_is_wrong_is_said_at_once_and_one_that_is_right_opens(redis: RedisServer) -> None:
    """It is a setting to correct, not a Redis to wait for; no password is shown."""
    async with Redis(port=redis.port) as own:
        await own.config_set("requirepass", "r1ght")
        try:
            for word in ("", ":wr0ng@"):
                async with linked(f"redis://{word}127.0.0.1:{redis.port}") as link:
                    with pytest.raises(ConfigError, match="does not let us in") as raised:
                        await link.greet()
                    assert "wr0ng" not in f"{raised.value} {raised.value.hint} {link.said}"
            async with linked(f"redis://:r1ght@127.0.0.1:{redis.port}") as link:
                await link.greet()
                assert await link.ask(put, "away") == "put"
        finally:
            await own.config_set("requirepass", "")


async def test_a_password_that_is_changed_in_the_middle_is_said(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """As a Redis that is lost; calls go on."""
    async with Redis(port=redis.port) as own, linked(f"redis://:s3cret@127.0.0.1:{redis.port}") as link:
        await own.config_set("requirepass", "an0ther")
        try:
            assert await link.ask(put, "away") == "away"
        finally:
            await own.config_set("requirepass", "")
        assert len(link.said) == 1
        assert "s3cret" not in f"{link.said} {caplog.text}"


async def test_a_redis_that_is_away_at_the_start_is_said_and_found_later(redis: RedisServer) -> None:
    """A replica starts without it."""
    redis.stop()
    async with linked(redis.url) as link:
        await link.greet()
        assert [line.startswith("warning: Redis does not answer (") for line in link.said] == [True]
        redis.start()
        await until_there(link)
        assert link.said[-1] == "Redis answers again"


def test_a_reason_repeats_no_password() -> None:
    """Should a library ever say it."""
    link = Linked("redis://:p%40ss@h")
    assert link._reason(OSError("cannot use p@ss here")) == "cannot use *** here"


class Tls:
    """A Redis that speaks TLS, with an authority of the test's own."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.ca, self.port = folder / "ca.pem", closed_port()
        authority.cert_pem.write_to_path(str(self.ca))
        made = authority.issue_cert("localhost")
        made.private_key_and_cert_chain_pem.write_to_path(str(folder / "own.pem"))
        files = ["--tls-cert-file", folder / "own.pem", "--tls-key-file", folder / "own.pem", "--tls-ca-cert-file"]
        options = ["--port", "0", "--tls-port", str(self.port), *map(str, files), str(self.ca), "--tls-auth-clients"]
        self.process = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--save", "", *options, "no"], stdout=subprocess.DEVNULL
        )


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[Tls]:
    server = Tls(tmp_path)
    yield server
    server.process.kill()
    server.process.wait(30)


@asynccontextmanager
async def over_tls(server: Tls, host: str, more: str = "") -> AsyncIterator[Linked]:
    async with linked(f"rediss://{host}:{server.port}/0{more}") as link:
        yield link


@pytest.mark.service
async def test_tls_is_believed_only_with_a_certificate_that_fits(tls: Tls) -> None:
    """Both the authority and the name."""
    async with over_tls(tls, "localhost", f"?ssl_ca_certs={tls.ca}") as link:
        with anyio.fail_after(20):
            while await link.ask(put, "away") != "put":  # it takes a moment to start
                link._not_before = 0.0
    async with over_tls(tls, "localhost") as link:
        assert await link.ask(put, "away") == "away"
        assert "certificate" in link.said[0].lower()
    async with over_tls(tls, "127.0.0.1", f"?ssl_ca_certs={tls.ca}") as link:
        assert await link.ask(put, "away") == "away"


async def test_a_script_is_sent_again_where_redis_has_forgotten_it(redis: RedisServer) -> None:
    """After a restart, say."""
    double = Script("return ARGV[1] * 2")
    async with linked(redis.url) as link, Redis(port=redis.port) as own:
        assert await link.run(double, [], [4]) == 8
        await own.script_flush()
        assert await link.run(double, [], [5]) == 10
        assert await link.run(Script("return redis.call('GET')"), [], []) is None
        assert link.is_there


async def test_no_connections_are_left_open(redis: RedisServer) -> None:
    """What a replica opened it closes."""
    async with Redis(port=redis.port) as own:
        async with linked(redis.url) as link:
            await asyncio.gather(*(echo(link, "x") for _ in range(100)))
            assert len(await own.client_list()) > 2
        with anyio.fail_after(20):
            while len(await own.client_list()) > 1:
                await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize(
    "answer",
    [
        b"+OK\r\n", b":1\r\n", b":abc\r\n", b"$abc\r\n", b"$-7\r\n", b"*abc\r\n", b"*3\r\n:1\r\n:2\r\n:3\r\n",
        b"%1\r\n*0\r\n:1\r\n",
        b"~1\r\n*0\r\n", b"*1\r\n" * 5000, b"$999999999999\r\nx", b"x" * 200_000, b"\r\n", b"_\r\n",
        b",abc\r\n", b"#x\r\n",
        b"=3\r\nabc\r\n", b"-ERR no\r\n", b">2\r\n+a\r\n:1\r\n", b"(abc\r\n", b"!3\r\nabc\r\n", b"|1\r\n+a\r\n+b\r\n",
    ],
    ids=lambda answer: repr(answer[:12]),
)  # fmt: skip
async def test_what_answers_as_no_redis_does_is_one_that_is_away(answer: bytes) -> None:
    """Whatever stands at that address: a start, a question and a script go on without it."""

    async def nonsense(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
                while asked := await stream.receive():
                    await stream.send(answer * max(1, asked.count(b"*")))

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as group, linked(f"redis://127.0.0.1:{port}/0") as link:
        group.start_soon(listener.serve, nonsense)
        await link.greet()
        for _ in range(3):
            link._not_before = 0.0
            assert await link.ask(_length, -1, patience=0.3) in (-1, 0, 1)
            link._not_before = 0.0
            await link.run(Script("return 1"), ["a"], [], patience=0.3)
        group.cancel_scope.cancel()


async def _length(redis: Redis) -> int:
    return int(await redis.strlen("a"))
