"""Hidden characters in the schemas of a list: security.md 31."""

import json
from typing import Any

import pytest
from support.make import json_body, one_tool, parameter, tool_with_body

from openapi_mcp.generator.visible import leave_out_unseen
from openapi_mcp.model.text import holds_hidden
from openapi_mcp.model.tool import wire_tool

HIDDEN = ["\u200b", "\u202e", "\U000e0041", "\x1b[31m", "\x07", "\x9b", "\u2066", "\ufeff"]


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize(
    ("schema", "left"),
    [
        ({"enum": ["a", "aX", {"aX": 1}, [["X"]], 7]}, {"enum": ["a", 7]}),
        ({"enum": ["aX"]}, {}),
        ({"const": "aX", "type": "string"}, {"type": "string"}),
        ({"default": {"a": ["X"]}, "example": "X", "examples": ["X", "b"]}, {"examples": ["b"]}),
        ({"properties": {"a": {}, "bX": {}}, "required": ["a", "bX"]}, {"properties": {"a": {}}, "required": ["a"]}),
        ({"dependentRequired": {"aX": ["b"], "b": ["aX"], "c": ["a", "aX"]}}, {"dependentRequired": {"c": ["a"]}}),
        ({"dependentSchemas": {"aX": {}}, "required": ["X"]}, {}),
    ],
)
def test_what_nobody_sees_is_left_out(schema: dict[str, Any], left: dict[str, Any], hidden: str) -> None:
    """security.md 31: names likewise. A name or value that is cut would be another one."""
    made = json.loads(json.dumps(schema).replace("X", json.dumps(hidden)[1:-1]))
    leave_out_unseen(made)
    assert made == left


def test_what_everybody_sees_stays() -> None:
    """Other scripts, line feeds and tabs are no hidden characters."""
    schema = {"enum": ["é", "日本", "a\nb\tc", "", None, True], "properties": {"größe": {}}, "required": ["größe"]}
    made = json.loads(json.dumps(schema))
    leave_out_unseen(made)
    assert made == schema


@pytest.mark.requirement(31)
def test_no_hidden_character_reaches_a_list() -> None:
    """security.md 31: every word of a schema, however deep it stands."""
    unseen = "v\u200b\U000e0041w"
    inner = {
        "type": "object", "title": unseen, "description": unseen, "required": [unseen], "default": {unseen: unseen},
        "properties": {unseen: {"type": "string"}, "a": {"enum": [unseen, "b"], "pattern": f"^{unseen}$"}},
        "patternProperties": {f"^{unseen}": {"const": unseen}},
    }  # fmt: skip
    schema = {"type": "object", "properties": {unseen: inner, "list": {"type": "array", "items": inner}}}
    made = tool_with_body(json_body(schema), components={"schemas": {unseen: inner}})
    text = json.dumps(wire_tool(made), ensure_ascii=False)
    assert not holds_hidden(text)
    assert '"enum": ["b"]' in text


def test_an_argument_with_a_hidden_name_is_renamed_and_sent_as_it_is() -> None:
    """design.md, Tools: names that clients refuse are renamed in the list and restored on the wire."""
    made = one_tool({"parameters": [parameter("a\u200bb")]})
    assert [binding.name for binding in made.parameters] == ["a\u200bb"]
    assert not any(map(holds_hidden, made.input_schema["properties"]))
