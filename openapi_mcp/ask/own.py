"""What a call itself had: an answer that only says it again has not given it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.ask.leaves import folded, leaves, written
from openapi_mcp.ask.meant import Meant
from openapi_mcp.index.entities import IDS, parse
from openapi_mcp.model.reading import READ_RESULT, SELECT


@dataclass(frozen=True, slots=True)
class Own:
    """The values of a call's arguments and the names within these, folded, and their words; `text` is all of them.

    "ORD-98765" is the call's own as "ORD98765", too: an API may spell it in its own way.
    """

    values: frozenset[str] = frozenset()
    text: str = ""

    def holds(self, plain: str) -> bool:
        """True for a folded value that the call had, in whole or as words within a longer text."""
        if plain in self.values or "".join(plain.split()) in self.values:
            return True
        return " " in plain and f" {plain} " in self.text

    def is_within(self, plain: str) -> bool:
        """True where a value with a digit that the call had is a part of a folded value, be it of a word: "o55443"."""
        spelled = "".join(plain.split())
        return any(len(each) > 1 and each in spelled and any(map(str.isdigit, each)) for each in self.values)

    def __or__(self, other: "Own") -> "Own":
        """Return what two calls had."""
        return Own(self.values | other.values, f"{self.text}.{other.text}")


@dataclass(frozen=True, slots=True)
class Had:
    """What a call had: its `arguments`, and the expression that `selects`, which only an error says again."""

    arguments: Own = field(default_factory=Own)
    selects: Own = field(default_factory=Own)


def had(meant: Meant) -> Had:
    """Return what a call had itself."""
    select = select_of(meant)
    arguments = {name: each for name, each in meant.arguments.items() if name not in select[:1]}
    return Had(_own(arguments), _own(list(select[1:])))


def select_of(meant: Meant) -> tuple[str, Any] | tuple[()]:
    """Return the argument of a call that selects a part of an answer, with its expression; () where it has none."""
    name = "select" if meant.tool == READ_RESULT else SELECT
    return (name, meant.arguments[name]) if meant.arguments.get(name) else ()


def _own(value: Any) -> Own:
    plain = list(_plain(value))
    words = {word for each in plain for word in each.split()}
    spelled = {"".join(each.split()) for each in plain}
    return Own(frozenset({*plain, *words, *spelled}), f" {' . '.join(plain)} ")


def _plain(value: Any) -> Iterator[str]:
    """Yield the values within arguments, and the names of what stands in them, folded."""
    for leaf in leaves(value):
        if not leaf.is_key or leaf.place or any(map(str.isdigit, str(leaf.value))):
            yield folded(written(leaf.value))


def is_identifying(field: str) -> bool:
    """True for a field whose name says that it identifies the item which has it."""
    return parse(field).key in IDS
