"""How much is told of a failure, or of repairs: values in short, and as many as there is room for."""

from collections.abc import Iterable
from typing import Any

from openapi_mcp.model.jsontext import JsonValue, begin_json, write_json
from openapi_mcp.model.text import one_line

_SHOWN = 200  # characters of a value that is told
_READ = 8  # times as many characters are looked at as are told: white space is folded


def brief(text: str, most: int) -> str:
    """Return a text on one line, of at most `most` characters; of a long one the beginning is looked at."""
    return one_line(text[: most * _READ], most)


def shown(value: JsonValue) -> JsonValue:
    """Return a value as it is told: itself, or the beginning of its JSON where that is long."""
    if isinstance(value, str):
        return value if len(value) <= _SHOWN else brief(value, _SHOWN)
    try:
        text = begin_json(value, _SHOWN + 1)
    except (ValueError, TypeError):  # NaN and Infinity, which JSON has no word for
        return brief(_written(value), _SHOWN)
    return value if len(text) <= _SHOWN else brief(text, _SHOWN)


def _written(value: Any) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return "a number of too many digits"


class Room:
    """The characters of JSON that are `left` for what is told."""

    def __init__(self, left: int) -> None:
        self.left = left

    def of(self, values: Iterable[Any], most: int) -> list[Any]:
        """Return the first values, as many as there is room for; they take `most` characters at most."""
        kept: list[Any] = []
        most = min(most, self.left)
        for value in values:
            size = len(write_json(value)) + 1  # a comma
            if size > most:
                break
            most -= size
            self.left -= size
            kept.append(value)
        return kept
