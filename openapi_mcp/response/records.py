"""Answers of many JSON texts: a line each (NDJSON, JSON Lines), or marked each (RFC 7464)."""

from openapi_mcp.model.jsontext import JsonValue, read_json

_TYPES = frozenset(
    (
        "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonl",
        "application/jsonlines", "application/x-jsonlines", "application/json-lines", "application/x-json-lines",
        "application/stream+json", "application/x-json-stream", "application/json-seq", "text/x-ndjson", "text/jsonl",
    )
)  # fmt: skip
_MARK = "\x1e"


class NotARecordError(ValueError):
    """One of the records is not JSON; the message says which."""


def is_records(kind: str) -> bool:
    """True for a media type of many JSON texts."""
    return kind in _TYPES or kind.endswith("+json-seq")


def read_records(text: str, *, is_whole: bool = True) -> tuple[list[JsonValue], bool]:
    r"""Return the records, and whether the last one was left out because it is not whole.

    '{"a": 1}\n{"a": 2}\n' -> [{"a": 1}, {"a": 2}]

    Raises:
        NotARecordError: one of them is not JSON.

    RFC 7464 section 2.3: without an end of line a number may be the beginning of a longer one.
    """
    marked = text.startswith(_MARK)
    pieces = text.split(_MARK if marked else "\n")
    may_be_cut = not is_whole and not text.endswith("\n")
    records: list[JsonValue] = []
    for number, piece in enumerate(pieces, 0 if marked else 1):
        if not piece.strip():
            continue
        is_last = may_be_cut and number == len(pieces) - marked
        try:
            record = read_json(piece)
        except ValueError:
            if is_last:
                return records, True
            raise NotARecordError(f"{'record' if marked else 'line'} {number} is not JSON") from None
        if is_last and isinstance(record, (int, float)) and not isinstance(record, bool):
            return records, True
        records.append(record)
    return records, False
