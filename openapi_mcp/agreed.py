"""One list for all replicas of a server: one of them loads the document and makes it, the others take it from Redis.

A list is known by its server: the version, and all options that it is made from. Of two lists the one that was made
later counts, so all replicas come to the same one, whoever loaded what and when.
"""

import json
import logging
import secrets
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import anyio

from openapi_mcp import __version__
from openapi_mcp.config import Config
from openapi_mcp.generator.stored import Stored, catalogue_in
from openapi_mcp.identity import identity_of, source_of
from openapi_mcp.loader.source import CommandSource, UrlSource
from openapi_mcp.shared.foreign import each, whole, word
from openapi_mcp.shared.link import Link
from openapi_mcp.shared.script import Script
from openapi_mcp.switches import Switched

log = logging.getLogger(__name__)

MAX_BYTES = 64_000_000  # of a list in Redis
_LOADING = 30  # seconds that the others wait for the one that loads
_HANDING_ON = 5  # seconds that it has to put what it has loaded
_LOOK = 0.2  # seconds between two looks of those that wait
_STAYS = 30 * 86_400  # seconds that a list is there which nobody looks at
_PATIENCE = 10.0  # seconds that a list may take on its way
_NOT_OF_THE_LIST = frozenset(
    ("host", "port", "path", "public_url", "allowed_hosts", "allowed_origins", "endpoint_token",
     "allow_unauthenticated", "forward", "forward_optional", "oauth_issuer", "oauth_audience", "oauth_jwks",
     "oauth_scopes", "cache_dir", "no_catalogue", "no_cache", "records", "no_records", "record_arguments", "keep",
     "watch", "refresh", "watch_config", "dashboard", "background_after", "background_timeout", "redis", "shared_key",
     "drain", "metrics_host", "metrics_port", "otel", "access_log", "log_format", "log_level", "quiet", "file")
)  # fmt: skip
_KNOWN = f"""
local made, mark = unpack(redis.call('HMGET', KEYS[1], 'made', 'mark'))
local is_one = made and mark and #made <= 15 and #mark <= 64 and string.match(made, '^%d+$')
if not is_one or not string.match(mark, '^%w+$') or redis.call('HSTRLEN', KEYS[1], 'sealed') > {MAX_BYTES} then
  redis.call('DEL', KEYS[1])
  made, mark = nil, nil
end
"""  # what is not written so is none of ours, and goes
_NEWEST = Script(_KNOWN + "return {made or '', mark or ''}", kinds=["hash"])
_TAKE = Script(_KNOWN + "return {made or '', mark or '', redis.call('HGET', KEYS[1], 'sealed')}", kinds=["hash"])
_PUT = Script(
    _KNOWN
    + """
local own = tonumber(ARGV[1])
if made and ARGV[5] == '' and (tonumber(made) > own or (tonumber(made) == own and mark > ARGV[2])) then return 0 end
redis.call('HSET', KEYS[1], 'made', ARGV[1], 'mark', ARGV[2], 'sealed', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
""",
    kinds=["hash"],
)
_END = Script(
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('EXPIRE', KEYS[1], ARGV[2]) end return 0",
    kinds=["string"],
)

# A lease that does not end by itself, or later than any of ours would, is nobody's.
_ONE = Script("""
local left = redis.call('PTTL', KEYS[1])
if left >= 0 and left <= tonumber(ARGV[3]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
""")

Made = tuple[int, str]
"""When a list was made, in seconds since 1970, and what tells it from others; the later one counts."""
NOTHING: Made = (0, "")
Value = TypeVar("Value")


class Agreed:
    """The list that the replicas with these options agree on."""

    def __init__(self, link: Link, config: Config, switched: Switched) -> None:
        self._link = link
        self._name = link.seal.name(
            "list", __version__, _said(config), _said(switched.entries.get(identity_of(config)))
        )
        self._token = secrets.token_hex(16)
        self._looked = int((config.refresh or 0) * 1000)  # milliseconds

    @property
    def name(self) -> str:
        """What it is known by; the key alone can make it."""
        return self._name

    async def newest(self) -> Made | None:
        """Return which list is there, NOTHING where none of ours is; None where Redis is away."""
        made, mark = each(await self._link.run(_NEWEST, (self._key,), ()), 2)
        return NOTHING if made == mark == b"" else _made(made, mark)

    async def take(self) -> tuple[Made, Stored] | None:
        """Return the list that is there; None where there is none that can be read."""
        made, mark, sealed = each(await self._link.run(_TAKE, (self._key,), (), patience=_PATIENCE), 3)
        found = _made(made, mark)
        if found is None or (packed := self._link.seal.open(sealed, self._purpose(*found))) is None:
            return None
        stored = catalogue_in(zlib.decompress(packed), self._name)
        return (found, stored) if stored is not None else None

    async def put(self, made: Made, data: bytes, *, is_sure: bool = False) -> bool:
        """Put a list there unless a later one is, which `is_sure` to be of no use; return whether it is there now."""
        sealed = self._link.seal.seal(zlib.compress(data, 1), self._purpose(*made))
        if len(sealed) > MAX_BYTES:
            return False
        given = (made[0], made[1], sealed, _STAYS, "sure" if is_sure else "")
        return bool(await self._link.run(_PUT, (self._key,), given, patience=_PATIENCE))

    async def first(self, load: Callable[[], Awaitable[Value]]) -> Value | Stored:
        """Return the list that is there, else what `load` comes to, which one replica does while the others wait."""
        until = anyio.current_time() + _LOADING  # by our own clock: somebody may lengthen a lease for ever
        while (found := await self.take()) is None and not await self._begin():
            if anyio.current_time() >= until:
                log.warning("list_not_waited_for seconds=%s", _LOADING)
                break
            await anyio.sleep(_LOOK)
        if found is not None:
            return found[1]
        lasts = 0
        try:
            value = await load()
            lasts = _HANDING_ON
            return value
        finally:
            with anyio.CancelScope(shield=True):
                await self._link.run(_END, (self._lease,), (self._token, lasts))

    async def is_due(self, seconds: float) -> bool:
        """True once in this time, at one of the replicas; at each of them while Redis is away."""
        key, lasts = self._link.key("list-looked", self._name), max(1, int(seconds * 900))
        return await self._only_one(key, lasts, max(lasts, self._looked))

    async def _begin(self) -> bool:
        return await self._only_one(self._lease, _LOADING * 1000, _LOADING * 1000)

    async def _only_one(self, key: str, lasts: int, longest: int) -> bool:
        """True for the first that asks within so many milliseconds; no other one's last longer than `longest`."""
        return bool(await self._link.run(_ONE, (key,), (self._token, lasts, longest)) != 0)

    @property
    def _key(self) -> str:
        return self._link.key("list", self._name)

    @property
    def _lease(self) -> str:
        return self._link.key("list-loading", self._name)

    def _purpose(self, made: int, mark: str) -> str:
        return f"list {self._name} {made} {mark}"


def may_agree(config: Config) -> bool:
    """True where replicas that ask the same source hear the same; a file is each one's own."""
    return isinstance(source_of(config), UrlSource | CommandSource)


def as_own(stored: Stored, switched: Switched) -> Stored:
    """Return a list that another replica has made as one of ours: what is switched off is said by another file here."""
    return replace(stored, freshness=replace(stored.freshness, switches=switched.state))


def _said(value: Any) -> str:
    """Return all that makes a list what it is, the same in each process."""
    return json.dumps(value, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        names = [each.name for each in fields(value)]
        left_out = _NOT_OF_THE_LIST if isinstance(value, Config) else frozenset()
        return {name: getattr(value, name) for name in names if name not in left_out}
    if isinstance(value, Mapping):
        return dict(value)
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


def _made(made: Any, mark: Any) -> Made | None:
    """Return what tells a list from others; None of what does not."""
    when, which = whole(made), word(mark)
    return (when, which) if when is not None and which is not None else None
