"""The way to Redis: what is asked of it takes no longer than a moment, and where it is not there, that is said once."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from openapi_mcp.shared.seal import Seal

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = logging.getLogger(__name__)

_PATIENCE = 1.0  # seconds that a connection, or an answer, may take
_PAUSE = 1.0  # seconds for which nothing is asked after a failure: calls must not wait for what is not there

Value = TypeVar("Value")


class Link:
    """One process's way to the Redis that its replicas share. Keys begin with `prefix`, values are for `seal`.

    `say` takes a line for a person: one when it is lost, one when it is there again.
    """

    def __init__(self, url: str, seal: Seal, say: Callable[[str], None]) -> None:
        self.url = url
        self.seal = seal
        self.prefix = f"openapi-mcp:{seal.name('prefix')[:8]}"
        self._say = say
        self._redis: Redis | None = None
        self._not_before = 0.0
        self._is_lost = False

    @property
    def is_there(self) -> bool:
        """True where Redis has answered last."""
        return not self._is_lost

    def key(self, *parts: str) -> str:
        """Return the key of a value: ("calls", "c_1") -> "openapi-mcp:3f2a9c41:calls:c_1"."""
        return ":".join((self.prefix, *parts))

    async def ask(self, work: "Callable[[Redis], Awaitable[Value]]", otherwise: Value) -> Value:
        """Return what is asked of Redis, or `otherwise` where it is not there."""
        from redis.exceptions import RedisError

        if time.monotonic() < self._not_before:
            return otherwise
        try:
            found = await work(self._client())
        except (RedisError, OSError, TimeoutError) as error:
            self._lost(error)
            return otherwise
        self._found()
        return found

    async def aclose(self) -> None:
        """Close its connections."""
        if self._redis is not None:
            await self._redis.aclose()

    def _client(self) -> "Redis":
        if self._redis is None:
            self._redis = client(self.url)
        return self._redis

    def _lost(self, error: Exception) -> None:
        self._not_before = time.monotonic() + _PAUSE
        if not self._is_lost:
            self._is_lost = True
            log.warning("redis_lost reason=%s", type(error).__name__)
            self._say(
                "warning: Redis does not answer: calls go on; until it does, limits hold for each replica by itself, "
                "and what is kept here is not found on the others"
            )

    def _found(self) -> None:
        if self._is_lost:
            self._is_lost = False
            self._say("Redis answers again")


def client(url: str, **more: Any) -> "Redis":
    """Return a client that gives up soon, and never tries again by itself: who asks decides what to do without."""
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    return Redis.from_url(
        url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, retry=Retry(NoBackoff(), 1), **more
    )
