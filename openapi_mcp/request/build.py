"""A call as an HTTP request."""

import math
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.document import Location, Operation
from openapi_mcp.model.message import HttpRequest, Streamed
from openapi_mcp.model.template import PLACEHOLDER, path_and_query, placeholders
from openapi_mcp.model.tool import SentBody, Tool
from openapi_mcp.request.choose import chosen_body
from openapi_mcp.request.content import content_of
from openapi_mcp.request.files import FindFile, no_folder
from openapi_mcp.request.filled import filled
from openapi_mcp.request.given import Given, about
from openapi_mcp.request.pairs import encode, scalar
from openapi_mcp.request.routes import Routes
from openapi_mcp.request.style import (
    cookie_pairs,
    header_value,
    path_value,
    query_pairs,
    querystring,
    refuse_other_names,
)

_NO_ROUTES = Routes()
_IN_PATH = "%/:@!$&'()*+,;=~"  # what stands in a path, or is encoded already (RFC 3986 section 3.3)
_IN_QUERY = _IN_PATH + "?[]"
_MATRIX_NAME = re.compile(r";([^;/={}]+)")  # in a path: RFC 6570 section 3.2.7
_WITH_NAMES = (Location.QUERY, Location.COOKIE, Location.PATH)  # where a value may bring names of its own
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


_Values = Mapping[tuple[Location, str], Given]


def build_request(
    tool: Tool,
    arguments: Mapping[str, Any],
    base_url: str,
    routes: Routes = _NO_ROUTES,
    find: FindFile = no_folder,
    body: SentBody | None = None,
) -> HttpRequest:
    """Return the request for validated arguments, the operator's own values added; `base_url` is absolute.

    `routes` are the path templates of the whole document: no value may reach another one than the tool's own, not even
    at a server that decodes `%2F` before it looks for the operation. `find` returns the file that a path names.
    `body` is the one of the tool's bodies to send, by default the first that takes the arguments.

    Raises:
        ArgumentsError: a value that cannot be carried where it belongs; nothing may be sent.

    OAS 3.1.1, 4.8.2.2 (path templating) and 4.8.12 (Parameter Object).
    """
    try:
        _refuse_non_json(arguments)
        sent = body or chosen_body(tool, arguments)
        arguments = filled(tool, arguments, sent)
        content = content_of(tool, sent, arguments, find) if sent is not None else None
        return _build(tool, arguments, base_url, routes, content)
    except RecursionError:
        raise ArgumentsError("the arguments are nested too deeply to be sent") from None


def _refuse_other_template(operation: Operation, own: str, filled: str, values: _Values, routes: Routes) -> None:
    reached = routes.taken_by(own, filled, operation.method) if filled != own else None
    if reached is not None:
        argument = next(_at(values, Location.PATH)).argument
        raise about(argument, f"would reach another operation, {reached[:200]}", "give another identifier")


def _build(
    tool: Tool,
    arguments: Mapping[str, Any],
    base_url: str,
    routes: Routes,
    content: tuple[bytes | Streamed, str] | None,
) -> HttpRequest:
    operation = tool.operation
    values = {
        (binding.parameter.location, binding.name): Given(
            argument=binding.argument, parameter=binding.parameter, value=arguments[binding.argument]
        )
        for binding in tool.parameters
        if binding.parameter is not None and binding.argument in arguments
    }
    _refuse_taken_names(tool, values, base_url)
    headers = [("Accept", _accept(operation)), *_headers(values)]
    body, content_type = content or (None, "")
    if body is not None:
        headers.append(("Content-Type", content_type))
    url = _url(operation, values, base_url, routes)
    return HttpRequest(method=operation.method, url=url, headers=tuple(headers), body=body)


def _at(values: _Values, location: Location) -> Iterator[Given]:
    return (given for (place, _), given in values.items() if place is location)


def _url(operation: Operation, values: _Values, base_url: str, routes: Routes) -> str:
    """Append the filled template to the base URL; nothing in a value can leave its segment or its query pair."""
    base = urlsplit(base_url)
    template, query_template = path_and_query(operation.path)
    filled = _fill(template, values)
    _refuse_other_template(operation, template, filled, values, routes)
    path = base.path.rstrip("/") + filled
    given = _at(values, Location.QUERY)
    pairs = [pair for one in given for pair in one.written(query_pairs)]
    pairs += [given.written(querystring) for given in _at(values, Location.QUERYSTRING)]
    query = "&".join(part for part in (base.query, *_fixed_pairs(query_template, values), *pairs) if part)
    return urlunsplit((base.scheme, base.netloc, encode(path, safe=_IN_PATH), encode(query, safe=_IN_QUERY), ""))


def _refuse_taken_names(tool: Tool, values: _Values, base_url: str) -> None:
    """Refuse an object whose fields a server would take for other parameters, or for what the URL holds already."""
    for (location, _), one in values.items():
        if location in _WITH_NAMES and isinstance(one.value, (dict, list)):
            taken = {binding.name for binding in tool.parameters if binding.location == location} | tool.ignored
            if location is Location.QUERY:
                taken |= _fixed_names(base_url, tool.operation.path)
            if location is Location.PATH:
                taken |= set(_MATRIX_NAME.findall(path_and_query(tool.operation.path)[0]))
            one.written(partial(refuse_other_names, taken=taken))


def _fixed_names(base_url: str, template: str) -> set[str]:
    """Return the names of the query pairs that stand in the server's URL and in the path template."""
    queries = (urlsplit(base_url).query, path_and_query(template)[1])
    return {unquote(pair.partition("=")[0]) for query in queries for pair in query.split("&")}


def _fixed_pairs(template: str, values: _Values) -> Iterator[str]:
    """Yield the pairs of a query that stands in a path template; one whose placeholder has no value is left out."""
    for pair in template.split("&"):
        given = {name: values.get((Location.PATH, name)) for name in placeholders(pair)}
        texts = {name: encode(scalar(one.value)) for name, one in given.items() if one is not None}
        if len(texts) == len(given):
            parts = PLACEHOLDER.split(pair)  # texts and names by turns
            yield "".join(texts[part] if index % 2 else part for index, part in enumerate(parts))


def _fill(template: str, values: _Values) -> str:
    """Replace every placeholder in one pass, so that a value's own text is never taken for a placeholder."""

    def value_of(match: re.Match[str]) -> str:
        given = values.get((Location.PATH, match[1]))
        if given is None:
            raise about(match[1], "is missing: it is part of the path", f'add "{match[1]}"')
        filled = given.written(path_value)
        if not filled:
            raise about(given.argument, "is empty, which a path cannot carry", "give a value")
        return filled

    segments = []
    for segment in template.split("/"):
        filled = PLACEHOLDER.sub(value_of, segment)
        if filled != segment:
            _check_segment(filled, values[Location.PATH, placeholders(segment)[0]].argument)
        segments.append(filled)
    return "/".join(segments)


def _check_segment(filled: str, argument: str) -> None:
    """Refuse what a server, after decoding, would read as another path.

    Some servers drop what follows ";" before they look for dot segments.
    """
    parts = re.split(r"[/\\]", unquote(unquote(filled)))  # by a proxy, and again by what is behind it
    if any(part.partition(";")[0] in (".", "..") for part in parts):
        message = "holds a dot segment, which would leave its place in the path"
        raise about(argument, message, "give a plain identifier")


def _headers(values: _Values) -> Iterator[tuple[str, str]]:
    for given in _at(values, Location.HEADER):
        if given.value not in ([], {}):  # undefined, as RFC 6570 section 2.3 has it
            yield given.parameter.name, given.written(header_value)
    cookies = [pair for given in _at(values, Location.COOKIE) for pair in given.written(cookie_pairs)]
    if cookies:
        yield "Cookie", "; ".join(cookies)


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
        flaw = _flaw(value)
        if flaw is not None:
            raise about(name, f"holds {flaw}, which JSON cannot carry", "give another value")


def _flaw(value: Any) -> str | None:
    """Return what in a value has no form in JSON text, None where all has."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text if _LONE_SURROGATE.search(text):
                return "half of a surrogate pair"
            case float() as number if not math.isfinite(number):
                return "NaN or Infinity"
            case None | bool() | int() | float() | str():
                pass
            case list() as items:
                waiting.extend(items)
            case dict() as fields:
                waiting.extend((*fields, *fields.values()))
            case other:
                return f"a {type(other).__name__}"
    return None
