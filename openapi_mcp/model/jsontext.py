"""JSON text in and out, strictly: what we read and write is JSON by RFC 8259, not Python's superset of it."""

import json
import math
import re
from typing import NoReturn, TypeAlias

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89abAB]|\\u[dD][c-fC-F]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))  # json.dumps makes one a call


class TooDeepError(ValueError):
    """JSON text that is nested deeper than its parser can follow."""


def read_json(text: str) -> JsonValue:
    """Parse JSON text.

    `NaN`, `Infinity` and numbers beyond a double are refused; a lone surrogate, which no UTF-8 can carry, becomes
    U+FFFD. Integers keep every digit.

    Raises:
        ValueError: not JSON, nested too deeply, or a number that JSON readers do not agree on.
    """
    try:
        value: JsonValue = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
        return without_lone_surrogates(value) if _SURROGATE_ESCAPE.search(text) else value
    except RecursionError:
        raise TooDeepError("JSON nested too deeply") from None


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
    raise ValueError(f"{text} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:40]} is beyond a double")
    return number
