"""How the span of a call says that it has failed; telemetry/test_telemetry_otel.py sees whole spans."""

from typing import Any

import pytest

from openapi_mcp.server.traced import kind_of


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        ({"content": [], "structuredContent": {"error": {"kind": "mine"}}, "isError": False}, ""),
        ({"isError": True, "structuredContent": {"error": {"kind": "not_found"}}}, "not_found"),
        ({"isError": True, "structuredContent": {"error": "broken"}}, "tool_error"),
        ({"isError": True, "content": []}, "tool_error"),
        (None, ""),
    ],
)
def test_a_failure_is_told_by_its_kind(result: Any, kind: str) -> None:
    """OpenTelemetry, error.type; our own kinds are few."""
    assert kind_of(result) == kind
