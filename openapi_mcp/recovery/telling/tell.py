"""What a caller is told of a call that could not be repaired: what may have been meant, calls that help, what to do."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.fault import Looked, Suggestion
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.lookup.wanted import Known
from openapi_mcp.recovery.steps import Learn, MayCall
from openapi_mcp.recovery.strategy import Told
from openapi_mcp.recovery.telling.hints import hint_of
from openapi_mcp.recovery.telling.state import list_of, readers_of_state
from openapi_mcp.recovery.telling.taken import finder_of, is_taken
from openapi_mcp.recovery.telling.tries import may_matter, suggested

_MOST_NEAR = 10
_MOST_TRIES = 3
_OF_VALUES = frozenset((FailureKind.INVALID_ARGUMENTS, FailureKind.REJECTED, FailureKind.NOT_FOUND))


def tell(
    call: Call, failure: Failure, tools: Mapping[str, Tool], told: Sequence[Told], lookups: Sequence[Looked] = ()
) -> Generator[Learn | MayCall, Any, Failure]:
    """Return the failure with what the strategies found out, the tools that yield what is missing, and what to do."""
    tries = _each_once((*failure.tries, *(each for one in told for each in one.tries)))
    if failure.attempts and is_taken(failure):
        tries += yield from _there_already(call, failure, tools)
    if failure.kind is FailureKind.CONFLICT or failure.is_unknown:
        tries += yield from _state(call, tools)
    elif failure.kind in _OF_VALUES and call.tool in tools and not tries:
        tries += yield from _yielding(call, failure, tools, lookups)
    tries = tries[:_MOST_TRIES]
    near = _each_once((*failure.near, *(each for one in told for each in one.near)))
    hint = failure.hint if failure.is_unknown else hint_of(replace(failure, tries=tuple(tries)), told)
    return replace(failure, near=tuple(near[:_MOST_NEAR]), tries=tuple(tries), hint=hint)


def _each_once(values: Sequence[Any]) -> list[Any]:
    """Return values without those that were there before; some of them cannot be hashed."""
    return list({repr(value): value for value in values}.values())


def _yielding(
    call: Call, failure: Failure, tools: Mapping[str, Tool], lookups: Sequence[Looked]
) -> Generator[Learn | MayCall, Any, list[Suggestion]]:
    """Return the calls that yield what is missing, or what names nothing."""
    if not may_matter(failure):
        return []
    known = Known(tools=tools, learned=(yield Learn()))
    found = suggested(call, failure, known, lookups)
    step = list_of(call, tools) if failure.kind is FailureKind.NOT_FOUND and not found else None
    return [step] if step is not None and (yield MayCall(tool=step.tool)) else found


def _there_already(
    call: Call, failure: Failure, tools: Mapping[str, Tool]
) -> Generator[Learn | MayCall, Any, list[Suggestion]]:
    """Return the call that finds what has a value that may be there only once."""
    step = finder_of(call, failure, Known(tools=tools, learned=(yield Learn())))
    return [step] if step is not None and (yield MayCall(tool=step.tool)) else []


def _state(call: Call, tools: Mapping[str, Tool]) -> Generator[Learn | MayCall, Any, list[Suggestion]]:
    """Return the call that reads what a write met: the nearest one that the caller may make."""
    for step in readers_of_state(call, tools):
        if (yield MayCall(tool=step.tool)):
            return [step]
    return []
