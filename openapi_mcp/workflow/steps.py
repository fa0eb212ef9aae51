"""The steps of a workflow read (4.6.5)."""

from collections.abc import Mapping

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.workflow import Action, Payload, Replacement, Step
from openapi_mcp.workflow.actions import actions, overridden
from openapi_mcp.workflow.conditions import criteria
from openapi_mcp.workflow.faults import WorkflowError
from openapi_mcp.workflow.fields import Fields, quoted
from openapi_mcp.workflow.parameters import parameters
from openapi_mcp.workflow.payload import is_json, is_xml, unreachable
from openapi_mcp.workflow.scope import Moment, Scope
from openapi_mcp.workflow.targets import by_id, by_path
from openapi_mcp.workflow.workflow_ids import is_workflow_known

_FIELDS = (
    "description", "stepId", "operationId", "operationPath", "workflowId", "parameters", "requestBody",
    "successCriteria", "onSuccess", "onFailure", "outputs",
)  # fmt: skip
_NEEDED = ("parameters", "requestBody", "successCriteria", "onSuccess", "onFailure", "outputs")
"""What a step does otherwise without: a guard that is misspelt is a guard that is gone."""
_CALLS = ("operationId", "operationPath", "workflowId")
_NOT_CALLED = {
    "arazzo": "Arazzo, which has no operations",
    "asyncapi": "AsyncAPI, whose messages are neither sent nor awaited here",
}
_MOST_OUTPUTS = 500
_MOST_REPLACEMENTS = 500
Actions = tuple[tuple[Action, ...], tuple[Action, ...]]


def step_of(fields: Fields, workflow: Fields, shared: Actions, scope: Scope) -> Step:
    """Return a step; `shared` are its workflow's success and failure actions."""
    fields.know(_FIELDS, _NEEDED)
    called = _called(fields, scope)
    is_workflow = bool(called.get("workflowId"))
    return Step(
        id=scope.step,
        description=fields.text("description"),
        operation_id=called.get("operationId", ""),
        operation_path=called.get("operationPath", ""),
        workflow=called.get("workflowId", ""),
        parameters=parameters(fields, workflow, scope, is_workflow=is_workflow),
        body=_body(fields, scope, is_workflow=is_workflow),
        criteria=criteria(fields, "successCriteria", scope),
        on_success=overridden(actions(fields, "onSuccess", scope, may_retry=False), shared[0]),
        on_failure=overridden(actions(fields, "onFailure", scope, may_retry=True), shared[1]),
        outputs=outputs(fields, scope, Moment.AFTER),
        pointer=fields.pointer,
    )


def outputs(fields: Fields, scope: Scope, moment: Moment) -> dict[str, str]:
    """Return the outputs of a step or a workflow by their names."""
    found: dict[str, str] = {}
    for name, value, pointer in fields.members("outputs", _MOST_OUTPUTS):
        if isinstance(value, str):
            scope.check_text(value, pointer, fields.findings, moment)
            found[name] = value
        else:
            said = f"the output {quoted(name)} is no runtime expression"
            fields.findings.error(pointer, said, "write $response.body#/POINTER")
    return found


def _called(fields: Fields, scope: Scope) -> dict[str, str]:
    """Return what a step calls, under the one field that says it."""
    said = {key: text for key in _CALLS if (text := fields.text(key))}
    if len(said) != 1:
        message = f"the step has {' and '.join(said) or 'none of ' + ', '.join(_CALLS)}"
        fields.findings.error(fields.pointer, message, "say in one of them what the step calls")
        return {}
    ((key, text),) = said.items()
    if key == "workflowId":
        is_workflow_known(text, fields.at(key), scope.document, fields.findings)
        return said
    try:
        target = by_id(text) if key == "operationId" else by_path(text)
    except WorkflowError as error:
        fields.findings.refused(fields.at(key), error)
        return said
    _check_source(target.source, fields, key, scope)
    return said


def _check_source(source: str, fields: Fields, key: str, scope: Scope) -> None:
    kinds = scope.document.sources
    if source and source not in kinds:
        hint = fields.findings.meant(source, kinds, "correct the name")
        fields.findings.error(fields.at(key), f"there is no source description {quoted(source)}", hint)
    elif source and kinds[source] in _NOT_CALLED:
        said = f"the source description {quoted(source)} is {_NOT_CALLED[kinds[source]]}"
        fields.findings.error(fields.at(key), said, "name one of type openapi, or write workflowId")
    elif not source and not _names_one(fields.text(key), kinds) and _are_several(kinds):
        said = "with several source descriptions an operationId has to say which one it is of"
        fields.findings.warn(fields.at(key), said, "write $sourceDescriptions.NAME.operationId")


def _names_one(text: str, kinds: Mapping[str, str]) -> bool:
    """True for "shop.getOrder" where a source has that name: whether it means that is known once it is looked for."""
    return text.partition(".")[0] in kinds


def _are_several(kinds: Mapping[str, str]) -> bool:
    return sum(kind != "arazzo" for kind in kinds.values()) > 1


def _body(fields: Fields, scope: Scope, *, is_workflow: bool) -> Payload | None:
    value = fields.get("requestBody")
    if value is None:
        return None
    if is_workflow:
        said = "a step that calls a workflow sends no body"
        fields.findings.warn(fields.at("requestBody"), said, "give the workflow's inputs as parameters")
        return None
    body = Fields(value, fields.at("requestBody"), fields.findings, "a request body")
    body.know_all(("contentType", "payload", "replacements"))
    content_type = body.text("contentType")
    scope.check_value(body.get("payload"), body.at("payload"), body.findings)
    read = (
        _replacement(item, pointer, body, scope) for item, pointer in body.items("replacements", _MOST_REPLACEMENTS)
    )
    replacements = tuple(each for each in read if each is not None)
    media_type = content_type.partition(";")[0].strip().lower()
    if replacements and (
        is_xml(media_type) or (media_type and isinstance(body.get("payload"), str) and not is_json(media_type))
    ):
        said = "replacements have their places in JSON values; XML and other texts have none here"
        body.findings.error(body.at("replacements"), said, "write expressions in braces into the payload")
    return Payload(content_type=content_type, payload=body.get("payload"), replacements=replacements)


def _replacement(value: JsonValue, pointer: str, body: Fields, scope: Scope) -> Replacement | None:
    fields = Fields(value, pointer, body.findings, "a replacement")
    fields.know_all(("target", "value"))
    if not isinstance(fields.get("target"), str):
        fields.findings.error(pointer, "a replacement has no target", "write a JSON Pointer: /items/0/quantity")
        return None
    if "value" not in fields:
        fields.findings.error(pointer, "a replacement has no value", "give it a value or an expression")
        return None
    replacement = Replacement(target=str(fields.get("target")), value=fields.get("value"))
    said = unreachable(replacement)
    if said:
        fields.findings.error(fields.at("target"), said, "write a JSON Pointer: /items/0/quantity")
    scope.check_value(replacement.value, fields.at("value"), fields.findings)
    return replacement
