"""Arguments held against a tool's input schema, before anything is sent."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.document import Schema
from openapi_mcp.model.fault import RULES, Fault, Path, place
from openapi_mcp.model.media import plain_type
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Binding, SentBody, Tool
from openapi_mcp.request.filled import filled
from openapi_mcp.request.near import near_arguments
from openapi_mcp.schema.bounded import MAX_STEPS, TooManyStepsError
from openapi_mcp.schema.check import Check
from openapi_mcp.schema.words import fits_none, nearest, rule

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_SHOWN_VALUES = 20
_SHOWN_ERRORS = 5
_MOST_UNKNOWN = 20  # names of which each is a fault; of more it is said how many they are
_LONGEST_NAME = 80  # characters of a name that others are held against


class BrokenRulesError(ArgumentsError):
    """Arguments that do not fit their schema: `faults` says where, and which rules they break."""

    def __init__(self, message: str, faults: tuple[Fault, ...], hint: str) -> None:
        super().__init__(message, field=str(faults[0].path[0]) if faults[0].path else "arguments", hint=hint)
        self.faults = faults


def validator(tool: Tool, body: SentBody | None = None) -> Check:
    """Return what checks the tool's arguments, sent with this body; one is kept for all its calls.

    That no others are taken is not written into each schema of the list: it would cost 29 bytes a tool.
    """
    definitions = tool.input_schema.get("$defs", {})
    schemas = {f"#/$defs/{name}": schema for name, schema in definitions.items()}
    return Check({**schema_for(tool, body), "additionalProperties": False}, schemas)


def schema_for(tool: Tool, body: SentBody | None) -> Schema:
    """Return the schema of the arguments that are sent with a body: of several, without what only the others take."""
    if len(tool.bodies) < 2 or body is None:
        return tool.input_schema
    bindings = (*tool.parameters, *body.bindings)
    others = {binding.argument for other in tool.bodies for binding in other.bindings}
    others -= {binding.argument for binding in bindings}
    needed = {binding.argument for binding in bindings if binding.required and _is_needed(tool, binding)}
    known = tool.input_schema.get("properties", {})
    listed = {name: body.schemas.get(name, schema) for name, schema in known.items() if name not in others}
    return {**tool.input_schema, "properties": listed, "required": [name for name in listed if name in needed]}


def _is_needed(tool: Tool, binding: Binding) -> bool:
    """True for an argument that no call can do without: not for a field of a body that may be left out."""
    return tool.body_required or not binding.is_body_field


def offered(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments under the names of the list, without the ones a caller may not set."""
    return {name: value for name, value in _renamed(tool, arguments).items() if not _is_ignored(tool, name)}


def validate(tool: Tool, given: Mapping[str, Any], check: Check, body: SentBody | None = None) -> None:
    """Hold arguments, as `offered` returns them, against the schema for the body that they are sent with.

    Raises:
        BrokenRulesError: missing, unknown, of a wrong type, out of range or not allowed; each with argument and rule.
        ArgumentsError: too much, or too deep, to be checked.
    """
    incomplete = _incomplete_body(tool, filled(tool, given, body), body)
    _refuse([*_broken_rules(_as_checked(given, body), check, tool), *incomplete])


def accepts(given: Mapping[str, Any], check: Check, body: SentBody) -> bool:
    """True where arguments fit the schema for a body."""
    try:
        return not check.errors(_as_checked(given, body))
    except (TooManyStepsError, RecursionError, OverflowError):
        return False


def _as_checked(given: Mapping[str, Any], body: SentBody | None) -> Mapping[str, Any]:
    """Return arguments without the nulls of a merge patch: they delete, whatever a schema says. RFC 7396, section 1."""
    if body is None or plain_type(body.content_type) != "application/merge-patch+json":
        return given
    own = {binding.argument for binding in body.bindings}
    kept = {name: _without_nulls(value) if name in own else value for name, value in given.items()}
    return {name: value for name, value in kept.items() if value is not None or name not in own}


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _without_nulls(item) for key, item in value.items() if item is not None}


def validate_against(given: Mapping[str, Any], check: Check) -> None:
    """Hold arguments against the schema of a tool that is no operation.

    Raises:
        ArgumentsError: as `validate` does.
    """
    _refuse(_broken_rules(given, check))


def _refuse(complaints: "list[_Complaint]") -> None:
    if not complaints:
        return
    complaints.sort(key=lambda complaint: complaint.rank)
    texts = list(dict.fromkeys(complaint.fault.said for complaint in complaints))
    shown = texts[:_SHOWN_ERRORS]
    more = len(texts) - len(shown) + sum(complaint.more for complaint in complaints)
    message = "; ".join(shown) + (f"; and {more} more" if more else "")
    raise BrokenRulesError(message, tuple(complaint.fault for complaint in complaints), complaints[0].hint)


def _renamed(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments, those that say their location as well by the name in the list: "path_id" is "id"."""
    given, known = dict(arguments), tool.input_schema.get("properties", {})
    if given.keys() <= known.keys():
        return given
    for binding in (*tool.parameters, *(one for body in tool.bodies for one in body.bindings)):
        located = f"{binding.location}_{binding.argument}"
        is_free = located not in known and binding.argument not in given
        if located in given and is_free and binding.argument in known:
            given[binding.argument] = given.pop(located)
    return given


def _is_ignored(tool: Tool, name: str) -> bool:
    """True for a name that is not the caller's to set; headers have theirs in any letter case. RFC 9110, 5.1."""
    known = tool.input_schema.get("properties", {})
    return name not in known and (name in tool.ignored or name.lower() in tool.ignored)


class _Complaint:
    """What is said of one fault; `more` are the ones like it of which nothing is said."""

    def __init__(self, fault: Fault, hint: str = "", rank: int = 1, more: int = 0) -> None:
        self.fault = fault
        self.hint = hint or f'correct "{fault.path[0] if fault.path else "arguments"}" and call again'
        self.rank = rank
        self.more = more


def _broken_rules(given: Mapping[str, Any], check: Check, tool: Tool | None = None) -> list[_Complaint]:
    listed = tool.input_schema.get("properties", {}) if tool is not None else {}
    try:
        return [each for error in check.errors(given) for each in _said(error, given, check.names, listed)]
    except TooManyStepsError:
        said = f"the arguments take more than {MAX_STEPS:,} steps to check against their schema"
        raise ArgumentsError(said, hint="give fewer or smaller values") from None
    except RecursionError:
        raise ArgumentsError("the arguments, or the document's schema for them, are nested without end") from None


def _incomplete_body(tool: Tool, given: Mapping[str, Any], body: SentBody | None) -> Iterable[_Complaint]:
    """Yield the fields that an optional body must have once any of its fields is given."""
    fields = [binding for binding in body.bindings if binding.is_body_field] if body else []
    if tool.body_required or not any(binding.argument in given for binding in fields):
        return
    for binding in fields:
        if binding.required and binding.argument not in given:
            said = f'argument "{binding.argument}" is missing: the body needs it'
            schema = tool.input_schema.get("properties", {}).get(binding.argument, {})
            yield _Complaint(Fault(path=(binding.argument,), rule="required", schema=schema, said=said))


def _said(
    error: "ValidationError", given: Mapping[str, Any], known: list[str], listed: Mapping[str, Any]
) -> "Iterator[_Complaint]":
    error = nearest(error)
    path = tuple(error.absolute_path)
    if not path and error.validator == "required":
        yield _missing(error)
    elif not path and error.validator == "additionalProperties":
        yield from _unknown(known, given, listed)
    else:
        yield _broken(error, path)


def _broken(error: "ValidationError", path: Path) -> _Complaint:
    """Say which rule a value breaks; of a field that an object lacks, or has too many, the path names the field."""
    field = str(path[0]) if path else "arguments"
    said = f'argument "{one_line(place(path) or field, 120)}" {rule(error)}'
    hint = f'make "{field}" fit one of its alternatives, and call again' if fits_none(error) else ""
    schema: Any = error.schema
    name, limit = str(error.validator), error.validator_value
    if name == "required" and (missing := _named_in(error)):
        path, limit, schema = (*path, missing), None, schema.get("properties", {}).get(missing, {})
    elif name == "additionalProperties":
        name, limit = "unknown", tuple(schema.get("properties", {}))
    elif name in ("anyOf", "oneOf"):
        name = "alternatives"
    elif name not in RULES:
        name = "invalid"
    return _Complaint(Fault(path=path, rule=name, limit=limit, schema=_as_schema(schema), said=said), hint)


def _as_schema(schema: Any) -> Mapping[str, Any]:
    return schema if isinstance(schema, Mapping) else {}


def _named_in(error: "ValidationError") -> str:
    # jsonschema reports each missing name in an error of its own, and names it only in the message: 'id' is a ...
    required: Any = error.validator_value
    return next((name for name in required if error.message.startswith(repr(name))), "")


def _missing(error: "ValidationError") -> _Complaint:
    field = _named_in(error) or "arguments"
    schema: Any = error.schema
    said = f'argument "{field}" is missing: it is required'
    of_it = _as_schema(schema.get("properties", {}).get(field, {}))
    return _Complaint(Fault(path=(field,), rule="required", schema=of_it, said=said), f'add "{field}"', rank=0)


def _unknown(known: list[str], given: Mapping[str, Any], all_bodies: Mapping[str, Any]) -> "Iterator[_Complaint]":
    """Yield what is said of the first arguments that are unknown; which ones are known is said once."""
    limit = dict.fromkeys(known)
    unknown = [name for name in given if name not in limit]
    more = len(unknown[_MOST_UNKNOWN:])
    for name in unknown[:_MOST_UNKNOWN]:
        is_first = name == unknown[0]
        said, hint = _said_of_unknown(name, known, all_bodies, is_first=is_first)
        fault = Fault(path=(name,), rule="unknown", limit=tuple(limit), said=said)
        yield _Complaint(fault, hint, rank=0, more=more if is_first else 0)


def _said_of_unknown(name: str, known: list[str], all_bodies: Mapping[str, Any], *, is_first: bool) -> tuple[str, str]:
    """Return what is said of an unknown argument, and what to do: that is told of the first one."""
    shown = f'argument "{one_line(name, _LONGEST_NAME)}"'
    if name in all_bodies:
        hint = "leave it out, or name the type of the body that it is for"
        return f"{shown} is for another type of the body", hint
    if not is_first:
        return f"{shown} is unknown", ""
    near = near_arguments(name[:_LONGEST_NAME], known, 1)
    listed = ", ".join(known[:_SHOWN_VALUES]) or "no arguments"
    hint = f'did you mean "{near[0]}"?' if near else f"arguments of this tool: {listed}"
    return f"{shown} is unknown: this tool takes {listed}", hint
