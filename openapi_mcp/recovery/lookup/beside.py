"""The name of a thing that is given instead of its id: "customer_name" where the document has "customer"."""

from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.index.entities import IDS, parameter_in, parse, segments, split
from openapi_mcp.index.vocabulary import holder_of
from openapi_mcp.model.tool import Tool

_NAMES = frozenset(
    (("name",), ("full", "name"), ("display", "name"), ("email",), ("email", "address"), ("mail",), ("title",),
     ("label",), ("login",), ("username",), ("user", "name"), ("slug",), ("sku",), ("handle",))
)  # fmt: skip
_LONGEST = 200  # characters of what may be a name
_MOST = 100  # arguments that are looked at


def source_of(argument: str, given: Mapping[str, Any], tool: Tool) -> str:
    """Return the argument that names what another one takes the id of, "" where there is not just one.

    ("customer_id", {"customer_name": "Ana"}) -> "customer_name"; one that the document has is its own.
    """
    thing, declared = _thing(argument, tool), tool.input_schema.get("properties", {})
    if not thing or argument not in declared or argument in given:
        return ""
    found = [name for name in list(given)[:_MOST] if name not in declared and _is_name(name, given[name], thing)]
    return found[0] if len(found) == 1 else ""


def named(given: Mapping[str, Any], tool: Tool) -> Iterator[tuple[str, str]]:
    """Yield the arguments whose things are given by name, each with the argument that has it: one for one."""
    declared = [name for name in list(tool.input_schema.get("properties", {}))[:_MOST] if name not in given]
    pairs = [(name, source) for name in declared if (source := source_of(name, given, tool))]
    sources = [source for _, source in pairs]
    yield from ((name, source) for name, source in pairs if sources.count(source) == 1)


def _is_name(name: str, value: Any, thing: tuple[str, ...]) -> bool:
    words = split(name)
    is_text = isinstance(value, str) and bool(value.strip()) and len(value) <= _LONGEST
    return is_text and words[: len(thing)] == thing and words[len(thing) :] in _NAMES


def _thing(argument: str, tool: Tool) -> tuple[str, ...]:
    """Return the words of what an argument takes the id of: "customer_id", "customer", "id" of /customers/{id}."""
    binding = next((each for each in tool.bindings if each.argument == argument), None)
    wire = binding.name if binding is not None else argument
    found = parse(wire)
    if found.words or found.key not in IDS or binding is None or binding.location != "path":
        return found.words if found.key in IDS | {""} and not found.is_plural else ()
    parts = segments(tool.operation.path)
    position = next((at for at, part in enumerate(parts) if parameter_in(part) == wire), 0)
    return holder_of(parts, position)
