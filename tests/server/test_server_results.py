"""Our values as MCP's types."""

import base64
from typing import Any

import pytest

from openapi_mcp.model.call import Blob, Failure, FailureKind, Result, Text
from openapi_mcp.server.results import mcp_result

BYTES = b"\x00\xffdata"
ENCODED = base64.b64encode(BYTES).decode()


@pytest.mark.parametrize(
    ("mime_type", "block"),
    [
        ("image/png", {"type": "image", "mimeType": "image/png", "data": ENCODED}),
        ("image/jpeg", {"type": "image", "mimeType": "image/jpeg", "data": ENCODED}),
        ("audio/ogg", {"type": "audio", "mimeType": "audio/ogg", "data": ENCODED}),
        (
            "image/svg+xml",
            {"type": "resource", "resource": {"uri": "https://x/y", "mimeType": "image/svg+xml", "blob": ENCODED}},
        ),
        (
            "application/zip",
            {"type": "resource", "resource": {"uri": "https://x/y", "mimeType": "application/zip", "blob": ENCODED}},
        ),
    ],
)
def test_bytes_are_the_block_that_clients_show(mime_type: str, block: dict[str, Any]) -> None:
    """design.md, A result; mcp-facts.md section 6: JPEG, PNG, GIF and WebP are what clients show."""
    result = mcp_result(Result(content=(Blob(data=BYTES, mime_type=mime_type, uri="https://x/y"), Text(text="note"))))
    shown = result.model_dump(by_alias=True, exclude_none=True)
    assert shown["content"] == [block, {"type": "text", "text": "note"}]
    assert (shown["isError"], shown.get("structuredContent")) == (False, None)


def test_a_failure_is_an_error_result() -> None:
    """design.md, A result, Failure."""
    result = mcp_result(Failure(kind=FailureKind.NOT_FOUND, message="gone").as_result())
    assert result.is_error
    assert result.structured_content is not None
    assert result.structured_content["error"]["kind"] == "not_found"
