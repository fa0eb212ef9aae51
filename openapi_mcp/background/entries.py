"""What stands in the queue's stream is looked at before pydocket reads it: others may write there.

An entry that is none of ours would end the worker that reads it, and the next one, as it is given out again.
"""

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
