"""What a `$ref` points at, inside one document. Cycles are kept: nothing here unrolls a schema."""

import re

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.pointer import join, tokens

_MAX_HOPS = 100  # references that one reference may lead through; each costs a level of our own stack
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")  # RFC 6901 section 4


class RefError(ValueError):
    """A `$ref` that leads nowhere; the message says why."""


def resolve(root: JsonValue, ref: str) -> tuple[JsonValue, str]:
    """Return what a reference points at, and its pointer in canonical form.

    ({"a/b": {"c": 1}}, "#/a~1b/c") -> (1, "#/a~1b/c"). On its way the pointer passes through references.

    Raises:
        RefError: outside the document, no pointer, or nothing there.
    """
    return _walk(root, ref, set())


def follow(root: JsonValue, node: JsonValue, pointer: str) -> tuple[JsonValue, str]:
    """Follow references from `node` until something else stands there; return that and its pointer.

    Raises:
        RefError: a reference leads nowhere or back to itself.
    """
    return _follow(root, node, pointer, set())


def canonical(ref: str) -> str:
    """Return the one spelling of an inner reference: "#/paths/~1a%7Bid%7D" -> "#/paths/~1a{id}".

    Raises:
        RefError: outside the document, or no pointer.
    """
    if not ref.startswith("#"):
        raise RefError(f"the reference {ref[:120]!r} points outside the document")
    try:
        return join("#", *tokens(ref))
    except ValueError:
        raise RefError(f"the reference {ref[:120]!r} is not a JSON Pointer") from None


def _walk(root: JsonValue, ref: str, seen: set[str]) -> tuple[JsonValue, str]:
    canonical(ref)
    node, here = root, "#"
    for token in tokens(ref):
        node, here = _step(root, node, here, token, seen)
        if node is _NOTHING:
            raise RefError(f"the reference {ref[:120]!r} points at nothing")
    return node, here


_NOTHING: JsonValue = {"nothing": "here"}


def _step(root: JsonValue, node: JsonValue, here: str, token: str, seen: set[str]) -> tuple[JsonValue, str]:
    if isinstance(node, dict) and token not in node:
        node, here = _follow(root, node, here, seen)
    below = join(here, token)
    match node:
        case dict() if token in node:
            return node[token], below
        case list() if _INDEX.fullmatch(token) and int(token) < len(node):
            return node[int(token)], below
        case _:
            return _NOTHING, below


def _follow(root: JsonValue, node: JsonValue, pointer: str, seen: set[str]) -> tuple[JsonValue, str]:
    while isinstance(node, dict) and isinstance(ref := node.get("$ref"), str):
        if ref in seen:
            raise RefError(f"the reference {ref[:120]!r} leads back to itself")
        if len(seen) == _MAX_HOPS:
            raise RefError(f"the reference {ref[:120]!r} stands at the end of too many references")
        seen.add(ref)
        node, pointer = _walk(root, ref, seen)
    return node, pointer
