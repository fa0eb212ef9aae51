"""Tools as the operator wants them: [tool.NAME] of a config file."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import ALL_METHODS, BASE_URL, answering, in_memory, json_body, parameter, toolset, validated

from openapi_mcp.errors import ArgumentsError, ConfigError
from openapi_mcp.generator.codec import decode, encode
from openapi_mcp.generator.edits import NO_SUCH
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.policy import ArgumentEdit, Rate, Selection, ToolEdit, ToolLimits
from openapi_mcp.model.tool import Tool, Toolset, wire_tool
from openapi_mcp.request.build import build_request

WHERE = "openapi-mcp.toml: [tool.list]"
LIST = {
    "operationId": "list",
    "summary": "List orders.",
    "description": "Give `page_size` to have fewer. `page` says which page.",
    "parameters": [
        parameter("page_size", schema={"type": "integer", "maximum": 50}, description="Items of a page."),
        parameter("page", schema={"type": "integer"}, description="Which page; see page_size. Counts from 1."),
        parameter("shop", required=True),
    ],
    **answering({"type": "object", "properties": {"shop": {}, "page_size": {}}}),
}


def edited(operation: dict[str, Any], edit: ToolEdit, *, method: str = "get", path: str = "/orders") -> Toolset:
    """Return the tools of one operation `list` with this edit."""
    selection = Selection(methods=ALL_METHODS.methods, edits={"list": edit})
    return toolset({path: {method: {"operationId": "list", **operation}}}, selection=selection)


def with_arguments(operation: dict[str, Any], method: str = "get", path: str = "/orders", **edits: Any) -> Tool:
    """Return the one tool with these arguments edited, each by the fields of its edit."""
    arguments = {name: ArgumentEdit(**fields, where=f"{WHERE} {name}") for name, fields in edits.items()}
    (tool,) = edited(operation, ToolEdit(arguments=arguments, where=WHERE), method=method, path=path).tools
    return tool


def refused(operation: dict[str, Any], method: str = "get", path: str = "/orders", **edits: Any) -> ConfigError:
    """Return the error that an edit of these arguments ends with."""
    with pytest.raises(ConfigError) as caught:
        with_arguments(operation, method, path, **edits)
    assert caught.value.hint
    assert caught.value.where
    return caught.value


def sent(tool: Tool, arguments: Mapping[str, Any]) -> HttpRequest:
    """Return the request of a call as the executor builds it."""
    return build_request(tool, validated(tool, arguments), BASE_URL)


def body_of(tool: Tool, arguments: Mapping[str, Any]) -> bytes:
    return in_memory(sent(tool, arguments).body)


def query(tool: Tool, **arguments: Any) -> str:
    return sent(tool, arguments).url.partition("?")[2]


def names(tool: Tool) -> list[str]:
    return list(tool.input_schema.get("properties", {}))


# --- tools ---


def test_a_tool_has_the_name_and_the_words_that_the_operator_gives_it() -> None:
    """Issue, Enrichment: rename, describe; what it returns is still said, and which operation it is."""
    (tool,) = edited(LIST, ToolEdit(name="recent", title="Recent orders", description="The last\n orders.")).tools
    assert (tool.name, tool.title) == ("recent", "Recent orders")
    assert tool.description == "The last orders.\nReturns: shop, page_size."
    assert wire_tool(tool)["_meta"] == {"openapi-mcp/operation": "GET /orders"}


@pytest.mark.parametrize("key", ["shop_list", "list", "GET /orders", "get  /orders"])
def test_an_operation_is_named_by_its_tool_by_its_id_or_by_method_and_path(key: str) -> None:
    """Issue 6, Enrichment: the tool's name as inspect shows it, or the operationId, or 'GET /orders'."""
    selection = Selection(edits={key: ToolEdit(name="recent")}, prefix="shop_")
    made = toolset({"/orders": {"get": LIST}}, selection=selection)
    assert list(made.by_name) == ["shop_recent"]
    assert made.problems == ()


def test_a_new_name_may_have_the_prefix_of_its_api_already() -> None:
    """Our choice: it is the name as inspect shows it."""
    selection = Selection(edits={"list": ToolEdit(name="shop_recent")}, prefix="shop_")
    assert list(toolset({"/orders": {"get": LIST}}, selection=selection).by_name) == ["shop_recent"]


def test_a_hidden_operation_is_no_tool_and_that_is_said() -> None:
    """Issue 6, Enrichment: inspect shows it under skipped with that reason."""
    made = edited(LIST, ToolEdit(hide=True, where=WHERE))
    assert made.tools == ()
    assert [skipped.reason for skipped in made.skipped] == [f"hidden by {WHERE}"]
    assert made.problems == ()


def test_an_edit_brings_nothing_back_that_a_filter_left_out() -> None:
    """Issue 6, Enrichment: --methods-like filters still bind; a name that it would have is free."""
    paths = {"/orders": {"get": LIST, "post": {"operationId": "create"}}}
    edits = {"create": ToolEdit(name="make", arguments={"nothing": ArgumentEdit(fix=1)}), "list": ToolEdit(name="make")}
    made = toolset(paths, selection=Selection(edits=edits))
    assert [(tool.name, tool.operation.method) for tool in made.tools] == [("make", "GET")]
    assert [skipped.method for skipped in made.skipped] == ["POST"]
    assert made.problems == ()


@pytest.mark.parametrize("name", ["1st", "a.b", "a b", "x" * 41, "read_result", "search_operations", "call_operation"])
def test_a_name_that_a_client_would_refuse_is_a_config_error(name: str) -> None:
    """Issue 6, Enrichment: the rules of generator/naming.py hold; our own tools keep their names."""
    with pytest.raises(ConfigError, match="cannot be the name of a tool") as caught:
        edited(LIST, ToolEdit(name=name, where=WHERE))
    assert caught.value.where == WHERE


@pytest.mark.parametrize("edits", [{"list": "create"}, {"create": "list"}, {"list": "both", "create": "both"}])
def test_a_name_that_is_taken_is_a_config_error(edits: dict[str, str]) -> None:
    """Issue 6, Enrichment: unique; a clash is an error that says where."""
    paths = {"/orders": {"get": LIST, "post": {"operationId": "create"}}}
    named = {key: ToolEdit(name=name, where=f"[tool.{key}]") for key, name in edits.items()}
    with pytest.raises(ConfigError, match=r"the name '\w+' is taken, by (GET|POST) /orders") as caught:
        toolset(paths, selection=Selection(methods=ALL_METHODS.methods, edits=named))
    assert caught.value.where in {edit.where for edit in named.values()}


def test_two_tools_may_change_their_names_with_each_other_and_one_may_take_that_of_a_hidden_one() -> None:
    """Our choice: what counts is the list as it is in the end."""
    paths = {"/orders": {"get": LIST, "post": {"operationId": "create"}}}
    swapped = {"list": ToolEdit(name="create"), "create": ToolEdit(name="list")}
    made = toolset(paths, selection=Selection(methods=ALL_METHODS.methods, edits=swapped))
    assert [(tool.name, tool.operation.method) for tool in made.tools] == [("create", "GET"), ("list", "POST")]
    taking = {"list": ToolEdit(hide=True), "create": ToolEdit(name="list")}
    made = toolset(paths, selection=Selection(methods=ALL_METHODS.methods, edits=taking))
    assert [(tool.name, tool.operation.method) for tool in made.tools] == [("list", "POST")]


def test_two_tables_about_one_operation_are_a_config_error() -> None:
    """Our choice: which of them counts nobody could tell."""
    edits = {"list": ToolEdit(title="A", where="one"), "GET /orders": ToolEdit(title="B", where="two")}
    with pytest.raises(ConfigError, match="the same operation as one: GET /orders") as caught:
        toolset({"/orders": {"get": LIST}}, selection=Selection(edits=edits))
    assert caught.value.where == "two"


@pytest.mark.parametrize(
    ("key", "hint"), [("lits", "did you mean 'list'?"), ("zzz", "lists the tools"), ("zzz", "no workflows")]
)
def test_a_tool_that_is_not_there_is_a_warning(key: str, hint: str) -> None:
    """Issue 6, Enrichment: like a pattern that matches nothing."""
    selection = Selection(edits={key: ToolEdit(title="A", where=WHERE)})
    (problem,) = toolset({"/orders": {"get": LIST}}, selection=selection).problems
    assert problem.message == f"{NO_SUCH}there is no operation {key!r}"
    assert problem.pointer == WHERE
    assert hint in problem.hint


@pytest.mark.parametrize("edit", [ToolEdit(title="x" * 81, where=WHERE), ToolEdit(description="x" * 1020, where=WHERE)])
def test_words_that_do_not_fit_are_refused_and_not_cut(edit: ToolEdit) -> None:
    """Our choice: the operator can make them shorter, and nothing is dropped in silence."""
    with pytest.raises(ConfigError, match=r"it has [\d,]+ characters, and [\d,]+ fit"):
        edited(LIST, edit)


def test_what_else_reads_an_operation_finds_the_same_words_and_no_withheld_parameter() -> None:
    """Issue: a hidden argument vanishes; what searches tools, or says what they need, reads their operations."""
    operation = with_arguments(LIST, page_size={"hide": True}, page={"name": "number"}).operation
    assert operation.description == "`number` says which page."
    assert [parameter.name for parameter in operation.parameters] == ["page", "shop"]
    (tool,) = edited(LIST, ToolEdit(description="The last ones.")).tools
    assert (tool.operation.summary, tool.operation.description) == ("", "The last ones.")
    (tool,) = edited(LIST, ToolEdit(title="Recent", description="The last ones.")).tools
    assert (tool.operation.summary, tool.operation.description) == ("Recent", "The last ones.")
    (tool,) = edited(LIST, ToolEdit(title="Recent")).tools
    assert tool.operation.summary == "Recent"
    assert tool.description.startswith("List orders. Give ")


def test_an_operation_without_words_is_described_by_what_it_is_called() -> None:
    """Issue: no operation without a description; its path may name what is fixed."""
    tool = with_arguments({"parameters": [parameter("shop_id", "path")]}, path="/a/{shop_id}", shop_id={"fix": "7"})
    assert tool.description == "List. GET /a/{shop_id}\nReturns: not described."


# --- arguments ---


def test_a_renamed_argument_goes_to_its_place_under_its_own_name() -> None:
    """Issue: rename; what the model sees, restored on the wire. Texts speak of the new name."""
    tool = with_arguments(LIST, page_size={"name": "size"}, shop={"name": "of_shop"})
    assert names(tool) == ["size", "page", "of_shop"]
    assert tool.input_schema["required"] == ["of_shop"]
    assert query(tool, size=5, of_shop="a b") == "page_size=5&shop=a%20b"
    assert "Give `size` to have fewer." in tool.description
    assert tool.input_schema["properties"]["page"]["description"] == "Which page; see size. Counts from 1."
    for old in ("page_size", "query_page_size"):
        with pytest.raises(ArgumentsError, match="is unknown"):
            validated(tool, {"of_shop": "a", old: 5})


def test_two_arguments_may_change_their_names_with_each_other() -> None:
    """Our choice, as for tools."""
    tool = with_arguments(LIST, page_size={"name": "page"}, page={"name": "page_size"})
    assert query(tool, page=1, page_size=2, shop="a") == "page_size=1&page=2&shop=a"


@pytest.mark.parametrize("name", ["page", "shop", "a b", "x" * 65])
def test_an_arguments_name_is_legal_and_no_others(name: str) -> None:
    """Issue 6, Enrichment: a clash or an illegal name is an error; a withheld argument gives its name to none."""
    assert refused(LIST, page_size={"name": name}, shop={"fix": "a"}).where == f"{WHERE} page_size"


def test_an_argument_is_described_in_the_operators_words() -> None:
    """Issue: describe; too many are refused."""
    tool = with_arguments(LIST, page={"description": "Which page. Not\npage_size."}, page_size={"hide": True})
    assert tool.input_schema["properties"]["page"]["description"] == "Which page. Not page_size."
    assert "and 240 fit" in refused(LIST, page={"description": "x" * 241}).message


def test_a_default_is_sent_where_a_call_says_nothing_and_stands_in_the_schema() -> None:
    """Issue: default arguments; no longer required."""
    tool = with_arguments(LIST, page_size={"default": 20}, shop={"default": "a"})
    assert tool.input_schema["properties"]["page_size"] == {
        "type": "integer", "maximum": 50, "description": "Items of a page.", "default": 20,
    }  # fmt: skip
    assert "required" not in tool.input_schema
    assert query(tool) == "page_size=20&shop=a"
    assert query(tool, page_size=3, shop="b") == "page_size=3&shop=b"


def test_what_is_fixed_is_always_sent_and_nobodys_to_give() -> None:
    """Security: a tenant id; not under its name, nor with its place before it. It vanishes from all texts."""
    tool = with_arguments(LIST, shop={"fix": "7"}, page_size={"fix": 20})
    assert names(tool) == ["page"]
    assert "required" not in tool.input_schema
    assert tool.description == "List orders. `page` says which page.\nReturns: shop, page_size."
    assert tool.input_schema["properties"]["page"]["description"] == "Which page. Counts from 1."
    assert query(tool, page=2) == "page_size=20&page=2&shop=7"
    for name in ("shop", "query_shop", "SHOP", "body_shop"):
        with pytest.raises(ArgumentsError, match="is unknown"):
            validated(tool, {name: "8"})


def test_what_is_fixed_wins_even_where_nobody_looked_at_the_arguments() -> None:
    """Security: whoever builds a request cannot forget it."""
    tool = with_arguments(LIST, shop={"fix": "7"})
    assert build_request(tool, {"shop": "8"}, BASE_URL).url == f"{BASE_URL}/orders?shop=7"


def test_a_fixed_name_is_taken_on_the_wire_so_no_field_of_an_object_can_be_it() -> None:
    """Security: an exploded object becomes query parameters of its fields' names."""
    anything = {"type": "object", "additionalProperties": {"type": "string"}}
    operation = {"parameters": [parameter("shop"), parameter("hidden"), parameter("filter", schema=anything)]}
    tool = with_arguments(operation, shop={"fix": "7"}, hidden={"hide": True})
    assert query(tool, filter={"a": "b"}) == "shop=7&a=b"
    for name in ("shop", "hidden"):
        with pytest.raises(ArgumentsError, match=name):
            sent(tool, {"filter": {name: "8"}})


def test_a_hidden_argument_is_neither_offered_nor_sent() -> None:
    """Issue: hide; with fix as well it is fixed."""
    tool = with_arguments(LIST, page_size={"hide": True}, shop={"hide": True, "fix": "a"})
    assert names(tool) == ["page"]
    assert query(tool) == "shop=a"
    with pytest.raises(ArgumentsError, match="is unknown"):
        validated(tool, {"page_size": 1})


def test_what_is_required_cannot_be_hidden_without_a_value() -> None:
    """Issue 6, Enrichment: ConfigError; a path without its parameter is none."""
    assert refused(LIST, shop={"hide": True}).where == f"{WHERE} shop"
    of_path = {"parameters": [{**parameter("id", "path"), "required": False}]}
    assert "required, and hidden" in refused(of_path, path="/orders/{id}", id={"hide": True}).message


def test_a_fixed_path_parameter_is_encoded_like_any_other() -> None:
    """Issue 6, Enrichment: percent-encoded like any argument."""
    operation = {"parameters": [parameter("shop", "path"), parameter("id", "path")]}
    tool = with_arguments(operation, path="/shops/{shop}/orders/{id}", shop={"fix": "a/b c"})
    assert sent(tool, {"id": "1"}).url == f"{BASE_URL}/shops/a%2Fb%20c/orders/1"
    with pytest.raises(ArgumentsError, match="is unknown"):
        validated(tool, {"id": "1", "path_shop": "x"})


@pytest.mark.parametrize("field", ["fix", "default"])
def test_a_value_that_breaks_its_schema_is_a_config_error_that_says_where(field: str) -> None:
    """Issue 6, Enrichment: held against the argument's schema when the tool is made."""
    error = refused(LIST, page_size={field: 51})
    assert error.where == f"{WHERE} page_size"
    assert "51" in error.message
    assert "50" in error.message
    assert refused(LIST, page_size={field: "20"}).where == f"{WHERE} page_size"


def test_a_value_is_held_against_the_component_that_its_schema_names() -> None:
    """Our choice: as the tool's own schema is made."""
    kinds = {"Kind": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Kind"}}}}
    kind = parameter("kind", schema={"$ref": "#/components/schemas/Kind"})
    paths = {"/orders": {"get": {"operationId": "list", "parameters": [kind]}}}

    def made(value: Any) -> Toolset:
        edits = {"list": ToolEdit(arguments={"kind": ArgumentEdit(fix=value, where=WHERE)})}
        return toolset(paths, selection=Selection(edits=edits), components={"schemas": kinds})

    assert made({"next": {"next": {}}}).tools[0].fixed == {"kind": {"next": {"next": {}}}}
    with pytest.raises(ConfigError, match=r"at next\.next is 1, but must be object") as caught:
        made({"next": {"next": 1}})
    assert caught.value.where == WHERE


def test_a_value_whose_check_never_ends_is_refused() -> None:
    """Security: documents are hostile, and this check runs at the start."""
    endless = {"allOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/A"}]}
    schemas = {"A": {"items": endless, "allOf": [{"items": endless}, {"items": endless}]}}
    value: list[Any] = []
    for _ in range(40):
        value = [value]
    operation = {"operationId": "list", "parameters": [parameter("a", schema={"$ref": "#/components/schemas/A"})]}
    edits = {"list": ToolEdit(arguments={"a": ArgumentEdit(fix=value, where=WHERE)})}
    with pytest.raises(ConfigError, match="too long to check"):
        toolset({"/a": {"get": operation}}, selection=Selection(edits=edits), components={"schemas": schemas})


@pytest.mark.parametrize(("name", "hint"), [("pagesize", "did you mean 'page_size'?"), ("x", "its arguments: page")])
def test_an_argument_that_is_not_there_is_a_warning(name: str, hint: str) -> None:
    """Issue 6, Enrichment: like a pattern that matches nothing."""
    edit = ToolEdit(arguments={name: ArgumentEdit(default=1, where=WHERE)}, where=WHERE)
    (problem,) = edited(LIST, edit).problems
    assert problem.message == f"{NO_SUCH}there is no argument {name!r}"
    assert problem.hint.startswith(hint.replace("page", "page_size", 1) if name == "x" else hint)


@pytest.mark.parametrize("argument", [ArgumentEdit(fix=1, where=WHERE), ArgumentEdit(hide=True, where=WHERE)])
@pytest.mark.parametrize(("tool", "name"), [("list", "pagesize"), ("lists", "page_size")])
def test_what_is_to_be_fixed_or_hidden_and_is_not_there_ends_the_start(
    argument: ArgumentEdit, tool: str, name: str
) -> None:
    """Security: a document that gives it another name would leave it to callers."""
    edits = {tool: ToolEdit(arguments={name: argument}, where=WHERE)}
    with pytest.raises(ConfigError, match="finds nothing to change") as caught:
        toolset({"/orders": {"get": LIST}}, selection=Selection(edits=edits))
    assert caught.value.where == WHERE


def test_a_query_parameter_cannot_be_fixed_beside_one_that_is_the_whole_query() -> None:
    """Security: a caller would give it there. OAS 3.2, `in: querystring`."""
    whole = {"name": "q", "in": "querystring", "content": {"application/x-www-form-urlencoded": {"schema": {}}}}
    error = refused({"parameters": [whole, parameter("shop")]}, shop={"fix": "a"})
    assert "whole query string" in error.message


# --- bodies ---

FIELDS = {
    "type": "object",
    "required": ["item"],
    "properties": {"item": {"type": "string"}, "shop": {"type": "integer"}, "note": {"type": "string"}},
}


def body(content: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    return {"requestBody": {"required": required, "content": content}}


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("application/json", b'{"item":"a","shop":7,"note":"n"}'),
        ("application/merge-patch+json", b'{"item":"a","shop":7,"note":"n"}'),
        ("application/x-www-form-urlencoded", b"item=a&shop=7&note=n"),
    ],
)
def test_fields_of_a_body_are_edited_as_parameters_are(media_type: str, expected: bytes) -> None:
    """Issue 6, Enrichment: for parameters and body fields alike, whichever media type."""
    operation = body({media_type: {"schema": FIELDS}})
    edits: dict[str, Any] = {"item": {"name": "thing"}, "shop": {"fix": 7}, "note": {"default": "n"}}
    tool = with_arguments(operation, "post", **edits)
    assert names(tool) == ["thing", "note"]
    assert tool.input_schema["required"] == ["thing"]
    assert body_of(tool, {"thing": "a"}) == expected
    with pytest.raises(ArgumentsError, match="is unknown"):
        validated(tool, {"thing": "a", "body_shop": 8})


def test_a_part_of_a_form_and_its_header_are_fixed_and_the_header_goes_with_its_part_only() -> None:
    """OAS 3.1.1, Encoding Object, headers: there is none without its part."""
    media = {
        "schema": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}},
        "encoding": {"a": {"headers": {"X-Shop": {"schema": {"type": "string"}}}}},
    }
    header: dict[str, Any] = {"a_X-Shop": {"fix": "7"}}
    tool = with_arguments(body({"multipart/form-data": media}), "post", **header)
    assert names(tool) == ["a", "b"]
    assert b"X-Shop: 7" in body_of(tool, {"a": "1"})
    assert b"X-Shop" not in body_of(tool, {"b": "1"})


def test_a_field_of_a_form_cannot_be_brought_in_by_an_objects_fields() -> None:
    """Security: an exploded object in a form becomes pairs of its fields' names."""
    anything = {"type": "object", "additionalProperties": {"type": "string"}}
    media = {
        "schema": {"type": "object", "properties": {"shop": {"type": "string"}, "more": anything}},
        "encoding": {"more": {"style": "form", "explode": True}},
    }
    tool = with_arguments(body({"application/x-www-form-urlencoded": media}), "post", shop={"fix": "7"})
    with pytest.raises(ArgumentsError, match="shop"):
        sent(tool, {"more": {"shop": "8"}})


@pytest.mark.parametrize("edit", [{"fix": 7}, {"default": 7}])
def test_a_body_that_always_has_a_value_may_not_be_left_out_any_more(edit: dict[str, Any]) -> None:
    """Our choice: a value is always sent, so the body is, and what that needs is required."""
    tool = with_arguments(body(json_body(FIELDS), required=False), "post", shop=edit)
    assert tool.input_schema["required"] == ["item"]
    assert body_of(tool, {"item": "a"}) == b'{"item":"a","shop":7}'
    with pytest.raises(ArgumentsError, match='"item" is missing'):
        validated(tool, {})


def test_a_field_inside_of_a_whole_body_cannot_be_fixed() -> None:
    """Security: a caller gives the whole; the whole itself can be fixed."""
    many = body(json_body({"type": "array", "items": {"type": "integer"}}))
    error = refused(many, "post", shop={"fix": 7})
    assert "its body is one argument, body" in error.message
    tool = with_arguments(many, "post", body={"fix": [1, 2]})
    assert names(tool) == []
    assert body_of(tool, {}) == b"[1,2]"
    edit = ToolEdit(arguments={"shop": ArgumentEdit(name="tenant", where=WHERE)}, where=WHERE)
    assert [problem.message for problem in edited(many, edit, method="post").problems] == [
        f"{NO_SUCH}there is no argument 'shop'"
    ]


BOTH = {"application/json": {"schema": FIELDS}, "text/csv": {"schema": {"type": "string"}}}
FORM = {"type": "object", "properties": {"shop": {"type": "integer"}, "item": {"type": "string"}}}
THREE = {**BOTH, "application/x-www-form-urlencoded": {"schema": FORM}}


@pytest.mark.parametrize("edit", [{"fix": 7}, {"hide": True}])
def test_a_media_type_in_which_a_caller_could_give_what_is_withheld_is_not_offered(edit: dict[str, Any]) -> None:
    """Security: text/csv is one argument, with anything in it. That it is gone is said."""
    tool = with_arguments(body(BOTH), "post", shop=edit)
    assert names(tool) == ["item", "note"]
    assert [each.content_type for each in tool.bodies] == ["application/json"]
    assert tool.chooser == ""
    made = edited(body(BOTH), ToolEdit(arguments={"shop": ArgumentEdit(**edit)}, where=WHERE), method="post")
    assert [(one.pointer, one.message) for one in made.problems] == [(WHERE, "its body is not offered as text/csv")]


def test_of_several_media_types_each_that_has_the_field_carries_it() -> None:
    """Issue 6, Enrichment: whichever media type."""
    tool = with_arguments(body(THREE), "post", shop={"fix": 7})
    assert names(tool) == ["item", "note", "content_type"]
    assert body_of(tool, {"item": "a"}) == b'{"item":"a","shop":7}'
    form = {"item": "a", "content_type": "application/x-www-form-urlencoded"}
    assert body_of(tool, form) == b"shop=7&item=a"


def test_a_default_goes_only_into_the_media_type_that_has_it() -> None:
    """Our choice: nothing is withheld, so all of them stay."""
    tool = with_arguments(body(BOTH), "post", note={"default": "n"})
    assert body_of(tool, {"body": "a,b"}) == b"a,b"
    assert body_of(tool, {"item": "a"}) == b'{"item":"a","note":"n"}'


def test_what_no_media_type_can_carry_is_a_config_error() -> None:
    """Security: rather no tool than one without its fixed value."""
    error = refused(body(BOTH), "post", shop={"fix": 7}, content_type={"fix": "text/csv"})
    assert "no media type" in error.message


def test_the_media_type_itself_is_edited_as_any_argument() -> None:
    """Our choice: it stands in the list like the others."""
    fixed = with_arguments(body(BOTH), "post", content_type={"fix": "text/csv"})
    assert names(fixed) == ["body"]
    assert (fixed.chooser, fixed.body_type, fixed.fixed) == ("", "text/csv", {})
    hidden = with_arguments(body(BOTH), "post", content_type={"hide": True})
    assert names(hidden) == ["item", "shop", "note", "body"]
    assert body_of(hidden, {"body": "a,b"}) == b"a,b"
    named = {"name": "kind", "default": "text/csv", "description": "What it is."}
    other = with_arguments(body(BOTH), "post", content_type=named)
    assert (other.chooser, other.body_type) == ("kind", "text/csv")
    assert other.input_schema["properties"]["kind"]["description"] == "What it is."
    assert body_of(other, {"item": "a", "kind": "application/json"}) == b'{"item":"a"}'
    assert "must be one of" in refused(body(BOTH), "post", content_type={"fix": "text/html"}).message


def test_an_edited_tool_is_the_same_after_it_was_kept() -> None:
    """generator/codec.py: a catalogue keeps fixes, defaults and renames."""
    tool = with_arguments(LIST, shop={"fix": "7"}, page={"default": 1})
    assert decode(Tool, encode(tool)) == tool


# --- laws ---

_ANY = {"type": "object", "additionalProperties": {"type": "string"}}
_NAMES = ("shop", "q", "filter", "deep", "id", "query_shop", "path_id", "shop[]", "SHOP", "deep[shop]", "q&shop")
_VALUES = st.one_of(
    st.sampled_from(("8", "8&shop=8", "a?shop=8", "../8", "", "%26shop=8", "a;shop=8")),
    st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(("8", "&shop=8", "")), max_size=3),
)


@given(st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=5))
def test_no_arguments_change_what_is_fixed(arguments: dict[str, Any]) -> None:
    """Security: a fixed value may be a tenant. The call is refused, or the value is sent once, as it is."""
    tool = _fixed_tool()
    try:
        request = sent(tool, arguments)
    except ArgumentsError:
        return
    parts = urlsplit(request.url)
    assert parts.path == "/v1/shops/t%2F1/orders"
    assert [value for name, value in parse_qsl(parts.query, keep_blank_values=True) if name == "shop"] == ["7"]


@cache
def _fixed_tool() -> Tool:
    operation = {
        "parameters": [
            parameter("id", "path"),
            parameter("shop"),
            parameter("q", allowReserved=True),
            parameter("filter", schema=_ANY),
            parameter("deep", schema=_ANY, style="deepObject", explode=True),
        ]
    }
    return with_arguments(operation, path="/shops/{id}/orders", shop={"fix": "7"}, id={"fix": "t/1"})


@pytest.mark.requirement(5)
@pytest.mark.parametrize("edit", [{"fix": "acme"}, {"hide": True}])
@pytest.mark.parametrize(
    ("place", "name", "twin"),
    [
        ("header", "X-Tenant", "x-tenant"),
        ("header", "X-Tenant", "X_Tenant"),
        ("header", "x_tenant", "X-TENANT"),
        ("query", "tenant", "tenant[]"),
        ("query", "tenant", "tenant[0]"),
    ],
)
def test_what_a_server_reads_as_a_withheld_input_is_withheld_too(
    place: str, name: str, twin: str, edit: dict[str, Any]
) -> None:
    """RFC 9110, 5.1: header names have no case; RFC 3875, 4.1.18: as variables they have no hyphen either."""
    inputs = [parameter(name, place), parameter(twin, place, required=True), parameter("other", place)]
    made = edited({"parameters": inputs}, ToolEdit(arguments={name: ArgumentEdit(**edit, where=WHERE)}, where=WHERE))
    (tool,) = made.tools
    assert names(tool) == ["other"]
    request = build_request(tool, validated(tool, {"other": "1"}), BASE_URL)
    assert ("acme" in f"{request.url} {request.headers}") is ("fix" in edit)
    assert "cannot be given either" in " ".join(problem.message for problem in made.problems)
    with pytest.raises(ArgumentsError):
        validated(tool, {twin: "evil"})


def test_a_default_for_what_is_read_as_a_fixed_header_is_not_sent() -> None:
    """Else a server has two, and takes which it likes."""
    inputs = {"parameters": [parameter("X-Tenant", "header"), parameter("x-tenant", "header")]}
    edits = {"X-Tenant": ArgumentEdit(fix="acme", where=WHERE), "x-tenant": ArgumentEdit(default="b", where=WHERE)}
    (tool,) = edited(inputs, ToolEdit(arguments=edits, where=WHERE)).tools
    assert [pair for pair in sent(tool, {}).headers if pair[0] != "Accept"] == [("X-Tenant", "acme")]


def test_what_is_only_like_a_withheld_input_stays() -> None:
    """A query has case, and a place of its own."""
    inputs = [parameter("tenant"), parameter("Tenant"), parameter("tenant", "header"), parameter("tenant[id]")]
    tool = with_arguments({"parameters": inputs}, tenant={"fix": "acme"})
    assert names(tool) == ["Tenant", "header_tenant", "tenant_id"]


@pytest.mark.requirement(5)
@pytest.mark.parametrize("key", ["shop[]", "shop[0]", "shop[0][]", "shop[a]", "shop["])
def test_no_field_of_an_object_is_an_item_of_what_is_fixed(key: str) -> None:
    """Many servers read `shop[]=8` as the `shop`, and the last one counts."""
    anything = {"type": "object", "additionalProperties": {"type": "string"}}
    tool = with_arguments({"parameters": [parameter("shop"), parameter("filter", schema=anything)]}, shop={"fix": "7"})
    with pytest.raises(ArgumentsError, match="which is the name of something else"):
        sent(tool, {"filter": {key: "8"}})
    assert query(tool, filter={"shops[]": "8", "[x]": "9"}) == "shop=7&shops%5B%5D=8&%5Bx%5D=9"
    assert query(tool, filter={f"a{'[' * 20}": "8"}) == f"shop=7&a{'%5B' * 20}=8"


@pytest.mark.requirement(5)
def test_no_object_within_an_object_is_an_item_of_what_is_fixed() -> None:
    """`filter[shop][a]=8` beside a fixed `filter[shop]`."""
    deep = parameter("filter", style="deepObject", explode=True, schema={"type": "object"})
    tool = with_arguments({"parameters": [parameter("filter[shop]"), deep]}, filter_shop={"fix": "7"})
    with pytest.raises(ArgumentsError, match="which is the name of something else"):
        sent(tool, {"filter": {"shop": {"a": "8"}}})
    assert query(tool, filter={"a": {"shop": "8"}}) == "filter%5Bshop%5D=7&filter%5Ba%5D%5Bshop%5D=8"


@pytest.mark.requirement(5)
@pytest.mark.parametrize(("path", "key"), [("/t{tenant}{id}", "tenant"), ("/t;kind=a{tenant}{id}", "kind")])
def test_no_field_of_an_object_in_a_path_is_what_is_fixed_there(path: str, key: str) -> None:
    """RFC 6570, 3.2.7: a matrix parameter has its name in the path, and the last one may count."""
    matrix = {"style": "matrix", "explode": True}
    inputs = [parameter("id", "path", schema={"type": "object"}, **matrix), parameter("tenant", "path", style="matrix")]
    tool = with_arguments({"parameters": inputs}, path=path, tenant={"fix": "acme"})
    with pytest.raises(ArgumentsError, match="which is the name of something else"):
        sent(tool, {"id": {key: "evil"}})
    assert sent(tool, {"id": {"a": "b"}}).url.endswith(";tenant=acme;a=b")


def test_an_object_in_a_path_of_another_style_has_no_names_of_its_own() -> None:
    """Style simple: "k=v" is one text, and no parameter's name."""
    simple = parameter("id", "path", explode=True, schema={"type": "object"})
    tool = with_arguments(
        {"parameters": [simple, parameter("tenant", "path")]}, path="/{tenant}/{id}", tenant={"fix": "a"}
    )
    assert sent(tool, {"id": {"tenant": "b"}}).url.endswith("/a/tenant=b")


def test_a_tool_that_is_not_enabled_is_none_and_says_where_that_stands() -> None:
    """Issue 8, Switches: as a hidden one."""
    found = edited(LIST, ToolEdit(enabled=False, where=WHERE))
    (skipped,) = found.skipped
    assert (found.tools, skipped.tool, skipped.reason) == ((), "list", f"switched off in {WHERE}")
    assert skipped.is_switched_off


def test_settings_of_its_calls_go_with_a_tool_and_are_kept() -> None:
    """Issue 8, Switches: also in the list that a start reads."""
    limits = ToolLimits(timeout=2.0, retries=0, rate_limit=(Rate(amount=1, seconds=60),), cache_ttl=0.5, confirm=False)
    (tool,) = edited(LIST, ToolEdit(limits=limits, where=WHERE)).tools
    assert tool.limits == limits
    assert decode(Tool, encode(tool)) == tool
    assert wire_tool(tool) == wire_tool(edited(LIST, ToolEdit(where=WHERE)).tools[0])


def test_what_a_person_switched_off_is_named_as_it_is_listed() -> None:
    """Issue 8, Dashboard: by the tool's name of now; off wins, and brings nothing back."""
    paths = {f"/{name}": {"get": {"operationId": name}} for name in ("list", "other", "out")}
    selection = Selection(
        off={"renamed": "switched off, said 1", "other": "switched off, said 2", "out": "switched off, said 3"},
        edits={"list": ToolEdit(name="renamed", where=WHERE)},
        exclude=("/out",),
    )
    found = toolset(paths, selection=selection)
    assert found.tools == ()
    assert [(each.tool, each.is_switched_off) for each in found.skipped] == [
        ("renamed", True),
        ("other", True),
        ("out", False),
    ]
