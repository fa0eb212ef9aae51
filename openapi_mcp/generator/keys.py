"""The idempotency key of an operation that declares one: made for each call that gives none."""

from dataclasses import replace

from openapi_mcp.model.document import Location
from openapi_mcp.model.policy import IDEMPOTENCY_KEYS, READS
from openapi_mcp.model.tool import Binding, Tool
from openapi_mcp.schema.bounded import TooManyStepsError
from openapi_mcp.schema.check import Check

_LIKE_OURS = "7f3f8c1e-5b1d-4c3a-9c56-2f1f0d9a6b42"  # a key as we make it: a random UUID


def keyed(tool: Tool) -> Tool:
    """Return a tool whose `key` is its idempotency key, which then no call needs to give.

    One that is the operator's to give, or that takes no UUID, stays as it is: so does every operation without one, as
    an API that does not know the header would do twice what is sent twice. draft-ietf-httpapi-idempotency-key-header.
    """
    if tool.operation.method in READS:
        return tool
    key = next((each.argument for each in tool.parameters if _is_key(each)), "")
    if not key or key in tool.fixed or key in tool.defaults or not _takes_ours(tool, key):
        return tool
    schema = {name: value for name, value in tool.input_schema.items() if name != "required"}
    if needed := [name for name in tool.input_schema.get("required", ()) if name != key]:
        schema["required"] = needed
    return replace(tool, key=key, input_schema=schema)


def _is_key(binding: Binding) -> bool:
    parameter = binding.parameter
    is_header = parameter is not None and parameter.location is Location.HEADER
    return is_header and binding.name.lower() in IDEMPOTENCY_KEYS


def _takes_ours(tool: Tool, key: str) -> bool:
    """True where the schema of the key is kept by one that we make."""
    listed = tool.input_schema.get("properties", {})
    if key not in listed:
        return False
    definitions = {f"#/$defs/{name}": schema for name, schema in tool.input_schema.get("$defs", {}).items()}
    alone = {"type": "object", "properties": {key: listed[key]}}
    try:
        return not Check(alone, definitions).errors({key: _LIKE_OURS})
    except (TooManyStepsError, RecursionError, KeyError):
        return False
