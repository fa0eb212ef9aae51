"""Integers that Python does not write: of more than 4,300 digits, as no JSON that is read here has them."""

from collections.abc import Mapping
from typing import Any

_MOST_BITS = 14_281  # of 4,299 digits; the next ones may have 4,301


def unwritable(arguments: Mapping[str, Any]) -> str | None:
    """Return the first argument that holds a number of too many digits, None where none does."""
    return next((name for name, value in arguments.items() if _holds_one(value)), None)


def _holds_one(value: Any) -> bool:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case int() as number if number.bit_length() > _MOST_BITS:
                return True
            case Mapping() as fields:
                waiting.extend(fields.values())
            case list() as items:
                waiting.extend(items)
    return False
