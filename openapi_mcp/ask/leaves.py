"""The values within JSON, each with the place where it stands; and texts as they are compared."""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST_PLACE = 200  # characters
_MOST_BITS = 10_000  # about 3,000 digits: of more than 4,300 Python writes none
_WORD = re.compile(r"[^\W_]+")

Scalar = str | int | float


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar, and where it stands: "results[].id"; `is_key` for the name of a field that stands there."""

    value: Scalar
    place: str = ""
    is_key: bool = False

    @property
    def field(self) -> str:
        """Return the name of the field that holds it, "" where none does: "ids" of "results[].ids[]"."""
        return self.place.replace("[]", "").rpartition(".")[2]

    @property
    def in_list(self) -> bool:
        """True where a list holds it itself."""
        return self.place.endswith("[]")


def leaves(value: Any) -> Iterator[Leaf]:
    """Yield the texts and numbers within a JSON value in their order, and the names of its fields."""
    waiting: list[tuple[Any, str]] = [(value, "")]
    while waiting:
        node, place = waiting.pop()
        match node:
            case Mapping():
                yield from (Leaf(str(name), place, is_key=True) for name in node)
                waiting += [(each, within(place, str(name))) for name, each in reversed(list(node.items()))]
            case list() | tuple():
                waiting += [(each, within(place, "[]")) for each in reversed(node)]
            case bool() | None:
                pass
            case str() | int() | float() if is_writable(node):
                yield Leaf(node, place)


def mappings(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the objects within a JSON value, each with its place."""
    waiting: list[tuple[Any, str]] = [(value, "")]
    while waiting:
        node, place = waiting.pop()
        match node:
            case Mapping():
                yield place, node
                waiting += [(each, within(place, str(name))) for name, each in node.items()]
            case list() | tuple():
                waiting += [(each, within(place, "[]")) for each in node]


def within(place: str, name: str) -> str:
    """Return a place within another: ("results[]", "id") -> "results[].id"; "[]" is an item of a list."""
    whole = f"{place}.{name}" if place and name and not name.startswith("[]") else f"{place}{name}"
    return whole[-_LONGEST_PLACE:]  # of a place far within, its end tells most


def is_writable(value: Scalar) -> bool:
    """False for a number that JSON has no word for, or Python none: NaN, Infinity, thousands of digits."""
    match value:
        case float():
            return math.isfinite(value)
        case int():
            return value.bit_length() < _MOST_BITS
        case _:
            return True


def written(value: Scalar) -> str:
    """Return a scalar as a text: 1042, 1042.0 and " 1042 " are the same."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int) and not is_writable(value):
        return hex(value)
    return str(value).strip()


def folded(text: str) -> str:
    """Return the words of a text as they are compared: no case, no accents, no punctuation, no leading zeros.

    "Order #ORD-0042, José" -> "order ord 42 jose"
    """
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return " ".join(word.lstrip("0") or "0" for word in _WORD.findall(text.casefold()))
