"""What a run of a workflow keeps in memory: what its steps yielded last, and what is told of those that are done."""

import sys
from collections.abc import Hashable, Mapping
from typing import Any

from openapi_mcp.workflow.work import Work, parts

MOST_HELD = 64_000_000
"""Bytes of what the steps of a run have yielded, as Python has them, several times those of their JSON."""
_MOST_TOLD = 10_000  # characters of what a step yielded: more than is told, as secrets are masked before that is cut
_DEEPEST = 400
_NODES = 64  # that are looked at between two looks at the work; four of them are a step of it
_MAP = 64  # members: an object of more has names that are its own


class FullError(Exception):
    """What the steps of a run have yielded is more than may be kept."""


class Held:
    """Counts what is kept, by the place where it is: what takes the place of something lets go of that."""

    def __init__(self) -> None:
        self._sizes: dict[Hashable, int] = {}

    def put(self, owner: Hashable, name: str, outputs: Mapping[str, Any], work: Work) -> None:
        """Count what is kept from now on at a place.

        Raises:
            FullError: that is more than may be kept.
            SpentError, GivenUpError: as `Work.spend`.
        """
        self._sizes.pop((owner, name), None)
        left = MOST_HELD - sum(self._sizes.values())
        size = 0
        values = list({id(each): each for each in outputs.values()}.values())
        for number, part in enumerate(parts(values)):
            if number % _NODES == 0:
                work.spend(_NODES // 4)
            size += sys.getsizeof(part)
            if isinstance(part, dict) and len(part) > _MAP:
                size += sum(map(sys.getsizeof, part))
            if size > left:
                raise FullError
        self._sizes[owner, name] = size

    def drop(self, owner: Hashable) -> None:
        """Forget what was kept at the places of an owner."""
        self._sizes = {key: size for key, size in self._sizes.items() if isinstance(key, tuple) and key[0] != owner}


def told(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return as much of what a step yielded as may be told of it, if it fails later: the beginning of each value."""
    room = _Room(_MOST_TOLD)
    return {name: room.cut(value, _DEEPEST) for name, value in outputs.items() if room.left > 0}


class _Room:
    """Characters of JSON, about, that are `left` for values."""

    def __init__(self, left: int) -> None:
        self.left = left

    def cut(self, value: Any, levels: int) -> Any:
        self.left -= 3 if isinstance(value, dict | list) else 1
        if isinstance(value, str):
            value = value[: max(0, self.left)]
            self.left -= len(value)
        elif isinstance(value, dict | list) and levels == 0:
            return None
        elif isinstance(value, dict):
            members = {}
            for name, each in value.items():
                if self.left <= 0:
                    break
                self.left -= len(name)
                members[name] = self.cut(each, levels - 1)
            return members
        elif isinstance(value, list):
            items: list[Any] = []
            for each in value:
                if self.left <= 0:
                    break
                items.append(self.cut(each, levels - 1))
            return items
        return value
