"""What is looked for: a thing of a kind, by what it is called, for an argument of a call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.capability import Capability, Need, Producer
from openapi_mcp.model.document import Schema
from openapi_mcp.model.fault import Path
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.steps import Learned
from openapi_mcp.schema.bounded import TooManyStepsError
from openapi_mcp.schema.check import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A text that stands for a thing of a kind, and where its id may be found.

    `schema` is that of the place where the id goes, in the `tool` that needs it; `given` are the arguments of that
    tool's call, without the one that is looked up. `for_write`: what is found goes into a write. Where it is not clear
    which is meant, things are told with their ids as `told_as`, and `then` is what to do with the one that is.
    """

    text: str
    entity: str
    producers: tuple[Producer, ...]
    tool: Tool
    schema: Schema = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    for_write: bool = False
    told_as: str = "id"
    then: str = "give its id"

    def fitting(self, id: str | int | None) -> str | int | None:
        """Return an id in the form that the place takes: 7 for an integer, "7" for a text; None where it fits none."""
        if id is None or (isinstance(id, str) and (not id.isprintable() or id != id.strip())):
            return None  # what nobody sees in an id may be there to deceive
        forms: list[str | int] = [id, str(id)]
        if isinstance(id, str) and id.isascii() and id.isdigit() and len(id) < 18 and str(int(id)) == id:
            forms.append(int(id))
        return next((form for form in forms if fits(form, self.schema, self.tool)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The tools of the server, and what they need and yield, within the caller's rights."""

    tools: Mapping[str, Tool]
    learned: Learned

    def of(self, name: str) -> Capability:
        """Return what a tool needs and yields."""
        return self.learned(name)


def fits(value: Any, schema: Schema, tool: Tool) -> bool:
    """True where a tool's schema for a place takes a value."""
    definitions = tool.input_schema.get("$defs", {})
    check = Check(schema, {f"#/$defs/{name}": each for name, each in definitions.items()})
    try:
        return not check.errors(value)
    except (TooManyStepsError, RecursionError, KeyError):  # a schema that cannot be followed allows nothing
        return False


def schema_of(tool: Tool, argument: str) -> Schema:
    """Return the schema of an argument, {} where it has none."""
    schema = tool.input_schema.get("properties", {}).get(argument)
    return schema if isinstance(schema, Mapping) else {}


def need_at(capability: Capability, path: Path) -> Need | None:
    """Return the need that an argument's place answers: ("items", 0, "product") -> that of "items[].product"."""
    way = "".join("[]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
    names = (way, way.removesuffix("[]"))
    return next((need for need in capability.needs if need.argument in names), None)
