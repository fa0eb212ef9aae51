"""One call over HTTP as 2026-07-28 has it: no handshake, no session."""

from collections.abc import Mapping
from typing import Any

import httpx

_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def called(
    client: httpx.Client,
    url: str,
    tool: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    meta: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Call a tool; `meta` and `headers` come along."""
    params = {"name": tool, "arguments": dict(arguments or {}), "_meta": {**_META, **(meta or {})}}
    own = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": tool,
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return client.post(url, headers={**own, **(headers or {})}, json=body)
