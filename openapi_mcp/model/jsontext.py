"""JSON text in and out, strictly: what we read and write is JSON by RFC 8259, not Python's superset of it."""

import json
import math
import re
from collections import Counter
from typing import NoReturn, TypeAlias

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89abAB]|\\u[dD][c-fC-F]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NOT_JSON = "is not JSON"
_TOO_MANY_DIGITS = "a number has more than 4,300 digits"
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))  # json.dumps makes one a call


class BeyondReadingError(ValueError):
    """JSON text that may well be JSON, and holds what is not read: `what` says it without a character of the text."""

    def __init__(self, message: str, what: str) -> None:
        super().__init__(message)
        self.what = what


class TooDeepError(BeyondReadingError):
    """JSON text that is nested deeper than its parser can follow."""


def read_json(text: str, twice: list[str] | None = None) -> JsonValue:
    """Parse JSON text; `twice` takes the names that stand a second time in an object, of which the last counts.

    `NaN`, `Infinity` and numbers beyond a double are refused; a lone surrogate, which no UTF-8 can carry, becomes
    U+FFFD. Integers keep every digit, as many as Python reads: 4,300.

    Raises:
        BeyondReadingError: nested too deeply, or a number that JSON readers do not agree on.
        ValueError: not JSON.
    """
    return read_mended_json(text, twice)[0]


def read_mended_json(text: str, twice: list[str] | None = None) -> tuple[JsonValue, bool]:
    """Parse JSON text as `read_json` does, and say whether a lone surrogate became U+FFFD."""
    try:
        value: JsonValue = (_DECODER if twice is None else _noting(twice)).decode(text)
        if not _SURROGATE_ESCAPE.search(text):
            return value, False
        mended = without_lone_surrogates(value)
        return mended, mended != value
    except (json.JSONDecodeError, BeyondReadingError):
        raise
    except RecursionError:
        raise TooDeepError("JSON nested too deeply", "is nested too deep to be read") from None
    except ValueError as error:
        if str(error).endswith(_NOT_JSON):
            raise
        raise BeyondReadingError(_TOO_MANY_DIGITS, "holds a number of too many digits") from None


def write_json(value: object) -> str:
    """Write compact JSON text; every character beyond ASCII stands as itself."""
    return _ENCODER.encode(value)


def begin_json(value: object, length: int) -> str:
    """Write the first characters of JSON text, at least `length` where there are as many, without writing all of it."""
    pieces: list[str] = []
    for piece in _ENCODER.iterencode(value):
        pieces.append(piece)
        length -= len(piece)
        if length <= 0:
            break
    return "".join(pieces)


def without_lone_surrogates(value: JsonValue) -> JsonValue:
    """Replace every lone surrogate in keys and strings by U+FFFD, the replacement character."""
    match value:
        case str():
            return _LONE_SURROGATE.sub("\ufffd", value)
        case list():
            return [without_lone_surrogates(item) for item in value]
        case dict():
            return {_LONE_SURROGATE.sub("\ufffd", key): without_lone_surrogates(item) for key, item in value.items()}
        case _:
            return value


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} {_NOT_JSON}")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BeyondReadingError(f"the number {text[:40]} is beyond a double", "holds a number beyond a double")
    return number


def _noting(twice: list[str]) -> json.JSONDecoder:
    """Return a decoder that notes the names that stand twice: it takes half as long again."""

    def made(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
        value = dict(pairs)
        if len(value) < len(pairs):
            twice.extend(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        return value

    return json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=made)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)  # json.loads makes one a call
