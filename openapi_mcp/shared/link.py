"""The way to Redis: what is asked of it takes no longer than a moment, and where it is not there, that is said once."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

import anyio

from openapi_mcp.errors import ConfigError
from openapi_mcp.model.text import one_line
from openapi_mcp.model.told import Told
from openapi_mcp.shared.patience import Patience
from openapi_mcp.shared.seal import Seal

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from openapi_mcp.shared.script import Script

_PATIENCE = 1.0  # seconds that what is asked may take, a new connection included
_TRY = 0.5  # seconds for who finds out whether it is there, or there again: others may stand in line behind it
_PAUSE = 1.0  # seconds for which nothing is asked after a failure: calls must not wait for what is not there
_LONGEST_PAUSE = 5.0  # it doubles up to this while Redis stays away
_UNSURE = 10.0  # seconds after a failure in which others may not have told yet what they had to
_PORT = 6379
_CONNECTIONS = 64  # at most, of one process
_LARGEST = 100_000_000  # bytes of one value: more than anything that we keep
_REASON = 160  # characters
_NO_DATABASE = ("db index is out of range", "invalid db index")  # of Redis, and of its older versions
_HINT = (
    "redis://HOST:6379/0, or rediss://USER:PASSWORD@HOST:6379/0 with TLS; percent-encode # / @ : and % in user and "
    "password (%23 %2F %40 %3A %25); env:NAME keeps it out of the command line"
)
_SETTINGS = "leave it out, or see that each name=value is one that redis-py knows"

# What comes of an answer that is none of a Redis, or is to another question: from its client, or from who asked.
_NONSENSE = (ValueError, TypeError, RecursionError)

Value = TypeVar("Value")


class Link:
    """One process's way to the Redis that its replicas share. Keys begin with `prefix`, values are for `seal`.

    `say` takes a line for a person: one when it is lost, one when it is there again. A link is of the event loop that
    asks first: its connections are of no use in another.

    Raises:
        ConfigError: the URL is none of Redis.
    """

    def __init__(self, url: str, seal: Seal, say: Callable[[str], None]) -> None:
        self.url = url
        self.seal = seal
        self.prefix = f"openapi-mcp:{seal.name('prefix')[:8]}"
        self._say = say
        self._redis = _checked(url)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_lost = False
        self._is_tried = False  # somebody finds out whether it is there again
        self._is_doubted = False  # somebody finds out whether it is there still
        self._answers = 0
        self._patience = Patience()
        self._not_before = 0.0
        self._failed = -math.inf  # when something was last asked and not answered
        self._pause = _PAUSE
        self._refusals: set[str] = set()

    @property
    def address(self) -> str:
        """Where it is, without user, password or database: "127.0.0.1:6379"."""
        parts = urlsplit(self.url)
        return parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or _PORT}"

    @property
    def is_there(self) -> bool:
        """True where Redis has answered last."""
        return not self._is_lost

    @property
    def is_sure(self) -> bool:
        """True where Redis has answered for a while: what it does not know then is not there."""
        return not self._is_lost and time.monotonic() - self._failed > _UNSURE

    def key(self, *parts: str) -> str:
        """Return the key of a value: ("calls", "c_1") -> "openapi-mcp:3f2a9c41:calls:c_1"."""
        return ":".join((self.prefix, *parts))

    async def greet(self) -> None:
        """Find out whether Redis is there; say it where it is not.

        Raises:
            ConfigError: it is, and does not let us in.
        """
        from redis.exceptions import AuthenticationError, ResponseError

        refused: list[Exception] = []

        async def ping(redis: "Redis") -> None:
            try:
                await redis.ping()
            except AuthenticationError as error:
                refused.append(error)
            except ResponseError as error:
                if not _lacks_database(error):
                    raise
                refused.append(error)

        await self.ask(ping, None)
        if refused and _lacks_database(refused[0]):
            message = f"Redis at {self.address} has no database of this number: {self._reason(refused[0])}"
            raise ConfigError(message, where="--redis", hint="most have 0 to 15; it is what the URL ends with: /0")
        if refused:
            message = f"Redis at {self.address} does not let us in: {self._reason(refused[0])}"
            raise ConfigError(message, where="--redis", hint="give user and password in the URL, as env:NAME")

    async def ask(
        self, work: "Callable[[Redis], Awaitable[Value]]", otherwise: Value, *, patience: float = _PATIENCE
    ) -> Value:
        """Return what is asked of Redis, or `otherwise` where it is not there, or refuses.

        It is asked within `patience` seconds in which our own loop runs. One answer that does not come in time is no
        loss: it is lost where it refuses or resets a connection, answers nobody at all, a second question included, or
        comes with what no Redis says. While it is lost, one alone tries, now and then; nobody else waits.
        """
        from redis.exceptions import RedisError, ResponseError

        if self._is_lost and (self._is_tried or time.monotonic() < self._not_before):
            return otherwise
        is_trying = self._is_tried = self._is_lost
        answers = self._answers
        try:
            with self._patience.within(min(patience, _TRY) if is_trying else patience):
                if is_trying:
                    await self._hang_up()
                found = await work(self._here())
        except ResponseError as error:
            self._refused(error)
            return otherwise
        except TimeoutError as error:
            self._failed = time.monotonic()
            if self._is_lost:
                self._lost(error, is_trying=is_trying)
            elif self._answers == answers:
                await self._doubt()
            return otherwise
        except (RedisError, OSError, *_NONSENSE) as error:
            self._lost(error, is_trying=is_trying)
            return otherwise
        finally:
            self._is_tried = self._is_tried and not is_trying
        self._found()
        return found

    async def run(
        self, script: "Script", keys: Sequence[str], values: Sequence[str | bytes | int], patience: float = _PATIENCE
    ) -> Any:
        """Return what a script answers; None where Redis is not there, or refuses it."""
        return await self.ask(partial(script.run, keys=keys, values=values), None, patience=patience)

    async def aclose(self) -> None:
        """Close its connections."""
        with anyio.move_on_after(_PATIENCE, shield=True):
            await self._redis.aclose()

    async def _doubt(self) -> None:
        """Find out whether Redis is there, where nobody has had an answer for a while; one alone does."""
        from redis.exceptions import RedisError, ResponseError

        if self._is_doubted:
            return
        self._is_doubted, answers = True, self._answers
        try:
            with self._patience.within(_TRY):
                await self._here().ping()
            self._found()
        except ResponseError as error:
            self._refused(error)
        except (RedisError, OSError, *_NONSENSE) as error:  # a TimeoutError is an OSError
            if self._answers == answers or not isinstance(error, TimeoutError):
                self._lost(error, is_trying=False)
        finally:
            self._is_doubted = False

    async def _hang_up(self) -> None:
        """Let no connection from before a loss be taken for a second one."""
        pool: Any = self._here().connection_pool
        await pool.update_active_connections_for_reconnect()
        await pool.disconnect(inuse_connections=False)

    def _here(self) -> "Redis":
        loop = asyncio.get_running_loop()
        self._loop = self._loop or loop
        if loop is not self._loop:
            raise RuntimeError("a link to Redis was asked in another event loop than its own")
        return self._redis

    def _refused(self, error: Exception) -> None:
        """Say, once for each kind, what Redis does not do for us; it is there all the same."""
        from redis.exceptions import ClusterDownError, ReadOnlyError

        kind = type(error).__name__
        is_replaced = isinstance(error, (ReadOnlyError, ClusterDownError))  # another one has taken its place, or will
        if is_replaced or _lacks_database(error):
            self._lost(error, is_trying=True)
            return
        self._found()
        if kind not in self._refusals:
            self._refusals.add(kind)
            reason = self._reason(error)
            self._tell(f"warning: Redis refuses something that is asked of it: {reason}", "redis_refused", reason)

    def _lost(self, error: Exception, *, is_trying: bool) -> None:
        if self._is_lost:
            self._pause = min(2 * self._pause, _LONGEST_PAUSE) if is_trying else self._pause
        self._failed = time.monotonic()
        self._not_before = self._failed + self._pause
        if not self._is_lost:
            self._is_lost = True
            reason = self._reason(error)
            self._tell(
                f"warning: Redis does not answer ({self.address}: {reason}): calls go on; until it does, limits hold "
                "for each replica by itself, and what is kept here is not found on the others",
                "redis_lost",
                reason,
            )

    def _found(self) -> None:
        self._answers += 1
        self._pause = _PAUSE
        if self._is_lost:
            self._is_lost, self._failed = False, time.monotonic()
            self._tell("Redis answers again", "redis_found")

    def _tell(self, text: str, event: str, reason: str = "") -> None:
        """Say one line for a person, which is an event with its address and reason in a log of JSON."""
        fields = {"address": self.address, "reason": reason}
        self._say(Told(text, event, {name: said for name, said in fields.items() if said}))

    def _reason(self, error: Exception) -> str:
        """Return why, in a few words, and none of the password."""
        if isinstance(error, _NONSENSE):
            return "what comes is no answer of a Redis"
        said = str(error) or ("it takes too long" if isinstance(error, TimeoutError) else type(error).__name__)
        password = unquote(urlsplit(self.url).password or "")
        return one_line(said.replace(password, "***") if password else said, _REASON).rstrip(".")


def _lacks_database(error: Exception) -> bool:
    """True where no connection comes about, as the database that the URL names is none that there is."""
    return str(error).lower().startswith(_NO_DATABASE)


def client(url: str, **more: Any) -> "Redis":
    """Return a client that gives up soon: a connection that has died is made anew once, and no more is tried.

    Who asks decides what to do without, and how long that may take. The client's own clocks are off: they take a loop
    that is held up for a Redis that is slow.
    """
    from redis.asyncio import BlockingConnectionPool, Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    wanted = {"socket_timeout": None, "socket_connect_timeout": None, "retry": Retry(NoBackoff(), 1), **more}
    pool = BlockingConnectionPool.from_url(url, max_connections=_CONNECTIONS, timeout=None, **wanted)
    pool.connection_kwargs["decode_responses"] = False  # whatever the URL says: what is kept is bytes
    pool.connection_kwargs["parser_class"] = _bounded()
    return Redis.from_pool(pool)


def _bounded() -> Any:
    """Return the client's reader of answers, which reads no value that is larger than any of ours."""
    from redis.asyncio.connection import DefaultParser

    read: Any = getattr(DefaultParser, "_read", None)  # one that is written in C has none, and stays as it is

    async def bounded(self: Any, length: int) -> bytes:
        if not 0 <= length <= _LARGEST:
            raise ValueError("a value of a size that none of ours has")
        return bytes(await read(self, length))

    return type("BoundedParser", (DefaultParser,), {"_read": bounded}) if read else DefaultParser


def _checked(url: str) -> "Redis":
    """Return a client for a URL; what is wrong with it never repeats it: it may hold a password."""
    message, hint = "the URL is none of Redis", _HINT
    try:
        parts = urlsplit(url)
        number = parts.path.strip("/")
        is_whole = parts.scheme in ("redis", "rediss") and parts.hostname and (number or "0").isdecimal()
        if is_whole or (parts.scheme == "unix" and number):
            found = client(url)
            message, hint = "what stands behind the ? of the URL is no setting of Redis' client", _SETTINGS
            kwargs = found.connection_pool.connection_kwargs
            found.connection_pool.connection_class(**kwargs)  # what stands behind the "?" is looked at there
            return found
    except (ValueError, TypeError, AttributeError):
        pass
    raise ConfigError(message, where="--redis", hint=hint)
