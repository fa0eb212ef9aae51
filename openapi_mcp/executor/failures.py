"""Why a call failed, in words: ours before it was sent, the way's, and the API's own."""

import math
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from openapi_mcp.auth.token import TokenError
from openapi_mcp.errors import ArgumentsError, CredentialsError
from openapi_mcp.executor.faults import (
    AddressError,
    BrokenAnswerError,
    CertificateError,
    LeftAloneError,
    LostError,
    MadeAlreadyError,
    NoTurnError,
    SendError,
    TooLargeError,
    TooSoonError,
    UnreachableError,
    UnsendableError,
    UploadError,
)
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.fault import Fault
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.model.url import origin, redact_url
from openapi_mcp.recovery.refusals.kinds import hint_for
from openapi_mcp.request.arguments import BrokenRulesError
from openapi_mcp.response.decode import refusal_body
from openapi_mcp.response.shape import shape_json, shape_text

_CONFIRM = "if the API is really there, confirm it where the server is started: --base-url URL"
_UNREACHABLE = "check that the API runs, and the network; where the API is elsewhere, start the server with --base-url"
_MOST_ALLOWED = 50  # values that are told
_MAX_ERROR_BODY = 4_000  # characters of the upstream's own answer in a failure


def unknown_tool(name: str, toolset: Toolset) -> Failure:
    """Return the failure of a call of a tool that is not there, or is switched off; near names stand in its hint."""
    off = next((each.reason for each in toolset.skipped if each.tool == name and each.is_switched_off), None)
    if off is not None:
        said = f"the tool {one_line(name, 80)!r} is {one_line(off, 300)}"
        return Failure(kind=FailureKind.REFUSED, message=said, hint="whoever runs this server can switch it on")
    left_out = next((each for each in toolset.skipped if each.tool == name and each.is_workflow), None)
    if left_out is not None:
        said = f"there is no tool {one_line(name, 80)!r}: the workflow is left out: {one_line(left_out.reason, 300)}"
        return Failure(kind=FailureKind.UNKNOWN_TOOL, message=said, hint="whoever runs this server can correct it")
    near = get_close_matches(name, toolset.by_name, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "list the tools to see their names"
    return Failure(kind=FailureKind.UNKNOWN_TOOL, message=f"there is no tool {one_line(name, 80)!r}", hint=hint)


def invalid(error: ArgumentsError) -> Failure:
    """Return the failure of arguments that cannot be sent."""
    field, said = error.field, error.message
    faults = error.faults if isinstance(error, BrokenRulesError) else ()
    if not faults and field:
        faults = (Fault(path=(field,), rule="invalid", said=said),)
    allowed = next((fault.limit for fault in faults if fault.rule == "enum" and isinstance(fault.limit, list)), [])
    return Failure(
        kind=FailureKind.INVALID_ARGUMENTS,
        message=said,
        field=field,
        hint=error.hint or "",
        faults=faults,
        allowed=tuple(allowed[:_MOST_ALLOWED]),
    )


def unauthenticated(error: CredentialsError) -> Failure:
    """Return the failure of a call that was not sent, as a credential that it needs is not to be had."""
    if isinstance(error, TokenError) and error.may_pass:
        message = f"no access token: {error.message}"
        return Failure(kind=FailureKind.UNREACHABLE, message=message, retryable=True, hint=error.hint or "")
    return Failure(kind=FailureKind.UNAUTHENTICATED, message=error.message, hint=error.hint or "")


def no_such_result(call: Call) -> Failure:
    """Return the failure of a handle that leads nowhere."""
    handle = one_line(str(call.arguments.get("handle")), 60)
    message = f"there is no result {handle!r}, or no longer: they are kept for an hour, and fewer where they are large"
    hint = "make the call again whose result was cut"
    return Failure(kind=FailureKind.NOT_FOUND, message=message, field="handle", hint=hint)


def not_known_now(call: Call) -> Failure:
    """Return the failure of a handle that another replica may have given, where nobody can be asked for it."""
    handle = one_line(str(call.arguments.get("handle")), 60)
    return Failure(
        kind=FailureKind.UNREACHABLE,
        message=f"the result {handle!r} is not known now: what the replicas share did not answer just now",
        field="handle",
        retryable=True,
        retry_after=2.0,
        hint="ask again with the same handle in a moment; where it stays unknown, make the call again",
    )


def not_sent(error: SendError, redact: Redactor, request: HttpRequest) -> Failure:
    """Return the failure of a request that got no usable answer; who is not reached is named."""
    reason = one_line(redact(str(error)), 300)  # masked before it is cut: half a secret is one too
    match error:
        case UnsendableError():
            message, hint = f"no request can carry these arguments: {reason}", "give shorter and plainer values"
            return Failure(kind=FailureKind.INVALID_ARGUMENTS, message=message, hint=hint)
        case MadeAlreadyError():
            hint = "take it as done: read the present state; only the person can say that it is to be made once more"
            return Failure(kind=FailureKind.REFUSED, message=f"{reason}; nothing was sent", hint=hint)
        case UploadError():
            hint = "leave the file as it is until the call has ended, and call again"
            return Failure(kind=FailureKind.INVALID_ARGUMENTS, message=f"a file was not sent: {reason}", hint=hint)
        case NoTurnError():
            message, hint = f"the call's turn did not come in time: {reason}", "call again when others have ended"
            return Failure(kind=FailureKind.TIMEOUT, message=message, retryable=True, hint=hint)
        case TooSoonError():
            return _too_soon(error, reason)
        case LeftAloneError():
            return _left_alone(error)
        case AddressError():
            return Failure(kind=FailureKind.REFUSED, message=f"nothing was sent: {reason}", hint=_CONFIRM)
        case CertificateError():
            message = f"cannot connect to {shown_origin(request.url)}: {reason}"
            return Failure(kind=FailureKind.UNREACHABLE, message=message, attempts=1, hint=error.hint)
        case UnreachableError():
            kind, message = FailureKind.UNREACHABLE, f"cannot connect to {shown_origin(request.url)}: {reason}"
        case TooLargeError():
            kind, message = FailureKind.TOO_LARGE, reason
        case LostError(has_begun=False):
            return _lost(f"the connection was lost before an answer came: {reason}")
        case BrokenAnswerError() | _:
            kind, message = FailureKind.BAD_RESPONSE, f"the API's answer cannot be read: {reason}"
    hint = hint_for(kind)
    if kind is FailureKind.UNREACHABLE:
        hint = _UNREACHABLE
    if kind is FailureKind.TOO_LARGE:
        hint = "ask for less: a filter, a smaller page, fewer fields"
    return Failure(kind=kind, message=message, retryable=kind is FailureKind.UNREACHABLE, attempts=1, hint=hint)


def _lost(message: str) -> Failure:
    hint = "call again; if it goes on, check that the API runs, and the network"
    return Failure(
        kind=FailureKind.BAD_RESPONSE, message=message, retryable=True, attempts=1, hint=hint, is_unknown=True
    )


def _too_soon(error: TooSoonError, reason: str) -> Failure:
    return Failure(
        kind=FailureKind.RATE_LIMITED,
        message=f"the call's turn does not come in time: {reason}",
        retryable=True,
        retry_after=round(error.wait, 3),
        hint=f"call again in {math.ceil(error.wait)} s; {error.set_by} sets the pace",
    )


def _left_alone(error: LeftAloneError) -> Failure:
    return Failure(
        kind=FailureKind.UNREACHABLE,
        message=f"nothing was sent: the API has failed {error.failures} times in a row and is left alone for a while",
        retryable=True,
        retry_after=round(error.wait, 3),
        hint=f"call again in {math.ceil(error.wait)} s; if it goes on, check that the API runs, and the network",
    )


def redirected(response: HttpResponse, redact: Redactor) -> Failure:
    """Return the failure of a call whose answer points to where it is not followed: to another origin, as a rule."""
    target = redact(redact_url(response.redirect or ""))
    is_elsewhere = origin(response.redirect or "") != origin(response.url)
    where = (
        "to another origin, which is not followed" if is_elsewhere else "within its origin, which is not followed here"
    )
    return Failure(
        kind=FailureKind.REFUSED,
        message=f"the API redirects {where}: {one_line(target, 500)}",
        status=response.status,
        hint="if that is where the API lives now, start the server with --base-url for it" if is_elsewhere else "",
    )


def refused(response: HttpResponse, redact: Redactor, now: float, tool: Tool, arguments: Mapping[str, Any]) -> Failure:
    """Return the failure of an answer whose status is none of success; `now` is in seconds since 1970.

    `arguments` are those that were sent: what the answer says of them is read before it is shortened.
    """
    from openapi_mcp.recovery.classify import Refused, classify

    body, shown = _error_body(response, redact)
    headers = tuple((name, redact(value)) for name, value in response.headers)
    failure = classify(replace(response, headers=headers), body, Refused(tool=tool, arguments=arguments), now)
    return replace(failure, body=shown)


OF_THE_TOOL = "set a longer timeout in this tool's table of the config file"
OF_THE_SERVER = "start the server with a longer --timeout"
OF_THE_BACKGROUND = "start the server with a longer --background-timeout"


def timed_out(request: HttpRequest, timeout: float, longer: str = OF_THE_SERVER) -> Failure:
    """Return the failure of a call that took longer than its deadline, in seconds, and how it has a `longer` one."""
    return Failure(
        kind=FailureKind.TIMEOUT,
        message=f"{shown_origin(request.url)} did not answer in full within {timeout:g} s",
        retryable=request.method in ("GET", "HEAD"),
        attempts=1,
        hint=f"ask for less, or {longer}",
    )


def _error_body(response: HttpResponse, redact: Redactor) -> tuple[Any, Any]:
    """Return the upstream's own answer, masked, whole and shortened: JSON where it is, else text, None for bytes."""
    said, is_json = refusal_body(response, redact)
    if isinstance(said, str) and not is_json:
        return said, shape_text(said, _MAX_ERROR_BODY)[0]
    return said, shape_json(said, _MAX_ERROR_BODY)[0] if is_json else None


def shown_origin(url: str) -> str:
    """Return scheme, host and port of a URL, for people."""
    found = origin(url)
    return f"{found[0]}://{found[1]}:{found[2]}" if found else "the API"
