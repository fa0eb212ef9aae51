"""Answers that were cut, kept in memory to be read on: for some time, within some bytes, each for its caller alone."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.jsontext import read_json, write_json

MAX_BYTES = 64 << 20  # of all of them together; the least recently used go first
MAX_AGE = 3600.0  # seconds
_ENTRY = 500  # bytes that one takes beside what it holds

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer as text, which takes a tenth of what its values take; kept `since` then, and about these `tools`."""

    tools: tuple[str, ...]
    data: bytes
    is_json: bool
    since: float

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return len(self.data) + _ENTRY

    def answer(self) -> Answer:
        """Return the answer; of a large one that takes a moment."""
        text = self.data.decode()
        return Answer(value=read_json(text) if self.is_json else None, text=text, is_json=self.is_json)


class KeptAnswers:
    """Answers by a handle that nobody guesses; another caller's handle finds nothing. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float], *, max_bytes: int = MAX_BYTES, max_age: float = MAX_AGE) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._by_age: dict[_Key, Kept] = {}
        self._by_use: OrderedDict[_Key, None] = OrderedDict()
        self._size = 0

    def keep(self, answer: Answer, caller: str, *tools: str) -> str | None:
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
        return key[1]

    def find(self, handle: str, caller: str) -> Kept | None:
        """Return what a handle stands for; None where this caller has none, or no longer."""
        self._drop_old()
        kept = self._by_age.get((caller, handle))
        if kept is not None:
            self._by_use.move_to_end((caller, handle))
        return kept

    def _drop_old(self) -> None:
        oldest = self._clock() - self._max_age
        while self._by_age and self._by_age[first := next(iter(self._by_age))].since < oldest:
            self._drop(first)
        while self._size > self._max_bytes:
            self._drop(next(iter(self._by_use)))

    def _drop(self, key: _Key) -> None:
        self._size -= self._by_age.pop(key).size
        del self._by_use[key]
