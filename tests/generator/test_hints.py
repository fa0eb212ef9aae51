"""What a client is told of a tool beside the protocol's own words."""

from typing import Any

import pytest
from support.make import one_tool, toolset

from openapi_mcp.generator.listing import searching
from openapi_mcp.generator.stripped import decode_tool, encode_tool
from openapi_mcp.model.policy import Selection
from openapi_mcp.model.tool import RESULT_SIZE, SEARCH_HINT, wire_tool


def hint(operation: dict[str, Any], path: str = "/things") -> Any:
    return one_tool(operation, path=path).meta.get(SEARCH_HINT)


@pytest.mark.parametrize(
    ("operation", "path", "expected"),
    [
        ({"tags": ["Invoices"], "summary": "Download a document"}, "/billing/{id}/pdf", "invoice billing pdf"),
        ({"tags": ["invoices"], "summary": "Download an invoice"}, "/api/v1/invoices", None),
        ({"tags": ["policies"], "summary": "Read the policy"}, "/p2/ab", None),
        (
            {"operationId": "x", "summary": "y"},
            "/" + "/".join(c * 3 for c in "abcdefghij"),
            "aaa bbb ccc ddd eee fff ggg hhh",
        ),
    ],
)
def test_words_of_tags_and_path_that_stand_nowhere_else_help_to_find_a_tool(
    operation: dict[str, Any], path: str, expected: str | None
) -> None:
    """mcp-facts.md section 6: anthropic/searchHint."""
    assert hint({"operationId": "x", **operation}, path) == expected


def test_words_of_all_operations_help_nobody() -> None:
    """Our choice: of more than four, and a fifth of all."""
    paths = {f"/subscription/p{n}": {"get": {"operationId": f"o{n}", "summary": "It"}} for n in range(6)}
    assert not any(tool.meta for tool in toolset(paths).tools)


@pytest.mark.parametrize(
    ("max_response", "expected"),
    [
        (25_000, None),
        (50_000, None),
        (50_001, 60_000),
        (100_000, 110_000),
        (496_000, 500_000),
        (10**6, 500_000),
        (0, 500_000),
    ],
)
def test_results_longer_than_a_client_shows_are_announced(max_response: int, expected: int | None) -> None:
    """mcp-facts.md section 6: anthropic/maxResultSizeChars; results of at most 50,000 are never affected."""
    made = toolset({"/a": {"get": {}}}, selection=Selection(max_response=max_response, reads_on=True))
    assert made.tools[0].meta.get(RESULT_SIZE) == expected
    told = {tool["name"]: tool.get("_meta", {}).get(RESULT_SIZE) for tool in searching(made, "").extras}
    assert told == {
        "search_operations": None,
        "describe_operations": None,
        "call_operation": expected,
        "read_result": expected,
    }


def test_hints_are_listed_and_kept() -> None:
    """A catalogue on disk brings them back."""
    tool = one_tool({"tags": ["billing"]}, selection=Selection(max_response=0))
    listed = wire_tool(tool)
    assert listed["_meta"] == {SEARCH_HINT: "billing", RESULT_SIZE: 500_000, "openapi-mcp/operation": "GET /things"}
    assert wire_tool(decode_tool(listed, encode_tool(tool, {}))) == listed
