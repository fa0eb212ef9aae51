"""A tool and a document without what their calls do not need, as JSON and back: a catalogue keeps no more of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from openapi_mcp.generator.codec import decode, encode
from openapi_mcp.model.document import Document, MediaType, Operation, Parameter, Response, Schema
from openapi_mcp.model.media import is_json
from openapi_mcp.model.tool import Annotations, Binding, Tool
from openapi_mcp.schema.answer import answer_form

_LISTED = ("name", "title", "description", "input_schema", "output_schema", "annotations")  # read from the page

_OF_WORK = ("202", "2XX", "DEFAULT")  # the responses that an answer 202 is one of


def encode_tool(tool: Tool, schemas: Mapping[str, Schema]) -> dict[str, Any]:
    """Return what the calls of a tool need beside what the list says of it; `schemas` are what a `$ref` names."""
    parameters = tuple(map(_sent, tool.parameters))
    bodies = tuple(replace(body, bindings=tuple(map(_sent, body.bindings))) for body in tool.bodies)
    plain = replace(tool, operation=_callable(tool.operation, schemas), parameters=parameters, bodies=bodies)
    encoded: dict[str, Any] = encode(plain)
    return {name: value for name, value in encoded.items() if name not in _LISTED}


def decode_tool(listed: Any, rest: Any) -> Tool:
    """Return a tool from its entry in the list and from what `encode_tool` returned.

    Raises:
        ValueError: they are no tool of this version.
    """
    hints = listed["annotations"]
    annotations = Annotations(
        read_only=hints["readOnlyHint"],
        destructive=hints["destructiveHint"],
        idempotent=hints["idempotentHint"],
        open_world=hints["openWorldHint"],
    )
    wire = {"name": listed["name"], "title": listed["title"], "description": listed["description"]}
    schemas = {"input_schema": listed["inputSchema"], "output_schema": listed.get("outputSchema")}
    tool: Tool = decode(Tool, {**rest, **wire, **schemas, "annotations": encode(annotations)})
    return tool


def _callable(operation: Operation, schemas: Mapping[str, Schema]) -> Operation:
    """Return an operation without what only its description needed: texts, pointers, what its bodies look like."""
    body = operation.request_body
    return replace(
        operation,
        summary="",
        description="",
        parameters=(),
        request_body=body and replace(body, description="", pointer="", content=tuple(map(_named, body.content))),
        responses=tuple(_answering(response, schemas) for response in operation.responses),
    )


def _answering(response: Response, schemas: Mapping[str, Schema]) -> Response:
    """Return a response with what its answers need: schemas of JSON that is no error, links to work that goes on."""
    is_checked = response.status[:1] not in ("4", "5")
    content = tuple(
        _with_form(each, schemas) if is_checked and is_json(each.content_type) else _named(each)
        for each in response.content
    )
    links = tuple(replace(link, pointer="") for link in response.links) if response.status.upper() in _OF_WORK else ()
    return Response(status=response.status, description="", pointer="", content=content, links=links)


def _with_form(media_type: MediaType, schemas: Mapping[str, Schema]) -> MediaType:
    form = answer_form(media_type.schema, schemas) if media_type.schema else None
    return MediaType(content_type=media_type.content_type, schema=form, pointer="")


def _named(media_type: MediaType) -> MediaType:
    return MediaType(content_type=media_type.content_type, schema=None, pointer="")


def _sent(binding: Binding) -> Binding:
    """Return a binding without what the list says of its parameter."""
    parameter = binding.parameter
    return binding if parameter is None else replace(binding, parameter=_plain_parameter(parameter))


def _plain_parameter(parameter: Parameter) -> Parameter:
    return replace(parameter, schema={}, description="", pointer="", deprecated=False)


def encode_document(document: Document) -> dict[str, Any]:
    """Return what serving needs of a document beside its tools. A query of its URL may hold a token: it is left out."""
    kept = Document(
        title=document.title,
        version=document.version,
        openapi=document.openapi,
        source=document.source,
        base_uri=document.base_uri and document.base_uri.partition("?")[0],
        servers=document.servers,
        templates=document.templates,
        methods=document.methods,
        security_schemes=document.security_schemes,
        states_security=document.states_security,
        reach=document.reach,
    )
    encoded: dict[str, Any] = encode(kept)
    return encoded
