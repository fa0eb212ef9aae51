"""The values that a call has for what it needs, wherever a server would read them."""

from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.ask.leaves import Scalar, leaves
from openapi_mcp.ask.meant import Meant
from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.within import as_read, at_place, is_alike, segments
from openapi_mcp.index.entities import IDS
from openapi_mcp.model.capability import Need

_NO_WORD = frozenset(("title", "description", "example", "examples", "default", "deprecated"))
"""Keywords that do not say what a value has to be."""


def given_for(meant: Meant, need: Need, offer: Offer) -> Iterator[Scalar]:
    """Yield the values that a call has for a need, under its name or one that the server may take for it."""
    names = need.argument.replace("[]", "").split(".")
    if need.argument in meant.arguments:
        names = [need.argument]
    tool = offer.known(meant)
    known = tool.input_schema.get("properties", {}) if tool is not None else {}
    if names[0] in meant.arguments:
        value = as_read(meant.arguments[names[0]])
        if len(names) == 1 and isinstance(value, Mapping | list) and _takes_anything(known.get(names[0])):
            yield from _all(value, names[0])
        else:
            yield from at_place(meant.arguments, names)
    elif tool is not None:
        for name, value in meant.arguments.items():
            if name in known:
                continue
            if is_alike(name, need):
                yield from at_place(value, [])
            elif isinstance(value, str):  # an address in place of what is missing: the server reads it
                yield from (each for each in segments(value) if any(map(str.isdigit, each)))


def _takes_anything(schema: Any) -> bool:
    """True where nothing is said of what a value has to be: an object would be sent as it is, not refused."""
    return schema is True or (isinstance(schema, dict) and not schema.keys() - _NO_WORD)


def _all(value: Any, argument: str) -> Iterator[Scalar]:
    """Yield all that a value holds: of {"a": "7"} a path has "a,7", of {"7": ""} "7,", of a list each item."""
    names = {argument.casefold(), *IDS}
    yield from (each.value for each in leaves(value) if not each.is_key or str(each.value).casefold() not in names)
