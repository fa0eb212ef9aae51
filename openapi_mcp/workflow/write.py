"""Arazzo description to JSON value: the way back from read.py."""

from typing import Any

from openapi_mcp.model.workflow import (
    Action,
    ActionKind,
    ArazzoDocument,
    Criterion,
    CriterionKind,
    Payload,
    SourceDescription,
    Step,
    StepParameter,
    Workflow,
)
from openapi_mcp.workflow.definitions import inputs_in

VERSION = "1.0.1"


def write(document: ArazzoDocument) -> dict[str, Any]:
    """Return an Arazzo 1.0.1 description as a JSON value in the order of the specification's fields.

    What was read back is the same, but that what came from components stands where it is used.
    """
    info = {"title": document.title, "summary": document.summary, "description": document.description}
    components = {section: dict(held) for section, held in document.components.items() if held}
    definitions: dict[str, Any] = dict(components.get("inputs", {}))
    workflows = [_workflow(each, inputs_in(each, definitions)) for each in document.workflows]
    components |= {"inputs": definitions} if definitions else {}
    return {
        "arazzo": VERSION,
        "info": {**_given(info, "title"), "version": document.version},
        "sourceDescriptions": [_source(each) for each in document.sources],
        "workflows": workflows,
        **({"components": components} if components else {}),
    }


def _given(fields: dict[str, Any], *required: str) -> dict[str, Any]:
    """Return the fields without those that are empty."""
    return {key: value for key, value in fields.items() if key in required or value not in ("", [], {}, None)}


def _source(source: SourceDescription) -> dict[str, Any]:
    return _given({"name": source.name, "url": source.url, "type": source.kind}, "name", "url")


def _workflow(workflow: Workflow, inputs: dict[str, Any]) -> dict[str, Any]:
    fields = {
        "workflowId": workflow.id,
        "summary": workflow.summary,
        "description": workflow.description,
        "inputs": inputs,
        "dependsOn": list(workflow.depends_on),
        "steps": [_step(each) for each in workflow.steps],
        "outputs": dict(workflow.outputs),
    }
    return _given(fields, "steps")


def _step(step: Step) -> dict[str, Any]:
    fields = {
        "stepId": step.id,
        "description": step.description,
        "operationId": step.operation_id,
        "operationPath": step.operation_path,
        "workflowId": step.workflow,
        "parameters": [_parameter(each) for each in step.parameters],
        "requestBody": None if step.body is None else _body(step.body),
        "successCriteria": [_criterion(each) for each in step.criteria],
        "onSuccess": [_action(each) for each in step.on_success],
        "onFailure": [_action(each) for each in step.on_failure],
        "outputs": dict(step.outputs),
    }
    return _given(fields, *(("requestBody",) if step.body is not None else ()))


def _parameter(parameter: StepParameter) -> dict[str, Any]:
    place = {"in": parameter.location} if parameter.location else {}
    return {"name": parameter.name, **place, "value": parameter.value}


def _body(body: Payload) -> dict[str, Any]:
    payload = {} if body.payload is None else {"payload": body.payload}
    replacements = [{"target": each.target, "value": each.value} for each in body.replacements]
    return {**_given({"contentType": body.content_type}), **payload, **_given({"replacements": replacements})}


def _criterion(criterion: Criterion) -> dict[str, Any]:
    kind = "" if criterion.kind is CriterionKind.SIMPLE else str(criterion.kind)
    fields = {"context": criterion.context, "condition": criterion.condition, "type": kind}
    return _given(fields, "condition")


def _action(action: Action) -> dict[str, Any]:
    is_retry = action.kind is ActionKind.RETRY
    fields = {
        "name": action.name,
        "type": str(action.kind),
        "workflowId": action.workflow,
        "stepId": action.step,
        "retryAfter": _number(action.retry_after) or None,
        "retryLimit": action.retry_limit if is_retry else None,
        "criteria": [_criterion(each) for each in action.criteria],
    }
    return _given(fields, "name", "type")


def _number(seconds: float) -> float:
    return int(seconds) if seconds.is_integer() else seconds
