"""What a result of the SDK's own client holds."""

import json
from typing import Any

import mcp_types as types


def data_of(result: types.CallToolResult) -> dict[str, Any]:
    """Return the structured content, which must be what the text says."""
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    assert result.structured_content == json.loads(block.text)
    data: dict[str, Any] = result.structured_content
    return data


def error_of(result: types.CallToolResult) -> dict[str, Any]:
    assert result.is_error
    error: dict[str, Any] = data_of(result)["error"]
    return error
