"""What stands within the arguments of a call, an address, the description of a tool."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.ask.leaves import Scalar, folded, leaves, written
from openapi_mcp.ask.meant import is_too_deep
from openapi_mcp.ask.spots import things
from openapi_mcp.index.entities import IDS, parse
from openapi_mcp.model.capability import Need
from openapi_mcp.model.jsontext import read_json

_ADDRESS = re.compile(r"(?:[A-Za-z][\w+.-]*[:/]|/)\S+$")
_SEGMENTS = re.compile(r"[/?&=:#]+")
GIVING = ("enum", "default", "example", "examples", "const")
"""Fields of a schema that hold values of what it describes."""


def as_json(text: str) -> Any:
    """Return the JSON value of a text, None where it is none."""
    try:
        return read_json(text)
    except ValueError:
        return None


def segments(text: str) -> list[str]:
    """Return what the path of a URL, a URN or a compound id is made of: "/orders/1042" -> ["orders", "1042"]."""
    if not _ADDRESS.match(text):
        return []
    path = text.partition("://")[2].partition("/")[2] if text.startswith("http") else text
    return [each for each in _SEGMENTS.split(path.partition("?")[0]) if each]


def as_read(value: Any) -> Any:
    """Return the object or list that a text is, as the server reads it, too; any other value as it is."""
    if isinstance(value, str) and value[:1] in ("{", "[") and not is_too_deep(read := as_json(value)):
        return value if read is None else read
    return value


def at_place(value: Any, names: list[str]) -> Iterator[Scalar]:
    """Yield the scalars at a place within arguments; of an object that stands there, those that identify it."""
    match value := as_read(value):
        case Mapping() if names:
            yield from at_place(value.get(names[0]), names[1:])
        case Mapping():
            for name, each in value.items():
                if isinstance(each, (str, int, float)) and str(name).casefold() in IDS:
                    yield from at_place(each, [])
        case list() | tuple():
            for each in value:
                yield from at_place(each, names)
        case bool() | None:
            pass
        case str() | int() | float() if not names:
            yield value


def is_alike(name: str, need: Need) -> bool:
    """True for an argument of another name that a server may take for what is needed: `order_id` for `id`."""
    found = parse(name)
    return bool(things(need) & set(found.words[-1:])) or (not found.words and found.key in IDS)


def told(description: str, schema: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """Return the words of a tool and of its arguments, and the values that its schema names itself."""
    words, given = [folded(description)], set()
    for leaf in leaves(schema):
        if leaf.field in GIVING and not leaf.is_key:
            given.add(folded(written(leaf.value)))
        elif leaf.field == "description" and not leaf.is_key:
            words.append(folded(written(leaf.value)))
    return f" {' . '.join(words)} ", frozenset(given)
