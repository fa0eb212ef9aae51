"""What of a selected answer the API gave, and where that stood before an expression named it anew.

A JMESPath expression picks values out of an answer, and it can write any text its author likes: literals, names of
fields, what functions make. So its syntax tree is gone through as if it were applied, with places in place of values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from openapi_mcp.ask.leaves import Leaf, leaves, within

_MOST = 5_000  # nodes that are gone through, parts that are put together; an expression has 1,000 characters
_SAME = frozenset(("sort", "sort_by"))  # functions that give a list with the items of their first argument
_ONE = frozenset(("max", "min", "max_by", "min_by"))  # one of its items


@dataclass(frozen=True, slots=True)
class Picked:
    """A value of the answer as it stood at a place, with all that is within it.

    Where it `is_turned`, that holds if it is a list: reverse() makes another text of a text.
    """

    place: str
    is_turned: bool = False


@dataclass(frozen=True, slots=True)
class Each:
    """A list that was made; all its items are alike."""

    item: "Shape"


Shape = Picked | Each | Mapping[str, "Shape"] | None
"""What a part of a selected answer is; a mapping for an object that was made, None for what the API did not give."""
WHOLE = Picked("")
_SOMEWHERE = Picked("?")  # of the answer, but at one of several places


def selected(expression: Any, shape: Shape) -> Shape:
    """Return what an expression comes to where it is applied to a value of this shape.

    ("results[].{id: id, kind: 'x'}", WHOLE) -> Each({"id": Picked("results[].id"), "kind": None})
    """
    from openapi_mcp.response.select import Select, SelectError

    try:
        return _Going().through(Select(str(expression)).tree, shape)
    except (SelectError, RecursionError, _TooMuchError):
        return None


def given(shape: Shape, value: Any) -> Iterator[Leaf]:
    """Yield the leaves of a value that the API gave, each with the place where it stood."""
    waiting: list[tuple[Shape, Any]] = [(shape, value)]
    while waiting:
        what, node = waiting.pop()
        match what:
            case Picked(place=place, is_turned=is_turned):
                if not is_turned or isinstance(node, list | tuple):
                    yield from (replace(leaf, place=within(place, leaf.place)) for leaf in leaves(node))
            case Each(item=item):
                waiting += [(item, each) for each in reversed(node)] if isinstance(node, list | tuple) else []
            case Mapping():
                names = [name for name in what if name in node] if isinstance(node, Mapping) else []
                waiting += [(what[name], node[name]) for name in reversed(names)]


class _TooMuchError(Exception):
    """An expression whose parts multiply."""


class _Going:
    """Goes through a syntax tree, as far as there is an end of it."""

    def __init__(self) -> None:
        self._left = _MOST

    def through(self, node: Any, at: Shape) -> Shape:
        """Return what a node comes to where the current value is `at`."""
        self._spend()
        children = node.get("children", ())
        match node["type"]:
            case "identity" | "current":
                return at
            case "field":
                return self._field(at, node["value"])
            case "subexpression" | "index_expression" | "pipe":
                return reduce(lambda shape, child: self.through(child, shape), children, at)
            case "index":
                return self._item(at)
            case "slice":
                return self._listed(at)
            case "flatten":
                return self._flat(self.through(children[0], at))
            case "projection" | "filter_projection":
                return Each(self.through(children[1], self._item(self.through(children[0], at))))
            case "value_projection":
                return Each(self.through(children[1], self._values(self.through(children[0], at))))
            case "multi_select_list":
                return Each(self._any([self.through(child, at) for child in children]))
            case "multi_select_dict":
                made = {child["value"]: self.through(child["children"][0], at) for child in children}
                return None if "_note" in made else made  # where that begins would be told from ours by guessing
            case "or_expression" | "and_expression":
                return self._any([self.through(child, at) for child in children])
            case "function_expression":
                return self._function(node["value"], children, at)
        return None

    def _function(self, name: str, children: Any, at: Shape) -> Shape:
        """Return what a function comes to: some only pick, all others make something."""
        if name == "map" and len(children) == 2 and children[0]["type"] == "expref":
            return Each(self.through(children[0]["children"][0], self._item(self.through(children[1], at))))
        if name == "not_null":
            return self._any([self.through(child, at) for child in children])
        first = self.through(children[0], at) if children else None
        if name in _SAME:
            return self._listed(first)
        if name in _ONE:
            return self._item(first)
        if name == "values":
            return Each(self._values(first))
        if name == "reverse":
            return replace(first, is_turned=True) if isinstance(first, Picked) else self._listed(first)
        if name in ("to_array", "to_string", "to_number", "keys"):
            return first if isinstance(first, Picked) and not first.is_turned else None
        return None

    def _field(self, shape: Shape, name: str) -> Shape:
        match shape:
            case Picked(place=place, is_turned=False):
                return Picked(within(place, name))
            case Mapping():
                return shape.get(name)
        return None

    def _item(self, shape: Shape) -> Shape:
        """Return what the items of a list are: nothing else has some."""
        match shape:
            case Picked(place=place):
                return Picked(within(place, "[]"))
            case Each(item=item):
                return item
        return None

    def _listed(self, shape: Shape) -> Shape:
        return Each(self._item(shape)) if shape is not None else None

    def _flat(self, shape: Shape) -> Shape:
        """Return a list without the lists that are its items."""
        match shape:
            case Each(item=Each() as inner):
                return inner
            case Each(item=Picked(is_turned=False) as inner):
                return Each(self._item(inner))  # what is no list stays as it is, and is told with a place too far in
            case Each(item=Picked()):
                return None
        return self._listed(shape)

    def _values(self, shape: Shape) -> Shape:
        match shape:
            case Picked(is_turned=False):
                return _SOMEWHERE
            case Mapping():
                return self._any(list(shape.values()))
        return None

    def _any(self, shapes: list[Shape]) -> Shape:
        return reduce(self._either, shapes) if shapes else None

    def _either(self, one: Shape, other: Shape) -> Shape:
        """Return what holds of both."""
        self._spend()
        if one is other or (isinstance(one, Picked) and one == other):
            return one
        match one, other:
            case Picked(), Picked():
                return replace(_SOMEWHERE, is_turned=one.is_turned or other.is_turned)
            case Each(), Each():
                return Each(self._either(one.item, other.item))
            case Mapping(), Mapping():
                return {name: self._either(one.get(name), other.get(name)) for name in {**one, **other}}
        return None

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise _TooMuchError
