"""The workflows of a document read, each with its steps (4.6.4); those that lead to a broken one are broken too."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from openapi_mcp.model.workflow import Workflow
from openapi_mcp.workflow.actions import actions
from openapi_mcp.workflow.fields import KEY, Fields, JsonObject, quoted
from openapi_mcp.workflow.findings import Findings
from openapi_mcp.workflow.had import Had, had
from openapi_mcp.workflow.inputs import inputs_schema
from openapi_mcp.workflow.scope import Document, Moment, Scope
from openapi_mcp.workflow.steps import outputs, step_of
from openapi_mcp.workflow.workflow_ids import is_workflow_known

MOST_WORKFLOWS = 500
_MOST_STEPS = 500
_MOST_REQUIRED = 100
_FIELDS = (
    "workflowId", "summary", "description", "inputs", "dependsOn", "steps", "successActions", "failureActions",
    "outputs", "parameters",
)  # fmt: skip
_NEEDED = ("inputs", "dependsOn", "successActions", "failureActions", "outputs", "parameters")
"""What all steps do otherwise without."""


def workflow_of(fields: Fields, workflow_id: str, document: Document, root: JsonObject) -> Workflow:
    """Return a workflow, its own parameters and actions in each of its steps; what is wrong is in the findings."""
    fields.know(_FIELDS, _NEEDED)
    inputs = inputs_schema(fields.get("inputs"), fields.at("inputs"), root, fields.findings)
    scope = _scope(fields, document, had(workflow_id, inputs, document.given, depends=bool(fields.get("dependsOn"))))
    shared = (
        actions(fields, "successActions", scope, may_retry=False),
        actions(fields, "failureActions", scope, may_retry=True),
    )
    found = []
    for step in _steps(fields):
        within = replace(scope, step=step.text("stepId", required=True), is_call=bool(step.get("workflowId")))
        step.findings = fields.findings.part("step", within.step)
        found.append(step_of(step, fields, shared, within))
    if not found:
        fields.findings.error(fields.pointer, "the workflow has no steps", "give it at least one")
    return Workflow(
        id=workflow_id,
        summary=fields.text("summary"),
        description=fields.text("description"),
        inputs=inputs,
        depends_on=tuple(_required(fields, document)),
        steps=tuple(found),
        outputs=outputs(fields, scope, Moment.END),
        pointer=fields.pointer,
    )


def _steps(fields: Fields) -> Iterator[Fields]:
    """Yield the steps whose ids are no other's."""
    seen: set[str] = set()
    for item, pointer in fields.items("steps", _MOST_STEPS):
        step = Fields(item, pointer, fields.findings, "a step")
        step_id = step.get("stepId")
        if isinstance(step_id, str) and step_id in seen:
            fields.findings.error(step.at("stepId"), f"there are two steps {quoted(step_id)}", "rename one")
            continue
        if isinstance(step_id, str):
            seen.add(step_id)
            if not KEY.fullmatch(step_id):
                hint = "use letters, digits, hyphens and underscores"
                fields.findings.warn(step.at("stepId"), f"{quoted(step_id)} is hard to name in an expression", hint)
        yield step


def _scope(fields: Fields, document: Document, inputs: Had) -> Scope:
    """Return what the steps of a workflow may name; they are looked at before they are read."""
    steps: dict[str, frozenset[str] | None] = {}
    order: dict[str, int] = {}
    leads_elsewhere = bool(fields.get("successActions") or fields.get("failureActions"))
    held = fields.get("steps")
    for index, item in enumerate(held[:_MOST_STEPS] if isinstance(held, list) else ()):
        if isinstance(item, dict) and isinstance(item.get("stepId"), str):
            step_id, named = str(item["stepId"]), item.get("outputs")
            is_called = bool(item.get("workflowId")) and not named  # then they are the called workflow's
            steps.setdefault(step_id, None if is_called else frozenset(named if isinstance(named, dict) else ()))
            order.setdefault(step_id, index)
            leads_elsewhere = leads_elsewhere or bool(item.get("onSuccess") or item.get("onFailure"))
    return Scope(
        document=document,
        inputs=inputs.names,
        steps=steps,
        order=order,
        is_in_order=not leads_elsewhere,
        has_all=inputs.is_all,
    )


def _required(fields: Fields, document: Document) -> Iterator[str]:
    """Yield the workflows that must have run before."""
    for item, pointer in fields.items("dependsOn", _MOST_REQUIRED):
        if not isinstance(item, str):
            fields.findings.error(pointer, "what a workflow depends on is no workflowId", "write a workflowId")
        elif is_workflow_known(item, pointer, document, fields.findings):
            yield item


def leads_to(workflow: Workflow) -> Iterator[str]:
    """Yield the workflows that a workflow needs: those it depends on, those its steps call and its actions go to."""
    yield from workflow.depends_on
    for step in workflow.steps:
        yield from (step.workflow, *(action.workflow for action in (*step.on_success, *step.on_failure)))


def without_broken(
    workflows: Mapping[str, Workflow], broken: Iterable[str], findings: Mapping[str, Findings]
) -> list[Workflow]:
    """Return the workflows that neither are broken nor lead to a broken one; `findings` are those of each."""
    leading: dict[str, list[str]] = {}
    for each in workflows.values():
        for target in set(leads_to(each)):
            leading.setdefault(target, []).append(each.id)
    left_out = set(broken)
    waiting = deque(left_out)
    while waiting:
        target = waiting.popleft()
        for workflow_id in leading.get(target, ()):
            if workflow_id not in left_out:
                left_out.add(workflow_id)
                waiting.append(workflow_id)
                said = f"it leads to the workflow {quoted(target)}, which is left out"
                findings[workflow_id].error(workflows[workflow_id].pointer, said, "correct that one")
    return [each for each in workflows.values() if each.id not in left_out]


def in_circles(workflows: Mapping[str, Workflow]) -> list[str]:
    """Return the workflows that depend on themselves, or on some that do."""
    waits_for = {each.id: {one for one in each.depends_on if one in workflows} for each in workflows.values()}
    needed_by: dict[str, list[str]] = {}
    for workflow_id, needed in waits_for.items():
        for one in needed:
            needed_by.setdefault(one, []).append(workflow_id)
    ready = deque(workflow_id for workflow_id, needed in waits_for.items() if not needed)
    while ready:
        done = ready.popleft()
        del waits_for[done]
        for workflow_id in needed_by.get(done, ()):
            waits_for[workflow_id].discard(done)
            if not waits_for[workflow_id]:
                ready.append(workflow_id)
    return list(waits_for)
