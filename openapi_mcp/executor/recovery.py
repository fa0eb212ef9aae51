"""Performs what the recovery of a failed call asks for: attempts, lookups, and what tools need and yield."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import anyio
import anyio.lowlevel

from openapi_mcp.auth.scopes import allows
from openapi_mcp.errors import ConfigError
from openapi_mcp.executor.denied import DENIED, Denied, with_cause
from openapi_mcp.executor.masked import masked_lookup, masked_repair
from openapi_mcp.executor.prepare import Prepared, Preparer
from openapi_mcp.executor.terms import own_deadline
from openapi_mcp.flow import drive, drive_at_once
from openapi_mcp.model.call import Call, Caller, Failure
from openapi_mcp.model.capability import Capabilities, Capability
from openapi_mcp.model.fault import Looked, Repair, Suggestion, told_repairs
from openapi_mcp.model.leave import Leave
from openapi_mcp.model.policy import SAFE_METHODS, Recovering
from openapi_mcp.model.secret import Redactor
from openapi_mcp.model.tool import Toolset
from openapi_mcp.request.digits import unwritable
from openapi_mcp.response.collect import Page
from openapi_mcp.telemetry.spans import span

if TYPE_CHECKING:
    from openapi_mcp.recovery.recover import Recovered
    from openapi_mcp.recovery.steps import Learned, Step
    from openapi_mcp.recovery.strategy import Strategy

_AGAIN = "make the call under `try`: a person is asked about exactly that"
_PATIENCE = 3.0  # seconds that a failed call waits for what tools need and yield, where that is not known yet
_LOOKUPS = 1 / 3  # of what is left of a call's time

log = logging.getLogger(__name__)

Strategies = Callable[[], "Sequence[Strategy]"]
"""Returns the strategies that are used, in the order in which they are tried."""
Learning = Callable[[], Awaitable[Capabilities]]
"""Finds out what the tools that are served need and yield."""


def ours() -> "Sequence[Strategy]":
    """Return our own strategies, in order of their ranks."""
    from openapi_mcp.recovery.registry import in_order, own_strategies

    return in_order(own_strategies(), Recovering())


class Attempting(Protocol):
    """Makes a call once: what it comes to, or its failure."""

    async def __call__(
        self, call: Call, *, deadline: float = ..., as_it_is: bool = False, is_lookup: bool = False
    ) -> Page | Failure:
        """Return what a call brings; the `deadline` is the call's own where none is given."""


@dataclass(slots=True, kw_only=True)
class Attempts:
    """How the steps of one call's recovery are performed; `deadline` is the call's, by `anyio.current_time`.

    `strategies` are the names of those that have repaired it, once it is through. Where it goes on in the background by
    its `leave`, its lookups have what they have in a call of so many `seconds` that begins then. `denied` is the first
    lookup that the API refused for want of another credential.
    """

    page: Attempting
    deadline: float
    learn: Learning | None = None
    seconds: float = 0.0
    leave: Leave | None = None
    strategies: tuple[str, ...] = ()
    denied: Denied | None = None
    _lookups_end: float | None = field(init=False, default=None)

    def end(self, now: float) -> float:
        """Return when what is done to repair the call has to end."""
        is_left = self.leave is not None and self.leave.until is not None
        return max(self.deadline, now + self.seconds) if is_left else self.deadline

    def lookups_end(self) -> float:
        """Return when all lookups are to end: the rest of the time is for the call itself, and to tell what is wrong.

        They have a third of what is left when the first one begins.
        """
        if self._lookups_end is None:
            now = anyio.current_time()
            self._lookups_end = now + (self.end(now) - now) * _LOOKUPS
        return self._lookups_end


@dataclass(slots=True, kw_only=True)
class Recovery:
    """Recovers failed calls of a toolset; `strategies` are asked for when a call has failed, for the first time.

    `scoped` are the schemes of the document that name scopes.
    """

    toolset: Toolset
    preparer: Preparer
    policy: Recovering
    strategies: Strategies
    scoped: frozenset[str] = frozenset()
    _strategies: "Sequence[Strategy] | None" = field(init=False, default=None)

    async def run(self, call: Call, failure: Failure, attempts: Attempts, redact: Redactor) -> Page | Failure:
        """Return what a failed call comes to once it is repaired, with a note of that; else the failure, all told."""
        found = await self._driven(call, failure, partial(self._perform, call.caller, attempts, attempts.page))
        if found is None:
            return failure
        attempts.strategies = tuple(repair.strategy for repair in found.repairs)
        if isinstance(found.outcome, Failure):
            return with_cause(found.outcome, attempts.denied)
        log.info("recovered tool=%s repairs=%d lookups=%d", call.tool, len(found.repairs), len(found.lookups))
        return _noted(found, redact)

    async def _driven(
        self, call: Call, failure: Failure, perform: "Callable[[Step], Awaitable[Any]]"
    ) -> "Recovered[Any] | None":
        """Return what the recovery of a call comes to, None where nothing can be said of it but that it failed."""
        if unwritable(call.arguments) is not None:
            return None
        try:
            return await drive(self._flow(call, failure), perform)
        except RecursionError:  # arguments that are nested without end: what is wrong with them is said already
            return None
        except Exception as error:
            # The call has failed already, and is told as that; values of it may stand in the traceback.
            log.error("recovery_failed tool=%s error=%s", call.tool, type(error).__name__)
            log.debug("recovery_failed traceback", exc_info=True)
            return None

    async def explained(self, call: Call, failure: Failure, attempts: Attempts) -> Failure:
        """Return what is told of a call that a person is to be asked about, and that cannot be sent as it is.

        Nothing is sent but lookups. What they bring is not put into the call, as the person would not have been asked
        about that: it stands in the call to make, under `tries`.
        """

        async def prepared(call: Call, *, as_it_is: bool = False, **_how: Any) -> Any:
            return self.preparer.prepare(call, as_it_is=as_it_is)

        found = await self._driven(call, failure, partial(self._perform, call.caller, attempts, prepared))
        if found is None:
            return failure
        if isinstance(found.outcome, Failure):
            return with_cause(found.outcome, attempts.denied)
        again = Suggestion(tool=call.tool, why="this call with what was looked up", arguments=found.outcome.arguments)
        return replace(failure, tries=(again,), lookups=found.lookups, hint=_AGAIN)

    def foreseen(self, call: Call, failure: Failure) -> tuple[Prepared | Failure, tuple[Repair, ...]]:
        """Return what a call comes to before it is sent, repaired without asking anybody, and the repairs."""
        if unwritable(call.arguments) is not None:
            return failure, ()
        try:
            found: Recovered[Prepared] = drive_at_once(self._flow(call, failure), self._foresee)
        except RecursionError:  # as above
            return failure, ()
        return found.outcome, found.repairs

    async def planned(self, call: Call, failure: Failure, learn: Learning, deadline: float) -> tuple[Looked, ...]:
        """Return the lookups that the recovery of a call asks for, of those that it may make; none is made."""
        perform = partial(self._foresee, learned=await self._learned(call.caller, learn, deadline))
        try:
            found: Recovered[Prepared] = drive_at_once(self._flow(call, failure), perform)
        except RecursionError:  # as above
            return ()
        return tuple(each for each in found.lookups if self._may_look_up(replace(call, tool=each.tool)))

    def _flow(self, call: Call, failure: Failure) -> "Any":
        from openapi_mcp.recovery.recover import recover

        if self._strategies is None:
            self._strategies = self.strategies()
        return recover(call, failure, self.toolset.by_name, self._strategies, self.policy, self._base_url(call))

    def _base_url(self, call: Call) -> str:
        """Return where the API of a tool is called, "" where that is not known: then no URL is one of the API's."""
        tool = self.toolset.by_name.get(call.tool)
        try:
            return self.preparer.server_of(tool.operation) if tool is not None else ""
        except ConfigError:
            return ""

    def _foresee(self, step: "Step", learned: "Learned | None" = None) -> Any:
        from openapi_mcp.recovery.recover import nothing_known
        from openapi_mcp.recovery.steps import Attempt, Learn

        match step:
            case Attempt():
                return self.preparer.prepare(step.call, as_it_is=step.as_it_is)
            case Learn():
                return learned or nothing_known
        return None

    async def _perform(self, caller: Caller, attempts: Attempts, attempt: "Attempting", step: "Step") -> Any:
        from openapi_mcp.recovery.steps import Attempt, Lookup, MayCall, Turn

        match step:
            case Turn():
                return await anyio.lowlevel.checkpoint()
            case Attempt():
                return await attempt(step.call, as_it_is=step.as_it_is)
            case Lookup():
                return await self._look_up(attempts, replace(step.call, caller=caller))
            case MayCall():
                return self._may_call(caller, step.tool)
        return await self._learned(caller, attempts.learn, attempts.end(anyio.current_time()))

    async def _look_up(self, attempts: Attempts, call: Call) -> Any:
        from openapi_mcp.recovery.steps import Found

        if not self._may_look_up(call):
            return None
        deadline = own_deadline(self.toolset.by_name[call.tool], attempts.lookups_end())
        with span(f"lookup {call.tool}", {"gen_ai.tool.name": call.tool}) as looking:
            page = await attempts.page(call, deadline=deadline, is_lookup=True)
            if isinstance(page, Failure):
                looking.fail(page.kind.value)
        if isinstance(page, Failure):
            log.info("lookup_failed tool=%s kind=%s", call.tool, page.kind.value)
            if page.kind in DENIED and attempts.denied is None:
                attempts.denied = Denied(tool=call.tool, failure=page)
            return None
        log.info("looked_up tool=%s", call.tool)
        answer = page.answer
        is_whole = page.next is None and page.next_url is None and "incomplete" not in answer.note
        return Found(value=answer.value if answer.is_json else None, next=page.next, is_whole=is_whole)

    def _may_look_up(self, call: Call) -> bool:
        """True for a tool that reads, within the caller's rights, and that no person is to be asked about."""
        tool = self.toolset.by_name.get(call.tool)
        if tool is None or tool.operation.method not in SAFE_METHODS or tool.limits.confirm:
            return False
        return self._may_call(call.caller, call.tool)

    def _may_call(self, caller: Caller, name: str) -> bool:
        tool = self.toolset.by_name.get(name)
        return tool is not None and (caller.scopes is None or allows(caller.scopes, tool.operation, self.scoped))

    async def _learned(self, caller: Caller, learn: Learning | None, deadline: float) -> "Learned":
        from openapi_mcp.index.shown import within_rights
        from openapi_mcp.recovery.recover import nothing_known

        if learn is None:
            return nothing_known
        known: Mapping[str, Capability] | None = None
        with anyio.CancelScope(deadline=min(deadline, anyio.current_time() + _PATIENCE)):
            known = await learn()
        if known is None:
            log.info("needs_not_known_in_time")
            return nothing_known
        found = known
        return lambda name: within_rights(found.get(name, Capability()), partial(self._may_call, caller))


def _noted(found: "Recovered[Page]", redact: Redactor) -> Page:
    """Return a page whose answer says what was repaired, and looked up, on the way to it."""
    page = found.outcome
    assert isinstance(page, Page)  # noqa: S101  a failure was returned before
    note: dict[str, Any] = told_repairs([masked_repair(each, redact) for each in found.repairs])
    if found.lookups:
        note["lookups"] = [masked_lookup(each, redact).as_json() for each in found.lookups]
    said = {name: value for name, value in note.items() if value}
    return replace(page, answer=replace(page.answer, note={**said, **page.answer.note}))
