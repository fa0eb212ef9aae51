"""Records as sessions: what one caller called in one go, and what of each call tells where its values came from."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.record import Record
from openapi_mcp.model.secret import MASK
from openapi_mcp.workflow.scalars import Scalar

GAP = 600.0  # seconds without a call after which another session begins
_LONGEST = 200  # calls of a session; a longer one is parted
_MOST_OPEN = 5_000  # calls that are held at once, of all sessions: records come in the order in which calls ended
_MOST_ARGUMENTS = 40
_LONGEST_VALUE = 200  # characters of a value that is followed; a longer one is a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A call that succeeded; times in seconds. `given` is None where arguments are not recorded."""

    tool: str
    caller: str
    began: float
    ended: float
    given: Mapping[str, Scalar | None] | None = None
    answer: str = field(default="", repr=False)


Session = tuple[Called, ...]
"""Calls of one caller, in the order in which they began."""


def sessions(records: Iterable[Record], tools: Collection[str]) -> Iterator[Session]:
    """Yield sessions of calls of these tools; `records` come in about the order in which their calls ended.

    Failed calls and tools of ours are no part of one. Only so many calls are held at once, whatever there is.
    """
    waiting: OrderedDict[tuple[str, str], list[Called]] = OrderedDict()
    held = 0
    for record in records:
        if record.is_error or record.step_of or record.tool not in tools:
            continue
        called, whose = _called(record), _whose(record)
        session = waiting.get(whose)
        if session is not None and (called.began - session[-1].ended > GAP or len(session) >= _LONGEST):
            held -= len(session)
            yield _in_order(waiting.pop(whose))
        waiting.setdefault(whose, []).append(called)
        waiting.move_to_end(whose)
        held += 1
        if held > _MOST_OPEN:
            _, oldest = waiting.popitem(last=False)
            held -= len(oldest)
            yield _in_order(oldest)
    yield from map(_in_order, waiting.values())


def _whose(record: Record) -> tuple[str, str]:
    """Return whose calls belong together: a caller's, and of those the calls of one run of `ask`."""
    return record.caller, record.run


def _in_order(calls: list[Called]) -> Session:
    return tuple(sorted(calls, key=lambda call: call.began))


def _called(record: Record) -> Called:
    return Called(
        tool=record.tool,
        caller=record.caller,
        began=record.time,
        ended=record.time + record.duration,
        given=None if record.arguments is None else _given(record.arguments),
        answer=record.answer,
    )


def _given(arguments: Mapping[str, Any]) -> dict[str, Scalar | None]:
    """Return arguments by name; None for a value that cannot be followed: nested, masked, a long text.

    Of a nested one its fields are there, too, of a list those of its first item: "items[].product", "address.city".
    """
    given: dict[str, Scalar | None] = {}
    for name, value in list(arguments.items())[:_MOST_ARGUMENTS]:
        given[name] = _followed(value)
        if isinstance(value, list | dict) and value:
            given |= _fields(name, value)
    return given


def _fields(name: str, value: list[Any] | dict[str, Any]) -> dict[str, Scalar | None]:
    way, first = (f"{name}[]", value[0]) if isinstance(value, list) else (name, value)
    if not isinstance(first, dict):
        return {way: _followed(first)}
    return {f"{way}.{field}": _followed(each) for field, each in list(first.items())[:_MOST_ARGUMENTS]}


def _followed(value: object) -> Scalar | None:
    match value:
        case bool():
            return None
        case int():
            return value if value.bit_length() <= 128 else None
        case str():
            return value if 0 < len(value) <= _LONGEST_VALUE and MASK not in value else None
    return None
