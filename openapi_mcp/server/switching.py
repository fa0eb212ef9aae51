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
from openapi_mcp.switches import Off, entries, take_over

if TYPE_CHECKING:
    from redis.asyncio import Redis

_KEY = "switches"
_PURPOSE = "what is switched off"
_BEGUN = "begun"  # a field that says that nothing being off is what was wanted

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
        is_first = agreed is None
        on = [self._field(each) for each in (agreed or {}).keys() - own.keys()]
        off = {
            self._field(each): self._sealed(each, own[each]) for each in own if own[each] != (agreed or {}).get(each)
        }
        key = self.link.key(_KEY)

        async def tell(redis: "Redis") -> bool:
            if is_first and not await redis.hsetnx(key, _BEGUN, "1"):
                return True  # what they have counts
            if on:
                await redis.hdel(key, *on)
            if off:
                await redis.hset(key, mapping=off)
            return True

        return await self.link.ask(tell, False)

    async def _read(self) -> Switches | None:
        async def read(redis: "Redis") -> dict[Any, Any]:
            return dict(await redis.hgetall(self.link.key(_KEY)))

        found = await self.link.ask(read, {})
        if _BEGUN.encode() not in found:
            return None
        opened = [self.link.seal.open(each, _PURPOSE) for name, each in found.items() if name != _BEGUN.encode()]
        said = [json.loads(each) for each in opened if each is not None]
        return {(api, tool): dict(how) for api, tool, how in said}

    def _field(self, which: tuple[str, str]) -> str:
        return self.link.seal.name(_KEY, *which)

    def _sealed(self, which: tuple[str, str], how: Mapping[str, str]) -> bytes:
        return self.link.seal.seal(json.dumps([*which, how]).encode(), _PURPOSE)


def _flat(found: Off) -> Switches:
    return {(api, tool): how for api, tools in found.items() for tool, how in tools.items()}


def _nested(found: Switches) -> Off:
    nested: Off = {}
    for (api, tool), how in found.items():
        nested.setdefault(api, {})[tool] = how
    return nested
