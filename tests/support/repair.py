"""Calls that break a schema, and what the strategies make of them."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.executor.prepare import Preparer
from openapi_mcp.flow import drive_at_once
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.fault import Fault
from openapi_mcp.model.policy import Recovering
from openapi_mcp.model.tool import Tool, Toolset
from openapi_mcp.recovery.recover import Recovered, nothing_known, recover
from openapi_mcp.recovery.registry import in_order, own_strategies
from openapi_mcp.recovery.steps import Attempt, Learn, Turn
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, Told
from support.make import BASE_URL, Json, one_tool, parameter


def taking(schema: Any, name: str = "a") -> Tool:
    """Return a tool with one argument of this schema, among the fields of its body."""
    body = {"type": "object", "properties": {name: schema}}
    return one_tool({"requestBody": {"content": {"application/json": {"schema": body}}}}, method="post")


def preparer(tool: Tool) -> Preparer:
    """Return what makes requests of the calls of a tool."""
    tools = Toolset(title="t", version="1", instructions="", tools=(tool,))
    return Preparer(toolset=tools, server_of=lambda _operation: BASE_URL)


def failed(tool: Tool, arguments: Mapping[str, Any]) -> Failure:
    """Return the failure of a call that is not sent."""
    found = preparer(tool).prepare(Call(tool=tool.name, arguments=arguments))
    assert isinstance(found, Failure), f"the call is sound: {found}"
    return found


def before(strategy: Strategy, tool: Tool, arguments: Mapping[str, Any]) -> Rewrite | Told | None:
    """Return what a strategy says of the first fault, before anything is sent, of which it says anything."""
    failure = failed(tool, arguments)
    call = Call(tool=tool.name, arguments=arguments)
    cases = (Case(call=call, tool=tool, fault=fault, failure=failure) for fault in failure.faults)
    said = (drive_at_once(strategy.repair(case), _refuse) for case in cases)
    return next((each for each in said if each is not None), None)


def after(strategy: Strategy, tool: Tool, arguments: Mapping[str, Any], fault: Fault) -> Rewrite | Told | None:
    """Return what a strategy says of a fault that the API has named."""
    failure = Failure(kind=FailureKind.REJECTED, message="refused", status=400, attempts=1, faults=(fault,))
    case = Case(call=Call(tool=tool.name, arguments=arguments), tool=tool, fault=fault, failure=failure)
    return drive_at_once(strategy.repair(case), _refuse)


def refused(rule: str, limit: Any = None, *path: str | int, said: str = "") -> Fault:
    """Return a fault of the argument "a", or of a path, as an API names it."""
    return Fault(path=path or ("a",), rule=rule, limit=limit, said=said, at="#/a")


def _refuse(step: object) -> Any:
    raise AssertionError(f"asks for {step}")


def value(found: Rewrite | Told | None, name: str = "a") -> Any:
    """Return the value of an argument after a repair; None where there was none."""
    return found.arguments[name] if isinstance(found, Rewrite) else None


def settled(tool: Tool, arguments: Mapping[str, Any]) -> Recovered[Any]:
    """Return what becomes of a call through all strategies, without any lookup, up to where it is sent."""
    maker = preparer(tool)
    call = Call(tool=tool.name, arguments=arguments)

    def perform(step: object) -> Any:
        if isinstance(step, Learn):
            return nothing_known
        if isinstance(step, Turn):
            return None
        assert isinstance(step, Attempt), step
        return maker.prepare(step.call, as_it_is=step.as_it_is)

    strategies = in_order(own_strategies(), Recovering())
    flow = recover(call, failed(tool, arguments), {tool.name: tool}, strategies, Recovering())
    found: Recovered[Any] = drive_at_once(flow, perform)
    return found


def sent(tool: Tool, arguments: Mapping[str, Any]) -> Any:
    """Return the arguments that are sent after all repairs; the failure where nothing is."""
    outcome = settled(tool, arguments).outcome
    return outcome if isinstance(outcome, Failure) else outcome.arguments


def query(*schemas: Json) -> Tool:
    """Return a tool that takes these parameters: "a", "b", and so on."""
    made = [parameter(name, schema=schema) for name, schema in zip("abcdef", schemas, strict=False)]
    return one_tool({"parameters": made})
