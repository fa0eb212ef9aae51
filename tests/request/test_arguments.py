"""Arguments held against a tool's input schema, before anything is sent."""

from datetime import date
from typing import Any

import pytest
from support.make import json_body, one_tool, parameter, tool_with_body, validated

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.tool import Tool

KEY = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}


def checked(tool: Tool, arguments: dict[str, Any]) -> dict[str, Any]:
    return validated(tool, arguments)


def refused(tool: Tool, arguments: dict[str, Any]) -> ArgumentsError:
    with pytest.raises(ArgumentsError) as raised:
        checked(tool, arguments)
    return raised.value


def taking(schema: dict[str, Any]) -> Tool:
    return one_tool({"parameters": [parameter("a", schema=schema)]})


def test_arguments_that_fit_are_returned_as_they_are() -> None:
    """security.md 15 R-ARGS."""
    tool = one_tool({"parameters": [parameter("a"), parameter("n", schema={"type": "integer"})]})
    assert checked(tool, {"a": "x", "n": 3}) == {"a": "x", "n": 3}
    assert checked(tool, {}) == {}


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"path_id": 1, "body_id": 2}, {"id": 1, "body_id": 2}),
        ({"id": 1, "body_id": 2}, {"id": 1, "body_id": 2}),
        ({"path_id": 1, "body_id": 2, "body_name": "x"}, {"id": 1, "body_id": 2, "name": "x"}),
    ],
)
def test_an_argument_may_say_its_location(given: dict[str, Any], taken: dict[str, Any]) -> None:
    """design.md, Tools: `path_id` and `body_id` where both have the name; `id` alone is the path's."""
    body = {"type": "object", "properties": {"id": {}, "name": {}}}
    tool = one_tool(
        {"parameters": [parameter("id", "path", schema={})], "requestBody": {"content": json_body(body)}},
        method="post",
        path="/a/{id}",
    )
    assert validated(tool, given) == taken


def test_an_argument_given_under_both_its_names_is_refused() -> None:
    """design.md, Tools. Derive, never invent: which of the values was meant cannot be told."""
    tool = one_tool({"parameters": [parameter("id", "path", schema={})]}, path="/a/{id}")
    with pytest.raises(ArgumentsError, match="path_id"):
        validated(tool, {"id": 1, "path_id": 2})


def test_an_argument_that_is_not_the_callers_is_dropped() -> None:
    """security.md 4 R-CRED: ignored if given."""
    tool = one_tool({"parameters": [parameter("Authorization", "header"), parameter("a")]})
    assert checked(tool, {"a": "x", "Authorization": "Bearer stolen"}) == {"a": "x"}


def test_a_header_that_is_not_the_callers_is_dropped_in_any_letter_case() -> None:
    """security.md 4 R-CRED; RFC 9110 section 5.1: field names are case-insensitive."""
    tool = one_tool({"parameters": [parameter("X-Key", "header"), parameter("a")]}, components={"securitySchemes": KEY})
    assert checked(tool, {"a": "x", "x-key": "stolen", "X-KEY": "stolen"}) == {"a": "x"}
    both = one_tool({"parameters": [parameter("Accept", "header"), parameter("accept")]})
    assert checked(both, {"accept": "x"}) == {"accept": "x"}


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"type": "integer"}, "x", 'argument "a" is "x", but must be integer'),
        ({"type": "integer"}, True, 'argument "a" is true, but must be integer'),
        ({"type": "string"}, None, 'argument "a" is null, but must be string'),
        ({"enum": ["x", "y"]}, "z", 'argument "a" is "z", but must be one of "x", "y"'),
        ({"enum": list(range(25))}, 99, f"must be one of {', '.join(map(str, range(20)))}, and 5 more"),
        ({"const": {"a": 1}}, 2, 'is 2, but must be {"a":1}'),
        ({"minimum": 3}, 2, "is 2, but must be at least 3"),
        ({"maximum": 3}, 4, "is 4, but must be at most 3"),
        ({"exclusiveMinimum": 3}, 3, "is 3, but must be more than 3"),
        ({"exclusiveMaximum": 3}, 3, "is 3, but must be less than 3"),
        ({"multipleOf": 2}, 3, "is 3, but must be a multiple of 2"),
        ({"minLength": 2}, "x", 'is "x", but must have at least 2 characters'),
        ({"maxLength": 2}, "xyz", 'is "xyz", but must have at most 2 characters'),
        ({"pattern": "^[a-z]+$"}, "X1", 'is "X1", but must match the pattern ^[a-z]+$'),
        ({"type": "array", "minItems": 1}, [], "must have at least 1 item"),
        ({"type": "array", "maxItems": 1}, [1, 2], "must have at most 1 item"),
        ({"type": "array", "uniqueItems": True}, [1, 1], "must not hold the same item twice"),
        ({"minProperties": 1}, {}, "must have at least 1 field"),
        ({"maxProperties": 1}, {"a": 1, "b": 2}, "must have at most 1 field"),
        ({"not": {"type": "string"}}, "x", 'is "x", which is not allowed'),
        ({"type": ["integer", "null"]}, "x", 'is "x", but must be integer or null'),
        ({"anyOf": [{"minimum": 3}, {"maximum": 1}]}, 2, "is 2, which fits none of its 2 alternatives"),
        ({"oneOf": [{"type": "integer"}, {"type": "boolean"}]}, "x", "but must be integer or boolean"),
        ({"oneOf": [{}, {}]}, "x", 'is "x", which fits several of its 2 alternatives, and must fit exactly one'),
        ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"c": 1}, "fits none of its 2 alternatives"),
        (
            {"anyOf": [{"type": "object", "required": ["a"]}, {"type": "object", "required": ["b"]}]},
            {"c": 1},
            'is {"c":1}, which fits none of its 2 alternatives',
        ),
        ({"oneOf": [{"type": "object"}, {"type": "object"}]}, 1, "is 1, but must be object"),
        ({"type": ["integer", "string"], "minimum": 3}, 2, "is 2, but must be at least 3"),
        ({"type": "array", "items": {"type": "integer"}}, [1, "x"], 'argument "a[1]" is "x", but must be integer'),
        ({"required": ["id", "n"]}, {"id": 1}, 'lacks "n"'),
        (
            {"type": "object", "properties": {"x": {}}, "additionalProperties": False},
            {"y": 1},
            'argument "a" has unknown fields "y"; allowed: "x"',
        ),
        (
            {"type": "object", "properties": {"x": {"properties": {"y": {"type": "integer"}}}}},
            {"x": {"y": "z"}},
            'argument "a.x.y" is "z", but must be integer',
        ),
        ({"contains": {"type": "integer"}}, ["x"], 'breaks the rule contains: {"type":"integer"}'),
        ({"type": "string"}, float("nan"), "is nan, but must be string"),
        ({"type": "string"}, date(2026, 11, 20), "is 2026-11-20, but must be string"),
        ({"type": "string"}, ["x" * 200], "…, but must be string"),
    ],
)
def test_a_broken_rule_is_said_with_the_argument_and_what_is_allowed(
    schema: dict[str, Any], value: Any, said: str
) -> None:
    """security.md 15 R-ARGS: naming the argument and the rule."""
    error = refused(taking(schema), {"a": value})
    assert said in error.message
    assert error.field == "a"
    choose = 'make "a" fit one of its alternatives, and call again'
    assert error.hint == (choose if "fits none of" in error.message else 'correct "a" and call again')


@pytest.mark.parametrize(
    ("schema", "value", "end"),
    [
        ({"minLength": 1}, "", "at least 1 character"),
        ({"type": "array", "maxItems": 1}, [1, 2], "at most 1 item"),
        ({"minProperties": 1}, {}, "at least 1 field"),
        ({"type": "array", "maxItems": 0}, [1], "at most 0 items"),
    ],
)
def test_one_is_said_in_the_singular(schema: dict[str, Any], value: Any, end: str) -> None:
    """Our choice of words."""
    assert refused(taking(schema), {"a": value}).message.endswith(end)


def test_a_missing_argument_is_named() -> None:
    """security.md 15 R-ARGS. `id` begins as `identity` does: each is told by its whole name."""
    tool = one_tool({"parameters": [parameter("identity", required=True), parameter("id", required=True)]})
    error = refused(tool, {"identity": "x"})
    assert (error.field, error.hint) == ("id", 'add "id"')
    assert error.message == 'argument "id" is missing: it is required'
    everything = refused(tool, {})
    assert everything.message == (
        'argument "identity" is missing: it is required; argument "id" is missing: it is required'
    )


def test_an_unknown_argument_is_named_with_the_nearest_known() -> None:
    """security.md 15 R-ARGS: unknown name."""
    tool = one_tool({"parameters": [parameter("customer"), parameter("page")]})
    error = refused(tool, {"custmer": "x"})
    assert error.field == "custmer"
    assert error.message == 'argument "custmer" is unknown: this tool takes customer, page'
    assert error.hint == 'did you mean "customer"?'
    assert refused(tool, {"zzz": "x"}).hint == "arguments of this tool: customer, page"


def test_a_tool_without_arguments_says_so() -> None:
    """security.md 15 R-ARGS."""
    error = refused(one_tool(), {"x": 1})
    assert error.message == 'argument "x" is unknown: this tool takes no arguments'


def test_many_complaints_are_counted() -> None:
    """style.md, Errors: foreign text in a message is shortened."""
    tool = one_tool({"parameters": [parameter(f"p{i}", schema={"type": "integer"}) for i in range(8)]})
    error = refused(tool, {f"p{i}": "x" for i in range(8)})
    assert error.message.count("but must be integer") == 5
    assert error.message.endswith("; and 3 more")


def test_what_is_missing_or_unknown_comes_before_what_is_wrong() -> None:
    """Our choice: it explains the rest."""
    tool = one_tool({"parameters": [parameter("a", schema={"type": "integer"}), parameter("b", required=True)]})
    assert refused(tool, {"a": "x"}).field == "b"


def test_an_optional_body_is_whole_once_any_of_it_is_given() -> None:
    """OAS 3.1.1, Request Body Object: the body is optional, not the fields that it requires."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": {}, "b": {}}}
    tool = tool_with_body(json_body(schema), required=False)
    assert checked(tool, {}) == {}
    assert checked(tool, {"a": 1}) == {"a": 1}
    error = refused(tool, {"b": 1})
    assert (error.field, error.message) == ("a", 'argument "a" is missing: the body needs it')


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"kids": [value]}
    return value


TREE = {
    "type": "object",
    "properties": {"kids": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
    "additionalProperties": False,
}


def test_a_tree_is_checked_to_its_leaves() -> None:
    """JSON Schema 2020-12, recursion."""
    tool = tool_with_body(json_body({"$ref": "#/components/schemas/Tree"}), components={"schemas": {"Tree": TREE}})
    assert checked(tool, nested(5)) == nested(5)
    error = refused(tool, {"kids": [{"kids": [{"leaf": 1}]}]})
    assert 'argument "kids[0].kids[0]" has unknown fields "leaf"' in error.message


def test_a_tree_without_end_is_refused() -> None:
    """security.md 23: deep nesting. It ended the call with a RecursionError, and at some depths the process."""
    tool = tool_with_body(json_body({"$ref": "#/components/schemas/Tree"}), components={"schemas": {"Tree": TREE}})
    assert checked(tool, nested(20)) == nested(20)
    for depth in range(200, 500):
        assert "nested without end" in refused(tool, nested(depth)).message


def test_a_schema_without_end_takes_what_is_given() -> None:
    """security.md 20 R-ROBUST: cycles. It ended every call with a RecursionError, then refused every call."""
    schemas = {"A": {"allOf": [{"$ref": "#/components/schemas/A"}]}}
    tool = tool_with_body(json_body({"$ref": "#/components/schemas/A"}), components={"schemas": schemas})
    assert checked(tool, {"body": 1}) == {"body": 1}


def test_a_multiple_is_reckoned_as_decimals_are() -> None:
    """A number beyond a double ended the call with an OverflowError; 0.3 is no multiple of 0.1 among doubles."""
    assert checked(taking({"type": "number", "multipleOf": 0.5}), {"a": 10**400}) == {"a": 10**400}
    assert checked(taking({"type": "number", "multipleOf": 0.1}), {"a": 0.3}) == {"a": 0.3}
    assert "must be a multiple of 0.1" in refused(taking({"type": "number", "multipleOf": 0.1}), {"a": 0.35}).message


def test_a_long_or_hidden_name_is_shown_shortened() -> None:
    """security.md 35 and 31: what is foreign is shortened and shows what it holds."""
    error = refused(one_tool({"parameters": [parameter("a")]}), {"x\u202e" + "y" * 500: 1})
    assert len(error.message) < 200
    assert "\u202e" not in error.message
