"""Forms whose fields are written as their Encoding Objects say."""

from typing import Any

import pytest
from support.decode import Part, parts_by_email, parts_by_python_multipart
from support.make import ALL_METHODS, in_memory
from support.wire import Wire, header

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.generate import generate
from openapi_mcp.loader.read import read
from openapi_mcp.model.call import Call
from openapi_mcp.model.document import Encoding
from openapi_mcp.request.form import FormFields, multipart

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


def form_wire(media: str, encoding: dict[str, Any], *, openapi: str = "3.1.1", **properties: Any) -> Wire:
    """Serve a form of these fields, any value in each, with these encodings."""
    schema = {"type": "object", "properties": {"a": {}, "b": {}, **properties}}
    content = {media: {"schema": schema, "encoding": encoding}}
    return Wire({"requestBody": {"required": True, "content": content}}, openapi=openapi)


def text_of(wire: Wire, /, **fields: Any) -> str:
    body = wire.sent(fields).body
    assert isinstance(body, bytes)
    return body.decode("ascii")


def parts_of(wire: Wire, /, **fields: Any) -> list[Part]:
    """Return the parts that a server reads."""
    request = wire.sent(fields)
    assert isinstance(request.body, bytes)
    content_type = header(request, "Content-Type") or ""
    parts = parts_by_python_multipart(request.body, content_type)
    assert parts_by_email(request.body, content_type) == [(kind, content) for _, _, kind, content in parts]
    return parts


LIST, MAP = ["x", "y,z"], {"R": 1, "G": "a b"}


@pytest.mark.spec("OAS 3.1.1 Encoding Object")
@pytest.mark.parametrize(
    ("encoding", "value", "written"),
    [
        # 4.8.15.1.2: without style, explode and allowReserved it is contentType that decides, by default by the type.
        ({}, LIST, "a=x&a=y%2Cz"),
        ({}, MAP, "a=%7B%22R%22%3A1%2C%22G%22%3A%22a%20b%22%7D"),
        ({}, "a&b", "a=a%26b"),
        ({}, None, "a=null"),
        ({}, [MAP], "a=%7B%22R%22%3A1%2C%22G%22%3A%22a%20b%22%7D"),
        ({"contentType": "application/json"}, LIST, "a=%5B%22x%22%2C%22y%2Cz%22%5D"),
        ({"contentType": "application/json"}, MAP, "a=%7B%22R%22%3A1%2C%22G%22%3A%22a%20b%22%7D"),
        ({"contentType": "application/json"}, "x", "a=x"),
        # 4.8.15.1.1: one of the three is enough, the others have the defaults of a query parameter.
        ({"style": "form"}, LIST, "a=x&a=y%2Cz"),
        ({"style": "form"}, MAP, "R=1&G=a%20b"),
        ({"explode": False}, LIST, "a=x,y%2Cz"),
        ({"explode": False}, MAP, "a=R,1,G,a%20b"),
        ({"explode": True}, MAP, "R=1&G=a%20b"),
        ({"allowReserved": True}, "/?:@&=+$,", "a=/?:@%26=%2B$,"),
        ({"allowReserved": True, "explode": False}, ["a,b", "/"], "a=a%2Cb,/"),
        ({"allowReserved": True, "explode": False}, ["a,b"], "a=a%2Cb"),
        ({"style": "pipeDelimited"}, LIST, "a=x%7Cy%2Cz"),
        ({"style": "spaceDelimited"}, LIST, "a=x%20y%2Cz"),
        ({"style": "deepObject"}, MAP, "a%5BR%5D=1&a%5BG%5D=a%20b"),
        # "If a value is explicitly defined, then the value of contentType SHALL be ignored."
        ({"style": "form", "contentType": "application/json"}, MAP, "R=1&G=a%20b"),
        ({}, [], ""),
        ({"style": "form"}, {}, ""),
    ],
)
@pytest.mark.parametrize("openapi", ["3.0.3", "3.1.1", "3.2.0"])
def test_a_field_of_a_form_is_written_as_its_encoding_says(
    encoding: dict[str, Any], value: Any, written: str, openapi: str
) -> None:
    """OAS 3.1.1, 4.8.15.1; OAS 3.0.3, Encoding Object, is the same for URL-encoded forms."""
    assert text_of(form_wire(FORM, {"a": encoding}, openapi=openapi), a=value) == written


def test_fields_keep_the_order_of_the_document_and_encodings_are_their_own() -> None:
    """OAS 3.1.1, Encoding Object: the key is a property; one that is none is ignored."""
    wire = form_wire(FORM, {"b": {"explode": False}, "gone": {"style": "pipeDelimited"}})
    assert text_of(wire, b=[1, 2], a=[True, None]) == "a=true&a=null&b=1,2"


@pytest.mark.parametrize("media", [FORM, MULTIPART])
@pytest.mark.parametrize("value", [{"b": 1}, {"x": 1, "b": 2}])
def test_an_object_that_is_taken_apart_never_takes_the_name_of_a_field(media: str, value: Any) -> None:
    """security.md 5: whether that other field is given or not."""
    wire = form_wire(media, {"a": {"style": "form", "explode": True}})
    for beside in ({}, {"b": "own"}):
        error = wire.refusal(a=value, **beside)
        assert error.field == "a"
        assert error.message == "argument \"a\" would be sent as 'b', which is the name of something else"


@pytest.mark.spec("OAS 3.1.1 Encoding Object")
@pytest.mark.parametrize(
    ("encoding", "value", "parts"),
    [
        ({}, "é", [("a", None, None, "é".encode())]),
        ({}, 3, [("a", None, None, b"3")]),
        ({}, None, [("a", None, None, b"null")]),
        ({}, LIST, [("a", None, None, b"x"), ("a", None, None, b"y,z")]),
        ({}, {"k": None}, [("a", None, "application/json", b'{"k":null}')]),
        ({}, [{"k": 1}, 2], [("a", None, "application/json", b'{"k":1}'), ("a", None, None, b"2")]),
        ({"contentType": "text/html; charset=utf-8"}, "<p>", [("a", None, "text/html; charset=utf-8", b"<p>")]),
        ({"contentType": "application/json"}, "x", [("a", None, "application/json", b'"x"')]),
        ({"contentType": "application/json"}, '{"k": 1}', [("a", None, "application/json", b'{"k": 1}')]),
        ({"contentType": "application/json"}, "{k", [("a", None, "application/json", b'"{k"')]),
        ({"contentType": "application/json"}, ["x", 1], [("a", None, "application/json", b'["x",1]')]),
        ({"contentType": "application/hal+json"}, {"k": 1}, [("a", None, "application/hal+json", b'{"k":1}')]),
        ({"contentType": "application/xml"}, {"k": 1}, [("a", None, "application/xml", b"<a><k>1</k></a>")]),
        ({"contentType": "text/plain, text/html"}, "x", [("a", None, "text/plain", b"x")]),
        ({"contentType": "text/*"}, "x", [("a", None, None, b"x")]),
        ({"contentType": "text/plain\r\nX-Evil: 1"}, "x", [("a", None, None, b"x")]),
        ({"style": "form"}, LIST, [("a", None, None, b"x"), ("a", None, None, b"y,z")]),
        ({"style": "form"}, {"R": 1, "G": 2}, [("R", None, None, b"1"), ("G", None, None, b"2")]),
        ({"explode": False}, ["x", "y"], [("a", None, None, b"x,y")]),
        ({"style": "pipeDelimited"}, LIST, [("a", None, None, b"x|y,z")]),
        ({"style": "deepObject"}, {"R": {"k": 1}}, [("a[R][k]", None, None, b"1")]),
    ],
)
def test_a_part_is_written_as_its_encoding_says(encoding: dict[str, Any], value: Any, parts: list[Part]) -> None:
    """OAS 3.1.1, 4.8.15.1 and 4.8.15.3; security.md 5: no line break of a document becomes a header."""
    assert parts_of(form_wire(MULTIPART, {"a": encoding}), a=value) == parts


def test_a_list_of_nothing_is_no_part() -> None:
    """RFC 6570 section 2.3: undefined; the other parts are sent."""
    assert parts_of(form_wire(MULTIPART, {}), a=[], b="x") == [("b", None, None, b"x")]


@pytest.mark.parametrize("value", [["x,y"], ["x", ","], {"k": "x,y"}, {"x,y": "k"}])
def test_a_comma_in_a_part_that_commas_join_is_refused(value: Any) -> None:
    """OAS 3.1.1, Appendix E: nothing is encoded in a part, so nothing would tell them apart."""
    error = form_wire(MULTIPART, {"a": {"explode": False}}).refusal(a=value)
    assert error.field == "a"
    assert error.message.startswith("argument \"a\" holds ',' in one of its values")


@pytest.mark.parametrize(
    ("openapi", "parts"),
    [
        ("3.0.3", [("a", None, None, b"x"), ("a", None, None, b"y")]),
        ("3.1.1", [("a", None, None, b"x|y")]),
        ("3.2.0", [("a", None, None, b"x|y")]),
    ],
)
def test_a_style_of_a_part_counts_since_3_1(openapi: str, parts: list[Part]) -> None:
    """OAS 3.0.3, Encoding Object: style SHALL be ignored if the body is not application/x-www-form-urlencoded."""
    assert parts_of(form_wire(MULTIPART, {"a": {"style": "pipeDelimited"}}, openapi=openapi), a=["x", "y"]) == parts


FILE = {"type": "string", "format": "binary"}
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.spec("OAS 3.1.1 Encoding Object")
@pytest.mark.parametrize(
    ("encoding", "given", "kind"),
    [
        ({}, "iVBORw0KGgo=", "image/png"),
        ({}, "data:image/png;base64,iVBORw0KGgo=", "image/png"),
        ({"contentType": "image/png"}, "data:text/html;base64,iVBORw0KGgo=", "image/png"),
        ({"contentType": "image/png, image/jpeg"}, "iVBORw0KGgo=", "image/png"),
        ({"contentType": "image/*"}, "data:text/html;base64,iVBORw0KGgo=", "image/png"),
        ({"contentType": "image/png\r\nX-Evil: 1"}, "data:text/css;base64,iVBORw0KGgo=", "text/css"),
        ({"style": "form", "explode": False}, "iVBORw0KGgo=", "image/png"),
    ],
)
def test_a_file_is_of_the_type_that_its_encoding_allows(encoding: dict[str, Any], given: str, kind: str) -> None:
    """OAS 3.1.1, 4.8.15.1.1, contentType: a type, a list of them, or a range; a style is not for files."""
    wire = form_wire(MULTIPART, {"photo": encoding}, photo=FILE)
    assert parts_of(wire, photo=given) == [("photo", "photo", kind, PNG)]


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("a%20b.png", "a b.png"),
        ("a%22%3B%20name%3D%22x", "a%22; name=%22x"),
        ("a%5C", "a%5C"),
        ("%5C%22%0D%0AX-Evil%3A%201", "%5C%22%0D%0AX-Evil: 1"),
        ("%00%1F%7F", "%00%1F%7F"),
        ("%C3%A9", "é"),
    ],
)
def test_a_file_name_stays_within_its_quotes(name: str, sent: str) -> None:
    """WHATWG HTML, multipart/form-data; a backslash at the end would hide the quote from readers of RFC 9110, 5.6.4."""
    wire = form_wire(MULTIPART, {}, photo=FILE)
    assert parts_of(wire, photo=f"data:image/png;name={name};base64,iVBORw0KGgo=", a="x") == [
        ("a", None, None, b"x"),
        ("photo", sent, "image/png", PNG),
    ]


@pytest.mark.spec("Swagger 2.0 Parameter Object")
@pytest.mark.parametrize(
    ("collection", "written"),
    [(None, "a=x,y%2Cz"), ("csv", "a=x,y%2Cz"), ("ssv", "a=x%20y%2Cz"), ("tsv", "a=x%09y%2Cz"),
     ("pipes", "a=x%7Cy%2Cz"), ("multi", "a=x&a=y%2Cz")],
)  # fmt: skip
def test_a_list_in_a_form_of_swagger_is_joined_as_it_says(collection: str | None, written: str) -> None:
    """Swagger 2.0, Parameter Object, collectionFormat: csv by default."""
    field: dict[str, Any] = {"name": "a", "in": "formData", "type": "array", "items": {"type": "string"}}
    field |= {} if collection is None else {"collectionFormat": collection}
    operation = {"operationId": "it", "consumes": [FORM], "parameters": [field], "responses": {}}
    root: dict[str, Any] = {"swagger": "2.0", "info": {"title": "x", "version": "1"}, "host": "h.example"}
    whole = {**root, "paths": {"/x": {"post": operation}}}
    document = read(whole, source="test.json", base_uri=None)
    executor = Executor(document, generate(document, ALL_METHODS))
    request = executor.preview(Call(tool="it", arguments={"a": ["x", "y,z"]}))
    assert request.body == written.encode()


def test_a_file_of_another_type_than_the_document_names_is_refused() -> None:
    """OAS 3.1.1, Encoding Object, contentType: one of a list; where nothing says a type, the bytes may."""
    encodings = {"f": Encoding(field="f", content_type="image/png, image/jpeg")}
    form = FormFields(encodings=encodings, files=frozenset({"f"}))
    body, _ = multipart({"f": "data:image/jpeg;base64,/9j/4AAQ"}, "multipart/form-data", form)
    assert b"Content-Type: image/jpeg" in in_memory(body)
    with pytest.raises(ArgumentsError, match="is application/pdf, but must be one of image/png, image/jpeg") as raised:
        multipart({"f": "data:application/pdf;base64,aGk="}, "multipart/form-data", form)
    assert raised.value.field == "f"


def test_the_parameters_of_a_multipart_type_stay() -> None:
    """RFC 2387 section 3.1: `type` is required there; a boundary is ours."""
    _, sent = multipart({"a": "x"}, 'multipart/related; type="application/json"; boundary=theirs', FormFields())
    kind, kept, boundary = sent.split("; ")
    assert (kind, kept, boundary[:9]) == ("multipart/related", 'type="application/json"', "boundary=")
    assert "theirs" not in sent
