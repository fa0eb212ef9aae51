"""Answers that were cut, kept to be read on: for some time, within some bytes, each for its caller alone.

In memory, and where replicas share what they keep, there too: while that cannot be had, memory does alone.
"""

import json
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.jsontext import read_json, write_json

if TYPE_CHECKING:
    from openapi_mcp.shared.answers import SharedAnswers
    from openapi_mcp.shared.namespace import Namespace

MAX_BYTES = 64 << 20  # of all of them together; the least recently used go first
MAX_AGE = 3600.0  # seconds
_ENTRY = 500  # bytes that one takes beside what it holds
_HANDLE = 24  # characters

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer as text, which takes a tenth of what its values take; kept `since` then, and about these `tools`.

    Of one that another replica has kept nobody here knows since when. `is_here_alone`: other replicas do not have it.
    """

    tools: tuple[str, ...]
    data: bytes
    is_json: bool
    since: float = 0.0
    is_here_alone: bool = False

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return len(self.data) + _ENTRY

    def answer(self) -> Answer:
        """Return the answer; of a large one that takes a moment."""
        text = self.data.decode()
        return Answer(value=read_json(text) if self.is_json else None, text=text, is_json=self.is_json)


class KeptAnswers:
    """Answers by a handle that nobody guesses; another caller's handle finds nothing. `clock` counts seconds.

    With a `namespace` what one replica gives a handle for is read by any of them.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        max_bytes: int = MAX_BYTES,
        max_age: float = MAX_AGE,
        namespace: "Namespace | None" = None,
    ) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._by_age: dict[_Key, Kept] = {}
        self._by_use: OrderedDict[_Key, None] = OrderedDict()
        self._size = 0
        self._shared = _shared(namespace, max_bytes, max_age) if namespace is not None else None

    async def keep(self, answer: Answer, caller: str, *tools: str) -> str | None:
        """Return the handle of an answer about these tools, JSON or text; None where it alone is more than may be kept.

        What we said of it (its note) has been said, and is not kept.
        """
        text = answer.text or (write_json(answer.value) if answer.is_json else "")
        kept = Kept(tools=tools, data=text.encode("utf-8", "replace"), is_json=answer.is_json, since=self._clock())
        if kept.size > self._max_bytes:
            return None
        key = (caller, f"r_{secrets.token_urlsafe(16)}")
        self._by_age[key] = kept
        self._by_use[key] = None
        self._size += kept.size
        self._drop_old()
        if self._shared is not None:
            is_told = await self._shared.keep(key[1], caller, _written(kept))
            if not is_told and key in self._by_age:
                self._by_age[key] = replace(kept, is_here_alone=True)
        return key[1]

    def is_here_alone(self, handle: str, caller: str) -> bool:
        """True for an answer that could be kept in this process only, though there are replicas."""
        kept = self._by_age.get((caller, handle))
        return kept is not None and kept.is_here_alone

    def may_be_elsewhere(self, handle: str) -> bool:
        """True for a handle of which another replica may know that cannot be asked, or has not told of it yet."""
        return self._shared is not None and is_handle(handle) and not self._shared.namespace.link.is_sure

    async def find(self, handle: str, caller: str) -> Kept | None:
        """Return what a handle stands for; None where this caller has none, or no longer."""
        self._drop_old()
        kept = self._by_age.get((caller, handle))
        if kept is not None:
            self._by_use.move_to_end((caller, handle))
        elif self._shared is not None and is_handle(handle):
            kept = _read(await self._shared.find(handle, caller))
        return kept

    async def holds(self, handle: str, caller: str) -> bool:
        """True where `find` would find something."""
        self._drop_old()
        if (caller, handle) in self._by_age or self._shared is None or not is_handle(handle):
            return (caller, handle) in self._by_age
        return await self._shared.holds(handle, caller)

    def _drop_old(self) -> None:
        oldest = self._clock() - self._max_age
        while self._by_age and self._by_age[first := next(iter(self._by_age))].since < oldest:
            self._drop(first)
        while self._size > self._max_bytes:
            self._drop(next(iter(self._by_use)))

    def _drop(self, key: _Key) -> None:
        self._size -= self._by_age.pop(key).size
        del self._by_use[key]


def _shared(namespace: "Namespace", max_bytes: int, max_age: float) -> "SharedAnswers":
    from openapi_mcp.shared.answers import SharedAnswers

    return SharedAnswers(namespace=namespace, max_bytes=max_bytes, max_age=max_age)


def is_handle(text: str) -> bool:
    """True for what has the form of a handle: of anything else nobody is asked."""
    return len(text) == _HANDLE and text.startswith("r_")


def _written(kept: Kept) -> bytes:
    """Return an answer as one piece: a line of JSON that says what it is, and its text."""
    return json.dumps({"tools": kept.tools, "is_json": kept.is_json}).encode() + b"\n" + kept.data


def _read(written: bytes | None) -> Kept | None:
    """Return the answer that `_written` has made so; it was sealed, so nobody else has."""
    if written is None:
        return None
    head, _, data = written.partition(b"\n")
    told = json.loads(head)
    return Kept(tools=tuple(told["tools"]), data=data, is_json=told["is_json"])
