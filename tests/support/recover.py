"""Failed calls of tools made from small documents, and what one strategy makes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from openapi_mcp.executor.prepare import Prepared, Preparer
from openapi_mcp.flow import drive_at_once
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.fault import Fault, Repair
from openapi_mcp.model.policy import Recovering
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.recovery.recover import nothing_known, recover
from openapi_mcp.recovery.steps import Attempt, Learn, Step
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, Told
from support.make import BASE_URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a call before it was sent: its arguments where it can be sent now, else its failure."""

    arguments: Mapping[str, Any] | None
    repairs: tuple[Repair, ...]
    failure: Failure | None

    @property
    def told(self) -> Failure:
        """The failure of a call that could not be repaired."""
        assert self.failure is not None, self.arguments
        return self.failure


def prepared(tools: Toolset, tool: str, arguments: Mapping[str, Any]) -> Prepared | Failure:
    """Return what a call comes to without any repair."""
    preparer = Preparer(toolset=tools, server_of=lambda _operation: BASE_URL)
    return preparer.prepare(Call(tool=tool, arguments=arguments))


def repaired(
    tools: Toolset, tool: str, arguments: Mapping[str, Any], strategies: Sequence[Strategy], base_url: str = BASE_URL
) -> Outcome:
    """Return what strategies make of a call whose arguments do not fit the document."""
    first = prepared(tools, tool, arguments)
    assert isinstance(first, Failure), "the call fits as it is"
    sent: list[Prepared] = []

    def perform(step: Step) -> Any:
        if not isinstance(step, Attempt):
            return nothing_known if isinstance(step, Learn) else None
        outcome = prepared(tools, step.call.tool, step.call.arguments)
        sent.extend([outcome] if isinstance(outcome, Prepared) else [])
        return outcome

    call = Call(tool=tool, arguments=arguments)
    found = drive_at_once(recover(call, first, tools.by_name, strategies, Recovering(), base_url), perform)
    failure = found.outcome if isinstance(found.outcome, Failure) else None
    repairs = failure.repairs if failure else found.repairs
    return Outcome(arguments=sent[-1].arguments if sent else None, repairs=repairs, failure=failure)


def refused(tool: Tool, arguments: Mapping[str, Any], fault: Fault, tools: Sequence[Tool] = ()) -> Case:
    """Return a call that the API has refused for a fault."""
    failure = Failure(kind=FailureKind.REJECTED, message="no", status=422, attempts=1, faults=(fault,))
    known = {each.name: each for each in (tool, *tools)}
    call = Call(tool=tool.name, arguments=arguments)
    schema = fault.schema or tool.input_schema["properties"].get(fault.path[0], {}) if fault.path else {}
    return Case(
        call=call,
        tool=tool,
        fault=replace(fault, schema=schema),
        failure=failure,
        tools=known,
        base_url=BASE_URL,
    )


def remedy(strategy: Strategy, case: Case) -> Rewrite | Told | None:
    """Return what a strategy that asks nobody makes of a case."""
    flow = strategy.repair(case)
    try:
        next(flow)
    except StopIteration as done:
        found: Rewrite | Told | None = done.value
        return found
    raise AssertionError("the strategy asks somebody")
