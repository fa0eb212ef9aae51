"""A value within a value: by a JSON Pointer, by names with dots, by an index."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from openapi_mcp.workflow.state import NOTHING

_INDEX = re.compile("0|[1-9][0-9]{0,9}")


def reference_tokens(pointer: str) -> list[str]:
    """Split a JSON Pointer as it stands in an expression, where nothing is percent-encoded: "/a~1b/0" -> "a/b", "0"."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def by_pointer(value: Any, pointer: str) -> Any:
    """Return what a JSON Pointer leads to in a value, NOTHING where it leads nowhere (RFC 6901).

    A name that is not there is looked for percent-decoded, too: a condition cannot hold a space in any other way.
    """
    for token in reference_tokens(pointer):
        value = _by_token(value, token)
        if value is NOTHING:
            return NOTHING
    return value


def by_name(value: Any, name: str) -> Any:
    """Return a member of an object, NOTHING where it has none of that name."""
    return value.get(name, NOTHING) if isinstance(value, Mapping) else NOTHING


def by_index(value: Any, index: int) -> Any:
    """Return an item of an array, NOTHING where it has none at that index."""
    return value[index] if isinstance(value, list | tuple) and 0 <= index < len(value) else NOTHING


def by_dots(value: Any, path: str) -> Any:
    """Return what names with dots lead to: the longest first name that is there counts, for names may have dots.

    In a list a number is an index, "items.0.id", and `length` at the end how many items it has: it has no names.
    """
    while path:
        if isinstance(value, list):
            if path == "length":
                return len(value)
            index, _, path = path.partition(".")
            value = _by_token(value, index)
            continue
        if not isinstance(value, Mapping):
            return NOTHING
        end = len(path)
        while end >= 0 and path[:end] not in value:
            end = path.rfind(".", 0, end)
        if end < 0:
            return NOTHING
        value, path = value[path[:end]], path[end + 1 :]
    return value


def _by_token(value: Any, token: str) -> Any:
    if isinstance(value, list | tuple):
        return by_index(value, int(token)) if _INDEX.fullmatch(token) else NOTHING
    found = by_name(value, token)
    return by_name(value, unquote(token)) if found is NOTHING and "%" in token else found
