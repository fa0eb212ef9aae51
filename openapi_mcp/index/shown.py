"""What a search and a description of operations say to a model: all that helps, in the room that there is."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from openapi_mcp.index.entities import parse, split
from openapi_mcp.index.search import Found, Hit
from openapi_mcp.model.capability import Capability, Need, as_json, need_json, seen
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.text import clean_text, one_line
from openapi_mcp.model.tool import Tool, wire_tool

BYTES_A_HIT = 400  # 100 tokens
_LEAST_HITS = 10  # whose room there is for fewer, too: a few hits say all of theirs
_BEST = 3  # hits, which keep what the others have lost
_LEAD = 4  # steps
_MAX_QUERY = 200  # characters, as below
_MAX_PLAN = 400
_RETURNS = "\nReturns: "  # begins the line that generator/describe.py ends a description with
_NEEDS = "\nNeeds "  # begins the line before it, of generator/enrich.py
_ALL = 1 << 30
_MOST_SUBJECTS = 12
_LOOKED_AT = 200  # tools, from which the subjects are told

Json = dict[str, Any]
Learn = Callable[[str], Capability]
"""What a tool of this name needs and yields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Detail:
    """How much is said of a hit: how many yields, needs, and producers of each, and characters of text.

    `all_needs` also tells those that a call can do without. A producer has the `source` keys alone; without `entities`
    what is needed is not named where its argument says as much.
    """

    yields: int
    needs: int = _ALL
    producers: int = 1
    all_needs: bool = False
    source: tuple[str, ...] = ("tool", "method", "path", "field")
    entities: bool = True
    summary: int = 200
    path: int = _ALL


_DETAILS = (
    _Detail(yields=_ALL, producers=5, all_needs=True),
    _Detail(yields=4, producers=3, all_needs=True),
    _Detail(yields=2, all_needs=True),
    _Detail(yields=1),
    _Detail(yields=1, summary=120, needs=8),
    _Detail(yields=1, summary=120, needs=8, source=("tool", "field")),
    _Detail(yields=1, summary=80, needs=6, source=("tool",), entities=False),
    _Detail(yields=0, summary=80, needs=6, source=("tool",), entities=False),
    _Detail(yields=0, summary=60, source=("tool",), entities=False, needs=3),
    _Detail(yields=0, summary=60, source=("tool",), entities=False, needs=1),
    _Detail(yields=0, summary=60, needs=0),
    _Detail(yields=0, summary=30, needs=0, path=100),
)
"""From most to least; the name, method, path, summary and score are always there."""


def search_answer(query: str, found: Found, tools: Mapping[str, Tool], learn: Learn, limit: int) -> Json:
    """Return what a search answers, in at most 400 bytes of JSON (100 tokens) for each hit that was asked for.

    {"query", "results": [{"name", "method", "path", "summary", "score", "needs", "yields"}], "plan"}, best first. For
    few hits there is the room of ten. Where room is short the last hits say less first, the best three last; then the
    plan goes, and at the very end whole hits, which `left_out` counts.
    """
    head: Json = {"query": one_line(query.encode("utf-8", "replace").decode(), _MAX_QUERY)}
    plan = {"plan": one_line(found.plan, _MAX_PLAN)} if found.plan else {}
    room = max(limit, _LEAST_HITS) * BYTES_A_HIT - _size({**head, "results": [], "left_out": limit})
    rows = _Rows(hits=found.hits, tools=tools, learn=learn)
    rows.fit(room - (_size(plan) if plan else 0))
    if plan and rows.size > room - _size(plan):
        plan = {}
    dropped = rows.drop(room)
    return {**head, "results": rows.entries, **plan, **({"left_out": dropped} if dropped else {})}


class _Rows:
    """The hits as they are shown, each in as much detail as there is room for."""

    def __init__(self, *, hits: Sequence[Hit], tools: Mapping[str, Tool], learn: Learn) -> None:
        self._known = [(hit, tools[hit.tool], learn(hit.tool)) for hit in hits]
        self.entries = [_entry(*known, _DETAILS[0]) for known in self._known]
        self._sizes = [_size(entry) + 1 for entry in self.entries]

    @property
    def size(self) -> int:
        """How many bytes they take, with the commas between them."""
        return sum(self._sizes)

    def fit(self, room: int) -> None:
        """Say less, of the last hit first, until all of them fit, or there is nothing left to shorten."""
        for at, detail in _steps(len(self.entries)):
            if self.size <= room:
                return
            self.entries[at] = _entry(*self._known[at], detail)
            self._sizes[at] = _size(self.entries[at]) + 1

    def drop(self, room: int) -> int:
        """Drop the last hits that have no room; return how many."""
        before = len(self.entries)
        while self.entries and self.size > room:
            self.entries.pop()
            self._sizes.pop()
        return before - len(self.entries)


def _steps(count: int) -> Iterator[tuple[int, _Detail]]:
    """Yield which hit is to say less, and how much: the last ones before the first, and these steps behind them."""
    for turn in range(1, len(_DETAILS) + _LEAD):
        for at in reversed(range(count)):
            level = turn - (_LEAD if at < _BEST else 0)
            if 0 < level < len(_DETAILS):
                yield at, _DETAILS[level]


def _entry(hit: Hit, tool: Tool, capability: Capability, detail: _Detail) -> Json:
    return {
        "name": tool.name,
        "method": tool.operation.method,
        "path": one_line(tool.operation.path, detail.path),
        "summary": summary(tool, detail.summary),
        "score": hit.score,
        **_needs(capability.needs, detail),
        **_yields(capability, detail),
    }


def _needs(needs: Sequence[Need], detail: _Detail) -> Json:
    """Return {"needs"} of a hit, and in "more_needs" how many are not shown that a call cannot do without.

    [] is said of what needs nothing, and of nothing else. What no tool yields stands in the description.
    """
    held = [need for need in seen(needs) if need.producers and (need.is_required or detail.all_needs)]
    told = held[: detail.needs]
    if needs and not told:
        return {}
    more = sum(need.is_required for need in needs) - sum(need.is_required for need in told)
    return {"needs": [_need(need, detail) for need in told], **({"more_needs": more} if more else {})}


def _need(need: Need, detail: _Detail) -> Json:
    said = need_json(replace(need, producers=need.producers[: detail.producers]))
    said["from"] = [{key: source[key] for key in detail.source} for source in said["from"]]
    if not detail.entities and _names(need.argument, need.entity):
        del said["entity"]
    return said


def _names(argument: str, entity: str) -> bool:
    """Return whether an argument says what it identifies: "customer_id" and "customerId" a customer."""
    return split(entity) in (split(argument), parse(argument).words)


def _yields(capability: Capability, detail: _Detail) -> Json:
    shown = replace(capability, needs=(), yields=capability.yields[: detail.yields])
    return {} if capability.yields and not shown.yields else {"yields": as_json(shown)["yields"]}


def _size(value: Json) -> int:
    return len(write_json(value).encode("utf-8", "replace"))


def summary(tool: Tool, longest: int) -> str:
    """Return what a tool does, in the words of its description, which begins with the point."""
    about = _without_needs(tool.description.partition(_RETURNS)[0])
    return one_line(about, longest) or one_line(tool.title, longest)


def described(tool: Tool, capability: Capability) -> Json:
    """Return all that there is to know before a call: what the list says of a tool, its needs and yields."""
    listed = wire_tool(tool)
    said, _, returns = tool.description.rpartition(_RETURNS)
    about = _without_needs(said or tool.description)
    shown: Json = {
        "name": tool.name,
        "method": tool.operation.method,
        "path": clean_text(tool.operation.path),
        "title": tool.title,
        "description": about,
        "input_schema": tool.input_schema,
        "returns": returns if said else "",
        "output_schema": tool.output_schema,
        "annotations": listed["annotations"],
        **as_json(capability),
    }
    if about.startswith(tool.title):
        del shown["title"]
    return {name: value for name, value in shown.items() if value not in ("", None)}


def _without_needs(text: str) -> str:
    """Return a description without its last line where that says what a list with each tool does: needs stand apart."""
    about, mark, line = text.rpartition(_NEEDS)
    return about if mark and "\n" not in line and ", from " in line and line.endswith(".") else text


def within_rights(capability: Capability, allowed: Callable[[str], bool]) -> Capability:
    """Return a capability that names no tool but those that are allowed."""
    needs = (
        replace(need, producers=tuple(source for source in need.producers if allowed(source.tool)))
        for need in capability.needs
    )
    return replace(capability, needs=tuple(needs))


def nothing_found(names: Sequence[str], tools: Mapping[str, Tool]) -> str:
    """Return what to do where no operation was found: what those of these names are about, and how to ask."""
    about = ", ".join(subjects([tools[name] for name in names[:: len(names) // _LOOKED_AT + 1]]))
    return "try other words, such as those of what you want to read or change" + (
        f"; the operations are about: {about}" if about else ""
    )


def subjects(tools: Sequence[Tool]) -> list[str]:
    """Return what tools are mostly about, by their tags, or by their paths where they have none."""
    tags = Counter(tag for tool in tools for tag in tool.operation.tags)
    words = tags or Counter(word for tool in tools for word in _first_words(tool.operation.path))
    return [one_line(word, 40) for word, _ in words.most_common(_MOST_SUBJECTS)]


def _first_words(path: str) -> Iterable[str]:
    """Yield the first word of a path that names a thing: "/api/v1/orders/{id}" -> "orders"."""
    parts = [part for part in path.split("/") if part and "{" not in part]
    named = [part for part in parts if part not in ("api", "rest") and not (part[0] == "v" and part[1:2].isdigit())]
    return named[:1]
