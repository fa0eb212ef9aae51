"""What a document declares of its answers, and how an answer breaks it."""

import json
from typing import Any

import pytest
from support import make

from openapi_mcp.model.document import MediaType, Operation, Response
from openapi_mcp.model.message import HttpResponse
from openapi_mcp.model.secret import Redactor, Secret
from openapi_mcp.response.declared import Declared, media_type_of

SCHEMAS: dict[str, Any] = {
    "Page": {
        "type": "object",
        "required": ["results"],
        "properties": {"results": {"type": "array", "items": {"$ref": "#/components/schemas/Product"}}},
    },
    "Product": {
        "type": "object",
        "required": ["id", "secret"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "price": {"type": "number"},
            "state": {"enum": ["new", "old"]},
            "secret": {"type": "string", "writeOnly": True},
            "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Product"}},
        },
    },
}
PAGE = {"$ref": "#/components/schemas/Page"}


def broken(value: Any, schema: Any = PAGE, status: int = 200, *, redactor: Redactor | None = None) -> str:
    document = make.document({"/a": {"get": make.answering(schema)}}, components={"schemas": SCHEMAS})
    (operation,) = document.operations
    return Declared(document.schemas).broken(operation, answer(status), value, redactor or Redactor())


def answer(status: int = 200, content_type: str = "application/json") -> HttpResponse:
    return HttpResponse(status=status, url="https://h/", headers=(("Content-Type", content_type),))


def test_an_answer_that_keeps_its_schema_breaks_nothing() -> None:
    """What is writeOnly may be missing, whatever `required` says."""
    assert broken({"results": [{"id": 1, "price": 2.5, "state": "new", "parts": [{"id": 2}]}]}) == ""


def test_the_first_three_broken_rules_are_said_each_with_its_place() -> None:
    """Issue 4, Answers: a body that breaks its own schema is delivered, and that is said."""
    items = [{"id": 1}, {"price": "x"}, {"id": "7", "state": "sold"}, {"id": 8, "parts": [{"id": None}]}]
    assert broken({"results": items}) == (
        'the body breaks its schema: results[1] lacks "id"; results[1].price is "x", but must be number; '
        'results[2].id is "7", but must be integer; and 2 more'
    )


def test_what_is_wrong_with_every_item_is_said_of_the_first() -> None:
    """A thousand prices that are texts are one mistake."""
    items = [{"id": number, "price": "x"} for number in range(50)]
    assert broken({"results": items}) == 'the body breaks its schema: results[0].price is "x", but must be number'


def test_the_body_itself_may_be_what_is_wrong() -> None:
    """A list where a page was declared."""
    said = broken([{"id": 1}] * 10_000)
    assert said.startswith('the body breaks its schema: the body is [{"id":1},')
    assert said.endswith("…, but must be object")


def test_a_secret_is_not_said_not_even_half() -> None:
    """security.md 10 R-SECRET: masked before it is cut."""
    secret = "s3cr3t" * 40
    said = broken({"results": [{"id": 1, "price": "x" * 60 + secret}]}, redactor=Redactor([Secret(secret)]))
    assert "s3cr3t" not in said
    assert "xxx***" in said


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"$ref": "#/components/schemas/Nowhere"},
        {"allOf": [{"$ref": "#/components/schemas/Loop"}]},
        {"items": {"not": {"type": "null"}}},
    ],
)
def test_where_nothing_is_certain_nothing_is_said(schema: Any) -> None:
    """A schema that allows all, or leads nowhere or to itself."""
    loop = {"Loop": {"allOf": [{"$ref": "#/components/schemas/Loop"}, {"items": {"prefixItems": []}}]}}
    operation = Operation(
        method="GET",
        path="/",
        pointer="#",
        responses=(response("200", MediaType(content_type="application/json", schema=schema, pointer="#")),),
    )
    declared = Declared({f"#/components/schemas/{name}": each for name, each in loop.items()})
    assert declared.broken(operation, answer(), [1], Redactor()) == ""


def test_an_answer_that_takes_too_long_to_check_is_not_accused() -> None:
    """Our choice: 20,000 values at most; other calls wait meanwhile."""
    items: list[Any] = [{"id": 1}] * 20_000
    assert broken({"results": [*items, {"id": "x"}]}) == ""
    assert broken({"results": [{"id": "x"}, *items]}) == (
        'the body breaks its schema: results[0].id is "x", but must be integer'
    )


def test_a_schema_is_made_ready_once() -> None:
    """The first answer of a tool pays for it."""
    document = make.document({"/a": {"get": make.answering(PAGE)}}, components={"schemas": SCHEMAS})
    (operation,) = document.operations
    declared = Declared(document.schemas)
    for _ in range(3):
        assert declared.broken(operation, answer(), {"results": 1}, Redactor()) != ""
    assert len(declared._checks) == 1


def response(status: str, *content: MediaType) -> Response:
    return Response(status=status, description="", pointer="", content=content)


def of_types(*types: str, status: str = "200") -> Operation:
    content = tuple(MediaType(content_type=each, schema={}, pointer=each) for each in types)
    return Operation(method="GET", path="/", pointer="", responses=(response(status, *content),))


@pytest.mark.parametrize(
    ("declared", "content_type", "found"),
    [
        (["application/json"], "application/json; charset=utf-8", "application/json"),
        (["Application/JSON; charset=utf-8"], "application/json", "Application/JSON; charset=utf-8"),
        (["application/*", "application/hal+json"], "application/hal+json", "application/hal+json"),
        (["*/*", "application/*"], "application/json", "application/*"),
        (["*/*", "image/*"], "application/json", "*/*"),
        (["*/*"], "", "*/*"),
        (["application/json"], "", "application/json"),
        (["application/json"], "application/octet-stream", None),
        (["application/json", "application/octet-stream"], "application/octet-stream", "application/octet-stream"),
        (["application/json", "application/*"], "application/octet-stream", "application/*"),
        (["application/json"], "application/hal+json", "application/json"),
        (["application/vnd.a+json"], "application/json", "application/vnd.a+json"),
        (["application/vnd.a+json"], "application/vnd.b+json", None),
        (["application/vnd.a+json", "application/vnd.b+json"], "application/json", None),
        (["application/json;v=1", "application/json; v=2"], "application/json;v=2", "application/json; v=2"),
        (["application/json;v=1", "application/json; v=2"], "application/json", None),
        (["text/plain"], "application/json", None),
        (["application/x-ndjson", "*/*"], "application/x-ndjson", None),
        ([], "application/json", None),
    ],
)
def test_the_media_type_that_is_declared_for_an_answer(declared: list[str], content_type: str, found: str) -> None:
    """OAS 3.1.1, Response Object, `content`: the most specific key. What a schema of records means is not settled."""
    media_type = media_type_of(of_types(*declared), 200, content_type)
    assert (media_type and media_type.content_type) == found


@pytest.mark.parametrize(
    ("statuses", "status", "found"),
    [
        (["200", "2XX", "default"], 200, "200"),
        (["default", "2xx", "200"], 201, "2xx"),
        (["default", "200"], 202, "default"),
        (["200", "4XX"], 202, None),
    ],
)
def test_the_response_that_is_declared_for_a_status(statuses: list[str], status: int, found: str | None) -> None:
    """OAS 3.1.1, Responses Object: a code before its range, that before `default`."""
    responses = tuple(
        response(each, MediaType(content_type="application/json", schema={}, pointer=each)) for each in statuses
    )
    operation = Operation(method="GET", path="/", pointer="", responses=responses)
    media_type = media_type_of(operation, status, "application/json")
    assert (media_type and media_type.pointer) == found


def test_what_nullable_and_other_words_of_3_0_allow_is_no_breach() -> None:
    """OAS 3.0.4: as the loader upgrades them."""
    fields = {
        "a": {"type": "string", "nullable": True},
        "b": {"allOf": [{"$ref": "#/components/schemas/S"}], "nullable": True},
        "c": {"type": "string", "format": "date-time"},
        "d": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
        "e": {"type": "number", "multipleOf": 0.1},
        "f": {"type": "string", "enum": ["x"], "nullable": True},
    }
    paths = {"/a": {"get": make.answering({"type": "object", "properties": fields})}}
    document = make.document(paths, openapi="3.0.3", components={"schemas": {"S": {"type": "object"}}})
    value = json.loads('{"a": null, "b": null, "c": "soon", "d": 1, "e": 0.3, "f": null, "g": 1}')
    (operation,) = document.operations
    assert Declared(document.schemas).broken(operation, answer(), value, Redactor()) == ""


@pytest.mark.parametrize(
    ("content_type", "schema"),
    [
        ("*/*", {"type": "string", "format": "binary"}),
        ("application/*", {"type": "string", "format": "byte"}),
        ("application/json", {"type": "string", "contentMediaType": "application/pdf"}),
        ("*/*", {"type": "string", "contentEncoding": "base64"}),
        ("*/*", {"$ref": "#/components/schemas/File"}),
        ("*/*", {"type": ["string", "null"], "format": "byte"}),
    ],
)
def test_a_file_that_happens_to_be_json_breaks_nothing(content_type: str, schema: Any) -> None:
    """springdoc declares bytes so. OAS 3.1.1, 4.8.14.4."""
    paths = {"/a": {"get": {"responses": {"200": {"description": "", "content": {content_type: {"schema": schema}}}}}}}
    components = {"schemas": {"File": {"type": "string", "format": "binary"}}}
    document = make.document(paths, components=components)
    (operation,) = document.operations
    assert Declared(document.schemas).broken(operation, answer(), {"a": 1}, Redactor()) == ""


def test_a_file_is_held_against_what_is_declared_for_its_own_type() -> None:
    """Our choice: what is declared for JSON says nothing of bytes, and a plain string nothing of what they hold."""
    file_schema = {"type": "string"}
    schemas: dict[str, Any] = {"application/json": {"required": ["url"]}, "application/octet-stream": file_schema}
    content = {name: {"schema": {"type": "object", **schema}} for name, schema in schemas.items()}
    document = make.document({"/a": {"get": {"responses": {"200": {"description": "", "content": content}}}}})
    (operation,) = document.operations
    held = Declared(document.schemas)
    file = answer(content_type="application/octet-stream")
    assert held.broken(operation, file, [1], Redactor()) == ""
    assert "url" in held.broken(operation, answer(), {}, Redactor())
