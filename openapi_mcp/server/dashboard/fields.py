"""The form of a tool: a field for each argument, and from what is written there to arguments and back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.model.jsontext import read_json, write_json
from openapi_mcp.model.text import one_line
from openapi_mcp.model.tool import Tool
from openapi_mcp.request.typed import types_of, value_of
from openapi_mcp.server.dashboard.arguments import MOST, Definitions, choices_of, declared, said_of, said_type

PREFIX = "arg:"  # before the names of arguments in a form: none can be taken for a field of ours
RAW = "raw"
_MOST_CHOICES = 500
_LONG = 200  # characters from which on a text gets several lines
_NUMBERS = {"integer", "number"}

Arguments = Mapping[str, Any]
Form = Mapping[str, str]
Faults = Mapping[str, str]
"""What is wrong, by the name of the argument; under "" what is wrong with all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a form. `kind` is "choice", "number", "text", "long" or "json"; `choices` are (text, JSON) pairs.

    What is left empty is left out of the call.
    """

    name: str
    label: str
    kind: str
    type: str
    required: bool
    description: str
    types: frozenset[str] = frozenset()
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """Its name in the form."""
        return f"{PREFIX}{self.name}"


class FieldsError(Exception):
    """A form that cannot be read: `faults` says which fields, and why."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(", ".join(faults.values()))
        self.faults = faults


def fields_of(tool: Tool) -> list[Field]:
    """Return a field for each argument, those that are required first; of very many the first."""
    definitions = tool.input_schema.get("$defs", {})
    required = tool.input_schema.get("required", ())
    made = [_field(name, schema, definitions, name in required) for name, schema in [*declared(tool).items()][:MOST]]
    return sorted(made, key=lambda field: not field.required)


def _field(name: str, schema: Any, definitions: Definitions, required: bool) -> Field:
    types, choices = types_of(schema, definitions), _choices(schema, definitions)
    return Field(
        name=name,
        label=one_line(name, 120) or "(no name)",
        kind="choice" if choices else _kind(types, schema),
        type=said_type(schema, definitions),
        required=required,
        description=said_of(schema, definitions),
        types=frozenset(types),
        choices=choices,
    )


def _choices(schema: Any, definitions: Definitions) -> tuple[tuple[str, str], ...]:
    values = choices_of(schema, definitions)
    if values is None and types_of(schema, definitions) - {"null"} == {"boolean"}:
        values = [True, False]
    if values is None or len(values) > _MOST_CHOICES:
        return ()
    return tuple((value if isinstance(value, str) else write_json(value), write_json(value)) for value in values)


def _kind(types: set[str], schema: Any) -> str:
    if "string" in types:
        longest = schema.get("maxLength", 0) if isinstance(schema, Mapping) else 0
        return "long" if isinstance(longest, int) and longest > _LONG else "text"
    return "number" if types and types <= {*_NUMBERS, "null"} else "json"


def read_fields(fields: Sequence[Field], form: Form) -> dict[str, Any]:
    """Return the arguments that a form gives: what is empty is left out.

    Raises:
        FieldsError: JSON that cannot be read.
    """
    given: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for field in fields:
        text = form.get(field.key, "").replace("\r\n", "\n")
        if not text.strip() if field.kind != "text" else not text:
            continue
        try:
            given[field.name] = _read(field, text)
        except ValueError as error:
            faults[field.name] = f"this is no JSON: {error}"
    if faults:
        raise FieldsError(faults)
    return given


def _read(field: Field, text: str) -> Any:
    if field.kind == "choice":
        return read_json(text)
    if field.kind == "json" and text.lstrip()[:1] in ("{", "["):
        return read_json(text)
    return value_of(text, set(field.types))


def read_raw(text: str) -> dict[str, Any]:
    """Return arguments that are written as one JSON object.

    Raises:
        FieldsError: this is none.
    """
    try:
        value = read_json(text) if text.strip() else {}
    except ValueError as error:
        raise FieldsError({"": f"this is no JSON: {error}"}) from None
    if not isinstance(value, dict):
        raise FieldsError({"": 'this is no JSON object: write {"name": "value"}'})
    return value


def written(fields: Sequence[Field], arguments: Arguments) -> dict[str, str]:
    """Return what stands in each field for these arguments, by the field's key."""
    known = [field for field in fields if field.name in arguments]
    return {field.key: _written(field, arguments[field.name]) for field in known}


def _written(field: Field, value: Any) -> str:
    if field.kind == "choice":
        return write_json(value)
    return value if isinstance(value, str) else raw_text(value)


def fits(fields: Sequence[Field], arguments: Arguments) -> bool:
    """True where the fields give just these arguments, as they cannot give an empty text, or a name that is unknown."""
    try:
        return read_fields(fields, written(fields, arguments)) == dict(arguments)
    except FieldsError:
        return False


def raw_text(value: Any) -> str:
    """Return a value as JSON that people read."""
    return json.dumps(value, indent=2, ensure_ascii=False)
