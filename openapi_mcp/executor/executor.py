"""The life of one call: validated, built, authorized, sent within its deadline, decoded or classified, redacted."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from types import TracebackType
from typing import Any, Self

import anyio

from openapi_mcp.auth.schemes import authorize, masked, trusted_origins
from openapi_mcp.errors import ArgumentsError, ConfigError, OpenapiMcpError
from openapi_mcp.executor.follow import follow
from openapi_mcp.executor.kept import KeptAnswers
from openapi_mcp.executor.reading import NoSuchResultError, Reader, selection
from openapi_mcp.executor.send import (
    BrokenAnswerError,
    NoTurnError,
    Sender,
    SendError,
    TooLargeError,
    UnreachableError,
    UnsendableError,
    UploadError,
)
from openapi_mcp.model.call import Call, Failure, FailureKind, Result
from openapi_mcp.model.document import Document, Operation
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.policy import SAFE_METHODS, Limits
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.secret import Credential, Place, Redactor
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import SentBody, Tool, Toolset
from openapi_mcp.model.url import origin, redact_url
from openapi_mcp.recovery.classify import hint_for, is_retryable, kind_of, retry_after, said_by
from openapi_mcp.request.arguments import offered, validate, validator
from openapi_mcp.request.build import build_request
from openapi_mcp.request.choose import chosen_body
from openapi_mcp.request.files import FindFile, no_folder
from openapi_mcp.response.collect import Page, collect
from openapi_mcp.response.declared import Declared
from openapi_mcp.response.decode import is_deep, json_body, mask, read_answer, text_body
from openapi_mcp.response.pages import ways_on
from openapi_mcp.response.readback import Made
from openapi_mcp.response.shape import shape_json, shape_text
from openapi_mcp.schema.check import Check

log = logging.getLogger(__name__)

_MAX_URL = 500  # characters of a URL in a note
_MAX_ERROR_BODY = 4_000  # characters of the upstream's own answer in a failure


def server_url(document: Document, base_url: str | None = None, operation: Operation | None = None) -> str:
    """Return the URL that path templates are appended to: the pinned one, else the first usable server.

    The operation's own servers come before the path item's, those before the document's. OAS 3.1.1, 4.8.5.

    Raises:
        ConfigError: none is an absolute http or https URL.
    """
    if base_url is not None:
        return base_url
    servers = operation.servers if operation is not None else document.servers
    for server in servers:
        if origin(server.url) is not None and "{" not in server.url and "@" not in server.url.partition("?")[0]:
            return server.url
    named = ", ".join(repr(redact_url(server.url)) for server in servers[:3]) or "none"
    raise ConfigError(
        f"the document names no usable server ({named})",
        where=document.source,
        hint="say where the API is with --base-url https://host/path",
    )


class Executor:
    """Proxies calls of a toolset's tools to the API. An async context manager; calls may run side by side.

    `credentials` are set last on every request to a trusted origin; `renew` reads them again after a 401. `find_file`
    returns the file that a path in an argument names. With `kept` an answer that was cut is kept there, and the tool
    `read_result` reads it on.
    """

    def __init__(
        self,
        document: Document,
        toolset: Toolset,
        *,
        base_url: str | None = None,
        typed_url: str | None = None,
        credentials: Sequence[Credential] = (),
        renew: Callable[[], Sequence[Credential]] | None = None,
        limits: Limits | None = None,
        find_file: FindFile = no_folder,
        user_agent: str = "openapi-mcp",
        kept: KeptAnswers | None = None,
    ) -> None:
        self._document = document
        self._toolset = toolset
        self._base_url = base_url
        self._trusted = trusted_origins(document, base_url, typed_url)
        self._credentials = tuple(credentials)
        self._renew = renew
        self._limits = limits or Limits()
        self._redact = Redactor.of(self._credentials)
        self._checks: dict[tuple[str, str], Check] = {}
        self._declared = Declared(document.schemas)
        self._find = find_file
        self._reader = Reader(max_response=self._limits.max_response, kept=kept)
        self._sender = Sender(
            max_body=self._limits.max_body, user_agent=user_agent, max_concurrency=self._limits.max_concurrency
        )

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """What is set on every request to a trusted origin."""
        return self._credentials

    async def __aenter__(self) -> Self:
        await self._sender.__aenter__()
        with suppress(ConfigError):  # each call says it
            await self._sender.prepare(server_url(self._document, self._base_url))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._sender.__aexit__(kind, error, traceback)

    async def call(self, call: Call) -> Result:
        """Run one call; whatever goes wrong with it is in the result. Cancelling it closes its upstream request."""
        if call.tool == READ_RESULT and self._reader.kept is not None:
            return await self._read_on(call, self._reader.kept)
        deadline = anyio.current_time() + self._limits.timeout
        first = await self._page(call, deadline)
        if isinstance(first, Failure):
            return first.as_result()
        tool = self._toolset.by_name[call.tool]
        pages = self._limits.follow_pages if tool.operation.method in SAFE_METHODS else 0
        collection = collect(first, pages=pages, max_bytes=self._limits.max_body)
        answer = await follow(collection, partial(self._page, deadline=deadline))
        return await self._reader.show(answer, call.caller, selection(tool, call.arguments))

    def preview(self, call: Call) -> HttpRequest:
        """Return the exact request of a call, secrets masked, without sending it.

        Raises:
            OpenapiMcpError: the tool is unknown or the arguments do not fit.
        """
        try:
            _, _, request = self._request(call)
        except _Refused as refusal:
            raise ArgumentsError(
                refusal.failure.message, field=refusal.failure.field, hint=refusal.failure.hint
            ) from None
        return masked(request, self._credentials, self._trusted)

    def trusts(self, url: str) -> bool:
        """True when credentials may go to the origin of `url`."""
        return origin(url) in self._trusted

    async def _page(self, call: Call, deadline: float) -> Page | Failure:
        """Return what one request for a call brings; `deadline` is that of all its pages, by the event loop's clock."""
        try:
            tool, arguments, request = self._request(call)
        except _Refused as refusal:
            return self._masked(refusal.failure)
        try:
            began = time.monotonic()
            response, attempts = await self._send(request, deadline)
            log.info("answered tool=%s status=%d ms=%d", tool.name, response.status, (time.monotonic() - began) * 1e3)
        except TimeoutError:
            return self._timed_out(request)
        except SendError as error:
            return self._masked(_send_failure(error, self._redact))
        failure = self._failure(request, response)
        if failure is not None:
            return self._masked(replace(failure, attempts=attempts))
        return self._read(tool, arguments, request, response)

    def _request(self, call: Call) -> tuple[Tool, dict[str, Any], HttpRequest]:
        tool = self._toolset.by_name.get(call.tool)
        if tool is None:
            raise _Refused(_unknown_tool(call.tool, self._toolset))
        try:
            arguments = offered(tool, call.arguments)
            body = chosen_body(tool, arguments)
            validate(tool, arguments, self._check(tool, body), body)
            selection(tool, arguments)  # read again when there is an answer; what cannot be read is said before it
            base = server_url(self._document, self._base_url, tool.operation)
            return tool, arguments, build_request(tool, arguments, base, self._document.templates, self._find)
        except ArgumentsError as error:
            raise _Refused(_invalid(error)) from None
        except ConfigError as error:
            raise _Refused(Failure(kind=FailureKind.REFUSED, message=error.message, hint=error.hint or "")) from None

    def _check(self, tool: Tool, body: SentBody | None) -> Check:
        key = (tool.name, body.content_type if body else "")
        if key not in self._checks:
            self._checks[key] = validator(tool, body)
        return self._checks[key]

    async def _send(self, request: HttpRequest, deadline: float) -> tuple[HttpResponse, int]:
        """Send with credentials; once more where a 401 finds that a credential's file now holds another value.

        `deadline` is for both. Returns the answer, and how often the request was sent.
        """
        used = self._credentials
        response = await self._sender.send(authorize(request, used, self._trusted), deadline)
        if response.status == 401 and self._renewed(used):
            return await self._sender.send(authorize(request, self._credentials, self._trusted), deadline), 2
        return response, 1

    def _renewed(self, used: tuple[Credential, ...]) -> bool:
        if self._renew is None:
            return False
        try:
            fresh = tuple(self._renew())
        except OpenapiMcpError:
            return False  # the 401 itself says what is wrong; the old value stays
        self._credentials = fresh
        self._redact = Redactor.of((*used, *fresh))
        return fresh != used

    async def _read_on(self, call: Call, kept: KeptAnswers) -> Result:
        try:
            return await self._reader.read_on(call, kept)
        except ArgumentsError as error:
            return self._masked(_invalid(error)).as_result()
        except NoSuchResultError:
            return self._masked(_no_such_result(call)).as_result()

    def _failure(self, request: HttpRequest, response: HttpResponse) -> Failure | None:
        if response.redirect is not None:
            return _redirected(response, self._redact)
        if response.status >= 400 or (300 <= response.status < 400 and response.status != 304):
            return self._refusal(request, response)
        return None

    def _read(self, tool: Tool, arguments: Mapping[str, Any], request: HttpRequest, response: HttpResponse) -> Page:
        """Return what a success holds, and the call for what follows it: one that is as good as any caller's own."""
        fixed = {"headers": _plain_headers(response, self._redact)} if tool.operation.method == "HEAD" else None
        broken = partial(self._declared.broken, tool.operation)
        answer = read_answer(response, redactor=self._redact, fixed=fixed, broken=broken)
        secret = {held.name.lower() for held in self._credentials if held.place is Place.QUERY}
        made = Made(tool=tool, arguments=arguments, url=request.url, dropped=frozenset({*tool.ignored, *secret}))
        ways = ways_on(made, response, answer)
        calls = (Call(tool=tool.name, arguments=found) for found in ways.arguments)
        return Page(
            answer=answer,
            call=Call(tool=tool.name, arguments=arguments),
            size=len(response.body),
            next=next((call for call in calls if self._is_sound(call)), None),
            next_url=ways.url and one_line(self._redact(ways.url), _MAX_URL),
        )

    def _is_sound(self, call: Call) -> bool:
        """True for a call that could be made, and told: it holds no secret."""
        try:
            self._request(call)
        except _Refused:
            return False
        return not self._redact.finds(write_json(call.arguments))

    def _refusal(self, request: HttpRequest, response: HttpResponse) -> Failure:
        kind = kind_of(response.status)
        body = _error_body(response, self._redact)
        said = said_by(body)
        hint = hint_for(kind)
        if kind is FailureKind.UNAUTHENTICATED and self._credentials and origin(request.url) not in self._trusted:
            hint = f"no credential was sent: {_shown_origin(request.url)} was not named; confirm it with --base-url"
        return Failure(
            kind=kind,
            message=f"the API answered {response.status}" + (f": {said}" if said else ""),
            status=response.status,
            retryable=is_retryable(response.status),
            retry_after=retry_after(response.header("retry-after"), time.time()),
            hint=hint,
            body=body,
        )

    def _timed_out(self, request: HttpRequest) -> Failure:
        return Failure(
            kind=FailureKind.TIMEOUT,
            message=f"{_shown_origin(request.url)} did not answer in full within {self._limits.timeout:g} s",
            retryable=request.method in ("GET", "HEAD"),
            attempts=1,
            hint="ask for less, or start the server with a longer --timeout",
        )

    def _masked(self, failure: Failure) -> Failure:
        """Return the failure with every secret masked, and text that UTF-8 can carry; both may repeat what was sent."""
        message = _as_utf8(one_line(self._redact(failure.message), 1500))
        named = failure.field and _as_utf8(one_line(self._redact(failure.field), 200))
        hint = _as_utf8(self._redact(failure.hint))
        return replace(failure, message=message, field=named, hint=hint, body=mask(failure.body, self._redact))


class _Refused(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def _unknown_tool(name: str, toolset: Toolset) -> Failure:
    near = get_close_matches(name, toolset.by_name, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "list the tools to see their names"
    return Failure(kind=FailureKind.UNKNOWN_TOOL, message=f"there is no tool {one_line(name, 80)!r}", hint=hint)


def _invalid(error: ArgumentsError) -> Failure:
    return Failure(kind=FailureKind.INVALID_ARGUMENTS, message=error.message, field=error.field, hint=error.hint or "")


def _no_such_result(call: Call) -> Failure:
    handle = one_line(str(call.arguments.get("handle")), 60)
    message = f"there is no result {handle!r}, or no longer: they are kept for an hour, and fewer where they are large"
    hint = "make the call again whose result was cut"
    return Failure(kind=FailureKind.NOT_FOUND, message=message, field="handle", hint=hint)


def _send_failure(error: SendError, redact: Redactor) -> Failure:
    reason = one_line(redact(str(error)), 300)  # masked before it is cut: half a secret is one too
    match error:
        case UnsendableError():
            message, hint = f"no request can carry these arguments: {reason}", "give shorter and plainer values"
            return Failure(kind=FailureKind.INVALID_ARGUMENTS, message=message, hint=hint)
        case UploadError():
            hint = "leave the file as it is until the call has ended, and call again"
            return Failure(kind=FailureKind.INVALID_ARGUMENTS, message=f"a file was not sent: {reason}", hint=hint)
        case NoTurnError():
            message, hint = f"the call's turn did not come in time: {reason}", "call again when others have ended"
            return Failure(kind=FailureKind.TIMEOUT, message=message, retryable=True, hint=hint)
        case UnreachableError():
            kind, message = FailureKind.UNREACHABLE, f"cannot connect to the API: {reason}"
        case TooLargeError():
            kind, message = FailureKind.TOO_LARGE, reason
        case BrokenAnswerError() | _:
            kind, message = FailureKind.BAD_RESPONSE, f"the API's answer cannot be read: {reason}"
    hint = hint_for(kind)
    if kind is FailureKind.TOO_LARGE:
        hint = "ask for less: a filter, a smaller page, fewer fields"
    return Failure(kind=kind, message=message, retryable=kind is FailureKind.UNREACHABLE, attempts=1, hint=hint)


def _redirected(response: HttpResponse, redact: Redactor) -> Failure:
    target = redact(redact_url(response.redirect or ""))
    return Failure(
        kind=FailureKind.REFUSED,
        message=f"the API redirects to another origin, which is not followed: {one_line(target, 500)}",
        status=response.status,
        hint="if that is where the API lives now, start the server with --base-url for it",
    )


def _error_body(response: HttpResponse, redact: Redactor) -> Any:
    """Return the upstream's own answer, masked, then shortened: JSON where it is, else text, None for bytes."""
    value, is_json = json_body(response)
    text = text_body(response)
    if is_json and not is_deep(value, text or ""):
        return shape_json(mask(value, redact), _MAX_ERROR_BODY)[0]
    return shape_text(redact(text), _MAX_ERROR_BODY)[0] if text else None


def _plain_headers(response: HttpResponse, redact: Redactor) -> Mapping[str, str]:
    """Return the headers of an answer without cookies: for HEAD they are the answer."""
    kept = ((name, value) for name, value in response.headers if name.lower() != "set-cookie")
    return {redact(name).lower(): redact(value) for name, value in kept}


def _as_utf8(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _shown_origin(url: str) -> str:
    found = origin(url)
    return f"{found[0]}://{found[1]}:{found[2]}" if found else "the API"
