"""The items that an answer holds."""

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.response.envelope import items_at, items_path


def items_in(value: JsonValue) -> list[JsonValue]:
    """Return the items of a list or of a page, one alone as a list of it, none of what is no object.

    {"results": [{"id": 7}], "count": 1} -> [{"id": 7}]; {"id": 7} -> [{"id": 7}]
    """
    path = items_path(value)
    found = items_at(value, path) if path is not None else None
    if found is not None:
        return found
    return [value] if isinstance(value, dict) and value else []
