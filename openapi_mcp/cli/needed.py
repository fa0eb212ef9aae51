"""Which credentials a tool needs and lacks: an operation, or all that the steps of a workflow call."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from openapi_mcp.apis import said_for
from openapi_mcp.auth.choose import lacking
from openapi_mcp.auth.held import Held
from openapi_mcp.model.document import Operation
from openapi_mcp.model.secret import Credential, Place, Secret
from openapi_mcp.model.tool import Tool
from openapi_mcp.model.workflow import Plan, Step


class Callee(NamedTuple):
    """An operation that steps may call, with the credentials at hand for it, and the name of its API."""

    operation: Operation
    held: Held
    api: str


Callees = Mapping[str, Callee]
"""What steps may call, by the names of the tools."""


def callees_of(tools: Sequence[Tool], held: Held, api: str) -> dict[str, Callee]:
    """Return what the tools of an API call, by their names."""
    return {tool.name: Callee(tool.operation, held, api) for tool in tools if tool.plan is None}


def auth_report(tool: Tool, held: Held, api: str, callees: Callees) -> dict[str, Any]:
    """Return what a tool needs and lacks: {"security": [{SCHEME: [SCOPE]}] | null, "missing", "hint"}."""
    if tool.plan is None:
        return _of_call(Callee(tool.operation, held, api))
    return auth_of_plan(tool.plan, callees)


def auth_of_plan(plan: Plan, callees: Callees) -> dict[str, Any]:
    """Return what all the calls of a workflow need and lack together: `security` lists what any of them asks for.

    What a step gets from an earlier one, which logs in, is not missing.
    """
    reports: list[dict[str, Any]] = []
    for part in plan.parts:
        called = ((step, callees.get(part.tools.get(step.id, ""))) for step in part.workflow.steps)
        reports += [_of_call(callee, tuple(_lent(step))) for step, callee in called if callee is not None]
    stated = [each["security"] for each in reports if each["security"] is not None]
    security: list[Any] = []
    for needed in (one for each in stated for one in each):
        security += [needed] if needed not in security else []
    hints = dict.fromkeys(each["hint"] for each in reports if each["hint"])
    return {
        "security": security if stated or not reports else None,
        "missing": list(dict.fromkeys(name for each in reports for name in each["missing"])),
        "hint": "; ".join(hints) or None,
    }


def _of_call(callee: Callee, lent: Sequence[Credential] = ()) -> dict[str, Any]:
    operation, needed = callee.operation, None
    if operation.security is not None:
        needed = [{scheme.name: list(scheme.scopes) for scheme in each.schemes} for each in operation.security]
    if (missed := lacking(operation, callee.held, lent)) is None:
        return {"security": needed, "missing": [], "hint": None}
    return {"security": needed, "missing": list(missed.schemes), "hint": said_for(callee.api, missed.hint or "")}


def _lent(step: Step) -> Iterator[Credential]:
    """Yield the places of the credentials that an earlier step will have got."""
    for each in step.parameters:
        if each.is_credential:
            yield Credential(place=Place(each.location), name=each.name, value=Secret(""))
