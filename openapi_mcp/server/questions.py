"""Questions that a person has been asked and has not answered yet: each is good for one answer about one call."""

import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from openapi_mcp.shared.link import Link
from openapi_mcp.shared.script import Script

if TYPE_CHECKING:
    from redis.asyncio import Redis

PATIENCE = 600.0  # seconds that a person has for an answer
_MOST_OPEN = 10_000  # questions without an answer; whose question was dropped is asked anew
# A question that was answered stays known as such for as long as an answer to it is good, so that whoever puts it back
# has no second one.
_TAKE = Script(
    """
local found = redis.call('GET', KEYS[1])
redis.call('DEL', KEYS[1])
if not found or not redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1]) then return '' end
return found
""",
    kinds=["string"],
)
_SHARED = "r"
_OWN = "m"


class Questions:
    """Keeps what each question is about by a name that nobody can guess: here, or where there is a `link`, in Redis.

    The name says where, so that what is in one place is not good for a second answer in the other. While Redis is away
    a question is this replica's own: another one asks anew.
    """

    def __init__(self, link: Link | None = None) -> None:
        self._link = link
        self._open: OrderedDict[str, str] = OrderedDict()

    async def begin(self, about: str) -> str:
        """Return the name of a new question about a call."""
        if self._link is not None:
            name = f"{_SHARED}{secrets.token_urlsafe(32)}"
            if await self._put(self._link, name, about):
                return name
        name = f"{_OWN}{secrets.token_urlsafe(32)}"
        self._open[name] = about
        if len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)
        return name

    async def is_about(self, name: str, about: str) -> bool:
        """True where a question of this name is open, about this call; it is open no more."""
        if self._link is not None and name.startswith(_SHARED):
            return bool(await self._take(self._link, name) == self._link.seal.name(_SHARED, about).encode())
        return self._open.pop(name, None) == about

    async def _put(self, link: Link, name: str, about: str) -> bool:
        key, said = self._key(link, name), link.seal.name(_SHARED, about)

        async def put(redis: "Redis") -> bool:
            return bool(await redis.set(key, said, ex=int(PATIENCE)))

        return await link.ask(put, False)

    async def _take(self, link: Link, name: str) -> Any:
        keys = (self._key(link, name), self._key(link, name, "question-answered"))
        return await link.run(_TAKE, keys, (int(PATIENCE),))

    def _key(self, link: Link, name: str, kind: str = "question") -> str:
        return link.key(kind, link.seal.name("question", name))
