"""Arguments held against a tool's input schema, before anything is sent."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.jsontext import write_json
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Binding, SentBody, Tool
from openapi_mcp.request.bounded import MAX_STEPS, TooManyStepsError, bounded, errors
from openapi_mcp.request.plain import fits

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_SHOWN_VALUES = 20
_SHOWN_ERRORS = 5


class Check:
    """Holds values against a schema (JSON Schema 2020-12; `format` is an annotation there).

    The validator is made for the first value that does not plainly fit.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self._validator: Validator | None = None

    @property
    def names(self) -> list[str]:
        """The names that the schema knows."""
        return list(self._schema.get("properties", {}))

    def errors(self, value: Any) -> "list[ValidationError]":
        """Return the rules that a value breaks.

        Raises:
            TooManyStepsError, TooDeepError: as `bounded.errors` does.
        """
        if fits(self._schema, value):
            return []
        if self._validator is None:
            self._validator = bounded(self._schema)
        return errors(self._validator, value)


def validator(tool: Tool, body: SentBody | None = None) -> Check:
    """Return what checks the tool's arguments, sent with this body; one is kept for all its calls.

    That no others are taken is not written into each schema of the list: it would cost 29 bytes a tool.
    """
    schema = tool.input_schema if len(tool.bodies) < 2 or body is None else _schema_for(tool, body)
    return Check({**schema, "additionalProperties": False})


def _schema_for(tool: Tool, body: SentBody) -> dict[str, Any]:
    """Return the schema of the arguments of one of several bodies: without what only the others take."""
    bindings = (*tool.parameters, *body.bindings)
    names = {tool.chooser, *(binding.argument for binding in bindings)}
    known = tool.input_schema.get("properties", {})
    needed = {binding.argument for binding in bindings if binding.required and _is_needed(tool, binding)}
    listed = {name: schema for name, schema in known.items() if name in names}
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
        ArgumentsError: missing, unknown, of a wrong type, out of range or not allowed; each with argument and rule.
    """
    complaints = _broken_rules(given, check)
    complaints += _incomplete_body(tool, given, body)
    if not complaints:
        return
    complaints.sort(key=lambda complaint: complaint.rank)
    texts = list(dict.fromkeys(complaint.text for complaint in complaints))
    shown = texts[:_SHOWN_ERRORS]
    more = len(texts) - len(shown)
    raise ArgumentsError(
        "; ".join(shown) + (f"; and {more} more" if more else ""), field=complaints[0].field, hint=complaints[0].hint
    )


def _renamed(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments, those that say their location as well by the name in the list: "path_id" is "id"."""
    given, known = dict(arguments), tool.input_schema.get("properties", {})
    if given.keys() <= known.keys():
        return given
    for binding in (*tool.parameters, *(one for body in tool.bodies for one in body.bindings)):
        located = f"{binding.location}_{binding.argument}"
        if located in given and located not in known and binding.argument not in given:
            given[binding.argument] = given.pop(located)
    return given


def _is_ignored(tool: Tool, name: str) -> bool:
    """True for a name that is not the caller's to set; headers have theirs in any letter case. RFC 9110, 5.1."""
    known = tool.input_schema.get("properties", {})
    return name not in known and (name in tool.ignored or name.lower() in tool.ignored)


class _Complaint:
    def __init__(self, field: str, text: str, hint: str = "", rank: int = 1) -> None:
        self.field = field
        self.text = text
        self.hint = hint or f'correct "{field}" and call again'
        self.rank = rank


def _broken_rules(given: Mapping[str, Any], check: Check) -> list[_Complaint]:
    try:
        return [_say(error, given, check.names) for error in check.errors(given)]
    except TooManyStepsError:
        said = f"the arguments take more than {MAX_STEPS:,} steps to check against their schema"
        raise ArgumentsError(said, hint="give fewer or smaller values") from None
    except RecursionError:
        raise ArgumentsError("the arguments, or the document's schema for them, are nested without end") from None
    except OverflowError:
        raise ArgumentsError("the arguments hold a number beyond a double, which cannot be checked") from None


def _incomplete_body(tool: Tool, given: Mapping[str, Any], body: SentBody | None) -> Iterable[_Complaint]:
    """Yield the fields that an optional body must have once any of its fields is given."""
    fields = [binding for binding in body.bindings if binding.is_body_field] if body else []
    if tool.body_required or not any(binding.argument in given for binding in fields):
        return
    for binding in fields:
        if binding.required and binding.argument not in given:
            yield _Complaint(binding.argument, f'argument "{binding.argument}" is missing: the body needs it')


def _say(error: "ValidationError", given: Mapping[str, Any], known: list[str]) -> _Complaint:
    error = _nearest(error)
    path = list(error.absolute_path)
    if not path and error.validator == "required":
        return _missing(error)
    if not path and error.validator == "additionalProperties":
        return _unknown(known, given)
    field = str(path[0]) if path else "arguments"
    where = field + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path[1:])
    return _Complaint(field, f'argument "{one_line(where, 120)}" {_rule(error)}')


def _nearest(error: "ValidationError") -> "ValidationError":
    """Return what is wrong in the one alternative whose type fits, for a value that fits none of several."""
    from jsonschema.exceptions import best_match

    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    fitting = [errors for errors in branches.values() if not any(_is_wrong_type(inner) for inner in errors)]
    nearest: ValidationError | None = best_match(fitting[0]) if len(fitting) == 1 else None
    return nearest or error


def _is_wrong_type(error: "ValidationError") -> bool:
    return error.validator == "type" and not error.path


def _missing(error: "ValidationError") -> _Complaint:
    # jsonschema reports each missing name in an error of its own, and names it only in the message: 'id' is a ...
    field = next((name for name in _limit(error) if error.message.startswith(repr(name))), "arguments")
    return _Complaint(field, f'argument "{field}" is missing: it is required', f'add "{field}"', rank=0)


def _unknown(known: list[str], given: Mapping[str, Any]) -> _Complaint:
    unknown = next((name for name in given if name not in known), "arguments")
    near = get_close_matches(unknown, known, n=1)
    listed = ", ".join(known[:_SHOWN_VALUES]) or "no arguments"
    hint = f'did you mean "{near[0]}"?' if near else f"arguments of this tool: {listed}"
    return _Complaint(unknown, f'argument "{one_line(unknown, 80)}" is unknown: this tool takes {listed}', hint, rank=0)


def _limit(error: "ValidationError") -> Any:
    return error.validator_value


def _rule(error: "ValidationError") -> str:
    """Say the broken rule in words, with the value that was given and the values that are allowed."""
    limit, shown = _limit(error), _shown(error.instance)
    say = _RULES.get(str(error.validator))
    if say is not None:
        return say(limit, shown)
    if error.validator == "additionalProperties":
        return _unknown_properties(error)
    if error.validator in ("anyOf", "oneOf"):
        return f"is {shown}, {_misfit(error)}"
    if error.validator == "required":
        missing = [name for name in limit if isinstance(error.instance, Mapping) and name not in error.instance]
        return f"lacks {_quoted(missing)}"
    return f"is {shown}, which breaks the rule {error.validator}: {_shown(limit)}"


def _unknown_properties(error: "ValidationError") -> str:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    known = list(schema.get("properties", {}))
    given = error.instance if isinstance(error.instance, Mapping) else {}
    return f"has unknown fields {_quoted(name for name in given if name not in known)}; allowed: {_quoted(known)}"


def _misfit(error: "ValidationError") -> str:
    """Say how a value misses its alternatives: none is of its type, it fits none, or several where one is asked for."""
    branches, wrong = _limit(error), list(error.context or ())
    if not wrong:
        return f"which fits several of its {len(branches)} alternatives, and must fit exactly one"
    mistyped = [inner for inner in wrong if _is_wrong_type(inner)]
    if len({inner.schema_path[0] for inner in mistyped}) == len(branches):
        return f"but must be {' or '.join(dict.fromkeys(_types(inner.validator_value) for inner in mistyped))}"
    return f"which fits none of its {len(branches)} alternatives"


def _types(limit: Any) -> str:
    return limit if isinstance(limit, str) else " or ".join(limit)


_RULES: dict[str, Callable[[Any, str], str]] = {
    "type": lambda limit, shown: f"is {shown}, but must be {_types(limit)}",
    "enum": lambda limit, shown: f"is {shown}, but must be one of {_quoted(limit)}",
    "const": lambda limit, shown: f"is {shown}, but must be {_shown(limit)}",
    "minimum": lambda limit, shown: f"is {shown}, but must be at least {limit}",
    "maximum": lambda limit, shown: f"is {shown}, but must be at most {limit}",
    "exclusiveMinimum": lambda limit, shown: f"is {shown}, but must be more than {limit}",
    "exclusiveMaximum": lambda limit, shown: f"is {shown}, but must be less than {limit}",
    "multipleOf": lambda limit, shown: f"is {shown}, but must be a multiple of {limit}",
    "minLength": lambda limit, shown: f"is {shown}, but must have at least {limit} characters",
    "maxLength": lambda limit, shown: f"is {shown}, but must have at most {limit} characters",
    "pattern": lambda limit, shown: f"is {shown}, but must match the pattern {one_line(limit, 200)}",
    "minItems": lambda limit, shown: f"must have at least {limit} items",
    "maxItems": lambda limit, shown: f"must have at most {limit} items",
    "uniqueItems": lambda limit, shown: "must not hold the same item twice",
    "minProperties": lambda limit, shown: f"must have at least {limit} fields",
    "maxProperties": lambda limit, shown: f"must have at most {limit} fields",
    "not": lambda limit, shown: f"is {shown}, which is not allowed",
}


def _quoted(values: Iterable[Any]) -> str:
    listed = list(values)
    text = ", ".join(_shown(value) for value in listed[:_SHOWN_VALUES])
    return text + (f", and {len(listed) - _SHOWN_VALUES} more" if len(listed) > _SHOWN_VALUES else "")


def _shown(value: Any) -> str:
    try:
        return one_line(write_json(value), 120)
    except (ValueError, TypeError):  # NaN, Infinity and other objects of Python, which JSON has no word for
        return one_line(str(value), 120)
