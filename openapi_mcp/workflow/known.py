"""What chains of calls are read by: of each tool, which arguments may come from an answer, and from which."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from openapi_mcp.model.capability import Capabilities, Capability, Need
from openapi_mcp.model.document import Schema
from openapi_mcp.model.tool import Tool
from openapi_mcp.workflow.answers import Answer
from openapi_mcp.workflow.scalars import Path

Place = tuple[str, Path]
"""A tool, and where in its answer."""
_NONE = Capability()
_NESTED = re.compile(r"([^.\[\]]+)(\[\])?(?:\.([^.\[\]]+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An argument that can take a value from an answer: of what `kind`, and the places that yield it, best first.

    `is_id` where it identifies something, of which the kind then is; of any other the kind is its own name.
    """

    kind: str
    is_id: bool = False
    places: tuple[Place, ...] = ()
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A tool: what its arguments can take, and which of them find by words. `subject` is what its answer is about."""

    tool: Tool
    takes: Mapping[str, Taken] = field(default_factory=dict)
    finds: tuple[str, ...] = ()
    subject: str = ""
    answer: Answer

    def in_body(self, path: Path) -> Path:
        """Return where a place of a recorded answer is in the body: a list with a note is recorded as its "result"."""
        return path[1:] if path[:2] == ("result", None) and self.answer.is_list else path


def know(tools: Sequence[Tool], capabilities: Capabilities, schemas: Mapping[str, Schema]) -> dict[str, Known]:
    """Return what is known of each tool by its name; `schemas` are those that a `$ref` in an answer names."""
    return {tool.name: _known(tool, capabilities.get(tool.name, _NONE), schemas) for tool in tools}


def _known(tool: Tool, capability: Capability, schemas: Mapping[str, Schema]) -> Known:
    takes = dict(_takes(tool, capability))
    subject = capability.yields[0].entity if capability.yields else ""
    answer = Answer(tool.operation, schemas)
    return Known(tool=tool, takes=takes, finds=capability.finds, subject=subject, answer=answer)


def path_of(place: str) -> Path | None:
    """Return a place of an answer as a path: "results[].id" -> ("results", None, "id"); None for what is no such.

    That is a header, and what stands on its own: all of an answer.
    """
    if not place or place.startswith("header."):
        return None
    path: list[str | None] = []
    for part in place.split("."):
        name, *items = part.split("[]")
        path += [name] if name else []
        if any(items):
            return None
        path += [None] * len(items)
    return tuple(path)


def _takes(tool: Tool, capability: Capability) -> Iterator[tuple[str, Taken]]:
    """Yield the arguments that can take a text or a number of any value: none of a few, no flag.

    Of nested ones only the fields that identify something: "items[].product"; "ids[]" is an item of a list.
    """
    needs = {need.argument: need for need in capability.needs}
    properties, required = tool.input_schema.get("properties", {}), tool.input_schema.get("required", ())
    for binding in tool.bindings:
        name = binding.argument
        if name not in properties or binding.is_file or _is_of_few(properties[name]):
            continue
        whole = f"{name}[]" if properties[name].get("type") == "array" else name
        yield whole, _taken(name, needs.get(name), is_required=name in required)
        for within in (each for each in needs if parts_of(each)[0] == name != each):
            yield within, _taken(within, needs[within], is_required=needs[within].is_required)


def parts_of(argument: str) -> tuple[str, str, str]:
    """Return what holds a nested argument, "[]" for a list, and the field: "items[].product" is in "items".

    ("items", "[]", "product"); ("address", "", "city") of "address.city"; ("id", "", "") of what is not nested, or
    deeper than can be written here.
    """
    found = _NESTED.fullmatch(argument)
    return (found[1], found[2] or "", found[3] or "") if found else (argument, "", "")


def _taken(name: str, need: Need | None, *, is_required: bool) -> Taken:
    if need is None:
        return Taken(kind=name, is_required=is_required)
    paths = [(producer.tool, path_of(producer.field)) for producer in need.producers]
    places = tuple((tool, path) for tool, path in paths if path is not None)
    return Taken(kind=need.entity, is_id=True, places=places, is_required=is_required)


def _is_of_few(schema: object) -> bool:
    if not isinstance(schema, Mapping):
        return True
    return "enum" in schema or "const" in schema or schema.get("type") == "boolean"
