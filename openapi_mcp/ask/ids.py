"""The ids within an answer: what is kept of it where the rest is cut, as later steps may need them."""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from openapi_mcp.ask.identifying import UNKNOWN, Identifying
from openapi_mcp.ask.leaves import Leaf, Scalar, leaves, mappings, written
from openapi_mcp.index.entities import KEYS, parse
from openapi_mcp.model.jsontext import read_json, write_json

_KEYS = KEYS - {"name", "no"}  # which any field may be called
_WORDS = frozenset(("email", "tracking", "barcode"))  # "contact_email"
_LEAST_OF_A_MAP = 2
_LONGEST = 500  # characters: what is longer is no id
_PLAIN = re.compile(r"\S{1,500}")
_TOKEN = re.compile(r"[^\s,;\"'()<>\[\]{}|]+")
_AN_ID = re.compile(r"(?=[^\d]*\d)(?=.*[A-Za-z_-])[\w.:/-]{4,100}", re.ASCII)
_ROW_START = re.compile(r"(?m)^[ \t]*(\d{1,20})(?=[,;|\t])")
_MOST_TOKENS = 2_000  # of a text that is no JSON


def kept_of(value: Any, text: str, used: Collection[str], tool: str = "", known: Identifying = UNKNOWN) -> str:
    """Return the ids of an answer in short, as JSON: {"results[].id": [7, 8]}; "" where there are none.

    `used` are the values of later calls, written out: those that this answer gave are kept, whatever their field is.
    What is `known` to identify in the answers of this tool is kept, too; names that are ids stand under "place.*".
    """
    is_json = isinstance(value, (Mapping, list))
    found = _of_value(value, used, tool, known) if is_json else {"text": [*_of_text(text, used)]}
    short = {place: list(dict.fromkeys(scalars)) for place, scalars in found.items() if scalars}
    return write_json(short) if short else ""


def _of_value(value: Any, used: Collection[str], tool: str, known: Identifying) -> dict[str, list[Scalar]]:
    found: dict[str, list[Scalar]] = {}
    maps = {place for place, mapping in mappings(value) if _is_map(mapping)}
    for leaf in leaves(value):
        if leaf.is_key:
            if leaf.place in maps:
                found.setdefault(f"{leaf.place}.*".lstrip("."), []).append(leaf.value)
        elif _is_kept(leaf, used) or known.has(tool, leaf.place, leaf.value):
            found.setdefault(leaf.place, []).append(leaf.value)
    return found


def _is_kept(leaf: Leaf, used: Collection[str]) -> bool:
    return is_id(leaf.place, leaf.value) or written(leaf.value) in used


def _is_map(mapping: Mapping[str, Any]) -> bool:
    """True for an object whose names are those of things: they look like ids, or what they name is all of one kind.

    {"ord-7": 3, "ord-9": 1}, {"ana": {"role": "admin"}, "bo": {"role": "guest"}}
    """
    if mapping and all(map(_looks_like_an_id, mapping)):
        return True
    each = list(mapping.values())
    if len(each) < _LEAST_OF_A_MAP or not all(isinstance(one, Mapping) for one in each):
        return False
    return bool(set(each[0]).intersection(*each[1:]))


def _looks_like_an_id(name: str) -> bool:
    return len(name) <= _LONGEST and (name.isdecimal() or _AN_ID.fullmatch(name) is not None)


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
    found = parse(name)
    return found.key in _KEYS or (not found.key and found.words[-1:] != () and found.words[-1] in _WORDS)


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
