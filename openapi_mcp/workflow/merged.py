"""Inputs that several plain objects make up together, as one: a tool's arguments are the properties of an object."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.model.document import Schema

_DEFINITION = "#/$defs/"
_PLAIN = frozenset(("type", "properties", "required", "allOf", "$ref", "title", "description", "$comment", "examples"))
_MOST = 100  # objects


def merged(inputs: Schema) -> Schema:
    """Return inputs without their `allOf`, where each schema in it is a plain object; else as they are."""
    if "allOf" not in inputs:
        return inputs
    definitions = inputs.get("$defs", {})
    properties: dict[str, list[Any]] = {}
    required: dict[str, None] = {}
    own = {word: inputs[word] for word in ("properties", "required", "allOf") if word in inputs}
    waiting: list[Any] = [own]
    for _ in range(_MOST):
        if not waiting:
            joined = {name: _joined(each) for name, each in properties.items()}
            rest = {word: each for word, each in inputs.items() if word != "allOf"}
            return {**rest, "properties": joined, **({"required": [*required]} if required else {})}
        part = waiting.pop(0)
        if not isinstance(part, Mapping) or part.keys() - _PLAIN or part.get("type", "object") != "object":
            return inputs
        for name, schema in part.get("properties", {}).items():
            properties.setdefault(name, []).append(schema)
        required |= dict.fromkeys(part.get("required", ()))
        waiting += part.get("allOf", ())
        if "$ref" in part:
            waiting.append(definitions.get(str(part["$ref"]).removeprefix(_DEFINITION)))
    return inputs


def _joined(schemas: list[Any]) -> Any:
    """Return what holds for a property that several objects name."""
    apart = [each for at, each in enumerate(schemas) if each not in schemas[:at]]
    return apart[0] if len(apart) == 1 else {"allOf": apart}
