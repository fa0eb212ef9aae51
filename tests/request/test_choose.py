"""Which media type a body is sent in."""

from typing import Any

import pytest
from support.make import parameter
from support.wire import Wire, header

FILE = {"type": "string", "format": "binary"}


def fields(*required: str, **properties: Any) -> dict[str, Any]:
    """Return a media type whose schema is an object; a field is text unless said."""
    said = {name: {"type": "string"} if schema is None else schema for name, schema in properties.items()}
    return {"schema": {"type": "object", "properties": said, "required": list(required)}}


EVERY = {
    "application/json": fields("name", name=None, age={"type": "integer"}),
    "application/x-www-form-urlencoded": fields("name", name=None, tags={"type": "array"}),
    "multipart/form-data": fields("photo", name=None, photo=FILE),
    "application/xml": fields(name=None),
    "text/plain": {"schema": {"type": "string"}},
    "application/octet-stream": {},
}


def posting(content: dict[str, Any], *, required: bool = True, **operation: Any) -> Wire:
    return Wire({"requestBody": {"required": required, "content": content}, **operation})


def type_of(wire: Wire, /, **arguments: Any) -> str | None:
    """Return the media type that a call is sent in, without a boundary."""
    kind = header(wire.sent(arguments), "Content-Type")
    return None if kind is None else kind.partition(";")[0]


def body_of(wire: Wire, /, **arguments: Any) -> bytes:
    body = wire.sent(arguments).body
    assert isinstance(body, bytes)
    return body


def test_a_body_of_several_types_has_them_in_one_argument() -> None:
    """Issue 4, Bodies: several types; the best one by default, the others by `content_type`."""
    schema = posting(EVERY).tool.input_schema
    assert schema["properties"]["content_type"] == {
        "type": "string",
        "enum": list(EVERY),
        "description": "Type of the body; default application/json.",
    }
    assert list(schema["properties"]) == ["name", "age", "tags", "photo", "body", "content_type"]
    assert "required" not in schema
    assert schema["properties"]["tags"]["description"] == "Only as application/x-www-form-urlencoded."


@pytest.mark.parametrize(
    ("arguments", "kind", "body"),
    [
        ({"name": "a"}, "application/json", b'{"name":"a"}'),
        ({"name": "a", "age": 1}, "application/json", b'{"name":"a","age":1}'),
        ({"name": "a", "tags": ["x", "y"]}, "application/x-www-form-urlencoded", b"name=a&tags=x&tags=y"),
        ({"photo": "aGk="}, "multipart/form-data", None),
        ({"body": "as it is"}, "text/plain", b"as it is"),
    ],
)
def test_the_fields_that_are_given_choose_the_type(arguments: dict[str, Any], kind: str, body: bytes | None) -> None:
    """Our choice: the first type that takes all of them."""
    wire = posting(EVERY)
    assert type_of(wire, **arguments) == kind
    if body is not None:
        assert body_of(wire, **arguments) == body


@pytest.mark.parametrize(
    ("kind", "arguments", "body"),
    [
        ("application/json", {"name": "a"}, b'{"name":"a"}'),
        ("application/x-www-form-urlencoded", {"name": "a b"}, b"name=a%20b"),
        ("application/xml", {"name": "<"},
         b'<?xml version="1.0" encoding="UTF-8"?>\n<root><name>&lt;</name></root>'),
        ("text/plain", {"body": "aGk="}, b"aGk="),
        ("application/octet-stream", {"body": "aGk="}, b"hi"),
    ],
)  # fmt: skip
def test_the_type_that_is_named_is_sent(kind: str, arguments: dict[str, Any], body: bytes) -> None:
    """Issue 4, Bodies: the others reachable by a `content_type` argument; each with its own Content-Type."""
    wire = posting(EVERY)
    assert type_of(wire, content_type=kind, **arguments) == kind
    assert body_of(wire, content_type=kind, **arguments) == body


@pytest.mark.parametrize(
    ("arguments", "field", "said"),
    [
        ({"age": 1}, "name", '"name" is missing'),
        ({"content_type": "multipart/form-data", "name": "a"}, "photo", '"photo" is missing'),
        ({"content_type": "text/plain", "name": "a"}, "body", '"body" is missing'),
        ({"content_type": "application/xml", "age": 1}, "age", '"age" is for another type of the body'),
        ({"content_type": "text/plain", "body": 5}, "body", "5, but must be string"),
        ({"content_type": "application/octet-stream", "body": "!"}, "body", "neither base64 nor a data: URL"),
        ({"name": "a", "photo": "aGk=", "age": 1}, "photo", '"photo" is for another type of the body'),
        ({}, "name", '"name" is missing'),
    ],
)
def test_what_a_type_needs_and_does_not_take_is_said(arguments: dict[str, Any], field: str, said: str) -> None:
    """Issue 4, Proof: the error says why. Each type has its own required fields."""
    error = posting(EVERY).refusal(arguments)
    assert error.field == field
    assert said in error.message


@pytest.mark.parametrize("named", ["text/csv", "TEXT/CSV", "", 7, ["text/plain"]])
def test_a_type_that_is_none_of_them_is_said(named: Any) -> None:
    """style.md, Errors: what, where, what to do."""
    error = posting(EVERY).refusal(content_type=named, name="a")
    assert error.field == "content_type"
    assert "but must be" in error.message
    if isinstance(named, str):
        assert error.hint == 'leave "content_type" out for application/json'
        assert all(kind in error.message for kind in EVERY)


def test_a_field_and_a_parameter_may_have_the_name_of_the_choice() -> None:
    """Issue 4, Names: a clash leaves every argument callable, and exact on the wire."""
    content = {"application/json": fields(content_type=None), "text/csv": {"schema": {"type": "string"}}}
    wire = posting(content, parameters=[parameter("content_type")])
    assert wire.tool.chooser == "media_content_type"
    request = wire.sent(content_type="q", body_content_type="f")
    assert request.url.endswith("?content_type=q")
    assert (header(request, "Content-Type"), request.body) == ("application/json", b'{"content_type":"f"}')
    request = wire.sent(content_type="q", media_content_type="text/csv", body="a;b")
    assert (header(request, "Content-Type"), request.body) == ("text/csv", b"a;b")


def test_a_body_of_one_type_has_no_choice() -> None:
    """Our choice: nothing to choose, no argument."""
    wire = posting({"application/json": fields(content_type=None)})
    assert list(wire.tool.input_schema["properties"]) == ["content_type"]
    assert body_of(wire, content_type="x") == b'{"content_type":"x"}'


def test_types_that_differ_in_their_charset_alone_are_one() -> None:
    """RFC 9110 section 8.3.2: the best one is enough."""
    wire = posting({"application/json": fields(a=None), "application/json; charset=utf-8": fields(a=None)})
    assert list(wire.tool.input_schema["properties"]) == ["a"]


def test_a_field_that_every_type_needs_is_needed() -> None:
    """JSON Schema, required: only what no call can do without."""
    content = {
        "application/json": fields("a", "b", a=None, b=None),
        "application/x-www-form-urlencoded": fields("a", a=None),
    }
    assert posting(content).tool.input_schema["required"] == ["a"]
    assert "required" not in posting(content, required=False).tool.input_schema


def test_a_field_of_several_types_takes_what_either_takes() -> None:
    """Our choice: the list shows both, each call is held against its own."""
    content = {
        "application/json": fields(a={"type": "integer"}),
        "application/x-www-form-urlencoded": fields(a={"type": "string"}),
    }
    wire = posting(content)
    assert wire.tool.input_schema["properties"]["a"] == {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    assert body_of(wire, a=1) == b'{"a":1}'
    assert body_of(wire, a="x", content_type="application/x-www-form-urlencoded") == b"a=x"


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ({}, None),
        ({"content_type": "text/csv"}, None),
        ({"content_type": "application/json"}, None),
        ({"a": "x"}, "application/json"),
        ({"body": "x"}, "text/csv"),
    ],
)
def test_an_optional_body_is_left_out_until_something_of_it_is_given(
    arguments: dict[str, Any], kind: str | None
) -> None:
    """OAS 3.1.1, Request Body Object: required is false."""
    wire = posting({"application/json": fields("a", a=None, b=None), "text/csv": {}}, required=False)
    assert type_of(wire, **arguments) == kind
    assert wire.refusal(b="x").field == "a"


def test_a_merge_patch_comes_before_a_json_patch_and_both_can_be_sent() -> None:
    """RFC 7396 and RFC 6902, each with its own Content-Type."""
    content = {"application/json-patch+json": {}, "application/merge-patch+json": fields(a={})}
    wire = Wire({"requestBody": {"required": True, "content": content}}, method="patch")
    assert (type_of(wire, a=None), body_of(wire, a=None)) == ("application/merge-patch+json", b'{"a":null}')
    changes = [{"op": "add", "path": "/a", "value": None}]
    assert type_of(wire, body=changes) == "application/json-patch+json"
    assert body_of(wire, body=changes) == b'[{"op":"add","path":"/a","value":null}]'


def test_values_are_held_against_the_type_that_they_are_sent_in() -> None:
    """Issue 4, Bodies: the list has one schema for an argument of several types; a call has the type's own."""
    wire = posting(
        {
            "application/json": fields(a={"type": "integer"}),
            "application/x-www-form-urlencoded": fields(a={"type": "string"}),
        }
    )
    assert type_of(wire, a=1) == "application/json"
    assert type_of(wire, a="x") == "application/x-www-form-urlencoded"
    assert "must be integer" in wire.refusal({"content_type": "application/json", "a": "x"}).message
    lists = posting({"application/json": {"schema": {"type": "array"}}, "text/plain": {"schema": {"type": "string"}}})
    assert (type_of(lists, body="a"), type_of(lists, body=["a"])) == ("text/plain", "application/json")


def test_null_deletes_at_any_depth_of_a_merge_patch() -> None:
    """RFC 7396 section 1, its own example; in plain JSON a null is a value like another."""
    author = {"type": "object", "properties": {"familyName": {"type": "string"}, "given": {"type": "string"}}}
    patch = posting({"application/merge-patch+json": fields(author=author, title={"type": "string"})})
    given = {"author": {"familyName": None, "given": "a"}, "title": None}
    assert body_of(patch, **given) == b'{"author":{"familyName":null,"given":"a"},"title":null}'
    assert "must be string" in patch.refusal({"author": {"given": {}}}).message
    plain = posting({"application/json": fields(author=author)})
    assert "must be string" in plain.refusal({"author": {"familyName": None}}).message
