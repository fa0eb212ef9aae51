"""The parameters of a step, those of its workflow among them (4.6.6)."""

from collections.abc import Iterator
from dataclasses import replace

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import StepParameter
from openapi_mcp.workflow.fields import Fields, quoted
from openapi_mcp.workflow.findings import Findings
from openapi_mcp.workflow.reusable import REFERENCE, resolved
from openapi_mcp.workflow.scope import Scope

_MOST = 200  # of a step, and of a workflow
_FIELDS = ("name", "in", "value", REFERENCE)
_PLACES = ("path", "query", "header", "cookie", "querystring")  # the last since 1.1, as since OpenAPI 3.2


def parameters(own: Fields, shared: Fields, scope: Scope, *, is_workflow: bool) -> tuple[StepParameter, ...]:
    """Return the parameters of a step: those of its workflow, each overridden by the step's own of name and place.

    Where the step calls a workflow (`is_workflow`), they are its inputs, and their place does not count.
    """
    found: dict[tuple[str, str], StepParameter] = {}
    for holder in (shared, own):
        level: set[tuple[str, str]] = set()
        for parameter, place in _listed(holder, scope, own.findings, is_workflow, is_shared=holder is shared):
            name = parameter.name.lower() if parameter.location == "header" else parameter.name
            key = (name, parameter.location)
            if key in level:
                said = f"the parameter {quoted(parameter.name)} is given twice, and the first one counts"
                own.findings.warn(place, said, "remove one")
                continue
            level.add(key)
            found[key] = replace(parameter, is_inherited=holder is shared)
    return tuple(found.values())


def _listed(
    holder: Fields, scope: Scope, findings: Findings, is_workflow: bool, *, is_shared: bool
) -> Iterator[tuple[StepParameter, str]]:
    for item, pointer in holder.items("parameters", _MOST):
        value, place = resolved(item, pointer, "parameters", scope.document.components, findings)
        if value is not None:
            read = _parameter(value, place, scope, findings, is_workflow, is_shared=is_shared)
            if read is not None:
                yield read, pointer


def _parameter(
    value: JsonValue, pointer: str, scope: Scope, findings: Findings, is_workflow: bool, *, is_shared: bool
) -> StepParameter | None:
    fields = Fields(value, pointer, findings, "a parameter")
    fields.know_all(_FIELDS)
    name = fields.text("name", required=True)
    location = fields.text("in", required=not is_workflow)
    if location and location not in _PLACES:
        hint = f"write {', '.join(_PLACES)}"
        if location == "body":
            hint = f"write requestBody: {{payload: {{{one_line(name, 60)}: ...}}}}"
        findings.error(fields.at("in"), f"a parameter is never in {quoted(location)}", hint)
        return None
    if "value" not in fields:
        findings.error(pointer, f"the parameter {quoted(name)} has no value", "give it a value or an expression")
        return None
    if is_shared and location == "header" and name.lower() == "authorization":
        scope = replace(scope, is_in_order=False)  # the step that logs in goes without
    scope.check_value(fields.get("value"), fields.at("value"), findings)
    if not name or not (location or is_workflow):
        return None
    return StepParameter(name=name, location="" if is_workflow else location, value=fields.get("value"))
