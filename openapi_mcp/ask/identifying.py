"""Which fields of the answers identify something, by what the offered tools need and yield."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from openapi_mcp.ask.leaves import Scalar, written
from openapi_mcp.ask.offer import Offer
from openapi_mcp.response.cursors import MARKS
from openapi_mcp.response.envelope import word

_PLAIN = re.compile(r"\S{1,500}")
_OF_NOTES = frozenset(("location", "contentlocation", "operationlocation", "etag"))  # headers that name what was made
_RESULT = "result"  # holds an answer that is no object (response/present.py)


@dataclass(frozen=True)
class Identifying:
    """The fields that identify something: `fields` of the answers of each tool, `arguments` that tools identify it by.

    A place is written without its lists: "results.id" for "results[].id", "" for the answer itself.
    """

    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    arguments: frozenset[str] = frozenset()

    def has(self, tool: str, place: str, value: Scalar) -> bool:
        """True for a value that another call may need, by its place in an answer of this tool: "results[].username".

        A tool of which nothing is known may hand the answer of any other one on, as `read_result` does.
        """
        plain = _plain(place)
        name = plain.rpartition(".")[2]
        if _ends(plain, self.fields.get(tool, self._of_all)):
            return True
        if name.casefold() in self.arguments:
            return _PLAIN.fullmatch(written(value)) is not None
        return is_mark(place)

    @cached_property
    def _of_all(self) -> frozenset[str]:
        return frozenset().union(*self.fields.values())


UNKNOWN = Identifying()


def identifying(offer: Offer) -> Identifying:
    """Return what an offer's needs and yields say of the answers' fields."""
    fields: dict[str, set[str]] = {name: set() for name in (*offer.needs, *offer.yields)}
    needs = [need for each in offer.needs.values() for need in each]
    for tool, yields in offer.yields.items():
        fields[tool].update(_plain(each.field) for each in yields)
    for producer in (each for need in needs for each in need.producers):
        fields.setdefault(producer.tool, set()).add(_plain(producer.field))
    arguments = (_plain(need.argument).rpartition(".")[2].casefold() for need in needs)
    return Identifying({tool: frozenset(each) for tool, each in fields.items()}, frozenset(filter(None, arguments)))


def is_mark(place: str) -> bool:
    """True for what says from where the next page goes on, or in our note on the answer where a thing is."""
    if place.startswith("_note."):
        return place.startswith("_note.next.") or word(place.rpartition(".")[2]) in _OF_NOTES
    return "[]" not in place and word(place.rpartition(".")[2]) in MARKS


def _plain(place: str) -> str:
    return place.replace("[]", "").strip(".").replace("..", ".")


def _ends(place: str, fields: Collection[str]) -> bool:
    """True where a place ends in one of these; "" is an answer that is the value itself, or a list of such."""
    if "" in fields and place in ("", _RESULT):
        return True
    parts = place.split(".")
    return any(".".join(parts[at:]) in fields for at in range(len(parts)))
