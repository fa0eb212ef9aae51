"""Which tool reads one thing by its id: what a model may do first, where a number may mean something else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openapi_mcp.ask.offer import Offer
from openapi_mcp.ask.spots import things
from openapi_mcp.index.entities import split
from openapi_mcp.model.capability import Need
from openapi_mcp.model.chat import ChatTool
from openapi_mcp.model.searching import CALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A tool, or an operation, that reads a thing, and the argument that takes its id."""

    tool: str
    argument: str
    is_through: bool = False

    def call(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the call of it as it is to be made: {"tool", "arguments"}."""
        if self.is_through:
            return {"tool": CALL, "arguments": {"name": self.tool, "arguments": dict(arguments)}}
        return {"tool": self.tool, "arguments": dict(arguments)}


def reading(need: Need, offer: Offer) -> Reader | None:
    """Return what reads a thing that is needed, by its id alone; of several the one with the plainest name."""
    known = offer.operations or {tool.name: tool for tool in offer.tools}
    found = [
        Reader(tool=name, argument=wanted.argument, is_through=bool(offer.operations))
        for name, needs in offer.needs.items()
        for wanted in needs
        if name in known and _reads(known[name], wanted, need)
    ]
    return min(found, key=lambda each: (len(split(each.tool)), each.tool), default=None)


def _reads(tool: ChatTool, wanted: Need, need: Need) -> bool:
    """True for a read that is called after the thing, and takes nothing else."""
    properties, required = tool.input_schema.get("properties", {}), tool.input_schema.get("required", ())
    is_of = bool(things(wanted) & things(need) & set(split(tool.name)))
    is_alone = wanted.argument in properties and set(required) <= {wanted.argument}
    return tool.is_read and wanted.is_required and is_of and is_alone
