"""Arguments of our own tools as models write them, rewritten without loss to what is meant."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from openapi_mcp.model.jsontext import read_mended_json

_NUMBER = re.compile(r"\s*(-?[0-9]{1,15})\s*", re.ASCII)


def with_numbers(arguments: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return arguments, those of these names as integers where they are the text of one: {"limit": "5"} -> 5."""
    return {**arguments, **{name: _number(arguments[name]) for name in names if name in arguments}}


def renamed(arguments: Mapping[str, Any], words: Mapping[str, Collection[str]]) -> dict[str, Any]:
    """Return arguments under their names here, where one has another word that plainly means the same.

    ({"q": "orders"}, {"query": ("q", "words")}) -> {"query": "orders"}; what has two of them stays as it is.
    """
    found = dict(arguments)
    for name, others in words.items():
        given = [other for other in others if other in found]
        if len(given) == 1 and name not in found:
            found[name] = found.pop(given[0])
    return found


def _number(value: Any) -> Any:
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    return int(found[1]) if found else value


def as_texts(value: Any) -> Any:
    """Return a list of texts without blanks around them, of one text or of a list as JSON text too.

    " orders_list" -> ["orders_list"], '["a", "b "]' -> ["a", "b"]; what is neither stays as it is.
    """
    if isinstance(value, str):
        value = _list(value) if value.lstrip().startswith("[") else [value] if value.strip() else value
    if not isinstance(value, list):
        return value
    return [each.strip() if isinstance(each, str) else each for each in value]


def _list(text: str) -> Any:
    try:
        value, is_mended = read_mended_json(text)
    except ValueError:  # the text is refused as one that is no list
        return text
    return text if is_mended else value
