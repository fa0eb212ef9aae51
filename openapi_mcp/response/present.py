"""An answer as a Result, cut to its budget."""

from collections.abc import Mapping
from typing import Any

from openapi_mcp.model.answer import Answer
from openapi_mcp.model.call import Result, Text
from openapi_mcp.model.jsontext import JsonValue, write_json
from openapi_mcp.response.shape import shape_json, shape_text


def present(answer: Answer, max_response: int) -> Result:
    """Return an answer as a Result; more than `max_response` characters (0: no limit) are cut between whole items.

    {"id": 7} -> {"id": 7}; with a note -> {"id": 7, "_note": {...}}; [1, 2] -> structured content {"result": [1, 2]}.
    """
    if answer.blob is not None:
        return Result(content=(answer.blob, *_note_block(answer.note)))
    if not answer.is_json:
        return _text_result(answer.text, answer.note, max_response)
    return _json_result(answer, max_response)


def _json_result(answer: Answer, max_response: int) -> Result:
    value, note = answer.value, answer.note
    text = answer.text or write_json(value)
    if max_response and len(text) + len(write_json(note)) > max_response:
        said = len(write_json({**note, "more": _more([])}))
        value, more = shape_json(value, max(max_response - said, 1))
        note = {**note, "more": _more(more)} if more else note
        text = write_json(value)
    return _structured(value, note, text)


def _structured(value: JsonValue, note: Mapping[str, Any], text: str) -> Result:
    """Return JSON as text and as structured content, whose root is an object for every client."""
    noted = {"_note": dict(note)} if note else {}
    if isinstance(value, dict) and "_note" not in value:  # the upstream's own is never taken for ours
        whole = {**value, **noted}
        return Result(content=(Text(text=write_json(whole) if note else text),), structured=whole)
    wrapped = {"result": value, **noted}
    if note or isinstance(value, dict):
        text = write_json(wrapped)
    return Result(content=(Text(text=text),), structured=wrapped)


def _more(cuts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"cut": cuts, "hint": "ask for less (a filter, a smaller page) or raise --max-response"}


def _text_result(text: str, note: Mapping[str, Any], max_response: int) -> Result:
    shown, more = shape_text(text, max_response)
    if more:
        note = {**note, "more": _more([more])}
    return Result(content=(Text(text=shown), *_note_block(note)))


def _note_block(note: Mapping[str, Any]) -> tuple[Text, ...]:
    return (Text(text=write_json({"_note": dict(note)})),) if note else ()
