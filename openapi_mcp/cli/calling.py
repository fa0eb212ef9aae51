"""One call from the shell: made, asked about before, or only shown."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial

import anyio

from openapi_mcp.cli.left_out import with_left_out
from openapi_mcp.cli.output import LeftAtQuestion, ask, is_asked
from openapi_mcp.cli.waiting import LONGEST, Wait
from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.heard import Hearing
from openapi_mcp.model.call import Call, Failure, FailureKind, Result
from openapi_mcp.model.fault import Looked, Repair, Suggestion
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.opening import open_app
from openapi_mcp.progress import Notice
from openapi_mcp.recording import observe, open_recorder
from openapi_mcp.request.shown import question
from openapi_mcp.said_of import hinted, naming
from openapi_mcp.serving import Serves

DECLINED, ON_DECLINED = "declined; nothing was sent", "answer y to send it"
Prepare = Callable[[Serves], Call]
"""Says what is called, once the tools are known."""
Consent = Callable[[Serves, Call], Awaitable[Call | Failure]]
"""Returns a call as it may be sent, or why it is not."""


async def make_call(
    config: Config, notice: Notice, prepare: Prepare, consent: "Consent | None" = None, *, wait: float = LONGEST
) -> Result:
    """Return what comes of a call; without a `consent` a person is asked where --confirm says so.

    For the end of what the API goes on with it waits so many seconds; 0 returns the answer as it is.
    """
    with naming(config):
        # `reads_on`: this process ends with its answer.
        async with open_recorder(config, notice) as recorder, _opened(config, notice) as app:
            observe(app, recorder)
            hearing = Hearing(app, prepare(app))
            try:
                result = await _result(app, hearing, consent or _as_configured)
                if wait and result.job is not None:
                    result = await Wait(app=app, notice=notice, seconds=wait).end(hearing.call, result)
            except (anyio.get_cancelled_exc_class(), KeyboardInterrupt) as error:  # the latter at a question
                hearing.failed(FailureKind.CANCELLED, "interrupted")
                if said := "; ".join(_left(app, hearing, is_asked=isinstance(error, LeftAtQuestion))):
                    notice(said)
                raise
            except ConfigError as error:
                if consent is None:  # a replay that is not agreed to is no call
                    hearing.failed(FailureKind.REFUSED, f"{error.message}; nothing was sent")
                raise
            return hinted(_explained(app, hearing.call, hearing.ended(result)), config.name)


def _opened(config: Config, notice: Notice) -> AbstractAsyncContextManager[Serves]:
    """Open what serves one API, or all of several: only a workflow is of more than one."""
    if not config.apis:
        return open_app(config, notice, reads_on=False)
    from openapi_mcp.joining import open_several

    return open_several(config, notice)


def _explained(app: Serves, call: Call, result: Result) -> Result:
    """Return a result that says of an operation which is no tool why; it is recorded as any client would be told."""
    failure = result.failure
    if failure is None or (told := with_left_out(failure, call.tool, app.toolset)) is failure:
        return result
    return replace(told.as_result(), trace=result.trace)


async def _result(app: Serves, hearing: Hearing, consent: "Consent") -> Result:
    call = await consent(app, hearing.watched(hearing.call))
    hearing.begins()
    return call.as_result() if isinstance(call, Failure) else await app.call(call)


def _left(app: Serves, hearing: Hearing, *, is_asked: bool) -> Iterator[str]:
    """Yield what a person is told who ends a call: at a question that nothing more is sent, and what had been done."""
    if is_asked:
        tool = app.toolset.by_name.get(hearing.call.tool)
        yield "nothing was sent" if tool is None or tool.plan is None else "nothing more was sent"
    if hearing.carried:
        yield hearing.carried


async def _as_configured(app: Serves, call: Call) -> Call | Failure:
    tool = app.toolset.by_name.get(call.tool)
    if tool is not None and tool.plan is not None:
        from openapi_mcp.running import asks_within  # nothing else here needs it

        if asks_within(app, tool) and not is_asked():
            raise _nobody("--confirm", "give --confirm none")
        return replace(call, asking=partial(_step_as_configured, app))
    if tool is None or not app.asks_before(tool):
        return call
    where, other = ("--confirm", "give --confirm none")
    if tool.limits.confirm is not None:
        where, other = f"[tool.{call.tool}]", "take it out"
    return await confirmed(app, call, _nobody(where, other))


def _nobody(where: str, other: str) -> ConfigError:
    hint = f"run it in a terminal, with --args rather than input from a pipe; or {other}"
    return ConfigError("a person must confirm this call, and there is no terminal", where=where, hint=hint)


async def _step_as_configured(app: Serves, call: Call) -> Failure | None:
    """Return why a step of a workflow is not sent; None where the person at the terminal lets it be."""
    asked = await _as_configured(app, call)
    return asked if isinstance(asked, Failure) else None


async def confirmed(app: Serves, call: Call, nobody: ConfigError) -> Call | Failure:
    """Return a call as the person at the terminal was shown it and lets it be sent, or why it is not sent.

    Raises:
        ConfigError: `nobody`, where there is no terminal to ask at.
    """
    request = app.foresee(call)
    if isinstance(request, Failure):
        return await app.explained(call, request)
    if agrees(question(call, request, app.redactor(call)), nobody):
        return replace(call, is_shown=True)
    return Failure(kind=FailureKind.REFUSED, message=DECLINED, hint=ON_DECLINED)


def agrees(text: str, nobody: ConfigError) -> bool:
    """Return what the person at the terminal answers to a question.

    Raises:
        ConfigError: `nobody`, where there is no terminal to ask at.
    """
    answer = ask(text)
    if answer is None:
        raise nobody
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a call would send, or the failure that it would end with; what would be repaired, and looked up before."""

    found: HttpRequest | Failure
    repairs: tuple[Repair, ...] = ()
    lookups: tuple[Looked, ...] = ()


async def preview_call(config: Config, notice: Notice, prepare: Prepare) -> Preview:
    """Return what is known of a call before it is made; nothing is sent."""
    with naming(config):
        if config.apis:
            async with _opened(config, notice) as several:
                found = several.foresee(prepare(several))
                return Preview(found=found)
        async with open_app(config, notice) as app:
            call = prepare(app)
            tool = app.tool_of(call.tool)
            if tool is not None and tool.plan is not None:
                return Preview(found=app.foresee(call))
            found = app.executor.foresee(call, is_dry=True)
            if not isinstance(found, Failure):
                return Preview(found=found, repairs=app.executor.foreseen_repairs(call))
            lookups = await app.foreseen_lookups(call)
            found = with_left_out(found, call.tool, app.toolset)
            return Preview(found=_with_lookups(found, lookups), lookups=lookups)


def _with_lookups(failure: Failure, lookups: tuple[Looked, ...]) -> Failure:
    """Return the failure of a dry run; it says what the call itself would look up before it fails, or does not."""
    if not lookups:
        return failure
    hint = f"a dry run looks nothing up; the call itself would, with {lookups[0].tool}"
    step = Suggestion(tool=lookups[0].tool, why="as the call itself would look it up", arguments=lookups[0].arguments)
    return replace(failure, hint=f"{hint}; {failure.hint}" if failure.hint else hint, tries=(step, *failure.tries))
