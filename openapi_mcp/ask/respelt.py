"""The keys of a write by its ids, in whatever writing they are given: a service may take each of them.

    3f2b8c1e-5d4a-4f6b-9a7c-0123456789ab, 3F2B8C1E-5D4A-4F6B-9A7C-0123456789AB, 3f2b8c1e5d4a4f6b9a7c0123456789ab

Two that were both given are two things, though their letters and digits be the same (ask/spelling.py).
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from openapi_mcp.ask.leaves import folded, written
from openapi_mcp.ask.meant import Meant
from openapi_mcp.ask.needed import given_for
from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.spelling import squeezed

_ANY, _OTHER = "in any writing: ", "in another writing: "


@dataclass(frozen=True, slots=True, kw_only=True)
class IdKeys:
    """What a write is `looked` for under, and what it is `kept` under once it was made."""

    looked: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def id_keys(meant: Meant, offer: Offer, is_respelt: Callable[[str], bool]) -> IdKeys:
    """Return the keys of a call by its ids; `is_respelt` says of one that it was given, but not in this writing."""
    needs = offer.needs.get(meant.tool, ())
    ids = frozenset(written(value) for need in needs for value in given_for(meant, need, offer))
    if not ids:
        return IdKeys()
    same = replace(meant, arguments=_with(meant.arguments, ids, folded)).key
    bare = replace(meant, arguments=_with(meant.arguments, ids, squeezed)).key
    if any(map(is_respelt, ids)):
        return IdKeys(looked=(same, _ANY + bare), kept=(same, _ANY + bare, _OTHER + bare))
    return IdKeys(looked=(same, _OTHER + bare), kept=(same, _ANY + bare))


def _with(value: Any, ids: Set[str], spelt: Callable[[str], str]) -> Any:
    """Return arguments in which each of these ids is spelt so; their depth has a bound (ask/meant.py)."""
    match value:
        case Mapping():
            return {name: _with(each, ids, spelt) for name, each in value.items()}
        case list() | tuple():
            return [_with(each, ids, spelt) for each in value]
        case str() | int() | float() if not isinstance(value, bool) and written(value) in ids:
            return spelt(written(value))
        case _:
            return value
