"""Documents and tools for tests of the rooms, each from the few lines that matter."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from openapi_mcp.generator.generate import generate
from openapi_mcp.loader.read import read
from openapi_mcp.model.document import Document, Location, Parameter
from openapi_mcp.model.message import Streamed
from openapi_mcp.model.policy import METHODS, Selection
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.request.arguments import accepts, offered, validate, validator
from openapi_mcp.request.choose import chosen_body

BASE_URL = "https://api.example.com/v1"
ALL_METHODS = Selection(methods=frozenset(METHODS))

Json = dict[str, Any]


def document(paths: Mapping[str, Any], *, openapi: str = "3.1.1", **root: Any) -> Document:
    """Return the document with these paths; `root` holds what else stands at its root."""
    whole = {
        "openapi": openapi,
        "info": {"title": "Test", "version": "1"},
        "servers": [{"url": BASE_URL}],
        "paths": dict(paths),
        **root,
    }
    return read(whole, source="test.json", base_uri=None)


def toolset(paths: Mapping[str, Any], *, selection: Selection = ALL_METHODS, **root: Any) -> Toolset:
    """Return the tools of these paths, of every method unless `selection` says otherwise."""
    return generate(document(paths, **root), selection)


def one_tool(
    operation: Json | None = None,
    *,
    method: str = "get",
    path: str = "/things",
    selection: Selection = ALL_METHODS,
    **root: Any,
) -> Tool:
    """Return the only tool of a document with one operation."""
    made = toolset({path: {method: operation or {}}}, selection=selection, **root)
    assert [skipped.reason for skipped in made.skipped] == []
    (tool,) = made.tools
    return tool


def tool_with_body(content: Json, *, required: bool = True, method: str = "post", **root: Any) -> Tool:
    """Return a tool whose request body has this content."""
    return one_tool({"requestBody": {"required": required, "content": content}}, method=method, **root)


def json_body(schema: Any) -> Json:
    """Return the content of a JSON body with this schema."""
    return {"application/json": {"schema": schema}}


def answering(schema: Any, status: str = "200") -> Json:
    """Return an operation that answers JSON of this schema."""
    return {"responses": {status: {"description": "An answer.", "content": json_body(schema)}}}


def parameter(name: str, place: str = "query", **fields: Any) -> Json:
    """Return a Parameter Object."""
    required = {"required": True} if place == "path" else {}
    return {"name": name, "in": place, "schema": {"type": "string"}, **required, **fields}


def read_parameter(name: str, location: Location, style: str, *, explode: bool = False, **fields: Any) -> Parameter:
    """Return a parameter as the loader reads it."""
    made = Parameter(
        name=name, location=location, required=True, schema={}, style=style, explode=explode, pointer="#/parameters/0"
    )
    return replace(made, **fields)


def validated(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments to send, held against the schema of the body that they are sent with."""
    given = offered(tool, arguments)
    body = chosen_body(tool, given, lambda each: accepts(given, validator(tool, each), each))
    validate(tool, given, validator(tool, body), body)
    return given


def in_memory(body: bytes | Streamed | None) -> bytes:
    """Return a body that is not streamed."""
    assert isinstance(body, bytes)
    return body
