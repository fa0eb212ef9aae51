"""Answers of many JSON texts: a line each (NDJSON, JSON Lines), or marked each (RFC 7464)."""

from dataclasses import dataclass

from openapi_mcp.model.jsontext import BeyondReadingError, JsonValue, read_mended_json

_MARK = "\x1e"
MOST_RECORDS = 100_000  # a record takes ten times the memory of its text where it is small


class NotARecordError(ValueError):
    """One of the records is not JSON; the message says which."""


class UnreadRecordsError(ValueError):
    """Records that are JSON, or may be, and are not read; the message says why, as a sentence about the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Records; `is_cut` where a last one was left out because it is not whole.

    `is_mended` where half a surrogate pair was replaced in one.
    """

    values: list[JsonValue]
    is_cut: bool = False
    is_mended: bool = False


def read_records(text: str, *, is_whole: bool = True) -> Records:
    r"""Return the records of a text.

    '{"a": 1}\n{"a": 2}\n' -> [{"a": 1}, {"a": 2}]

    Raises:
        NotARecordError: one of them is not JSON.
        UnreadRecordsError: there are more than 100,000, or one is beyond reading.

    RFC 7464 section 2.3: without an end of line a number may be the beginning of a longer one.
    """
    marked = text.startswith(_MARK)
    end = _MARK if marked else "\n"
    if text.count(end) > MOST_RECORDS:
        raise UnreadRecordsError(f"is more than {MOST_RECORDS:,} {'records' if marked else 'lines'}")
    pieces = text.split(end)
    may_be_cut = not is_whole and not text.endswith("\n")
    values: list[JsonValue] = []
    is_mended = False
    for number, piece in enumerate(pieces, 0 if marked else 1):
        if not piece.strip():
            continue
        is_last = may_be_cut and number == len(pieces) - marked
        try:
            value, was_mended = _read(piece, f"{'record' if marked else 'line'} {number}")
        except NotARecordError:
            if is_last:
                return Records(values=values, is_cut=True, is_mended=is_mended)
            raise
        if is_last and isinstance(value, (int, float)) and not isinstance(value, bool):
            return Records(values=values, is_cut=True, is_mended=is_mended)
        is_mended = is_mended or was_mended
        values.append(value)
    return Records(values=values, is_mended=is_mended)


def _read(piece: str, name: str) -> tuple[JsonValue, bool]:
    try:
        return read_mended_json(piece)
    except BeyondReadingError as error:
        raise UnreadRecordsError(f"{error.what}, in {name}") from None
    except ValueError:
        raise NotARecordError(f"{name} is not JSON") from None
