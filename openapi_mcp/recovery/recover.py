"""The life of a failed call: which strategies are tried on it, in what order, and how far that may go."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.capability import Capability
from openapi_mcp.model.fault import Fault, Looked, Path, Repair
from openapi_mcp.model.policy import Recovering
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.acted import may_repeat
from openapi_mcp.recovery.listed import items_in
from openapi_mcp.recovery.steps import MOST_ATTEMPTS, MOST_LOOKUPS, Attempt, Found, Learn, Lookup, MayCall, Step, Turn
from openapi_mcp.recovery.strategy import Case, Remedy, Rewrite, Strategy, Told
from openapi_mcp.recovery.telling.tell import tell
from openapi_mcp.recovery.work import TooMuchWorkError, Work
from openapi_mcp.request.arguments import offered

_REPAIRED = frozenset((FailureKind.INVALID_ARGUMENTS, FailureKind.REJECTED, FailureKind.NOT_FOUND))
_MOST_ROUNDS = 12  # repairs of one call before anything is sent: each must bring it to something new
_GONE = 410  # RFC 9110 section 15.5.11: it was there, so it was named rightly
_MOST_FAULTS = 20  # of one failure that are looked at
_MOST_STEPS = 50  # that one strategy asks for
_STEPS_OF_A_STRATEGY = 10  # that each look at a fault counts for

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered(Generic[Answer]):
    """What became of a call: its answer or its Failure, and what was repaired and looked up on the way."""

    outcome: Answer | Failure
    repairs: tuple[Repair, ...] = ()
    lookups: tuple[Looked, ...] = ()


@dataclass(slots=True)
class _Story:
    """What was done for one call so far."""

    call: Call
    base_url: str = ""
    repairs: tuple[Repair, ...] = ()
    lookups: tuple[Looked, ...] = ()
    told: tuple[Told, ...] = ()
    refusals: int = 0
    attempts: int = 0
    waited: float = 0.0
    as_it_is: bool = False
    seen: set[str] = field(default_factory=set)
    taken: set[Path] = field(default_factory=set)
    found: dict[str, Found | None] = field(default_factory=dict)
    work: Work = field(default_factory=Work)


def recover(
    call: Call,
    failure: Failure,
    tools: Mapping[str, Tool],
    strategies: Sequence[Strategy],
    policy: Recovering,
    base_url: str = "",
) -> Generator[Step, Any, Recovered[Any]]:
    """Yield the steps that may make a failed call succeed; return what it came to.

    A call is attempted again only with other arguments, and only where the API did nothing (acted.py). What could not
    be repaired is told: what may have been meant, and the calls that help. `base_url` is where the API is called.
    """
    if (tool := tools.get(call.tool)) is not None:
        call = replace(call, arguments=offered(tool, call.arguments))  # under the names that faults have
    story = _Story(call=call, base_url=base_url)
    outcome: Any = failure
    for _ in range(_MOST_ROUNDS):
        if not isinstance(outcome, Failure):
            return Recovered(outcome=outcome, repairs=story.repairs, lookups=story.lookups)
        _count(story, outcome)
        if not (yield from _goes_on(story, outcome, tools, strategies, policy)):
            break
        outcome = yield Attempt(call=story.call, as_it_is=story.as_it_is)
    if not isinstance(outcome, Failure):
        return Recovered(outcome=outcome, repairs=story.repairs, lookups=story.lookups)
    said = yield from tell(story.call, outcome, tools, story.told, story.lookups)
    said = replace(said, repairs=story.repairs, lookups=story.lookups, attempts=story.attempts, waited=story.waited)
    return Recovered(outcome=said, repairs=story.repairs, lookups=story.lookups)


def _count(story: _Story, failure: Failure) -> None:
    story.attempts += failure.attempts
    story.waited += failure.waited
    story.refusals += failure.attempts > 0


def _goes_on(
    story: _Story, failure: Failure, tools: Mapping[str, Tool], strategies: Sequence[Strategy], policy: Recovering
) -> Generator[Lookup | Learn | Turn, Any, bool]:
    """Bring the story's call to what is attempted next; return whether there is something."""
    tool = tools.get(story.call.tool)
    if tool is not None and _may_be_repaired(story, failure, tool, policy):
        usable = [each for each in strategies if _applies(each, failure, story.call, policy)]
        found = yield from _repaired(story, failure, tool, tools, usable)
        if found is not None and _is_new(story, found.arguments):
            story.repairs += found.repairs
            story.call = replace(story.call, arguments=found.arguments)
            return True
    is_soft = bool(failure.faults) and all(fault.is_soft for fault in failure.faults)
    if is_soft and not failure.attempts and not story.as_it_is:
        story.as_it_is = True
        return True
    return False


def _is_new(story: _Story, arguments: Mapping[str, Any]) -> bool:
    """True for arguments that were not attempted yet."""
    story.seen = story.seen or {repr(story.call.arguments)}
    mark = repr(arguments)
    is_new = mark not in story.seen
    story.seen.add(mark)
    return is_new


def _may_be_repaired(story: _Story, failure: Failure, tool: Tool, policy: Recovering) -> bool:
    if failure.kind not in _REPAIRED or failure.status == _GONE or policy.level == "off":
        return False
    if not failure.attempts:
        return True
    is_open = policy.level == "full" and not story.call.is_shown and story.refusals <= MOST_ATTEMPTS
    return is_open and may_repeat(tool, failure, story.call.arguments)


def _applies(strategy: Strategy, failure: Failure, call: Call, policy: Recovering) -> bool:
    if strategy.asks and (policy.level != "full" or call.is_shown):
        return False
    return strategy.after if failure.attempts else strategy.before


def _repaired(
    story: _Story, failure: Failure, tool: Tool, tools: Mapping[str, Tool], strategies: Sequence[Strategy]
) -> Generator[Lookup | Learn | Turn, Any, Rewrite | None]:
    """Return the arguments after all repairs of these faults, and these repairs; None where there was none.

    So it is where they take too much work.
    """
    story.told = ()
    try:
        return (yield from _all_repaired(story, failure, tool, tools, strategies))
    except TooMuchWorkError:
        return None


def _all_repaired(
    story: _Story, failure: Failure, tool: Tool, tools: Mapping[str, Tool], strategies: Sequence[Strategy]
) -> Generator[Lookup | Learn | Turn, Any, Rewrite | None]:
    call, repairs = story.call, list[Repair]()
    at_first = Case(
        call=call, tool=tool, fault=Fault(path=(), rule="invalid"), failure=failure, tools=tools,
        base_url=story.base_url, work=story.work,
    )  # fmt: skip
    for fault in failure.faults[:_MOST_FAULTS]:
        if fault is not failure.faults[0]:
            yield Turn()
        rewrite = yield from _remedy(story, replace(at_first, call=call, fault=fault), strategies)
        if rewrite is not None:
            call = replace(call, arguments=rewrite.arguments)
            repairs += rewrite.repairs
    return Rewrite(arguments=call.arguments, repairs=tuple(repairs)) if repairs else None


def _remedy(
    story: _Story, case: Case, strategies: Sequence[Strategy]
) -> Generator[Lookup | Learn, Any, Rewrite | None]:
    """Return the first repair that a strategy finds; what the others could say of it is kept."""
    for strategy in strategies:
        if strategy.asks and case.fault.path in story.taken:
            continue  # what a lookup has put there is no name of the caller's
        case.work.spend(_STEPS_OF_A_STRATEGY)
        found = yield from _within_bounds(story, strategy.repair(case))
        if isinstance(found, Rewrite):
            story.taken |= {repair.path for repair in found.repairs} if strategy.asks else set()
            named = tuple(replace(repair, strategy=strategy.name) for repair in found.repairs)
            return replace(found, repairs=named)
        if found is not None:
            story.told += (found.about(case.fault.path),)
    return None


def _within_bounds(story: _Story, remedy: Remedy) -> Remedy:
    """Pass the steps of a remedy on, as many lookups as a call may have; the others are answered with None.

    A lookup that was made is answered as it was: a list may hold the same name twice. What asks for anything else, or
    without end, is left.
    """
    answer: Any = None
    for _ in range(_MOST_STEPS):
        try:
            step = remedy.send(answer)
        except StopIteration as done:
            found: Rewrite | Told | None = done.value
            return found
        if isinstance(step, Learn | MayCall):
            answer = yield step
        elif not isinstance(step, Lookup):
            break
        elif (mark := _mark(step)) in story.found:
            answer = story.found[mark]
        elif len(story.lookups) >= MOST_LOOKUPS:
            answer = None
        else:
            answer = yield step
            _keep(story, step, answer, mark)
    remedy.close()
    return None


def _mark(step: Lookup) -> str:
    return repr((step.call.tool, sorted(step.call.arguments.items(), key=repr)))


def _keep(story: _Story, step: Lookup, answer: Any, mark: str) -> None:
    found = answer if isinstance(answer, Found) else None
    items = len(items_in(found.value)) if found is not None else 0
    story.found[mark] = found
    story.lookups += (Looked(tool=step.call.tool, arguments=step.call.arguments, items=items, failed=found is None),)


def nothing_known(_tool: str) -> Capability:
    """Return that a tool needs and yields nothing: where what tools need is not known."""
    return Capability()
