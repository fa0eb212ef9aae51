"""A failure without secrets, in text that UTF-8 can carry: it may repeat what was sent, and what came back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from openapi_mcp.model.call import Content, Failure, Result, Text
from openapi_mcp.model.fault import Fault, Looked, Repair, Suggestion
from openapi_mcp.model.jsontext import without_lone_surrogates
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.room import brief
from openapi_mcp.model.secret import Redactor
from openapi_mcp.response.decode import mask

_LONGEST_MESSAGE = 1_500  # characters
_LONGEST_FIELD = 200
_LONGEST_SAID = 500
_MOST_FAULTS = 20  # more are neither told nor repaired
_MOST_VALUES = 1_000  # of what a rule asks for


def masked_failure(failure: Failure, redact: Redactor) -> Failure:
    """Return a failure with every secret masked."""
    return replace(
        failure,
        message=_text(failure.message, redact, _LONGEST_MESSAGE),
        field=failure.field and _text(failure.field, redact, _LONGEST_FIELD),
        hint=_text(failure.hint, redact, _LONGEST_SAID),
        body=mask(failure.body, redact),
        faults=tuple(_fault(each, redact, failure) for each in failure.faults[:_MOST_FAULTS]),
        evidence=_text(failure.evidence, redact, _LONGEST_SAID),
        at=_text(failure.at, redact, _LONGEST_FIELD),
        allowed=tuple(masked_value(each, redact) for each in failure.allowed),
        near=tuple(masked_value(each, redact) for each in failure.near),
        tries=tuple(_suggestion(each, redact) for each in failure.tries),
        repairs=tuple(masked_repair(each, redact) for each in failure.repairs),
        lookups=tuple(masked_lookup(each, redact) for each in failure.lookups),
    )


def masked_result(result: Result, redact: Redactor) -> Result:
    """Return a result with every secret masked."""
    structured: Any = None if result.structured is None else mask(dict(result.structured), redact)
    failure = masked_failure(result.failure, redact) if result.failure is not None else None
    content = tuple(masked_content(each, redact) for each in result.content)
    return replace(result, content=content, structured=structured, failure=failure)


def masked_content(content: Content, redact: Redactor) -> Content:
    """Return a block of a result with every secret masked."""
    if isinstance(content, Text):
        return replace(content, text=redact(content.text))
    text = content.data.decode("utf-8", "surrogateescape")
    data = redact(text).encode("utf-8", "surrogateescape") if redact.finds(text) else content.data
    return replace(content, data=data, uri=redact(content.uri))


def masked_repair(repair: Repair, redact: Redactor) -> Repair:
    """Return a repair with every secret masked."""
    before, after = masked_value(repair.before, redact), masked_value(repair.after, redact)
    path = tuple(_utf8(redact(step)) if isinstance(step, str) else step for step in repair.path)
    return replace(repair, path=path, before=before, after=after, how=_text(repair.how, redact, _LONGEST_SAID))


def masked_lookup(looked: Looked, redact: Redactor) -> Looked:
    """Return a lookup with every secret masked."""
    return replace(looked, arguments=masked_value(dict(looked.arguments), redact))


def masked_value(value: Any, redact: Redactor) -> Any:
    """Return a JSON value with every secret masked, that UTF-8 can carry."""
    return without_lone_surrogates(mask(value, redact))


def masked_request(request: HttpRequest, redact: Redactor) -> HttpRequest:
    """Return a request with every secret masked that it holds itself: in its URL, its headers, a body in bytes."""
    body = request.body
    if isinstance(body, bytes):
        body = redact(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    headers = tuple((redact(name), redact(value)) for name, value in request.headers)
    return replace(request, url=redact(request.url), headers=headers, body=body)


def plain_headers(response: HttpResponse, redact: Redactor) -> Mapping[str, str]:
    """Return the headers of an answer, masked and without cookies: for HEAD they are the answer."""
    kept = ((name, value) for name, value in response.headers if name.lower() != "set-cookie")
    return {redact(name).lower(): redact(value) for name, value in kept}


def _fault(fault: Fault, redact: Redactor, failure: Failure) -> Fault:
    """Return a fault with what the call and the answer say masked.

    The document's own schema holds no secret; what a rule asks for stands there, too, before anything was sent.
    """
    path = tuple(_utf8(redact(step)) if isinstance(step, str) else step for step in fault.path)
    said, named = _text(fault.said, redact, _LONGEST_SAID), _text(fault.named, redact, _LONGEST_FIELD)
    limit = _limit(fault.limit, redact) if failure.attempts else fault.limit
    return replace(fault, path=path, said=said, named=named, limit=limit)


def _limit(limit: Any, redact: Redactor) -> Any:
    """Return what a rule asks for, masked: allowed values may be the answer's own."""
    if isinstance(limit, tuple):
        return tuple(masked_value(each, redact) for each in limit[:_MOST_VALUES])
    return masked_value(limit[:_MOST_VALUES] if isinstance(limit, list) else limit, redact)


def _suggestion(each: Suggestion, redact: Redactor) -> Suggestion:
    arguments = None if each.arguments is None else masked_value(dict(each.arguments), redact)
    return replace(each, why=_text(each.why, redact, _LONGEST_SAID), arguments=arguments)


def _text(text: str, redact: Redactor, limit: int) -> str:
    return _utf8(brief(redact(text), limit))


def _utf8(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
