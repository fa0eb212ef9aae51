"""The ids within an answer: what is kept of it where the rest is cut, as later steps may need them."""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from openapi_mcp.ask.leaves import Scalar, leaves, written
from openapi_mcp.index.entities import IDS, parse
from openapi_mcp.model.jsontext import read_json, write_json

_KEYS = IDS | {"key", "slug", "code", "sku", "handle", "uri", "href", "url", "self", "number", "ref"}
_LONGEST = 500  # characters: what is longer is no id
_PLAIN = re.compile(r"\S{1,500}")
_TOKEN = re.compile(r"[^\s,;\"'()<>\[\]{}|]+")
_AN_ID = re.compile(r"(?=[^\d]*\d)(?=.*[A-Za-z_-])[\w.:/-]{4,100}", re.ASCII)
_ROW_START = re.compile(r"(?m)^[ \t]*(\d{1,20})(?=[,;|\t])")
_MOST_TOKENS = 2_000  # of a text that is no JSON


def kept_of(value: Any, text: str, used: Collection[str]) -> str:
    """Return the ids of an answer in short, as JSON: {"results[].id": [7, 8]}; "" where there are none.

    `used` are the values of later calls, written out: those that this answer gave are kept, whatever their field is.
    """
    found: dict[str, list[Scalar]] = {}
    if isinstance(value, (Mapping, list)):
        for place, scalar in _places(value):
            if is_id(place, scalar) or written(scalar) in used:
                found.setdefault(place, []).append(scalar)
    else:
        found = {"text": list(_of_text(text, used))}
    short = {place: list(dict.fromkeys(scalars)) for place, scalars in found.items() if scalars}
    return write_json(short) if short else ""


def plain_values(value: Any, but: Collection[str] = ()) -> tuple[str, frozenset[str]]:
    """Return the values without a space in them, as JSON by their places, of a JSON value or what `kept_of` returns.

    Also each of them written out; those in `but` are left out.
    """
    found: dict[str, dict[str, Scalar]] = {}
    for place, scalar in _places(_read(value) if isinstance(value, str) else value):
        text = written(scalar)
        if text not in but and _PLAIN.fullmatch(text):
            place = place.removesuffix("[]")
            found.setdefault(place if _PLAIN.fullmatch(place) else "value", {})[text] = scalar
    short = {place: list(scalars.values()) for place, scalars in found.items()}
    return write_json(short), frozenset(text for scalars in found.values() for text in scalars)


def _read(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return None


def is_id(place: str, value: Scalar) -> bool:
    """True for a value that identifies something, by the name of its field."""
    if isinstance(value, float) or len(written(value)) > _LONGEST or value == "":
        return False
    return _is_id_like(place.replace("[]", "").rpartition(".")[2])


@lru_cache(maxsize=1 << 12)
def _is_id_like(name: str) -> bool:
    return parse(name).key in _KEYS


def _places(value: Any) -> Iterator[tuple[str, Scalar]]:
    return ((leaf.place, leaf.value) for leaf in leaves(value) if not leaf.is_key)


def _of_text(text: str, used: Collection[str]) -> Iterator[str]:
    """Yield what looks like an id in a text, or begins a row of a table, and what later calls took from it."""
    rows = set(_ROW_START.findall(text))
    count = 0
    for token in dict.fromkeys(_TOKEN.findall(text)):
        plain = token.strip(".:#")
        if plain in used:
            yield plain
        elif count < _MOST_TOKENS and (plain in rows or (len(plain) <= 100 and _AN_ID.fullmatch(plain))):
            count += 1
            yield plain
