"""Bodies as their document describes them: when there is one, what is in it, and under which type."""

from typing import Any

import pytest
from support.make import json_body, parameter
from support.wire import Wire, header, query

from openapi_mcp.model.policy import METHODS


def body_wire(content: dict[str, Any], *, required: bool = True, method: str = "post", **root: Any) -> Wire:
    return Wire({"requestBody": {"required": required, "content": content}}, method=method, **root)


OBJECT = {"type": "object", "properties": {"a": {"type": ["string", "null"]}, "b": {"default": 5}}}


@pytest.mark.parametrize(
    ("arguments", "required", "body"),
    [
        ({"a": None}, True, b'{"a":null}'),
        ({"b": 1}, True, b'{"b":1}'),
        ({}, True, b"{}"),
        ({}, False, None),
        ({"a": None}, False, b'{"a":null}'),
    ],
)
def test_null_is_sent_and_what_is_left_out_is_not(
    arguments: dict[str, Any], required: bool, body: bytes | None
) -> None:
    """Issue 4, Bodies: null sent, omitted not sent, defaults described and not sent, `{}` for a required body."""
    wire = body_wire(json_body(OBJECT), required=required)
    assert wire.tool.input_schema["properties"]["b"] == {"default": 5}
    assert wire.sent(arguments).body == body


@pytest.mark.parametrize(
    ("schema", "value", "body"),
    [
        ({"type": "array", "items": {"type": "integer"}}, [], b"[]"),
        ({"type": "array", "items": {"type": "integer"}}, [2**60], b"[1152921504606846976]"),
        ({"type": "string"}, "x", b'"x"'),
        ({"type": "boolean"}, False, b"false"),
        ({"type": ["integer", "null"]}, None, b"null"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {}, b"{}"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"k": 1}, b'{"k":1}'),
        ({"oneOf": [{"type": "string"}, {"type": "object"}]}, {"a": None}, b'{"a":null}'),
        ({"oneOf": [{"type": "string"}, {"type": "object"}]}, "x", b'"x"'),
    ],
)
def test_json_of_any_root_is_sent_as_it_is(schema: dict[str, Any], value: Any, body: bytes) -> None:
    """Issue 4, Bodies: JSON of any root."""
    assert body_wire(json_body(schema)).sent(body=value).body == body


def test_what_is_read_only_is_neither_demanded_nor_offered_at_any_depth() -> None:
    """OAS 3.1.1, Schema Object: readOnly properties are not sent in a request, and `required` is of answers alone."""
    hidden, shown = {"type": "string", "readOnly": True}, {"type": "string"}
    inner = {"type": "object", "required": ["id", "b"], "properties": {"id": hidden, "b": shown}}
    properties = {"id": hidden, "one": inner, "many": {"type": "array", "items": inner}}
    schema = {"type": "object", "required": ["id", "one", "many"], "properties": properties}
    wire = body_wire(json_body(schema))
    assert wire.tool.input_schema["required"] == ["one", "many"]
    assert "id" not in str(wire.tool.input_schema["properties"])
    assert wire.sent(one={"b": "1"}, many=[{"b": "2"}]).body == b'{"one":{"b":"1"},"many":[{"b":"2"}]}'
    assert wire.refusal(id="7", one={"b": "1"}, many=[]).field == "id"


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_body_is_sent_where_one_is_declared_and_nowhere_else(method: str) -> None:
    """Issue 4, Bodies: DELETE and GET bodies only where the document declares them."""
    method = method.lower()
    request = body_wire(json_body(OBJECT), method=method).sent(a="x")
    assert (request.body, header(request, "Content-Type")) == (b'{"a":"x"}', "application/json")
    request = Wire({}, method=method).sent()
    assert (request.body, header(request, "Content-Type")) == (None, None)


@pytest.mark.parametrize(
    ("declared", "schema", "sent", "argument"),
    [
        ("application/vnd.x+json", OBJECT, "application/vnd.x+json", "a"),
        ("application/json; charset=utf-8", OBJECT, "application/json; charset=utf-8", "a"),
        ("*/*", OBJECT, "application/json", "a"),
        ("application/*", OBJECT, "application/json", "a"),
        ("application/*+json", OBJECT, "application/json", "a"),
        ("multipart/*", OBJECT, "multipart/form-data", "a"),
        ("text/*", {}, "text/plain", "body"),
        ("*/*", {"type": "string", "format": "binary"}, "application/octet-stream", "body"),
    ],
)
def test_a_range_becomes_a_type(declared: str, schema: dict[str, Any], sent: str, argument: str) -> None:
    """Issue 4: wildcard types resolved; RFC 9110 section 8.3: a Content-Type is no range."""
    request = body_wire({declared: {"schema": schema}}).sent({argument: "aGk="})
    assert (header(request, "Content-Type") or "").partition("; boundary")[0] == sent


def test_a_json_patch_is_a_list_whatever_its_schema_says_of_an_object() -> None:
    """RFC 6902 section 3."""
    wire = body_wire({"application/json-patch+json": {"schema": {"type": "object"}}}, method="patch")
    request = wire.sent(body=[{"op": "remove", "path": "/a"}])
    assert request.body == b'[{"op":"remove","path":"/a"}]'
    assert header(request, "Content-Type") == "application/json-patch+json"
    assert wire.refusal(body="remove").field == "body"


@pytest.mark.spec("OAS 3.1.1 Parameter Object")
@pytest.mark.parametrize("name", ["Accept", "content-type", "AUTHORIZATION"])
def test_a_header_parameter_of_http_itself_is_ignored(name: str) -> None:
    """OAS 3.1.1, 4.8.12.2: if `in` is header and the name is one of these, the definition SHALL be ignored."""
    operation = {
        "parameters": [parameter(name, "header", required=True), parameter("X-A", "header")],
        "requestBody": {"content": json_body(OBJECT)},
        "responses": {"200": {"description": "x", "content": {"text/csv": {}}}},
    }
    wire = Wire(operation)
    assert list(wire.tool.input_schema["properties"]) == ["X-A", "a", "b"]
    request = wire.sent({name: "evil/type", "X-A": "1", "a": "x"})
    assert request.headers == (
        ("Accept", "text/csv, */*;q=0.1"), ("X-A", "1"), ("Content-Type", "application/json"),
    )  # fmt: skip


PHOTO = {"type": "object", "properties": {"photo": {"type": "string", "format": "binary"}, "note": {"type": "string"}}}


def with_header(**said: Any) -> Wire:
    """Serve a form whose photo has headers of its own."""
    headers = {"X-Size": {"schema": {"type": "integer"}, "description": "In pixels."}, "Content-Type": {}, "X Bad": {}}
    encoding = {"photo": {"contentType": "image/png", "headers": headers}, "gone": {"headers": headers}}
    return body_wire({"multipart/form-data": {"schema": PHOTO, "encoding": encoding}}, **said)


def test_a_header_of_a_part_is_an_argument() -> None:
    """OAS 3.1.1, Encoding Object, headers: Content-Type is described separately and ignored."""
    wire = with_header()
    assert list(wire.tool.input_schema["properties"]) == ["photo", "note", "photo_X-Size"]
    described = wire.tool.input_schema["properties"]["photo_X-Size"]
    assert described == {"type": "integer", "description": "Header X-Size of the part photo. In pixels."}
    body = wire.sent({"photo": "aGk=", "note": "x", "photo_X-Size": 7}).body
    assert isinstance(body, bytes)
    assert b'name="photo"; filename="photo"\r\nContent-Type: image/png\r\nX-Size: 7\r\n\r\nhi\r\n--' in body
    assert body.count(b"X-Size") == 1


@pytest.mark.parametrize("required", [True, False])
def test_a_header_of_a_part_that_is_not_sent_is_refused(required: bool) -> None:
    """Nothing that was given is left out in silence."""
    error = with_header(required=required).refusal({"photo_X-Size": 7})
    assert error.field == "photo_X-Size"
    assert error.message == "argument \"photo_X-Size\" is a header of the part 'photo', which is not given"
    assert error.hint == 'add "photo", or leave it out'


def test_a_header_of_a_part_cannot_end_it() -> None:
    """security.md 5 R-HEADER, for the headers inside a body; the error names the argument."""
    headers = {"X-A": {"schema": {"type": "string"}}}
    wire = body_wire({"multipart/form-data": {"schema": PHOTO, "encoding": {"note": {"headers": headers}}}})
    error = wire.refusal({"note": "x", "note_X-A": "a\r\n\r\nevil"})
    assert error.field == "note_X-A"
    assert error.message == 'argument "note_X-A" holds a control character, which no header can carry'


@pytest.mark.parametrize("level", ["document", "path", "operation"])
def test_the_nearest_servers_are_used_and_their_query_kept(level: str) -> None:
    """OAS 3.1.1, 4.8.9 and 4.8.10: servers of a path item or an operation override those above. Issue 4, Servers."""
    near = [{"url": "https://near.example/base/?key=a%20b"}]
    servers = {"servers": near}
    wire = Wire(
        {"parameters": [parameter("n")], **(servers if level == "operation" else {})},
        method="get",
        item=servers if level == "path" else None,
        servers=near if level == "document" else [{"url": "https://far.example"}],
    )
    request = wire.sent(n="1")
    assert request.url == "https://near.example/base/things?key=a%20b&n=1"
    assert query(request) == "key=a%20b&n=1"
