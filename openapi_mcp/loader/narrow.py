"""Untyped JSON narrowed: what is not of the type that belongs there is as good as not there."""

from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.model.text import one_line

JsonObject = dict[str, JsonValue]


def is_true(value: JsonValue) -> bool:
    """Return whether a flag is set; `"true"` is how some write it."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def as_object(value: JsonValue) -> JsonObject:
    """Return an object, an empty one for any other value."""
    return value if isinstance(value, dict) else {}


def as_list(value: JsonValue) -> list[JsonValue]:
    """Return a list, an empty one for any other value."""
    return value if isinstance(value, list) else []


def text_of(fields: JsonObject, key: str) -> str:
    """Return a text of an object, an empty one for any other value."""
    value = fields.get(key)
    return value if isinstance(value, str) else ""


def shown(value: JsonValue) -> str:
    """Return what stands somewhere, as an error may show it."""
    match value:
        case str():
            return one_line(value, 40)
        case dict():
            return "{...}"
        case list():
            return "[...]"
        case _:
            return write_json(value)[:40]
