"""The span of an attempt, by OpenTelemetry's conventions for HTTP clients; what it asked for is not in it.

The path is the operation's own template: in a URL stand arguments, and in its query whatever a caller wrote.
"""

from contextlib import nullcontext
from dataclasses import replace

from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.url import origin
from openapi_mcp.telemetry.spans import CLIENT, Span, Value, headers, is_collected, span

_OTHER = "_OTHER"  # as the conventions call a method that is not one of these
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"))
_NOTHING = nullcontext()


def attempt_span(request: HttpRequest, path: str, before: int) -> "Span | nullcontext[None]":
    """Return the span of an attempt that follows as many as there were `before`; nothing where nobody collects."""
    if not is_collected():
        return _NOTHING
    method = request.method if request.method in _METHODS else _OTHER
    attributes: dict[str, Value] = {"http.request.method": method, "url.template": path}
    if (where := origin(request.url)) is not None:
        attributes |= {"url.scheme": where[0], "server.address": where[1], "server.port": where[2]}
    if before:
        attributes["http.request.resend_count"] = before
    return span(f"{method} {path}", attributes, CLIENT)


def with_trace(request: HttpRequest) -> HttpRequest:
    """Return a request that says which trace it belongs to; one that has such a header of the caller's keeps that."""
    own = headers()
    if not own or any(name.lower() == "traceparent" for name, _ in request.headers):
        return request
    return replace(request, headers=(*request.headers, *own))


def answered(span: Span | None, response: HttpResponse) -> HttpResponse:
    """Return the answer; its status is noted in the span."""
    if span is not None:
        span.note("http.response.status_code", response.status)
        if response.status >= 400:
            span.fail(str(response.status))
    return response
