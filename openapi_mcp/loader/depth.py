"""What is nested deeper than any later stage can follow: found, and cut out of a document."""

import re
from collections.abc import Iterable

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.pointer import join

MAX_DEPTH = 300  # levels; every later stage walks a value by recursion
_SHOWN = 10
_READABLE = 400  # levels of JSON text that its parser, which recurses, reads wherever it is called from
_TEXT_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.DOTALL)


def is_too_deep(value: JsonValue) -> bool:
    """True when a value has more than MAX_DEPTH levels of objects and arrays."""
    level = [value]
    for _ in range(MAX_DEPTH):
        inside: list[JsonValue] = []
        for node in level:
            inside += children(node)
        level = [child for child in inside if isinstance(child, (dict, list))]
        if not level:
            return False
    return True


def children(node: JsonValue) -> Iterable[JsonValue]:
    """Return what stands directly in an object or array; nothing for other values."""
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def cut_deep(value: JsonValue) -> list[str]:
    """Empty what stands at MAX_DEPTH, in place; return the pointers of the first places."""
    places: list[str] = []
    stack: list[tuple[JsonValue, str, int]] = [(value, "#", 1)]
    while stack:
        node, pointer, depth = stack.pop()
        if not isinstance(node, (dict, list)):
            continue
        if depth == MAX_DEPTH and any(isinstance(child, (dict, list)) for child in children(node)):
            if len(places) < _SHOWN:
                places.append(pointer)
            node.clear()
        pairs = node.items() if isinstance(node, dict) else enumerate(node)
        stack += [(child, join(pointer, key), depth + 1) for key, child in pairs if isinstance(child, (dict, list))]
    return places


def without_endless_text(text: str) -> str:
    """Return JSON text without what is nested deeper than its parser can follow: `[[[[...]]]]` -> `[[]]`."""
    kept: list[str] = []
    depth = start = 0
    for found in _TEXT_OR_BRACKET.finditer(text):
        mark = found[0]
        if mark in "{[":
            depth += 1
            if depth == _READABLE + 1:
                kept.append(text[start : found.start()] + ("{}" if mark == "{" else "[]"))
        elif mark in "}]":
            if depth == _READABLE + 1:
                start = found.end()
            depth -= 1
    kept.append(text[start:] if depth <= _READABLE else "")
    return "".join(kept)
