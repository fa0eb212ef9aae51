"""The calls of tools that read which may bring a thing with its id: by a search for its name, else the whole list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openapi_mcp.index.entities import segments, split
from openapi_mcp.model.call import Call
from openapi_mcp.model.capability import Producer
from openapi_mcp.model.policy import SAFE_METHODS
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.lookup.records import is_collection
from openapi_mcp.recovery.lookup.wanted import Known, Wanted, fits, need_at, schema_of
from openapi_mcp.recovery.lookup.whole import largest_page

_BY_EMAIL = ("email", "mail")
_BY_NAME = ("name", "title", "label", "username", "login")
_BY_WORDS = ("search", "q", "query", "keyword", "term", "text", "phrase", "s")
_BESIDE = frozenset(("filter", "by", "string", "full", "exact", "contain", "like", "key", "display", "icontains"))
_MOST_FINDS = 2  # ways to search one list


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A lookup, and where its answer holds ids."""

    producer: Producer
    arguments: Mapping[str, Any]

    @property
    def call(self) -> Call:
        """The lookup's call."""
        return Call(tool=self.producer.tool, arguments=self.arguments)


def ways(wanted: Wanted, known: Known) -> Iterator[Way]:
    """Yield the lookups that may bring what is wanted, the most promising first.

    "Bob" for a customer -> customers_list(search="Bob"), then customers_list()
    """
    for producer in readers(wanted, known):
        tool = known.tools[producer.tool]
        scope = scope_of(tool, wanted, known)
        for name in searches(tool, wanted, known):
            if not lacking(tool, {**scope, name: wanted.text}):
                yield Way(producer=producer, arguments={**scope, name: wanted.text})
        if not lacking(tool, scope):
            yield Way(producer=producer, arguments={**scope, **largest_page(tool)})


def readers(wanted: Wanted, known: Known) -> Iterator[Producer]:
    """Yield the producers that read the things themselves, each tool once."""
    seen = set[str]()
    for producer in wanted.producers:
        tool = known.tools.get(producer.tool)
        reads = tool is not None and tool.operation.method in SAFE_METHODS
        if not reads or producer.tool in seen or _is_added_to(producer, wanted.tool):
            continue
        if is_collection(producer, wanted.entity):
            seen.add(producer.tool)
            yield producer


def _is_added_to(producer: Producer, tool: Tool) -> bool:
    """True for the list that a call adds to: who becomes a member of team 5 is not among its members yet."""
    path = producer.path.rstrip("/")
    return tool.operation.method == "POST" and "{" in path and path == tool.operation.path.rstrip("/")


def scope_of(tool: Tool, wanted: Wanted, known: Known) -> dict[str, Any]:
    """Return the arguments that a list of the same things takes from the call: owner and repo of an issue's list.

    Only what both say in the same place: the path up to there is the same, or both name the same kind of thing.
    """
    found = {}
    for name in _required(tool):
        source = name if _shares_path(tool, wanted.tool, name) else _of_the_same_kind(tool, name, wanted.tool, known)
        value = wanted.given.get(source)
        if isinstance(value, (str, int)) and fits(value, schema_of(tool, name), tool):
            found[name] = value
    return found


def _of_the_same_kind(tool: Tool, name: str, other: Tool, known: Known) -> str:
    """Return the one argument of a call that names the kind of thing which another tool's argument names, else "".

    Of a call that writes only those of its path: who is not in team 5 yet may be meant by a call that names the team.
    """
    need = need_at(known.of(tool.name), (name,))
    needs = known.of(other.name).needs if need is not None else ()
    named = [each.argument for each in needs if need is not None and each.entity == need.entity]
    if other.operation.method not in SAFE_METHODS:
        named = [each for each in named if each in _in_path(other)]
    return named[0] if len(named) == 1 else ""


def _in_path(tool: Tool) -> dict[str, str]:
    """Return the arguments of a path by their names, each with its placeholder."""
    return {binding.argument: binding.name for binding in tool.parameters if binding.location == "path"}


def _shares_path(tool: Tool, other: Tool, name: str) -> bool:
    """True where two paths are the same up to the place of an argument."""
    place = _in_path(tool).get(name)
    head, mark, _ = tool.operation.path.partition(f"{{{place}}}")
    return bool(mark) and _in_path(other).get(name) == place and other.operation.path.startswith(head + mark)


def _required(tool: Tool) -> list[str]:
    listed = tool.input_schema.get("required", ())
    return [name for name in listed if isinstance(name, str) and name not in tool.defaults]


def lacking(tool: Tool, arguments: Mapping[str, Any]) -> bool:
    """True where a tool cannot be called with these arguments alone."""
    return any(name not in arguments for name in _required(tool))


def searches(tool: Tool, wanted: Wanted, known: Known) -> list[str]:
    """Return the arguments by which a list is searched for a text, the most fitting first."""
    finds = known.of(tool.name).finds
    ranked = [(rank, name) for name in finds if (rank := _rank(tool, name, wanted)) is not None]
    ranked.sort(key=lambda each: each[0])
    return [name for _, name in ranked if fits(wanted.text, schema_of(tool, name), tool)][:_MOST_FINDS]


def _rank(tool: Tool, name: str, wanted: Wanted) -> int | None:
    """Return how well an argument takes a text, the best 0; None where it is about something else."""
    words = _plain(tool, name, wanted.entity)
    is_email = "@" in wanted.text and "." in wanted.text.rpartition("@")[2]
    order: tuple[tuple[str, ...], ...] = (_BY_EMAIL, _BY_WORDS) if is_email else (_BY_NAME, _BY_WORDS)
    if not is_email and any(char.isdigit() for char in wanted.text):  # rather a number or a code than a name
        order = (_BY_WORDS, _BY_NAME)
    for place, known in enumerate(order):
        if words and words <= set(known):
            return place
    return None


def _plain(tool: Tool, name: str, entity: str) -> set[str]:
    """Return the words of an argument's name but those of the thing itself and of searching: customerName -> name."""
    on_wire = next((binding.name for binding in tool.bindings if binding.argument == name), name)
    about = set(entity.split("_")) | _BESIDE | set(split(" ".join(segments(tool.operation.path)[-1:])))
    return {word for word in split(on_wire) if word not in about} or set(split(on_wire)[-1:])
