"""Values of an `enum` in the type that its schema declares: documents list the numbers of a string without quotes."""

import math
from collections.abc import Callable
from typing import Any

from openapi_mcp.model.jsontext import JsonValue, read_json, write_json

_NOTHING = object()  # None is a value


def fit_enum(values: list[JsonValue], kind: str) -> list[JsonValue]:
    """Return the values that are of a type, or can be written as it; null stays. Empty when no other value is left.

    ([1, 2], "string") -> ["1", "2"]; (["1", "x"], "integer") -> [1]
    """
    fit = _FITS.get(kind)
    if fit is None:
        return values
    fitted = [value if value is None else fit(value) for value in values]
    if all(new is old for new, old in zip(fitted, values, strict=True)):
        return values
    kept = {write_json(value): value for value in fitted if value is not _NOTHING}
    return list(kept.values()) if any(value is not None for value in kept.values()) else []


def of_type(values: list[JsonValue], kind: str) -> list[JsonValue]:
    """Return the values that are of a type as they stand: ([1, "a"], "string") -> ["a"]."""
    fit = _FITS.get(kind)
    return values if fit is None else [value for value in values if fit(value) is value]


def _as_string(value: JsonValue) -> Any:
    if isinstance(value, str):
        return value
    return write_json(value) if isinstance(value, bool) or _is_number(value) else _NOTHING


def _as_integer(value: JsonValue) -> Any:
    number = _as_number(value)
    if isinstance(number, float) and number is not value:
        return int(number) if number.is_integer() else _NOTHING
    return number if isinstance(number, int) or (isinstance(number, float) and number.is_integer()) else _NOTHING


def _as_number(value: JsonValue) -> Any:
    if _is_number(value):
        return value
    try:
        read = read_json(value) if isinstance(value, str) else None
    except ValueError:
        return _NOTHING
    return read if _is_number(read) else _NOTHING


def _as_boolean(value: JsonValue) -> Any:
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else ""
    return word == "true" if word in ("true", "false") else _NOTHING


def _is_number(value: Any) -> bool:
    """True for a number that JSON can write: YAML also has .nan and .inf."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and math.isfinite(value)
    )


def _only(kind: type) -> Callable[[JsonValue], Any]:
    return lambda value: value if isinstance(value, kind) else _NOTHING


_FITS: dict[str, Callable[[JsonValue], Any]] = {
    "string": _as_string,
    "integer": _as_integer,
    "number": _as_number,
    "boolean": _as_boolean,
    "object": _only(dict),
    "array": _only(list),
}
