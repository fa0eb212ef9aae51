"""A tool as the compact list carries it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.make import ALL_METHODS, answering, json_body, one_tool, parameter, toolset, validated

from openapi_mcp.generator import compact, outline
from openapi_mcp.generator.clients import fit
from openapi_mcp.generator.compact import compact_tool
from openapi_mcp.generator.gate import Gate
from openapi_mcp.generator.pages import ToolPages, pages_of
from openapi_mcp.model.policy import CLIENTS, Selection
from openapi_mcp.model.tool import RESULT_SIZE

INTEGERS = {"type": "array", "items": {"type": "integer"}}
OF_ID = {"type": "object", "description": "{id?}"}


def arguments(*parameters: dict[str, Any], **root: Any) -> dict[str, Any]:
    listed = compact_tool(one_tool({"parameters": list(parameters)}, **root))
    found: dict[str, Any] = listed["inputSchema"].get("properties", {})
    return found


def argument(schema: Any, name: str = "thing", **fields: Any) -> Any:
    components = {"schemas": {"Order": {"type": "object", "properties": {"id": {"type": "integer"}}}}}
    return arguments(parameter(name, schema=schema, **fields), components=components)[name]


def said(operation: dict[str, Any]) -> str:
    text: str = compact_tool(one_tool(operation))["description"]
    return text


def test_a_compact_tool_has_a_name_a_point_and_types() -> None:
    """Issue 6: --list-style. Calls are still held against the whole schema."""
    operation = {
        "operationId": "orders_list",
        "summary": "List the orders of a customer",
        "description": "Newest first.",
        "parameters": [
            parameter("customer", schema={"type": "integer", "minimum": 1}, required=True, description="Whose."),
            parameter("state", schema={"type": "string", "enum": ["paid", "open"], "default": "open"}),
        ],
        **answering({"type": "array", "items": {"type": "string"}}),
    }
    assert compact_tool(one_tool(operation)) == {
        "name": "orders_list",
        "description": "List the orders of a customer.",
        "inputSchema": {
            "type": "object",
            "properties": {"customer": {"type": "integer"}, "state": {"type": "string", "enum": ["paid", "open"]}},
            "required": ["customer"],
        },
        "annotations": {"readOnlyHint": True},
    }


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"summary": "Search", "description": "Finds orders by number. More."}, "Search. Finds orders by number."),
        ({"summary": "Search", "description": "Note: only a preview."}, "Search."),
        ({"summary": "Search", "description": "Word " * 40}, "Search."),
        ({"summary": "Search", "deprecated": True}, "Search. Deprecated."),
        ({"summary": "word " * 40}, "word " * 18 + "word…"),
        ({}, "Gets things. GET /things"),
    ],
)
def test_the_first_sentence_is_the_point_and_a_telling_second_one_stays(
    operation: dict[str, Any], expected: str
) -> None:
    """Our choice of 100 characters."""
    assert said(operation) == expected


def test_the_line_on_needs_stays() -> None:
    """Issue 6: one short line."""
    tool = replace(one_tool(), description="List orders of it.\nNeeds customer, from customers_list.\nReturns: list.")
    assert compact_tool(tool)["description"] == "List orders of it. Needs customer, from customers_list."


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "format": "date", "pattern": "^.{9}$", "maxLength": 9}, {"type": "string"}),
        ({"type": "string", "enum": [f"value {n}" for n in range(20)]}, {"type": "string"}),
        ({"enum": ["a", 1]}, {"enum": ["a", 1]}),
        ({"type": "array", "items": {"type": "integer"}, "maxItems": 3}, INTEGERS),
        ({"type": "array"}, {"type": "array", "items": {}}),
        ({"type": "object"}, {"type": "object"}),
        ({"type": "object", "properties": {"id": {"type": "string"}}}, OF_ID),
        ({"properties": {"id": {"type": "string"}}}, OF_ID),
        ({"$ref": "#/components/schemas/Order"}, OF_ID),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Order"}}, {"type": "array", "items": OF_ID}),
        ({"anyOf": [{"$ref": "#/components/schemas/Order"}, {"type": "null"}]}, OF_ID),
        ({"enum": [f"value {n}" for n in range(20)]}, {"type": "string"}),
        ({"anyOf": [INTEGERS, {"type": "null"}]}, INTEGERS),
        ({"oneOf": [{"type": "string"}, {"type": "string", "format": "date"}]}, {"type": "string"}),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ({"oneOf": [{"type": "string"}, INTEGERS]}, {"anyOf": [{"type": "string"}, INTEGERS]}),
        ({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}, {"type": "integer"}]},
         {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        ({"type": ["string", "integer"]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ({"oneOf": [INTEGERS, {"type": "array", "items": {"type": "string"}}]},
         {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}}),
        ({"anyOf": [{"type": "string"}, {}]}, {}),
        ({"type": ["string", "null"]}, {"type": "string"}),
        ({}, {}),
    ],
)  # fmt: skip
def test_an_argument_is_its_type_and_its_values_where_they_are_few(schema: Any, expected: Any) -> None:
    """Issue 6: nested schemas shallow, no limits."""
    assert argument(schema) == expected


def test_a_name_that_says_nothing_keeps_its_words() -> None:
    """Issue 6: no argument descriptions unless the name alone says nothing, and they are short."""
    assert argument({"type": "string"}, "q", description="Words to find.") == {
        "type": "string",
        "description": "Words to find.",
    }
    assert argument({"type": "string"}, "q", description="w" * 61) == {"type": "string"}
    assert argument({"type": "string"}, "query", description="Words to find.") == {"type": "string"}


def test_a_body_of_alternatives_names_what_each_needs() -> None:
    """A bare object could not be called: nothing said what is in it."""
    schema = {
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}, "card": {"$ref": "#/components/schemas/Card"}},
        "oneOf": [{"required": ["card"]}, {"required": ["iban"]}],
    }
    card = {"type": "object", "properties": {"number": {"type": "string"}}, "required": ["number"]}
    operation = {"requestBody": {"content": json_body(schema), "required": True}}
    listed = compact_tool(one_tool(operation, method="post", components={"schemas": {"Card": card}}))
    assert listed["inputSchema"]["properties"] == {
        "body": {"type": "object", "description": "{kind} with {card: {number}} or {iban}"}
    }


def test_a_body_keeps_its_words_before_its_fields() -> None:
    """Both say what to give."""
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    found = arguments(parameter("data", schema=schema, description="What is sought."))["data"]
    assert found["description"] == "What is sought. {id?}"


def test_a_recursive_argument_comes_to_an_end() -> None:
    """Our choice of eight steps."""
    schemas = {"List": {"type": "array", "items": {"$ref": "#/components/schemas/List"}}}
    body = {
        "requestBody": {
            "content": json_body({"type": "object", "properties": {"tree": {"$ref": "#/components/schemas/List"}}})
        }
    }
    listed = compact_tool(one_tool(body, method="post", components={"schemas": schemas}))
    assert str(listed["inputSchema"]).count("'array'") == 9


def level(number: int, width: int, *others: dict[str, Any], **root: Any) -> dict[str, Any]:
    below = {"$ref": f"#/components/schemas/L{number + 1}"}
    return {"oneOf": [below] * width + list(others), **root}


ALTERNATIVES = {f"L{n}": level(n, 20, {"type": "string"}) for n in range(4)} | {"L4": {"type": "integer"}}
REQUIRED = {
    f"L{n}": level(
        n, 4, properties={f"p{k}": {"$ref": f"#/components/schemas/L{n + 1}"} for k in range(20)}, type="object"
    )
    | {"required": [f"p{k}" for k in range(20)]}
    for n in range(4)
} | {"L4": {"type": "string"}}


@pytest.mark.parametrize("schemas", [ALTERNATIVES, REQUIRED])
def test_schemas_that_refer_to_each_other_many_times_are_looked_at_once(
    monkeypatch: pytest.MonkeyPatch, schemas: dict[str, Any]
) -> None:
    """security.md: a small document does not cost much."""
    looked: list[Any] = []
    follow = outline.only

    def count(schema: Any, definitions: Any) -> Any:
        looked.append(schema)
        return follow(schema, definitions)

    monkeypatch.setattr(outline, "only", count)
    monkeypatch.setattr(compact, "only", count)
    thing = {"type": "object", "properties": {"thing": {"$ref": "#/components/schemas/L0"}}}
    operation = {"requestBody": {"content": json_body(thing)}}
    compact_tool(one_tool(operation, method="post", components={"schemas": schemas}))
    assert len(looked) < 100


def test_of_more_types_than_are_told_it_is_told_that_any_may_stand_there() -> None:
    """Our choice: a list that is too long to be told is no list of what is allowed."""
    values = [{"enum": [f"a{number}"]} for number in range(40)]
    assert argument({"anyOf": [*values, {"type": "integer"}]}) == {}
    assert argument({"anyOf": [*values[:3], {"type": "integer"}]})["anyOf"][-1] == {"type": "integer"}


def test_what_only_pages_is_left_out_of_a_reading_tool_and_taken_all_the_same() -> None:
    """`_note.next` has the next call whole."""
    offered = [
        parameter("page", schema={"type": "integer"}),
        parameter("after", description="A cursor."),
        parameter("before", description="Only what is older."),
        parameter("old", deprecated=True),
        parameter("per_page", required=True),
    ]
    assert list(arguments(*offered)) == ["before", "per_page"]
    assert list(arguments(*offered, method="post")) == ["page", "after", "before", "per_page"]
    assert validated(one_tool({"parameters": offered}), {"page": 2, "per_page": "1"}) == {"page": 2, "per_page": "1"}


def test_a_large_tool_says_the_values_of_required_arguments_alone() -> None:
    """Our choice of 1,000 bytes: twenty settings with the same three values."""
    schema = {"type": "string", "enum": ["enabled", "disabled", "not_set"]}
    found = arguments(*(parameter(f"setting_{n}", schema=schema, required=n == 0) for n in range(20)))
    assert [name for name, value in found.items() if "enum" in value] == ["setting_0"]


@pytest.mark.parametrize(
    ("method", "responses", "expected"),
    [
        ("get", {}, {"readOnlyHint": True}),
        ("delete", {}, None),
        ("post", {}, None),
        ("post", {"201": {"description": "x"}}, {"destructiveHint": False}),
    ],
)
def test_hints_stand_where_they_differ_from_what_the_protocol_takes_for_granted(
    method: str, responses: dict[str, Any], expected: Any
) -> None:
    """MCP 2026-07-28, ToolAnnotations."""
    assert compact_tool(one_tool({"responses": responses}, method=method)).get("annotations") == expected


def test_no_hint_but_that_on_long_results_is_kept() -> None:
    """Issue 6: `_meta` where it helps."""
    tool = one_tool({"tags": ["billing"]}, selection=Selection(max_response=0))
    assert compact_tool(tool)["_meta"] == {RESULT_SIZE: 500_000}
    assert "_meta" not in compact_tool(one_tool({"tags": ["billing"]}))


def test_the_pages_of_a_compact_toolset_are_compact() -> None:
    """Issue 6: only the writing differs."""
    made = replace(toolset({"/a": {"get": {}}}), style="compact")
    assert pages_of(made).tools(0) == [compact_tool(made.tools[0])]
    assert ToolPages(made.tools, (), "full").tools(0) != pages_of(made).tools(0)


_TEXT = st.text(max_size=40)
_LEAF = st.fixed_dictionaries(
    {}, optional={"type": st.sampled_from(["string", "integer", "array", "object"]), "description": _TEXT}
)
_SCHEMA = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(lambda forms: {"anyOf": forms}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda fields: {"type": "object", "properties": fields}, st.dictionaries(_TEXT, inner, max_size=3)),
    ),
    max_leaves=6,
)


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=100)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,9}", fullmatch=True), _SCHEMA, max_size=4), _TEXT)
def test_every_compact_tool_passes_the_gate_of_every_client(schemas: dict[str, Any], summary: str) -> None:
    """Law. security.md; a compact list is refused by no client either."""
    operation = {"summary": summary, "parameters": [parameter(name, schema=schema) for name, schema in schemas.items()]}
    for client in CLIENTS:
        made = toolset({"/a": {"get": operation}}, selection=replace(ALL_METHODS, client=client))
        gate = Gate(fit(client))
        assert [gate.objection(compact_tool(tool)) for tool in made.tools] == [None] * len(made.tools)
