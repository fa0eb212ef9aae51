"""A broken rule of a schema in words: what is given, what is wanted."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from openapi_mcp.model.fault import place
from openapi_mcp.model.jsontext import begin_json
from openapi_mcp.model.text import one_line

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_SHOWN_VALUES = 20
_SHOWN_CHARACTERS = 500  # of which one line is made
_SHOWN_BRANCHES = 3  # alternatives of which each is spoken of
_SHOWN_CLAUSE = 160


def nearest(error: "ValidationError") -> "ValidationError":
    """Return what is wrong in the one alternative whose type fits, for a value that fits none of several."""
    from jsonschema.exceptions import best_match

    fitting = [errors for errors in _branches(error) if not any(_is_wrong_type(inner) for inner in errors)]
    nearest: ValidationError | None = best_match(fitting[0]) if len(fitting) == 1 else None
    return nearest or error


def _branches(error: "ValidationError") -> "list[list[ValidationError]]":
    """Return what is wrong in each of the alternatives."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    return list(branches.values())


def _is_wrong_type(error: "ValidationError") -> bool:
    return error.validator == "type" and not error.path


def _limit(error: "ValidationError") -> Any:
    return error.validator_value


def rule(error: "ValidationError") -> str:
    """Say the broken rule in words, with the value that was given and the values that are allowed."""
    limit, shown = _limit(error), shown_value(error.instance)
    say = _RULES.get(str(error.validator))
    if say is not None:
        return say(limit, shown)
    if error.validator == "additionalProperties":
        return _unknown_properties(error)
    if error.validator in ("anyOf", "oneOf"):
        return f"is {shown}, {_misfit(error)}"
    if error.validator == "required":
        missing = [name for name in limit if isinstance(error.instance, Mapping) and name not in error.instance]
        return f"lacks {quoted(missing)}"
    return f"is {shown}, which breaks the rule {error.validator}: {shown_value(limit)}"


def _unknown_properties(error: "ValidationError") -> str:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    known = list(schema.get("properties", {}))
    given = error.instance if isinstance(error.instance, Mapping) else {}
    return f"has unknown fields {quoted(name for name in given if name not in known)}; allowed: {quoted(known)}"


def _misfit(error: "ValidationError") -> str:
    """Say how a value misses its alternatives: none is of its type, it fits none, or several where one is asked for."""
    branches, wrong = _limit(error), list(error.context or ())
    if not wrong:
        return f"which fits several of its {len(branches)} alternatives, and must fit exactly one"
    if not fits_none(error):
        mistyped = [inner for inner in wrong if _is_wrong_type(inner)]
        return f"but must be {' or '.join(dict.fromkeys(_types(inner.validator_value) for inner in mistyped))}"
    clauses = (_clause(error, errors) for errors in _branches(error)[:_SHOWN_BRANCHES])
    first = ", ".join(f"({number}) {clause}" for number, clause in enumerate(clauses, 1))
    more = ", ..." if len(branches) > _SHOWN_BRANCHES else ""
    return f"which fits none of its {len(branches)} alternatives: {first}{more}"


def fits_none(error: "ValidationError") -> bool:
    """Return whether a value is of the type of one of several alternatives at least, and fits none of them."""
    if error.validator not in ("anyOf", "oneOf") or not error.context:
        return False
    mistyped = {inner.schema_path[0] for inner in error.context if _is_wrong_type(inner)}
    return len(mistyped) < len(_limit(error))


def _clause(error: "ValidationError", errors: "list[ValidationError]") -> str:
    """Say in short what keeps a value from one alternative: the first lacks "name", another one must be string."""
    from jsonschema.exceptions import best_match

    missing = (inner for inner in errors if inner.validator == "required" and not inner.path)
    found: ValidationError = next(missing, None) or best_match(errors)
    path = list(found.absolute_path)[len(error.absolute_path) :]
    if found.validator in ("anyOf", "oneOf"):
        said = f"fits none or several of {len(_limit(found))} alternatives"
    else:
        said = rule(found)
    if not path:  # the value itself is shown already
        return one_line(said.rpartition(", but ")[2], _SHOWN_CLAUSE)
    return one_line(f"{shown_value(place(path))} {said}", _SHOWN_CLAUSE)


def _types(limit: Any) -> str:
    return limit if isinstance(limit, str) else " or ".join(limit)


def _count(limit: Any, thing: str) -> str:
    return f"{limit} {thing}" if limit == 1 else f"{limit} {thing}s"


_RULES: dict[str, Callable[[Any, str], str]] = {
    "type": lambda limit, shown: f"is {shown}, but must be {_types(limit)}",
    "enum": lambda limit, shown: f"is {shown}, but must be one of {quoted(limit)}",
    "const": lambda limit, shown: f"is {shown}, but must be {shown_value(limit)}",
    "minimum": lambda limit, shown: f"is {shown}, but must be at least {limit}",
    "maximum": lambda limit, shown: f"is {shown}, but must be at most {limit}",
    "exclusiveMinimum": lambda limit, shown: f"is {shown}, but must be more than {limit}",
    "exclusiveMaximum": lambda limit, shown: f"is {shown}, but must be less than {limit}",
    "multipleOf": lambda limit, shown: f"is {shown}, but must be a multiple of {limit}",
    "minLength": lambda limit, shown: f"is {shown}, but must have at least {_count(limit, 'character')}",
    "maxLength": lambda limit, shown: f"is {shown}, but must have at most {_count(limit, 'character')}",
    "pattern": lambda limit, shown: f"is {shown}, but must match the pattern {one_line(limit, 200)}",
    "minItems": lambda limit, shown: f"must have at least {_count(limit, 'item')}",
    "maxItems": lambda limit, shown: f"must have at most {_count(limit, 'item')}",
    "uniqueItems": lambda limit, shown: "must not hold the same item twice",
    "minProperties": lambda limit, shown: f"must have at least {_count(limit, 'field')}",
    "maxProperties": lambda limit, shown: f"must have at most {_count(limit, 'field')}",
    "not": lambda limit, shown: f"is {shown}, which is not allowed",
}


def quoted(values: Iterable[Any]) -> str:
    """Write the first of some values, and how many more there are."""
    listed = list(values)
    text = ", ".join(shown_value(value) for value in listed[:_SHOWN_VALUES])
    return text + (f", and {len(listed) - _SHOWN_VALUES} more" if len(listed) > _SHOWN_VALUES else "")


def shown_value(value: Any) -> str:
    """Write the beginning of a value as JSON, on one line."""
    try:
        return one_line(begin_json(value, _SHOWN_CHARACTERS), 120)
    except (ValueError, TypeError):  # NaN, Infinity and other objects of Python, which JSON has no word for
        return one_line(str(value), 120)
