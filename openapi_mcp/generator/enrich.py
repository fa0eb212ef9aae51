"""What a description says of a tool's needs, for the list in which each tool stands by itself."""

from dataclasses import replace

from openapi_mcp.model.capability import Capabilities, Capability
from openapi_mcp.model.tool import Tool, Toolset

_RETURNS = "\nReturns: "  # the line that generator/describe.py ends a description with


def with_needs(toolset: Toolset, capabilities: Capabilities) -> Toolset:
    """Return the toolset, each tool's description with a line on where what it needs comes from."""
    none = Capability()
    return replace(toolset, tools=tuple(_with_line(tool, capabilities.get(tool.name, none)) for tool in toolset.tools))


def _with_line(tool: Tool, capability: Capability) -> Tool:
    line = needs_line(capability)
    if not line:
        return tool
    point, mark, returns = tool.description.rpartition(_RETURNS)
    return replace(tool, description=f"{point}\n{line}{mark}{returns}")


def needs_line(capability: Capability) -> str:
    """Return "Needs customer_id, from customers_list." for what must be given and comes from another tool."""
    told = [
        f"{need.argument}, from {need.producers[0].tool}"
        for need in capability.needs
        if need.is_required and need.producers
    ]
    return f"Needs {'; '.join(told)}." if told else ""
