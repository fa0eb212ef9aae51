"""Records as rows of the tables and back. What is written any store can hold; what is read is held to its types."""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import NoneType
from typing import Any

from sqlalchemy import Table

from openapi_mcp.model.record import Record

DAY = 86400
LAST = 253_402_300_799.0  # the year 9999: later times cannot be written as people write them
_MOST, _MOST_LONG = 2**31 - 1, 2**40  # of a column: a million of the longest are summed without overflow
_NAME, _ID, _TEXT = 1_000, 64, 200_000  # characters; whoever makes a record keeps it shorter
_LONG = ("arguments", "message", "repairs", "lookups", "curl", "answer")
_OVERHEAD = 400  # bytes that a call's rows take in tables and indexes, beside its texts

_written = json.JSONEncoder(separators=(",", ":")).encode

Row = Mapping[str, Any]


def tool_names(record: Record) -> tuple[str, ...]:
    """Return what names a record's tool, in the order of the columns."""
    return (record.api, record.tool, record.method, record.path, record.operation_id)


def caller_names(record: Record) -> tuple[str, ...]:
    """Return what names a record's caller."""
    return (record.caller,)


def names_row(table: Table, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the row of a tool or caller, without its number; its key finds it again, whatever its length."""
    kept = [clean(name, _NAME) for name in names]
    key = hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:32]
    return {"key": key, **dict(zip(table.columns.keys()[2:], kept, strict=True))}


def call_row(record: Record, texts: Row, *, n: int, tool: int, caller: int) -> dict[str, Any]:
    """Return the row that is counted, of a record whose long texts are known."""
    return {
        "n": n,
        "id": clean(record.id, _ID),
        "time": read_seconds(record.time),
        "tool": tool,
        "caller": caller,
        "status": None if record.status is None else _held(record.status),
        "kind": clean(record.kind, _ID),
        "attempts": _held(record.attempts),
        "waited": read_seconds(record.waited),
        "cache": clean(record.cache, _ID),
        "duration": read_seconds(record.duration),
        "size": _held(record.size, _MOST_LONG),
        "tokens": _held(record.tokens, _MOST_LONG),
        "repairs": len(record.repairs),
        "weight": _OVERHEAD + sum(map(len, filter(None, [texts[name] for name in _LONG]))),
        "run": clean(record.run, _ID) or None,
        "step_of": clean(record.step_of, _ID) or None,
    }


def text_row(record: Record, *, n: int) -> dict[str, Any]:
    """Return the row of a record's long texts."""
    return {
        "n": n,
        "arguments": None if record.arguments is None else _json(dict(record.arguments)),
        "message": clean(record.message),
        "repairs": _json(list(record.repairs)) if record.repairs else "",
        "lookups": _json(list(record.lookups)) if record.lookups else "",
        "curl": clean(record.curl),
        "answer": clean(record.answer),
    }


def record_of(row: Row) -> Record:
    """Return the record of a row of all tables; what is damaged in it is as if it had never been said."""
    return Record(
        id=read_text(row["id"]),
        time=read_seconds(row["time"]),
        api=read_text(row["api"]),
        tool=read_text(row["tool"]),
        method=read_text(row["method"]),
        path=read_text(row["path"]),
        operation_id=read_text(row["operation_id"]),
        caller=read_text(row["caller"]),
        arguments=_object(row["arguments"]),
        status=None if row["status"] is None else read_count(row["status"]),
        kind=read_text(row["kind"]),
        message=read_text(row["message"]),
        attempts=read_count(row["attempts"]),
        waited=read_seconds(row["waited"]),
        repairs=_objects(row["repairs"]),
        lookups=_objects(row["lookups"]),
        cache=read_text(row["cache"]),
        duration=read_seconds(row["duration"]),
        size=read_count(row["size"]),
        tokens=read_count(row["tokens"]),
        curl=read_text(row["curl"]),
        answer=read_text(row.get("answer")),
        run=read_text(row["run"]),
        step_of=read_text(row["step_of"]),
    )


def clean(text: str, limit: int = _TEXT) -> str:
    """Return a text that every database takes, cut to a length: PostgreSQL knows no NUL, neither knows half of a pair.

    Each of them becomes U+FFFD.
    """
    text = text[:limit]
    if text.isascii():
        return text.replace("\x00", "\ufffd") if "\x00" in text else text
    return text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _json(value: Any) -> str:
    """Write JSON in ASCII, which is clean whatever its strings are; what cannot be written is said, not raised."""
    try:
        written = _written(value)
    except (TypeError, ValueError, RecursionError):
        return json.dumps({"?": "this cannot be written as JSON"} if isinstance(value, dict) else [])
    if len(written) <= _TEXT:
        return written
    return json.dumps({"?": f"{len(written)} characters, too long to be recorded"} if isinstance(value, dict) else [])


_NUMBER = (int, float)
_STATUS = (int, NoneType)
_CALL = (int, str, str, _NUMBER, _NUMBER, int, int, int)
_SETTLING = (int, _STATUS, *_CALL)
_SUM = (int, int, str, str, int, _NUMBER, int, int, int, bytes)

Rows = Iterable[Sequence[Any]]


def sound_calls(rows: Rows) -> Iterator[Sequence[Any]]:
    """Yield the rows that can be counted with: (member, kind, cache, time, duration, repairs, tokens, size)."""
    return _sound(rows, _CALL)


def sound_settling(rows: Rows) -> Iterator[Sequence[Any]]:
    """Yield the rows that sums can be made of: those of `sound_calls`, with caller and status before them."""
    return _sound(rows, _SETTLING)


def sound_sums(rows: Rows) -> Iterator[Sequence[Any]]:
    """Yield sums: (part, member, kind, cache, calls, last, repairs, tokens, size, durations)."""
    return _sound(rows, _SUM)


def _sound(rows: Rows, types: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for row in rows:
        if all(map(isinstance, row, types)):
            yield row


def read_seconds(value: Any) -> float:
    """Return a time or duration that can be counted with: 0.0 of what is none."""
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return 0.0
    return value if 0.0 <= value <= LAST and type(value) is float else float(min(max(value, 0), LAST))


def _held(value: int, most: int = _MOST) -> int:
    """Return a number that a column holds."""
    return value if 0 <= value <= most else min(max(value, 0), most)


def read_count(value: Any) -> int:
    """Return a number that was read, 0 of what is none; PostgreSQL sums to decimals."""
    return max(int(value), 0) if isinstance(value, int | Decimal) else 0


def read_text(value: Any) -> str:
    """Return a text that was read, "" of what is none."""
    return value if isinstance(value, str) else ""


def _object(text: Any) -> Mapping[str, Any] | None:
    found = _parsed(text)
    return found if isinstance(found, dict) else None


def _objects(text: Any) -> Sequence[Mapping[str, Any]]:
    found = _parsed(text)
    return tuple(each for each in found if isinstance(each, dict)) if isinstance(found, list) else ()


def _parsed(text: Any) -> Any:
    """Return the value of JSON that we wrote; None of anything else."""
    try:
        return json.loads(text) if isinstance(text, str) and text else None
    except (ValueError, RecursionError):
        return None
