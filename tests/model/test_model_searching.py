"""The list of the search mode."""

import pytest
from support.make import toolset

from openapi_mcp.generator.listing import searching
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.policy import Selection
from openapi_mcp.model.searching import as_searching, call_hints, search_tools

CREATED = {"responses": {"201": {"description": "Made."}}}


@pytest.mark.parametrize(
    ("methods", "hints"),
    [
        ({"get": {}}, {"readOnlyHint": True}),
        ({"get": {}, "post": CREATED}, {"readOnlyHint": False, "destructiveHint": False}),
        ({"get": {}, "post": CREATED, "delete": {}}, {"readOnlyHint": False}),
    ],
)
def test_the_hints_of_a_call_are_those_of_the_worst_operation(
    methods: dict[str, dict[str, object]], hints: dict[str, bool]
) -> None:
    """MCP 2026-07-28, ToolAnnotations: what writes is taken for destructive unless it says otherwise."""
    call = search_tools(call_hints(toolset({"/a": methods}).tools))[-1]
    assert (call["name"], call["annotations"]) == ("call_operation", hints)


def test_the_list_is_within_its_budget_with_its_frame() -> None:
    """Issue 6, Search mode: at most 300 tokens, 4 bytes each; the frame of a modern answer takes about 200."""
    made = toolset(
        {"/a": {"get": {}, "post": CREATED}}, selection=Selection(methods=frozenset({"GET", "POST"}), reads_on=True)
    )
    listed = searching(made, "").extras
    assert [tool["name"] for tool in listed] == [
        "search_operations",
        "describe_operations",
        "call_operation",
        "read_result",
    ]
    assert len(write_json({"tools": listed})) <= 980
    assert all(tool["inputSchema"]["type"] == "object" and tool["description"] for tool in listed)


def test_other_extras_are_listed_as_they_are() -> None:
    """Only `read_result` has fewer words there."""
    other = {"name": "other", "description": "Mine."}
    assert as_searching(other) is other
