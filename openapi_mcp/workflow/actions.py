"""Success and failure actions read: what follows a step (4.6.7, 4.6.8)."""

import math
from collections.abc import Iterable

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.workflow import Action, ActionKind
from openapi_mcp.workflow.bounds import LONGEST_WAIT, LONGEST_WAITS
from openapi_mcp.workflow.conditions import criteria
from openapi_mcp.workflow.fields import Fields, quoted
from openapi_mcp.workflow.reusable import REFERENCE, resolved
from openapi_mcp.workflow.scope import Scope
from openapi_mcp.workflow.workflow_ids import is_workflow_known

_MOST = 100  # of a step, and of a workflow
_ENDLESS = 1e9  # seconds
_FIELDS = ("name", "type", "workflowId", "stepId", "criteria", REFERENCE)
_RETRYING = ("retryAfter", "retryLimit")


def actions(holder: Fields, key: str, scope: Scope, *, may_retry: bool) -> tuple[Action, ...]:
    """Return the actions under a key of a step or a workflow; only those of a failure `may_retry`."""
    section = "failureActions" if may_retry else "successActions"
    found: dict[str, Action] = {}
    for item, pointer in holder.items(key, _MOST):
        value, place = resolved(item, pointer, section, scope.document.components, holder.findings)
        read = None if value is None else _action(value, place, holder, scope, may_retry)
        if read is not None and read.name in found:
            said = f"the action {quoted(read.name)} is given twice, and the first one counts"
            holder.findings.warn(pointer, said, "remove one")
        elif read is not None:
            found[read.name] = read
    return tuple(found.values())


def overridden(own: tuple[Action, ...], shared: Iterable[Action]) -> tuple[Action, ...]:
    """Return a step's own actions, then those of its workflow that it does not override by their names."""
    names = {action.name for action in own}
    return (*own, *(action for action in shared if action.name not in names))


def _action(value: JsonValue, pointer: str, holder: Fields, scope: Scope, may_retry: bool) -> Action | None:
    fields = Fields(value, pointer, holder.findings, "a failure action" if may_retry else "a success action")
    fields.know_all((*_FIELDS, *_RETRYING) if may_retry else _FIELDS)
    name, kind = fields.text("name", required=True), _kind(fields, may_retry)
    step, workflow = fields.text("stepId"), fields.text("workflowId")
    held = criteria(fields, "criteria", scope)
    if kind is None or not name or not _leads(fields, kind, step, workflow, scope):
        return None
    after, limit = _retry_after(fields), _retry_limit(fields)
    is_end = kind is ActionKind.END
    if kind is ActionKind.RETRY and after <= LONGEST_WAIT and after * limit > LONGEST_WAITS:
        said = f"its repetitions may wait {after * limit:,.0f} s, and a run that waits {LONGEST_WAITS:,.0f} s is ended"
        fields.findings.warn(fields.at("retryLimit"), said, "write a smaller retryAfter or retryLimit")
    return Action(
        name=name,
        kind=kind,
        step="" if is_end else step,
        workflow="" if is_end else workflow,
        retry_after=after if kind is ActionKind.RETRY else 0.0,
        retry_limit=limit if kind is ActionKind.RETRY else 1,
        criteria=held,
        pointer=pointer,
    )


def _kind(fields: Fields, may_retry: bool) -> ActionKind | None:
    kinds = tuple(kind for kind in ActionKind if may_retry or kind is not ActionKind.RETRY)
    said = fields.text("type", required=True)
    if said and said not in kinds:
        message = f"there is no action of type {quoted(said)} here"
        hint = fields.findings.meant(said, kinds, f"write {', '.join(kinds)}")
        fields.findings.error(fields.at("type"), message, hint)
    return ActionKind(said) if said in kinds else None


def _leads(fields: Fields, kind: ActionKind, step: str, workflow: str, scope: Scope) -> bool:
    """True where an action leads to one step or workflow that is there, or needs none."""
    findings = fields.findings
    if kind is ActionKind.END:
        if step or workflow:
            findings.warn(fields.pointer, "an action of type end leads nowhere", "remove its target, or write goto")
        return True
    if step and workflow:
        findings.error(fields.pointer, "the action has a stepId and a workflowId", "remove one")
    elif step and step not in scope.steps:
        hint = findings.meant(step, scope.steps, "correct the stepId")
        findings.error(fields.at("stepId"), f"there is no step {quoted(step)} in this workflow", hint)
    elif workflow:
        return is_workflow_known(workflow, fields.at("workflowId"), scope.document, findings)
    elif not step and kind is ActionKind.GOTO:
        findings.error(fields.pointer, "the action has neither stepId nor workflowId", "say where it goes to")
    else:
        return True
    return False


def _retry_after(fields: Fields) -> float:
    value = fields.get("retryAfter")
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        hint = f"write seconds from 0 to {LONGEST_WAIT:g}, which is as long as a run waits"
        fields.findings.error(fields.at("retryAfter"), "the retryAfter is no number of seconds to wait", hint)
        return 0.0
    if value > LONGEST_WAIT:
        said = f"the retryAfter is in seconds, and no run waits for more than {LONGEST_WAIT:g}: it ends there as failed"
        fields.findings.warn(fields.at("retryAfter"), said, f"write at most {LONGEST_WAIT:g}")
    return float(min(value, _ENDLESS))


def _retry_limit(fields: Fields) -> int:
    value = fields.get("retryLimit")
    if value is None:
        return 1
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        fields.findings.error(fields.at("retryLimit"), "the retryLimit is no count", "write a whole number from 0")
        return 1
    return value
