"""A call as an HTTP request, and the same as a curl line."""

import math
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.document import Location, Operation, Parameter
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.tool import BindingKind, Tool
from openapi_mcp.request.body import encode_body
from openapi_mcp.request.style import cookie_pairs, header_value, path_value, query_pairs

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def build_request(tool: Tool, arguments: Mapping[str, Any], base_url: str) -> HttpRequest:
    """Return the request for validated arguments; `base_url` is absolute, without credentials.

    Raises:
        ArgumentsError: a value that cannot be carried where it belongs; nothing may be sent.

    OAS 3.1.1, 4.8.2.2 (path templating) and 4.8.12 (Parameter Object).
    """
    try:
        return _build(tool, arguments, base_url)
    except ArgumentsError as error:
        named = {binding.name: binding.argument for binding in tool.bindings}
        field = named.get(error.field or "", error.field)
        raise ArgumentsError(f'argument "{field}" {error.message}', field=field, hint=error.hint) from None


def _build(tool: Tool, arguments: Mapping[str, Any], base_url: str) -> HttpRequest:
    _refuse_non_json(arguments)
    operation = tool.operation
    values = {
        (binding.parameter.location, binding.name): (binding.parameter, arguments[binding.argument])
        for binding in tool.bindings
        if binding.parameter is not None and binding.argument in arguments
    }
    headers = [("Accept", _accept(operation)), *_headers(values)]
    body = _body(tool, arguments)
    if body is not None:
        headers.append(("Content-Type", tool.body_type or "application/json"))
    return HttpRequest(
        method=operation.method, url=_url(operation, values, base_url), headers=tuple(headers), body=body
    )


def curl(request: HttpRequest) -> str:
    """Return the request as a curl command line for a POSIX shell."""
    words = ["curl", "--globoff", "-X", request.method] if request.method != "HEAD" else ["curl", "--globoff", "--head"]
    words.append(request.url)
    for name, value in request.headers:
        words += ["-H", f"{name}: {value}" if value else f"{name};"]
    if request.body is not None:
        words += ["--data-binary", request.body.decode("utf-8", "replace")]
    return shlex.join(words)


Values = Mapping[tuple[Location, str], tuple[Parameter, Any]]


def _at(values: Values, location: Location) -> Iterator[tuple[Parameter, Any]]:
    return (pair for (place, _), pair in values.items() if place is location)


def _url(operation: Operation, values: Values, base_url: str) -> str:
    """Append the filled template to the base URL; nothing in a value can leave its segment or its query pair."""
    base = urlsplit(base_url)
    template, _, fixed_query = operation.path.partition("#")[0].partition("?")
    path = base.path.rstrip("/") + _fill(template, values)
    pairs = [pair for parameter, value in _at(values, Location.QUERY) for pair in query_pairs(parameter, value)]
    query = "&".join(part for part in (base.query, fixed_query, *pairs) if part)
    return urlunsplit((base.scheme, base.netloc, path, query, ""))


def _fill(template: str, values: Values) -> str:
    """Replace every placeholder in one pass, so that a value's own text is never taken for a placeholder."""

    def value_of(match: re.Match[str]) -> str:
        found = values.get((Location.PATH, match[1]))
        if found is None:
            raise ArgumentsError("is missing: it is part of the path", field=match[1], hint=f'add "{match[1]}"')
        filled = path_value(*found)
        if not filled:
            raise ArgumentsError("is empty, which a path cannot carry", field=match[1], hint="give a value")
        return filled

    segments = []
    for segment in template.split("/"):
        filled = _PLACEHOLDER.sub(value_of, segment)
        if filled != segment:
            _check_segment(filled, _PLACEHOLDER.findall(segment)[0])
        segments.append(filled)
    return "/".join(segments)


def _check_segment(filled: str, field: str) -> None:
    """Refuse what a server, after decoding, would read as another path. Security requirement A1."""
    decoded = unquote(filled)
    if any(part in (".", "..") for part in re.split(r"[/\\]", decoded)):
        raise ArgumentsError(
            "holds a dot segment, which would leave its place in the path", field=field, hint="give a plain identifier"
        )


def _headers(values: Values) -> Iterator[tuple[str, str]]:
    for parameter, value in _at(values, Location.HEADER):
        yield parameter.name, header_value(parameter, value)
    cookies = [pair for parameter, value in _at(values, Location.COOKIE) for pair in cookie_pairs(parameter, value)]
    if cookies:
        yield "Cookie", "; ".join(cookies)


def _body(tool: Tool, arguments: Mapping[str, Any]) -> bytes | None:
    """Return the body: `{}` for a required one without fields, None for an optional one that was left out."""
    if tool.body_type is None:
        return None
    fields = {}
    for binding in tool.bindings:
        if binding.kind is BindingKind.BODY and binding.argument in arguments:
            return encode_body(arguments[binding.argument], tool.body_type)
        if binding.kind is BindingKind.BODY_FIELD and binding.argument in arguments:
            fields[binding.name] = arguments[binding.argument]
    if fields or (tool.body_required and not _has_whole_body(tool)):
        return encode_body(fields, tool.body_type)
    return None


def _has_whole_body(tool: Tool) -> bool:
    return any(binding.kind is BindingKind.BODY for binding in tool.bindings)


def _accept(operation: Operation) -> str:
    """Return what the operation declares to answer, successes before failures, and anything else after it."""
    responses = sorted(operation.responses, key=lambda response: not response.status.startswith("2"))
    types = dict.fromkeys(
        media.content_type.strip()
        for response in responses
        for media in response.content
        if media.content_type.isascii() and media.content_type.isprintable() and "/" in media.content_type
    )
    return ", ".join([*list(types)[:8], "*/*;q=0.1"]) if types and "*/*" not in types else "*/*"


def _refuse_non_json(arguments: Mapping[str, Any]) -> None:
    for name, value in arguments.items():
        if not _is_json(value):
            raise ArgumentsError("holds NaN or Infinity, which JSON cannot carry", field=name, hint="give a number")


def _is_json(value: Any) -> bool:
    match value:
        case float():
            return math.isfinite(value)
        case list():
            return all(_is_json(item) for item in value)
        case dict():
            return all(_is_json(item) for item in value.values())
        case _:
            return True
