"""Documents of things, and what their tools need and yield: for the tests of index/capabilities.py."""

from typing import Any

from openapi_mcp.generator.generate import generate
from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.model.capability import Capability
from support.make import ALL_METHODS, Json, document


def thing(**properties: Any) -> Json:
    """Return an object schema."""
    return {"type": "object", "properties": properties}


def many(schema: Json) -> Json:
    """Return a list of what a schema says."""
    return {"type": "array", "items": schema}


def capabilities(paths: Json, **schemas: Json) -> dict[str, Capability]:
    """Return what the tools of these paths need and yield, by method and path."""
    read = document(paths, components={"schemas": schemas})
    tools = generate(read, ALL_METHODS).tools
    found = find_capabilities(tools, read.schemas)
    return {f"{tool.operation.method} {tool.operation.path}": found[tool.name] for tool in tools}


def needs(capability: Capability) -> dict[str, list[str]]:
    """Return what is needed, by argument and kind, each with where it comes from."""
    return {
        f"{need.argument} {need.entity}": [f"{each.method} {each.path} {each.field}" for each in need.producers]
        for need in capability.needs
    }
