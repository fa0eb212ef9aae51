"""What pydocket writes to Redis and reads there, made safe: others may write to that Redis.

Its arguments are JSON, not pickles: who reads a pickle runs what it says. An entry of its stream is looked at before
pydocket reads it: one that is none of ours would end the worker that reads it, and the next one, as it is given out
again. Its list of strikes, which tells workers what not to do, is not read at all: we strike nothing.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

LOOK = "look"  # the one task that there is
_NOTHING = {
    b"key": b"", b"when": b"1970-01-01T00:00:00+00:00", b"function": b"", b"args": b"[]", b"kwargs": b"[]",
    b"attempt": b"1", b"generation": b"0",
}  # fmt: skip
_NUMBER = re.compile(rb"[0-9]{1,15}")
_KEY = re.compile(rb"[0-9a-f]{32}")


def ours_or_nothing(entry: Mapping[bytes, bytes]) -> Mapping[bytes, bytes]:
    """Return an entry that pydocket can read: this one, or one that it is done with at once."""
    return entry if _is_ours(entry) else _NOTHING


def _is_ours(entry: Mapping[bytes, bytes]) -> bool:
    if not _NOTHING.keys() <= entry.keys() or not all(value.isascii() for pair in entry.items() for value in pair):
        return False
    are_numbers = all(_NUMBER.fullmatch(entry[name]) for name in (b"attempt", b"generation"))
    return are_numbers and bool(_KEY.fullmatch(entry[b"key"])) and _is_time(entry[b"when"].decode())


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def without_strangers() -> None:
    """Have pydocket's worker read only entries that are ours."""
    from docket import worker
    from docket.execution import Execution

    class Ours(Execution):
        @classmethod
        async def from_message(cls, docket: Any, message: Any, *args: Any, **more: Any) -> Self:
            return await super().from_message(docket, dict(ours_or_nothing(message)), *args, **more)

    worker.Execution = Ours  # type: ignore[attr-defined]


class Values(tuple[Any, ...]):
    """Arguments by position, which are none by name: pydocket takes it for either."""

    __slots__ = ()

    def keys(self) -> tuple[str, ...]:
        """Return no names."""
        return ()

    def items(self) -> tuple[tuple[str, Any], ...]:
        """Return no names with their values."""
        return ()


class Plain:
    """Writes and reads arguments, in place of the module that pydocket uses for that."""

    @staticmethod
    def dumps(value: Any) -> bytes:
        """Return JSON; a tuple becomes a list."""
        return json.dumps(value, default=str).encode()

    @staticmethod
    def loads(data: bytes) -> Values:
        """Return the list that was written; empty for what is none: it fails where it is used, and holds nobody up."""
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return Values()
        return Values(value if isinstance(value, list) else ())


def without_pickles() -> None:
    """Have pydocket write and read JSON wherever it would use a pickle."""
    from docket import execution, strikelist, worker

    for module in (execution, strikelist, worker):
        module.cloudpickle = Plain  # type: ignore[attr-defined]


def without_strikes() -> None:
    """Have pydocket strike nothing: one entry of another's in that stream would end every look, in every replica."""
    from docket import docket
    from docket.strikelist import StrikeList

    class Nothing(StrikeList):
        def __init__(self, **_: Any) -> None:
            super().__init__()  # without a URL nothing is read

    docket.StrikeList = Nothing  # type: ignore[assignment, attr-defined]
