"""The operator's own values among the arguments of a call, and without them where a call is told."""

from typing import Any

import pytest
from support.make import json_body, parameter, toolset

from openapi_mcp.model.policy import ArgumentEdit, Selection, ToolEdit
from openapi_mcp.model.tool import Tool
from openapi_mcp.request.filled import filled, unfilled


def tool(**edits: dict[str, Any]) -> Tool:
    """Return a tool with the arguments `shop`, `size` and `page`, of which some are edited."""
    operation = {"operationId": "list", "parameters": [parameter("shop"), parameter("size"), parameter("page")]}
    arguments = {name: ArgumentEdit(**fields) for name, fields in edits.items()}
    made = toolset({"/a": {"get": operation}}, selection=Selection(edits={"list": ToolEdit(arguments=arguments)}))
    return made.tools[0]


def test_what_is_fixed_wins_and_a_default_gives_way() -> None:
    """Security: whatever the arguments say."""
    edited = tool(shop={"fix": "7"}, size={"default": "20"})
    assert filled(edited, {"page": "2"}, None) == {"page": "2", "shop": "7", "size": "20"}
    assert filled(edited, {"shop": "8", "size": "5"}, None) == {"shop": "7", "size": "5"}


def test_without_edits_arguments_stay_as_they_are() -> None:
    """Most tools have none."""
    assert filled(tool(), {"page": "2", "other": 1}, None) == {"page": "2", "other": 1}


def test_a_value_for_another_media_type_is_not_added() -> None:
    """A default may be for one of several bodies."""
    content = {**json_body({"type": "object", "properties": {"a": {}}}), "text/csv": {"schema": {"type": "string"}}}
    operation = {"operationId": "add", "requestBody": {"required": True, "content": content}}
    edits = {"add": ToolEdit(arguments={"a": ArgumentEdit(default=1)})}
    selection = Selection(methods=frozenset({"POST"}), edits=edits)
    made = toolset({"/a": {"post": operation}}, selection=selection).tools[0]
    assert [filled(made, {}, body) for body in made.bodies] == [{"a": 1}, {}]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"shop": "7", "page": "2"}, [{"page": "2"}]),
        ({"page": "2"}, [{"page": "2"}]),
        ({"shop": "8", "page": "2"}, []),
        ({"shop": "7", "page": "1"}, []),
    ],
)
def test_a_call_that_goes_on_is_told_without_what_is_fixed(found: dict[str, Any], told: list[Any]) -> None:
    """A caller could not repeat it; one that would change what is fixed, or repeats the call, goes nowhere."""
    assert list(unfilled(tool(shop={"fix": "7"}), {"page": "1"}, [found])) == told
