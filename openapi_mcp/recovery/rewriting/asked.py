"""What the document and the API ask for where a fault is."""

import math
from collections.abc import Mapping
from typing import Any

from openapi_mcp.model.fault import Fault
from openapi_mcp.model.tool import Tool
from openapi_mcp.recovery.strategy import Case
from openapi_mcp.schema.formats import KNOWN, has_format
from openapi_mcp.schema.places import schemas_at, spread

_MOST_WORDS = 4_000  # characters of what is said of one place that are read


def schemas_of(case: Case) -> list[Mapping[str, Any]]:
    """Return what the document says of the place of a fault, the nearest last."""
    tool, fault = case.tool, case.fault
    return case.work.once("said", fault.schema, lambda: _schemas_of(tool, fault), fault.path)


def _schemas_of(tool: Tool, fault: Fault) -> list[Mapping[str, Any]]:
    found = schemas_at(tool.input_schema, fault.path)
    known = {id(each) for each in found}
    own = spread([fault.schema], tool.input_schema.get("$defs", {}))
    return [*found, *(each for each in own if id(each) not in known)]


def words_of(case: Case) -> str:
    """Return what the document and the API say of the place of a fault, in words."""
    texts = [each.get(word) for each in schemas_of(case) for word in ("title", "description")]
    said = case.fault.said if case.was_sent else ""
    return " ".join(text for text in (*dict.fromkeys(map(_text, texts)), said) if text)[:_MOST_WORDS]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def name_of(case: Case) -> str:
    """Return the name of the argument, or field, of a fault, "" where there is none: ("items", 3, "size") -> "size"."""
    return next((step for step in reversed(case.fault.path) if isinstance(step, str)), "")


def types_of(case: Case) -> frozenset[str]:
    """Return the types that the document allows where a fault is; none where it says nothing."""
    named = (each.get("type") for each in schemas_of(case))
    return frozenset(name for name in named if isinstance(name, str))


def format_asked(case: Case) -> str:
    """Return the format that is asked for: the API's word before the document's, "" for none."""
    if case.fault.rule == "format" and isinstance(case.fault.limit, str):
        return case.fault.limit
    declared = (each.get(word) for each in reversed(schemas_of(case)) for word in ("format", "contentEncoding"))
    return next((name for name in declared if isinstance(name, str)), "")


def fits(case: Case, value: Any) -> bool:
    """True where a value is another than what was given, and both the document and the API take it there."""
    return fits_document(case, value) and (not case.was_sent or _is_taken(case.fault, value))


def fits_document(case: Case, value: Any) -> bool:
    """True where a value is another than what was given, and the document takes it there."""
    return not _is_same(value, case.value) and all(case.accepts(value, each) for each in _by_document(case))


def _by_document(case: Case) -> list[Fault]:
    """Return the fault; where it does not know what the document says of its place, as if it did."""
    if case.fault.schema or not case.fault.path:
        return [case.fault]
    root = case.tool.input_schema
    above = schemas_at(root, case.fault.path[:-1])
    named = [each.get("properties", {}).get(case.fault.path[-1]) for each in above]
    schemas = [each for each in named if isinstance(each, Mapping)]
    return [Fault(path=case.fault.path, rule=case.fault.rule, schema=each) for each in schemas[:1]]


def _is_same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _is_taken(fault: Fault, value: Any) -> bool:
    """True where a value keeps to the rule that an API has named, as far as that can be seen."""
    if fault.rule == "enum" and isinstance(fault.limit, (list, tuple)):
        return value in fault.limit
    if fault.rule == "type":
        names = fault.limit if isinstance(fault.limit, (list, tuple)) else [fault.limit]
        return any(is_of_type(value, name) for name in names)
    if fault.rule == "format" and isinstance(fault.limit, str) and fault.limit in KNOWN:
        return isinstance(value, str) and has_format(value, fault.limit)
    return True


def is_of_type(value: Any, name: object) -> bool:
    """True for a value of a type of JSON Schema: (5.0, "integer") -> True; False for a name that is none."""
    match value:
        case None | bool():
            return name == ("null" if value is None else "boolean")
        case int():
            return name in ("integer", "number")
        case float():
            return name == "number" or (name == "integer" and math.isfinite(value) and value.is_integer())
        case str():
            return name == "string"
        case _:
            return name == ("array" if isinstance(value, list) else "object")
