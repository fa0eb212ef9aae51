"""Tools that are switched off at one replica are off at all: each has a file of its own, and they agree by Redis.

What Redis has counts where a replica starts. From then on a change of its own file is told to the others, tool by
tool, and what they have told is written into its file; who reads that finds it as if it were switched here.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from openapi_mcp.shared.link import Link
from openapi_mcp.shared.script import Script
from openapi_mcp.switches import Off, entries, take_over

if TYPE_CHECKING:
    from redis.asyncio import Redis

_KEY = "switches"
_PURPOSE = "what is switched off"
_BEGUN = "begun"  # a field that says that nothing being off is what was wanted
_TELL = Script(
    """
if redis.call('HSETNX', KEYS[1], 'begun', '1') == 0 and ARGV[1] == 'first' then return 0 end
local on = tonumber(ARGV[2])
for at = 3, 2 + on do redis.call('HDEL', KEYS[1], ARGV[at]) end
for at = 3 + on, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1]) end
return 1
""",
    kinds=["hash"],
)

Switches: TypeAlias = dict[tuple[str, str], dict[str, str]]
"""What is said of a tool that is off, by its API and its name."""


@dataclass(slots=True, kw_only=True)
class Switching:
    """Keeps the file of this replica and what all have agreed on alike."""

    link: Link
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _agreed: Switches | None = field(init=False, default=None)

    async def look(self) -> None:
        """Tell what was switched here since, and take what was switched elsewhere.

        Raises:
            ConfigError: the file is damaged, or cannot be written.
        """
        known = entries(self.environ)
        own = _flat(known)
        if not await self._tell(own):
            return
        found = await self._read()
        if found is None:  # Redis is away, or has lost it: then what is off here stays off
            self._agreed = None if self.link.is_there else self._agreed
            return
        if found == own or take_over(known, _nested(found), self.environ):
            self._agreed = found

    async def _tell(self, own: Switches) -> bool:
        """Tell how what is off here differs from what was agreed on; return whether that could be told."""
        agreed = self._agreed
        if agreed is not None and own == agreed:
            return True
        on = [self._field(each) for each in (agreed or {}).keys() - own.keys()]
        off = [each for each in own if own[each] != (agreed or {}).get(each)]
        pairs = [said for each in off for said in (self._field(each), self._sealed(each, own[each]))]
        first = "first" if agreed is None else ""
        key = self.link.key(_KEY)
        return await self.link.run(_TELL, (key,), (first, len(on), *on, *pairs)) is not None

    async def _read(self) -> Switches | None:
        async def read(redis: "Redis") -> dict[Any, Any]:
            return dict(await redis.hgetall(self.link.key(_KEY)))

        nothing: dict[Any, Any] = {}
        found = await self.link.ask(read, nothing)
        if found.pop(_BEGUN.encode(), None) is None:
            return None
        opened = [self.link.seal.open(sealed, self._purpose(name)) for name, sealed in found.items()]
        said = [json.loads(each) for each in opened if each is not None]
        if len(said) < len(found):  # one that is changed, or was put elsewhere, switches nothing on
            return None
        return {(api, tool): dict(how) for api, tool, how in said}

    def _field(self, which: tuple[str, str]) -> str:
        return self.link.seal.name(_KEY, *which)

    def _sealed(self, which: tuple[str, str], how: Mapping[str, str]) -> bytes:
        return self.link.seal.seal(json.dumps([*which, how]).encode(), self._purpose(self._field(which).encode()))

    def _purpose(self, name: bytes) -> str:
        return f"{_PURPOSE}: {name.decode('latin-1')}"  # others may write there what is no UTF-8


def _flat(found: Off) -> Switches:
    return {(api, tool): how for api, tools in found.items() for tool, how in tools.items()}


def _nested(found: Switches) -> Off:
    nested: Off = {}
    for (api, tool), how in found.items():
        nested.setdefault(api, {})[tool] = how
    return nested
