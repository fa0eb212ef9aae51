"""What a person wrote for an argument, as text, as the value that the tool wants."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.model.jsontext import read_json
from openapi_mcp.schema.places import spread


def types_of(schema: Any, definitions: Mapping[str, Any]) -> set[str]:
    """Return the types a schema allows, through references and alternatives; empty where it says nothing.

    {"anyOf": [{"type": "integer"}, {"type": "null"}]} -> {"integer", "null"}
    """
    if isinstance(schema, Mapping) and (own := _declared(schema)):
        return own
    return {name for each in spread([schema], definitions) for name in _declared(each)}


def _declared(schema: Mapping[str, Any]) -> set[str]:
    declared = schema.get("type")
    names = declared if isinstance(declared, list) else [declared]
    return {name for name in names if isinstance(name, str)}


def value_of(text: str, types: set[str]) -> Any:
    """Read the text of one argument: as it stands where a text is wanted, else as JSON where it is JSON.

    Where a text or an object is wanted, what begins like an object is read as one. ("7", {"integer"}) -> 7
    """
    is_object = "object" in types and text.lstrip().startswith("{")
    if "string" in types and not is_object and not (types & {"null"} and text == "null"):
        return text
    try:
        return read_json(text)
    except ValueError:
        return text
