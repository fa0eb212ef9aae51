"""One named value as the pairs of a query, a form, cookies or the parts of a multipart form, before any encoding.

A value is a JSON value; scalars are written as JSON writes them, text without quotes: True -> "true", None -> "null".
"""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.jsontext import write_json

DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}
_TRIPLE = re.compile(r"(%[0-9A-Fa-f]{2})")
# What `allowReserved` leaves as it is: RFC 3986 section 2.2 without what would end the query or the pair, or is read as
# something else there (OAS 3.1.1, Parameter Object, allowReserved).
_RESERVED = ":/?@!$'()*,;="
_DEEPEST = 16  # brackets in a name that are looked at


def scalar(value: Any) -> str:
    """Write a scalar as text: True -> "true", 2.0 -> "2", None -> "null", "a" -> "a"; lists and objects as JSON."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))  # as JSON's own writers do: 1.0 is the integer 1
    return value if isinstance(value, str) else write_json(value)


def encode(text: str, *, safe: str = "") -> str:
    """Percent-encode all but RFC 3986's unreserved characters and `safe`."""
    return quote(text, safe=safe)


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and its texts, which a delimiter stands between; where it `is_list` they may be one text only."""

    name: str
    texts: tuple[str, ...]
    delimiter: str = ","
    is_list: bool = False

    @property
    def text(self) -> str:
        """What the name stands for, as it is."""
        return self.delimiter.join(self.texts)

    def encoded(self, *, allow_reserved: bool = False) -> str:
        """Write it percent-encoded: ("a b", ("1", "x,y")) -> "a%20b=1,x%2Cy"."""
        between = self.delimiter if self.delimiter == "," else encode(self.delimiter)
        safe = _RESERVED.replace(",", "") if self.is_list else _RESERVED
        texts = (_reserved(text, safe) if allow_reserved else encode(text) for text in self.texts)
        return f"{encode(self.name)}={between.join(texts)}"


def _reserved(text: str, safe: str) -> str:
    """Encode a text but for reserved characters and what is encoded already. RFC 6570 section 3.2.3."""
    parts = _TRIPLE.split(text)
    return "".join(part if index % 2 else encode(part, safe=safe) for index, part in enumerate(parts))


def pairs(name: str, value: Any, style: str = "form", *, explode: bool = True) -> list[Pair]:
    """Return the pairs of a named value in a style for queries; none for an empty array or object.

    form ("ids", [3, 4]) -> ids=3 ids=4, not exploded ids=3,4; deepObject ("f", {"a": {"b": 1}}) -> f[a][b]=1.

    Raises:
        ArgumentsError: the style is not for queries, or has no unambiguous form for the value.

    OAS 3.1.1, Style Values and Style Examples; RFC 6570 section 3.2.8.
    """
    if isinstance(value, (list, dict)) and not value:
        return []
    if style == "deepObject":
        return list(_deep_root(name, value))
    if style not in DELIMITERS:
        raise ArgumentsError(
            f"has the style {style!r}, which is not for a query or a form", field=name, hint="correct the document"
        )
    if not isinstance(value, (list, dict)):
        return [Pair(name, (scalar(value),))]
    if explode and isinstance(value, dict):
        return [Pair(key, (scalar(item),)) for key, item in value.items()]
    if explode:
        return [Pair(name, (scalar(item),)) for item in value]
    texts = tuple(map(scalar, _flat(value) if isinstance(value, dict) else value))
    refuse_delimiter(name, texts, DELIMITERS[style])
    return [Pair(name, texts, DELIMITERS[style], is_list=True)]


def refuse_delimiter(name: str, texts: Iterable[str], *delimiters: str) -> None:
    """Raise where a text holds what stands between texts and is not told apart from it. A comma is: it is encoded."""
    for delimiter in delimiters:
        if delimiter != "," and any(delimiter in text for text in texts):
            raise ArgumentsError(
                f"holds {delimiter!r}, which stands between its values and cannot be told apart from it",
                field=name,
                hint="give values without it",
            )


def refuse_comma(found: Iterable[Pair]) -> None:
    """Raise where a comma within a text is read as one between texts: where nothing is encoded."""
    for pair in found:
        if pair.is_list and pair.delimiter == "," and any("," in text for text in pair.texts):
            raise ArgumentsError(
                "holds ',' in one of its values, which cannot be told from what stands between them",
                field=pair.name,
                hint="give values without it",
            )


def _flat(value: dict[str, Any]) -> Iterator[Any]:
    return (part for pair in value.items() for part in pair)


def _deep_root(name: str, value: Any) -> Iterator[Pair]:
    """Write what OAS defines (an object), and an array as servers with this style read it: by index."""
    if not isinstance(value, list):
        return _deep(name, value)
    return (pair for index, item in enumerate(value) for pair in _deep(f"{name}[{index}]", item))


def _deep(prefix: str, value: Any) -> Iterator[Pair]:
    """Write nested objects with brackets, arrays in them by repetition, arrays of objects by index; OAS has neither.

    {"a": [1, 2], "b": [{"c": 3}]} -> f[a]=1 f[a]=2 f[b][0][c]=3
    """
    match value:
        case dict():
            for key, item in value.items():
                refuse_brackets(prefix, key)
                yield from _deep(f"{prefix}[{key}]", item)
        case list() if any(isinstance(item, (dict, list)) for item in value):
            for index, item in enumerate(value):
                yield from _deep(f"{prefix}[{index}]", item)
        case list():
            yield from (Pair(prefix, (scalar(item),)) for item in value)
        case _:
            yield Pair(prefix, (scalar(value),))


def refuse_brackets(name: str, key: str) -> None:
    """Raise where a key would be read as several, or as none: `f[]=1` is an item of a list."""
    if not key:
        raise ArgumentsError("holds an empty key, which would be read as a list", field=name, hint="give keys a name")
    if "[" in key or "]" in key:
        raise ArgumentsError(
            f"holds the key {key[:80]!r}, whose brackets would be read as another key",
            field=name,
            hint="give keys without brackets",
        )


def refuse_taken(name: str, found: Iterable[Pair], taken: Container[str]) -> None:
    """Raise where what an object is taken apart into would be read as another parameter or field. Security, A5."""
    for pair in found:
        if pair.name != name and any(read in taken for read in _names_read(pair.name, name)):
            raise ArgumentsError(
                f"would be sent as {pair.name[:80]!r}, which is the name of something else",
                field=name,
                hint="give that one itself",
            )


def _names_read(name: str, own: str) -> Iterator[str]:
    """Yield the names that servers may read in the name of a pair, but its parameter's `own`.

    "tenant[0][]" -> "tenant[0][]", "tenant", "tenant[0]": to many it is an item of a list, which replaces a "tenant".
    """
    yield name
    at = len(own) if name.startswith(f"{own}[") else 0
    for _ in range(_DEEPEST):
        at = name.find("[", at + 1)
        if at < 0:
            return
        yield name[:at]
