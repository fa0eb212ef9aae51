"""A tool as a provider of models takes it: an object at the root of its schema, a description that is not too long."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.ask.names import Wire
from openapi_mcp.model.chat import ChatTool

_LONGEST_DESCRIPTION = {Wire.OPENAI: 1024}  # characters; OpenAI's API answers 400 beyond
_NOT_AT_THE_ROOT = frozenset(
    ("oneOf", "anyOf", "allOf", "not", "enum", "const", "if", "then", "else", "$schema", "$id")
)


def wire_tool(tool: ChatTool, wire: Wire) -> ChatTool:
    """Return a tool as it can be offered; a call is checked in any case, whatever a model was told."""
    longest = _LONGEST_DESCRIPTION.get(wire)
    text = tool.description.encode(errors="replace").decode()
    if longest is not None and len(text) > longest:
        text = f"{text[: longest - 1]}…"
    return ChatTool(name=tool.name, description=text, input_schema=_rooted(tool.input_schema), is_read=tool.is_read)


def _rooted(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema whose root is an object with properties; both services refuse a choice there."""
    kept = {word: value for word, value in schema.items() if word not in _NOT_AT_THE_ROOT}
    properties = kept.get("properties")
    return {**kept, "type": "object", "properties": properties if isinstance(properties, Mapping) else {}}
