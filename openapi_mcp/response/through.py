"""The calls that a result names, as they are made where operations are called through `call_operation`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from openapi_mcp.model.background import CALL_TOOLS
from openapi_mcp.model.call import Content, Result, Text
from openapi_mcp.model.jsontext import read_json, write_json
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.searching import CALL

_OWN = frozenset({CALL, READ_RESULT, *CALL_TOOLS})  # are in the list, and called by their names


def through_call(result: Result) -> Result:
    """Return a result that says what to call next as it can be called, in its text and structured content alike.

    {"_note": {"next": {"tool": "orders_list", "arguments": {"page": 2}}}} -> {"_note": {"next": {"tool":
    "call_operation", "arguments": {"name": "orders_list", "arguments": {"page": 2}}}}}; what a failure says under
    `try` the same. The answer's own words stay as they are.
    """
    if result.structured is None:
        first, *notes = result.content
        return replace(result, content=(first, *map(_note_block, notes)))
    said = _failure(result.structured) if result.is_error else _noted(result.structured)
    if said == result.structured:
        return result
    return replace(result, content=(Text(text=write_json(said)),), structured=said)


def _note_block(block: Content) -> Content:
    """Return a block that we have put behind a text or bytes."""
    said = read_json(block.text) if isinstance(block, Text) else None
    return Text(text=write_json(_noted(said))) if isinstance(said, dict) else block


def _noted(said: Mapping[str, Any]) -> dict[str, Any]:
    match said:
        case {"_note": {"next": {"tool": str()} as following} as note}:
            return {**said, "_note": {**note, "next": _through(following)}}
        case _:
            return dict(said)


def _failure(said: Mapping[str, Any]) -> dict[str, Any]:
    error = said["error"]
    return {**said, "error": {**error, "try": [_through(step) for step in error["try"]]}}


def _through(step: Mapping[str, Any]) -> dict[str, Any]:
    """Return a call, or what may be tried, under the tool that makes it."""
    if step["tool"] in _OWN:
        return dict(step)
    arguments = {"arguments": step["arguments"]} if "arguments" in step else {}
    return {**step, "tool": CALL, "arguments": {"name": step["tool"], **arguments}}
