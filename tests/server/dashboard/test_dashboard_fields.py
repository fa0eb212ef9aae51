"""The form of a tool: what its schema asks for, what a person wrote, and arguments that were recorded."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import toolset

from openapi_mcp.model.tool import Tool
from openapi_mcp.server.dashboard.arguments import MOST, rows_of, said_of, said_type
from openapi_mcp.server.dashboard.fields import (
    Field,
    FieldsError,
    fields_of,
    fits,
    read_fields,
    read_raw,
    written,
)

BODY: dict[str, Any] = {
    "type": "object",
    "required": ["customer", "items"],
    "properties": {
        "customer": {"type": "integer", "description": "Who orders.", "minimum": 1},
        "state": {"type": "string", "enum": ["new", "paid"]},
        "urgent": {"type": "boolean"},
        "note": {"type": "string", "maxLength": 2000},
        "weight": {"type": ["number", "null"], "default": 1.5},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["product"],
                "properties": {"product": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}}},
            },
        },
    },
}


def tool(body: dict[str, Any] = BODY) -> Tool:
    content = {"application/json": {"schema": body}}
    when = {"name": "day", "in": "query", "schema": {"type": "string", "format": "date"}}
    post = {"operationId": "order", "parameters": [when], "requestBody": {"required": True, "content": content}}
    return toolset({"/orders": {"post": post}}).tools[0]


def fields() -> dict[str, Field]:
    return {field.name: field for field in fields_of(tool())}


def test_each_argument_has_a_field_of_its_kind_the_required_ones_first() -> None:
    """Issue 8: a form made of the tool's input schema."""
    found = fields()
    assert list(found)[:2] == ["customer", "items"]
    assert {name: field.kind for name, field in found.items()} == {
        "customer": "number", "items": "json", "day": "text", "state": "choice", "urgent": "choice", "note": "long",
        "weight": "number",
    }  # fmt: skip
    assert [field.name for field in found.values() if field.required] == ["customer", "items"]
    assert found["state"].choices == (("new", '"new"'), ("paid", '"paid"'))
    assert found["urgent"].choices == (("true", "true"), ("false", "false"))


def test_what_is_empty_is_left_out_and_what_is_false_is_not() -> None:
    """Our choice: so that nothing need be said of what one does not give."""
    form = {"arg:customer": "7", "arg:urgent": "false", "arg:note": "", "arg:day": "", "arg:state": ""}
    assert read_fields(fields_of(tool()), form) == {"customer": 7, "urgent": False}


def test_null_can_be_written_where_it_is_taken() -> None:
    """JSON Schema: "type": ["number", "null"]."""
    assert read_fields(fields_of(tool()), {"arg:weight": "null"}) == {"weight": None}


def test_lines_of_a_text_end_as_they_do_in_json() -> None:
    """HTML, 4.10.22.5: a form ends lines with CR LF."""
    assert read_fields(fields_of(tool()), {"arg:note": "one\r\ntwo"}) == {"note": "one\ntwo"}


def test_json_that_cannot_be_read_is_said_beside_its_field() -> None:
    """Issue 8: hints stand next to their field."""
    with pytest.raises(FieldsError) as raised:
        read_fields(fields_of(tool()), {"arg:items": "[{", "arg:customer": "7"})
    assert list(raised.value.faults) == ["items"]
    assert "no JSON" in raised.value.faults["items"]


def test_a_word_in_the_place_of_a_number_is_left_to_the_check_of_the_arguments() -> None:
    """Our choice: it says what is wanted, or repairs it, as for a model."""
    assert read_fields(fields_of(tool()), {"arg:customer": "seven"}) == {"customer": "seven"}


@pytest.mark.parametrize("text", ["{", "[1]", "7"])
def test_raw_arguments_are_one_json_object(text: str) -> None:
    """The other way to give arguments."""
    assert read_raw('{"a": [1]}') == {"a": [1]}
    assert read_raw("  ") == {}
    with pytest.raises(FieldsError):
        read_raw(text)


def test_recorded_arguments_stand_in_their_fields() -> None:
    """Issue 8: prefilled from a recorded call."""
    arguments = {"customer": 7, "state": "paid", "urgent": False, "items": [{"product": 1}], "day": "2026-01-01"}
    found = fields_of(tool())
    assert fits(found, arguments)
    text = written(found, arguments)
    assert (text["arg:customer"], text["arg:state"], text["arg:urgent"]) == ("7", '"paid"', "false")
    assert text["arg:items"].startswith("[\n")


@pytest.mark.parametrize("arguments", [{"note": ""}, {"none_such": 1}, {"day": 7}, {"state": None, "note": " \n"}])
def test_what_the_fields_cannot_give_is_given_raw(arguments: dict[str, Any]) -> None:
    """Our choice: nothing of a recorded call is lost on the way."""
    assert not fits(fields_of(tool()), arguments)


VALUES = st.sampled_from(
    [None, True, 0, 1.5, "", " ", "a", "null", "7", "{", "\r\n", "a\nb", "new", '"new"', [], ["x", [1]]]
)


@given(st.dictionaries(st.sampled_from(["customer", "note", "items", "weight", "state", "urgent"]), VALUES))
def test_fields_that_fit_give_back_what_was_given(arguments: dict[str, Any]) -> None:
    """A law: read(written(x)) == x, wherever we say so."""
    found = fields_of(tool())
    if fits(found, arguments):
        assert read_fields(found, written(found, arguments)) == arguments


def test_a_table_of_arguments_shows_what_is_inside_them() -> None:
    """Issue 8: input schema readable."""
    rows, left_out = rows_of(tool())
    by_name = {row.name: row for row in rows}
    assert left_out == 0
    assert by_name["day"].place == "query"
    assert by_name["day"].type == "text (date)"
    assert by_name["items"].type == "list of object"
    assert (by_name["items[].product"].type, by_name["items[].product"].required) == ("whole number", True)
    assert by_name["items[].tags"].type == "list of text"
    assert by_name["customer"].description == "Who orders. (at least 1)"
    assert by_name["state"].type == "one of new, paid"
    assert by_name["weight"].type == "number or nothing"
    assert by_name["weight"].description == "(default 1.5)"


def test_a_schema_of_thousands_of_fields_that_refers_to_itself_is_shown_in_part() -> None:
    """A document is hostile: bounded, and what is left out is said."""
    wide: dict[str, Any] = {"type": "object", "properties": {f"f{n}": {"type": "integer"} for n in range(400)}}
    rows, left_out = rows_of(tool(wide))
    assert (len(rows), left_out) == (MOST, 401 - MOST)
    assert len(fields_of(tool(wide))) == MOST
    tree: dict[str, Any] = {"type": "object", "properties": {"node": {"$ref": "#/components/schemas/Node"}}}
    node = {"type": "object", "properties": {n: {"$ref": "#/components/schemas/Node"} for n in "abcdefgh"}}
    content = {"application/json": {"schema": tree}}
    post = {"operationId": "tree", "requestBody": {"required": True, "content": content}}
    made = toolset({"/t": {"post": post}}, components={"schemas": {"Node": node}}).tools[0]
    assert len(rows_of(made)[0]) == MOST


def test_schemas_of_other_forms_are_told_in_words() -> None:
    """JSON Schema: `const`, a schema that is true, more choices than a line holds."""
    assert said_type({"const": 7}, {}) == "one of 7"
    assert said_type(True, {}) == "anything"
    assert said_of(True, {}) == ""
    assert said_type({"enum": list(range(20))}, {}).endswith("10, 11 and 8 more")
    assert said_type({"type": "array"}, {}) == "list"
