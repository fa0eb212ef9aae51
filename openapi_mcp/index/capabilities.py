"""What each tool needs and yields, worked out from the names, paths and schemas of a document."""

from collections.abc import Mapping, Sequence

from openapi_mcp.model.capability import Capabilities, Capability
from openapi_mcp.model.document import Schema
from openapi_mcp.model.tool import Tool


def find_capabilities(tools: Sequence[Tool], schemas: Mapping[str, Schema]) -> Capabilities:
    """Return what each of these tools needs and yields; `schemas` are what a `$ref` in an answer's schema names."""
    return {tool.name: Capability() for tool in tools}
