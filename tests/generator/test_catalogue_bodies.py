"""A tool out of the catalogue sends what the tool of the document sends: bodies, encodings, the choice of a type."""

import json
from typing import Any

import pytest
from support.make import ALL_METHODS, document, parameter

from openapi_mcp.executor.executor import Executor
from openapi_mcp.generator.generate import generate
from openapi_mcp.generator.stripped import decode_tool, encode_tool
from openapi_mcp.model.call import Call
from openapi_mcp.model.tool import Toolset, wire_tool

FILE = {"type": "string", "format": "binary"}
HEADERS = {"X-Size": {"schema": {"type": "integer"}}}
FIELDS = {"type": "object", "properties": {"a": {"type": "array"}, "b": {"type": "string"}}, "required": ["b"]}
XML = {"type": "object", "xml": {"name": "x"}, "properties": {"b": {"type": "string", "xml": {"attribute": True}}}}
CONTENT: dict[str, Any] = {
    "application/json": {"schema": FIELDS},
    "application/x-www-form-urlencoded": {
        "schema": FIELDS,
        "encoding": {"a": {"style": "pipeDelimited"}, "b": {"allowReserved": True}},
    },
    "multipart/form-data": {
        "schema": {"type": "object", "properties": {"photo": FILE, "b": {"type": "string"}}},
        "encoding": {"photo": {"contentType": "image/png", "headers": HEADERS}},
    },
    "application/xml": {"schema": XML},
    "application/octet-stream": {},
}
OPERATION = {
    "operationId": "it",
    "parameters": [
        parameter("id", "path", style="matrix", explode=True),
        parameter("q", style="deepObject", schema={"type": "object"}),
        parameter("r", allowReserved=True),
        {"name": "j", "in": "query", "content": {"application/json": {"schema": {}}}},
        parameter("Accept", "header"),
        parameter("c", "cookie", explode=False, schema={"type": "array"}),
    ],
    "requestBody": {"required": True, "content": CONTENT},
    "responses": {"200": {"description": "x", "content": {"text/csv": {}}}},
}
MADE = document({"/things/{id}": {"post": OPERATION}})
(TOOL,) = generate(MADE, ALL_METHODS).tools


def kept() -> Any:
    """Return the tool as a catalogue on disk gives it back."""
    rest = json.loads(json.dumps(encode_tool(TOOL, MADE.schemas)))
    return decode_tool(json.loads(json.dumps(wire_tool(TOOL))), rest)


def test_what_a_call_needs_of_a_body_is_kept() -> None:
    """Law: decode(encode(tool)) calls as the tool does."""
    found = kept()
    assert [body.content_type for body in found.bodies] == list(CONTENT)
    assert [body.encodings for body in found.bodies] == [body.encodings for body in TOOL.bodies]
    assert [body.xml for body in found.bodies] == [body.xml for body in TOOL.bodies]
    assert (found.chooser, found.ignored, found.body_required) == ("content_type", frozenset({"accept"}), True)
    assert [[one.kind for one in body.bindings] for body in found.bodies] == [
        [one.kind for one in body.bindings] for body in TOOL.bodies
    ]
    again = encode_tool(found, MADE.schemas)
    assert json.loads(json.dumps(again)) == json.loads(json.dumps(encode_tool(TOOL, MADE.schemas)))


@pytest.mark.parametrize(
    "arguments",
    [
        {"b": "x", "a": [1]},
        {"b": "/?", "a": ["x", "y"], "content_type": "application/x-www-form-urlencoded"},
        {"photo": "iVBORw0KGgo=", "photo_X-Size": 3},
        {"b": "x", "content_type": "application/xml"},
        {"body": "aGk="},
        {"b": "x", "q": {"a": {"b": 1}}, "r": "/", "j": [1], "c": ["x", "y"], "Accept": "no"},
    ],
)
def test_a_call_of_a_kept_tool_is_the_same_request(arguments: dict[str, Any]) -> None:
    """Issue 4, Requests: a start from the catalogue changes nothing on the wire."""
    stored = Toolset(title="x", version="1", instructions="", tools=(kept(),))
    call = Call(tool="it", arguments={"id": "7", **arguments})
    fresh = Executor(MADE, generate(MADE, ALL_METHODS)).preview(call)
    assert Executor(MADE, stored).preview(call) == fresh
    assert fresh.url.startswith("https://api.example.com/v1/things/;id=7")
