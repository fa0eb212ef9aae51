"""The life of one call: validated, built, authorized, sent within its deadline, decoded or classified, redacted."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import anyio

from openapi_mcp.auth.choose import lacking
from openapi_mcp.auth.held import Held, as_held
from openapi_mcp.auth.schemes import trusted_origins
from openapi_mcp.auth.scopes import scoped_schemes
from openapi_mcp.errors import ArgumentsError, ConfigError
from openapi_mcp.executor.authority import Authority
from openapi_mcp.executor.base import server_url
from openapi_mcp.executor.cache import Cache
from openapi_mcp.executor.cache_writes import origin_text
from openapi_mcp.executor.delivery import Delivery
from openapi_mcp.executor.failures import invalid, no_such_result, not_known_now
from openapi_mcp.executor.foresight import Foresight
from openapi_mcp.executor.kept import KeptAnswers
from openapi_mcp.executor.masked import masked_failure
from openapi_mcp.executor.page import Pages
from openapi_mcp.executor.prepare import Preparer
from openapi_mcp.executor.provider import Provider
from openapi_mcp.executor.reading import NoSuchResultError, NotKnownNowError, Reader, selection
from openapi_mcp.executor.recovery import Attempts, Learning, Recovery, Strategies, ours
from openapi_mcp.executor.send import Sender
from openapi_mcp.executor.terms import Limiters, timeout_of
from openapi_mcp.executor.tokens import RefreshTokens
from openapi_mcp.executor.tracing import noted_of_pages, trace_of
from openapi_mcp.executor.trying import trying
from openapi_mcp.executor.understanding import Understanding
from openapi_mcp.flow import drive
from openapi_mcp.model.address import Bounds
from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Call, Caller, Failure, Result
from openapi_mcp.model.document import Document
from openapi_mcp.model.fault import Looked, Repair
from openapi_mcp.model.job import Job
from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.model.policy import SAFE_METHODS, Limits, Recovering
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.secret import Credential, Redactor
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.model.url import origin
from openapi_mcp.request.files import FindFile, no_folder
from openapi_mcp.request.routes import Routes
from openapi_mcp.response.collect import Page, collect
from openapi_mcp.response.declared import Declared
from openapi_mcp.telemetry.called import in_call
from openapi_mcp.tls import Trust

if TYPE_CHECKING:
    from openapi_mcp.executor.jobs import Jobs

_NEW_KEY = "new-for-each-request"  # the idempotency key of a request that is shown before it is sent


class Executor:
    """Proxies calls of a toolset's tools to the API. An async context manager; calls may run side by side.

    Of the `credentials` those that an operation needs are set, last, on its requests to a trusted origin; `renew` reads
    them again after a 401, and `refresh_tokens` keeps those that take the place of a login's. `find_file` returns the
    file that a path in an argument names. With `kept` an answer that was cut is kept there, and the tool `read_result`
    reads it on. `trust` says whose certificates are believed; ours is shown to trusted origins only. A server that the
    document names is no nearer than the document was (`Document.reach`). Failed calls are repaired by the
    `strategies`, as far as `recovering` goes. Those of the `limiters` go on counting what other executors sent. A
    `cache` answers reads in place of the API where that is right; it is closed with the executor.
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
        recovering: Recovering | None = None,
        strategies: Strategies = ours,
        limiters: Limiters | None = None,
        cache: Cache | None = None,
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
        self._cache = cache
        self._preparer = Preparer(
            toolset=toolset,
            server_of=partial(server_url, document, base_url),
            routes=Routes(document.templates, document.methods),
            find=find_file,
        )
        self._foreseer = replace(self._preparer, new_key=lambda: _NEW_KEY)
        self._understanding = Understanding(
            authority=self._authority, declared=Declared(document.schemas), foreseer=self._foreseer, now=time.time
        )
        scoped = scoped_schemes(document.security_schemes)
        self._recovery = Recovery(
            toolset=toolset,
            preparer=self._foreseer,
            policy=recovering or Recovering(),
            strategies=strategies,
            scoped=scoped,
        )
        self._reader = Reader(max_response=self._limits.max_response, toolset=toolset, scoped=scoped, kept=kept)
        self._sender = Sender(
            max_body=self._limits.max_body,
            user_agent=user_agent,
            max_concurrency=self._limits.max_concurrency,
            trust=shown,
            bounds=Bounds(reach=document.reach, exempt=trusted),
        )
        self._limiters = limiters or Limiters(now=time.time)
        self._trying = trying(self._sender, self._limits, self._limiters)
        self._pages = Pages(
            authority=self._authority,
            trying=self._trying,
            preparer=self._preparer,
            understanding=self._understanding,
            limits=self._limits,
            limiters=self._limiters,
            cache=cache,
        )
        self._foresight = Foresight(preparer=self._foreseer, recovery=self._recovery, authority=self._authority)
        self._scoped = scoped
        self._jobs: Jobs | None = None

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
        if self._cache is not None:
            self._cache.close()

    def breakers(self) -> dict[str, str]:
        """Return the states of the breakers of origins that fail: {"https://api.example.com": "open"}."""
        states = self._trying.breakers(time.monotonic())  # asyncio's own clock, read in any thread
        return {origin_text(origin): state for origin, state in states.items() if isinstance(origin, tuple)}

    async def hear_of_breakers(self) -> None:
        """Learn from the other replicas what they know of the origins of this API, though nobody calls it here."""
        with suppress(ConfigError):  # each call says it
            await self._trying.hear(origin(server_url(self._document, self._base_url)))

    @property
    def queue(self) -> tuple[int, int, float]:
        """How many requests wait for --max-concurrency, how many have waited, and for how many seconds in all."""
        return self._sender.waiting, self._sender.queued, self._sender.queued_seconds

    async def call(self, call: Call, learn: Learning | None = None) -> Result:
        """Run one call; whatever goes wrong with it is in the result. Cancelling it closes its upstream request.

        A call that fails is repaired as far as the policy goes; `learn` finds out what tools need and yield.
        """
        with in_call(call.id):
            return await self._called(call, learn)

    async def _called(self, call: Call, learn: Learning | None) -> Result:
        if call.tool == READ_RESULT and self._reader.kept is not None:
            return await self._read_on(call, self._reader.kept)
        sent: list[Delivery] = []
        try:
            return await self._result(call, sent, learn)
        except anyio.get_cancelled_exc_class():
            if call.abandoned is not None:
                call.abandoned(trace_of(sent, self._authority, call.caller, {}))
            raise

    async def _result(self, call: Call, sent: list[Delivery], learn: Learning | None) -> Result:
        """Return what a call comes to; its requests are noted in `sent` as they go out."""
        deadline = self._deadline(call)
        page = partial(self._pages.ask, deadline=deadline, sent=sent)
        seconds = timeout_of(self._toolset.by_name.get(call.tool), self._limits)
        attempts = Attempts(page=page, deadline=deadline, learn=learn, seconds=seconds, leave=call.leave)
        first = await page(call)
        if isinstance(first, Failure):
            first = await self._recovered(call, first, attempts)
        traced = partial(self._traced, call, sent, attempts.strategies)
        if isinstance(first, Failure):
            result = first.as_result()
            return traced(result, (result.structured or {}).get("error", {}))
        tool = self._toolset.by_name[call.tool]
        may_follow = tool.operation.method in SAFE_METHODS and call.answered is None  # that is told the answer itself
        pages = self._limits.follow_pages if may_follow else 0
        collection = collect(first, pages=pages, max_bytes=self._limits.max_body)
        answer = await drive(collection, partial(page, as_it_is=True))
        if "pages" in answer.note:
            answer = noted_of_pages(answer, [each.story for each in sent])
        job, note = await self._working().begun(first, learn) if first.begun.is_any else (None, {})
        answer = replace(answer, note={**answer.note, **note}) if note else answer
        result = await self._reader.show(answer, call, selection(tool, first.call.arguments))
        return replace(traced(result, first.answer.note), job=job)

    async def follow(self, call: Call, job: Job) -> Result:
        """Ask once how far the work is that an API went on with after a call.

        The result has its `job` while that goes on, and says how far it is; else it is what the call has come to.
        """
        with in_call(call.id):
            return await self._working().follow(call, job)

    def ending(self, call: Call, job: Job) -> Call | None:
        """Return the call that asks the API to end its work, None where no tool is plainly made for that."""
        return self._working().ending(call, job)

    def _working(self) -> "Jobs":
        """Return what asks for work that the API goes on with; most calls begin none."""
        if self._jobs is None:
            from openapi_mcp.executor.job_places import Places
            from openapi_mcp.executor.job_ways import Ways
            from openapi_mcp.executor.jobs import Jobs

            ways = Ways(preparer=self._foreseer, scoped=self._scoped)
            self._jobs = Jobs(
                authority=self._authority,
                trying=self._trying,
                preparer=self._foreseer,
                understanding=self._understanding,
                reader=self._reader,
                limits=self._limits,
                limiters=self._limiters,
                ways=ways,
                places=Places(ways=ways),
                now=time.time,
                cache=self._cache,
            )
        return self._jobs

    async def show(self, value: JsonValue, caller: Caller, *tools: str) -> Result:
        """Return what we ourselves say about these tools, cut and kept as the API's answers are."""
        return await self._reader.cut(Answer(value=value, text=write_json(value)), caller, *tools)

    def preview(self, call: Call) -> HttpRequest:
        """Return the exact request of a call, secrets masked, without sending it.

        Raises:
            OpenapiMcpError: the tool is unknown or the arguments do not fit.
        """
        found = self.foresee(call, is_dry=True)
        if isinstance(found, Failure):
            raise ArgumentsError(found.message, field=found.field, hint=found.hint)
        return found

    def foresee(self, call: Call, *, is_dry: bool = False) -> HttpRequest | Failure:
        """Return what a call would send, secrets masked, or the failure that it would end with before that.

        `is_dry`, it is shown though a credential is missing: the call says that.
        """
        return self._foresight.request(call, is_dry=is_dry)

    def foreseen_repairs(self, call: Call) -> tuple[Repair, ...]:
        """Return what is repaired in a call before it is sent, secrets masked; nothing where that does not help."""
        return self._foresight.repairs(call)

    def foreseen_arguments(self, call: Call) -> Mapping[str, Any] | None:
        """Return the arguments of what a call would send, by the names of the list, unmasked; None where none is."""
        return self._foresight.arguments(call)

    async def foreseen_lookups(self, call: Call, learn: Learning) -> tuple[Looked, ...]:
        """Return what a call that cannot be sent as it is would look up, secrets masked; nothing is asked."""
        return await self._foresight.lookups(call, learn, self._deadline(call))

    async def explained(self, call: Call, failure: Failure, learn: Learning | None = None) -> Failure:
        """Return what a caller is told of a call that a person is to be asked about, and that cannot be sent."""
        deadline = self._deadline(call)
        attempts = Attempts(page=partial(self._pages.ask, deadline=deadline), deadline=deadline, learn=learn)
        return masked_failure(await self._recovery.explained(call, failure, attempts), self.redactor(call))

    def redactor(self, call: Call) -> Redactor:
        """Return what masks every secret in a text about a call that was not sent yet."""
        return self._authority.redactor_of(call)

    def trusts(self, url: str) -> bool:
        """True when credentials may go to the origin of `url`."""
        return self._authority.trusts(url)

    def lacks_credential(self, tool: Tool) -> bool:
        """True where a call cannot be sent, as what its operation needs is not at hand."""
        return not self.held.allows_anonymous and lacking(tool.operation, self.held) is not None

    def _deadline(self, call: Call) -> float:
        """Return when a call that begins now has to end, by the event loop's clock."""
        return anyio.current_time() + timeout_of(self._toolset.by_name.get(call.tool), self._limits)

    def _traced(
        self, call: Call, sent: Sequence[Delivery], strategies: Sequence[str], result: Result, told: Mapping[str, Any]
    ) -> Result:
        """Return a result that says how it came about; what was repaired and looked up is `told` in it already."""
        trace = trace_of(sent, self._authority, call.caller, told)
        return replace(result, trace=replace(trace, strategies=strategies) if strategies else trace)

    async def _recovered(self, call: Call, failure: Failure, attempts: Attempts) -> Page | Failure:
        """Return what a failed call comes to once it is repaired, or what its caller is told."""
        redact = self._authority.redactor_of(call)
        found = await self._recovery.run(call, failure, attempts, redact)
        return masked_failure(found, redact) if isinstance(found, Failure) else found

    async def _read_on(self, call: Call, kept: KeptAnswers) -> Result:
        try:
            return await self._reader.read_on(call, kept)
        except ArgumentsError as error:
            return masked_failure(invalid(error), self._authority.redactor_of(call)).as_result()
        except NoSuchResultError as error:
            failure = not_known_now(call) if isinstance(error, NotKnownNowError) else no_such_result(call)
            return masked_failure(failure, self._authority.redactor_of(call)).as_result()
