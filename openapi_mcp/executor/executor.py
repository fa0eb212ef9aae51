"""The life of one call: validated, built, authorized, sent within its deadline, decoded or classified, redacted."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.to_thread

from openapi_mcp.auth.choose import MissingCredentialError, lacking
from openapi_mcp.auth.held import Held, as_held
from openapi_mcp.auth.schemes import trusted_origins
from openapi_mcp.auth.scopes import scoped_schemes
from openapi_mcp.errors import ArgumentsError, ConfigError, CredentialsError
from openapi_mcp.executor.authority import Authority
from openapi_mcp.executor.delivery import Delivery
from openapi_mcp.executor.failures import (
    invalid,
    no_such_result,
    not_sent,
    redirected,
    refused,
    shown_origin,
    timed_out,
    unauthenticated,
    unknown_tool,
)
from openapi_mcp.executor.kept import KeptAnswers
from openapi_mcp.executor.provider import Provider
from openapi_mcp.executor.reading import NoSuchResultError, Reader, selection
from openapi_mcp.executor.send import (
    Sender,
    SendError,
)
from openapi_mcp.executor.tokens import RefreshTokens
from openapi_mcp.flow import drive
from openapi_mcp.model.address import Bounds
from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Call, Caller, Failure, FailureKind, Result
from openapi_mcp.model.document import Document, Operation
from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.model.message import HttpRequest, HttpResponse
from openapi_mcp.model.policy import SAFE_METHODS, Limits
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.secret import Credential, Place, Redactor
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import SentBody, Tool, Toolset
from openapi_mcp.model.url import origin, redact_url
from openapi_mcp.request.arguments import accepts, offered, validate, validator
from openapi_mcp.request.build import build_request
from openapi_mcp.request.choose import chosen_body
from openapi_mcp.request.files import FindFile, no_folder
from openapi_mcp.request.filled import unfilled
from openapi_mcp.request.routes import Routes
from openapi_mcp.response.collect import Page, collect
from openapi_mcp.response.declared import Declared
from openapi_mcp.response.decode import mask, read_answer
from openapi_mcp.response.pages import ways_on
from openapi_mcp.response.readback import Made
from openapi_mcp.schema.check import Check
from openapi_mcp.tls import Trust

log = logging.getLogger(__name__)

_LARGE = 1_000_000  # bytes: an answer that is read in a thread, so that other calls go on
_MAX_URL = 500  # characters of a URL in a note


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

    Of the `credentials` those that an operation needs are set, last, on its requests to a trusted origin; `renew` reads
    them again after a 401, and `refresh_tokens` keeps those that take the place of a login's. `find_file` returns the
    file that a path in an argument names. With `kept` an answer that was cut is kept there, and the tool `read_result`
    reads it on. `trust` says whose certificates are believed; ours is shown to trusted origins only. A server that the
    document names is no nearer than the document was (`Document.reach`).
    """

    def __init__(
        self,
        document: Document,
        toolset: Toolset,
        *,
        base_url: str | None = None,
        typed_url: str | None = None,
        credentials: Held | Sequence[Credential] = (),
        renew: Callable[[], Held | Sequence[Credential]] | None = None,
        limits: Limits | None = None,
        find_file: FindFile = no_folder,
        user_agent: str = "openapi-mcp",
        kept: KeptAnswers | None = None,
        refresh_tokens: RefreshTokens | None = None,
        trust: Trust | None = None,
    ) -> None:
        self._document = document
        self._toolset = toolset
        self._base_url = base_url
        trusted = trusted_origins(document, base_url, typed_url)
        shown = replace(trust or Trust(), known=trusted)
        held = as_held(credentials)
        self._provider = Provider(
            held=held,
            document=document,
            known=trusted,
            user_agent=user_agent,
            trust=shown,
            now=time.monotonic,
            refresh_tokens=refresh_tokens,
        )
        self._authority = Authority(held=held, trusted=trusted, tokens=self._provider, renew=renew)
        self._limits = limits or Limits()
        self._checks: dict[tuple[str, str], Check] = {}
        self._declared = Declared(document.schemas)
        self._find = find_file
        self._routes = Routes(document.templates, document.methods)
        scoped = scoped_schemes(document.security_schemes)
        self._reader = Reader(max_response=self._limits.max_response, toolset=toolset, scoped=scoped, kept=kept)
        self._sender = Sender(
            max_body=self._limits.max_body,
            user_agent=user_agent,
            max_concurrency=self._limits.max_concurrency,
            trust=shown,
            bounds=Bounds(reach=document.reach, exempt=trusted),
        )

    @property
    def held(self) -> Held:
        """The credentials at hand."""
        return self._authority.held

    async def __aenter__(self) -> Self:
        await self._sender.__aenter__()
        await self._provider.open()
        with suppress(ConfigError):  # each call says it
            await self._sender.prepare(server_url(self._document, self._base_url))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._provider.aclose()
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
        answer = await drive(collection, partial(self._page, deadline=deadline))
        return await self._reader.show(answer, call, selection(tool, call.arguments))

    async def show(self, value: JsonValue, caller: Caller, *tools: str) -> Result:
        """Return what we ourselves say about these tools, cut and kept as the API's answers are."""
        return await self._reader.cut(Answer(value=value, text=write_json(value)), caller, *tools)

    def preview(self, call: Call) -> HttpRequest:
        """Return the exact request of a call, secrets masked, without sending it.

        Raises:
            OpenapiMcpError: the tool is unknown or the arguments do not fit.
        """
        try:
            tool, _, request = self._request(call)
        except _Refused as refusal:
            raise ArgumentsError(
                refusal.failure.message, field=refusal.failure.field, hint=refusal.failure.hint
            ) from None
        with suppress(MissingCredentialError):  # a call says it; here the rest of the request is what is asked for
            return self._authority.masked(request, self._authority.choose(tool.operation, call.caller), call.caller)
        return request

    def foresee(self, call: Call) -> HttpRequest | Failure:
        """Return what a call would send, secrets masked, or the failure that it would end with before that."""
        redact = self.redactor(call)
        try:
            tool, _, request = self._request(call)
            chosen = self._authority.choose(tool.operation, call.caller)
        except _Refused as refusal:
            return _masked(refusal.failure, redact)
        except CredentialsError as error:
            return _masked(unauthenticated(error), redact)
        return self._authority.masked(request, chosen, call.caller)

    def redactor(self, call: Call) -> Redactor:
        """Return what masks every secret in a text about a call that was not sent yet."""
        return self._authority.redactor(caller=call.caller)

    def trusts(self, url: str) -> bool:
        """True when credentials may go to the origin of `url`."""
        return self._authority.trusts(url)

    def lacks_credential(self, tool: Tool) -> bool:
        """True where a call cannot be sent, as what its operation needs is not at hand."""
        return not self.held.allows_anonymous and lacking(tool.operation, self.held) is not None

    async def _page(self, call: Call, deadline: float) -> Page | Failure:
        """Return what one request for a call brings; `deadline` is that of all its pages, by the event loop's clock."""
        try:
            tool, arguments, request = self._request(call)
        except _Refused as refusal:
            return _masked(refusal.failure, self._authority.redactor(caller=call.caller))
        delivery = Delivery(
            authority=self._authority,
            sender=self._sender,
            operation=tool.operation,
            request=request,
            caller=call.caller,
            deadline=deadline,
        )
        began = time.monotonic()
        try:
            response = await delivery.send(self._authority.choose(tool.operation, call.caller))
        except CredentialsError as error:
            return _masked(replace(unauthenticated(error), attempts=delivery.attempts), self._redactor_of(delivery))
        except TimeoutError:
            return timed_out(request, self._limits.timeout)
        except SendError as error:
            redact = self._redactor_of(delivery)
            return _masked(not_sent(error, redact), redact)
        log.info("answered tool=%s status=%d ms=%d", tool.name, response.status, (time.monotonic() - began) * 1e3)
        work = partial(self._understood, tool, arguments, delivery, response)
        if len(response.body) < _LARGE:
            return work()
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)

    def _redactor_of(self, delivery: Delivery) -> Redactor:
        """Return what masks whatever went along with a request: the other side may repeat it in any place."""
        return self._authority.redactor(tuple(delivery.carried), delivery.caller)

    def _understood(
        self, tool: Tool, arguments: Mapping[str, Any], delivery: Delivery, response: HttpResponse
    ) -> Page | Failure:
        redact = self._redactor_of(delivery)
        failure = self._failure(delivery.request, response, redact)
        if failure is not None:
            return _masked(replace(failure, attempts=delivery.attempts), redact)
        return self._read(tool, arguments, delivery, response, redact)

    def _request(self, call: Call) -> tuple[Tool, dict[str, Any], HttpRequest]:
        tool = self._toolset.by_name.get(call.tool)
        if tool is None:
            raise _Refused(unknown_tool(call.tool, self._toolset))
        try:
            arguments = offered(tool, call.arguments)
            body = chosen_body(tool, arguments, lambda each: accepts(arguments, self._check(tool, each), each))
            validate(tool, arguments, self._check(tool, body), body)
            selection(tool, arguments)  # read again when there is an answer; what cannot be read is said before it
            base = server_url(self._document, self._base_url, tool.operation)
            return tool, arguments, build_request(tool, arguments, base, self._routes, self._find, body)
        except ArgumentsError as error:
            raise _Refused(invalid(error)) from None
        except ConfigError as error:
            raise _Refused(Failure(kind=FailureKind.REFUSED, message=error.message, hint=error.hint or "")) from None

    def _check(self, tool: Tool, body: SentBody | None) -> Check:
        key = (tool.name, body.content_type if body else "")
        if key not in self._checks:
            self._checks[key] = validator(tool, body)
        return self._checks[key]

    async def _read_on(self, call: Call, kept: KeptAnswers) -> Result:
        try:
            return await self._reader.read_on(call, kept)
        except ArgumentsError as error:
            return _masked(invalid(error), self._authority.redactor(caller=call.caller)).as_result()
        except NoSuchResultError:
            return _masked(no_such_result(call), self._authority.redactor(caller=call.caller)).as_result()

    def _failure(self, request: HttpRequest, response: HttpResponse, redact: Redactor) -> Failure | None:
        if response.redirect is not None:
            return redirected(response, redact)
        if response.status >= 400 or (300 <= response.status < 400 and response.status != 304):
            return self._refusal(request, response, redact)
        return None

    def _read(
        self,
        tool: Tool,
        arguments: Mapping[str, Any],
        delivery: Delivery,
        response: HttpResponse,
        redact: Redactor,
    ) -> Page:
        """Return what a success holds, and the call for what follows it: one that is as good as any caller's own."""
        fixed = {"headers": _plain_headers(response, redact)} if tool.operation.method == "HEAD" else None
        broken = partial(self._declared.broken, tool.operation)
        answer = read_answer(response, redactor=redact, fixed=fixed, broken=broken)
        secret = {name for place, name in self._authority.held.occupied if place is Place.QUERY}
        whole, dropped = {**arguments, **tool.fixed}, frozenset({*tool.ignored, *secret})
        made = Made(tool=tool, arguments=whole, url=delivery.request.url, dropped=dropped)
        ways = ways_on(made, response, answer)
        onward = unfilled(tool, arguments, ways.arguments)
        calls = (Call(tool=tool.name, arguments=own, caller=delivery.caller) for own in onward)
        return Page(
            answer=answer,
            call=Call(tool=tool.name, arguments=arguments, caller=delivery.caller),
            size=len(response.body),
            next=next((call for call in calls if self._is_sound(call, redact)), None),
            next_url=ways.url and one_line(redact(ways.url), _MAX_URL),
        )

    def _is_sound(self, call: Call, redact: Redactor) -> bool:
        """True for a call that could be made, and told: it holds no secret."""
        try:
            self._request(call)
        except _Refused:
            return False
        return not redact.finds(write_json(call.arguments))

    def _refusal(self, request: HttpRequest, response: HttpResponse, redact: Redactor) -> Failure:
        failure = refused(response, redact, time.time())
        is_known = failure.kind is not FailureKind.UNAUTHENTICATED or not self.held.occupied
        if is_known or self.trusts(request.url):
            return failure
        hint = f"no credential was sent: {shown_origin(request.url)} was not named; confirm it with --base-url"
        return replace(failure, hint=hint)


def _masked(failure: Failure, redact: Redactor) -> Failure:
    """Return the failure with every secret masked, and text that UTF-8 can carry; both may repeat what was sent."""
    message = _as_utf8(one_line(redact(failure.message), 1500))
    named = failure.field and _as_utf8(one_line(redact(failure.field), 200))
    hint = _as_utf8(redact(failure.hint))
    return replace(failure, message=message, field=named, hint=hint, body=mask(failure.body, redact))


class _Refused(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def _plain_headers(response: HttpResponse, redact: Redactor) -> Mapping[str, str]:
    """Return the headers of an answer without cookies: for HEAD they are the answer."""
    kept = ((name, value) for name, value in response.headers if name.lower() != "set-cookie")
    return {redact(name).lower(): redact(value) for name, value in kept}


def _as_utf8(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
