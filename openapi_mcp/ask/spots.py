"""Where answers hold numbers of few digits, and whether what stands there may be what a call needs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openapi_mcp.ask.leaves import Leaf
from openapi_mcp.index.entities import KEYS, is_wrapper, parse, split
from openapi_mcp.model.capability import Need, Yield

_AMOUNTS = frozenset(("count", "total", "quantity", "amount", "num", "size", "sum", "limit", "offset", "stock", "left"))
Kinds = Mapping[tuple[str, str], frozenset[str]]
"""By tool and place of its answer: the kinds of things that this identifies."""


@dataclass(frozen=True, slots=True)
class Spot:
    """The field that holds a number, and the kinds of things that it identifies where that is known.

    `is_open` where it may identify anything: the segment of a URL, the name of a field, a word of a text.
    """

    field: str = ""
    in_list: bool = False
    kinds: frozenset[str] = frozenset()
    is_open: bool = False


ANYTHING = Spot(is_open=True)


def spot(leaf: Leaf, tool: str, kinds: Kinds) -> Spot:
    """Return where a value of a tool's answer stands."""
    place = leaf.place
    known = kinds.get((tool, place)) or kinds.get((tool, place.removeprefix("result"))) or frozenset()
    return Spot(leaf.field, leaf.in_list, known)  # a list at the root is the "result" of an object


def known_kinds(needs: Mapping[str, Iterable[Need]], yields: Mapping[str, Iterable[Yield]]) -> Kinds:
    """Return what places of answers identify, as it is said of the tools that give it and of those that need it."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for tool, given in yields.items():
        for each in given:
            found[tool, each.field].add(each.entity)
    for need in (need for wanted in needs.values() for need in wanted):
        for source in need.producers:
            found[source.tool, source.field].update(_kinds(need))
    return {place: frozenset(kinds) for place, kinds in found.items()}


def may_name(spot: Spot, need: Need) -> bool:
    """True where a number that stands there may identify what is needed.

    The id of a customer is no order's. Where nothing is known of a place, the name of its field decides.
    """
    if spot.is_open:
        return True
    if spot.kinds and need.producers:
        return bool(spot.kinds & _kinds(need))
    if spot.in_list and (not spot.field or is_wrapper(spot.field)):
        return True  # a list of ids, and nothing else
    if set(split(spot.field)) & _AMOUNTS:
        return False
    name = parse(spot.field)
    if name.key in KEYS or spot.field in {last_name(each.field) for each in need.producers} | {
        last_name(need.argument)
    }:
        return True
    return bool(things(need) & set(name.words[-1:])) and (spot.in_list or not name.is_plural)


def things(need: Need) -> set[str]:
    """Return the words for what is needed: "credit card or voucher" -> {"card", "voucher"}."""
    return {split(each)[-1] for each in _kinds(need) if split(each)}


def last_name(field: str) -> str:
    """Return the name of a field without the place where it is: "items[].product" -> "product"."""
    return field.replace("[]", "").rpartition(".")[2]


def _kinds(need: Need) -> set[str]:
    return set(need.entity.split(" or "))
