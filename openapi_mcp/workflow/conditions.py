"""The criteria of steps and actions read (4.6.11, 4.6.12)."""

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.text import one_line
from openapi_mcp.model.workflow import Criterion, CriterionKind
from openapi_mcp.workflow.criteria import check_criterion
from openapi_mcp.workflow.expressions import ROOTS, Expression, roots_meant, without_braces
from openapi_mcp.workflow.faults import CriterionError
from openapi_mcp.workflow.fields import Fields, quoted
from openapi_mcp.workflow.findings import Findings
from openapi_mcp.workflow.rewritten import as_simple
from openapi_mcp.workflow.scope import Moment, Scope

_MOST = 100
_FIELDS = ("context", "condition", "type")
_VERSION = "version"
_RFC = "rfc9535"
_SHOWN = 200  # characters of a condition as it should be written


def criteria(holder: Fields, key: str, scope: Scope) -> tuple[Criterion, ...]:
    """Return the criteria under a key of an object."""
    found = (_criterion(item, pointer, scope, holder.findings) for item, pointer in holder.items(key, _MOST))
    return tuple(each for each in found if each is not None)


def _criterion(value: JsonValue, pointer: str, scope: Scope, findings: Findings) -> Criterion | None:
    fields = Fields(value, pointer, findings, "a criterion")
    fields.know_all((*_FIELDS, _VERSION))
    if _VERSION in fields:
        hint = "write it by RFC 9535, and `type: jsonpath` alone"
        findings.warn(fields.at(_VERSION), "the version of a criterion is a part of its type, and is passed over", hint)
    kind = _kind(fields)
    condition = fields.text("condition", required=True)
    context = fields.text("context")
    if kind is None or not condition:
        return None
    if kind is CriterionKind.SIMPLE and context:
        findings.warn(fields.at("context"), "a simple condition has no context", "say the type, or remove the context")
    try:
        written = Criterion(condition=condition, kind=kind, context=context, pointer=pointer)
        criterion, expressions = _checked(written, fields)
        for expression in expressions:
            is_context = criterion.kind is not CriterionKind.SIMPLE and expression.text == without_braces(context)
            place = fields.at("context" if is_context else "condition")
            scope.check(expression, place, findings, Moment.AFTER)
    except CriterionError as error:
        said = f"in the condition {quoted(condition)}: {error.message}"
        findings.error(fields.at(error.where or "condition"), said, error.hint or "")
        return None
    _check_roots(fields, condition)
    return criterion


def _checked(criterion: Criterion, fields: Fields) -> tuple[Criterion, tuple[Expression, ...]]:
    """Return a criterion with its expressions; where it cannot be read, the one that it is meant as, with a warning.

    Raises:
        CriterionError: as `check_criterion`; what else it may mean is not sure.
    """
    try:
        return criterion, check_criterion(criterion)
    except CriterionError:
        meant = as_simple(criterion)
        if meant is None:
            raise
        expressions = check_criterion(meant)
    is_path = criterion.kind is CriterionKind.JSONPATH
    said = "a JSONPath selects, and compares in filters alone" if is_path else "a text stands in single quotes"
    write = f"write {one_line(meant.condition, _SHOWN)}{', with type simple and no context' if is_path else ''}"
    fields.findings.warn(fields.at("condition"), f"{said}; {quoted(criterion.condition)} is read as it is meant", write)
    return meant, expressions


def _check_roots(fields: Fields, condition: str) -> None:
    """Refuse what is nearly an expression in the braces of a condition: it would be held against as it stands."""
    for begin in roots_meant(condition):
        if near := fields.findings.meant(begin, ROOTS, ""):
            fields.findings.error(fields.at("condition"), f"{quoted(begin)} begins no runtime expression", near)


def _kind(fields: Fields) -> CriterionKind | None:
    value = fields.get("type")
    if isinstance(value, dict):
        return _versioned(Fields(value, fields.at("type"), fields.findings, "the type of a criterion"))
    name = fields.text("type") or CriterionKind.SIMPLE
    if name not in tuple(CriterionKind):
        said = f"there are no conditions of type {quoted(name)}"
        hint = fields.findings.meant(name, tuple(CriterionKind), f"write {', '.join(CriterionKind)}")
        fields.findings.error(fields.at("type"), said, hint)
        return None
    return CriterionKind(name)


def _versioned(fields: Fields) -> CriterionKind | None:
    """Return the kind that an expression type object says, with a word on a version that is not read as such."""
    fields.know_all(("type", "version"))
    name, version = fields.text("type", required=True), fields.text("version", required=True)
    if name not in (CriterionKind.JSONPATH, CriterionKind.XPATH):
        if name:
            said = f"there is no version of conditions of type {quoted(name)}"
            fields.findings.error(fields.at("type"), said, "write jsonpath, or the type alone")
        return None
    if name == CriterionKind.JSONPATH and version not in (_RFC, ""):
        said = f"the JSONPath of version {quoted(version)} is read by RFC 9535, which differs in details"
        fields.findings.warn(fields.at("version"), said, "write it by RFC 9535, and `type: jsonpath` alone")
    return CriterionKind(name)
