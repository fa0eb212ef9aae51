"""Our values as MCP's types."""

import base64

import mcp_types as types

from openapi_mcp.model.call import Blob, Content, Result, Text

_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def mcp_result(result: Result) -> types.CallToolResult:
    """Return a result as `tools/call` carries it."""
    return types.CallToolResult(
        content=[_block(content) for content in result.content],
        structured_content=dict(result.structured) if result.structured is not None else None,
        is_error=result.is_error,
    )


def _block(content: Content) -> types.ContentBlock:
    match content:
        case Text():
            return types.TextContent(type="text", text=content.text)
        case Blob() if content.mime_type in _IMAGES:
            return types.ImageContent(type="image", data=_base64(content), mime_type=content.mime_type)
        case Blob() if content.mime_type.startswith("audio/"):
            return types.AudioContent(type="audio", data=_base64(content), mime_type=content.mime_type)
        case Blob():
            blob = types.BlobResourceContents(uri=content.uri, mime_type=content.mime_type, blob=_base64(content))
            return types.EmbeddedResource(type="resource", resource=blob)


def _base64(content: Blob) -> str:
    return base64.b64encode(content.data).decode("ascii")
